import { describe, expect, test } from 'vitest';
import { Crc64 } from '#shared/codecs/crc64.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';

const seed = chooseSeed();

describe(`Crc64, SEED=${seed}`, () => {
  test('the check value that Redis tests itself with', () => {
    expect(bigEndian(Buffer.from('123456789'))).toBe('e9c6d914c4b8d9ca');
  });

  test('nothing at all', () => {
    expect(bigEndian(Buffer.alloc(0))).toBe('0000000000000000');
  });

  // Payloads of DUMP from Redis 7.0: the last 8 bytes are the checksum of all before.
  test.each([
    ['a hash', '101a1a0000000400856669656c64068576616c756506816e022a01ff0a00', 'dfaa21cd37dd2b4c'],
    ['a string', '00c30f290768656c6c6f2c2068e01606016f210a00', '2cf2ac34118e9903'],
    ['an intset', '0b0e0200000003000000d4fe020007000a00', 'e23208a7311ac0fb'],
  ])("%s's payload", (_, payload, checksum) => {
    expect(new Crc64().update(Buffer.from(payload, 'hex')).digest().toString('hex')).toBe(checksum);
  });

  test('as bit by bit, for every length to 64', () => {
    const random = createRng(seed);
    for (let length = 0; length <= 64; length++) {
      const bytes = Buffer.from(random.bytes(length), 'latin1');
      expect(bigEndian(bytes)).toBe(bitByBit(bytes));
    }
  });

  test('in pieces as in one', () => {
    const random = createRng(seed);
    const bytes = Buffer.from(random.bytes(5000), 'latin1');
    const whole = new Crc64().update(bytes).digest();
    for (let round = 0; round < 100; round++) {
      const crc = new Crc64();
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + random.int(0, 100));
        if (random.chance(0.5)) crc.update(bytes, at, end);
        else crc.update(bytes.subarray(at, end));
        at = end;
      }
      expect(crc.digest()).toEqual(whole);
    }
  });

  test('a digest does not end it', () => {
    const crc = new Crc64().update(Buffer.from('12345'));
    crc.digest();
    expect(crc.update(Buffer.from('6789')).digest().reverse().toString('hex')).toBe('e9c6d914c4b8d9ca');
  });

  test('a range beyond the bytes is an error', () => {
    expect(() => new Crc64().update(Buffer.alloc(5), 0, 6)).toThrow(RangeError);
    expect(() => new Crc64().update(Buffer.alloc(5), -1)).toThrow(RangeError);
  });
});

function bigEndian(bytes: Uint8Array): string {
  return new Crc64().update(bytes).digest().reverse().toString('hex');
}

function bitByBit(bytes: Uint8Array): string {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0x95ac9329ac4bc9b5n : 0n);
  }
  return crc.toString(16).padStart(16, '0');
}
