import { describe, expect, test } from 'vitest';
import { addLongDouble, formatLongDouble, INFINITE, parseLongDouble } from '#shared/numbers/long-double.ts';

/** What INCRBYFLOAT answers for a key that holds `a`; null for what it refuses. */
function sum(a: string, b: string): string | null {
  const [x, y] = [parseLongDouble(a), parseLongDouble(b)];
  if (x === undefined || y === undefined) return null;
  const total = addLongDouble(x, y);
  return total === INFINITE ? INFINITE : formatLongDouble(total);
}

describe('addLongDouble', () => {
  test.each([
    ['0.1', '0.2', '0.3'],
    ['10.50', '0.1', '10.6'],
    ['3.0e3', '200', '3200'],
    ['5.0e-1', '-0.5', '0'],
    ['-0', '-0', '0'],
    ['1e-20', '0', '0'],
    ['-1e-18', '0', '0'],
    // Beyond 53 bits, where doubles would answer …992.
    ['9007199254740992', '1', '9007199254740993'],
    // 2 ** 64 + 1 has 65 bits: the half goes to the even neighbour.
    ['18446744073709551616', '1', '18446744073709551616'],
    ['18446744073709551617', '1', '18446744073709551616'],
    ['18446744073709551619', '0', '18446744073709551620'],
    ['1.0000000000000000001', '0', '1'],
    ['0x10', '0x.8', '16.5'],
    ['1e4932', '1e4932', INFINITE],
    ['inf', '-inf', INFINITE],
    ['0', '-inf', INFINITE],
  ])('%s + %s is %s', (a, b, expected) => {
    expect(sum(a, b)).toBe(expected);
  });
});

describe('parseLongDouble', () => {
  const numbers = ['0', '-0.0', '.5', '5.', '+1', '1E5', '1e+5', '0e99999', '0X1P-5', 'Infinity', '1e4932', '1e-4950'];
  const others = ['', ' 1', '1 ', '.', '-', '1e', '0x', '0xp1', '1_0', '--1', 'nan', '1e4933', '1e-4952', '1e999999', '1\0'];

  test.each(numbers)('takes %j', (text) => {
    expect(parseLongDouble(text)).toBeDefined();
  });

  test.each(others)('refuses %j', (text) => {
    expect(parseLongDouble(text)).toBeUndefined();
  });

  test('takes 5119 characters, and not one more', () => {
    expect(parseLongDouble('0.' + '1'.repeat(5117))).toBeDefined();
    expect(parseLongDouble('0.' + '1'.repeat(5118))).toBeUndefined();
  });
});

describe('formatLongDouble', () => {
  test('prints large numbers in full', () => {
    expect(sum('1e20', '0')).toBe('100000000000000000000');
    expect(sum('1e30', '0')).toBe('1000000000000000000024696061952');
  });

  test('prints 17 digits after the point at most', () => {
    expect(sum('1.00000000000000001', '0')).toBe('1.00000000000000001');
    expect(sum('0.000000000000000005', '0')).toBe('0');
    expect(sum('0.000000000000000006', '0')).toBe('0.00000000000000001');
  });
});
