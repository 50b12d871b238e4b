import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

const text = (a: Arguments) => Array.from({ length: a.rng.int(0, a.pick([3, 12, 60])) }, () => a.pick(['a', 'b', 'c', '\0', '\xff'])).join('');

/** Texts of few letters have much in common, in many ways. */
export const lcs: Family = {
  name: 'lcs',
  since: '12',
  keys: ['k1', 'k2', 'k3', 'k4'],
  rows: [
    [5, (a) => ['SET', a.key(), text(a)]],
    [1, (a) => ['SET', a.key(), a.number()]],
    [2, (a) => ['APPEND', a.key(), text(a)]],
    [5, (a) => ['LCS', a.key(), a.key()]],
    [2, (a) => ['LCS', a.key(), a.key(), 'LEN']],
    [10, (a) => ['LCS', a.key(), a.key(), ...a.rng.shuffle([['IDX'], a.maybe(0.5, () => ['MINMATCHLEN', a.int(-1, 5)]), a.maybe(0.5, () => ['withmatchlen']), a.maybe(0.05, () => ['LEN'])]).flat()]],
    [1, (a) => ['LCS', a.key(), a.key(), ...a.some(1, 3, () => a.pick(['LEN', 'WITHMATCHLEN', 'MINMATCHLEN', '2', 'x', '']))]],
    [1, (a) => ['DEL', a.key()]],
  ],
};
