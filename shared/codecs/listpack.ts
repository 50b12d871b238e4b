import { parseInt64, type Int64 } from '../numbers/int64.ts';
import { int64Text, sliceText, wholeText, type LatinBuffer } from './binary-text.ts';
import { CodecError } from './codec-error.ts';

// A listpack (Redis's listpack.c): total bytes (32 bits), number of entries (16 bits), entries, 0xff.
// An entry: its encoding, its data, and how many bytes both of them take, in 7-bit groups to be read from the right.
//   0nnnnnnn              the number 0 to 127
//   10llllll              string of up to 63 bytes
//   110nnnnn + 1 byte     a number of 13 bits, signed
//   1110llll + 1 byte     string of up to 4095 bytes
//   0xf0 + 4 bytes        string of up to 2^32 - 1 bytes (little endian)
//   0xf1 to 0xf4          a number of 16, 24, 32, 64 bits, signed (little endian)
const STRING_32 = 0xf0;
const INT_16 = 0xf1;
const INT_24 = 0xf2;
const INT_32 = 0xf3;
const INT_64 = 0xf4;
const END = 0xff;

const HEADER_BYTES = 6;
/** The count in the header when there are this many or more: then the entries must be counted. */
const UNKNOWN_COUNT = 0xffff;
/** `LISTPACK_MAX_SAFETY_LIMIT` */
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * Every entry as a binary string, integers in decimal.
 * @throws CodecError when anything in it contradicts itself (`lpValidateIntegrity` with `deep`)
 */
export function readListpack(bytes: Buffer): string[] {
  const end = bytes.length - 1;
  if (end < HEADER_BYTES || bytes.readUInt32LE(0) !== bytes.length) throw new CodecError('listpack: its size is wrong');
  if (bytes[end] !== END) throw new CodecError('listpack: no end byte');
  const items: string[] = [];
  const whole = wholeText(bytes);
  let at = HEADER_BYTES;
  while (at < end) {
    const size = entrySize(bytes, at, end);
    const backAt = at + size;
    const next = backAt + backLengthSize(size);
    if (next > end) throw new CodecError(`listpack: the entry at ${at} is too long`);
    if (size <= 127 ? bytes[backAt] !== size : !isBackLength(bytes, backAt, next, size)) {
      throw new CodecError(`listpack: the entry at ${at} has a wrong length after it`);
    }
    items.push(entryText(bytes, whole, at, backAt));
    at = next;
  }
  const count = bytes.readUInt16LE(4);
  if (count !== UNKNOWN_COUNT && count !== items.length) {
    throw new CodecError(`listpack: ${items.length} entries, not ${count}`);
  }
  return items;
}

/** One listpack of these items; those which are integers as Redis writes them are stored as such. */
export function encodeListpack(items: readonly string[]): Buffer {
  const writer = new ListpackWriter();
  for (const item of items) writer.append(item);
  return writer.finish();
}

/** Collects entries. It throws RangeError beyond 1 GB, where Redis would refuse to append. */
export class ListpackWriter {
  /** Entries so far. */
  count = 0;
  private buffer: Buffer = Buffer.allocUnsafe(128);
  /** The position after the last entry. */
  private at = HEADER_BYTES;

  /** Bytes of the listpack as it is, with its header and its end. */
  get size(): number {
    return this.at + 1;
  }

  /** Appends a binary string, as an integer when it is one. */
  append(text: string): void {
    const integer = text.length <= 20 ? parseInt64(text) : undefined;
    if (integer === undefined) this.appendString(text);
    else this.appendInteger(integer);
  }

  appendInteger(value: Int64): void {
    this.reserve(10);
    const start = this.at;
    if (typeof value === 'bigint' || value < -(2 ** 31) || value >= 2 ** 31) {
      this.buffer[start] = INT_64;
      this.buffer.writeBigInt64LE(BigInt(value), start + 1);
      this.close(start, 9);
    } else {
      this.close(start, writeInt32(this.buffer, start, value));
    }
  }

  /** Takes the listpack, and starts the next. */
  finish(): Buffer {
    const { buffer, at } = this;
    const bytes = Buffer.allocUnsafe(at + 1);
    buffer.copy(bytes, HEADER_BYTES, HEADER_BYTES, at);
    bytes.writeUInt32LE(at + 1, 0);
    bytes.writeUInt16LE(Math.min(this.count, UNKNOWN_COUNT), 4);
    bytes[at] = END;
    this.count = 0;
    this.at = HEADER_BYTES;
    return bytes;
  }

  private appendString(text: string): void {
    const { length } = text;
    this.reserve(length + 10);
    const { buffer, at } = this;
    let dataAt = at + 1;
    if (length < 64) {
      buffer[at] = 0x80 | length;
    } else if (length < 4096) {
      buffer[at] = 0xe0 | (length >> 8);
      buffer[dataAt++] = length & 0xff;
    } else {
      buffer[at] = STRING_32;
      dataAt = buffer.writeUInt32LE(length, at + 1);
    }
    if (length < 24) for (let i = 0; i < length; i++) buffer[dataAt + i] = text.charCodeAt(i);
    else (buffer as LatinBuffer).latin1Write(text, dataAt, length);
    this.close(at, dataAt - at + length);
  }

  /** Ends the entry of `size` bytes at `start`. */
  private close(start: number, size: number): void {
    const bytes = backLengthSize(size);
    const last = start + size + bytes - 1;
    let rest = size;
    for (let i = last; i > last - bytes; i--) {
      // All groups but the leftmost say that there is another to their left.
      this.buffer[i] = (rest & 0x7f) | (i > last - bytes + 1 ? 0x80 : 0);
      rest >>>= 7;
    }
    this.at = last + 1;
    this.count++;
  }

  /** Makes room for this number of bytes, and the length after them. */
  private reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.buffer.length) return;
    if (needed > MAX_BYTES) throw new RangeError('a listpack of more than 1 GB');
    const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}

/** Bytes of encoding and data. `at` is before `end`, and there is a byte at `end`. */
function entrySize(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1 + (first & 0x3f);
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 2 + (((first & 0x0f) << 8) | bytes[at + 1]!);
  if (first === STRING_32) {
    if (at + 5 > end) throw new CodecError(`listpack: the entry at ${at} is too long`);
    return 5 + bytes.readUInt32LE(at + 1);
  }
  if (first === INT_16) return 3;
  if (first === INT_24) return 4;
  if (first === INT_32) return 5;
  if (first === INT_64) return 9;
  throw new CodecError(`listpack: unknown encoding ${first} at ${at}`);
}

/** The entry from `at` to `end`, all of it within `bytes`. */
function entryText(bytes: Buffer, whole: string, at: number, end: number): string {
  const first = bytes[at]!;
  if (first < 0x80) return String(first);
  if (first < 0xc0) return sliceText(bytes, whole, at + 1, end);
  // Shifted up to the sign bit and down again.
  if (first < 0xe0) return String((((first << 8) | bytes[at + 1]!) << 19) >> 19);
  if (first < 0xf0) return sliceText(bytes, whole, at + 2, end);
  if (first === STRING_32) return sliceText(bytes, whole, at + 5, end);
  if (first === INT_16) return String(bytes.readInt16LE(at + 1));
  if (first === INT_24) return String(bytes.readIntLE(at + 1, 3));
  if (first === INT_32) return String(bytes.readInt32LE(at + 1));
  return int64Text(bytes, at + 1);
}

/** `lpEncodeBacklen`: 16383 and the like take a byte more than their bits need. */
function backLengthSize(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

function isBackLength(bytes: Buffer, start: number, end: number, size: number): boolean {
  let rest = size;
  for (let i = end - 1; i >= start; i--) {
    if (bytes[i] !== ((rest & 0x7f) | (i > start ? 0x80 : 0))) return false;
    rest >>>= 7;
  }
  return true;
}

/** @returns bytes written */
function writeInt32(buffer: Buffer, at: number, value: number): number {
  if (value >= 0 && value < 128) {
    buffer[at] = value;
    return 1;
  }
  if (value >= -4096 && value < 4096) {
    buffer[at] = 0xc0 | ((value >> 8) & 0x1f);
    buffer[at + 1] = value & 0xff;
    return 2;
  }
  if (value >= -(2 ** 15) && value < 2 ** 15) {
    buffer[at] = INT_16;
    return buffer.writeInt16LE(value, at + 1) - at;
  }
  if (value >= -(2 ** 23) && value < 2 ** 23) {
    buffer[at] = INT_24;
    return buffer.writeIntLE(value, at + 1, 3) - at;
  }
  buffer[at] = INT_32;
  return buffer.writeInt32LE(value, at + 1) - at;
}
