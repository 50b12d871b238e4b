import type { Arguments, Command } from '../arguments.ts';
import type { Family, Row } from '../family.ts';
import { hashes } from './hashes.ts';
import { keysOfOneDatabase } from './keys.ts';
import { lists } from './lists.ts';
import { sets } from './sets.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';

const ALL: readonly Row[] = [strings, keysOfOneDatabase, lists, hashes, sets, streams].flatMap(({ rows }) => rows);

/** All types on the same few keys, alone and inside transactions. */
export const transactions: Family = {
  name: 'transactions',
  since: '05',
  keys: ['k1', 'k2', 'k3'],
  rows: [
    [10, (a) => any(a)],
    [6, (a) => [['MULTI'], ...some(a, 0, 6), ['EXEC']]],
    [2, (a) => [['MULTI'], ...some(a, 0, 4), ['DISCARD']]],
    [3, (a) => [['WATCH', ...a.some(1, 3, a.key)], ...some(a, 0, 2), ['MULTI'], ...some(a, 0, 4), ['EXEC']]],
    [1, (a) => [['WATCH', a.key()], ...some(a, 0, 2), ['UNWATCH'], ['MULTI'], ...some(a, 0, 3), ['EXEC']]],
    [
      1,
      (a) => [
        ['MULTI'],
        ...some(a, 0, 2),
        a.pick([['MULTI'], ['WATCH', 'k1'], ['NOSUCH'], ['GET'], ['UNWATCH']]),
        ...some(a, 0, 2),
        ['EXEC'],
      ],
    ],
    [1, (a) => [a.pick([['EXEC'], ['DISCARD'], ['UNWATCH'], ['WATCH'], ['EXEC', 'x'], ['MULTI', 'x']])]],
    [2, (a) => ['DEL', a.key()]],
  ],
};

function any(a: Arguments): Command {
  return a.pick(ALL)[1](a) as Command;
}

function some(a: Arguments, low: number, high: number): Command[] {
  return Array.from({ length: a.rng.int(low, high) }, () => any(a));
}
