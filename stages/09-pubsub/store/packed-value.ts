import { blockText, fillBlock, findInBlock, nextInBlock, spliceBlock, textInBlock } from '#shared/packed/block-entries.ts';
import { blocks, MAX_BLOCK_BYTES, NO_PAGE, type Block } from '#shared/packed/blocks.ts';
import { flat, splice } from '#shared/packed/flat-string.ts';
import { entryText, findEntry, nextEntry } from '#shared/packed/listpack.ts';
import { packedBytes } from './packing.ts';
import { StoredValue } from './value.ts';

/** What the fields of the block take. */
const BLOCK_FIELDS_BYTES = 32;
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

  /** The text of the entry at `at`, as `entryText` of listpack.ts. */
  protected textAt(at: number): string {
    return this.room === 0 ? entryText(this.text, at) : textInBlock(this, at);
  }

  /** Replaces what is between two offsets; '' removes it. */
  protected replaceEntries(from: number, to: number, others: string): void {
    const length = this.end + others.length - (to - from);
    if (this.suits(length)) return spliceBlock(this, from, to, others);
    const isFirst = this.end === 0;
    const entries = isFirst ? flat(others) : splice(this.entries, from, to, others);
    this.entries = entries;
    if (!isFirst && length > 0 && length <= MAX_BLOCK_BYTES) this.moveToBlock(entries);
  }

  /** Its key is gone, so the block serves others. A caller that still has the value, such as RENAME, goes on with the string. */
  override dropped(): void {
    const { entries } = this;
    this.entries = entries;
  }

  /** Whether the block is large enough for so many bytes, and not much too large. */
  private suits(length: number): boolean {
    return length <= this.room && (length > this.room >>> 2 || this.room <= SMALL_BLOCK) && this.room > 0;
  }

  private moveToBlock(entries: string): void {
    blocks.allocate(this, entries.length);
    fillBlock(this, entries);
    this.text = '';
  }
}
