import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

/** Few elements that meet again, and many that fill a HyperLogLog until it is dense. */
const element = (a: Arguments) => a.pick([a.value(), `element:${a.rng.int(0, 60)}`, `element:${a.rng.int(0, 100_000)}`, a.rng.bytes(a.rng.int(0, 20))]);

const HEADER = `HYLL\x01${'\0'.repeat(11)}`;
/** A damaged HyperLogLog: it has one register instead of 16,384, so the next element finds no register. */
const DAMAGED = `${HEADER}\0`;

export const hyperLogLog: Family = {
  name: 'hyperloglog',
  since: '12',
  keys: ['k1', 'k2', 'k3', 'k4'],
  begin: [['CONFIG', 'SET', 'hll-sparse-max-bytes', '3000']],
  rows: [
    [20, (a) => ['PFADD', a.key(), ...a.some(0, 6, () => element(a))]],
    [3, (a) => ['PFADD', a.key(), ...a.some(0, 200, () => `element:${a.rng.int(0, 1_000_000)}`)]],
    [12, (a) => ['PFCOUNT', a.key()]],
    [5, (a) => ['PFCOUNT', ...a.some(1, 4, a.key)]],
    [6, (a) => ['PFMERGE', ...a.some(1, 4, a.key)]],
    [2, (a) => ['CONFIG', 'SET', 'hll-sparse-max-bytes', a.pick(['0', '19', '60', '300', '1000', '3000'])]],
    [3, (a) => ['GET', a.key()]],
    [1, (a) => ['DEL', a.key()]],
    [2, (a) => [a.pick(['STRLEN', 'TYPE', 'TTL']), a.key()]],
    [1, (a) => ['OBJECT', 'ENCODING', a.key()]],
    [1, (a) => ['EXPIRE', a.key(), '1000']],
    [1, (a) => ['COPY', a.key(), a.key(), 'REPLACE']],
    [1, (a) => ['SET', a.key(), a.pick(['HYLL', `${HEADER}\x7f\xff`, `HYLL\x02${'\0'.repeat(11)}\x7f\xff`, `HYLL\0${'\0'.repeat(11)}\x7f\xff`, 'x', '12'])]],
    [1, (a) => [['SET', 'damaged', DAMAGED], ['PFADD', 'damaged', element(a)], ['PFCOUNT', 'damaged'], ['PFCOUNT', 'damaged', 'k1'], ['PFMERGE', 'k1', 'damaged']]],
    [1, (a) => [['WATCH', 'k1'], ['PFCOUNT', 'k1'], ['MULTI'], ['PFADD', 'k1', element(a)], ['EXEC']]],
  ],
};
