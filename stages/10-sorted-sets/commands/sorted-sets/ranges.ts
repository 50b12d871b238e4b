import { keyAt } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import { MEMBER_BYTES } from '../../store/sorted-set/indexed-members.ts';
import { SortedSet, type Entries } from '../../store/sorted-set/sorted-set.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parseLexRange, parseRankRange, parseScoreRange, ranksOf, type PlaceRange, type RangeArguments } from './range-arguments.ts';
import { entriesReply } from './replies.ts';

const read = { flags: 'readonly', keys: [keyAt(1, 'RO access')] };
const count = { flags: 'readonly fast', keys: [keyAt(1, 'RO access')] };
const store = { flags: 'write denyoom', keys: [keyAt(1, 'OW update'), keyAt(2, 'RO access')] };
const old = (words: string) => ({ since: '6.2.0', replacedBy: `ZRANGE with ${words}` });

/** Parts of a sorted set, in order: by rank, by score, by name. */
export const sortedSetRanges: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'zrange', arity: -4, ...read, since: '1.2.0', summary: 'Members in order.', run: zrange },
    { name: 'zrangestore', arity: -5, ...store, since: '6.2.0', summary: 'Stores what ZRANGE finds.', run: zrangestore },
    { name: 'zcount', arity: 4, ...count, since: '2.0.0', summary: 'Counts the members of some scores.', run: zcount },
    { name: 'zlexcount', arity: 4, ...count, since: '2.8.9', summary: 'Counts the members of some names.', run: zlexcount },
    {
      name: 'zrevrange',
      arity: -4,
      ...read,
      since: '1.2.0',
      deprecated: old('REV'),
      summary: 'Members, the last one first.',
      run: zrevrange,
    },
    {
      name: 'zrangebyscore',
      arity: -4,
      ...read,
      since: '1.0.5',
      deprecated: old('BYSCORE'),
      summary: 'The members of some scores.',
      run: zrangebyscore,
    },
    {
      name: 'zrevrangebyscore',
      arity: -4,
      ...read,
      since: '2.2.0',
      deprecated: old('REV and BYSCORE'),
      summary: 'The members of some scores, the last one first.',
      run: zrevrangebyscore,
    },
    {
      name: 'zrangebylex',
      arity: -4,
      ...read,
      since: '2.8.9',
      deprecated: old('BYLEX'),
      summary: 'The members of some names, where all scores are equal.',
      run: zrangebylex,
    },
    {
      name: 'zrevrangebylex',
      arity: -4,
      ...read,
      since: '2.8.9',
      deprecated: old('REV and BYLEX'),
      summary: 'The members of some names, the last one first.',
      run: zrevrangebylex,
    },
  ],
};

/** `ZRANGE key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]`. */
function zrange(request: Request): Reply {
  return rangeReply(request, {});
}

function zrevrange(request: Request): Reply {
  return rangeReply(request, { by: 'rank', reverse: true });
}

function zrangebyscore(request: Request): Reply {
  return rangeReply(request, { by: 'score', reverse: false });
}

function zrevrangebyscore(request: Request): Reply {
  return rangeReply(request, { by: 'score', reverse: true });
}

function zrangebylex(request: Request): Reply {
  return rangeReply(request, { by: 'lex', reverse: false });
}

function zrevrangebylex(request: Request): Reply {
  return rangeReply(request, { by: 'lex', reverse: true });
}

function rangeReply(request: Request, fixed: FixedOptions): Reply {
  const query = parseQuery(request.args, 1, fixed);
  const set = request.db.lookupReadType(request.args[1]!, SortedSet);
  if (set === undefined) return [];
  return query.withScores ? entriesReply(request, entriesIn(set, query)) : membersIn(set, query);
}

/** `ZRANGESTORE destination source start stop …`: the result takes the place of what the key held. */
function zrangestore(request: Request): Reply {
  const { db, args } = request;
  const query = parseQuery(args, 2, { withScores: false });
  const source = db.lookupReadType(args[2]!, SortedSet);
  if (source === undefined) return storeEntries(request, args[1]!, 'zrangestore', { members: [], scores: [] });
  return storeEntries(request, args[1]!, 'zrangestore', entriesIn(source, query));
}

/** Stores a command's result in its destination; an empty result removes the key. */
export function storeEntries(request: Request, key: string, event: string, entries: Entries): Reply {
  const { db } = request;
  expectRoom(request, entries.members.length * MEMBER_BYTES);
  if (entries.members.length === 0) db.delete(key);
  else db.set(key, SortedSet.from(entries), event);
  return entries.members.length;
}

function zcount({ db, args }: Request): Reply {
  const range = parseScoreRange(args[2]!, args[3]!);
  return countIn(db.lookupReadType(args[1]!, SortedSet), range);
}

function zlexcount({ db, args }: Request): Reply {
  const range = parseLexRange(args[2]!, args[3]!);
  return countIn(db.lookupReadType(args[1]!, SortedSet), range);
}

function countIn(set: SortedSet | undefined, range: RangeArguments): number {
  if (set === undefined) return 0;
  const { start, end } = ranksOf(set, range);
  return Math.max(0, end - start);
}

function entriesIn(set: SortedSet, query: RangeQuery): Entries {
  const { range } = query;
  if (beginsAtPlace(query, range)) return set.between(range, query.limit, query.reverse);
  const { start, count, reverse } = select(set, query);
  return set.range(start, count, reverse);
}

function membersIn(set: SortedSet, query: RangeQuery): string[] {
  const { range } = query;
  if (beginsAtPlace(query, range)) return set.membersBetween(range, query.limit, query.reverse);
  const { start, count, reverse } = select(set, query);
  return set.members(start, count, reverse);
}

/** Whether the first member is the one at a place: no rank has to be known then. */
function beginsAtPlace({ offset }: RangeQuery, range: RangeArguments): range is PlaceRange {
  return offset === 0 && range.by === 'place';
}

/** The range that the request names, as `SortedSet.range` takes it. */
interface Selection {
  readonly start: number;
  readonly count: number;
  readonly reverse: boolean;
}

function select(set: SortedSet, { range, reverse, offset, limit }: RangeQuery): Selection {
  let { start, end } = ranksOf(set, range);
  // Places are counted from the first member, also where it goes backwards.
  if (reverse && range.by === 'place') [start, end] = [set.size - end, set.size - start];
  if (offset < 0) return { start, count: 0, reverse };
  const left = end - start - offset;
  return { start: start + offset, count: Math.min(limit, left), reverse };
}

type RangeKind = 'rank' | 'score' | 'lex';

/** The parts of a range that a command's name fixes: the command has no option for them. */
interface FixedOptions {
  readonly by?: RangeKind;
  readonly reverse?: boolean;
  readonly withScores?: false;
}

/** Which members the request selects. */
interface RangeQuery {
  readonly range: RangeArguments;
  readonly reverse: boolean;
  readonly offset: number;
  /** Infinity: all. */
  readonly limit: number;
  readonly withScores: boolean;
}

/** The arguments after the key at `keyAt` (Redis: `zrangeGenericCommand`). @throws ReplyError */
function parseQuery(args: readonly string[], keyAt: number, fixed: FixedOptions): RangeQuery {
  let { by, reverse } = fixed;
  let withScores = false;
  let [offset, limit] = [0, -1];
  for (let i = keyAt + 3; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (word === 'WITHSCORES' && fixed.withScores !== false) withScores = true;
    else if (word === 'LIMIT' && i + 2 < args.length) {
      offset = Number(parseLongLong(args[i + 1]!));
      limit = Number(parseLongLong(args[i + 2]!));
      i += 2;
    } else if (word === 'REV' && reverse === undefined) reverse = true;
    else if (word === 'BYLEX' && by === undefined) by = 'lex';
    else if (word === 'BYSCORE' && by === undefined) by = 'score';
    else throw syntaxError();
  }
  by ??= 'rank';
  reverse ??= false;
  if (limit !== -1 && by === 'rank') throw new ReplyError(LIMIT_BY_RANK);
  if (withScores && by === 'lex') throw new ReplyError(SCORES_BY_LEX);
  // By rank a limit of -1 is none, and then the offset counts for nothing.
  if (by === 'rank') offset = 0;
  if (limit < 0) limit = Infinity;
  return { range: parseRange(by, reverse, args[keyAt + 1]!, args[keyAt + 2]!), reverse, offset, limit, withScores };
}

const LIMIT_BY_RANK = 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
const SCORES_BY_LEX = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';

/** In reverse the greater end comes first, but not with ranks: there they are counted from the other end. */
function parseRange(by: RangeKind, reverse: boolean, first: string, second: string): RangeArguments {
  if (by === 'rank') return parseRankRange(first, second);
  const [min, max] = reverse ? [second, first] : [first, second];
  return by === 'score' ? parseScoreRange(min, max) : parseLexRange(min, max);
}
