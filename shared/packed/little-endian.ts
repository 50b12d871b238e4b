import { normalizeInt64, type Int64 } from '../numbers/int64.ts';

// Signed integers in binary strings, the least byte first.

/** An integer of up to 32 bits in the given number of bytes. */
export function littleEndian(value: number, bytes: number): string {
  let text = '';
  for (let i = 0; i < bytes; i++) text += String.fromCharCode((value >> (i * 8)) & 0xff);
  return text;
}

/** Any integer in 8 bytes. */
export function littleEndian64(value: Int64): string {
  const bits = BigInt.asUintN(64, BigInt(value));
  return littleEndian(Number(bits & 0xffffffffn), 4) + littleEndian(Number(bits >> 32n), 4);
}

/** The integer in the 1 to 4 bytes at `at`. */
export function integer32At(text: string, at: number, bytes: number): number {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8) | text.charCodeAt(at + i);
  const unused = 32 - bytes * 8;
  return (value << unused) >> unused;
}

/** The integer in the 8 bytes at `at`. */
export function integer64At(text: string, at: number): Int64 {
  const low = integer32At(text, at, 4) >>> 0;
  const high = integer32At(text, at + 4, 4);
  const value = high * 2 ** 32 + low;
  return Number.isSafeInteger(value) ? value : normalizeInt64((BigInt(high) << 32n) | BigInt(low));
}
