import { parseInt64 } from '../numbers/int64.ts';

/** Total length and number of elements in front, the end mark at the end. */
export const EMPTY_LISTPACK_BYTES = 7;

/** What an element takes in a listpack, which keeps integers as such (Redis: `lpEncodeGetType`). */
export function textBytes(text: string): number {
  const first = text.charCodeAt(0);
  if (text.length <= 20 && ((first >= 0x30 && first <= 0x39) || first === 0x2d)) {
    const value = parseInt64(text);
    if (value !== undefined) return integerBytes(Number(value));
  }
  return withBackLength(lengthBytes(text.length) + text.length);
}

/** Redis: `lpEncodeIntegerGetType`; one byte more for the way back. */
export function integerBytes(value: number): number {
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -0x8000 && value <= 0x7fff) return 4;
  if (value >= -0x800000 && value <= 0x7fffff) return 5;
  if (value >= -0x80000000 && value <= 0x7fffffff) return 6;
  return 10;
}

function lengthBytes(length: number): number {
  if (length < 64) return 1;
  return length < 4096 ? 2 : 5;
}

/** After each element its size is repeated, seven bits to a byte, so that a listpack can be read backwards. */
function withBackLength(size: number): number {
  if (size <= 127) return size + 1;
  if (size < 16383) return size + 2;
  if (size < 2097151) return size + 3;
  return size + (size < 268435455 ? 4 : 5);
}
