import { keyAt } from '#shared/commands/key-specs.ts';
import { normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';
import { cString } from '#shared/resp/c-string.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow, Family, Handler } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { MILLISECONDS, parseExpireTime, SECONDS, type Unit } from './expire-time.ts';

/** Commands for the time to live of keys. */
export const expire: Family = {
  group: 'generic',
  rows: [
    expireRow('expire', '1.0.0', 'Gives a key a time to live in seconds.', (r) => setExpire(r, SECONDS, Date.now())),
    expireRow('pexpire', '2.6.0', 'Gives a key a time to live in ms.', (r) => setExpire(r, MILLISECONDS, Date.now())),
    expireRow('expireat', '1.2.0', 'Gives a key a deadline, Unix time in seconds.', (r) => setExpire(r, SECONDS, 0)),
    expireRow('pexpireat', '2.6.0', 'Gives a key a deadline, Unix time in ms.', (r) => setExpire(r, MILLISECONDS, 0)),
    ttlRow('ttl', '1.0.0', 'How long a key lives, in seconds.', (r) => ttl(r, SECONDS)),
    ttlRow('pttl', '2.6.0', 'How long a key lives, in ms.', (r) => ttl(r, MILLISECONDS)),
    deadlineRow('expiretime', '7.0.0', 'The deadline of a key, Unix time in seconds.', (r) => expireTime(r, SECONDS)),
    deadlineRow('pexpiretime', '7.0.0', 'The deadline of a key, Unix time in ms.', (r) => expireTime(r, MILLISECONDS)),
    {
      name: 'persist',
      arity: 2,
      flags: 'write fast',
      keys: [keyAt(1, 'RW update')],
      since: '2.2.0',
      summary: 'Removes the deadline of a key.',
      run: persist,
    },
  ],
};

function expireRow(name: string, since: string, summary: string, run: Handler): CommandRow {
  return { name, arity: -3, flags: 'write fast', keys: [keyAt(1, 'RW update')], since, summary, run };
}

function ttlRow(name: string, since: string, summary: string, run: Handler): CommandRow {
  return { ...deadlineRow(name, since, summary, run), tips: 'nondeterministic_output' };
}

function deadlineRow(name: string, since: string, summary: string, run: Handler): CommandRow {
  return { name, arity: 2, flags: 'readonly fast', keys: [keyAt(1, 'RO access')], since, summary, run };
}

/** `EXPIRE key time [NX | XX | GT | LT]`, counted from `base`, Unix time in ms (Redis: `expireGenericCommand`). */
function setExpire(request: Request, unit: Unit, base: number): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const conditions = parseConditions(args);
  const at = parseExpireTime(request, args[2]!, unit, base);
  if (db.lookupWrite(key) === undefined) return 0;
  if (conditions !== undefined && !isMet(conditions, at, db.getExpire(key))) return 0;
  if (db.hasPassed(at)) {
    db.delete(key);
    request.propagateAs(['DEL', key]);
  } else {
    db.setExpire(key, at);
    request.propagateAs(['PEXPIREAT', key, String(at), ...args.slice(3)]);
  }
  return 1;
}

/** @throws ReplyError for unknown words, and words that exclude each other */
function parseConditions(args: readonly string[]): Set<string> | undefined {
  if (args.length === 3) return undefined;
  const words = new Set<string>();
  for (let i = 3; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (!CONDITIONS.includes(word)) throw new ReplyError(`ERR Unsupported option ${cString(args[i]!)}`);
    words.add(word);
  }
  if (words.has('NX') && words.size > 1) {
    throw new ReplyError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (words.has('GT') && words.has('LT')) {
    throw new ReplyError('ERR GT and LT options at the same time are not compatible');
  }
  return words;
}

const CONDITIONS = ['NX', 'XX', 'GT', 'LT'];

/** A key without a deadline lives for ever: nothing is later than that. */
function isMet(conditions: Set<string>, at: Int64, before: Int64 | undefined): boolean {
  if (conditions.has('NX') && before !== undefined) return false;
  if (conditions.has('XX') && before === undefined) return false;
  if (conditions.has('GT') && (before === undefined || at <= before)) return false;
  if (conditions.has('LT') && before !== undefined && at >= before) return false;
  return true;
}

/** -2: no such key, -1: no deadline (Redis: `ttlGenericCommand`). */
function ttl(request: Request, unit: Unit): Reply {
  const at = deadline(request);
  if (at === NO_KEY || at === NO_DEADLINE) return at;
  const left = typeof at === 'number' ? Math.max(0, at - Date.now()) : at - BigInt(Date.now());
  return toUnit(left, unit);
}

function expireTime(request: Request, unit: Unit): Reply {
  const at = deadline(request);
  return at === NO_KEY || at === NO_DEADLINE ? at : toUnit(at, unit);
}

const NO_KEY = -2;
const NO_DEADLINE = -1;

function deadline({ db, args }: Request): Int64 {
  if (db.lookupReadNoTouch(args[1]!) === undefined) return NO_KEY;
  return db.getExpire(args[1]!) ?? NO_DEADLINE;
}

/** Half seconds are rounded up. */
function toUnit(ms: Int64, unit: Unit): Int64 {
  if (unit === MILLISECONDS) return ms;
  return typeof ms === 'number' ? Math.floor((ms + 500) / 1000) : normalizeInt64((ms + 500n) / 1000n);
}

function persist({ db, args }: Request): Reply {
  if (db.lookupWrite(args[1]!) === undefined) return 0;
  return db.removeExpire(args[1]!) ? 1 : 0;
}
