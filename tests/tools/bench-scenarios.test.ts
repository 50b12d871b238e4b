import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { parseInfo } from '#shared/tools/bench/connection.ts';
import { medianOrNull } from '#shared/tools/bench/measure.ts';
import { parseStat } from '#shared/tools/bench/process-usage.ts';
import { bgsaveRows, type Phase, type Round } from '#shared/tools/bench/scenarios/bgsave.ts';
import { SCENARIOS } from '#shared/tools/bench/scenarios/index.ts';
import { caseRow, type Run } from '#shared/tools/bench/scenarios/large-values.ts';
import { loadSeconds } from '#shared/tools/bench/scenarios/load.ts';
import { dueWrites } from '#shared/tools/bench/scenarios/paced-writes.ts';
import {
  scenarioFile,
  scenarioMarkdown,
  scenarioText,
  type ScenarioReport,
} from '#shared/tools/bench/scenarios/report.ts';
import { growthRow } from '#shared/tools/bench/scenarios/small-values.ts';
import { setRows } from '#shared/tools/bench/scenarios/set-rows.ts';
import { serverFlags } from '#shared/tools/bench/servers.ts';
import { ratios } from '#shared/tools/bench/statistics.ts';

describe('what servers say', () => {
  test('how long loading took', () => {
    const log = '1:M 01 Jan 2026 * RDB age 3 seconds\n1:M 01 Jan 2026 * DB loaded from disk: 0.512 seconds\n';
    expect(loadSeconds(log)).toBe(0.512);
    expect(() => loadSeconds('1:M 01 Jan 2026 * Ready to accept connections\n')).toThrow('does not say');
  });

  test('the fields of INFO, with colons in a value', () => {
    const fields = parseInfo('# Replication\r\nrole:master\r\nslave0:ip=::1,port=1\r\n');
    expect(fields).toEqual({ role: 'master', slave0: 'ip=::1,port=1' });
  });

  test('the CPU time of children that have ended', () => {
    const stat = '12 (redis) S 1 2 3 4 5 6 7 8 9 10 70 30 500 60 20';
    expect(parseStat(stat)).toBe(100);
    expect(parseStat(stat, true)).toBe(660);
  });
});

describe('how servers are started', () => {
  test('without writing to disk, unless a scenario wants it', () => {
    expect(serverFlags('redis')).toEqual(['--save', '', '--appendonly', 'no']);
    expect(serverFlags('redis', { appendonly: 'yes', appendfsync: 'always' })).toEqual(
      ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
    );
  });

  test('a stage gets only what it knows', () => {
    expect(serverFlags(findStage('05')!)).toEqual([]);
    expect(serverFlags(findStage('06')!)).toEqual(['--save', '']);
    expect(serverFlags(findStage('07')!)).toEqual(['--save', '', '--appendonly', 'no']);
  });
});

describe('the pace of the writes', () => {
  const due = (elapsedMs: number, sent: number, answered: number) =>
    dueWrites({ elapsedMs, rate: 20_000, sent, answered });

  test('as many as the time demands, less what was sent', () => {
    expect(due(0, 0, 0)).toBe(0);
    expect(due(10, 0, 0)).toBe(200);
    expect(due(10, 150, 100)).toBe(50);
    expect(due(10, 200, 100)).toBe(0);
  });

  test('never more on the way than the server may owe', () => {
    expect(due(5000, 40_000, 30_000)).toBe(10_000);
    expect(due(5000, 40_000, 20_000)).toBe(0);
    expect(due(5000, 40_000, 19_000)).toBe(0);
  });
});

describe('ratios of rounds', () => {
  test('are taken round by round', () => {
    expect(ratios([100, 50, 300], [100, 100, 200])).toEqual({ median: 1, lowest: 0.5, highest: 1.5 });
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
    expect(() => ratios([], [])).toThrow(RangeError);
  });

  test('what could not be read is no value', () => {
    expect(medianOrNull([3, null, 1, undefined])).toBe(2);
    expect(medianOrNull([null, undefined])).toBeNull();
  });
});

describe('tables', () => {
  const run = (requestsPerSecond: number, cpuMicroseconds: number | null, replicaMicroseconds?: number) => {
    return { requestsPerSecond, cpuMicroseconds, ...(replicaMicroseconds ? { replicaMicroseconds } : {}) };
  };

  test('requests of both, the ratio with its range, CPU time', () => {
    const ours = [run(900, 2), run(1200, 4), run(1000, 3)];
    const theirs = [run(1000, 1), run(1000, 1), run(1000, 1)];
    expect(setRows('title', [{ name: 'P=1', ours, theirs, target: '≥ 0.85' }])).toEqual([
      ['title', 'stage req/s', 'redis req/s', 'ratio', 'rounds', 'target', 'stage CPU µs', 'redis CPU µs'],
      ['P=1', '1,000', '1,000', '1.00', '0.90–1.20', '≥ 0.85', '3.00', '1.00'],
    ]);
  });

  test('with the CPU time of replicas; without what could not be read', () => {
    const pair = { name: 'P=1', ours: [run(1, 2, 5)], theirs: [run(1, null, 6)], target: '' };
    const [header, row] = setRows('title', [pair]);
    expect(header!.slice(6)).toEqual(['stage replica CPU µs', 'redis replica CPU µs']);
    expect(row!.slice(6)).toEqual(['5.00', '6.00']);
  });

  test('pauses are compared within their round, and so is the share of writes', () => {
    const stage = [round([50, 10], [900, 1000]), round([90, 60], [500, 1000]), round([35, 15], [800, 1000])];
    const rows = bgsaveRows(1000, stage, [round([5, 5], [1000, 1000])]);
    const cells = (name: string) => rows.find(([first]) => first === name)!.slice(1);
    expect(cells('longer by')).toEqual(['30.0 ms', '0.0 ms', '≤ 25 ms']);
    expect(cells('longest ping during')).toEqual(['50.0 ms', '5.0 ms', '']);
    expect(cells('longest ping during, worst round')).toEqual(['90.0 ms', '5.0 ms', '']);
    expect(cells('share kept')).toEqual(['80 %', '100 %', '≥ 70 %']);
    // 3 s at 100 ms of CPU time, where 3 s without a save took 40 ms: 60 ms for 1000 keys.
    expect(cells('CPU time of a save, per key')).toEqual(['60.00 µs', '60.00 µs', '']);
    expect(rows.every((row) => row.length === 4)).toBe(true);
  });

  test('growth of memory: medians of both, and their ratio', () => {
    const growth = (settled: number, atOnce: number) => ({ settled: settled * 1024 ** 2, atOnce: atOnce * 1024 ** 2 });
    const stage = [growth(30, 20), growth(40, 10), growth(90, 15)];
    const redis = [growth(20, 10), growth(25, 10), growth(20, 30)];
    expect(growthRow('hash', stage, redis)).toEqual(
      ['hash', '40.0', '20.0', '2.00', '≤ 2.00', '15.0', '10.0', '1.50'],
    );
  });

  test('large values: medians of rates, waits and CPU time, ratios round by round', () => {
    const run = (requestsPerSecond: number, p99Ms: number, cpuMicroseconds: number | null): Run => {
      return { requestsPerSecond, p99Ms, cpuMicroseconds };
    };
    const stage = [run(1000, 3, 50), run(500, 9, 70), run(2000, 4, 60)];
    const redis = [run(2000, 1, null), run(2000, 2, null), run(2000, 5, null)];
    expect(caseRow({ name: 'SET', target: '≥ 0.60' }, stage, redis)).toEqual(
      ['SET', '1,000', '2,000', '0.50', '0.25–1.00', '≥ 0.60', '4.0', '2.0', '60.0', '–'],
    );
  });

  function round(longest: [number, number], writes: [number, number]): Round {
    return { during: phase(3, 100_000, longest[0], writes[0]), without: phase(6, 80_000, longest[1], writes[1]) };
  }

  function phase(seconds: number, cpuMicroseconds: number, longest: number, writesPerSecond: number): Phase {
    const pings = { count: 100, median: 0.1, p99: 1, longest: [longest, 1], late: 2 };
    return { seconds, cpuMicroseconds, writesPerSecond, pings };
  }
});

describe('a report', () => {
  const report: ScenarioReport = {
    stage: '06-rdb',
    date: '2026-01-31',
    node: '20.0.0',
    redis: '7.0.15',
    cores: 2,
    rounds: 5,
    load: 0.1,
    scenario: { name: 'load', title: 'loading a dump' },
    setting: 'How it was done.',
    tables: [{ rows: [['keys', 'stage'], ['loading', '1.00']], notes: 'Lower is better.' }],
  };

  test('as a page', () => {
    const page = scenarioMarkdown(report);
    expect(page).toContain('# Stage 06-rdb against redis-server: loading a dump\n');
    expect(page).toContain('Node 20.0.0 and redis-server 7.0.15, 2026-01-31, 2 cores');
    expect(page).toContain('medians of 5 rounds, both servers in turn.\n\nHow it was done.');
    expect(page.endsWith('| loading | 1.00 |\n\nLower is better.\n')).toBe(true);
    expect(scenarioFile(report)).toBe('06-load.md');
  });

  test('for a terminal, and what else was at work', () => {
    expect(scenarioText(report)).toContain('keys     stage\nloading   1.00');
    expect(scenarioText({ ...report, load: 3 })).toContain('3.0 cores busy at the start');
  });
});

describe('npm run bench -- --scenario', () => {
  const bench = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(PROJECT_ROOT, 'shared/tools/bench.ts'), ...args], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
    });

  test('--help names each', () => {
    const { stdout } = bench('--help');
    for (const { name, title } of SCENARIOS) expect(stdout).toMatch(new RegExp(`  ${name} +${title}`));
  });

  test('what is wrong is said in one line, with exit code 1', () => {
    for (const [args, message] of [
      [['06', '--scenario', 'nonsense'], /no scenario 'nonsense'; there are load bgsave aof replica small-values large-values/],
      [['06', '--scenario', 'aof'], /Stage 06 cannot do aof: stage 07 brings it/],
      [['06', '--scenario', 'load', '--tests', 'set'], /Either --tests or --scenario/],
      [['06', '--scenario', 'load', '--keys', '0'], /--keys needs a positive number/],
    ] as const) {
      const { status, stderr } = bench(...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
