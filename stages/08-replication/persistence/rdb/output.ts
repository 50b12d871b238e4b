import { lzfCompress } from '#shared/codecs/lzf.ts';
import { parseInt64, type Int64 } from '#shared/numbers/int64.ts';
import { RDB_ENC, RDB_LENGTH } from './types.ts';

/** Shorter texts are not compressed (Redis: `rdbSaveRawString`). */
const COMPRESS_MIN = 21;
/** No integer of 32 bits is longer, with its sign. */
export const INTEGER_MAX_LENGTH = 11;
/** Up to this length a loop over the characters is faster than a call of the runtime. */
const LOOP_MAX = 24;
const FIRST_CAPACITY = 1024;

/** Bytes in the making: a buffer that grows, and the forms in which an RDB file keeps numbers and strings (rdb.c). */
export class RdbOutput {
  /** How many bytes it holds. */
  size = 0;
  private readonly compression: boolean;
  private buffer: Buffer;

  /** `compression`: as the option `rdbcompression`. `capacity`: bytes to have room for at first. */
  constructor(compression = true, capacity = FIRST_CAPACITY) {
    this.compression = compression;
    this.buffer = Buffer.allocUnsafeSlow(capacity);
  }

  /** The bytes so far, for the caller to keep; the output is empty again. */
  take(): Buffer {
    const { buffer, size } = this;
    this.size = 0;
    if (size * 2 < buffer.length) return Buffer.from(buffer.subarray(0, size));
    this.buffer = Buffer.allocUnsafeSlow(buffer.length);
    return buffer.subarray(0, size);
  }

  byte(value: number): void {
    if (this.size === this.buffer.length) this.reserve(1);
    this.buffer[this.size++] = value;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.size);
    this.size += bytes.length;
  }

  uint16LE(value: number): void {
    this.reserve(2);
    this.size = this.buffer.writeUInt16LE(value, this.size);
  }

  /** A Unix time in ms, a signed number of 64 bits (Redis: `rdbSaveMillisecondTime`). */
  milliseconds(time: Int64): void {
    this.reserve(8);
    const exact = typeof time === 'number' && time >= 0;
    if (!exact) this.size = this.buffer.writeBigInt64LE(BigInt(time), this.size);
    else {
      this.buffer.writeUInt32LE(time % 2 ** 32, this.size);
      this.size = this.buffer.writeUInt32LE(Math.floor(time / 2 ** 32), this.size + 4);
    }
  }

  /** A length, or any other unsigned number: 1, 2, 5 or 9 bytes (Redis: `rdbSaveLen`). */
  length(value: number | bigint): void {
    this.reserve(9);
    const { buffer } = this;
    if (typeof value === 'number' && value < 64) buffer[this.size++] = value;
    else if (typeof value === 'number' && value < 16384) {
      buffer[this.size++] = (RDB_LENGTH.BITS_14 << 6) | (value >>> 8);
      buffer[this.size++] = value;
    } else if (value < 2 ** 32) {
      buffer[this.size++] = RDB_LENGTH.BITS_32;
      this.size = buffer.writeUInt32BE(Number(value), this.size);
    } else {
      buffer[this.size++] = RDB_LENGTH.BITS_64;
      this.size = buffer.writeBigUInt64BE(BigInt(value), this.size);
    }
  }

  /** A binary string: as an integer where it is one, compressed where that is smaller (Redis: `rdbSaveRawString`). */
  string(text: string): void {
    if (text.length <= INTEGER_MAX_LENGTH && this.integer(text)) return;
    this.length(text.length);
    this.reserve(text.length);
    const start = this.size;
    this.latin1(text);
    if (this.compression && text.length >= COMPRESS_MIN) this.compress(start);
  }

  /** As `string`, for what is binary already: never an integer. */
  binary(bytes: Uint8Array): void {
    this.length(bytes.length);
    const start = this.size;
    this.bytes(bytes);
    if (this.compression && bytes.length >= COMPRESS_MIN) this.compress(start);
  }

  private latin1(text: string): void {
    const { buffer } = this;
    if (text.length > LOOP_MAX) {
      this.size += buffer.write(text, this.size, 'latin1');
      return;
    }
    let { size } = this;
    for (let i = 0; i < text.length; i++) buffer[size++] = text.charCodeAt(i);
    this.size = size;
  }

  /** Replaces the string that begins at `start`, after its length, by the compressed form, if that is smaller. */
  private compress(start: number): void {
    const length = this.size - start;
    const compressed = lzfCompress(this.buffer.subarray(start, this.size));
    if (compressed === undefined) return;
    this.size = start - lengthBytes(length);
    this.byte((RDB_LENGTH.ENCVAL << 6) | RDB_ENC.LZF);
    this.length(compressed.length);
    this.length(length);
    this.bytes(compressed);
  }

  /** Redis: `rdbTryIntegerEncoding`. @returns false for what is no integer of 32 bits */
  private integer(text: string): boolean {
    const value = parseInt64(text);
    if (typeof value !== 'number' || value !== (value | 0)) return false;
    this.reserve(5);
    const { buffer } = this;
    const head = this.size++;
    if (value >= -0x80 && value <= 0x7f) {
      buffer[head] = (RDB_LENGTH.ENCVAL << 6) | RDB_ENC.INT8;
      this.size = buffer.writeInt8(value, this.size);
    } else if (value >= -0x8000 && value <= 0x7fff) {
      buffer[head] = (RDB_LENGTH.ENCVAL << 6) | RDB_ENC.INT16;
      this.size = buffer.writeInt16LE(value, this.size);
    } else {
      buffer[head] = (RDB_LENGTH.ENCVAL << 6) | RDB_ENC.INT32;
      this.size = buffer.writeInt32LE(value, this.size);
    }
    return true;
  }

  private reserve(count: number): void {
    const needed = this.size + count;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.size);
    this.buffer = grown;
  }
}

/** What `length` writes for a number. */
function lengthBytes(value: number): number {
  if (value < 64) return 1;
  if (value < 16384) return 2;
  return value < 2 ** 32 ? 5 : 9;
}
