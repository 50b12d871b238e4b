/** How a number is to be printed: the parts of one `%` of C's `printf`. */
export interface NumberFormat {
  /** `d`, `u`, `o`, `x`, `X`, `e`, `E`, `f`, `g` or `G`. */
  readonly conversion: string;
  /** Of `-+ #0`. */
  readonly flags: string;
  /** The least number of characters. */
  readonly width: number;
  /** undefined: none is given. */
  readonly precision: number | undefined;
}

const DEFAULT_PRECISION = 6;
/** From here on `toFixed` prints an exponent; every such number is a whole one. */
const MAX_FIXED = 1e21;
const TWO_TO_63 = 2n ** 63n;

/** As `printf` prints a 64-bit floating point number, or, with `duox`, one that is cut to a 64-bit integer first. */
export function printNumber(value: number, format: NumberFormat): string {
  const { conversion } = format;
  if ('duoxX'.includes(conversion)) return printInteger(value, format);
  const magnitude = Math.abs(value);
  const isNegative = value < 0 || Object.is(value, -0) || Number.isNaN(value);
  const text = Number.isFinite(value) ? digitsOf(magnitude, format) : Number.isNaN(value) ? 'nan' : 'inf';
  const isCapital = conversion === 'E' || conversion === 'G';
  return pad(signOf(isNegative, format.flags), isCapital ? text.toUpperCase() : text, format, Number.isFinite(value));
}

/** As `%.14g` prints it, or with another precision. */
export function printGeneral(value: number, precision: number): string {
  const isShort = Number.isSafeInteger(value) && Math.abs(value) < 10 ** precision;
  if (isShort && !Object.is(value, -0)) return String(value);
  return printNumber(value, { conversion: 'g', flags: '', width: 0, precision });
}

function printInteger(value: number, format: NumberFormat): string {
  const { conversion, flags, precision } = format;
  const isSigned = conversion === 'd';
  const whole = isSigned ? toSigned(value) : toUnsigned(value);
  const isNegative = whole < 0n;
  const base = conversion === 'o' ? 8 : conversion === 'x' || conversion === 'X' ? 16 : 10;
  let digits = (isNegative ? -whole : whole).toString(base);
  if (precision === 0 && whole === 0n) digits = '';
  digits = digits.padStart(precision ?? 0, '0');
  if (flags.includes('#') && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  let prefix = isSigned ? signOf(isNegative, flags) : '';
  if (flags.includes('#') && base === 16 && whole !== 0n) prefix = '0x';
  const isCapital = conversion === 'X';
  return pad(
    isCapital ? prefix.toUpperCase() : prefix,
    isCapital ? digits.toUpperCase() : digits,
    format,
    precision === undefined,
  );
}

/** As C casts a double to `long` on x86-64: what does not fit becomes the least of all. */
export function toSigned(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return -TWO_TO_63;
  return BigInt(Math.trunc(value));
}

/** As C casts a double to `unsigned long` on x86-64. */
export function toUnsigned(value: number): bigint {
  if (!(value >= 2 ** 63)) return BigInt.asUintN(64, toSigned(value));
  return value < 2 ** 64 ? BigInt(value) : 0n;
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function pad(prefix: string, text: string, { flags, width }: NumberFormat, withZeros: boolean): string {
  const missing = width - prefix.length;
  if (flags.includes('-')) return (prefix + text).padEnd(width);
  if (flags.includes('0') && withZeros) return prefix + text.padStart(missing, '0');
  return (prefix + text).padStart(width);
}

/** The digits of a number that is not negative. */
function digitsOf(value: number, { conversion, flags, precision = DEFAULT_PRECISION }: NumberFormat): string {
  const withPoint = flags.includes('#');
  switch (conversion.toLowerCase()) {
    case 'f':
      return fixed(value, precision, withPoint);
    case 'e':
      return scientific(value, precision, withPoint);
    default:
      return general(value, precision === 0 ? 1 : precision, withPoint);
  }
}

/** `%g`: so many digits, with an exponent when it is less than -4 or not less than the number of digits. */
function general(value: number, precision: number, withPoint: boolean): string {
  const text = scientific(value, precision - 1, withPoint);
  const at = text.indexOf('e');
  const exponent = Number(text.slice(at + 1));
  if (exponent < -4 || exponent >= precision) return withoutZeros(text.slice(0, at), withPoint) + text.slice(at);
  return withoutZeros(fixed(value, precision - 1 - exponent, withPoint), withPoint);
}

function withoutZeros(text: string, keep: boolean): string {
  if (keep || !text.includes('.')) return text;
  return text.replace(/\.?0+$/, '');
}

function fixed(value: number, precision: number, withPoint: boolean): string {
  const point = precision === 0 && withPoint ? '.' : '';
  if (value >= MAX_FIXED) return BigInt(value) + (precision > 0 ? `.${'0'.repeat(precision)}` : point);
  const even = halfwayToEven(value, precision);
  if (even === undefined) return value.toFixed(precision) + point;
  const digits = String(even).padStart(precision + 1, '0');
  if (precision === 0) return digits + point;
  return `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

function scientific(value: number, precision: number, withPoint: boolean): string {
  const rounded = value.toExponential(precision);
  const at = rounded.indexOf('e');
  const exponent = exponentOf(value);
  const even = halfwayToEven(value, precision - exponent);
  let digits = rounded.slice(0, at);
  let shown = Number(rounded.slice(at + 1));
  if (even !== undefined) {
    const text = String(even);
    shown = exponent + text.length - precision - 1;
    digits = precision === 0 ? text[0]! : `${text[0]}.${text.slice(1, precision + 1)}`;
  }
  if (precision === 0 && withPoint) digits += '.';
  return `${digits}e${shown < 0 ? '-' : '+'}${String(Math.abs(shown)).padStart(2, '0')}`;
}

/** The power of ten of a number's first digit. */
function exponentOf(value: number): number {
  if (value === 0) return 0;
  const text = value.toExponential();
  return Number(text.slice(text.indexOf('e') + 1));
}

/**
 * For a number exactly halfway between two texts with `decimals` digits after the point (before it, when negative): the
 * even one, as a whole number of units of the last digit. C takes that one, where JavaScript takes the greater.
 */
function halfwayToEven(value: number, decimals: number): bigint | undefined {
  const [twice, unit] = decimals >= 0 ? twiceTimes(value, decimals) : [twiceWhole(value), 10n ** BigInt(-decimals)];
  if (twice === undefined || twice % unit !== 0n || (twice / unit) % 2n === 0n) return undefined;
  const below = twice / unit / 2n;
  return below % 2n === 0n ? below : below + 1n;
}

/** Twice the number, times ten to the power of `decimals`, if that is an odd whole number. */
function twiceTimes(value: number, decimals: number): [twice: bigint | undefined, unit: bigint] {
  const scaled = value * 2 ** (decimals + 1);
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return [undefined, 1n];
  return [BigInt(scaled) * 5n ** BigInt(decimals), 1n];
}

function twiceWhole(value: number): bigint | undefined {
  return Number.isInteger(value) ? 2n * BigInt(value) : undefined;
}
