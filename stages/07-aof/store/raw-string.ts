import { StoredValue } from './value.ts';

/** What the object and its buffer take besides the bytes; measured, rounded up. */
const HEADER_BYTES = 320;
/** Room kept free at most. */
const MAX_ROOM = 32 * 1024 * 1024;

/**
 * A string that APPEND or SETRANGE has changed: bytes with room to grow, as Redis keeps them too (`raw` encoding, an
 * sds with free space). JavaScript's strings cannot change: each change would copy the whole, or pile up in a tree of
 * pieces.
 */
export class RawString extends StoredValue {
  private buffer: Buffer;
  length: number;

  constructor(text: string, room = text.length) {
    super();
    this.buffer = Buffer.allocUnsafeSlow(Math.max(room, text.length));
    this.length = this.buffer.write(text, 'latin1');
  }

  get type(): string {
    return 'string';
  }

  get bytes(): number {
    return HEADER_BYTES + this.buffer.length;
  }

  get isEmpty(): boolean {
    return false;
  }

  encoding(): string {
    return 'raw';
  }

  copy(): RawString {
    const copy = new RawString('', this.length);
    copy.length = this.buffer.copy(copy.buffer, 0, 0, this.length);
    return copy;
  }

  /** Overwrites bytes from `offset` on; what lies between the end and `offset` becomes zeros. O(1) per byte written. */
  write(offset: number, text: string): void {
    const end = offset + text.length;
    if (end > this.buffer.length) this.grow(end);
    if (offset > this.length) this.buffer.fill(0, this.length, offset);
    this.buffer.write(text, offset, 'latin1');
    this.length = Math.max(this.length, end);
  }

  slice(start: number, end: number): string {
    return this.buffer.toString('latin1', start, Math.min(end, this.length));
  }

  override toString(): string {
    return this.slice(0, this.length);
  }

  /** Makes as much room again, so that many small additions cost no more than one large (`sdsMakeRoomFor`). */
  private grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(needed + Math.min(needed, MAX_ROOM));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
