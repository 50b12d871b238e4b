import { keyAt } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { List, type ListEnd } from '../../store/list.ts';
import { parseLongLong } from '../arguments.ts';

const PUSH = 'write denyoom fast';
const POP = 'write fast';
const READ = 'readonly';

const insert = [keyAt(1, 'RW insert')];
const take = [keyAt(1, 'RW access delete')];
const look = [keyAt(1, 'RO')];
const access = [keyAt(1, 'RO access')];
const update = [keyAt(1, 'RW update')];
const remove = [keyAt(1, 'RW delete')];

/** Lists: elements in order, quick at both ends (Redis: t_list.c). */
export const lists: Family = {
  group: 'list',
  rows: [
    { name: 'lpush', arity: -3, flags: PUSH, keys: insert, since: '1.0.0', summary: 'Adds at the left.', run: lpush },
    { name: 'rpush', arity: -3, flags: PUSH, keys: insert, since: '1.0.0', summary: 'Adds at the right.', run: rpush },
    { name: 'lpushx', arity: -3, flags: PUSH, keys: insert, since: '2.2.0', summary: 'LPUSH to a list.', run: lpushx },
    { name: 'rpushx', arity: -3, flags: PUSH, keys: insert, since: '2.2.0', summary: 'RPUSH to a list.', run: rpushx },
    { name: 'lpop', arity: -2, flags: POP, keys: take, since: '1.0.0', summary: 'Takes from the left.', run: lpop },
    { name: 'rpop', arity: -2, flags: POP, keys: take, since: '1.0.0', summary: 'Takes from the right.', run: rpop },
    { name: 'llen', arity: 2, flags: 'readonly fast', keys: look, since: '1.0.0', summary: 'The length.', run: llen },
    { name: 'lrange', arity: 4, flags: READ, keys: access, since: '1.0.0', summary: 'Elements by index.', run: lrange },
    { name: 'lindex', arity: 3, flags: READ, keys: access, since: '1.0.0', summary: 'One by index.', run: lindex },
    { name: 'lset', arity: 4, flags: 'write denyoom', keys: update, since: '1.0.0', summary: 'Sets one.', run: lset },
    { name: 'ltrim', arity: 4, flags: 'write', keys: remove, since: '1.0.0', summary: 'Keeps a range.', run: ltrim },
  ],
};

function lpush(request: Request): Reply {
  return pushAll(request, 'left');
}

function rpush(request: Request): Reply {
  return pushAll(request, 'right');
}

function pushAll({ db, args }: Request, end: ListEnd): Reply {
  const key = args[1]!;
  const found = db.lookupWriteType(key, List);
  const list = found ?? new List();
  list.pushAll(end, args, 2);
  if (found === undefined) db.set(key, list, null);
  db.signalModified(key, PUSHED[end], args.length - 2);
  return list.length;
}

function lpushx(request: Request): Reply {
  return pushIfExists(request, 'left');
}

function rpushx(request: Request): Reply {
  return pushIfExists(request, 'right');
}

function pushIfExists(request: Request, end: ListEnd): Reply {
  return request.db.lookupWriteType(request.args[1]!, List) === undefined ? 0 : pushAll(request, end);
}

function lpop(request: Request): Reply {
  return pop(request, 'left');
}

function rpop(request: Request): Reply {
  return pop(request, 'right');
}

/** One element, or an array where a count is given (Redis: `popGenericCommand`). */
function pop({ db, args, command }: Request, end: ListEnd): Reply {
  const key = args[1]!;
  if (args.length > 3) throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
  const count = args.length === 3 ? parseCount(args[2]!) : undefined;
  const list = db.lookupWriteType(key, List);
  if (list === undefined) return count === undefined ? null : NULL_ARRAY;
  if (count === undefined) return popOne(db, key, list, end);
  return count === 0 ? [] : popMany(db, key, list, end, count);
}

/** Takes an element of a list that is not empty. */
export function popOne(db: Database, key: string, list: List, end: ListEnd): string {
  const element = list.pop(end);
  db.signalModified(key, POPPED[end]);
  return element;
}

/** Takes up to `count` elements. */
export function popMany(db: Database, key: string, list: List, end: ListEnd, count: number): string[] {
  const elements = list.popMany(end, Math.min(count, list.length));
  db.signalModified(key, POPPED[end], elements.length);
  return elements;
}

/** Keyspace events, which are called like the commands. */
export const PUSHED = { left: 'lpush', right: 'rpush' } as const;
export const POPPED = { left: 'lpop', right: 'rpop' } as const;

function llen({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, List)?.length ?? 0;
}

function lrange({ db, args }: Request): Reply {
  const start = parseIndex(args[2]!);
  const stop = parseIndex(args[3]!);
  const list = db.lookupReadType(args[1]!, List);
  if (list === undefined) return [];
  return list.range(firstOf(start, list), lastOf(stop, list));
}

function lindex({ db, args }: Request): Reply {
  const list = db.lookupReadType(args[1]!, List);
  return list?.at(parseIndex(args[2]!)) ?? null;
}

function lset({ db, args }: Request): Reply {
  const key = args[1]!;
  const list = db.lookupWriteType(key, List);
  if (list === undefined) throw new ReplyError('ERR no such key');
  if (!list.replace(parseIndex(args[2]!), args[3]!)) throw new ReplyError('ERR index out of range');
  db.signalModified(key, 'lset');
  return OK;
}

function ltrim({ db, args }: Request): Reply {
  const key = args[1]!;
  const start = parseIndex(args[2]!);
  const stop = parseIndex(args[3]!);
  const list = db.lookupWriteType(key, List);
  if (list === undefined) return OK;
  const first = firstOf(start, list);
  const last = lastOf(stop, list);
  const before = list.length;
  if (first > last) list.drop('left', list.length);
  else {
    list.drop('right', list.length - 1 - last);
    list.drop('left', first);
  }
  db.signalModified(key, 'ltrim', before - list.length);
  return OK;
}

/** An index may be any 64-bit integer; those beyond a double's exact range are beyond every list too. */
function parseIndex(text: string): number {
  return Number(parseLongLong(text));
}

/** Negative indexes count from the end; what lies outside is moved to the edge. */
function firstOf(start: number, list: List): number {
  return start < 0 ? Math.max(0, list.length + start) : start;
}

function lastOf(stop: number, list: List): number {
  return stop < 0 ? list.length + stop : Math.min(stop, list.length - 1);
}

/** How many elements to take, from 0 on. */
function parseCount(text: string): number {
  const count = Number(parseLongLong(text, NOT_A_COUNT));
  if (count < 0) throw new ReplyError(NOT_A_COUNT);
  return count;
}

const NOT_A_COUNT = 'ERR value is out of range, must be positive';
