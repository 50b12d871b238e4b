import { children } from '../harness/children.ts';
import type { Command } from './arguments.ts';

/** Which kinds of commands have run so far. */
export interface Seen {
  /** SORT, which changes the encoding of a sorted set that it reads. */
  sorted: boolean;
  /** A number too large for its type. */
  overflowed: boolean;
  /** ZADD or ZINCRBY, after which a score may belong to no place on the map, or to several. */
  scored: boolean;
}

/** A difference that is allowed, and why. */
interface Exception {
  readonly reason: string;
  /** @param before the commands that EXEC has run before this one; empty outside EXEC */
  matches(command: Command, ours: string, theirs: string, before: readonly Command[], seen: Seen): boolean;
}

/** Where our servers and Redis 7.0 or 8.0 may differ. Each use is counted and printed. */
const EXCEPTIONS: readonly Exception[] = [
  {
    reason:
      'OBJECT ENCODING of an integer that INCRBYFLOAT left: in Redis embstr, until it is loaded anew; ours says int',
    matches: (command, ours, theirs) =>
      isObject(command, 'ENCODING') && ours === '$3\r\nint\r\n' && theirs === '$6\r\nembstr\r\n',
  },
  {
    reason:
      'OBJECT REFCOUNT of a small integer: Redis shares it unless COPY or INCRBYFLOAT made it; ours always says shared',
    matches: (command, ours, theirs) =>
      isObject(command, 'REFCOUNT') && ours === ':2147483647\r\n' && theirs === ':1\r\n',
  },
  {
    reason: 'OBJECT REFCOUNT of a small integer that the same EXEC made with INCRBYFLOAT: Redis says 2, ours shared',
    // Redis has put the new value into the queued request, which it propagates as SET.
    matches: (command, ours, theirs, before) => {
      return (
        isObject(command, 'REFCOUNT') &&
        ours === ':2147483647\r\n' &&
        theirs === ':2\r\n' &&
        before.some(([name]) => name!.toUpperCase() === 'INCRBYFLOAT')
      );
    },
  },
  {
    reason:
      'OBJECT REFCOUNT inside EXEC of a value that the transaction has set: in Redis its queued request holds it too',
    matches: (command, ours, theirs, before) =>
      before.length > 0 && isObject(command, 'REFCOUNT') && ours === ':1\r\n' && theirs === ':2\r\n',
  },
  {
    reason: 'OBJECT ENCODING of a small list or set: listpack since 7.2; 7.0 says quicklist, hashtable',
    matches: (command, ours, theirs) => {
      return (
        isObject(command, 'ENCODING') && ours === '$8\r\nlistpack\r\n' && /\r\n(quicklist|hashtable)\r\n$/.test(theirs)
      );
    },
  },
  {
    reason: 'OBJECT ENCODING after HSET or SADD with more words than a small value may have: since 7.2 a large one at once',
    matches: (command, ours, theirs) => {
      return (
        isObject(command, 'ENCODING') &&
        /\r\n(listpack|hashtable)\r\n$/.test(ours) &&
        /\r\n(intset|listpack)\r\n$/.test(theirs)
      );
    },
  },
  {
    reason:
      'a blocking timeout that is too large: "timeout is out of range" since 7.2; in 7.0 it overflows, below zero',
    matches: (_command, ours, theirs) =>
      ours === '-ERR timeout is out of range\r\n' && theirs === '-ERR timeout is negative\r\n',
  },
  {
    reason: 'LPOS with the smallest RANK of all: refused since 7.2; 7.0 takes it',
    matches: ([name, ...words], ours) => {
      return (
        name!.toUpperCase() === 'LPOS' &&
        words.includes('-9223372036854775808') &&
        ours.startsWith('-ERR value is out of range, value must')
      );
    },
  },
  {
    reason: 'a score that is no whole number: the fewest digits since 7.2; 7.0 writes 17',
    matches: ([name], ours, theirs) => /^B?Z/i.test(name!) && ours !== theirs && scoresOf(name!, ours) === scoresOf(name!, theirs),
  },
  {
    reason: 'XREAD with too few IDs: 8.0 words the error in another way',
    matches: (_command, ours, theirs) => ours.startsWith('-ERR Unbalanced XREAD') && theirs.startsWith("-ERR Unbalanced 'xread"),
  },
  {
    reason: 'LREM with the smallest count of all: 8.0 refuses it, 7.0 takes it',
    matches: ([name, ...words], _ours, theirs) => {
      return (
        name!.toUpperCase() === 'LREM' &&
        words.includes('-9223372036854775808') &&
        theirs.startsWith('-ERR value is out of range, value must')
      );
    },
  },
  {
    reason: 'an end of a range by score: 8.0 takes no hexadecimal number and no blank before it',
    matches: ([name, ...words], _ours, theirs) => {
      return /^Z/i.test(name!) && theirs === '-ERR min or max is not a float\r\n' && words.some((word) => /^\(?( |[+-]?0x)/i.test(word));
    },
  },
  {
    reason: 'XINFO: the lag of a group whose ENTRIESREAD is more than was ever added: 8.0 counts what is left, 7.0 goes below zero',
    matches: ([name], ours, theirs) => name!.toUpperCase() === 'XINFO' && /\r\nlag\r\n:-/.test(ours) && withoutLag(ours) === withoutLag(theirs),
  },
  {
    reason: 'BITCOUNT, BITPOS: 8.0 reads all arguments before it looks the key up',
    matches: ([name], ours, theirs) => /^BIT(COUNT|POS)$/i.test(name!) && ours !== theirs && /^-ERR (syntax error|value is not an integer)/.test(theirs),
  },
  {
    reason: 'OBJECT ENCODING of a list that has shrunk: by where its nodes were split',
    matches: (command, ours, theirs) =>
      isObject(command, 'ENCODING') && ours === '$9\r\nquicklist\r\n' && theirs === '$8\r\nlistpack\r\n',
  },
  {
    reason: 'a place whose score is no geohash, or the same as that of another: what C makes of it, or which one comes first',
    matches: ([name], ours, theirs, _before, seen) =>
      seen.scored && /^GEO/i.test(name!) && ours.slice(0, ours.indexOf('\r')) === theirs.slice(0, theirs.indexOf('\r')),
  },
  {
    reason: 'a position: 8.0 writes the fewest digits that read as the same number',
    matches: ([name], ours, theirs) => /^GEO/i.test(name!) && ours !== theirs && sameButDigits(ours, theirs),
  },
  {
    reason: 'a distance: the sines of V8 differ by one unit in the last place now and then',
    matches: ([name], ours, theirs) => /^(Z|GEO)/i.test(name!) && ours !== theirs && nearlyEqual(ours, theirs),
  },
  {
    reason: 'OBJECT ENCODING of a small sorted set after SORT has read it: Redis turns it into a skip list; ours is as it was',
    matches: (command, ours, theirs, _before, seen) =>
      seen.sorted && isObject(command, 'ENCODING') && ours === '$8\r\nlistpack\r\n' && theirs === '$8\r\nskiplist\r\n',
  },
  {
    reason: 'SORT of an empty element after a number that was too large: Redis finds the `errno` of that one, and refuses',
    matches: ([name], ours, theirs, _before, seen) => {
      return (
        seen.overflowed &&
        /^SORT(_RO)?$/i.test(name!) &&
        /^[*:]/.test(ours) &&
        theirs === "-ERR One or more scores can't be converted into double\r\n"
      );
    },
  },
  {
    reason: 'SORT ALPHA of elements with a NUL: ours compares all bytes, as Redis does for STORE; else its `strcoll` stops at the NUL',
    matches: ([name, ...words], ours, theirs) => {
      return (
        /^SORT(_RO)?$/i.test(name!) &&
        words.some((word) => /^ALPHA$/i.test(word)) &&
        (ours + theirs).includes('\0') &&
        ours.slice(0, ours.indexOf('\r')) === theirs.slice(0, theirs.indexOf('\r'))
      );
    },
  },
];

/** The elements of a reply, with scores as numbers; sorted where Redis promises no order. */
function scoresOf(name: string, reply: string): string {
  if (!/^Z(RANDMEMBER|SCAN)$/i.test(name)) return scoresAsNumbers(reply);
  return leaves(reply).map(scoresAsNumbers).sort().join('');
}

function leaves(reply: string): string[] {
  return /^[*~%]\d/.test(reply) ? children(reply).flatMap(leaves) : [reply];
}

/** Whether the numbers with a point in two replies differ by less than the last of 17 decimals. */
function sameButDigits(ours: string, theirs: string): boolean {
  return alike(ours, theirs, (x, y) => Math.abs(x - y) <= 1e-17);
}

function withoutLag(reply: string): string {
  return reply.replace(/\r\nlag\r\n:-?\d+/g, '');
}

const NUMBER = /(?:\$\d+\r\n|,)(-?\d+\.\d+(?:e[+-]?\d+)?)\r\n/;

/** Whether they are the same but for the last of 15 digits, or of four decimals. */
function nearlyEqual(ours: string, theirs: string): boolean {
  return alike(ours, theirs, (x, y, text) => {
    return Math.abs(x - y) <= Math.max(1e-14 * Math.abs(x), /\.\d{4}$/.test(text) ? 1.001e-4 : 0);
  });
}

/** Whether two replies differ in numbers with a point alone, and in these no more than is allowed. */
function alike(ours: string, theirs: string, close: (x: number, y: number, text: string) => boolean): boolean {
  // Each second part is a number.
  const [a, b] = [ours.split(NUMBER), theirs.split(NUMBER)];
  if (a.length !== b.length) return false;
  return a.every((part, at) => (at % 2 === 0 ? part === b[at] : close(Number(part), Number(b[at]), part)));
}

/** Puts numbers in place of bulk strings and doubles that have a point or an exponent. */
function scoresAsNumbers(reply: string): string {
  return reply.replace(/(?:\$\d+\r\n|,)(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\r\n/g, (_, score: string) => `score ${Number(score)} `);
}

function isObject([name, subcommand]: Command, wanted: string): boolean {
  return name!.toUpperCase() === 'OBJECT' && subcommand?.toUpperCase() === wanted;
}

/**
 * The reason why this difference is allowed, or null when it is not.
 * @param before the commands that EXEC has run before this one; empty outside EXEC
 */
export function exceptionFor(
  command: Command,
  ours: string,
  theirs: string,
  before: readonly Command[],
  seen: Seen,
): string | null {
  return EXCEPTIONS.find((exception) => exception.matches(command, ours, theirs, before, seen))?.reason ?? null;
}
