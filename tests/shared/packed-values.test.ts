import { describe, expect, test } from 'vitest';
import { blocks, MAX_BLOCK_BYTES, NO_PAGE } from '#shared/packed/blocks.ts';
import { Hash } from '../../stages/03-collections/store/hash-value.ts';
import { Keyspace } from '../../stages/03-collections/store/keyspace.ts';
import { List } from '../../stages/03-collections/store/list.ts';
import { SetValue } from '../../stages/03-collections/store/set-value.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';
import { randomElement } from '../interop/random-strings.ts';

const seed = chooseSeed();
const KEYS = 40;

/** Mostly short texts and integers, some at the edges of an entry's encodings. */
function randomText(rng: Rng): string {
  if (rng.chance(0.1)) return rng.bytes(rng.pick([0, 1, 27, 28, 29, 62, 63, 64]));
  return rng.chance(0.7) ? `text:${rng.int(0, 30)}` : randomElement(rng).slice(0, 64);
}

/** As `randomText`; some are so long that the length after the entry takes two bytes, or the length before it five. */
function randomListElement(rng: Rng): string {
  return rng.chance(0.05) ? rng.bytes(rng.pick([125, 126, 127, 300, 4095, 4096])) : randomText(rng);
}

describe(`many small values that change beside each other, SEED=${seed}`, () => {
  test('each hash holds its own fields', () => {
    const rng = createRng(seed);
    const { db, model, choose } = world<Hash, Map<string, string>>(rng, () => new Hash(), () => new Map());
    for (let i = 0; i < 8_000; i++) {
      const { key, value: hash, expected } = choose();
      const field = randomText(rng);
      if (rng.chance(0.75)) {
        const value = randomText(rng);
        expect(hash.set(field, value)).toBe(!expected.has(field));
        expected.set(field, value);
      } else expect(hash.delete(field)).toBe(expected.delete(field));
      db.signalModified(key, 'hset');
      expect(hash.get(field)).toBe(expected.get(field));
      expect(hash.has('absent')).toBe(false);
      if (i % 50 !== 0) continue;
      for (const [name, { value, expected: fields }] of model) {
        const found: [string, string][] = [];
        value.forEach((...pair) => found.push(pair));
        expect(new Map(found), name).toEqual(fields);
        expect(value.copy().fields().toSorted()).toEqual([...fields.keys()].toSorted());
      }
    }
  });

  test('each list holds its own elements', () => {
    const rng = createRng(seed);
    const { db, model, choose } = world<List, string[]>(rng, () => new List(), () => []);
    for (let i = 0; i < 8_000; i++) {
      const { key, value: list, expected } = choose();
      const element = randomListElement(rng);
      const dice = rng.int(0, 10);
      if (dice < 3) {
        list.push('right', element);
        expected.push(element);
      } else if (dice < 6) {
        list.pushAll('left', [element, 'b'], 0);
        expected.unshift('b', element);
      } else if (dice === 6) expect(list.remove(element, 1, false)).toBe(removeOne(expected, element));
      else if (expected.length === 0) continue;
      else if (dice === 10) {
        const at = rng.int(0, expected.length - 1);
        const first = expected.indexOf(expected[at]!);
        expect(list.insert('right', expected[at]!, element)).toBe(true);
        expected.splice(first + 1, 0, element);
      } else if (dice === 7) expect(list.pop('left')).toBe(expected.shift());
      else if (dice === 8) expect(list.pop('right')).toBe(expected.pop());
      else {
        list.replace(-1, element);
        expected[expected.length - 1] = element;
      }
      db.signalModified(key, 'rpush');
      const index = rng.int(-expected.length, expected.length - 1);
      expect(list.at(index)).toBe(expected.at(index));
      const [first, last] = [rng.int(0, expected.length), rng.int(-1, expected.length - 1)];
      expect(list.range(first, last)).toEqual(expected.slice(first, last + 1));
      if (i % 50 !== 0) continue;
      for (const [name, { value, expected: elements }] of model) expect(value.range(0, value.length - 1), name).toEqual(elements);
    }
  });

  test('each set holds its own members', () => {
    const rng = createRng(seed);
    const { db, model, choose } = world<SetValue, Set<string>>(rng, () => new SetValue(), () => new Set());
    for (let i = 0; i < 8_000; i++) {
      const { key, value: set, expected } = choose();
      const member = randomText(rng);
      if (rng.chance(0.7)) {
        expect(set.add(member)).toBe(!expected.has(member));
        expected.add(member);
      } else expect(set.delete(member)).toBe(expected.delete(member));
      db.signalModified(key, 'sadd');
      expect(set.has(member)).toBe(expected.has(member));
      if (i % 50 !== 0) continue;
      for (const [name, { value, expected: members }] of model) expect(value.members().toSorted(), name).toEqual([...members].toSorted());
    }
  });

  test('a hash that was read by its key before the key went away can still be read', () => {
    const db = new Keyspace(1).databases[0]!;
    const hash = Hash.from(['field', 'value']);
    db.set('key', hash, 'hset');
    hash.set('field', 'other value');
    db.delete('key');
    const next = Hash.from(['field', 'x']);
    next.set('field', 'y'.repeat(20));
    expect(hash.get('field')).toBe('other value');
  });

  test('a list takes little more memory than its elements, while it grows and after it has shrunk', () => {
    const list = new List();
    const element = 'x'.repeat(16);
    list.push('right', element);
    list.push('right', element);
    const fixed = list.bytes - 48;
    for (let length = 3; length <= 400; length++) {
      list.push('right', element);
      const needed = length * (element.length + 2);
      expect(list.bytes - fixed).toBeGreaterThanOrEqual(needed);
      expect(list.bytes - fixed).toBeLessThan((needed + Math.min(needed / 4, 64)) * 1.25);
    }
    while (list.length > 2) list.pop('right');
    expect(list.bytes - fixed).toBeLessThan(200);
  });

  test('the memory that is counted is nothing when every key is gone', () => {
    const rng = createRng(seed);
    const keyspace = new Keyspace(1);
    const db = keyspace.databases[0]!;
    for (let i = 0; i < 2_000; i++) {
      const key = `key${rng.int(0, 20)}`;
      const found = db.lookupWriteType(key, Hash);
      const hash = found ?? new Hash();
      hash.set(randomText(rng), randomText(rng));
      if (found === undefined) db.set(key, hash, 'hset');
      else db.signalModified(key, 'hset');
    }
    for (const key of db.keys()) db.delete(key);
    expect(keyspace.usedBytes).toBe(0);
  });
});

test('a block has room for what was asked for, and less than a quarter more', () => {
  for (let bytes = 1; bytes <= MAX_BLOCK_BYTES; bytes++) {
    const block = { page: NO_PAGE, start: 0, room: 0, used: 0 };
    blocks.allocate(block, bytes);
    expect(block.room).toBeGreaterThanOrEqual(bytes);
    expect(block.room).toBeLessThan(Math.max(bytes * 1.25, bytes + 16));
    expect(block.start + block.room).toBeLessThanOrEqual(block.page.length);
    blocks.free(block);
  }
});

test('a freed block is given out again, but not after the database was emptied', () => {
  const [first, second, third] = Array.from({ length: 3 }, () => ({ page: NO_PAGE, start: 0, room: 0, used: 0 }));
  blocks.allocate(first!, 100);
  const { page, start } = first!;
  blocks.free(first!);
  blocks.allocate(second!, 100);
  expect([second!.page === page, second!.start]).toEqual([true, start]);
  blocks.free(second!);
  new Keyspace(1).databases[0]!.clear();
  blocks.allocate(third!, 100);
  expect(third!.page).not.toBe(page);
});

interface Held<V, M> {
  readonly key: string;
  readonly value: V;
  readonly expected: M;
}

/** Keys with values of one kind, which come, go, are renamed and copied; and what each of them has to hold. */
function world<V extends Hash | List | SetValue, M>(rng: Rng, make: () => V, empty: () => M) {
  const db = new Keyspace(1).databases[0]!;
  const model = new Map<string, Held<V, M>>();
  const hold = (key: string, value: V, expected: M): Held<V, M> => {
    const held = { key, value, expected };
    db.set(key, value, 'hset');
    model.set(key, held);
    return held;
  };
  const choose = (): Held<V, M> => {
    const key = `key${rng.int(0, KEYS - 1)}`;
    const held = model.get(key);
    // An emptied value loses its key, as in a server.
    if (held === undefined || held.value.isEmpty) return hold(key, make(), empty());
    const dice = rng.int(0, 99);
    if (dice === 0) {
      db.delete(key);
      return hold(key, make(), empty());
    }
    const other = `key${rng.int(0, KEYS - 1)}`;
    if (dice > 2 || other === key) return held;
    if (dice === 1) {
      db.delete(key);
      model.delete(key);
      return hold(other, held.value, held.expected);
    }
    return hold(other, held.value.copy() as V, structuredClone(held.expected));
  };
  return { db, model, choose };
}

function removeOne(elements: string[], element: string): number {
  const index = elements.indexOf(element);
  if (index === -1) return 0;
  elements.splice(index, 1);
  return 1;
}
