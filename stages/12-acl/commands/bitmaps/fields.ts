import { fitField, readField, writeField, type FieldType, type Overflow } from '#shared/bits/bit-field.ts';
import { keyAt, type FoundKey } from '#shared/commands/key-specs.ts';
import { INT64_MAX, INT64_MIN, type Int64 } from '#shared/numbers/int64.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { RawString } from '../../store/raw-string.ts';
import { bytesOfString, lengthOfString, stringToChange } from '../../store/string-bytes.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parseBitOffset, parseFieldType } from './arguments.ts';

/** Integers of any width in a string (Redis: `bitfieldGeneric`). */
export const bitFields: Family = {
  group: 'bitmap',
  rows: [
    {
      name: 'bitfield',
      arity: -2,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW access update variable_flags')],
      keysOf: bitfieldKeys,
      since: '3.2.0',
      summary: 'Reads, sets and adds to integers of any width inside a string.',
      run: bitfield,
    },
    {
      name: 'bitfield_ro',
      arity: -2,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO access')],
      since: '6.0.0',
      summary: 'BITFIELD that only reads.',
      run: bitfieldReadOnly,
    },
  ],
};

interface Operation {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly type: FieldType;
  readonly offset: number;
  /** The value to set, or to add. */
  readonly operand: Int64;
  readonly overflow: Overflow;
}

/** `BITFIELD key [GET type offset | [OVERFLOW WRAP|SAT|FAIL] SET type offset value | INCRBY type offset increment …]` */
function bitfield(request: Request): Reply {
  const operations = parseOperations(request);
  return operations.every(({ kind }) => kind === 'get') ? readFields(request, operations) : changeFields(request, operations);
}

function bitfieldReadOnly(request: Request): Reply {
  const operations = parseOperations(request);
  if (operations.some(({ kind }) => kind !== 'get')) throw new ReplyError('ERR BITFIELD_RO only supports the GET subcommand');
  return readFields(request, operations);
}

function readFields({ db, args }: Request, operations: readonly Operation[]): Reply {
  const bytes = bytesOfString(db.lookupRead(args[1]!));
  return operations.map(({ offset, type }) => readField(bytes, offset, type));
}

/** The string first becomes as long as the last field needs. */
function changeFields({ db, args }: Request, operations: readonly Operation[]): Reply {
  const key = args[1]!;
  const value = db.lookupWrite(key);
  const before = lengthOfString(value);
  const raw = stringToChange(db, key, value, lengthFor(operations));
  const grown = raw.length > before;
  let changes = 0;
  const replies = operations.map((operation) => {
    const { reply, changed } = apply(raw, operation);
    if (changed || (grown && operation.kind !== 'get' && reply !== null)) changes++;
    return reply;
  });
  if (changes > 0) db.signalModified(key, 'setbit', changes);
  // All operations have failed, but the string has grown. Redis sends no notification then, and its replicas do not get the zeros.
  else if (grown) db.signalUnwatched(key);
  return replies;
}

function lengthFor(operations: readonly Operation[]): number {
  const ends = operations.map(({ kind, offset, type }) => (kind === 'get' ? 0 : offset + type.width - 1));
  return Math.floor(ends.reduce((last, end) => Math.max(last, end), 0) / 8) + 1;
}

function apply(raw: RawString, { kind, type, offset, operand, overflow }: Operation): { reply: Reply; changed: boolean } {
  const bytes = raw.asBytes();
  const before = readField(bytes, offset, type);
  if (kind === 'get') return { reply: before, changed: false };
  const wanted = kind === 'set' ? asSet(operand, type, overflow) : sumOf(before, operand);
  const after = fitField(wanted, type, overflow);
  if (after === undefined) return { reply: null, changed: false };
  writeField(bytes, offset, type, after);
  return { reply: kind === 'set' ? before : after, changed: after !== before };
}

/**
 * What SET stores, if it fits. For an unsigned field a negative number becomes one of 64 unsigned bits, as in C. For a signed one Redis
 * subtracts it from the largest that fits. If the difference is beyond 64 bits, it wraps, and SAT takes the number for too large.
 */
function asSet(operand: Int64, { signed, width }: FieldType, overflow: Overflow): Int64 {
  if (operand >= 0) return operand;
  if (!signed) return BigInt.asUintN(64, BigInt(operand));
  return overflow === 'sat' && width < 64 && operand < INT64_MIN + 2n ** BigInt(width - 1) ? INT64_MAX : operand;
}

function sumOf(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  return BigInt(a) + BigInt(b);
}

function parseOperations(request: Request): Operation[] {
  const { args } = request;
  const operations: Operation[] = [];
  let overflow: Overflow = 'wrap';
  for (let i = 2; i < args.length; ) {
    const word = args[i]!.toLowerCase();
    const after = args.length - i - 1;
    if (word === 'overflow' && after >= 1) {
      overflow = parseOverflow(args[i + 1]!);
      i += 2;
      continue;
    }
    const kind = word === 'get' || word === 'set' || word === 'incrby' ? word : undefined;
    if (kind === undefined || after < (kind === 'get' ? 2 : 3)) throw syntaxError();
    const type = parseFieldType(args[i + 1]!);
    const offset = parseBitOffset(request, args[i + 2]!, kind !== 'get', type.width);
    const operand = kind === 'get' ? 0 : parseLongLong(args[i + 3]!);
    operations.push({ kind, type, offset, operand, overflow });
    i += kind === 'get' ? 3 : 4;
  }
  return operations;
}

function parseOverflow(word: string): Overflow {
  const overflow = word.toLowerCase();
  if (overflow === 'wrap' || overflow === 'sat' || overflow === 'fail') return overflow;
  throw new ReplyError('ERR Invalid OVERFLOW type specified');
}

/** The key is written unless all operations are GET; what cannot be read is taken for a write (Redis: `bitfieldGetKeys`). */
function bitfieldKeys(args: readonly string[]): FoundKey[] {
  for (let i = 2; i < args.length; ) {
    const word = args[i]!.toLowerCase();
    const after = args.length - i - 1;
    if (word === 'get' && after >= 2) i += 3;
    else if (word === 'overflow' && after >= 1) i += 2;
    else return [{ key: args[1]!, flags: 'RW access update' }];
  }
  return [{ key: args[1]!, flags: 'RO access' }];
}
