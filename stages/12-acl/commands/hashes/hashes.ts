import { keyAt } from '#shared/commands/key-specs.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { addLongDouble, formatLongDouble, INFINITE, parseLongDouble } from '#shared/numbers/long-double.ts';
import { MapReply, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { Hash } from '../../store/hash-value.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parseRandomCount } from '../random-count.ts';
import { parseCursor, parseScanOptions } from '../scan.ts';
import { addInt64 } from '../strings/counters.ts';

const read = { flags: 'readonly fast', keys: [keyAt(1, 'RO access')] };
const readAll = { flags: 'readonly', keys: [keyAt(1, 'RO access')], tips: 'nondeterministic_output_order' };
const readSome = { ...readAll, tips: 'nondeterministic_output' };
const look = { flags: 'readonly fast', keys: [keyAt(1, 'RO')] };
const update = { flags: 'write denyoom fast', keys: [keyAt(1, 'RW update')] };
const insert = { flags: 'write denyoom fast', keys: [keyAt(1, 'RW insert')] };
const add = { flags: 'write denyoom fast', keys: [keyAt(1, 'RW access update')] };
const remove = { flags: 'write fast', keys: [keyAt(1, 'RW delete')] };

/** Hashes: strings by field, under one key (Redis: t_hash.c). */
export const hashes: Family = {
  group: 'hash',
  rows: [
    { name: 'hset', arity: -4, ...update, since: '2.0.0', summary: 'Gives fields their values.', run: hset },
    { name: 'hsetnx', arity: 4, ...insert, since: '2.0.0', summary: 'Adds a field that is not there.', run: hsetnx },
    {
      name: 'hmset',
      arity: -4,
      ...update,
      since: '2.0.0',
      deprecated: { since: '4.0.0', replacedBy: 'HSET' },
      summary: 'HSET as it was once: answers OK.',
      run: hmset,
    },
    { name: 'hget', arity: 3, ...read, since: '2.0.0', summary: 'The value of a field.', run: hget },
    { name: 'hmget', arity: -3, ...read, since: '2.0.0', summary: 'The values of some fields.', run: hmget },
    { name: 'hgetall', arity: 2, ...readAll, since: '2.0.0', summary: 'Every field and value.', run: hgetall },
    { name: 'hkeys', arity: 2, ...readAll, since: '2.0.0', summary: 'Every field.', run: hkeys },
    { name: 'hvals', arity: 2, ...readAll, since: '2.0.0', summary: 'Every value.', run: hvals },
    { name: 'hdel', arity: -3, ...remove, since: '2.0.0', summary: 'Removes fields.', run: hdel },
    { name: 'hlen', arity: 2, ...look, since: '2.0.0', summary: 'The number of fields.', run: hlen },
    { name: 'hexists', arity: 3, ...look, since: '2.0.0', summary: 'Whether a field is there.', run: hexists },
    { name: 'hstrlen', arity: 3, ...look, since: '3.2.0', summary: "The length of a field's value.", run: hstrlen },
    { name: 'hincrby', arity: 4, ...add, since: '2.0.0', summary: "Adds to a field's integer.", run: hincrby },
    { name: 'hincrbyfloat', arity: 4, ...add, since: '2.6.0', summary: 'The same with decimals.', run: hincrbyfloat },
    { name: 'hrandfield', arity: -2, ...readSome, since: '6.2.0', summary: 'Fields at random.', run: hrandfield },
    { name: 'hscan', arity: -3, ...readSome, since: '2.8.0', summary: 'Fields, a few at a time.', run: hscan },
  ],
};

function hset({ db, args, command }: Request): Reply {
  if (args.length % 2 === 1) throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
  const key = args[1]!;
  const found = db.lookupWriteType(key, Hash);
  const hash = found ?? new Hash();
  const added = hash.setAll(args, 2);
  changed(db, key, hash, found, 'hset', (args.length - 2) / 2);
  return added;
}

function hmset(request: Request): Reply {
  hset(request);
  return OK;
}

function hsetnx({ db, args }: Request): Reply {
  const [, key, field, value] = args as [string, string, string, string];
  const found = db.lookupWriteType(key, Hash);
  if (found?.has(field)) return 0;
  const hash = found ?? new Hash();
  hash.set(field, value);
  changed(db, key, hash, found, 'hset');
  return 1;
}

function hget({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, Hash)?.get(args[2]!) ?? null;
}

function hmget({ db, args }: Request): Reply {
  const hash = db.lookupReadType(args[1]!, Hash);
  const values: Reply[] = [];
  for (let i = 2; i < args.length; i++) values.push(hash?.get(args[i]!) ?? null);
  return values;
}

function hgetall({ db, args }: Request): Reply {
  const flat: string[] = [];
  db.lookupReadType(args[1]!, Hash)?.forEach((field, value) => flat.push(field, value));
  return new MapReply(flat);
}

function hkeys({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, Hash)?.fields() ?? [];
}

function hvals({ db, args }: Request): Reply {
  const values: string[] = [];
  db.lookupReadType(args[1]!, Hash)?.forEach((_, value) => values.push(value));
  return values;
}

function hdel({ db, args }: Request): Reply {
  const key = args[1]!;
  const hash = db.lookupWriteType(key, Hash);
  if (hash === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < args.length; i++) if (hash.delete(args[i]!)) removed++;
  if (removed > 0) db.signalModified(key, 'hdel', removed);
  return removed;
}

function hlen({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, Hash)?.size ?? 0;
}

function hexists({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, Hash)?.has(args[2]!) ? 1 : 0;
}

function hstrlen({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, Hash)?.get(args[2]!)?.length ?? 0;
}

function hincrby({ db, args }: Request): Reply {
  const [, key, field] = args as [string, string, string];
  const increment = parseLongLong(args[3]!);
  const found = db.lookupWriteType(key, Hash);
  const before = parseInt64(found?.get(field) ?? '0');
  if (before === undefined) throw new ReplyError('ERR hash value is not an integer');
  const sum = addInt64(before, increment);
  const hash = found ?? new Hash();
  hash.set(field, String(sum));
  changed(db, key, hash, found, 'hincrby');
  return sum;
}

/** The sum is logged, not the increment: another machine might round otherwise (Redis: `hincrbyfloatCommand`). */
function hincrbyfloat(request: Request): Reply {
  const { db, args } = request;
  const [, key, field] = args as [string, string, string];
  const increment = parseLongDouble(args[3]!);
  if (increment === undefined) throw new ReplyError('ERR value is not a valid float');
  if (increment === INFINITE) throw new ReplyError('ERR value is NaN or Infinity');
  const found = db.lookupWriteType(key, Hash);
  const before = parseLongDouble(found?.get(field) ?? '0');
  if (before === undefined) throw new ReplyError('ERR hash value is not a float');
  const sum = addLongDouble(before, increment);
  if (sum === INFINITE) throw new ReplyError('ERR increment would produce NaN or Infinity');
  const hash = found ?? new Hash();
  const result = formatLongDouble(sum);
  hash.set(field, result);
  request.propagateAs(['HSET', key, field, result]);
  changed(db, key, hash, found, 'hincrbyfloat');
  return result;
}

/** `HRANDFIELD key [count [WITHVALUES]]`. */
function hrandfield({ db, client, args }: Request): Reply {
  const key = args[1]!;
  if (args.length === 2) return db.lookupReadType(key, Hash)?.randomField() ?? null;
  const count = parseRandomCount(args[2]!);
  const withValues = args.length === 4 && args[3]!.toUpperCase() === 'WITHVALUES';
  if (args.length > 3 && !withValues) throw syntaxError();
  if (withValues && Math.abs(count) >= MAX_PAIRS) throw new ReplyError('ERR value is out of range');
  const hash = db.lookupReadType(key, Hash);
  if (hash === undefined) return [];
  const fields = hash.randomFields(count);
  if (!withValues) return fields;
  const values = hash.valuesOf(fields);
  if (client.replies.protocol === 3) return fields.map((field, i) => [field, values[i]!]);
  return fields.flatMap((field, i) => [field, values[i]!]);
}

/** Redis counts field and value, in 64 bits. */
const MAX_PAIRS = 2 ** 62;

/** `HSCAN key cursor [MATCH pattern] [COUNT count]`: the next cursor, and fields and values in turn. */
function hscan({ db, args }: Request): Reply {
  const cursor = parseCursor(args[2]!);
  const hash = db.lookupReadType(args[1]!, Hash);
  if (hash === undefined) return ['0', []];
  const { count, matches } = parseScanOptions(args, 3);
  const flat: string[] = [];
  const next = hash.scan(cursor, count, (field, value) => {
    if (matches(field)) flat.push(field, value);
  });
  return [String(next), flat];
}

/** A hash was changed; a new one goes into the keyspace. */
function changed(
  db: Database,
  key: string,
  hash: Hash,
  found: Hash | undefined,
  event: string,
  changes = 1,
): void {
  if (found === undefined) db.set(key, hash, null);
  db.signalModified(key, event, changes);
}
