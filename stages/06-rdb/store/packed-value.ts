import {
  beforeInBlock,
  blockText,
  findInBlock,
  moveBlock,
  nextInBlock,
  resizeInBlock,
  textInBlock,
  textsInBlock,
  writeEntries,
  writeEntry,
} from '#shared/packed/block-entries.ts';
import { blocks, MAX_BLOCK_BYTES, NO_PAGE, type Block } from '#shared/packed/blocks.ts';
import { flat, splice } from '#shared/packed/flat-string.ts';
import { textBytes } from '#shared/packed/listpack-size.ts';
import { entryBefore, entryOf, entryText, entryTexts, findEntry, nextEntry } from '#shared/packed/listpack.ts';
import { packedBytes } from './packing.ts';
import { StoredValue } from './value.ts';

/** What the fields of the block take. */
const BLOCK_FIELDS_BYTES = 32;
/** Bytes that a value to which entries are added gets at most besides those that it needs. */
const MAX_SPARE = 64;
/** A block of this size stays, however little is left in it. */
const SMALL_BLOCK = 64;

/**
 * A value that is packed while it is small: its entries are those of a listpack, one after the other. They are a string
 * until they are changed for the first time. A changed string would be a new one, to be copied by the garbage collector;
 * so from then on they are in a block, whose bytes are changed in place. Offsets are the same in both.
 */
export abstract class PackedValue extends StoredValue implements Block {
  /** The entries, while they are in no block. */
  private text = '';
  page = NO_PAGE;
  start = 0;
  room = 0;
  used = 0;

  /** The entries as a string, which stays as it is when the value changes. */
  protected get entries(): string {
    return this.room === 0 ? this.text : blockText(this);
  }

  protected set entries(entries: string) {
    if (this.room > 0) blocks.free(this);
    this.text = entries;
  }

  /** The length of all entries. */
  protected get end(): number {
    return this.room === 0 ? this.text.length : this.used;
  }

  /** About how many bytes of memory it takes. */
  protected get packedBytes(): number {
    return BLOCK_FIELDS_BYTES + (this.room === 0 ? packedBytes(this.text) : packedBytes('') + this.room);
  }

  /** Where the first entry of a text is, as `findEntry` of listpack.ts. */
  protected find(text: string, stride: 1 | 2 = 1): number {
    return this.room === 0 ? findEntry(this.text, text, stride) : findInBlock(this, text, stride);
  }

  /** Where the entry after the one at `at` begins. */
  protected next(at: number): number {
    return this.room === 0 ? nextEntry(this.text, at) : nextInBlock(this, at);
  }

  /** Where the entry begins that ends at `end`. */
  protected before(end: number): number {
    return this.room === 0 ? entryBefore(this.text, end) : beforeInBlock(this, end);
  }

  /** The text of the entry at `at`, as `entryText` of listpack.ts. */
  protected textAt(at: number): string {
    return this.room === 0 ? entryText(this.text, at) : textInBlock(this, at);
  }

  /** The texts of up to `count` entries from the one at `at` on, as `entryTexts` of listpack.ts. */
  protected textsFrom(at: number, count: number): string[] {
    return this.room === 0 ? entryTexts(this.text, at, count) : textsInBlock(this, at, count);
  }

  /** Replaces what is between two offsets; '' removes it. */
  protected replaceEntries(from: number, to: number, others: string): void {
    if (this.resize(from, to, others.length)) writeEntries(this, from, others);
    else this.entries = this.end === 0 ? flat(others) : splice(this.entries, from, to, others);
  }

  /** Replaces what is between two offsets by the entry of a text. */
  protected replaceByText(from: number, to: number, text: string): void {
    const bytes = textBytes(text);
    if (this.resize(from, to, bytes)) writeEntry(this, from, text, bytes);
    else this.replaceEntries(from, to, entryOf(text));
  }

  /** Its key is gone, so the block serves others. A caller that still has the value, such as RENAME, goes on with the string. */
  override dropped(): void {
    const { entries } = this;
    this.entries = entries;
  }

  /**
   * Makes what is between two offsets of the block so many bytes long.
   * @returns false for the first entries and the last, and for more than a block holds: those are a string
   */
  private resize(from: number, to: number, bytes: number): boolean {
    const before = this.end;
    const after = before + bytes - (to - from);
    const needed = Math.max(before, after);
    if (before === 0 || after === 0 || needed > MAX_BLOCK_BYTES) return false;
    if (needed > this.room || (needed <= this.room >>> 2 && this.room > SMALL_BLOCK)) {
      this.move(from === to ? needed + Math.min(needed >>> 2, MAX_SPARE) : needed);
    }
    resizeInBlock(this, from, to, bytes);
    return true;
  }

  /** Moves into a block with room for this number of bytes. */
  private move(bytes: number): void {
    const room = Math.min(bytes, MAX_BLOCK_BYTES);
    if (this.room > 0) return moveBlock(this, room);
    const { text } = this;
    this.text = '';
    blocks.allocate(this, room);
    this.used = text.length;
    writeEntries(this, 0, text);
  }
}
