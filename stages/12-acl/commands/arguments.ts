import { ReplyError } from '#shared/resp/reply.ts';
import { INT64_MAX, parseInt64, type Int64 } from '#shared/numbers/int64.ts';
import { INFINITE, parseLongDouble, type Finite } from '#shared/numbers/long-double.ts';

/** An argument that must be a signed 64-bit integer: a number while that is exact, else a bigint. @throws ReplyError */
export function parseLongLong(text: string, error = NOT_AN_INTEGER): Int64 {
  const value = parseInt64(text);
  if (value === undefined) throw new ReplyError(error);
  return value;
}

/** An argument that Redis keeps in an `int`, such as the number of a database. @throws ReplyError */
export function parseInt32(text: string, error?: string): number {
  const value = Number(parseLongLong(text, error));
  if (value >= -(2 ** 31) && value < 2 ** 31) return value;
  throw new ReplyError(error ?? 'ERR value is out of range, value must between -2147483648 and 2147483647');
}

const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';

/** A blocking command's timeout, given in seconds (`getTimeoutFromObjectOrReply`). @returns ms, rounded up; 0: none */
export function parseTimeout(text: string): number {
  const seconds = parseLongDouble(text);
  if (seconds === undefined) throw new ReplyError('ERR timeout is not a float or out of range');
  const ms = seconds === INFINITE ? infiniteMs(text) : ceilMs(seconds);
  if (ms < 0) throw new ReplyError('ERR timeout is negative');
  if (ms > INT64_MAX - BigInt(Date.now())) throw new ReplyError('ERR timeout is out of range');
  return Number(ms);
}

function infiniteMs(text: string): bigint {
  return text.startsWith('-') ? -1n : INT64_MAX;
}

function ceilMs({ mantissa, exponent }: Finite): bigint {
  const product = mantissa * 1000n;
  if (exponent >= 0) return product << BigInt(exponent);
  const divisor = 1n << BigInt(-exponent);
  return product > 0n ? (product + divisor - 1n) / divisor : product / divisor;
}

/** The error for an option that is unknown, or in the wrong place (Redis: `shared.syntaxerr`). */
export function syntaxError(): ReplyError {
  return new ReplyError('ERR syntax error');
}
