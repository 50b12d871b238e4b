import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

const WORDS = ['a', 'b', 'c', 'B', 'hello', 'two words', '', '\xff\x80'];
const NUMBERS = ['1.5', '-0.25', '+3', '01', '1e2', 'inf', '-inf', '.5', '1.0'];
const NOT_NUMBERS = ['x', '1x', 'nan', '1 ', '--1'];
/** What BY and GET name; `nosort` and the like have no asterisk. */
const PATTERNS = ['w_*', 'h_*->f', 'h_*->g', 'v_*', 'none_*', 'w_*->f', 'h_*', 'h_*->', '*', 'w_*_*', 'l*'];

const element = (a: Arguments) => (a.rng.chance(0.85) ? a.int(-3, 12) : a.rng.chance(0.85) ? a.pick(NUMBERS) : a.pick([...WORDS, ...NOT_NUMBERS]));
const word = (a: Arguments) => (a.rng.chance(0.6) ? a.pick(WORDS) : a.int(-3, 12));
const direction = (a: Arguments) => a.pick([[], [], ['ASC'], ['DESC'], ['desc']]);
const alpha = (a: Arguments) => a.maybe(0.3, () => ['ALPHA']);
const limit = (a: Arguments) => a.maybe(0.35, () => ['LIMIT', a.pick(['0', '1', '2', a.index()]), a.pick(['0', '1', '3', '-1', a.index()])]);
const gets = (a: Arguments) => a.maybe(0.35, () => a.some(1, 3, () => ['GET', a.pick(['#', '#', ...PATTERNS, 'nothing', '##'])]));
const by = (a: Arguments) => a.maybe(0.5, () => ['BY', a.rng.chance(0.8) ? a.pick(PATTERNS) : a.pick(['nosort', 'x', '#'])]);
const store = (a: Arguments) => a.maybe(0.25, () => ['STORE', a.pick(['to1', 'to2', 'l1', 's1', 'z1'])]);

/** Options stand in any order. */
const options = (a: Arguments) => a.rng.shuffle([direction(a), alpha(a), limit(a), gets(a), by(a), store(a)]).flat();

export const sort: Family = {
  name: 'sort',
  since: '10',
  keys: ['l1', 'l2', 's1', 's2', 'z1', 'z2', 'to1', 'to2'],
  rows: [
    [30, (a) => ['SORT', a.key(), ...options(a)]],
    [6, (a) => ['SORT_RO', a.key(), ...options(a)]],
    [4, (a) => ['RPUSH', a.pick(['l1', 'l2']), ...a.some(1, 6, () => element(a))]],
    [2, (a) => ['LPOP', a.pick(['l1', 'l2', 'to1']), a.pick(['1', '3'])]],
    [1, (a) => ['RPUSH', 'l2', ...a.some(1, 5, () => word(a))]],
    [4, (a) => ['SADD', a.pick(['s1', 's2']), ...a.some(1, 5, () => element(a))]],
    [1, (a) => ['SADD', 's2', ...a.some(1, 4, () => word(a))]],
    [4, (a) => ['ZADD', a.pick(['z1', 'z2']), ...a.some(1, 5, () => [a.int(), element(a)])]],
    [1, (a) => ['ZADD', 'z2', ...a.some(1, 40, () => [a.int(), a.int(0, 200)])]],
    [6, (a) => ['MSET', ...a.some(1, 5, () => [`${a.pick(['w', 'v'])}_${a.int(-3, 12)}`, a.rng.chance(0.9) ? a.int(-9, 9) : element(a)])]],
    [4, (a) => ['HSET', `h_${a.int(-3, 12)}`, ...a.some(1, 2, () => [a.pick(['f', 'g']), a.rng.chance(0.9) ? a.int(-9, 9) : word(a)])]],
    [3, (a) => ['DEL', a.rng.chance(0.5) ? a.pick(['l1', 'l2', 's1', 's2', 'z1', 'z2', 'to1']) : `${a.pick(['w', 'h', 'v'])}_${a.int(-3, 12)}`]],
    [3, (a) => ['LRANGE', a.pick(['to1', 'to2', 'l1']), '0', '-1']],
    [1, (a) => ['OBJECT', 'ENCODING', a.pick(['to1', 'to2'])]],
    [1, (a) => ['EXPIRE', a.key(), a.seconds()]],
  ],
};
