import { bytesOf } from '#shared/resp/long-arguments.ts';
import { isShared, release, retain } from '#shared/resp/receive-buffers.ts';
import type { Bulk } from '#shared/resp/reply.ts';
import { StoredValue, type Value } from './value.ts';

/** What the object and its buffer take besides the bytes; measured, rounded up. */
const HEADER_BYTES = 320;
/** Room kept free at most. */
const MAX_ROOM = 32 * 1024 * 1024;
/** From this length on a reply is given the bytes instead of a copy of them. */
const LENT_MIN = 16 * 1024;

/** The string that an argument gives a key to hold: a long one stays the bytes as which it was received. */
export function stringValue(args: readonly string[], index: number): Value {
  const bytes = bytesOf(args, index);
  return bytes === undefined ? args[index]! : RawString.from(bytes);
}

/**
 * A string that is kept as bytes, with room to grow, as Redis keeps them too (`raw` encoding, an sds with free space):
 * a long one, and one that APPEND or SETRANGE has changed. JavaScript's strings cannot change: each change would copy
 * the whole, or pile up in a tree of pieces.
 */
export class RawString extends StoredValue {
  private buffer: Buffer;
  length: number;

  /** Holds the first `length` bytes of `buffer`, which is its own from now on. */
  private constructor(buffer: Buffer, length: number) {
    super();
    this.buffer = buffer;
    this.length = length;
  }

  /** Holds `text`, in a buffer of at least `room` bytes. */
  static of(text: string, room: number): RawString {
    const buffer = Buffer.allocUnsafeSlow(Math.max(room, text.length));
    return new RawString(buffer, buffer.write(text, 'latin1'));
  }

  /** Holds `bytes`, which may be read elsewhere, and are never changed. */
  static from(bytes: Buffer): RawString {
    retain(bytes);
    return new RawString(bytes, bytes.length);
  }

  get type(): string {
    return 'string';
  }

  get bytes(): number {
    return HEADER_BYTES + this.buffer.buffer.byteLength;
  }

  get isEmpty(): boolean {
    return false;
  }

  encoding(): string {
    return 'raw';
  }

  copy(): RawString {
    const buffer = Buffer.allocUnsafeSlow(this.length);
    return new RawString(buffer, this.buffer.copy(buffer, 0, 0, this.length));
  }

  /** Overwrites bytes from `offset` on; what lies between the end and `offset` becomes zeros. O(1) per byte written. */
  write(offset: number, text: string): void {
    const end = offset + text.length;
    if (end > this.buffer.length) this.grow(end);
    else if (offset < this.length && isShared(this.buffer)) this.moveTo(Buffer.allocUnsafeSlow(this.buffer.length));
    if (offset > this.length) this.buffer.fill(0, this.length, offset);
    this.buffer.write(text, offset, 'latin1');
    this.length = Math.max(this.length, end);
  }

  slice(start: number, end: number): string {
    return this.buffer.toString('latin1', start, Math.min(end, this.length));
  }

  /** The whole string for a reply, which may be sent later: a long one's bytes do not change until `release`. */
  toReply(): Bulk {
    if (this.length < LENT_MIN) return this.toString();
    retain(this.buffer);
    return this.asBytes();
  }

  /** The bytes as they are now; they may change after the command. */
  asBytes(): Buffer {
    return this.length === this.buffer.length ? this.buffer : this.buffer.subarray(0, this.length);
  }

  /** Its buffer serves again, if no key holds the string when the command is done: RENAME gives it another one. */
  override dropped(): void {
    if (this.buffer.length < LENT_MIN) return;
    if (dropped.length === 0) queueMicrotask(releaseDropped);
    dropped.push(this);
  }

  override toString(): string {
    return this.slice(0, this.length);
  }

  /** Makes as much room again, so that many small additions cost no more than one large (`sdsMakeRoomFor`). */
  private grow(needed: number): void {
    this.moveTo(Buffer.allocUnsafeSlow(needed + Math.min(needed, MAX_ROOM)));
  }

  private moveTo(buffer: Buffer): void {
    this.buffer.copy(buffer, 0, 0, this.length);
    release(this.buffer);
    this.buffer = buffer;
  }

  /** No key holds it any more. */
  releaseBuffer(): void {
    release(this.buffer);
    this.buffer = EMPTY;
    this.length = 0;
  }
}

const EMPTY = Buffer.alloc(0);

/** Those that lost their key while the command that runs was running. */
const dropped: RawString[] = [];

function releaseDropped(): void {
  for (const raw of dropped) if (raw.accounted === 0) raw.releaseBuffer();
  dropped.length = 0;
}
