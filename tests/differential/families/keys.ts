import type { Arguments } from '../arguments.ts';
import type { Family, Row } from '../family.ts';

const condition = (a: Arguments) =>
  a.maybe(0.5, () => a.pick([['NX'], ['XX'], ['GT'], ['LT'], ['NX', 'GT'], ['GT', 'LT'], ['gt'], ['XX', 'GT']]));

const onOneDatabase: readonly Row[] = [
  [12, (a) => ['SET', a.key(), a.value()]],
  [3, (a) => ['SET', a.key(), a.value(), 'EX', a.seconds()]],
  [4, (a) => ['DEL', ...a.some(1, 2, () => a.key())]],
  [2, (a) => ['UNLINK', ...a.some(1, 2, () => a.key())]],
  [3, (a) => ['EXISTS', ...a.some(1, 4, () => a.key())]],
  [2, (a) => ['TOUCH', ...a.some(1, 4, () => a.key())]],
  [3, (a) => ['TYPE', a.key()]],
  [3, (a) => ['EXPIRE', a.key(), a.seconds()]],
  [3, (a) => ['PEXPIRE', a.key(), a.milliseconds()]],
  // With the same time to live twice, GT and LT would depend on the millisecond: out of so many it hardly ever comes twice.
  [3, (a) => ['EXPIRE', a.key(), a.int(1_000, 99_999_999), ...condition(a)]],
  [3, (a) => ['PEXPIRE', a.key(), a.int(100_000, 99_999_999_999), ...condition(a)]],
  [6, (a) => ['EXPIREAT', a.key(), a.unixSeconds(), ...condition(a)]],
  [6, (a) => ['PEXPIREAT', a.key(), a.unixMilliseconds(), ...condition(a)]],
  [6, (a) => [a.pick(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']), a.key()]],
  [3, (a) => ['PERSIST', a.key()]],
  [4, (a) => ['RENAME', a.key(), a.key()]],
  [4, (a) => ['RENAMENX', a.key(), a.key()]],
  [
    5,
    (a) => ['COPY', a.key(), a.key(), ...a.maybe(0.3, () => ['DB', database(a)]), ...a.maybe(0.4, () => ['REPLACE'])],
  ],
  [2, (a) => ['KEYS', a.pick(['*', 'k*', 'k[1-3]', '?1', 'a-*', '[^k]*', 'k\\1', '', '[k', 'K1', '*-*i*', 'k[3-1]'])]],
  [
    2,
    (a) => [
      'SCAN',
      '0',
      'COUNT',
      '100000',
      ...a.maybe(0.5, () => ['MATCH', a.pattern()]),
      ...a.maybe(0.4, () => ['TYPE', type(a)]),
    ],
  ],
  [
    1,
    (a) => [
      'SCAN',
      a.pick(['0', 'abc', '-1', '']),
      ...a.maybe(0.5, () => ['COUNT', a.pick(['0', '-1', 'abc', '100000'])]),
    ],
  ],
  [2, () => ['DBSIZE']],
  [1, () => ['RANDOMKEY']],
  [2, (a) => ['OBJECT', a.pick(['REFCOUNT', 'ENCODING']), a.pick(['k1', 'k2', 'no-such-key'])]],
];

const amongDatabases: readonly Row[] = [
  [3, (a) => ['MOVE', a.key(), database(a)]],
  [3, (a) => ['SELECT', database(a)]],
  [2, (a) => ['SWAPDB', database(a), database(a)]],
  [0.1, (a) => [a.pick(['FLUSHDB', 'FLUSHALL']), ...a.maybe(0.5, () => [a.pick(['ASYNC', 'SYNC', 'NOW'])])]],
];

export const keys: Family = {
  name: 'keys',
  since: '02',
  keys: ['k1', 'k2', 'k3', 'k4', 'k5'],
  rows: [...onOneDatabase, ...amongDatabases],
};

/** The same commands, without those that empty a database or leave it. */
export const keysOfOneDatabase: Family = { ...keys, rows: onOneDatabase };

function database(a: Arguments): string {
  return a.rng.chance(0.9) ? a.int(0, 2) : a.pick(['-1', '15', '16', 'abc', '', '9223372036854775808', '1.5', '0']);
}

function type(a: Arguments): string {
  return a.pick(['string', 'list', 'hash', 'set', 'stream', 'zset', 'STRING', 'nosuch']);
}
