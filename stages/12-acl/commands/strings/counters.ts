import { keyAt } from '#shared/commands/key-specs.ts';
import { INT64_MIN, isInt64, normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';
import {
  addLongDouble,
  formatLongDouble,
  INFINITE,
  parseLongDouble,
  type LongDouble,
} from '#shared/numbers/long-double.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

const FLAGS = 'write denyoom fast';
const KEYS = [keyAt(1, 'RW access update')];

/** Strings that are numbers. */
export const counters: Family = {
  group: 'string',
  rows: [
    { name: 'incr', arity: 2, flags: FLAGS, keys: KEYS, since: '1.0.0', summary: 'Adds 1.', run: incr },
    { name: 'decr', arity: 2, flags: FLAGS, keys: KEYS, since: '1.0.0', summary: 'Subtracts 1.', run: decr },
    { name: 'incrby', arity: 3, flags: FLAGS, keys: KEYS, since: '1.0.0', summary: 'Adds an integer.', run: incrby },
    {
      name: 'decrby',
      arity: 3,
      flags: FLAGS,
      keys: KEYS,
      since: '1.0.0',
      summary: 'Subtracts an integer.',
      run: decrby,
    },
    {
      name: 'incrbyfloat',
      arity: 3,
      flags: FLAGS,
      keys: KEYS,
      since: '2.6.0',
      summary: 'Adds a decimal.',
      run: incrbyfloat,
    },
  ],
};

function incr(request: Request): Reply {
  return add(request, 1);
}

function decr(request: Request): Reply {
  return add(request, -1);
}

function incrby(request: Request): Reply {
  return add(request, parseLongLong(request.args[2]!));
}

function decrby(request: Request): Reply {
  const decrement = parseLongLong(request.args[2]!);
  // The one integer whose negative is none.
  if (decrement === INT64_MIN) throw new ReplyError('ERR decrement would overflow');
  return add(request, -decrement);
}

/** A missing key counts as 0, and a deadline stays (Redis: `incrDecrCommand`). */
function add({ db, args }: Request, increment: Int64): Reply {
  const key = args[1]!;
  const text = db.lookupWriteString(key);
  const before = text === undefined ? 0 : parseLongLong(text);
  const sum = addInt64(before, increment);
  db.set(key, String(sum), 'incrby', true);
  return sum;
}

/** @throws ReplyError when the sum is beyond 64 bits */
export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const exact = BigInt(a) + BigInt(b);
  if (!isInt64(exact)) throw new ReplyError('ERR increment or decrement would overflow');
  return normalizeInt64(exact);
}

/** The sum is logged, not the increment: another machine might round otherwise (Redis: `incrbyfloatCommand`). */
function incrbyfloat(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const before = db.lookupWriteString(key) ?? '0';
  const sum = addLongDouble(toLongDouble(before), toLongDouble(args[2]!));
  if (sum === INFINITE) throw new ReplyError('ERR increment would produce NaN or Infinity');
  const result = formatLongDouble(sum);
  db.set(key, result, 'incrbyfloat', true);
  request.propagateAs(['SET', key, result, 'KEEPTTL']);
  return result;
}

function toLongDouble(text: string): LongDouble {
  const value = parseLongDouble(text);
  if (value === undefined) throw new ReplyError('ERR value is not a valid float');
  return value;
}
