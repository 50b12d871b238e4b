import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isShared, release, retain, takeReceiveBuffer } from '#shared/resp/receive-buffers.ts';

const KB = 1024;

describe('buffers for large arguments', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.advanceTimersByTime(5_000);
    vi.useRealTimers();
  });

  test('are as long as was asked for, or longer', () => {
    for (const bytes of [1, 64 * KB, 64 * KB + 3, 1024 * KB + 2, 2048 * KB + 2, 2048 * KB + 3, 10_000_000]) {
      expect(takeReceiveBuffer(bytes).length).toBeGreaterThanOrEqual(bytes);
    }
  });

  test('serve again once they are given back, and not before', () => {
    const first = takeReceiveBuffer(100 * KB);
    expect(takeReceiveBuffer(100 * KB).buffer).not.toBe(first.buffer);
    release(first);
    expect(takeReceiveBuffer(300 * KB).buffer).not.toBe(first.buffer);
    expect(takeReceiveBuffer(103 * KB).buffer).toBe(first.buffer);
    expect(takeReceiveBuffer(103 * KB).buffer).not.toBe(first.buffer);
  });

  test('are at most an eighth longer than what was asked for, from 64 KB to 2 MB', () => {
    for (let bytes = 64 * KB; bytes < 2048 * KB; bytes += 777) {
      const { length } = takeReceiveBuffer(bytes);
      expect(length, `for ${bytes} bytes`).toBeGreaterThanOrEqual(bytes);
      expect(length, `for ${bytes} bytes`).toBeLessThanOrEqual(bytes * 1.125 + 2);
    }
  });

  test('serve again only when the last holder has released them, whichever part it holds', () => {
    const first = takeReceiveBuffer(100 * KB);
    retain(first.subarray(0, 10));
    expect(isShared(first)).toBe(true);
    release(first);
    expect(isShared(first.subarray(5))).toBe(false);
    expect(takeReceiveBuffer(100 * KB).buffer).not.toBe(first.buffer);
    release(first.subarray(0, 10));
    release(first);
    expect(takeReceiveBuffer(100 * KB).buffer).toBe(first.buffer);
    expect(takeReceiveBuffer(100 * KB).buffer).not.toBe(first.buffer);
  });

  test('other buffers are never taken', () => {
    const other = Buffer.allocUnsafeSlow(100 * KB);
    retain(other);
    expect(isShared(other)).toBe(true);
    release(other);
    release(other);
    expect(isShared(other)).toBe(false);
    expect(takeReceiveBuffer(100 * KB).buffer).not.toBe(other.buffer);
  });

  test('are let go of when none has been needed for a while', () => {
    const first = takeReceiveBuffer(100 * KB);
    release(first);
    vi.advanceTimersByTime(2_500);
    expect(takeReceiveBuffer(100 * KB).buffer).not.toBe(first.buffer);
  });

  test('are kept while others are needed', () => {
    const first = takeReceiveBuffer(100 * KB);
    release(first);
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(500);
      release(takeReceiveBuffer(500 * KB));
    }
    expect(takeReceiveBuffer(100 * KB).buffer).toBe(first.buffer);
  });

  test('beyond 64 MB are not kept', () => {
    const buffers = Array.from({ length: 40 }, () => takeReceiveBuffer(2048 * KB));
    buffers.forEach(release);
    const again = new Set(buffers.map(() => takeReceiveBuffer(2048 * KB).buffer));
    expect(buffers.filter(({ buffer }) => again.has(buffer))).toHaveLength(31);
  });
});
