import { ReplyError } from '#shared/resp/reply.ts';
import { parseLongLong, syntaxError } from './arguments.ts';

/** The arguments of LMPOP (and, from stage 10 on, of ZMPOP); `End` is a word for one of the two ends. */
export interface MultiPop<End> {
  readonly keys: readonly string[];
  readonly end: End;
  readonly count: number;
}

/**
 * `numkeys key [key ...] end [COUNT count]` from an argument on (Redis: `lmpopGenericCommand`, `zmpopGenericCommand`).
 * `parseEnd` reads the word after the keys, and throws when it is none. @throws ReplyError
 */
export function parseMultiPop<End>(
  args: readonly string[],
  at: number,
  parseEnd: (word: string | undefined) => End,
): MultiPop<End> {
  const numkeys = parseAtLeastOne(args[at]!, 'ERR numkeys should be greater than 0');
  const keys = args.slice(at + 1, at + 1 + numkeys);
  let next = at + 1 + numkeys;
  const end = parseEnd(args[next++]);
  let count: number | undefined;
  for (; next < args.length; next += 2) {
    const value = args[next + 1];
    if (count !== undefined || args[next]!.toUpperCase() !== 'COUNT' || value === undefined) throw syntaxError();
    count = parseAtLeastOne(value, 'ERR count should be greater than 0');
  }
  return { keys, end, count: count ?? 1 };
}

function parseAtLeastOne(text: string, error: string): number {
  const value = Number(parseLongLong(text, error));
  if (value < 1) throw new ReplyError(error);
  return value;
}
