import { describe, expect, test } from 'vitest';
import { Dict } from '../../shared/dict/dict.ts';
import { compute, hashOf } from '../../shared/dict/hash.ts';
import { Segment, SEGMENT_MAX } from '../../shared/dict/segment.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';

const seed = chooseSeed();

describe(`Dict, SEED=${seed}`, () => {
  test('does what a Map does, while it grows and shrinks', () => {
    const random = createRng(seed);
    const [dict, model] = [new Dict<number>(), new Map<string, number>()];
    // Which way it goes; between, about as many keys come as go.
    for (const chanceToAdd of [0.9, 0.5, 0.1, 0.8, 0.2]) {
      for (let i = 0; i < 20_000; i++) {
        const key = `key:${random.int(0, 12_000)}`;
        const before = model.get(key);
        const adds = random.chance(chanceToAdd);
        if (adds) model.set(key, i);
        else model.delete(key);
        if ((adds ? dict.set(key, i) : dict.delete(key)) !== before) throw new Error(`step ${i}: ${key} was ${before}`);
        const other = `key:${random.int(0, 12_000)}`;
        if (dict.get(other) !== model.get(other) || dict.has(other) !== model.has(other)) {
          throw new Error(`step ${i}: ${other} is ${model.get(other)}`);
        }
      }
      expectSame(dict, model);
    }
    for (const key of model.keys()) dict.delete(key);
    expectSame(dict, new Map());
    dict.set('again', 1);
    expectSame(dict, new Map([['again', 1]]));
  });

  test('any binary string is a key', () => {
    const random = createRng(seed);
    const keys = [...new Set(['', '\0', '\0\0', '__proto__', 'ÿ', ...Array.from({ length: 500 }, () => random.bytes(random.int(0, 30)))])];
    const dict = new Dict<string>();
    for (const key of keys) expect(dict.set(key, `value of ${key}`)).toBe(undefined);
    expectSame(dict, new Map(keys.map((key) => [key, `value of ${key}`])));
  });

  test('few entries keep the order of arrival', () => {
    const dict = filled(['z', 'b', 'y', 'a', 'x']);
    dict.set('b', 7);
    dict.delete('y');
    expect(dict.keys()).toEqual(['z', 'b', 'a', 'x']);
  });

  test('some stops at the first key that passes', () => {
    const dict = filled(names(1000));
    let tried = 0;
    expect(dict.some(() => ++tried === 10)).toBe(true);
    expect(tried).toBe(10);
    expect(dict.some((key) => key === 'no such key')).toBe(false);
  });

  test.each([8, 9, 5000])('while %i keys are visited, the same and other keys are found in other dicts', (size) => {
    const dict = new Dict<number>();
    const evens = new Dict<number>();
    for (let i = 0; i < size; i++) {
      dict.set(`key:${i}`, i);
      if (i % 2 === 0) evens.set(`key:${i}`, i);
    }
    const copy = new Dict<number>();
    dict.forEach((key, value) => {
      expect(evens.get(key)).toBe(value % 2 === 0 ? value : undefined);
      expect(dict.get('key:0')).toBe(0);
      copy.set(key, value);
    });
    for (let i = 0; i < size; i++) expect(copy.get(`key:${i}`)).toBe(i);
    let found = 0;
    dict.some((key) => {
      if (evens.has(key)) found++;
      return false;
    });
    expect(found).toBe(evens.size);
  });

  test('stamps stay with their keys through splits and merges', () => {
    const dict = new Dict<number>(true);
    for (const [i, key] of names(3000).entries()) {
      dict.set(key, i);
      dict.getAndStamp(key, i * 2);
    }
    for (const key of names(2900)) dict.delete(key);
    for (let i = 2900; i < 3000; i++) expect(dict.stampOf(`key${i}`)).toBe(i * 2);
    dict.set('key2950', 0, 7);
    expect(dict.stampOf('key2950')).toBe(7);
    expect(dict.stampOf('key1')).toBe(undefined);
  });

  test('a stamp is replaced as a whole, or but for the bits that are kept', () => {
    const dict = new Dict<number>(true);
    dict.set('key', 1, 0x1234);
    dict.getAndStamp('key', 0x5600, 0xff);
    expect(dict.stampOf('key')).toBe(0x5634);
    dict.set('key', 2, 0x78);
    expect(dict.replacedStamp).toBe(0x5634);
    expect(dict.stampOf('key')).toBe(0x78);
  });

  test('probe finds nearly every key, those too whose slot was taken by another', () => {
    const segment = new Segment<number>(0, false);
    for (let i = 0; i < SEGMENT_MAX; i++) segment.append(`key:${i}`, i, hashOf);
    const found = Array.from({ length: SEGMENT_MAX }, (_, i) => segment.probe(compute(`key:${i}`)) === i);
    // A few have the same bits of their hashes in the slots as another key.
    expect(found.filter(Boolean).length).toBeGreaterThan(0.9 * SEGMENT_MAX);
  });

  test('clear leaves it as new', () => {
    const dict = filled(names(5000));
    dict.clear();
    expectSame(dict, new Map());
    dict.set('a', 1);
    expect([dict.randomKey(), dict.size]).toEqual(['a', 1]);
  });
});

describe(`a walk with scan, SEED=${seed}`, () => {
  test.each([0, 1, 8, 9, 1024, 1025, 6000])('of %i keys finds each once when nothing changes', (size) => {
    const dict = filled(names(size));
    for (const count of [1, 10, 1000]) {
      const found: string[] = [];
      walk(dict, count, (key) => found.push(key));
      expect(found.sort()).toEqual(names(size).sort());
    }
  });

  test.each([
    ['grows', 1200, 100],
    ['shrinks', 24_000, -160],
    ['grows from almost nothing', 10, 400],
    ['shrinks to almost nothing', 30_000, -600],
  ])('finds every key that stays while the dict %s', (_, size, change) => {
    const random = createRng(seed);
    for (let round = 0; round < 3; round++) {
      const dict = filled(names(size));
      const staying = new Set(random.shuffle(names(size)).slice(0, Math.min(size, 200)));
      const leaving = random.shuffle(names(size).filter((key) => !staying.has(key)));
      const found = new Set<string>();
      let [fresh, steps] = [0, 0];
      walk(dict, random.int(1, 30), (key) => found.add(key), () => {
        for (let i = 0; i < change && steps < 50; i++) dict.set(`new${fresh++}`, 0);
        for (let i = 0; i > change && leaving.length > 0; i--) dict.delete(leaving.pop()!);
        steps++;
      });
      expect([...staying].filter((key) => !found.has(key))).toEqual([]);
    }
  });

  test('no step visits much more than it was asked for', () => {
    const dict = filled(names(60_000));
    let visits = 0;
    let most = 0;
    walk(dict, 10, () => visits++, () => {
      most = Math.max(most, visits);
      visits = 0;
    });
    // Keys of the same hash come together; more than a handful have none.
    expect(most).toBeGreaterThanOrEqual(10);
    expect(most).toBeLessThan(20);
  });

  test('a cursor that no step has returned leads to an end', () => {
    const dict = filled(names(3000));
    for (const cursor of [1, 12345, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 64]) {
      let steps = 0;
      for (let at = cursor; at !== 0 && steps < 10_000; steps++) at = dict.scan(at, 100, () => {});
      expect(steps).toBeLessThan(10_000);
    }
  });
});

describe('randomKey', () => {
  // 2000 keys: some parts of the dict have just split, and hold half as many as others.
  test.each([
    ['a full one', 2000, 0],
    ['one that has shrunk', 20_000, 18_000],
    ['a small one', 7, 0],
  ])('gives each key of %s the same chance', (_, size, removed) => {
    const dict = filled(names(size));
    for (const key of names(removed)) dict.delete(key);
    const mean = 300;
    const counts = new Map<string, number>();
    for (let i = 0; i < dict.size * mean; i++) {
      const key = dict.randomKey()!;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(dict.keys().sort());
    // Chi-square per degree of freedom: 1 for a fair choice. For 7 keys a fair one passes 8 in one of 10^8 runs.
    const chiSquare = dict.keys().reduce((sum, key) => sum + (counts.get(key)! - mean) ** 2 / mean, 0);
    expect(chiSquare / (dict.size - 1)).toBeLessThan(dict.size > 100 ? 1.4 : 8);
  });

  test('takes out everything, one by one', () => {
    const dict = filled(names(20_000));
    const taken = new Set<string>();
    while (dict.size > 0) {
      const key = dict.randomKey()!;
      dict.delete(key);
      taken.add(key);
    }
    expect(taken.size).toBe(20_000);
    expect(dict.randomKey()).toBe(undefined);
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key${i}`);
}

function filled(keys: readonly string[]): Dict<number> {
  const dict = new Dict<number>();
  for (const [i, key] of keys.entries()) dict.set(key, i);
  return dict;
}

function walk(dict: Dict<number>, count: number, visit: (key: string) => void, afterStep: () => void = () => {}): void {
  let cursor = 0;
  do {
    cursor = dict.scan(cursor, count, visit);
    afterStep();
  } while (cursor !== 0);
}

function expectSame<V>(dict: Dict<V>, model: Map<string, V>): void {
  const entries: [string, V][] = [];
  dict.forEach((key, value) => entries.push([key, value]));
  expect(dict.size).toBe(model.size);
  expect(entries.length).toBe(model.size);
  expect(new Set(dict.keys()).size).toBe(model.size);
  expect(entries.filter(([key, value]) => model.get(key) !== value)).toEqual([]);
}
