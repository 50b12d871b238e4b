import { keyAt } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { atScore } from '../../store/sorted-set/place.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { syntaxError } from '../arguments.ts';

/** The places of a competition, where the same score is the same place. */
export const sortedSetPlaces: Family = {
  group: 'sorted-set',
  rows: [
    {
      name: 'zplace',
      arity: -3,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO access')],
      since: '7.2.0',
      summary: 'The place of a member, and how many share it.',
      run: zplace,
    },
  ],
};

/** `ZPLACE key member [ASC|DESC]`: two counts, each O(log n). */
function zplace({ db, args }: Request): Reply {
  const order = args[3]?.toUpperCase() ?? 'DESC';
  if (args.length > 4 || (order !== 'ASC' && order !== 'DESC')) throw syntaxError();
  const set = db.lookupReadType(args[1]!, SortedSet);
  const score = set?.score(args[2]!);
  if (set === undefined || score === undefined) return NULL_ARRAY;
  const below = set.countBefore(atScore(score, false));
  const upTo = set.countBefore(atScore(score, true));
  const better = order === 'ASC' ? below : set.size - upTo;
  return [better + 1, upTo - below];
}
