import { globMatch } from '#shared/glob.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { parseLongLong, syntaxError } from './arguments.ts';

/** The options that SCAN, HSCAN, SSCAN and ZSCAN share. */
export interface ScanOptions {
  /** About how many elements a call looks at. */
  readonly count: number;
  /** Whether MATCH lets an element pass. */
  readonly matches: (element: string) => boolean;
  /** The type that TYPE names, in lower case; only SCAN has this option. */
  readonly type: string | undefined;
}

const DEFAULT_COUNT = 10;
const UINT64_MAX = 2n ** 64n - 1n;

/** A cursor as a client sends it back (Redis: `parseScanCursorOrReply`). @throws ReplyError */
export function parseCursor(text: string): number {
  // `strtoul` takes signs, and nothing at all for 0.
  if (!/^([+-]?\d+)?$/.test(text)) throw new ReplyError('ERR invalid cursor');
  const value = BigInt(text.replace('+', ''));
  if (value > UINT64_MAX || value < -UINT64_MAX) throw new ReplyError('ERR invalid cursor');
  return Number(BigInt.asUintN(64, value));
}

/** `[MATCH pattern] [COUNT count] [TYPE type]` from `args[start]` on (`scanGenericCommand`). @throws ReplyError */
export function parseScanOptions(args: readonly string[], start: number, takesType = false): ScanOptions {
  let count = DEFAULT_COUNT;
  let pattern = '*';
  let type: string | undefined;
  for (let i = start; i < args.length; i += 2) {
    const word = args[i]!.toUpperCase();
    const value = args[i + 1];
    if (value === undefined) throw syntaxError();
    if (word === 'COUNT') count = parseCount(value);
    else if (word === 'MATCH') pattern = value;
    else if (word === 'TYPE' && takesType) type = value.toLowerCase();
    else throw syntaxError();
  }
  return { count, type, matches: pattern === '*' ? () => true : (element) => globMatch(pattern, element) };
}

function parseCount(text: string): number {
  const count = Number(parseLongLong(text));
  if (count < 1) throw syntaxError();
  return count;
}
