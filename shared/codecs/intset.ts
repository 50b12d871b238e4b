import { int64Text } from './binary-text.ts';
import { CodecError } from './codec-error.ts';

// An intset (Redis's intset.c): bytes per integer (32 bits; 2, 4 or 8), how many integers (32 bits), and the integers,
// signed, in ascending order; everything little endian.
const HEADER_BYTES = 8;

/**
 * The integers in decimal, ascending.
 * @throws CodecError when the size is not that of the header, when there is none, or when they do not ascend
 *   (`intsetValidateIntegrity` with `deep`)
 */
export function readIntset(bytes: Buffer): string[] {
  if (bytes.length < HEADER_BYTES) throw new CodecError('intset: no header');
  const width = bytes.readUInt32LE(0);
  const count = bytes.readUInt32LE(4);
  if (width !== 2 && width !== 4 && width !== 8) throw new CodecError(`intset: integers of ${width} bytes`);
  if (count === 0) throw new CodecError('intset: empty');
  if (bytes.length !== HEADER_BYTES + count * width) throw new CodecError('intset: its size is wrong');
  return width === 8 ? readInt64s(bytes) : readSmaller(bytes, width);
}

function readSmaller(bytes: Buffer, width: 2 | 4): string[] {
  const items: string[] = [];
  let last = -Infinity;
  for (let at = HEADER_BYTES; at < bytes.length; at += width) {
    const value = width === 2 ? bytes.readInt16LE(at) : bytes.readInt32LE(at);
    if (value <= last) throw notAscending(at);
    items.push(String(value));
    last = value;
  }
  return items;
}

function readInt64s(bytes: Buffer): string[] {
  const items: string[] = [];
  let lastHigh = -Infinity;
  let lastLow = 0;
  for (let at = HEADER_BYTES; at < bytes.length; at += 8) {
    const high = bytes.readInt32LE(at + 4);
    const low = bytes.readUInt32LE(at);
    if (high < lastHigh || (high === lastHigh && low <= lastLow)) throw notAscending(at);
    items.push(int64Text(bytes, at));
    lastHigh = high;
    lastLow = low;
  }
  return items;
}

function notAscending(at: number): CodecError {
  return new CodecError(`intset: the integer at ${at} is not above the one before`);
}
