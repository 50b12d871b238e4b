import { constants } from 'node:buffer';
import { CodecError } from '#shared/codecs/codec-error.ts';
import { Crc64 } from '#shared/codecs/crc64.ts';
import { lzfDecompress } from '#shared/codecs/lzf.ts';
import { normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';
import { LONG_BYTES } from '#shared/resp/long-arguments.ts';
import type { Bulk } from '#shared/resp/reply.ts';
import type { Uint64 } from '../../store/stream-id.ts';
import { RdbError } from './error.ts';
import { noSource, type RdbSource } from './source.ts';
import { RDB_ENC, RDB_LENGTH } from './types.ts';

/** Bytes read at once. */
const WINDOW_BYTES = 256 * 1024;
/** If the size of the source is unknown, the buffer of a long string grows as its bytes come. */
const FIRST_PIECE = 1024 * 1024;
const UNEXPECTED_END = 'unexpected end of file';

/** Reads the numbers and strings of an RDB file one after the other (rdb.c). Every method throws RdbError. */
export class RdbInput {
  private readonly source: RdbSource;
  private readonly crc: Crc64 | undefined;
  private window: LatinBuffer;
  /** Where in the file the window begins. */
  private windowOffset = 0;
  private pos = 0;
  private end = 0;
  /** The checksum covers the bytes of the window before this place. */
  private summed = 0;

  /** `checksum`: whether to compute one. */
  constructor(source: RdbSource, checksum: boolean, window: Buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES)) {
    this.source = source;
    this.crc = checksum ? new Crc64() : undefined;
    this.window = window as LatinBuffer;
  }

  /** Reads what is in memory already, without a checksum. */
  static from(bytes: Buffer): RdbInput {
    const input = new RdbInput(noSource(bytes.length), false, bytes);
    input.end = bytes.length;
    return input;
  }

  /** How many bytes have been consumed. */
  get offset(): number {
    return this.windowOffset + this.pos;
  }

  /** How many bytes are left; undefined when that is not known. */
  get remaining(): number | undefined {
    return this.source.size === undefined ? undefined : Math.max(0, this.source.size - this.offset);
  }

  /** The checksum of what was consumed so far, as 8 bytes; undefined when none is computed. */
  digest(): Buffer | undefined {
    this.sum();
    return this.crc?.digest();
  }

  byte(): number {
    if (this.pos === this.end) this.fill(1);
    return this.window[this.pos++]!;
  }

  uint32LE(): number {
    this.fill(4);
    this.pos += 4;
    return this.window.readUInt32LE(this.pos - 4);
  }

  int32LE(): number {
    return this.uint32LE() | 0;
  }

  /** A Unix time in ms (Redis: `rdbLoadMillisecondTime`). */
  milliseconds(): Int64 {
    const low = this.uint32LE();
    const high = this.int32LE();
    const time = high * 2 ** 32 + low;
    return Number.isSafeInteger(time) ? time : (BigInt(high) << 32n) | BigInt(low);
  }

  /** A length (Redis: `rdbLoadLen`). */
  length(): number {
    const first = this.byte();
    if (first < 64) return first;
    return this.longLength(first);
  }

  /** How many elements follow. Each takes a byte at least: more of them than bytes are left cannot be. */
  count(): number {
    const count = this.length();
    this.expect(count, `${count} elements`);
    return count;
  }

  /** As `length`, for numbers that may have all 64 bits. */
  unsigned(): Uint64 {
    const first = this.byte();
    if (first !== RDB_LENGTH.BITS_64) return first < 64 ? first : this.longLength(first);
    this.fill(8);
    this.pos += 8;
    return normalizeInt64(this.window.readBigUInt64BE(this.pos - 8));
  }

  /** A string in any of its forms, as a binary string (Redis: `rdbGenericLoadStringObject`). */
  string(): string {
    const first = this.byte();
    if (first >>> 6 === RDB_LENGTH.ENCVAL) return this.encodedString(first & 0x3f);
    const length = first < 64 ? first : this.longLength(first);
    if (length > this.end - this.pos) return latin1(this.bytes(length));
    const start = this.pos;
    this.pos += length;
    return this.window.latin1Slice(start, this.pos);
  }

  /** As `string`; a long one as bytes, for the caller to keep. */
  bulk(): Bulk {
    const first = this.byte();
    if (first >>> 6 === RDB_LENGTH.ENCVAL) {
      if ((first & 0x3f) !== RDB_ENC.LZF) return this.encodedString(first & 0x3f);
      const bytes = this.compressed();
      return bytes.length < LONG_BYTES ? latin1(bytes) : bytes;
    }
    const bytes = this.bytes(first < 64 ? first : this.longLength(first));
    if (bytes.length < LONG_BYTES) return latin1(bytes);
    return bytes.buffer === this.window.buffer ? Buffer.from(bytes) : bytes;
  }

  /** A string that holds something binary. The bytes are valid until the next call. */
  binary(): Buffer {
    const first = this.byte();
    if (first >>> 6 !== RDB_LENGTH.ENCVAL) return this.bytes(first < 64 ? first : this.longLength(first));
    if ((first & 0x3f) === RDB_ENC.LZF) return this.compressed();
    return Buffer.from(this.encodedString(first & 0x3f), 'latin1');
  }

  /** So many bytes as they are, valid until the next call. */
  bytes(length: number): Buffer {
    if (length > constants.MAX_STRING_LENGTH) throw this.error(`a string of ${length} bytes is too long`);
    this.expect(length, `a string of ${length} bytes`);
    if (length > this.window.length) return this.longBytes(length);
    this.fill(length);
    this.pos += length;
    return this.window.subarray(this.pos - length, this.pos);
  }

  /** What is wrong with the bytes just read. */
  error(reason: string): RdbError {
    return new RdbError(reason, this.offset);
  }

  /** Decodes bytes with a codec; what that finds wrong is an RdbError at this place. */
  decode<T>(codec: (bytes: Buffer) => T, bytes: Buffer): T {
    try {
      return codec(bytes);
    } catch (error) {
      if (error instanceof CodecError) throw this.error(error.message);
      throw error;
    }
  }

  private longLength(first: number): number {
    if (first >>> 6 === RDB_LENGTH.BITS_14) return ((first & 0x3f) << 8) | this.byte();
    if (first === RDB_LENGTH.BITS_32) {
      this.fill(4);
      this.pos += 4;
      return this.window.readUInt32BE(this.pos - 4);
    }
    if (first !== RDB_LENGTH.BITS_64) throw this.error(`unknown form of a length: ${first}`);
    this.fill(8);
    this.pos += 8;
    return Number(this.window.readBigUInt64BE(this.pos - 8));
  }

  private encodedString(encoding: number): string {
    switch (encoding) {
      case RDB_ENC.INT8:
        return String((this.byte() << 24) >> 24);
      case RDB_ENC.INT16:
        return String(((this.byte() | (this.byte() << 8)) << 16) >> 16);
      case RDB_ENC.INT32:
        return String(this.int32LE());
      case RDB_ENC.LZF:
        return latin1(this.compressed());
      default:
        throw this.error(`unknown encoding of a string: ${encoding}`);
    }
  }

  private compressed(): Buffer {
    const size = this.length();
    const length = this.length();
    if (length > constants.MAX_STRING_LENGTH) throw this.error(`a string of ${length} bytes is too long`);
    return this.decode((bytes) => lzfDecompress(bytes, length), this.bytes(size));
  }

  /** More than the window holds. */
  private longBytes(length: number): Buffer {
    const known = this.source.size !== undefined;
    let result = Buffer.allocUnsafeSlow(known ? length : Math.min(length, FIRST_PIECE));
    let filled = this.window.copy(result, 0, this.pos, this.end);
    this.pos = this.end;
    this.sum();
    while (filled < length) {
      if (filled === result.length) result = Buffer.concat([result], Math.min(length, filled * 2));
      const read = this.source.read(result.subarray(filled));
      if (read === 0) throw this.error(UNEXPECTED_END);
      this.crc?.update(result, filled, filled + read);
      filled += read;
      this.windowOffset += read;
    }
    return result;
  }

  /** Reads on until the window holds this number of bytes from `pos` on; at most a full window. */
  private fill(needed: number): void {
    if (this.end - this.pos >= needed) return;
    if (this.source.size !== undefined && needed > this.source.size - this.offset) throw this.error(UNEXPECTED_END);
    this.sum();
    this.window.copyWithin(0, this.pos, this.end);
    this.windowOffset += this.pos;
    this.end -= this.pos;
    this.pos = 0;
    this.summed = 0;
    while (this.end < needed) {
      const read = this.source.read(this.window.subarray(this.end));
      if (read === 0) throw this.error(UNEXPECTED_END);
      this.end += read;
    }
  }

  /** Adds to the checksum what was consumed since the last time. */
  private sum(): void {
    this.crc?.update(this.window, this.summed, this.pos);
    this.summed = this.pos;
  }

  /** @throws RdbError when fewer bytes are left */
  private expect(length: number, what: string): void {
    const { remaining } = this;
    if (remaining !== undefined && length > remaining) throw this.error(`${what}, where ${remaining} bytes are left`);
  }
}

/** `latin1Slice` is what `toString('latin1')` ends in, without the look at the encoding's name. */
type LatinBuffer = Buffer & { latin1Slice(start: number, end: number): string };

function latin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}
