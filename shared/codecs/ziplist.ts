import { int64Text, sliceText, wholeText } from './binary-text.ts';
import { CodecError } from './codec-error.ts';

// A ziplist (Redis's ziplist.c), which listpacks replaced in Redis 7: total bytes (32 bits), offset of the last entry
// (32 bits), number of entries (16 bits), entries, 0xff; numbers are little endian.
// An entry: the size of the one before it (one byte, or 0xfe and 32 bits), its encoding, its data.
//   00llllll              string of up to 63 bytes
//   01llllll + 1 byte     string of up to 16383 bytes (big endian)
//   10------ + 4 bytes    string of up to 2^32 - 1 bytes (big endian)
//   11xx0000              a number of 16, 32, 64, 24 bits for xx = 0, 1, 2, 3, signed
//   0xfe                  a number of 8 bits, signed
//   1111nnnn              the number n - 1; n is 1 to 13
const INT_16 = 0xc0;
const INT_32 = 0xd0;
const INT_64 = 0xe0;
const INT_24 = 0xf0;
const INT_8 = 0xfe;
const INT_0 = 0xf1;
const INT_12 = 0xfd;
const END = 0xff;

const HEADER_BYTES = 10;
/** A size from here on does not fit the one byte. */
const LONG_PREVIOUS = 0xfe;
/** The count in the header when there are this many or more: then the entries must be counted. */
const UNKNOWN_COUNT = 0xffff;

/**
 * Every entry as a binary string, integers in decimal.
 * @throws CodecError when anything in it contradicts itself (`ziplistValidateIntegrity` with `deep`)
 */
export function readZiplist(bytes: Buffer): string[] {
  const end = bytes.length - 1;
  if (end < HEADER_BYTES || bytes.readUInt32LE(0) !== bytes.length) throw new CodecError('ziplist: its size is wrong');
  if (bytes[end] !== END) throw new CodecError('ziplist: no end byte');
  const items: string[] = [];
  const whole = wholeText(bytes);
  let at = HEADER_BYTES;
  let lastAt = HEADER_BYTES;
  let previousSize = 0;
  while (at < end) {
    const isLong = bytes[at]! >= LONG_PREVIOUS;
    // Encoding and data; even the shortest entry needs a byte before the end.
    const from = at + (isLong ? 5 : 1);
    if (from >= end) throw tooLong(at);
    const previous = isLong ? bytes.readUInt32LE(at + 1) : bytes[at]!;
    if (bytes[at] === END || previous !== previousSize) {
      throw new CodecError(`ziplist: the entry at ${at} does not know the size of the one before`);
    }
    const dataAt = from + encodingSize(bytes[from]!);
    if (dataAt > end) throw tooLong(at);
    const next = dataAt + dataSize(bytes, from);
    if (next > end) throw tooLong(at);
    items.push(entryText(bytes, whole, from, dataAt, next));
    previousSize = next - at;
    lastAt = at;
    at = next;
  }
  if (bytes.readUInt32LE(4) !== lastAt) throw new CodecError('ziplist: its last entry is elsewhere');
  const count = bytes.readUInt16LE(8);
  if (count !== UNKNOWN_COUNT && count !== items.length) {
    throw new CodecError(`ziplist: ${items.length} entries, not ${count}`);
  }
  return items;
}

function tooLong(at: number): CodecError {
  return new CodecError(`ziplist: the entry at ${at} is too long`);
}

function encodingSize(encoding: number): number {
  if (encoding >= 0xc0 || encoding < 0x40) return 1;
  return encoding < 0x80 ? 2 : 5;
}

/** Bytes of data after the encoding at `at`, which is there to its end. */
function dataSize(bytes: Buffer, at: number): number {
  const encoding = bytes[at]!;
  if (encoding < 0x40) return encoding;
  if (encoding < 0x80) return ((encoding & 0x3f) << 8) | bytes[at + 1]!;
  if (encoding < 0xc0) return bytes.readUInt32BE(at + 1);
  if (encoding === INT_16) return 2;
  if (encoding === INT_32) return 4;
  if (encoding === INT_64) return 8;
  if (encoding === INT_24) return 3;
  if (encoding === INT_8) return 1;
  if (encoding >= INT_0 && encoding <= INT_12) return 0;
  throw new CodecError(`ziplist: unknown encoding ${encoding} at ${at}`);
}

function entryText(bytes: Buffer, whole: string, encodingAt: number, dataAt: number, end: number): string {
  const encoding = bytes[encodingAt]!;
  if (encoding < 0xc0) return sliceText(bytes, whole, dataAt, end);
  if (encoding === INT_16) return String(bytes.readInt16LE(dataAt));
  if (encoding === INT_32) return String(bytes.readInt32LE(dataAt));
  if (encoding === INT_64) return int64Text(bytes, dataAt);
  if (encoding === INT_24) return String(bytes.readIntLE(dataAt, 3));
  if (encoding === INT_8) return String(bytes.readInt8(dataAt));
  return String(encoding - INT_0);
}
