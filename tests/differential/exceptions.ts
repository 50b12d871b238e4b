import { children } from '../harness/children.ts';
import type { Command } from './arguments.ts';

/** A difference that is allowed, and why. */
interface Exception {
  readonly reason: string;
  /** @param before what EXEC has run in front of the command; empty outside EXEC */
  matches(command: Command, ours: string, theirs: string, before: readonly Command[]): boolean;
}

/** Where our servers and Redis 7.0 may differ. Each use is counted and printed. */
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
  {
    reason: 'ZRANK and ZREVRANK with a third word: WITHSCORE since 7.2, or a syntax error; 7.0 counts the words',
    matches: ([name], _ours, theirs) => /^Z(REV)?RANK$/i.test(name!) && /^-ERR wrong number of arguments for 'z(rev)?rank'/.test(theirs),
  },
];

/** The elements of a reply, with scores as numbers; of one whose order is free, in any order. */
function scoresOf(name: string, reply: string): string {
  if (!/^Z(RANDMEMBER|SCAN)$/i.test(name)) return scoresAsNumbers(reply);
  return leaves(reply).map(scoresAsNumbers).sort().join('');
}

function leaves(reply: string): string[] {
  return /^[*~%]\d/.test(reply) ? children(reply).flatMap(leaves) : [reply];
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
 * @param before what EXEC has run in front of the command; empty outside EXEC
 */
export function exceptionFor(
  command: Command,
  ours: string,
  theirs: string,
  before: readonly Command[],
): string | null {
  return EXCEPTIONS.find((exception) => exception.matches(command, ours, theirs, before))?.reason ?? null;
}
