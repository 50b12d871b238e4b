import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

const end = (a: Arguments) => a.pick(['LEFT', 'RIGHT', 'left', 'Right']);
const count = (a: Arguments) => a.pick([a.int(0, 4), a.int(1, 3), a.index()]);

export const lists: Family = {
  name: 'lists',
  since: '03',
  keys: ['l1', 'l2', 'l3', 'l4'],
  rows: [
    [14, (a) => [a.pick(['LPUSH', 'RPUSH']), a.key(), ...a.some(1, 4, a.value)]],
    [4, (a) => [a.pick(['LPUSHX', 'RPUSHX']), a.key(), ...a.some(1, 2, a.value)]],
    [6, (a) => [a.pick(['LPOP', 'RPOP']), a.key(), ...a.maybe(0.5, () => [count(a)])]],
    [4, (a) => ['LLEN', a.key()]],
    [7, (a) => ['LRANGE', a.key(), a.index(), a.index()]],
    [5, (a) => ['LINDEX', a.key(), a.index()]],
    [5, (a) => ['LSET', a.key(), a.index(), a.value()]],
    [5, (a) => ['LINSERT', a.key(), a.pick(['BEFORE', 'AFTER', 'before', 'beside']), a.value(), a.value()]],
    [5, (a) => ['LREM', a.key(), a.index(), a.value()]],
    [2, (a) => ['LTRIM', a.key(), a.index(), a.index()]],
    [6, (a) => ['LPOS', a.key(), a.value(), ...position(a)]],
    [5, (a) => ['LMOVE', a.key(), a.key(), end(a), end(a)]],
    [3, (a) => ['RPOPLPUSH', a.key(), a.key()]],
    [5, (a) => ['LMPOP', ...keyed(a), end(a), ...a.maybe(0.6, () => ['COUNT', count(a)])]],
    [2, (a) => [a.pick(['BLPOP', 'BRPOP']), ...a.some(1, 3, a.key), timeout(a)]],
    [1, (a) => ['BLMOVE', a.key(), a.key(), end(a), end(a), timeout(a)]],
    [1, (a) => ['BRPOPLPUSH', a.key(), a.key(), timeout(a)]],
    [1, (a) => ['BLMPOP', timeout(a), ...keyed(a), end(a), ...a.maybe(0.6, () => ['COUNT', count(a)])]],
    [2, (a) => [a.pick(['DEL', 'EXISTS', 'TYPE', 'TTL']), a.key()]],
    [1, (a) => ['EXPIRE', a.key(), a.seconds()]],
    [2, (a) => [a.pick(['RENAME', 'COPY']), a.key(), a.key()]],
  ],
};

function keyed(a: Arguments): string[] {
  const keys = a.some(1, 3, a.key);
  return [a.rng.chance(0.93) ? String(keys.length) : a.pick(['0', '-1', '5', 'abc']), ...keys];
}

function position(a: Arguments): string[] {
  return [
    ...a.maybe(0.5, () => ['RANK', a.index()]),
    ...a.maybe(0.5, () => ['COUNT', a.pick([a.int(0, 3), a.index()])]),
    ...a.maybe(0.4, () => ['MAXLEN', a.pick([a.int(0, 5), a.index()])]),
  ];
}

/** A short timeout: a command that waits holds up all later ones on its connection. */
function timeout(a: Arguments): string {
  return a.pick(['0.001', '0.002', '-1', 'abc', '', 'inf', '1e400']);
}
