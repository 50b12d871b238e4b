import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

/** Ranges by name mean something where all scores are equal: so these have the score 0 alone (`isSafe` sees to it). */
const ONE_SCORE = ['x1', 'x2'];
const DYADIC = ['0.5', '-0.25', '1.75', '2.5', '1e2', '-3.5'];
const ODD = ['inf', '-inf', '+inf', '-0', '0.1', '1e20', '1e21', '0x10', '+5', '1e-7', '3.0', '123456789012345678', '9007199254740993'];
const NO_SCORES = ['nan', 'abc', '', ' 1', '1 ', '1e400', '1e', '1_0', '--1'];
const NAME_ENDS = ['-', '+', '[', '(', '[a', '(a', '[b', '(c', '[d', '[hello', '[\xff', '(1'];
const NO_NAME_ENDS = ['a', '', '-a', '++', '0'];

const member = (a: Arguments) => (a.rng.chance(0.75) ? a.pick(['a', 'b', 'c', 'd', 'e', 'f', 'g', '1', '2', '']) : a.value());
const score = (a: Arguments) => {
  const kind = a.rng.next();
  if (kind < 0.65) return a.int();
  if (kind < 0.85) return a.pick(DYADIC);
  return kind < 0.96 ? a.pick(ODD) : a.pick(NO_SCORES);
};
const pairs = (a: Arguments, high: number) => a.some(1, high, () => [score(a), member(a)]);
const end = (a: Arguments) => (a.rng.chance(0.25) ? '(' : '') + (a.rng.chance(0.8) ? a.pick([a.int(), '-inf', '+inf', '2.5']) : score(a));
const nameEnd = (a: Arguments) => (a.rng.chance(0.95) ? a.pick(NAME_ENDS) : a.pick(NO_NAME_ENDS));
const nameKey = (a: Arguments) => (a.rng.chance(0.95) ? a.pick(ONE_SCORE) : 'never-there');
const limit = (a: Arguments) => a.maybe(0.3, () => ['LIMIT', a.pick(['0', '1', '2', a.index()]), a.pick(['0', '1', '3', '-1', a.index()])]);
const scores = (a: Arguments) => a.maybe(0.4, () => [a.pick(['WITHSCORES', 'withscores'])]);
const reverse = (a: Arguments) => a.maybe(0.3, () => ['REV']);
const options = (a: Arguments) => {
  return a.pick([[], [], [], ['NX'], ['XX'], ['GT'], ['LT'], ['CH'], ['XX', 'GT'], ['LT', 'CH'], ['NX', 'CH'], ['XX', 'CH'], ['GT', 'CH'], ['NX', 'XX'], ['GT', 'LT'], ['nx', 'gt']]);
};
/** Keys of sorted sets and, now and then, of sets. */
const source = (a: Arguments) => (a.rng.chance(0.8) ? a.key() : a.pick(['s1', 's2', 'a-set', ...ONE_SCORE]));

function sources(a: Arguments): string[] {
  const keys = a.some(1, 3, () => source(a));
  return [a.rng.chance(0.95) ? String(keys.length) : a.pick(['0', '-1', '5', 'abc']), ...keys];
}

function combined(a: Arguments): string[] {
  const found = sources(a);
  const weights = a.maybe(0.4, () => ['WEIGHTS', ...found.slice(1).map(() => a.pick([a.int(), '0.5', '2', '-1', '0', score(a)]))]);
  return [...found, ...weights, ...a.maybe(0.3, () => ['AGGREGATE', a.pick(['SUM', 'MIN', 'MAX', 'max', 'AVG'])])];
}

/** The arguments of ZRANGE and ZRANGESTORE after the key. */
function range(a: Arguments): string[] {
  return a.rng.chance(0.5)
    ? [a.index(), a.index(), ...reverse(a), ...a.maybe(0.03, () => limit(a))]
    : [end(a), end(a), 'BYSCORE', ...reverse(a), ...limit(a)];
}

export const sortedSets: Family = {
  name: 'sorted-sets',
  since: '10',
  keys: ['z1', 'z2', 'z3', 'z4'],
  rows: [
    [14, (a) => ['ZADD', a.key(), ...pairs(a, 5)]],
    [8, (a) => ['ZADD', a.key(), ...options(a), ...pairs(a, 3)]],
    [3, (a) => ['ZADD', a.key(), ...options(a), 'INCR', ...pairs(a, a.rng.chance(0.95) ? 1 : 2)]],
    // Names that stay apart, so that some sets outgrow their listpack, and others have a name that is too long for one.
    [1, (a) => ['ZADD', a.key(), ...a.some(20, 60, () => [a.int(-9, 9), `m${a.int(0, 300)}`])]],
    [1, (a) => ['ZADD', a.key(), score(a), 'long'.repeat(20)]],
    [6, (a) => ['ZINCRBY', a.key(), score(a), member(a)]],
    [5, (a) => ['ZREM', a.key(), ...a.some(1, 3, () => member(a))]],
    [2, (a) => ['ZCARD', a.key()]],
    [3, (a) => ['ZSCORE', a.key(), member(a)]],
    [3, (a) => ['ZMSCORE', a.key(), ...a.some(1, 4, () => member(a))]],
    [5, (a) => [a.pick(['ZRANK', 'ZREVRANK']), a.key(), member(a)]],
    [4, (a) => ['ZCOUNT', a.key(), end(a), end(a)]],
    [9, (a) => ['ZRANGE', a.key(), ...range(a), ...scores(a)]],
    [3, (a) => ['ZREVRANGE', a.key(), a.index(), a.index(), ...scores(a)]],
    [4, (a) => [a.pick(['ZRANGEBYSCORE', 'ZREVRANGEBYSCORE']), a.key(), end(a), end(a), ...scores(a), ...limit(a)]],
    [4, (a) => ['ZRANGESTORE', a.key(), source(a), ...range(a)]],
    [2, (a) => ['ZREMRANGEBYRANK', a.key(), a.index(), a.index()]],
    [2, (a) => ['ZREMRANGEBYSCORE', a.key(), end(a), end(a)]],
    [6, (a) => ['ZADD', a.pick(ONE_SCORE), ...a.some(1, 4, () => ['0', member(a)])]],
    [1, (a) => ['ZREM', a.pick(ONE_SCORE), ...a.some(1, 2, () => member(a))]],
    [3, (a) => ['ZLEXCOUNT', nameKey(a), nameEnd(a), nameEnd(a)]],
    [3, (a) => [a.pick(['ZRANGEBYLEX', 'ZREVRANGEBYLEX']), nameKey(a), nameEnd(a), nameEnd(a), ...limit(a)]],
    [2, (a) => ['ZRANGE', nameKey(a), nameEnd(a), nameEnd(a), 'BYLEX', ...reverse(a), ...limit(a), ...a.maybe(0.05, () => ['WITHSCORES'])]],
    [1, (a) => ['ZREMRANGEBYLEX', nameKey(a), nameEnd(a), nameEnd(a)]],
    [2, (a) => ['ZRANGESTORE', a.key(), nameKey(a), nameEnd(a), nameEnd(a), 'BYLEX', ...reverse(a), ...limit(a)]],
    [4, (a) => [a.pick(['ZUNION', 'ZINTER']), ...combined(a), ...scores(a)]],
    [2, (a) => ['ZDIFF', ...sources(a), ...scores(a)]],
    [4, (a) => [a.pick(['ZUNIONSTORE', 'ZINTERSTORE']), a.key(), ...combined(a)]],
    [2, (a) => ['ZDIFFSTORE', a.key(), ...sources(a)]],
    [2, (a) => ['ZINTERCARD', ...sources(a), ...a.maybe(0.4, () => ['LIMIT', a.pick([a.int(0, 3), a.index()])])]],
    [2, (a) => ['SADD', a.pick(['s1', 's2']), ...a.some(1, 4, () => member(a))]],
    [4, (a) => [a.pick(['ZPOPMIN', 'ZPOPMAX']), a.key(), ...a.maybe(0.4, () => [a.pick(['0', '1', '2', '100', a.index()])])]],
    [2, (a) => ['ZMPOP', ...popped(a)]],
    [2, (a) => [a.pick(['BZPOPMIN', 'BZPOPMAX']), ...a.some(1, 3, a.key), timeout(a)]],
    [2, (a) => ['BZMPOP', timeout(a), ...popped(a)]],
    [1, (a) => ['ZRANDMEMBER', a.key(), ...a.maybe(0.7, () => [a.pick(['0', '1000', '-3', '2', 'abc', '-9223372036854775808']), ...scores(a)])]],
    [2, (a) => ['ZSCAN', a.key(), '0', 'COUNT', '100000', ...a.maybe(0.5, () => ['MATCH', a.pattern()])]],
    [1, (a) => ['ZSCAN', a.key(), a.pick(['0', 'abc', '-1']), ...a.maybe(0.5, () => ['COUNT', a.pick(['0', 'abc', '1000'])])]],
    [2, (a) => ['OBJECT', 'ENCODING', a.pick([...ONE_SCORE, a.key()])]],
    [3, (a) => [a.pick(['DEL', 'EXISTS', 'TYPE', 'TTL', 'PERSIST']), a.key()]],
    [1, (a) => ['EXPIRE', a.key(), a.seconds()]],
    [2, (a) => [a.pick(['RENAME', 'COPY']), a.key(), a.key()]],
  ],
};

function popped(a: Arguments): string[] {
  const keys = a.some(1, 3, a.key);
  const count = a.maybe(0.4, () => ['COUNT', a.pick(['1', '2', '0', '100', 'abc'])]);
  return [a.rng.chance(0.95) ? String(keys.length) : a.pick(['0', '-1', '5', 'abc']), ...keys, a.pick(['MIN', 'MAX', 'max']), ...count];
}

function timeout(a: Arguments): string {
  return a.rng.chance(0.9) ? '0.001' : a.pick(['-1', 'abc', '', 'inf']);
}
