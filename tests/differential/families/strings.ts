import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

const expiry = (a: Arguments) =>
  a.pick([
    ['EX', a.seconds()],
    ['PX', a.milliseconds()],
    ['EXAT', a.unixSeconds()],
    ['PXAT', a.unixMilliseconds()],
  ]);

export const strings: Family = {
  name: 'strings',
  since: '02',
  keys: ['k1', 'k2', 'k3', 'k4', 'k5'],
  rows: [
    [10, (a) => ['SET', a.key(), a.value()]],
    [4, (a) => ['SET', a.key(), a.number()]],
    [8, (a) => ['SET', a.key(), a.value(), ...setOptions(a)]],
    [8, (a) => ['GET', a.key()]],
    [3, (a) => ['GETSET', a.key(), a.value()]],
    [3, (a) => ['GETDEL', a.key()]],
    [4, (a) => ['GETEX', a.key(), ...a.maybe(0.8, () => a.pick([expiry(a), ['PERSIST'], [...expiry(a), 'PERSIST']]))]],
    [3, (a) => ['SETNX', a.key(), a.value()]],
    [2, (a) => ['SETEX', a.key(), a.seconds(), a.value()]],
    [2, (a) => ['PSETEX', a.key(), a.milliseconds(), a.value()]],
    [3, (a) => ['MSET', ...a.some(1, 3, () => [a.key(), a.value()])]],
    [3, (a) => ['MSETNX', ...a.some(1, 2, () => [a.key(), a.value()])]],
    [4, (a) => ['MGET', ...a.some(1, 4, () => a.key())]],
    [5, (a) => ['APPEND', a.key(), a.value()]],
    [3, (a) => ['STRLEN', a.key()]],
    [4, (a) => ['SETRANGE', a.key(), a.pick([a.int(-1, 20), a.index(), '536870912']), a.value()]],
    [4, (a) => [a.pick(['GETRANGE', 'SUBSTR']), a.key(), a.index(), a.index()]],
    [5, (a) => [a.pick(['INCR', 'DECR']), a.key()]],
    [6, (a) => [a.pick(['INCRBY', 'DECRBY']), a.key(), a.number()]],
    [5, (a) => ['INCRBYFLOAT', a.key(), a.float()]],
    [2, (a) => ['SET', a.key(), a.float()]],
    [2, (a) => ['OBJECT', 'ENCODING', a.key()]],
    [3, (a) => [a.pick(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']), a.key()]],
    [2, (a) => [a.pick(['DEL', 'EXISTS', 'TYPE', 'PERSIST']), a.key()]],
  ],
};

function setOptions(a: Arguments): string[] {
  const groups = [
    ...a.maybe(0.4, () => a.pick([['NX'], ['XX'], ['NX', 'XX']])),
    ...a.maybe(0.3, () => ['GET']),
    ...a.maybe(0.5, () => a.pick([expiry(a), ['KEEPTTL'], [...expiry(a), 'KEEPTTL']])),
  ];
  const words = groups.length > 0 ? groups : expiry(a);
  return a.rng.chance(0.2) ? words.map((word) => word.toLowerCase()) : words;
}
