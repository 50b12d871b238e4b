import type { LuaValue } from './value.ts';

const DECIMAL = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[ \t\n\v\f\r]*$/;
const HEX = /^[ \t\n\v\f\r]*([+-]?)0[xX]([0-9a-fA-F]+)[ \t\n\v\f\r]*$/;

/** A number as Lua prints it (`%.14g`). */
export function formatNumber(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e14) return Object.is(number, -0) ? '-0' : String(number);
  if (number !== number) return Object.is(number, NaN) ? '-nan' : 'nan';
  if (number === Infinity) return 'inf';
  if (number === -Infinity) return '-inf';
  const [digits = '', exponent = '0'] = number.toExponential(13).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 14) {
    const sign = power < 0 ? '-' : '+';
    return `${withoutZeros(digits)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return withoutZeros(number.toFixed(13 - power));
}

/** A number, or what a string reads as: decimal or hexadecimal, white space around it; undefined for anything else. */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const decimal = DECIMAL.exec(value);
  if (decimal !== null) return Number(decimal[1]);
  const hex = HEX.exec(value);
  if (hex !== null) return hex[1] === '-' ? -parseInt(hex[2] ?? '', 16) : parseInt(hex[2] ?? '', 16);
  return undefined;
}

function withoutZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
