import { describe, expect, test } from 'vitest';
import { CodecError } from '#shared/codecs/codec-error.ts';
import { readIntset } from '#shared/codecs/intset.ts';
import { readZiplist } from '#shared/codecs/ziplist.ts';
import { readZipmap } from '#shared/codecs/zipmap.ts';
import { expectSafe } from './damage.ts';

// Put together by hand, and restored by Redis 7.0 to these values.
const ENTRIES: readonly [bytes: string, item: string][] = [
  ['00' + '01' + '61', 'a'],
  ['03' + 'f1', '0'],
  ['02' + 'fd', '12'],
  ['02' + 'fe80', '-128'],
  ['03' + 'c02c01', '300'],
  ['04' + 'f0606cfe', '-103328'],
  ['05' + 'd000000080', '-2147483648'],
  ['06' + 'e0ffffffffffffff7f', '9223372036854775807'],
  ['0a' + '4040' + '78'.repeat(64), 'x'.repeat(64)],
  // A length of 32 bits, and one of the entry before, where less would do.
  ['43' + '8000000003' + '303037', '007'],
  ['fe09000000' + '00', ''],
  ['06' + '412c' + '79'.repeat(300), 'y'.repeat(300)],
  ['fe2f010000' + '02ff00', 'ÿ\0'],
];
const ZIPLIST = ziplist(ENTRIES.map(([bytes]) => bytes));

describe('ziplist', () => {
  test('entries of every encoding', () => {
    expect(readZiplist(ZIPLIST)).toEqual(ENTRIES.map(([, item]) => item));
  });

  test('nothing in it', () => {
    expect(readZiplist(ziplist([]))).toEqual([]);
  });

  test('more entries than the header can count', () => {
    const entries = ['00f1', ...Array.from({ length: 69_999 }, () => '02f1')];
    expect(readZiplist(ziplist(entries))).toEqual(Array.from({ length: 70_000 }, () => '0'));
  });

  test.each([
    ['nothing', ''],
    ['a header alone', '0a0000000a0000000000'],
    ['another size', '0c0000000a0000000000ff'],
    ['no end byte', '0b0000000a000000000000'],
    ['an end before the end', '0c0000000a0000000000ffff'],
    ['an unknown encoding', '0d0000000a000000010000ffff'],
    ['the encoding 1111 0000 of 24 bits without them', '0d0000000a000000010000f0ff'],
    ['half a size of the entry before', '0e0000000a0000000100fe0000ff'],
    ['an entry before the first', '0d0000000a000000010001f1ff'],
    ['a string beyond the end', '0e0000000a000000010000' + '0261ff'],
    ['a string of 4 GB', '120000000a000000010000' + '80ffffffff' + '61ff'],
    ['another last entry', '0d0000000b000000010000f1ff'],
    ['fewer entries than it says', '0d0000000a000000020000f1ff'],
  ])('refused: %s', (_, bytes) => {
    expect(() => readZiplist(hex(bytes))).toThrow(CodecError);
  });

  test('every byte changed, or cut off there', () => expectSafe(readZiplist, ZIPLIST));
});

describe('intset', () => {
  // As Redis 7.0 has them in a dump (the last one compressed there).
  const FROM_REDIS: readonly [width: number, bytes: string, items: readonly string[]][] = [
    [16, '0200000003000000d4fe02000700', ['-300', '2', '7']],
    [32, '040000000300000090eefeff0200000007000000', ['-70000', '2', '7']],
    [
      64,
      '0800000005000000' + '0000000000000080' + 'ffffffffffffffff' + '0200000000000000' +
        '0100000000002000' + 'ffffffffffffff7f',
      ['-9223372036854775808', '-1', '2', '9007199254740993', '9223372036854775807'],
    ],
  ];

  test.each(FROM_REDIS)('integers of %i bits', (_, bytes, items) => expect(readIntset(hex(bytes))).toEqual(items));

  test.each([
    ['nothing', ''],
    ['half a header', '02000000010000'],
    ['integers of 3 bytes', '0300000001000000010000'],
    ['no integer', '0200000000000000'],
    ['an integer less', '02000000020000000100'],
    ['a byte more', '0200000001000000010000'],
    ['2^32 - 1 integers', '08000000ffffffff0100000000000000'],
    ['the same twice', '020000000200000001000100'],
    ['descending', '04000000020000000100000000000000'],
    ['the same twice, in 64 bits', '08000000020000000100000000000000' + '0100000000000000'],
    ['descending in 64 bits, by the lower half', '08000000020000000200000001000000' + '0100000001000000'],
  ])('refused: %s', (_, bytes) => {
    expect(() => readIntset(hex(bytes))).toThrow(CodecError);
  });

  test.each(FROM_REDIS)('of %i bits, every byte changed, or cut off there', (_, bytes) => {
    expectSafe(readIntset, hex(bytes));
  });
});

describe('zipmap', () => {
  // Put together by hand, and restored by Redis 7.0 to these pairs; the second has unused bytes after its value.
  const ZIPMAP = hex(
    '04' + '0161' + '0100' + '31' + '056669656c64' + '0302' + '6f6e65' + 'eeee' + '00' + '0000' +
      '016c' + `fe2c01000000${'79'.repeat(300)}` + 'ff',
  );

  test('pairs', () => {
    expect(readZipmap(ZIPMAP)).toEqual(['a', '1', 'field', 'one', '', '', 'l', 'y'.repeat(300)]);
  });

  test('nothing in it', () => expect(readZipmap(hex('00ff'))).toEqual([]));

  test('a number of pairs that says nothing', () => {
    expect(readZipmap(hex('fe' + '0161' + '0100' + '31' + 'ff'))).toEqual(['a', '1']);
    const pairs = Array.from({ length: 300 }, (_, i) => Buffer.from(`\x03${100 + i}\x01\0v`, 'latin1'));
    expect(readZipmap(Buffer.concat([hex('fe'), ...pairs, hex('ff')]))).toHaveLength(600);
  });

  test.each([
    ['nothing', ''],
    ['an end alone', 'ff'],
    ['no end byte', '000000'],
    ['an end before the end', '00ffff'],
    ['a field without a value', '010161ff'],
    ['a field beyond the end', '010561ff'],
    ['a value beyond the end', '010161050031ff'],
    ['unused bytes beyond the end', '0101610101' + '31ff'],
    ['half a length', '01fe0000ff'],
    ['a field of 4 GB', '01feffffffff61ff'],
    ['a value of 4 GB', '010161feffffffff0031ff'],
    ['fewer pairs than it says', '020161010031ff'],
    ['255 pairs, which is no number of them', 'ff0161010031ff'],
  ])('refused: %s', (_, bytes) => {
    expect(() => readZipmap(hex(bytes))).toThrow(CodecError);
  });

  test('every byte changed, or cut off there', () => expectSafe(readZipmap, ZIPMAP));
});

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** The header that belongs to these entries, and the entries. */
function ziplist(entries: readonly string[]): Buffer {
  const body = hex(entries.join(''));
  const header = Buffer.alloc(10);
  header.writeUInt32LE(body.length + 11, 0);
  header.writeUInt32LE(10 + body.length - (entries.at(-1) ?? '').length / 2, 4);
  header.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  return Buffer.concat([header, body, hex('ff')]);
}
