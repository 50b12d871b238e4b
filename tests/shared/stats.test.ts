import { describe, expect, test, vi } from 'vitest';
import { percentiles } from '#shared/options/percentiles.ts';
import { CommandClock } from '#shared/stats/command-clock.ts';
import { CommandStats } from '#shared/stats/command-stats.ts';
import { ErrorStats } from '#shared/stats/error-stats.ts';
import { LatencyHistogram } from '#shared/stats/latency-histogram.ts';
import { Rates } from '#shared/stats/rates.ts';

describe('a histogram of latencies', () => {
  // The upper end of the bucket: real Redis shows 6.015 for one call of 6 µs, and 10.047 for one of 10 µs.
  const ONE: [ms: number, shown: string][] = [
    [0.006, '6.015'],
    [0.01, '10.047'],
    [0.000255, '0.255'],
    [0.000256, '0.257'],
    [0.0000001, '0.001'],
    [2000, '1002438.655'],
  ];
  for (const [ms, shown] of ONE) {
    test(`${ms} ms`, () => {
      const histogram = new LatencyHistogram();
      histogram.record(ms);
      for (const percent of [0, 50, 100]) expect(histogram.percentile(percent).toFixed(3)).toBe(shown);
    });
  }

  test('a percentile is at most one bucket above the value', () => {
    const histogram = new LatencyHistogram();
    for (let us = 1; us <= 1000; us++) histogram.record(us / 1000);
    for (const percent of [1, 50, 90, 99, 99.9, 100]) {
      const value = histogram.percentile(percent);
      expect(value / (percent * 10)).toBeGreaterThan(0.99);
      expect(value / (percent * 10)).toBeLessThan(1.02);
    }
  });
});

describe('the clock of commands', () => {
  const wait = (ms: number): void => {
    for (const end = performance.now() + ms; performance.now() < end; );
  };

  test('time is that of the command that runs; a run of calls is timed as a whole', () => {
    const clock = new CommandClock({ 'latency-tracking': false });
    const [a, b] = [new CommandStats(), new CommandStats()];
    wait(3);
    clock.start();
    for (const stats of [a, a, b, a]) {
      clock.begin(stats);
      wait(2);
    }
    clock.stop();
    wait(3);
    expect(a.ms).toBeGreaterThanOrEqual(6);
    expect(b.ms).toBeGreaterThanOrEqual(2);
    expect(a.latency).toBeUndefined();
  });

  test('begin works on a stopped clock, and nothing is counted between stop and start', () => {
    const clock = new CommandClock({ 'latency-tracking': true });
    const stats = new CommandStats();
    clock.start();
    clock.stop();
    wait(20);
    clock.begin(stats);
    clock.stop();
    expect(stats.ms).toBeLessThan(20);
    expect(stats.latency!.percentile(100)).toBeLessThan(20_000);
  });

  test('with latency-tracking each call has its own latency', () => {
    const clock = new CommandClock({ 'latency-tracking': true });
    const stats = new CommandStats();
    clock.start();
    for (const ms of [1, 1, 20]) {
      clock.begin(stats);
      wait(ms);
    }
    clock.stop();
    expect(stats.latency!.percentile(1)).toBeLessThan(20_000);
    expect(stats.latency!.percentile(100)).toBeGreaterThanOrEqual(20_000);
  });

  describe('after a slow run the calls of the command are timed one by one', () => {
    const stats = new CommandStats();
    const timed: string[] = [];
    const clock = new CommandClock<string>({ 'latency-tracking': false });
    clock.onTimed = (request) => timed.push(request);
    clock.slowMs = 10;
    let time = 1000;
    const run = (requests: readonly string[], ms: number): string[] => {
      const now = vi.spyOn(performance, 'now').mockImplementation(() => time);
      clock.start();
      for (const request of requests) {
        clock.begin(stats, request);
        time += ms;
      }
      clock.stop();
      now.mockRestore();
      return timed.splice(0);
    };
    const many = Array.from({ length: 12_000 }, (_, i) => String(i));

    test('10,000 of them', () => {
      expect(run(['a', 'b', 'c'], 1)).toEqual([]);
      expect(run(['a', 'b'], 5)).toEqual([]);
      expect(run(['a', 'b', 'c'], 1)).toEqual(['a', 'b', 'c']);
      expect(run(many, 0.0001)).toEqual(many.slice(0, 9997));
      expect(run(['a', 'b', 'c'], 1)).toEqual([]);
    });

    test('and 10,000 more after each one that is slow', () => {
      run(['a', 'b'], 5);
      expect(run(['slow'], 10)).toEqual(['slow']);
      expect(run(many, 0.0001)).toEqual(many.slice(0, 10_000));
    });

    test('for ten seconds', () => {
      run(['a', 'b'], 5);
      time += 9000;
      expect(run(['a', 'b'], 1)).toEqual(['a', 'b']);
      time += 1001;
      expect(run(['a', 'b'], 1)).toEqual([]);
    });
  });
});

describe('errors', () => {
  test('by the first word; without one ERR', () => {
    const errors = new ErrorStats();
    for (const message of ['ERR a', 'WRONGTYPE b c', 'ERR', 'oops']) errors.count(message);
    expect(errors.fields).toEqual([['errorstat_ERR', 'count=3'], ['errorstat_WRONGTYPE', 'count=1']]);
    expect(errors.total).toBe(4);
  });

  test('codes that clients make up are bounded', () => {
    const errors = new ErrorStats();
    for (let i = 0; i < 1000; i++) errors.count(`CODE${i} x`);
    expect(errors.fields).toHaveLength(128);
    expect(errors.total).toBe(1000);
  });
});

test('rates are the mean of sixteen samples, at least 100 ms apart', () => {
  const counters = { calls: 0 };
  const rates = new Rates(() => ({ ...counters }));
  rates.sample(1000);
  expect(rates.perSecond('calls')).toBe(0);
  counters.calls = 160;
  rates.sample(1050);
  expect(rates.perSecond('calls')).toBe(0);
  rates.sample(1100);
  expect(rates.perSecond('calls')).toBe(100);
  for (let i = 2; i <= 17; i++) rates.sample(1000 + i * 100);
  expect(rates.perSecond('calls')).toBe(0);
});

test('percentiles of latencies: numbers from 0 to 100, or none', () => {
  const option = percentiles({ default: [50], help: '' });
  expect(option.parse(['50', '99.9', '100'])).toEqual([50, 99.9, 100]);
  expect(option.parse([''])).toEqual([]);
  expect(option.format([50, 99.9])).toBe('50 99.9');
  for (const bad of [['101'], ['-1'], ['x'], ['50', '']]) expect(() => option.parse(bad)).toThrow('between 0.0 and 100.0');
});
