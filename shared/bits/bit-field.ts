import { INT64_MAX, normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';

/** An integer of 1 to 64 bits as BITFIELD names it: `u8`, `i64`. */
export interface FieldType {
  readonly signed: boolean;
  readonly width: number;
}

/** What becomes of a number that does not fit: its lower bits are kept, the nearest that fits is taken, or none. */
export type Overflow = 'wrap' | 'sat' | 'fail';

/** A field this wide and the up to seven bits after it in its last byte are exact as a number of JavaScript. */
const NUMBER_WIDTH = 45;

/** The integer at a bit of a string; bytes past the end count as zeros (Redis: `getSignedBitfield` and its unsigned twin). */
export function readField(bytes: Uint8Array | undefined, offset: number, { signed, width }: FieldType): Int64 {
  const { first, last, before, after } = placeOf(offset, width);
  const byteAt = (at: number): number => bytes?.[at] ?? 0;
  if (width > NUMBER_WIDTH) {
    let wide = 0n;
    for (let at = first; at <= last; at++) wide = (wide << 8n) | BigInt(byteAt(at));
    wide >>= BigInt(after);
    return normalizeInt64(signed ? BigInt.asIntN(width, wide) : BigInt.asUintN(width, wide));
  }
  let value = byteAt(first) & (0xff >> before);
  for (let at = first + 1; at <= last; at++) value = value * 256 + byteAt(at);
  value = Math.floor(value / 2 ** after);
  return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
}

/** Writes an integer that fits its type; the bytes must be there (Redis: `setSignedBitfield`, `setUnsignedBitfield`). */
export function writeField(bytes: Uint8Array, offset: number, { width }: FieldType, value: Int64): void {
  const { first, last, before, after } = placeOf(offset, width);
  // The bits of the first and of the last byte that are not the field's stay as they are.
  const keepFirst = (0xff00 >> before) & 0xff;
  const keepLast = (1 << after) - 1;
  let wide = width > NUMBER_WIDTH ? BigInt.asUintN(width, BigInt(value)) << BigInt(after) : 0n;
  let rest = width > NUMBER_WIDTH ? 0 : (Number(value) < 0 ? Number(value) + 2 ** width : Number(value)) * 2 ** after;
  for (let at = last; at >= first; at--) {
    const kept = (at === first ? keepFirst : 0) | (at === last ? keepLast : 0);
    bytes[at] = (bytes[at]! & kept) | (width > NUMBER_WIDTH ? Number(wide & 0xffn) : rest % 256);
    wide >>= 8n;
    rest = Math.floor(rest / 256);
  }
}

/** The number that a field holds after it was given `value`; undefined when that does not fit and must not be stored. */
export function fitField(value: Int64, type: FieldType, overflow: Overflow): Int64 | undefined {
  const { min, max } = limitsOf(type);
  if (value >= min && value <= max) return typeof value === 'bigint' ? normalizeInt64(value) : value;
  if (overflow === 'fail') return undefined;
  if (overflow === 'sat') return value < min ? min : max;
  const wide = BigInt(value);
  return normalizeInt64(type.signed ? BigInt.asIntN(type.width, wide) : BigInt.asUintN(type.width, wide));
}

function limitsOf({ signed, width }: FieldType): { min: Int64; max: Int64 } {
  if (width > NUMBER_WIDTH) {
    const max = INT64_MAX >> BigInt(64 - width - (signed ? 0 : 1));
    return { min: signed ? normalizeInt64(-max - 1n) : 0, max: normalizeInt64(max) };
  }
  return signed ? { min: -(2 ** (width - 1)), max: 2 ** (width - 1) - 1 } : { min: 0, max: 2 ** width - 1 };
}

/** The bytes that a field touches, how many bits of the first one stand before it, and of the last one after it. */
function placeOf(offset: number, width: number): { first: number; last: number; before: number; after: number } {
  const end = offset + width - 1;
  return { first: Math.floor(offset / 8), last: Math.floor(end / 8), before: offset % 8, after: 7 - (end % 8) };
}
