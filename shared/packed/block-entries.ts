import type { LatinBuffer } from '../codecs/binary-text.ts';
import { parseInt64 } from '../numbers/int64.ts';
import { shortStrings } from '../resp/short-string.ts';
import { blocks, type Block } from './blocks.ts';
import { entryOf, entryText, findEntry, nextEntry } from './listpack.ts';

// What listpack.ts does with the entries of a listpack in a string, for those in a block. Offsets are counted from the
// start of the block. Short strings are read as bytes; other entries, which are rarer, as strings by listpack.ts.

const STRING_6 = 0x80;
const SHORT_LENGTH = 0x3f;
const INT_13 = 0xc0;
const STRING_12 = 0xe0;
const INT_16 = 0xf1;
const INT_64 = 0xf4;
/** The number of bytes of a long string's entry that are enough to compute its size. */
const HEAD_BYTES = 5;
/** A flag in the length that follows an entry: more bits are in the byte before. In a block the length has at most two bytes. */
const ANOTHER_GROUP = 0x80;
/** From this length on Node's own writing is faster. */
const LONG = 64;

/** All entries as a string, which stays as it is when the block changes. */
export function blockText(block: Block, from = 0, to = block.used): string {
  return block.page.latin1Slice(block.start + from, block.start + to);
}

/** Moves a block, with its content, to a place with room for this number of bytes. */
export function moveBlock(block: Block, bytes: number): void {
  const { page, start, used } = block;
  blocks.free(block);
  blocks.allocate(block, bytes);
  page.copy(block.page, block.start, start, start + used);
}

/** Makes what is between two offsets so many bytes long: what follows it moves. There must be room for it. */
export function resizeInBlock(block: Block, from: number, to: number, bytes: number): void {
  const { page, start, used } = block;
  const moved = bytes - (to - from);
  if (moved === 0) return;
  if (to < used) page.copyWithin(start + to + moved, start + to, start + used);
  block.used = used + moved;
}

/** Writes entries over what is there. */
export function writeEntries(block: Block, at: number, entries: string): void {
  write(block.page, block.start + at, entries);
}

/** Writes the entry of a text, whose size is `bytes`, over what is there. */
export function writeEntry(block: Block, at: number, text: string, bytes: number): void {
  const { page, start } = block;
  const { length } = text;
  // A short string takes so many; a longer one takes more, and an integer takes fewer.
  if (bytes !== length + 2) return writeEntries(block, at, entryOf(text));
  page[start + at] = STRING_6 | length;
  write(page, start + at + 1, text);
  page[start + at + 1 + length] = length + 1;
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

/** As `entryBefore`. */
export function beforeInBlock({ page, start }: Block, end: number): number {
  const size = page[start + end - 1]!;
  if (size < ANOTHER_GROUP) return end - 1 - size;
  return end - 2 - ((size - ANOTHER_GROUP) | (page[start + end - 2]! << 7));
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

/** As `entryTexts`, but texts of their own. */
export function textsInBlock(block: Block, from: number, count: number): string[] {
  const texts: string[] = [];
  for (let at = from; at < block.used && texts.length < count; at = nextInBlock(block, at)) texts.push(textInBlock(block, at));
  return texts;
}

/** As `findEntry`. */
export function findInBlock(block: Block, text: string, stride: 1 | 2): number {
  if (text.length > SHORT_LENGTH || parseInt64(text) !== undefined) return findEntry(blockText(block), text, stride);
  const { page, start, used } = block;
  const code = STRING_6 | text.length;
  for (let at = 0; at < used; at = nextInBlock(block, at)) {
    if (page[start + at] === code && isAt(page, start + at + 1, text)) return at;
    if (stride === 2) at = nextInBlock(block, at);
  }
  return -1;
}

function isShort(code: number): boolean {
  return code >= STRING_6 && code < INT_13;
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
