import { keyAt } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Position } from '../../geo/cell.ts';
import { search, type Point } from '../../geo/search.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { parseLongLong } from '../arguments.ts';
import { parsePosition } from './arguments.ts';
import { distanceReply } from './replies.ts';

/** Half of the way around the Earth, in metres: nothing is farther away. */
const FARTHEST = 20_040_000;
/** The first circle: its cells are small, and hold few members. */
const FIRST_RADIUS = 100;

/** The nearest places, however far they are. */
export const geoNearest: Family = {
  group: 'geo',
  rows: [
    {
      name: 'geonearest',
      arity: 5,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      since: '7.2.0',
      summary: 'The places nearest to a position.',
      run: geonearest,
    },
  ],
};

/** `GEONEAREST key longitude latitude count` */
function geonearest({ db, args }: Request): Reply {
  const center = parsePosition(args[2]!, args[3]!);
  const count = Number(parseLongLong(args[4]!));
  if (count < 1) throw new ReplyError('ERR COUNT must be > 0');
  const set = db.lookupReadType(args[1]!, SortedSet);
  const points = set === undefined ? [] : nearest(set, center, count);
  return points.map(({ member, distance }) => [member, distanceReply(distance)]);
}

/** Whatever lies in a circle is nearer than all that lies outside: a circle with enough members has the answer. */
function nearest(set: SortedSet, center: Position, count: number): Point[] {
  for (let radius = FIRST_RADIUS; ; radius *= 2) {
    const found = search(set, { center, radius });
    if (found.length < count && radius < FARTHEST) continue;
    return found.sort((a, b) => a.distance - b.distance).slice(0, count);
  }
}
