import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { giveReceiveBuffer, takeReceiveBuffer } from '#shared/resp/receive-buffers.ts';

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
    expect(takeReceiveBuffer(100 * KB)).not.toBe(first);
    giveReceiveBuffer(first);
    expect(takeReceiveBuffer(300 * KB)).not.toBe(first);
    expect(takeReceiveBuffer(120 * KB)).toBe(first);
    expect(takeReceiveBuffer(120 * KB)).not.toBe(first);
  });

  test('are let go of when none has been needed for a while', () => {
    const first = takeReceiveBuffer(100 * KB);
    giveReceiveBuffer(first);
    vi.advanceTimersByTime(2_500);
    expect(takeReceiveBuffer(100 * KB)).not.toBe(first);
  });

  test('are kept while others are needed', () => {
    const first = takeReceiveBuffer(100 * KB);
    giveReceiveBuffer(first);
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(500);
      giveReceiveBuffer(takeReceiveBuffer(500 * KB));
    }
    expect(takeReceiveBuffer(100 * KB)).toBe(first);
  });

  test('beyond 64 MB are not kept', () => {
    const buffers = Array.from({ length: 40 }, () => takeReceiveBuffer(2048 * KB));
    buffers.forEach(giveReceiveBuffer);
    const again = new Set(buffers.map(() => takeReceiveBuffer(2048 * KB)));
    expect(buffers.filter((buffer) => again.has(buffer))).toHaveLength(31);
  });
});
