import { describe, expect, test } from 'vitest';
import { CodecError } from '#shared/codecs/codec-error.ts';
import { encodeListpack, ListpackWriter, readListpack } from '#shared/codecs/listpack.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';
import { expectSafe } from './damage.ts';

const seed = chooseSeed();

// As Redis 7.0 has them in memory and in a dump.
const FROM_REDIS: readonly [name: string, bytes: Buffer, items: readonly string[]][] = [
  [
    'integers of every size, and what only looks like one',
    hex(
      '490000000f00' + '81610200017f01dfff02c08002cfff02d00002f1ff7f03f200008004f3ffffff7f05f4ffffffffffffff7f09' +
        'f40000000000000080098330303704800183c3bf0004ff',
    ),
    [
      ...['a', '0', '127', '-1', '128', '4095', '-4096', '32767', '-8388608', '2147483647'],
      ...['9223372036854775807', '-9223372036854775808', '007', '', '\xc3\xbf\0'],
    ],
  ],
  ['a hash', hex('1a0000000400856669656c64068576616c756506816e022a01ff'), ['field', 'value', 'n', '42']],
  ['a string of 64 bytes', hex(`4a0000000100e040${'78'.repeat(64)}42ff`), ['x'.repeat(64)]],
];

describe('as Redis has it', () => {
  test.each(FROM_REDIS)('read: %s', (_, bytes, items) => expect(readListpack(bytes)).toEqual(items));
  test.each(FROM_REDIS)('written: %s', (_, bytes, items) => expect(encodeListpack(items)).toEqual(bytes));

  test('nothing in it', () => {
    expect(encodeListpack([])).toEqual(hex('070000000000ff'));
    expect(readListpack(hex('070000000000ff'))).toEqual([]);
  });

  const STRINGS = ['-0', '+1', '01', ' 1', '1.0', '9223372036854775808', '-9223372036854775809'];
  test.each(STRINGS)('%s is a string', (text) => {
    const bytes = encodeListpack([text]);
    expect(bytes[6]).toBe(0x80 | text.length);
    expect(readListpack(bytes)).toEqual([text]);
  });
});

describe(`round trips, SEED=${seed}`, () => {
  test('at the edges of every encoding', () => {
    const items: string[] = [];
    for (const bits of [0, 6, 7, 12, 13, 15, 16, 23, 24, 31, 32, 53, 62, 63]) {
      const edge = 2n ** BigInt(bits);
      for (let near = -2n; near <= 2n; near++) items.push(String(edge + near), String(near - edge));
    }
    for (const length of [12, 13, 23, 24, 63, 64, 125, 126, 127, 4095, 4096, 16_377, 16_378]) {
      items.push('x'.repeat(length));
    }
    for (const item of items) expect(readListpack(encodeListpack([item]))).toEqual([item]);
    expect(readListpack(encodeListpack(items))).toEqual(items);
  });

  // Lengths around each limit at which the length after an entry takes one more byte. Redis's limits are one below what
  // the bits allow.
  test.each([
    [125, 1],
    [126, 2],
    [16_377, 2],
    [16_378, 3],
    [2_097_145, 3],
    [2_097_146, 4],
  ])('a string of %i bytes ends with a length of %i bytes', (length, bytes) => {
    const encoding = length < 4096 ? 2 : 5;
    expect(encodeListpack(['x'.repeat(length)]).length).toBe(7 + encoding + length + bytes);
  });

  test('random items', () => {
    const random = createRng(seed);
    for (let round = 0; round < 500; round++) {
      const items = Array.from({ length: random.int(0, 50) }, () => randomItem(random));
      const bytes = encodeListpack(items);
      expect(bytes.readUInt32LE(0)).toBe(bytes.length);
      expect(readListpack(bytes)).toEqual(items);
    }
  });

  test('more entries than the header can count', () => {
    for (const count of [65_534, 65_535, 65_536, 100_000]) {
      const items = Array.from({ length: count }, (_, i) => String(i % 1000));
      const bytes = encodeListpack(items);
      expect(bytes.readUInt16LE(4)).toBe(Math.min(count, 65_535));
      expect(readListpack(bytes)).toEqual(items);
    }
  });
});

describe('ListpackWriter', () => {
  test('tells size and count before the end, and starts anew after it', () => {
    const writer = new ListpackWriter();
    for (let round = 0; round < 2; round++) {
      expect([writer.count, writer.size]).toEqual([0, 7]);
      for (const [i, item] of ['a', '5', 'x'.repeat(1000)].entries()) {
        writer.append(item);
        expect(writer.count).toBe(i + 1);
      }
      writer.appendInteger(-70_000);
      writer.appendInteger(2n ** 62n);
      const { size } = writer;
      const bytes = writer.finish();
      expect(bytes.length).toBe(size);
      expect(readListpack(bytes)).toEqual(['a', '5', 'x'.repeat(1000), '-70000', String(2n ** 62n)]);
    }
  });

  test('a listpack that was taken does not change any more', () => {
    const writer = new ListpackWriter();
    writer.append('first');
    const first = writer.finish();
    writer.append('other');
    writer.finish();
    expect(readListpack(first)).toEqual(['first']);
  });
});

describe('damaged', () => {
  test.each([
    ['nothing', ''],
    ['a header alone', '060000000000'],
    ['another size', '080000000000ff'],
    ['no end byte', '07000000000000'],
    ['an end before the end', '080000000000ffff'],
    ['an unknown encoding', '090000000100f501ff'],
    ['a string beyond the end', '0a0000000100856102ff'],
    ['a string of 4 GB', '0d0000000100f0ffffffff01ff'],
    ['half a length of a string', '0a0000000100f0ffffff'],
    ['half an integer', '090000000100f401ff'],
    ['a wrong length after an entry', '0900000001000002ff'],
    ['fewer entries than it says', '0900000002000001ff'],
    ['more entries than it says', '0900000000000001ff'],
  ])('%s', (_, bytes) => {
    expect(() => readListpack(hex(bytes))).toThrow(CodecError);
  });

  test.each(FROM_REDIS)('every byte of %s changed, or cut off there', (_, bytes) => {
    expectSafe(readListpack, bytes);
  });
});

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function randomItem(random: Rng): string {
  if (random.chance(0.3)) return String(Math.floor((random.next() - 0.5) * 2 ** random.int(1, 60)));
  return random.bytes(random.int(0, random.chance(0.1) ? 5000 : 30));
}
