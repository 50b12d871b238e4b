import { ReplyError } from '#shared/resp/reply.ts';
import { parseLongLong } from '../arguments.ts';

/** The third word of EVAL and FCALL: how many of the words after it are keys. @throws ReplyError */
export function numberOfKeys(args: readonly string[], notANumber?: string): number {
  const count = Number(parseLongLong(args[2]!, notANumber));
  if (count > args.length - 3) throw new ReplyError("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new ReplyError("ERR Number of keys can't be negative");
  return count;
}
