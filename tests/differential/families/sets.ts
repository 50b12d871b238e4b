import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

const member = (a: Arguments) => (a.rng.chance(0.6) ? a.value() : a.int(-3, 12));

export const sets: Family = {
  name: 'sets',
  since: '03',
  keys: ['s1', 's2', 's3', 's4'],
  rows: [
    [16, (a) => ['SADD', a.key(), ...a.some(1, 5, () => member(a))]],
    [6, (a) => ['SREM', a.key(), ...a.some(1, 3, () => member(a))]],
    [4, (a) => ['SISMEMBER', a.key(), member(a)]],
    [4, (a) => ['SMISMEMBER', a.key(), ...a.some(1, 4, () => member(a))]],
    [3, (a) => ['SCARD', a.key()]],
    [4, (a) => ['SMEMBERS', a.key()]],
    [5, (a) => ['SMOVE', a.key(), a.key(), member(a)]],
    [8, (a) => [a.pick(['SINTER', 'SUNION', 'SDIFF']), ...a.some(1, 4, a.key)]],
    [5, (a) => [a.pick(['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']), a.key(), ...a.some(1, 3, a.key)]],
    [5, (a) => ['SINTERCARD', ...keyed(a), ...a.maybe(0.5, () => ['LIMIT', a.pick([a.int(0, 3), a.index()])])]],
    [1, (a) => ['SPOP', a.key(), a.pick(['0', '1000', '100000', '-1', 'abc'])]],
    [
      3,
      (a) => [
        'SRANDMEMBER',
        a.key(),
        ...a.maybe(0.7, () => [a.pick(['0', '100', '-3', '2', 'abc', '-9223372036854775808'])]),
      ],
    ],
    [3, (a) => ['SSCAN', a.key(), '0', 'COUNT', '100000', ...a.maybe(0.5, () => ['MATCH', a.pattern()])]],
    [
      1,
      (a) => [
        'SSCAN',
        a.key(),
        a.pick(['0', 'abc', '-1']),
        ...a.maybe(0.5, () => ['COUNT', a.pick(['0', 'abc', '1000'])]),
      ],
    ],
    [2, (a) => [a.pick(['DEL', 'EXISTS', 'TYPE', 'TTL', 'PERSIST']), a.key()]],
    [1, (a) => ['EXPIRE', a.key(), a.seconds()]],
    [2, (a) => [a.pick(['RENAME', 'COPY']), a.key(), a.key()]],
  ],
};

function keyed(a: Arguments): string[] {
  const keys = a.some(1, 3, a.key);
  return [a.rng.chance(0.93) ? String(keys.length) : a.pick(['0', '-1', '5', 'abc']), ...keys];
}
