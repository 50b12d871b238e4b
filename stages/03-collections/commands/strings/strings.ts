import { keyAt, keyRange, type FoundKey } from '#shared/commands/key-specs.ts';
import { copyArgument } from '#shared/resp/long-arguments.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow, Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { RawString, stringValue } from '../../store/raw-string.ts';
import { MILLISECONDS, parsePositiveExpireTime, SECONDS, type Unit } from '../keys/expire-time.ts';
import { deadlineOf, isAbsolute, parseGetExOptions, parseSetOptions, type SetOptions } from './set-options.ts';

const rows: readonly CommandRow[] = [
  {
    name: 'get',
    arity: 2,
    flags: 'readonly fast',
    keys: [keyAt(1, 'RO access')],
    since: '1.0.0',
    summary: 'The string a key holds.',
    run: get,
  },
  {
    name: 'set',
    arity: -3,
    flags: 'write denyoom',
    keys: [keyAt(1, 'RW access update variable_flags')],
    keysOf: setKeys,
    since: '1.0.0',
    summary: 'Makes a key hold a string.',
    run: set,
  },
  {
    name: 'setnx',
    arity: 3,
    flags: 'write denyoom fast',
    keys: [keyAt(1, 'OW insert')],
    since: '1.0.0',
    summary: 'SET, if there is no such key.',
    run: setnx,
  },
  {
    name: 'setex',
    arity: 4,
    flags: 'write denyoom',
    keys: [keyAt(1, 'OW update')],
    since: '2.0.0',
    summary: 'SET with a time to live in seconds.',
    run: (request) => setWithTtl(request, SECONDS),
  },
  {
    name: 'psetex',
    arity: 4,
    flags: 'write denyoom',
    keys: [keyAt(1, 'OW update')],
    since: '2.6.0',
    summary: 'SET with a time to live in milliseconds.',
    run: (request) => setWithTtl(request, MILLISECONDS),
  },
  {
    name: 'getset',
    arity: 3,
    flags: 'write denyoom fast',
    keys: [keyAt(1, 'RW access update')],
    since: '1.0.0',
    deprecated: { since: '6.2.0', replacedBy: 'SET with GET' },
    summary: 'SET that answers the string before.',
    run: getset,
  },
  {
    name: 'getdel',
    arity: 2,
    flags: 'write fast',
    keys: [keyAt(1, 'RW access delete')],
    since: '6.2.0',
    summary: 'GET, then DEL.',
    run: getdel,
  },
  {
    name: 'getex',
    arity: -2,
    flags: 'write fast',
    keys: [keyAt(1, 'RW access update')],
    since: '6.2.0',
    summary: 'GET that also sets or removes the time to live.',
    run: getex,
  },
  {
    name: 'mget',
    arity: -2,
    flags: 'readonly fast',
    keys: [keyRange(1, -1, 1, 'RO access')],
    tips: 'request_policy:multi_shard',
    since: '1.0.0',
    summary: 'The strings of several keys.',
    run: mget,
  },
  {
    name: 'mset',
    arity: -3,
    flags: 'write denyoom',
    keys: [keyRange(1, -1, 2, 'OW update')],
    tips: 'request_policy:multi_shard response_policy:all_succeeded',
    since: '1.0.1',
    summary: 'SET for several keys at once.',
    run: mset,
  },
  {
    name: 'msetnx',
    arity: -3,
    flags: 'write denyoom',
    keys: [keyRange(1, -1, 2, 'OW insert')],
    tips: 'request_policy:multi_shard response_policy:agg_min',
    since: '1.0.1',
    summary: 'MSET, if none of the keys exists.',
    run: msetnx,
  },
];

export const strings: Family = { group: 'string', rows };

function get({ db, args }: Request): Reply {
  return db.lookupReadBulk(args[1]!) ?? null;
}

/** `SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]` */
function set(request: Request): Reply {
  const { db, args } = request;
  if (args.length > 3) return setWithOptions(request, parseSetOptions(args));
  db.set(args[1]!, stringValue(args, 2), 'set');
  return OK;
}

/** With GET the old value is read, too (Redis: `setGetKeys`). */
function setKeys(args: readonly string[]): FoundKey[] {
  const reads = args.length > 3 && args.slice(3).some((word) => word.toUpperCase() === 'GET');
  return [{ key: args[1]!, flags: reads ? 'RW access update' : 'OW update' }];
}

/** Redis: `setGenericCommand`. */
function setWithOptions(request: Request, { nx, xx, get, keepTtl, expire }: SetOptions): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const at = expire && deadlineOf(request, expire);
  const before = get ? (db.lookupReadBulk(key) ?? null) : null;
  // `set` counts as a use, except where it keeps the time to live.
  const exists = nx || keepTtl ? db.lookupWrite(key) !== undefined : db.has(key);
  if ((nx && exists) || (xx && !exists)) return before;

  db.set(key, stringValue(args, 2), 'set', keepTtl);
  if (at !== undefined) {
    db.setExpire(key, at, 'expire', 0);
    propagateSet(request, 2, 'PXAT', String(at));
  } else if (get) propagateSet(request, 2, ...args.slice(3).filter((word) => !/^get$/i.test(word)));
  return get ? before : OK;
}

function setnx({ db, args }: Request): Reply {
  if (db.lookupWrite(args[1]!) !== undefined) return 0;
  db.set(args[1]!, stringValue(args, 2), 'set');
  return 1;
}

function setWithTtl(request: Request, unit: Unit): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const at = parsePositiveExpireTime(request, args[2]!, unit, Date.now());
  db.set(key, stringValue(args, 3), 'set');
  db.setExpire(key, at, 'expire', 0);
  propagateSet(request, 3, 'PXAT', String(at));
  return OK;
}

function getset(request: Request): Reply {
  const { db, args } = request;
  const before = db.lookupReadBulk(args[1]!) ?? null;
  db.set(args[1]!, stringValue(args, 2), 'set');
  propagateSet(request, 2);
  return before;
}

function getdel(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const value = db.lookupReadBulk(key);
  if (value === undefined) return null;
  db.delete(key);
  request.propagateAs(['DEL', key]);
  return value;
}

/** `GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]`: a deadline that has passed removes the key. */
function getex(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const { expire, persist } = parseGetExOptions(args);
  const value = db.lookupReadBulk(key);
  if (value === undefined) return null;
  if (expire) {
    const at = deadlineOf(request, expire);
    if (isAbsolute(expire.word) && db.hasPassed(at)) {
      db.delete(key);
      request.propagateAs(['DEL', key]);
    } else {
      db.setExpire(key, at);
      request.propagateAs(['PEXPIREAT', key, String(at)]);
    }
  } else if (persist && db.removeExpire(key)) request.propagateAs(['PERSIST', key]);
  return value;
}

/** A key of another type counts as missing. */
function mget({ db, args }: Request): Reply {
  const values: Reply[] = [];
  for (let i = 1; i < args.length; i++) {
    const value = db.lookupRead(args[i]!);
    if (value instanceof RawString) values.push(value.toReply());
    else values.push(typeof value === 'string' ? value : null);
  }
  return values;
}

function mset(request: Request): Reply {
  checkPairs(request);
  setPairs(request);
  return OK;
}

function msetnx(request: Request): Reply {
  checkPairs(request);
  const { db, args } = request;
  for (let i = 1; i < args.length; i += 2) if (db.lookupWrite(args[i]!) !== undefined) return 0;
  setPairs(request);
  return 1;
}

function checkPairs({ command, args }: Request): void {
  if (args.length % 2 === 0) throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
}

function setPairs({ db, args }: Request): void {
  for (let i = 1; i < args.length; i += 2) db.set(args[i]!, stringValue(args, i + 1), 'set');
}

/** The log and the replicas are given a SET of the argument at `index`, with other words after it than those typed. */
function propagateSet(request: Request, index: number, ...words: string[]): void {
  const effect = ['SET', request.args[1]!, '', ...words];
  copyArgument(request.args, index, effect, 2);
  request.propagateAs(effect);
}
