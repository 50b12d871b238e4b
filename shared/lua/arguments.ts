import { LuaError } from './error.ts';
import { formatNumber, toNumber } from './number.ts';
import { LuaTable, typeOf, type LuaValue } from './value.ts';

// The arguments of native functions (lauxlib.c). `at` counts from 0; the texts of errors count from 1, and name the
// function as its caller does: the engine knows that name.

/** Any value, but it has to be there. */
export function checkAny(args: readonly LuaValue[], at: number): LuaValue {
  if (at >= args.length) throw argumentError(at, 'value expected');
  return args[at];
}

/** A number, or a string that reads as one. */
export function checkNumber(args: readonly LuaValue[], at: number): number {
  const value = args[at];
  if (typeof value === 'number') return value;
  const number = toNumber(value);
  if (number === undefined) throw typeError(args, at, 'number');
  return number;
}

/** A number without its fraction, as `luaL_checkinteger` casts it: NaN and what 64 bits cannot hold is -2^63. */
export function checkInteger(args: readonly LuaValue[], at: number): number {
  return toInteger(checkNumber(args, at));
}

/** As `checkInteger`; the default when the argument is nil or missing. */
export function optInteger(args: readonly LuaValue[], at: number, byDefault: number): number {
  return args[at] === undefined ? byDefault : checkInteger(args, at);
}

/** A string, or a number as it prints. */
export function checkString(args: readonly LuaValue[], at: number): string {
  const value = args[at];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  throw typeError(args, at, 'string');
}

/** As `checkString`; the default when the argument is nil or missing. */
export function optString(args: readonly LuaValue[], at: number, byDefault: string): string {
  return args[at] === undefined ? byDefault : checkString(args, at);
}

export function checkTable(args: readonly LuaValue[], at: number): LuaTable {
  const value = args[at];
  if (!(value instanceof LuaTable)) throw typeError(args, at, 'table');
  return value;
}

/** `bad argument #2 to 'rep' (TEXT)` (`luaL_argerror`). */
export function argumentError(at: number, text: string): LuaError {
  return new LuaError(text, 1, at + 1);
}

/** `bad argument #2 to 'rep' (number expected, got nil)` (`luaL_typerror`). */
export function typeError(args: readonly LuaValue[], at: number, expected: string): LuaError {
  return argumentError(at, `${expected} expected, got ${at < args.length ? typeOf(args[at]) : 'no value'}`);
}

/** As C casts a double to a 64-bit integer on x86-64. */
export function toInteger(number: number): number {
  const whole = Math.trunc(number);
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? whole : -(2 ** 63);
}
