import { ReplyError } from '#shared/resp/reply.ts';
import { INT64_MAX } from '#shared/numbers/int64.ts';
import { parseLongLong } from './arguments.ts';

/** A reply of more picks may not fit in memory. Redis would try. */
const MAX_REPEATED = 2 ** 20;

/**
 * The count of SRANDMEMBER, HRANDFIELD and their like: how many different picks, or negative: how many that may repeat.
 * @throws ReplyError
 */
export function parseRandomCount(text: string): number {
  const count = parseLongLong(text);
  if (count < -INT64_MAX) {
    throw new ReplyError(`ERR value is out of range, value must between ${-INT64_MAX} and ${INT64_MAX}`);
  }
  if (count < -MAX_REPEATED) throw new ReplyError('ERR value is out of range');
  return Number(count);
}
