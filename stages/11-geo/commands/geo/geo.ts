import { keyAt } from '#shared/commands/key-specs.ts';
import { formatDouble } from '#shared/numbers/double.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import { distance } from '../../geo/distance.ts';
import { geohashText, positionOf, scoreOf } from '../../geo/geohash.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { syntaxError } from '../arguments.ts';
import { zadd } from '../sorted-sets/add.ts';
import { parsePosition, parseUnit } from './arguments.ts';
import { distanceReply, positionReply } from './replies.ts';

const read = { flags: 'readonly', keys: [keyAt(1, 'RO access')], since: '3.2.0' };

/** Places on the map: members of a sorted set whose scores are geohashes (Redis: geo.c). */
export const geo: Family = {
  group: 'geo',
  rows: [
    {
      name: 'geoadd',
      arity: -5,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW update')],
      since: '3.2.0',
      summary: 'Adds places, or moves them.',
      run: geoadd,
    },
    { name: 'geopos', arity: -2, ...read, summary: 'Where places are.', run: geopos },
    { name: 'geodist', arity: -4, ...read, summary: 'How far two places are from each other.', run: geodist },
    { name: 'geohash', arity: -2, ...read, summary: 'Places as geohashes of 11 characters.', run: geohash },
  ],
};

/** `GEOADD key [NX|XX] [CH] longitude latitude member [...]`: a ZADD, to the log and the replicas as well. */
function geoadd(request: Request): Reply {
  const { server, db, args } = request;
  const start = firstPosition(args);
  if ((args.length - start) % 3 !== 0) throw syntaxError();
  const added = ['zadd', ...args.slice(1, start)];
  for (let i = start; i < args.length; i += 3) {
    added.push(formatDouble(scoreOf(parsePosition(args[i]!, args[i + 1]!))), args[i + 2]!);
  }
  const { keyspace } = server;
  const { dirty } = keyspace;
  const reply = zadd({ db, args: added });
  if (keyspace.dirty !== dirty) request.propagateAs(added);
  return reply;
}

/** The argument after the options. @throws ReplyError when they exclude each other */
function firstPosition(args: readonly string[]): number {
  const given = new Set<string>();
  let at = 2;
  for (; at < args.length && /^(nx|xx|ch)$/i.test(args[at]!); at++) given.add(args[at]!.toLowerCase());
  if (given.has('nx') && given.has('xx')) throw syntaxError();
  return at;
}

function geopos(request: Request): Reply {
  return scoresOf(request).map((score) => (score === undefined ? NULL_ARRAY : positionReply(positionOf(score))));
}

function geohash(request: Request): Reply {
  return scoresOf(request).map((score) => (score === undefined ? null : geohashText(score)));
}

/** The score of each member that the request names; undefined for a member that is not there. */
function scoresOf({ db, args }: Request): (number | undefined)[] {
  const set = db.lookupReadType(args[1]!, SortedSet);
  return args.slice(2).map((member) => set?.score(member));
}

/** `GEODIST key member1 member2 [M|KM|FT|MI]`. */
function geodist({ db, args }: Request): Reply {
  if (args.length > 5) throw syntaxError();
  const unit = args.length > 4 ? parseUnit(args[4]!) : 1;
  const set = db.lookupReadType(args[1]!, SortedSet);
  const from = set?.score(args[2]!);
  const to = set?.score(args[3]!);
  if (from === undefined || to === undefined) return null;
  return distanceReply(distance(positionOf(from), positionOf(to)) / unit);
}
