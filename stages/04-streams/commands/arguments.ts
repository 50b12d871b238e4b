import { ReplyError } from '#shared/resp/reply.ts';
import { parseDecimal } from '#shared/numbers/decimal.ts';
import { parseInt64, type Int64 } from '#shared/numbers/int64.ts';

/** An argument that must be a whole number in JavaScript's exact range. @throws ReplyError */
export function parseInteger(text: string, error = NOT_AN_INTEGER): number {
  const value = parseInt64(text);
  if (typeof value !== 'number') throw new ReplyError(error);
  return value;
}

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

/** The timeout of a blocking command: seconds with a fraction; @returns ms, 0 for ever (`getTimeoutFromObjectOrReply`) */
export function parseTimeout(text: string): number {
  const seconds = parseDecimal(text);
  if (seconds === undefined) throw new ReplyError('ERR timeout is not a float or out of range');
  const ms = Math.ceil(seconds * 1000);
  if (ms < 0) throw new ReplyError('ERR timeout is negative');
  if (ms > Number.MAX_SAFE_INTEGER) throw new ReplyError('ERR timeout is out of range');
  return ms;
}

export function syntaxError(): ReplyError {
  return new ReplyError('ERR syntax error');
}
