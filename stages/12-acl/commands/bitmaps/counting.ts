import { bitPosition } from '#shared/bits/bit-position.ts';
import { popcount } from '#shared/bits/popcount.ts';
import { keyAt } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { bytesOfString } from '../../store/string-bytes.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parseBitUnit } from './arguments.ts';

/** Commands that look at many bits at once. */
export const bitCounting: Family = {
  group: 'bitmap',
  rows: [
    {
      name: 'bitcount',
      arity: -2,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      since: '2.6.0',
      summary: 'How many bits of a string are 1.',
      run: bitcount,
    },
    {
      name: 'bitpos',
      arity: -3,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      since: '2.8.7',
      summary: 'Where the first bit is that is 0 or 1.',
      run: bitpos,
    },
  ],
};

/** `BITCOUNT key [start end [BYTE | BIT]]`: without a key the arguments are not looked at. */
function bitcount({ db, args }: Request): Reply {
  const bytes = bytesOfString(db.lookupRead(args[1]!));
  if (bytes === undefined) return 0;
  if (args.length === 2) return popcount(bytes);
  if (args.length > 5 || args.length < 4) throw syntaxError();
  const [start, end] = [Number(parseLongLong(args[2]!)), Number(parseLongLong(args[3]!))];
  if (start < 0 && end < 0 && start > end) return 0;
  const unit = parseBitUnit(args[4]);
  const range = rangeOf(bytes, start, end, unit);
  return range === undefined ? 0 : countBits(bytes, range);
}

/** Whole bytes are counted, less what the first and the last one have outside the range. */
function countBits(bytes: Uint8Array, { first, last }: BitRange): number {
  const [from, to] = [Math.floor(first / 8), Math.floor(last / 8)];
  const outside = [bytes[from]! & (0xff00 >> (first % 8)), bytes[to]! & (0x7f >> (last % 8))];
  return popcount(bytes, from, to + 1) - popcount(Uint8Array.from(outside));
}

/**
 * `BITPOS key bit [start [end [BYTE | BIT]]]`. A string goes on with zeros, so that a 0 is found after its end, unless an end
 * is given.
 */
function bitpos({ db, args }: Request): Reply {
  const bit = parseLongLong(args[2]!);
  if (bit !== 0 && bit !== 1) throw new ReplyError('ERR The bit argument must be 1 or 0.');
  const bytes = bytesOfString(db.lookupRead(args[1]!));
  if (bytes === undefined) return bit === 1 ? -1 : 0;
  if (args.length > 6) throw syntaxError();
  const start = args.length > 3 ? Number(parseLongLong(args[3]!)) : 0;
  const unit = parseBitUnit(args[5]);
  const end = args.length > 4 ? Number(parseLongLong(args[4]!)) : bytes.length - 1;
  const range = rangeOf(bytes, start, end, unit);
  if (range === undefined) return -1;
  const found = bitPosition(bytes, bit, range.first, range.last);
  return found ?? (bit === 1 || args.length > 4 ? -1 : bytes.length * 8);
}

interface BitRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/** The bits from `start` to `end`, negative ones counted from the end; undefined when there is none. */
function rangeOf(bytes: Uint8Array, start: number, end: number, unit: number): BitRange | undefined {
  const total = (bytes.length * 8) / unit;
  const from = Math.max(0, start < 0 ? total + start : start);
  const to = Math.min(total - 1, Math.max(0, end < 0 ? total + end : end));
  return from <= to ? { first: from * unit, last: (to + 1) * unit - 1 } : undefined;
}
