import { isInt64, normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

/** Milliseconds in the unit that a command takes. */
export const SECONDS = 1000;
export const MILLISECONDS = 1;
export type Unit = typeof SECONDS | typeof MILLISECONDS;

/**
 * The moment that an argument of EXPIRE and its like means, Unix time in ms: `text` units after `base` (0: absolute
 * times). It may lie in the past. Follows `expireGenericCommand`.
 * @throws ReplyError for what is no integer, or beyond 64 bits
 */
export function parseExpireTime({ command }: Request, text: string, unit: Unit, base: number): Int64 {
  const value = parseLongLong(text);
  const at = unit * Number(value) + base;
  if (Number.isSafeInteger(at)) return at;
  const ms = BigInt(unit) * BigInt(value);
  const exact = ms + BigInt(base);
  if (!isInt64(ms) || !isInt64(exact)) throw invalidExpireTime(command.fullName);
  return normalizeInt64(exact);
}

/** As `parseExpireTime`, for SET and GETEX: the argument must be positive (Redis: `getExpireMillisecondsOrReply`). */
export function parsePositiveExpireTime(request: Request, text: string, unit: Unit, base: number): Int64 {
  const at = parseExpireTime(request, text, unit, base);
  if (parseLongLong(text) <= 0) throw invalidExpireTime(request.command.fullName);
  return at;
}

function invalidExpireTime(name: string): ReplyError {
  return new ReplyError(`ERR invalid expire time in '${name}' command`);
}
