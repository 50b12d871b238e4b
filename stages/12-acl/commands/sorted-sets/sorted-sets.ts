import { keyAt } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { syntaxError } from '../arguments.ts';
import { scoreReply } from './replies.ts';

const read = { flags: 'readonly fast', keys: [keyAt(1, 'RO access')] };
const look = { flags: 'readonly fast', keys: [keyAt(1, 'RO')] };
const remove = { flags: 'write fast', keys: [keyAt(1, 'RW delete')] };

/** Sorted sets: different members, in the order of their scores (Redis: t_zset.c). */
export const sortedSets: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'zrem', arity: -3, ...remove, since: '1.2.0', summary: 'Removes members.', run: zrem },
    { name: 'zcard', arity: 2, ...look, since: '1.2.0', summary: 'The number of members.', run: zcard },
    { name: 'zscore', arity: 3, ...read, since: '1.2.0', summary: 'The score of a member.', run: zscore },
    { name: 'zmscore', arity: -3, ...read, since: '6.2.0', summary: 'The scores of some members.', run: zmscore },
    { name: 'zrank', arity: -3, ...read, since: '2.0.0', summary: 'How many members stand before it.', run: zrank },
    { name: 'zrevrank', arity: -3, ...read, since: '2.0.0', summary: 'How many stand after it.', run: zrevrank },
  ],
};

function zrem({ db, args }: Request): Reply {
  const key = args[1]!;
  const set = db.lookupWriteType(key, SortedSet);
  if (set === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < args.length; i++) if (set.delete(args[i]!)) removed++;
  if (removed > 0) db.signalModified(key, 'zrem', removed);
  return removed;
}

function zcard({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, SortedSet)?.size ?? 0;
}

function zscore({ db, args }: Request): Reply {
  const score = db.lookupReadType(args[1]!, SortedSet)?.score(args[2]!);
  return score === undefined ? null : scoreReply(score);
}

function zmscore({ db, args }: Request): Reply {
  const set = db.lookupReadType(args[1]!, SortedSet);
  const replies: Reply[] = [];
  for (let i = 2; i < args.length; i++) {
    const score = set?.score(args[i]!);
    replies.push(score === undefined ? null : scoreReply(score));
  }
  return replies;
}

function zrank(request: Request): Reply {
  return rank(request, false);
}

function zrevrank(request: Request): Reply {
  return rank(request, true);
}

/** `ZRANK key member [WITHSCORE]` (Redis: `zrankGenericCommand`). */
function rank({ db, args, command }: Request, reverse: boolean): Reply {
  const member = args[2]!;
  if (args.length > 4) throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
  const withScore = args.length === 4;
  if (withScore && args[3]!.toUpperCase() !== 'WITHSCORE') throw syntaxError();
  const set = db.lookupReadType(args[1]!, SortedSet);
  const before = set?.rank(member);
  if (set === undefined || before === undefined) return withScore ? NULL_ARRAY : null;
  const position = reverse ? set.size - 1 - before : before;
  return withScore ? [position, scoreReply(set.score(member)!)] : position;
}
