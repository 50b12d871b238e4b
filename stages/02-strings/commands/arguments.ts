import { ReplyError } from '#shared/resp/reply.ts';
import { parseInt64, type Int64 } from '#shared/numbers/int64.ts';

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

/** The error for an option that is unknown, or in the wrong place (Redis: `shared.syntaxerr`). */
export function syntaxError(): ReplyError {
  return new ReplyError('ERR syntax error');
}
