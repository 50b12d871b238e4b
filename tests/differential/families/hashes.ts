import type { Family } from '../family.ts';

export const hashes: Family = {
  name: 'hashes',
  since: '03',
  keys: ['h1', 'h2', 'h3'],
  rows: [
    [14, (a) => [a.pick(['HSET', 'HSET', 'HMSET']), a.key(), ...a.some(1, 3, () => [a.field(), a.value()])]],
    [3, (a) => ['HSET', a.key(), ...a.some(1, 5, a.field)]],
    [5, (a) => ['HSETNX', a.key(), a.field(), a.value()]],
    [6, (a) => ['HGET', a.key(), a.field()]],
    [5, (a) => ['HMGET', a.key(), ...a.some(1, 4, a.field)]],
    [6, (a) => ['HDEL', a.key(), ...a.some(1, 3, a.field)]],
    [3, (a) => ['HEXISTS', a.key(), a.field()]],
    [3, (a) => ['HLEN', a.key()]],
    [3, (a) => ['HSTRLEN', a.key(), a.field()]],
    [6, (a) => [a.pick(['HGETALL', 'HKEYS', 'HVALS']), a.key()]],
    [7, (a) => ['HINCRBY', a.key(), a.field(), a.number()]],
    [6, (a) => ['HINCRBYFLOAT', a.key(), a.field(), a.float()]],
    [3, (a) => ['HSET', a.key(), a.field(), a.number()]],
    [
      3,
      (a) => [
        'HRANDFIELD',
        a.key(),
        ...a.maybe(0.7, () => [a.pick(['0', '100', '-3', '2', 'abc'])]),
        ...a.maybe(0.3, () => ['WITHVALUES']),
      ],
    ],
    [3, (a) => ['HSCAN', a.key(), '0', 'COUNT', '100000', ...a.maybe(0.5, () => ['MATCH', a.pattern()])]],
    [
      1,
      (a) => [
        'HSCAN',
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
