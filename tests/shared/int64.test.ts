import { describe, expect, test } from 'vitest';
import { INT64_MAX, INT64_MIN, normalizeInt64, parseInt64 } from '#shared/numbers/int64.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';

describe('parseInt64', () => {
  const GOOD = ['0', '1', '-1', '9', '10', '123456789', '-987654321', '9007199254740991', '-9007199254740991'];
  for (const text of GOOD) test(text, () => expect(parseInt64(text)).toBe(Number(text)));

  const LONG = ['9007199254740992', '9007199254740993', '-9007199254740993', String(INT64_MAX), String(INT64_MIN), '1000000000000000000'];
  for (const text of LONG) test(text, () => expect(parseInt64(text)).toBe(BigInt(text)));

  const BAD = [
    ...['', '-', '+1', ' 1', '1 ', '01', '-0', '-01', '00', '1.0', '1e3', '0x10', 'abc', '1a', '\0', '1\0', '--1', '1\n', '١', '٣'],
    ...['9223372036854775808', '-9223372036854775809', '99999999999999999999', '18446744073709551615', '123456789012345678901'],
  ];
  for (const text of BAD) test(`not ${JSON.stringify(text)}`, () => expect(parseInt64(text)).toBeUndefined());

  test('every number that Redis takes is exact, and no other text is taken', () => {
    const rng = createRng(chooseSeed());
    for (let i = 0; i < 20_000; i++) {
      const digits = Array.from({ length: rng.int(1, 20) }, () => rng.int(0, 9)).join('');
      const text = (rng.chance(0.5) ? '-' : '') + digits;
      const value = BigInt(text);
      const taken = String(value) === text && value >= INT64_MIN && value <= INT64_MAX;
      const parsed = parseInt64(text);
      expect(parsed === undefined ? undefined : BigInt(parsed), `SEED=${rng.seed}: ${text}`).toBe(taken ? value : undefined);
      if (typeof parsed === 'number') expect(Number.isSafeInteger(parsed)).toBe(true);
    }
  });
});

test('normalizeInt64 gives a number while it is exact', () => {
  expect(normalizeInt64(5n)).toBe(5);
  expect(normalizeInt64(-(2n ** 53n - 1n))).toBe(-(2 ** 53 - 1));
  expect(normalizeInt64(2n ** 53n)).toBe(2n ** 53n);
  expect(normalizeInt64(INT64_MIN)).toBe(INT64_MIN);
});
