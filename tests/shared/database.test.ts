import { describe, expect, test } from 'vitest';
import { idleSeconds } from '../../stages/02-strings/store/key-use.ts';
import { Keyspace } from '../../stages/02-strings/store/keyspace.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';

const seed = chooseSeed();
/** Around what fits the bits beside a value. */
const LENGTHS = [0, 1, 16, 253, 254, 255, 256, 257, 10_000];

describe(`the memory a database counts, SEED=${seed}`, () => {
  test('is that of the strings it holds, whatever stood there before', () => {
    const random = createRng(seed);
    const [keyspace, fresh] = [new Keyspace(1), new Keyspace(1)];
    const [db, other] = [keyspace.databases[0]!, fresh.databases[0]!];
    const last = new Map<string, string>();
    for (let i = 0; i < 5_000; i++) {
      const key = `key${random.int(0, 299)}`;
      const value = 'x'.repeat(random.pick(LENGTHS));
      db.set(key, value, 'set');
      db.lookupRead(`key${random.int(0, 299)}`);
      last.set(key, value);
    }
    for (const [key, value] of last) other.set(key, value, 'set');
    expect(keyspace.usedBytes).toBe(fresh.usedBytes);
    for (const key of last.keys()) db.delete(key);
    expect(keyspace.usedBytes).toBe(0);
  });

  test('a key is as long unused as its access time says, also when the clock of 24 bits begins anew', () => {
    const keyspace = new Keyspace(1);
    const db = keyspace.databases[0]!;
    keyspace.lruClock = 2 ** 24 * 5 - 10;
    db.set('key', 'value', 'set');
    keyspace.lruClock += 4;
    expect(idleSeconds(keyspace, db.useOf('key')!)).toBe(4);
    keyspace.lruClock += 20;
    expect(idleSeconds(keyspace, db.useOf('key')!)).toBe(24);
    db.lookupRead('key');
    expect(idleSeconds(keyspace, db.useOf('key')!)).toBe(0);
    keyspace.lruClock += 2 ** 24 + 3;
    expect(idleSeconds(keyspace, db.useOf('key')!)).toBe(3);
  });
});
