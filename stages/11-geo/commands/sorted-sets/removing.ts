import { keyAt } from '#shared/commands/key-specs.ts';
import type { Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { parseLexRange, parseRankRange, parseScoreRange, ranksOf, type RangeArguments } from './range-arguments.ts';

const remove = { arity: 4, flags: 'write', keys: [keyAt(1, 'RW delete')] };

/** Commands that remove a part of a sorted set. */
export const sortedSetRemoving: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'zremrangebyrank', ...remove, since: '2.0.0', summary: 'Removes members by rank.', run: zremrangebyrank },
    { name: 'zremrangebyscore', ...remove, since: '1.2.0', summary: 'Removes members by score.', run: zremrangebyscore },
    { name: 'zremrangebylex', ...remove, since: '2.8.9', summary: 'Removes members by name.', run: zremrangebylex },
  ],
};

function zremrangebyrank(request: Request): Reply {
  return removeRange(request, 'zremrangebyrank', parseRankRange(request.args[2]!, request.args[3]!));
}

function zremrangebyscore(request: Request): Reply {
  return removeRange(request, 'zremrangebyscore', parseScoreRange(request.args[2]!, request.args[3]!));
}

function zremrangebylex(request: Request): Reply {
  return removeRange(request, 'zremrangebylex', parseLexRange(request.args[2]!, request.args[3]!));
}

/** Redis: `zremrangeGenericCommand`. */
function removeRange({ db, args }: Request, event: string, range: RangeArguments): Reply {
  const key = args[1]!;
  const set = db.lookupWriteType(key, SortedSet);
  if (set === undefined) return 0;
  const { start, end } = ranksOf(set, range);
  if (start >= end) return 0;
  set.deleteRange(start, end);
  db.signalModified(key, event, end - start);
  return end - start;
}
