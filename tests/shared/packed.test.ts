import { expect, test } from 'vitest';
import { readIntset } from '#shared/codecs/intset.ts';
import { encodeListpack, readListpack } from '#shared/codecs/listpack.ts';
import { parseInt64, type Int64 } from '#shared/numbers/int64.ts';
import { ownText, splice } from '#shared/packed/flat-string.ts';
import {
  intsetAt,
  intsetHas,
  intsetOf,
  intsetSize,
  intsetValues,
  intsetWith,
  intsetWithout,
  wholeIntset,
} from '#shared/packed/intset.ts';
import { EMPTY_LISTPACK_BYTES, textBytes } from '#shared/packed/listpack-size.ts';
import {
  areDifferent,
  entriesOf,
  entryBefore,
  entryOffsets,
  entryOf,
  entryText,
  entryTexts,
  findEntry,
  nextEntry,
  seekEntry,
  wholeListpack,
} from '#shared/packed/listpack.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';
import { randomElement } from '../interop/random-strings.ts';

const seed = chooseSeed();

/** Texts; among them are some whose entries end in a length of one, two and three bytes. */
function randomTexts(rng: Rng): string[] {
  const texts = Array.from({ length: rng.int(1, 60) }, () => randomElement(rng));
  const edges = [62, 63, 64, 125, 126, 127, 4095, 4096, 16379, 16383];
  return rng.shuffle([...texts, ...edges.map((length) => rng.bytes(length))]);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test(`a listpack is the one that the codec of files makes, SEED=${seed}`, () => {
  const rng = createRng(seed);
  for (let round = 0; round < 50; round++) {
    const texts = randomTexts(rng);
    const whole = bytesOf(wholeListpack(entriesOf(texts), texts.length));
    expect(whole.equals(encodeListpack(texts))).toBe(true);
    expect(readListpack(whole)).toEqual(texts);
    for (const text of texts) expect(textBytes(text)).toBe(entryOf(text).length);
    expect(whole.length).toBe(EMPTY_LISTPACK_BYTES + texts.reduce((sum, text) => sum + textBytes(text), 0));
  }
  expect(wholeListpack('', 0)).toBe('\x07\0\0\0\0\0\xff');
});

test(`entries are read and found from both ends, SEED=${seed}`, () => {
  const rng = createRng(seed);
  for (let round = 0; round < 50; round++) {
    const texts = randomTexts(rng);
    const entries = entriesOf(texts);
    expect(entryTexts(entries)).toEqual(texts);
    const offsets = entryOffsets(entries);
    for (const [index, at] of offsets.entries()) {
      expect(seekEntry(entries, index)).toBe(at);
      expect(entryText(entries, at)).toBe(texts[index]);
      expect(nextEntry(entries, at)).toBe(offsets[index + 1] ?? entries.length);
      expect(entryBefore(entries, nextEntry(entries, at))).toBe(at);
      expect(findEntry(entries, texts[index]!)).toBe(offsets[texts.indexOf(texts[index]!)]);
      expect(entryTexts(entries, at, 3)).toEqual(texts.slice(index, index + 3));
    }
    const fields = texts.filter((_, index) => index % 2 === 0);
    for (const field of fields) expect(findEntry(entries, field, 2)).toBe(offsets[fields.indexOf(field) * 2]);
    for (const missing of ['missing', '99999', '-12345678901', 'm'.repeat(64)]) {
      if (!texts.includes(missing)) expect(findEntry(entries, missing)).toBe(-1);
    }
  }
});

test('an integer that a file holds as a string is found, and an integer is found by its text alone', () => {
  const entries = '\x8212\x03' + entryOf('12');
  expect(findEntry(entries, '12')).toBe(0);
  expect(findEntry(entryOf('12'), '012')).toBe(-1);
  expect(findEntry(entryOf('0'), '')).toBe(-1);
});

test('texts that are all different', () => {
  expect(areDifferent(['key', 'a', 'x', 'b', 'x'], 1, 2)).toBe(true);
  expect(areDifferent(['key', 'a', 'x', 'a', 'y'], 1, 2)).toBe(false);
  expect(areDifferent(['a', 'b', 'c', 'b'], 0, 1)).toBe(false);
  const many = Array.from({ length: 100 }, (_, i) => `${i}`);
  expect(areDifferent(many, 0, 1)).toBe(true);
  expect(areDifferent([...many, '50'], 0, 1)).toBe(false);
  expect(areDifferent(['key', ...many.flatMap((text) => [text, 'x'])], 1, 2)).toBe(true);
  expect(areDifferent(['key', ...many.flatMap((text) => [text, 'x']), '50', 'y'], 1, 2)).toBe(false);
});

test('parts of a text are replaced and removed', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz';
  expect(splice(text, 3, 5, 'XYZ')).toBe('abcXYZfghijklmnopqrstuvwxyz');
  expect(splice(text, 0, 3, '')).toBe('defghijklmnopqrstuvwxyz');
  expect(splice(text, 20, 26, '')).toBe('abcdefghijklmnopqrst');
  expect(splice(text, 26, 26, '!')).toBe(`${text}!`);
  expect(splice(text, 0, 26, '')).toBe('');
  for (const part of ['', 'a', text]) expect(ownText(part)).toBe(part);
});

test(`an intset keeps integers of every width in order, as files have it, SEED=${seed}`, () => {
  const rng = createRng(seed);
  const compare = (a: Int64, b: Int64) => (a < b ? -1 : 1);
  for (let round = 0; round < 30; round++) {
    const model = new Set<Int64>();
    let intset = '';
    for (let step = 0; step < 150; step++) {
      const value = parseInt64(randomElement(rng));
      if (value === undefined) continue;
      if (rng.chance(0.7)) {
        const more = intsetWith(intset, value);
        expect(more === intset).toBe(model.has(value));
        intset = more;
        model.add(value);
      } else {
        const less = intsetWithout(intset, value);
        expect(less !== intset).toBe(model.delete(value));
        intset = less;
      }
      const sorted = [...model].sort(compare);
      expect(intsetValues(intset)).toEqual(sorted);
      expect(intsetSize(intset)).toBe(model.size);
      expect(intsetHas(intset, value)).toBe(model.has(value));
      if (model.size === 0) continue;
      expect(intsetAt(intset, model.size - 1)).toBe(sorted.at(-1));
      expect(readIntset(bytesOf(wholeIntset(intset)))).toEqual(sorted.map(String));
      expect(intsetValues(intsetOf(sorted))).toEqual(sorted);
    }
  }
});
