import { parseInt64, type Int64 } from '../numbers/int64.ts';
import { integer32At, integer64At, littleEndian, littleEndian64 } from './little-endian.ts';
import { flat } from './flat-string.ts';

// The entries of a listpack (Redis's listpack.c), one after the other in a binary string: what small hashes, sets and
// lists are made of. Header and end byte are left out; a file gets them from `wholeListpack`.
//
// An entry: its encoding, its data, and how many bytes both of them take, in 7-bit groups to be read from the right.
//   0nnnnnnn              the number 0 to 127
//   10llllll              string of up to 63 bytes
//   110nnnnn + 1 byte     a number of 13 bits, signed
//   1110llll + 1 byte     string of up to 4095 bytes
//   0xf0 + 4 bytes        longer string (little endian)
//   0xf1 to 0xf4          a number of 16, 24, 32, 64 bits, signed (little endian)
const STRING_6 = 0x80;
const INT_13 = 0xc0;
const STRING_12 = 0xe0;
const STRING_32 = 0xf0;
const INT_16 = 0xf1;
const INT_64 = 0xf4;
/** The count in the header when there are this many entries or more: then they must be counted. */
const UNKNOWN_COUNT = 0xffff;
/** Up to so many texts are compared with each other in less time than a Set of them takes. */
const FEW = 32;

const { fromCharCode } = String;

/** The entry of a binary string; integers are kept as such (Redis: `lpEncodeGetType`). */
export function entryOf(text: string): string {
  const { length } = text;
  const integer = parseInt64(text);
  if (integer !== undefined) return integerEntry(integer);
  if (length < 64) return fromCharCode(STRING_6 | length) + text + fromCharCode(length + 1);
  if (length < 4096) return withBackLength(fromCharCode(STRING_12 | (length >> 8), length & 0xff) + text);
  return withBackLength(fromCharCode(STRING_32) + littleEndian(length, 4) + text);
}

/** The entries of the texts from an index on. */
export function entriesOf(texts: readonly string[], from = 0): string {
  let entries = '';
  for (let i = from; i < texts.length; i++) entries += entryOf(texts[i]!);
  return flat(entries);
}

/** Whether every `stride`th text, from an index on, is different from the others. */
export function areDifferent(texts: readonly string[], from: number, stride: 1 | 2): boolean {
  const count = (texts.length - from) / stride;
  if (count > FEW) return countDifferent(texts, from, stride) === count;
  for (let i = from; i < texts.length; i += stride) {
    for (let other = from; other < i; other += stride) if (texts[other] === texts[i]) return false;
  }
  return true;
}

function countDifferent(texts: readonly string[], from: number, stride: 1 | 2): number {
  const different = new Set<string>();
  for (let i = from; i < texts.length; i += stride) different.add(texts[i]!);
  return different.size;
}

function integerEntry(value: Int64): string {
  if (value >= 0 && value < 128) return fromCharCode(Number(value), 1);
  if (value >= -4096 && value < 4096) {
    const bits = Number(value);
    return fromCharCode(INT_13 | ((bits >> 8) & 0x1f), bits & 0xff, 2);
  }
  for (let bytes = 2; bytes <= 4; bytes++) {
    const limit = 2 ** (bytes * 8 - 1);
    if (value < -limit || value >= limit) continue;
    return fromCharCode(INT_16 + bytes - 2) + littleEndian(Number(value), bytes) + fromCharCode(bytes + 1);
  }
  return fromCharCode(INT_64) + littleEndian64(value) + fromCharCode(9);
}

/** Where the entry after the one at `at` begins. */
export function nextEntry(entries: string, at: number): number {
  const code = entries.charCodeAt(at);
  if (code < INT_13) return at + 2 + (code < STRING_6 ? 0 : code & 0x3f);
  const size = entrySize(entries, at, code);
  return at + size + backLengthSize(size);
}

/** Where the entry begins that ends at `end`. */
export function entryBefore(entries: string, end: number): number {
  let size = 0;
  for (let at = end - 1, shift = 0; ; at--, shift += 7) {
    const group = entries.charCodeAt(at);
    size |= (group & 0x7f) << shift;
    if (group < 0x80) return at - size;
  }
}

/** Where the entry of this index, counted from 0, begins. It must exist. */
export function seekEntry(entries: string, index: number): number {
  let at = 0;
  for (let left = index; left > 0; left--) at = nextEntry(entries, at);
  return at;
}

/** The text of an entry, for replies: a long one keeps all entries in memory. To keep it, take `ownText` of it. */
export function entryText(entries: string, at: number): string {
  const code = entries.charCodeAt(at);
  if (code >= STRING_6 && code < INT_13) return entries.substring(at + 1, at + 1 + (code & 0x3f));
  if (!isString(code)) return String(integerAt(entries, at, code));
  return entries.substring(at + (code === STRING_32 ? 5 : 2), at + entrySize(entries, at, code));
}

/** The texts of up to `count` entries, from the one at `at` on, as `entryText` gives them. */
export function entryTexts(entries: string, at = 0, count = Infinity): string[] {
  const texts: string[] = [];
  let from = at;
  while (from < entries.length && texts.length < count) {
    const code = entries.charCodeAt(from);
    if (code >= STRING_6 && code < INT_13) {
      const end = from + 1 + (code & 0x3f);
      texts.push(entries.substring(from + 1, end));
      from = end + 1;
    } else {
      texts.push(entryText(entries, from));
      from = nextEntry(entries, from);
    }
  }
  return texts;
}

/** Where each entry begins. */
export function entryOffsets(entries: string): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < entries.length; at = nextEntry(entries, at)) offsets.push(at);
  return offsets;
}

/**
 * Where the first entry of a text is; -1 when there is none. Only every `stride`th entry is looked at: 2 for the fields
 * of a hash (Redis: `lpFind`).
 */
export function findEntry(entries: string, text: string, stride: 1 | 2 = 1): number {
  const integer = parseInt64(text);
  for (let at = 0; at < entries.length; at = nextEntry(entries, at)) {
    if (isEntryOf(entries, at, text, integer)) return at;
    if (stride === 2) at = nextEntry(entries, at);
  }
  return -1;
}

/** Whether the entry at `at` is that of a text; `integer` is the number that the text is, if it is one. */
export function isEntryOf(entries: string, at: number, text: string, integer: Int64 | undefined): boolean {
  const code = entries.charCodeAt(at);
  if (code >= STRING_6 && code < INT_13) {
    return (code & 0x3f) === text.length && isAt(entries, at + 1, text);
  }
  if (!isString(code)) return integer !== undefined && integerAt(entries, at, code) === integer;
  const start = at + (code === STRING_32 ? 5 : 2);
  return at + entrySize(entries, at, code) - start === text.length && isAt(entries, start, text);
}

/** Compares from the end: similar names mostly begin alike. */
function isAt(entries: string, start: number, text: string): boolean {
  for (let i = text.length - 1; i >= 0; i--) if (entries.charCodeAt(start + i) !== text.charCodeAt(i)) return false;
  return true;
}

/** A whole listpack, as files have it. `count`: the number of entries. */
export function wholeListpack(entries: string, count: number): string {
  const header = littleEndian(entries.length + 7, 4) + littleEndian(Math.min(count, UNKNOWN_COUNT), 2);
  return header + entries + '\xff';
}

function isString(code: number): boolean {
  return code >= STRING_6 && (code < INT_13 || (code >= STRING_12 && code <= STRING_32));
}

/** Bytes of encoding and data. */
function entrySize(entries: string, at: number, code: number): number {
  if (code < STRING_6) return 1;
  if (code < INT_13) return 1 + (code & 0x3f);
  if (code < STRING_12) return 2;
  if (code < STRING_32) return 2 + (((code & 0x0f) << 8) | entries.charCodeAt(at + 1));
  if (code === STRING_32) return 5 + (integer32At(entries, at + 1, 4) >>> 0);
  return code === INT_64 ? 9 : code - INT_16 + 3;
}

function integerAt(entries: string, at: number, code: number): Int64 {
  if (code < STRING_6) return code;
  // Shifted up to the sign bit and down again.
  if (code < STRING_12) return (((code << 8) | entries.charCodeAt(at + 1)) << 19) >> 19;
  if (code === INT_64) return integer64At(entries, at + 1);
  return integer32At(entries, at + 1, code - INT_16 + 2);
}

/** `lpEncodeBacklen`: 16383 and the like take a byte more than their bits need. */
function backLengthSize(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

function withBackLength(data: string): string {
  let groups = '';
  let rest = data.length;
  for (let left = backLengthSize(rest); left > 0; left--) {
    // All groups but the leftmost say that there is another to their left.
    groups = fromCharCode((rest & 0x7f) | (left > 1 ? 0x80 : 0)) + groups;
    rest >>>= 7;
  }
  return data + groups;
}
