/** Integers up to here are printed as such (Redis: `double2ll`, a quarter of the 64-bit range). */
const MAX_INTEGER = 2 ** 62;
const MAX_DIGITS = 15;
/** From this many digits to the left of the last one on, a number gets an exponent. */
const MAX_ZEROS = 7;
/** What `%.17g` prints with an exponent: 10^-5 and less, 10^17 and more. */
const MIN_PLAIN_EXPONENT = -4;
const MAX_PLAIN_EXPONENT = 16;

/**
 * A 64-bit floating point number as `strtod` reads it, if nothing follows it: decimal or hexadecimal, or `inf`.
 * White space may stand before it; the empty text is 0. What is too large becomes infinite.
 * @returns undefined for another text, and for NaN
 */
export function readDouble(text: string): number | undefined {
  const digits = readDigits(text);
  if (digits !== undefined) return digits;
  if (isDecimal(text)) {
    const value = Number(text);
    return Number.isNaN(value) ? undefined : value;
  }
  return text === '' ? 0 : readRare(text.replace(/^[ \t-\r]+/, ''));
}

/** As `readDouble`, but without white space, and not what is too large or too small (Redis: `getDoubleFromObject`). */
export function parseDouble(text: string): number | undefined {
  const digits = readDigits(text);
  if (digits !== undefined) return digits;
  const value = readDouble(text);
  if (value === undefined || text === '' || isSpace(text.charCodeAt(0))) return undefined;
  if (value === 0) return isZero(text) ? value : undefined;
  return Number.isFinite(value) || /^[+-]?inf/i.test(text) ? value : undefined;
}

/** As Redis prints it since 7.2: the shortest text that reads as the same number (`d2string`). */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && value >= -MAX_INTEGER && value <= MAX_INTEGER) {
    if (value === 0) return Object.is(value, -0) ? '-0' : '0';
    return Number.isSafeInteger(value) ? String(value) : String(BigInt(value));
  }
  if (!Number.isFinite(value)) return infinite(value);
  const [digits, exponent] = split(Math.abs(value).toExponential());
  return (value < 0 ? '-' : '') + layOut(digits, exponent);
}

/** As `printf` prints it with `%.17g`: 17 digits, without zeros at the end. */
export function formatDouble17(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (!Number.isFinite(value)) return infinite(value);
  const [padded, exponent] = split(toEven(Math.abs(value)));
  const digits = padded.replace(/0+$/, '');
  const sign = value < 0 ? '-' : '';
  if (exponent >= MIN_PLAIN_EXPONENT && exponent <= MAX_PLAIN_EXPONENT) return sign + plain(digits, exponent);
  return sign + scientific(digits, exponent, 2);
}

/** What most texts are: a few digits alone. So many are exact in a double. */
function readDigits(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > MAX_DIGITS) return undefined;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** As `isspace` in C. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Nearly all others: digits, a sign, a point, an exponent. */
function isDecimal(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!((code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d || code === 0x2b || (code | 0x20) === 0x65)) {
      return false;
    }
  }
  return text !== '';
}

function readRare(text: string): number | undefined {
  if (isDecimal(text)) return readDouble(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const parts = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  if (parts === null || parts[2]! + parts[3]! === '') return undefined;
  const digits = BigInt(`0x${parts[2]}${parts[3]}`);
  const value = Number(digits) * 2 ** (Number(parts[4] ?? 0) - parts[3]!.length * 4);
  return parts[1] === '-' ? -value : value;
}

/** Whether the digits of a number are zeros alone. */
function isZero(text: string): boolean {
  return !/[1-9a-f]/i.test(text.replace(/^[+-]?0x/i, '').replace(/[ep].*$/i, ''));
}

function infinite(value: number): string {
  return value > 0 ? 'inf' : '-inf';
}

/** 17 digits. Halfway between two of those texts, C takes the even one, where JavaScript takes the greater. */
function toEven(value: number): string {
  const rounded = value.toExponential(16);
  const [exact] = split(value.toExponential(40));
  if (!/^50*$/.test(exact.slice(17)) || Number(exact[16]) % 2 === 1) return rounded;
  return `${exact[0]}.${exact.slice(1, 17)}${rounded.slice(rounded.indexOf('e'))}`;
}

/** The digits of `1.25e+3`, and the exponent of the first of them. */
function split(text: string): [digits: string, exponent: number] {
  const at = text.indexOf('e');
  return [text.slice(0, at).replace('.', ''), Number(text.slice(at + 1))];
}

/** When `fpconv_dtoa` writes an exponent: the point would be far from the digits, on either side. */
function layOut(digits: string, exponent: number): string {
  const last = exponent - digits.length + 1;
  if (last >= 0 && Math.abs(exponent) < digits.length + MAX_ZEROS) return plain(digits, exponent);
  if (last < 0 && (last > -MAX_ZEROS || Math.abs(exponent) < 4)) return plain(digits, exponent);
  return scientific(digits, exponent, 1);
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return digits.length > exponent + 1 ? `${whole}.${digits.slice(exponent + 1)}` : whole;
}

function scientific(digits: string, exponent: number, exponentDigits: number): string {
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(exponentDigits, '0')}`;
}
