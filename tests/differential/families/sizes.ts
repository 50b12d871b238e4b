import type { Arguments, Command } from '../arguments.ts';
import type { Family, Row } from '../family.ts';

/** Options, their defaults, and the other values that they are set to. */
const LIMITS = [
  ['hash-max-listpack-entries', '512', '3', '0'],
  ['hash-max-listpack-value', '64', '12'],
  ['set-max-intset-entries', '512', '150'],
  ['list-max-listpack-size', '-2', '-1', '-5', '4', '1', '0'],
] as const;

/**
 * Values of the sizes at which Redis packs them in another way, and integers of every width. The limits change now and
 * then to small ones, so that a few commands lead from one form to the other. Those of set listpacks are not among them,
 * since Redis has them from 7.2 on; nor is an intset ever allowed less than a listpack, where results of SUNIONSTORE differ.
 */
export const sizes: Family = {
  name: 'sizes',
  since: '06',
  keys: ['h1', 'h2', 's1', 's2', 'l1', 'l2'],
  begin: LIMITS.map(([name, usual]) => ['CONFIG', 'SET', name, usual]),
  rows: [
    [3, limit],
    ...encoded(8, (a) => hash(a), (a, key) => ['HSET', key, ...a.some(1, 4, () => [field(a), text(a)])]),
    ...encoded(2, (a) => hash(a), (a, key) => ['HSET', key, ...a.some(500, 520, () => [field(a), a.int()])]),
    ...encoded(5, (a) => hash(a), (a, key) => ['HDEL', key, ...a.some(1, 4, () => field(a))]),
    ...encoded(2, (a) => hash(a), (a, key) => ['HINCRBY', key, field(a), integer(a)]),
    [5, (a) => ['HMGET', hash(a), ...a.some(1, 4, () => field(a))]],
    [2, (a) => [a.pick(['HGETALL', 'HLEN', 'HKEYS', 'HVALS']), hash(a)]],
    ...encoded(8, (a) => set(a), (a, key) => ['SADD', key, ...a.some(1, 4, () => member(a))]),
    ...encoded(3, (a) => set(a), (a, key) => ['SADD', key, ...a.some(120, 140, () => member(a))]),
    ...encoded(3, (a) => set(a), (a, key) => ['SADD', key, ...a.some(505, 520, () => integer(a))]),
    ...encoded(5, (a) => set(a), (a, key) => ['SREM', key, ...a.some(1, 40, () => member(a))]),
    ...encoded(2, (a) => set(a), (a, key) => [a.pick(['SUNIONSTORE', 'SINTERSTORE', 'SDIFFSTORE']), key, set(a), set(a)]),
    ...encoded(1, (a) => set(a), (a, key) => ['SMOVE', set(a), key, member(a)]),
    [5, (a) => ['SMISMEMBER', set(a), ...a.some(1, 6, () => member(a))]],
    [2, (a) => [a.pick(['SMEMBERS', 'SCARD']), set(a)]],
    ...encoded(8, (a) => list(a), (a, key) => [push(a), key, ...a.some(1, 6, () => text(a))]),
    ...encoded(3, (a) => list(a), (a, key) => [push(a), key, ...a.some(100, 130, () => 'x'.repeat(a.rng.int(55, 75)))]),
    ...encoded(1, (a) => list(a), (a, key) => [push(a), key, 'x'.repeat(a.rng.pick([4095, 4096, 8180, 8181, 8192, 9000]))]),
    ...encoded(4, (a) => list(a), (a, key) => [a.pick(['LPOP', 'RPOP']), key, a.pick(['1', '2', '50', '1000'])]),
    ...encoded(3, (a) => list(a), (a, key) => ['LTRIM', key, a.int(0, 5), a.pick(['-1', '-2', '60', '3'])]),
    ...encoded(3, (a) => list(a), (a, key) => ['LSET', key, index(a), text(a)]),
    [2, (a) => ['LINSERT', list(a), a.pick(['BEFORE', 'AFTER']), text(a), text(a)]],
    [2, (a) => ['LREM', list(a), a.int(), text(a)]],
    [4, (a) => ['LINDEX', list(a), index(a)]],
    [2, (a) => ['LPOS', list(a), text(a), 'RANK', a.pick(['1', '2', '-1'])]],
    [2, (a) => ['LRANGE', list(a), index(a), '-1']],
    [4, (a) => ['DEL', a.key()]],
    [2, (a) => ['COPY', a.key(), a.key(), 'REPLACE']],
  ],
};

const hash = (a: Arguments) => a.pick(['h1', 'h2']);
const set = (a: Arguments) => a.pick(['s1', 's2']);
const list = (a: Arguments) => a.pick(['l1', 'l2']);
const push = (a: Arguments) => a.pick(['LPUSH', 'RPUSH']);
const field = (a: Arguments) => (a.rng.chance(0.98) ? `f${a.rng.int(0, 530)}` : text(a));
const index = (a: Arguments) => a.pick([a.int(), a.int(-150, 150)]);
const member = (a: Arguments) => a.pick([String(a.rng.int(0, 200)), `m${a.rng.int(0, 140)}`, text(a)]);

/** A command that changes a key, and what Redis says of its encoding after it. */
function encoded(weight: number, key: (a: Arguments) => string, make: (a: Arguments, key: string) => Command): Row[] {
  const both = (a: Arguments): Command[] => {
    const chosen = key(a);
    return [make(a, chosen), ['OBJECT', 'ENCODING', chosen]];
  };
  return [[weight, both]];
}

/** A text of 63, 64 or 65 bytes or so, a short one, or an integer. */
function text(a: Arguments): string {
  return a.rng.chance(0.5) ? integer(a) : 'x'.repeat(a.rng.pick([0, 1, 12, 13, 62, 63, 64, 65, 127, 128]));
}

/** An integer of any width that listpacks and intsets have, and their limits. */
function integer(a: Arguments): string {
  const limit = 2n ** BigInt(a.rng.pick([7, 12, 15, 23, 31, 53, 62]));
  return String(a.rng.pick([limit, limit - 1n, -limit, -limit - 1n, BigInt(a.rng.int(-9999, 9999))]));
}

function limit(a: Arguments): Command {
  const [name, usual, ...others] = a.pick<readonly string[]>(LIMITS);
  return ['CONFIG', 'SET', name!, a.rng.chance(0.5) ? usual! : a.pick(others)];
}
