import type { LatinBuffer } from '../codecs/binary-text.ts';
import { parseInt64 } from '../numbers/int64.ts';
import { shortStrings } from '../resp/short-string.ts';
import type { Block } from './blocks.ts';
import { entryText, findEntry, nextEntry } from './listpack.ts';

// What listpack.ts does with the entries of a listpack in a string, for those in a block. Offsets are counted from the
// start of the block. Short strings are read as bytes; other entries, which are rarer, as strings by listpack.ts.

const STRING_6 = 0x80;
const SHORT_LENGTH = 0x3f;
const INT_13 = 0xc0;
const STRING_12 = 0xe0;
const INT_16 = 0xf1;
const INT_64 = 0xf4;
/** What is enough of a long string's entry to know its size. */
const HEAD_BYTES = 5;
/** From this length on Node's own writing is faster. */
const LONG = 64;

/** All entries as a string, which stays as it is when the block changes. */
export function blockText(block: Block, from = 0, to = block.used): string {
  return block.page.latin1Slice(block.start + from, block.start + to);
}

/** Puts the first entries into a block. There must be room for them. */
export function fillBlock(block: Block, entries: string): void {
  write(block.page, block.start, entries);
  block.used = entries.length;
}

/** Replaces what is between two offsets. There must be room for it. */
export function spliceBlock(block: Block, from: number, to: number, others: string): void {
  const { page, start, used } = block;
  const moved = others.length - (to - from);
  if (moved !== 0 && to < used) page.copyWithin(start + to + moved, start + to, start + used);
  write(page, start + from, others);
  block.used = used + moved;
}

/** As `nextEntry`. */
export function nextInBlock(block: Block, at: number): number {
  const code = block.page[block.start + at]!;
  if (code < STRING_6) return at + 2;
  if (code < INT_13) return at + 2 + (code & SHORT_LENGTH);
  if (code < STRING_12) return at + 3;
  if (code >= INT_16) return at + (code === INT_64 ? 10 : code - INT_16 + 4);
  return at + nextEntry(blockText(block, at, at + HEAD_BYTES), 0);
}

/** As `entryText`, but a text of its own. */
export function textInBlock(block: Block, at: number): string {
  const { page, start } = block;
  const code = page[start + at]!;
  if (!isShort(code)) return entryText(blockText(block, at, nextInBlock(block, at)), 0);
  const length = code & SHORT_LENGTH;
  const make = shortStrings[length];
  return make === undefined ? blockText(block, at + 1, at + 1 + length) : make(page, start + at + 1);
}

/** As `findEntry`. */
export function findInBlock(block: Block, text: string, stride: 1 | 2): number {
  if (parseInt64(text) !== undefined) return findEntry(blockText(block), text, stride);
  const { page, start, used } = block;
  for (let at = 0; at < used; at = nextInBlock(block, at)) {
    const code = page[start + at]!;
    if (isShort(code)) {
      if ((code & SHORT_LENGTH) === text.length && isAt(page, start + at + 1, text)) return at;
    } else if (isLong(code) && textInBlock(block, at) === text) return at;
    if (stride === 2) at = nextInBlock(block, at);
  }
  return -1;
}

function isShort(code: number): boolean {
  return code >= STRING_6 && code < INT_13;
}

function isLong(code: number): boolean {
  return code >= STRING_12 && code < INT_16;
}

/** Compares from the end: similar names mostly begin alike. */
function isAt(page: LatinBuffer, start: number, text: string): boolean {
  for (let i = text.length - 1; i >= 0; i--) if (page[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

function write(page: LatinBuffer, at: number, text: string): void {
  const { length } = text;
  if (length >= LONG) page.latin1Write(text, at, length);
  else for (let i = 0; i < length; i++) page[at + i] = text.charCodeAt(i);
}
