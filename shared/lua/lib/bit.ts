import { checkNumber } from '../arguments.ts';
import type { LuaTable, LuaValue } from '../value.ts';
import { createLibrary, type NativeFunction } from './host.ts';

/** How many hexadecimal digits a number has at most. */
const MAX_DIGITS = 8;

/** The library `bit` (LuaBitOp): operations on numbers as 32 bits. Results are signed, as in C. */
export function createBitLibrary(): LuaTable {
  return createLibrary({
    tobit: unary((bits) => bits),
    bnot: unary((bits) => ~bits),
    bswap: unary(swapBytes),
    band: fold((a, b) => a & b),
    bor: fold((a, b) => a | b),
    bxor: fold((a, b) => a ^ b),
    lshift: shift((bits, count) => bits << count),
    rshift: shift((bits, count) => bits >>> count),
    arshift: shift((bits, count) => bits >> count),
    rol: shift((bits, count) => (bits << count) | (bits >>> (32 - count))),
    ror: shift((bits, count) => (bits >>> count) | (bits << (32 - count))),
    tohex,
  });
}

function unary(operation: (bits: number) => number): NativeFunction {
  return (args) => [operation(checkBits(args, 0))];
}

function fold(operation: (a: number, b: number) => number): NativeFunction {
  return (args) => {
    let bits = checkBits(args, 0);
    // LuaBitOp begins with the last one: of several wrong arguments it names that.
    for (let at = args.length - 1; at > 0; at--) bits = operation(bits, checkBits(args, at));
    return [bits];
  };
}

/** The count is taken modulo 32. */
function shift(operation: (bits: number, count: number) => number): NativeFunction {
  return (args) => {
    const bits = checkBits(args, 0);
    const count = checkBits(args, 1) & 31;
    return [(count === 0 ? bits : operation(bits, count)) | 0];
  };
}

/** So many of the last digits; capital letters when their number is negative. */
function tohex(args: readonly LuaValue[]): LuaValue[] {
  const bits = checkBits(args, 0);
  const asked = args.length < 2 ? MAX_DIGITS : checkBits(args, 1);
  const digits = (bits >>> 0).toString(16).padStart(MAX_DIGITS, '0');
  const last = digits.slice(MAX_DIGITS - Math.min(Math.abs(asked), MAX_DIGITS));
  return [asked < 0 ? last.toUpperCase() : last];
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Added to a number, it moves the number's whole part to the last bits of the double (LuaBitOp: `barg`). */
const SHIFTING = 2 ** 52 + 2 ** 51;

/** An argument's last 32 bits: rounded to the nearest whole number, halves to the even one. */
function checkBits(args: readonly LuaValue[], at: number): number {
  const number = checkNumber(args, at);
  if (number === (number | 0)) return number | 0;
  double[0] = number + SHIFTING;
  return words[0]!;
}

function swapBytes(bits: number): number {
  return (bits << 24) | ((bits & 0xff00) << 8) | ((bits >>> 8) & 0xff00) | (bits >>> 24);
}
