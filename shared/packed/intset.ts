import type { Int64 } from '../numbers/int64.ts';
import { splice } from './flat-string.ts';
import { integer32At, integer64At, littleEndian, littleEndian64 } from './little-endian.ts';

// An intset (Redis's intset.c) in a binary string: ascending integers, each as wide as the widest of them needs, after
// one character that is this width: 2, 4 or 8 bytes. Files have a longer header, from `wholeIntset`. Without integers
// it is the empty string.

/** An intset of different integers in ascending order. */
export function intsetOf(values: readonly Int64[]): string {
  if (values.length === 0) return '';
  const width = Math.max(widthOf(values[0]!), widthOf(values[values.length - 1]!));
  return String.fromCharCode(width) + values.map((value) => encode(value, width)).join('');
}

export function intsetSize(intset: string): number {
  return intset === '' ? 0 : (intset.length - 1) / intset.charCodeAt(0);
}

export function intsetAt(intset: string, index: number): Int64 {
  const width = intset.charCodeAt(0);
  const at = 1 + index * width;
  return width === 8 ? integer64At(intset, at) : integer32At(intset, at, width);
}

export function intsetValues(intset: string): Int64[] {
  return Array.from({ length: intsetSize(intset) }, (_, index) => intsetAt(intset, index));
}

export function intsetHas(intset: string, value: Int64): boolean {
  return isAt(intset, intsetIndex(intset, value), value);
}

/** The intset with an integer more; the same one when it has that already. */
export function intsetWith(intset: string, value: Int64): string {
  const index = intsetIndex(intset, value);
  if (isAt(intset, index, value)) return intset;
  const width = intset.charCodeAt(0);
  // Of the empty one the width is NaN.
  if (!(widthOf(value) <= width)) return intsetOf(intsetValues(intset).toSpliced(index, 0, value));
  return splice(intset, 1 + index * width, 1 + index * width, encode(value, width));
}

/** The intset without an integer; the same one when it has it not. It never gets narrower. */
export function intsetWithout(intset: string, value: Int64): string {
  const index = intsetIndex(intset, value);
  if (!isAt(intset, index, value)) return intset;
  const width = intset.charCodeAt(0);
  return splice(intset, 1 + index * width, 1 + (index + 1) * width, '');
}

/** An intset that is not empty, as files have it. */
export function wholeIntset(intset: string): string {
  return littleEndian(intset.charCodeAt(0), 4) + littleEndian(intsetSize(intset), 4) + intset.substring(1);
}

/** The index of the first integer that is not less than `value`; the size when all are (Redis: `intsetSearch`). */
function intsetIndex(intset: string, value: Int64): number {
  let low = 0;
  let high = intsetSize(intset);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (intsetAt(intset, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isAt(intset: string, index: number, value: Int64): boolean {
  return index < intsetSize(intset) && intsetAt(intset, index) === value;
}

function widthOf(value: Int64): number {
  if (value >= -(2 ** 15) && value < 2 ** 15) return 2;
  return value >= -(2 ** 31) && value < 2 ** 31 ? 4 : 8;
}

function encode(value: Int64, width: number): string {
  return width === 8 ? littleEndian64(value) : littleEndian(Number(value), width);
}
