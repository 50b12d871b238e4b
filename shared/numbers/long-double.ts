/**
 * The 80-bit floating point numbers of x86 (`long double` in C): a mantissa of 64 bits, an exponent of 15. Redis adds
 * with them in INCRBYFLOAT and HINCRBYFLOAT, so that 0.1 + 0.2 is 0.3; JavaScript's doubles have 53 bits.
 */
export type LongDouble = Finite | typeof INFINITE;

/** The number `mantissa * 2 ** exponent`; the mantissa carries the sign. */
export interface Finite {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Infinity of either sign, and what is no number at all: for Redis all of them are errors. */
export const INFINITE = 'infinite';

const MANTISSA_BITS = 64;
/** The exponent of the smallest number that is not zero. */
const MIN_EXPONENT = -16445;
/** Numbers from 2 ** 16384 on are infinite. */
const MAX_BITS = 16384;
/** Redis reads no longer texts (`MAX_LONG_DOUBLE_CHARS`). */
const MAX_CHARS = 5 * 1024;
/** Decimal exponents beyond this are out of range for certain; within it, BigInts stay small. */
const MAX_DECIMAL_EXPONENT = 5000;

/**
 * Reads a number as Redis's `string2ld` does: `strtold`, with nothing before or after it. Decimal or hexadecimal, with
 * exponent, or `inf`. @returns undefined for another text, for NaN, and for what is too large or too small
 */
export function parseLongDouble(text: string): LongDouble | undefined {
  if (text.length >= MAX_CHARS) return undefined;
  if (/^[+-]?inf(inity)?$/i.test(text)) return INFINITE;
  const decimal = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (decimal) return parseDigits(decimal, 10);
  const hexadecimal = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  return hexadecimal ? parseDigits(hexadecimal, 16) : undefined;
}

/** The exact sum, rounded to 64 bits. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  if (a === INFINITE || b === INFINITE) return INFINITE;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return exponent < 0 ? quotient(sum, 1n << BigInt(-exponent)) : quotient(sum << BigInt(exponent), 1n);
}

/** As Redis prints it: `%.17Lf`, without zeros at the end (`ld2string` with `LD_STR_HUMAN`). */
export function formatLongDouble({ mantissa, exponent }: Finite): string {
  const magnitude = mantissa < 0n ? -mantissa : mantissa;
  const sign = mantissa < 0n ? '-' : '';
  if (exponent >= 0) return sign + (magnitude << BigInt(exponent));
  const units = divideToNearest(magnitude * 10n ** 17n, 1n << BigInt(-exponent));
  if (units === 0n) return '0';
  const digits = String(units).padStart(18, '0');
  const fraction = digits.slice(-17).replace(/0+$/, '');
  return sign + digits.slice(0, -17) + (fraction === '' ? '' : `.${fraction}`);
}

function parseDigits([, sign, whole, fraction, exponentText]: RegExpExecArray, base: 10 | 16): LongDouble | undefined {
  const digits = (whole! + fraction!).replace(/^0+/, '');
  if (whole === '' && fraction === '') return undefined;
  if (digits === '') return { mantissa: 0n, exponent: 0 };
  const power = base === 10 ? 10n : 2n;
  const perDigit = base === 10 ? 1 : 4;
  const exponent = Number(exponentText ?? 0) - fraction!.length * perDigit;
  const limit = base === 10 ? MAX_DECIMAL_EXPONENT : MAX_DECIMAL_EXPONENT * 4;
  if (Math.abs(exponent + digits.length * perDigit) > limit) return undefined;

  const integer = BigInt((base === 16 ? '0x' : '') + digits) * (sign === '-' ? -1n : 1n);
  const scale = power ** BigInt(Math.abs(exponent));
  const value = exponent < 0 ? quotient(integer, scale) : quotient(integer * scale, 1n);
  return value === INFINITE || value.mantissa === 0n ? undefined : value;
}

/** The long double nearest to a fraction. */
function quotient(numerator: bigint, denominator: bigint): LongDouble {
  const magnitude = numerator < 0n ? -numerator : numerator;
  // One bit too many or just enough; which of them shows when the division is done.
  let exponent = Math.max(bitLength(magnitude) - bitLength(denominator) - MANTISSA_BITS, MIN_EXPONENT);
  let mantissa = divideScaled(magnitude, denominator, exponent);
  if (bitLength(mantissa) > MANTISSA_BITS) mantissa = divideScaled(magnitude, denominator, ++exponent);
  if (bitLength(mantissa) + exponent > MAX_BITS) return INFINITE;
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent };
}

function divideScaled(numerator: bigint, denominator: bigint, exponent: number): bigint {
  if (exponent < 0) return divideToNearest(numerator << BigInt(-exponent), denominator);
  return divideToNearest(numerator, denominator << BigInt(exponent));
}

/** Halves go to the even neighbour, as the processor and `printf` round. */
function divideToNearest(numerator: bigint, denominator: bigint): bigint {
  const floor = numerator / denominator;
  const twice = (numerator - floor * denominator) * 2n;
  return twice > denominator || (twice === denominator && floor % 2n === 1n) ? floor + 1n : floor;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
