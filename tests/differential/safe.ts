import type { Command } from './arguments.ts';

/**
 * Whether two servers that run a command at slightly different times, on one connection, must agree on it: nothing that
 * blocks for long, that expires while the others still run, whose choice is random, or that fills the memory.
 */
export function isSafe([name = '', ...words]: Command): boolean {
  const upper = name.toUpperCase();
  const rule = RULES[upper];
  return (
    (rule === undefined || rule(words)) && !(TAKES_EXPIRY.has(upper) && words.some((_, at) => expiresSoon(words, at)))
  );
}

/**
 * Whether two servers may give different results, once other families have stored other values under these keys: Redis
 * promises no order for a range by name where scores differ, nor for elements of a set whose weights are the same text.
 */
export function dependsOnLayout([name = '', ...words]: Command): boolean {
  const has = (wanted: string) => words.some((word) => word.toUpperCase() === wanted);
  return /LEX$/i.test(name) || has('BYLEX') || (/^SORT$/i.test(name) && has('BY') && has('ALPHA'));
}

const BLOCK_MAX_SECONDS = 0.01;

const RULES: Record<string, (words: string[]) => boolean> = {
  BLPOP: (words) => briefly(words.at(-1)),
  BRPOP: (words) => briefly(words.at(-1)),
  BLMOVE: (words) => briefly(words.at(-1)),
  BRPOPLPUSH: (words) => briefly(words.at(-1)),
  BLMPOP: (words) => briefly(words[0]),
  XREAD: blocksBriefly,
  XREADGROUP: blocksBriefly,
  // Past a few MB only sizes that are refused.
  SETRANGE: (words) => !within(words[1], 100_000, 1e12),
  // SPOP chooses at random: it has to take all elements or none.
  SPOP: (words) => words.length === 2 && !within(words[1], 1, 999),
  SRANDMEMBER: randomCount,
  HRANDFIELD: randomCount,
  EXPIRE: (words) => !within(words[1], 1, 99),
  PEXPIRE: (words) => !within(words[1], 1, 99_999),
  SETEX: (words) => !within(words[1], 1, 99),
  PSETEX: (words) => !within(words[1], 1, 99_999),
  // An ID made from the clock is another one on the other server.
  XADD: (words) => !words.includes('*'),
  XCLAIM: (words) => decidedIdle(words[3]) && !words.some((word) => /^(TIME|IDLE)$/i.test(word)),
  XAUTOCLAIM: (words) => decidedIdle(words[3]),
  XPENDING: (words) => words[2]?.toUpperCase() !== 'IDLE' || decidedIdle(words[3]),
  SCAN: (words) => scansAll(words, 0),
  SSCAN: (words) => scansAll(words, 1),
  HSCAN: (words) => scansAll(words, 1),
  // 8.0 says OK to an index near the limits of 64 bits, and that it has changed the list.
  LSET: ([, index]) => !/^-?\d{19}$/.test(index ?? ''),
  // An option keeps its new value, so it has to be a limit that both servers have.
  CONFIG: ([, name, value, ...more]) => more.length === 0 && isLimit(name, value),
  ZSCAN: (words) => scansAll(words, 1),
  ZRANDMEMBER: randomCount,
  // WITHSCORE came with 7.2: before that a third word is a mistake that ends a transaction.
  ZRANK: (words) => words.length < 3,
  ZREVRANK: (words) => words.length < 3,
  BZPOPMIN: (words) => briefly(words.at(-1)),
  BZPOPMAX: (words) => briefly(words.at(-1)),
  BZMPOP: (words) => briefly(words[0]),
  // In sets that ranges by name are read from, all scores are equal.
  ZADD: (words) => !/^x/.test(words[0] ?? '') || words.slice(1).every((word, at) => at % 2 === 1 || word === '0'),
  ZRANGEBYLEX: byNameIsDecided,
  ZREVRANGEBYLEX: byNameIsDecided,
  ZLEXCOUNT: byNameIsDecided,
  ZREMRANGEBYLEX: byNameIsDecided,
  ZRANGE: (words) => byNameIsDecided(words) || !words.some((word) => /^BYLEX$/i.test(word)),
  // What is stored or removed must be decided by ends that each server reads as numbers.
  ZREMRANGEBYSCORE: plainEnds,
  ZRANGESTORE: (words) => plainEnds(words) && (byNameIsDecided(words.slice(1)) || !words.some((word) => /^BYLEX$/i.test(word))),
  SORT: decidedOrder,
  SORT_RO: decidedOrder,
};

function isLimit(name = '', value = ''): boolean {
  if (name === 'hll-sparse-max-bytes') return /^\d{1,4}$/.test(value);
  return name.startsWith('list-') ? /^-?\d$/.test(value) : /^(hash|set)-/.test(name) && /^\d{1,3}$/.test(value);
}

const TAKES_EXPIRY = new Set(['SET', 'GETEX']);

function expiresSoon(words: string[], at: number): boolean {
  const unit = words[at]!.toUpperCase();
  return (unit === 'EX' && within(words[at + 1], 1, 99)) || (unit === 'PX' && within(words[at + 1], 1, 99_999));
}

/** A blocking timeout that is refused, or short. */
function briefly(timeout: string | undefined): boolean {
  if (timeout === undefined) return true;
  const seconds = Number(timeout);
  return timeout.trim() === '' || Number.isNaN(seconds) || seconds < 0 || (seconds > 0 && seconds <= BLOCK_MAX_SECONDS);
}

function blocksBriefly(words: string[]): boolean {
  return words.every((word, at) => {
    const timeout = words[at + 1];
    return (
      word.toUpperCase() !== 'BLOCK' ||
      timeout === undefined ||
      briefly(timeout === '' ? '' : String(Number(timeout) / 1000))
    );
  });
}

function randomCount(words: string[]): boolean {
  return words[1] === undefined || !within(words[1], -Infinity, -1000);
}

/**
 * A set that is not sorted comes in any order. Elements whose weights are the same text come in the order in which the
 * value is walked: decided for a list, unless LIMIT makes Redis sort a part alone.
 */
function decidedOrder(words: string[]): boolean {
  const has = (name: string) => words.some((word) => word.toUpperCase() === name);
  const unsorted = words.some((word, at) => at > 0 && words[at - 1]!.toUpperCase() === 'BY' && !word.includes('*'));
  if (unsorted && !has('STORE')) return /^(l|z|to|a-list|a-zset|a-string)/.test(words[0] ?? '');
  return !(has('BY') && has('ALPHA')) || (/^(l|to|a-list)/.test(words[0] ?? '') && !has('LIMIT'));
}

/** 8.0 takes neither hexadecimal numbers nor blanks. */
function plainEnds(words: string[]): boolean {
  return !words.some((word) => /^\(?( |[+-]?0x)/i.test(word));
}

function byNameIsDecided([key = '']: string[]): boolean {
  return /^(x|never-there$)/.test(key);
}

function decidedIdle(milliseconds: string | undefined): boolean {
  return !within(milliseconds, 1, 1e8);
}

/**
 * Everything in one call, or an error: else each server stops where it likes. Redis takes `-1` and `''` for cursors
 * too.
 */
function scansAll(words: string[], cursorAt: number): boolean {
  const cursor = words[cursorAt];
  if (cursor === undefined || /^[a-z]/i.test(cursor)) return true;
  const counts = words.flatMap((word, at) => (word.toUpperCase() === 'COUNT' ? [words[at + 1]] : []));
  return cursor === '0' && counts.length === 1 && !within(counts[0], 1, 999);
}

function within(word: string | undefined, low: number, high: number): boolean {
  const value = Number(word);
  return word !== undefined && word.trim() !== '' && value >= low && value <= high;
}
