import { keyAt } from '#shared/commands/key-specs.ts';
import { formatDouble17 } from '#shared/numbers/double.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { scoreText } from '../../store/sorted-set/packed-members.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { syntaxError } from '../arguments.ts';
import { parseRandomCount } from '../random-count.ts';
import { parseCursor, parseScanOptions } from '../scan.ts';
import { entriesReply } from './replies.ts';

const readSome = { flags: 'readonly', keys: [keyAt(1, 'RO access')], tips: 'nondeterministic_output' };

/** Commands that return members in no order: at random, or a few at a time. */
export const sortedSetPicking: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'zrandmember', arity: -2, ...readSome, since: '6.2.0', summary: 'Members at random.', run: zrandmember },
    { name: 'zscan', arity: -3, ...readSome, since: '2.8.0', summary: 'Members, a few at a time.', run: zscan },
  ],
};

/** `ZRANDMEMBER key [count [WITHSCORES]]`. */
function zrandmember(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  if (args.length === 2) return db.lookupReadType(key, SortedSet)?.randomMember() ?? null;
  const count = parseRandomCount(args[2]!);
  const withScores = args.length === 4 && args[3]!.toUpperCase() === 'WITHSCORES';
  if (args.length > 3 && !withScores) throw syntaxError();
  if (withScores && Math.abs(count) >= MAX_PAIRS) throw new ReplyError('ERR value is out of range');
  const set = db.lookupReadType(key, SortedSet);
  if (set === undefined) return [];
  const members = set.randomMembers(count);
  return withScores ? entriesReply(request, { members, scores: members.map((member) => set.score(member)!) }) : members;
}

/** Redis counts members and scores, in 64 bits. */
const MAX_PAIRS = 2 ** 62;

/** `ZSCAN key cursor [MATCH pattern] [COUNT count]`: the next cursor, and members and scores in turn. */
function zscan({ db, args }: Request): Reply {
  const cursor = parseCursor(args[2]!);
  const set = db.lookupReadType(args[1]!, SortedSet);
  if (set === undefined) return ['0', []];
  const { count, matches } = parseScanOptions(args, 3);
  // A skip list's scores are printed as `long double`, a listpack's as they stand there.
  const print = set.listpack === undefined ? formatDouble17 : scoreText;
  const flat: string[] = [];
  const next = set.scan(cursor, count, (member, score) => {
    if (matches(member)) flat.push(member, print(score));
  });
  return [String(next), flat];
}
