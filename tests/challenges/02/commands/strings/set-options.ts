import type { Int64 } from '#shared/numbers/int64.ts';
import type { Request } from '../../router/request.ts';
import { syntaxError } from '../arguments.ts';
import { MILLISECONDS, parsePositiveExpireTime, SECONDS, type Unit } from '../keys/expire-time.ts';

/** A time to live as it was typed: Redis reports other errors before it looks at the number. */
export interface ExpireOption {
  readonly word: string;
  readonly text: string;
}

/** The options of SET. */
export interface SetOptions {
  nx: boolean;
  xx: boolean;
  get: boolean;
  /** The value that the key must hold. */
  ifEq: string | undefined;
  keepTtl: boolean;
  expire: ExpireOption | undefined;
}

/** The options of GETEX. */
export interface GetExOptions {
  persist: boolean;
  expire: ExpireOption | undefined;
}

/** Redis: `parseExtendedStringArgumentsOrReply`. @throws ReplyError for words that exclude each other */
export function parseSetOptions(args: readonly string[]): SetOptions {
  const options: SetOptions = { nx: false, xx: false, get: false, ifEq: undefined, keepTtl: false, expire: undefined };
  for (let i = 3; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    const conditional = options.nx || options.xx || options.ifEq !== undefined;
    if (word === 'NX' && (!conditional || options.nx)) options.nx = true;
    else if (word === 'XX' && (!conditional || options.xx)) options.xx = true;
    else if (word === 'IFEQ' && !conditional && i + 1 < args.length) options.ifEq = args[++i]!;
    else if (word === 'GET') options.get = true;
    else if (word === 'KEEPTTL' && !options.expire) options.keepTtl = true;
    else if (!options.keepTtl) options.expire = expireOption(word, args[++i], options.expire);
    else throw syntaxError();
  }
  return options;
}

/** @throws ReplyError */
export function parseGetExOptions(args: readonly string[]): GetExOptions {
  const options: GetExOptions = { persist: false, expire: undefined };
  for (let i = 2; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (word === 'PERSIST' && !options.expire) options.persist = true;
    else if (!options.persist) options.expire = expireOption(word, args[++i], options.expire);
    else throw syntaxError();
  }
  return options;
}

/** The deadline that an option gives, Unix time in ms. @throws ReplyError */
export function deadlineOf(request: Request, { word, text }: ExpireOption): Int64 {
  const unit = UNITS.get(word)!;
  return parsePositiveExpireTime(request, text, unit, isAbsolute(word) ? 0 : Date.now());
}

/** EXAT and PXAT name a moment, EX and PX a time from now on. */
export function isAbsolute(word: string): boolean {
  return word.endsWith('AT');
}

const UNITS = new Map<string, Unit>([
  ['EX', SECONDS],
  ['PX', MILLISECONDS],
  ['EXAT', SECONDS],
  ['PXAT', MILLISECONDS],
]);

/** The same word may come twice, two different ones may not. */
function expireOption(word: string, text: string | undefined, before: ExpireOption | undefined): ExpireOption {
  if (!UNITS.has(word) || text === undefined || (before && before.word !== word)) throw syntaxError();
  return { word, text };
}
