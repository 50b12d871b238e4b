import { parseInt64 } from '#shared/numbers/int64.ts';
import { MapReply, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../router/command.ts';
import { keyAt } from '../router/key-specs.ts';
import type { Request } from '../router/request.ts';
import type { Database } from '../store/database.ts';
import { Hash } from '../store/hash-value.ts';
import { randomKeys } from '../store/random-keys.ts';
import { parseLongLong, syntaxError } from './arguments.ts';
import { addInt64 } from './counters.ts';
import { parseRandomCount } from './random-count.ts';

const WRITE = 'write denyoom fast';
const READ = 'readonly fast';
const READ_ALL = 'readonly';

const access = [keyAt(1, 'RO access')];
const look = [keyAt(1, 'RO')];
const update = [keyAt(1, 'RW update')];
const insert = [keyAt(1, 'RW insert')];
const increment = [keyAt(1, 'RW access update')];
const remove = [keyAt(1, 'RW delete')];

/** Hashes: strings by field, under one key (Redis: t_hash.c). */
export const hashes: Family = {
  group: 'hash',
  rows: [
    { name: 'hset', arity: -4, flags: WRITE, keys: update, since: '2.0.0', summary: 'Gives fields their values.', run: hset },
    { name: 'hsetnx', arity: 4, flags: WRITE, keys: insert, since: '2.0.0', summary: 'Adds a field that is not there.', run: hsetnx },
    { name: 'hmset', arity: -4, flags: WRITE, keys: update, since: '2.0.0', summary: 'HSET of old, which answers OK.', run: hmset },
    { name: 'hget', arity: 3, flags: READ, keys: access, since: '2.0.0', summary: 'The value of a field.', run: hget },
    { name: 'hmget', arity: -3, flags: READ, keys: access, since: '2.0.0', summary: 'The values of some fields.', run: hmget },
    { name: 'hgetall', arity: 2, flags: READ_ALL, keys: access, since: '2.0.0', summary: 'Every field and value.', run: hgetall },
    { name: 'hkeys', arity: 2, flags: READ_ALL, keys: access, since: '2.0.0', summary: 'Every field.', run: hkeys },
    { name: 'hvals', arity: 2, flags: READ_ALL, keys: access, since: '2.0.0', summary: 'Every value.', run: hvals },
    { name: 'hdel', arity: -3, flags: 'write fast', keys: remove, since: '2.0.0', summary: 'Removes fields.', run: hdel },
    { name: 'hlen', arity: 2, flags: READ, keys: look, since: '2.0.0', summary: 'The number of fields.', run: hlen },
    { name: 'hexists', arity: 3, flags: READ, keys: look, since: '2.0.0', summary: 'Whether a field is there.', run: hexists },
    { name: 'hstrlen', arity: 3, flags: READ, keys: look, since: '3.2.0', summary: "The length of a field's value.", run: hstrlen },
    { name: 'hincrby', arity: 4, flags: WRITE, keys: increment, since: '2.0.0', summary: "Adds to a field's integer.", run: hincrby },
    {
      name: 'hrandfield',
      arity: -2,
      flags: READ_ALL,
      keys: access,
      since: '6.2.0',
      summary: 'Fields picked at random.',
      run: hrandfield,
    },
  ],
};

function hset({ db, args, command }: Request): Reply {
  if (args.length % 2 === 1) throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
  const key = args[1]!;
  const found = db.lookupWriteType(key, Hash);
  const hash = found ?? new Hash();
  let added = 0;
  for (let i = 2; i < args.length; i += 2) if (hash.set(args[i]!, args[i + 1]!)) added++;
  changed(db, key, hash, found, 'hset');
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
  return db.lookupReadType(args[1]!, Hash)?.dict.keys() ?? [];
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
  if (removed > 0) db.signalModified(key, 'hdel');
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

/** `HRANDFIELD key [count [WITHVALUES]]`. */
function hrandfield({ db, client, args }: Request): Reply {
  const key = args[1]!;
  if (args.length === 2) return db.lookupReadType(key, Hash)?.dict.randomKey() ?? null;
  const count = parseRandomCount(args[2]!);
  const withValues = args.length === 4 && args[3]!.toUpperCase() === 'WITHVALUES';
  if (args.length > 3 && !withValues) throw syntaxError();
  if (withValues && Math.abs(count) >= MAX_PAIRS) throw new ReplyError('ERR value is out of range');
  const hash = db.lookupReadType(key, Hash);
  if (hash === undefined) return [];
  const fields = randomKeys(hash.dict, count);
  if (!withValues) return fields;
  if (client.replies.protocol === 3) return fields.map((field) => [field, hash.get(field)!]);
  return fields.flatMap((field) => [field, hash.get(field)!]);
}

/** Redis counts field and value, in 64 bits. */
const MAX_PAIRS = 2 ** 62;

/** A hash was changed; a new one goes into the keyspace. */
function changed(db: Database, key: string, hash: Hash, found: Hash | undefined, event: string): void {
  if (found === undefined) db.set(key, hash, event);
  else db.signalModified(key, event);
}
