import { readDouble } from '#shared/numbers/double.ts';
import { printGeneral } from './number-text.ts';
import type { LuaValue } from './value.ts';

/** What C's `strtod` takes, without the white space in front of it. */
export const NUMERAL = [
  '[+-]?(?:0x(?:[\\da-f]+\\.?[\\da-f]*|\\.[\\da-f]+)(?:p[+-]?\\d+)?',
  '(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?',
  'inf(?:inity)?',
  'nan(?:\\(\\w*\\))?)',
].join('|');
const WHOLE = new RegExp(`^[ \\t-\\r]*(${NUMERAL})[ \\t-\\r]*$`, 'i');
/** As Lua prints a number: `%.14g`. */
const DIGITS = 14;

/** A number as Lua prints it (`%.14g`). Every NaN is `-nan`, which is what 0/0 gives on x86. */
export function formatNumber(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e14 && !Object.is(number, -0)) return String(number);
  return printGeneral(number, DIGITS);
}

/**
 * A number, or what a string reads as, with white space around it: decimal, hexadecimal, `inf` or `nan`; undefined for
 * anything else. A string ends at its first null byte here, as it does for C.
 */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const end = value.indexOf('\0');
  const numeral = WHOLE.exec(end === -1 ? value : value.slice(0, end));
  return numeral === null ? undefined : (readDouble(numeral[1]!) ?? NaN);
}
