import { describe, expect, test } from 'vitest';
import { firstUse, frequency, nextUse } from '../../stages/02-strings/store/key-use.ts';

/** How an LFU count falls with time: a black box would have to wait for minutes. */

const options = (factor: number, decay: number) => ({ 'lfu-log-factor': factor, 'lfu-decay-time': decay });

/** A key that was used `uses` times at this minute, while each use counts. */
function used(uses: number, minute: number): number {
  const counting = { lruClock: minute * 60, lfu: options(0, 1) };
  let use = firstUse(counting);
  for (let i = 0; i < uses; i++) use = nextUse(counting, use);
  return use;
}

/** The count of such a key, so many seconds after the minute's beginning. */
function countAfter(seconds: number, decay: number, use = used(95, 1000)): number {
  const lfu = options(0, decay);
  return frequency({ lruClock: 1000 * 60 + seconds, lfu }, lfu, use);
}

describe('lfu-decay-time', () => {
  test('1: the count falls by one at the beginning of each minute', () => {
    expect([0, 59, 60, 119, 120, 600].map((seconds) => countAfter(seconds, 1))).toEqual([100, 100, 99, 99, 98, 90]);
  });

  test('3: every three minutes', () => {
    expect([179, 180, 359, 360].map((seconds) => countAfter(seconds, 3))).toEqual([100, 99, 99, 98]);
  });

  test('0: it stays', () => {
    expect(countAfter(60 * 60, 0)).toBe(100);
  });

  test('it ends at 0, and a use after that counts from there', () => {
    expect(countAfter(200 * 60, 1)).toBe(0);
    const counting = { lruClock: 1200 * 60, lfu: options(0, 1) };
    expect(nextUse(counting, used(95, 1000)) & 0xff).toBe(1);
  });

  test('a use after some minutes counts on from what they have left', () => {
    const counting = { lruClock: 1010 * 60, lfu: options(0, 1) };
    const use = nextUse(counting, used(95, 1000));
    expect(frequency(counting, counting.lfu, use)).toBe(91);
    expect(frequency({ lruClock: 1011 * 60, lfu: counting.lfu }, counting.lfu, use)).toBe(90);
  });

  test('minutes have 16 bits: a key that was used before they began anew is no older', () => {
    const lfu = options(0, 1);
    expect(frequency({ lruClock: 65_537 * 60, lfu }, lfu, used(95, 65_535))).toBe(98);
  });
});
