import { keyAt, keyCount } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { SortedSet, type Entries } from '../../store/sorted-set/sorted-set.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parseMultiPop } from '../multi-pop.ts';
import { entriesReply, pairsReply, scoreReply } from './replies.ts';

const take = { arity: -2, flags: 'write fast', keys: [keyAt(1, 'RW access delete')], since: '5.0.0' };

/** Commands that pop members from either end. */
export const sortedSetPopping: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'zpopmin', ...take, summary: 'Takes the members of the lowest scores.', run: zpopmin },
    { name: 'zpopmax', ...take, summary: 'Takes the members of the highest scores.', run: zpopmax },
    {
      name: 'zmpop',
      arity: -4,
      flags: 'write',
      keys: [keyCount(1, 'RW access delete')],
      since: '7.0.0',
      summary: 'Takes members from the first sorted set that is not empty.',
      run: zmpop,
    },
  ],
};

/** Which end is meant. */
export type SortedSetEnd = 'min' | 'max';

/** Keyspace events, which are called like the commands. */
const POPPED = { min: 'zpopmin', max: 'zpopmax' } as const;

function zpopmin(request: Request): Reply {
  return pop(request, 'min');
}

function zpopmax(request: Request): Reply {
  return pop(request, 'max');
}

/** `ZPOPMIN key [count]`: a pair, or with a count that many (Redis: `zpopMinMaxCommand`). */
function pop(request: Request, end: SortedSetEnd): Reply {
  const { db, args } = request;
  if (args.length > 3) throw syntaxError();
  const count = args.length === 3 ? parseCount(args[2]!) : undefined;
  const set = db.lookupWriteType(args[1]!, SortedSet);
  if (set === undefined || count === 0) return [];
  const popped = popEntries(db, args[1]!, set, end, count ?? 1);
  return count === undefined ? [popped.members[0]!, scoreReply(popped.scores[0]!)] : entriesReply(request, popped);
}

function parseCount(text: string): number {
  const count = Number(parseLongLong(text, NOT_A_COUNT));
  if (count < 0) throw new ReplyError(NOT_A_COUNT);
  return count;
}

const NOT_A_COUNT = 'ERR value is out of range, must be positive';

/** Takes up to `count` members of a sorted set that is not empty, the outermost first. */
export function popEntries(db: Database, key: string, set: SortedSet, end: SortedSetEnd, count: number): Entries {
  const entries = count === 1 ? set.outermost(end === 'max') : set.range(0, count, end === 'max');
  const popped = entries.members.length;
  if (popped === 1) set.delete(entries.members[0]!);
  else if (end === 'min') set.deleteRange(0, popped);
  else set.deleteRange(set.size - popped, set.size);
  db.signalModified(key, POPPED[end], popped);
  return entries;
}

/** `ZMPOP numkeys key [key ...] MIN|MAX [COUNT count]`. */
function zmpop(request: Request): Reply {
  const { keys, end, count } = parseMultiPop(request.args, 1, parseSortedSetEnd);
  return popFirst(request, keys, end, count) ?? NULL_ARRAY;
}

/** Takes members from the first key that has any; undefined when none has. To the log it is a pop of that key. */
export function popFirst(request: Request, keys: readonly string[], end: SortedSetEnd, count: number): Reply | undefined {
  const { db } = request;
  for (const key of keys) {
    const set = db.lookupWriteType(key, SortedSet);
    if (set === undefined) continue;
    const popped = popEntries(db, key, set, end, count);
    request.propagateAs([...popCommand(end, key), String(popped.members.length)]);
    return [key, pairsReply(popped)];
  }
  return undefined;
}

/** The command that takes one member. */
export function popCommand(end: SortedSetEnd, key: string): string[] {
  return [POPPED[end].toUpperCase(), key];
}

/** @throws ReplyError unless it is MIN or MAX */
export function parseSortedSetEnd(text: string | undefined): SortedSetEnd {
  const word = text?.toUpperCase();
  if (word === 'MIN') return 'min';
  if (word === 'MAX') return 'max';
  throw syntaxError();
}
