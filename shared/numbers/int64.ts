/** A signed 64-bit integer: a number while that is exact, a bigint beyond. */
export type Int64 = number | bigint;

export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);

/**
 * Reads a signed 64-bit integer as strictly as Redis's `string2ll`: no blanks, no plus, no leading zeros, no `-0`.
 * @returns a number while it is exact, a bigint beyond; undefined when the text is no such integer
 */
export function parseInt64(text: string): Int64 | undefined {
  const { length } = text;
  if (length === 0 || length > 20) return undefined;
  const negative = text.charCodeAt(0) === 0x2d;
  const start = negative ? 1 : 0;
  const first = text.charCodeAt(start) - 0x30;
  if (!(first >= 1 && first <= 9)) return text === '0' ? 0 : undefined;
  let value = first;
  for (let i = start + 1; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  if (value <= Number.MAX_SAFE_INTEGER) return negative ? -value : value;
  const exact = BigInt(text);
  return exact >= INT64_MIN && exact <= INT64_MAX ? exact : undefined;
}

/** The narrower of both forms: a number while that is exact. */
export function normalizeInt64(value: bigint): Int64 {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Whether an exact result still fits 64 bits. */
export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}
