import { describe, expect, test } from 'vitest';
import { CodecError } from '#shared/codecs/codec-error.ts';
import { lzfCompress, lzfDecompress } from '#shared/codecs/lzf.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';

const seed = chooseSeed();

// As Redis 7.0 stores them in a dump.
const FROM_REDIS: readonly [name: string, text: string, compressed: string][] = [
  ['a word again and again', 'hello, hello, hello, hello, hello, hello!', '0768656c6c6f2c2068e01606016f21'],
  ['a letter 300 times', 'x'.repeat(300), '017878e0ff00e01700017878'],
];

describe('lzfDecompress', () => {
  test.each(FROM_REDIS)('%s', (_, text, compressed) => {
    expect(lzfDecompress(hex(compressed), text.length).toString('latin1')).toBe(text);
  });

  test('nothing gives nothing', () => {
    expect(lzfDecompress(hex(''), 0)).toHaveLength(0);
  });

  test.each([
    ['ends in a run', '0361', 4],
    ['ends one byte before a run does', '026162', 3],
    ['ends before a distance', '006120', 4],
    ['ends before the length of a match', '0061e0', 10],
    ['ends before the distance of a long match', '0061e000', 10],
    ['goes back before the start', '00612001', 4],
    ['goes back from nothing', '2000', 3],
    ['gives more by a run', '02616263', 2],
    ['gives more by a match', '00612000', 3],
    ['gives less', '0061', 2],
    ['gives something for nothing', '0061', 0],
    ['is empty', '', 1],
    ['is asked for less than nothing', '0061', -1],
    ['is asked for what is no number', '0061', NaN],
  ])('refuses an input that %s', (_, compressed, length) => {
    expect(() => lzfDecompress(hex(compressed), length)).toThrow(CodecError);
  });

  test('takes no memory for a length that the input cannot give', () => {
    for (const length of [441, 500 * 1024 * 1024, 2 ** 40]) {
      expect(() => lzfDecompress(hex('0061e0ff00'), length)).toThrow(`5 bytes cannot hold ${length}`);
    }
    expect(() => lzfDecompress(hex('0061e0ff00'), 440)).toThrow('265 bytes came out, not 440');
  });

  test('any byte changed or cut off: a text of that length, or a CodecError', () => {
    let refused = 0;
    for (const [, text, compressed] of FROM_REDIS) {
      const good = hex(compressed);
      for (let at = 0; at < good.length; at++) {
        if (!decompresses(good.subarray(0, at), text.length)) refused++;
        for (let value = 0; value < 256; value++) {
          const bad = Buffer.from(good);
          bad[at] = value;
          if (!decompresses(bad, text.length)) refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe(`lzfCompress, SEED=${seed}`, () => {
  test('what does not get 4 bytes shorter stays as it is', () => {
    const random = createRng(seed);
    expect(lzfCompress(hex(''))).toBe(undefined);
    expect(lzfCompress(Buffer.from('aaaa'))).toBe(undefined);
    expect(lzfCompress(Buffer.from('abcdefghijklmnopqrstuvwxyz'))).toBe(undefined);
    expect(lzfCompress(Buffer.from(random.bytes(10_000), 'latin1'))).toBe(undefined);
    for (let length = 5; length < 30; length++) {
      const compressed = lzfCompress(Buffer.alloc(length, 'x'));
      if (compressed) expect(compressed.length).toBeLessThanOrEqual(length - 4);
      expect(compressed === undefined).toBe(length < 8);
    }
  });

  test.each(FROM_REDIS)('as short as in Redis: %s', (_, text, compressed) => {
    expect(lzfCompress(Buffer.from(text))!.length).toBeLessThanOrEqual(compressed.length / 2);
  });

  test.each([0, 1, 2, 3])('texts of kind %i come back', (kind) => {
    const random = createRng(seed + kind);
    for (let round = 0; round < 2000; round++) {
      const input = Buffer.from(compressible(random, kind, random.int(0, 300)), 'latin1');
      expectBack(input);
    }
  });

  test('the longest matches and the farthest ones', () => {
    const random = createRng(seed);
    const word = '0123456789abcdefghij';
    for (const distance of [8190, 8191, 8192, 8193, 8194]) {
      const text = word + 'x'.repeat(distance - word.length);
      const input = Buffer.from(text + word);
      expectBack(input);
      const more = lzfCompress(input)!.length - lzfCompress(Buffer.from(text))!.length;
      expect(more, `${distance} bytes back`).toBe(distance <= 8192 ? 3 : 21);
    }
    for (let length = 255; length < 275; length++) expectBack(Buffer.alloc(length, 'x'));
    for (let literals = 28; literals < 70; literals++) {
      expectBack(Buffer.from(random.bytes(literals) + 'x'.repeat(50), 'latin1'));
    }
  });

  test('long texts, beyond what is kept between calls', () => {
    const random = createRng(seed);
    for (const length of [65_539, 65_540, 65_541, 200_000]) {
      expectBack(Buffer.from(compressible(random, 3, length), 'latin1'));
      expectBack(Buffer.alloc(length));
    }
  });

  test('an earlier result is not touched by a later call', () => {
    const input = Buffer.alloc(100, 'x');
    const compressed = lzfCompress(input)!;
    const copy = Buffer.from(compressed);
    lzfCompress(Buffer.alloc(1000, 'y'));
    expect(compressed).toEqual(copy);
  });

  test('a plain Uint8Array does as well', () => {
    const input = new Uint8Array(100).fill(7);
    expect([...lzfDecompress(new Uint8Array(lzfCompress(input)!), 100)]).toEqual([...input]);
  });
});

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function decompresses(input: Buffer, length: number): boolean {
  try {
    expect(lzfDecompress(input, length)).toHaveLength(length);
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

function expectBack(input: Buffer): void {
  const compressed = lzfCompress(input);
  if (compressed === undefined) return;
  expect(compressed.length).toBeLessThanOrEqual(input.length - 4);
  if (!lzfDecompress(compressed, input.length).equals(input)) {
    throw new Error(`SEED=${seed}: ${input.subarray(0, 1000).toString('hex')} does not come back`);
  }
}

function compressible(random: Rng, kind: number, length: number): string {
  let text = '';
  while (text.length < length) {
    if (kind === 0) text += 'x'.repeat(random.int(1, 20)) + random.bytes(1);
    else if (kind === 1) text += String(random.int(0, 3));
    else if (kind === 2) text += `{"id":${random.int(0, 1000)},"name":"user ${random.int(0, 9)}"}`;
    else if (random.chance(0.5)) text += random.bytes(random.int(1, 100));
    else text += text.slice(-random.int(1, 9000)).slice(0, random.int(1, 400));
  }
  return text.slice(0, length);
}
