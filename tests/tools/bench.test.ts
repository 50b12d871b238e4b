import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ratioChart } from '#shared/tools/bench/chart.ts';
import { encodeRequest } from '#shared/tools/bench/connection.ts';
import { parseStat } from '#shared/tools/bench/process-usage.ts';
import type { Report } from '#shared/tools/bench/report.ts';
import { byPipeline, markdownTable, reportMarkdown, reportText, textTable } from '#shared/tools/bench/report.ts';
import { geometricMean, median, parseBenchmarkCsv } from '#shared/tools/bench/statistics.ts';
import { BENCH_TESTS } from '#shared/tools/bench/tests.ts';
import { PROJECT_ROOT } from '#shared/manifest.ts';

const side = (requestsPerSecond: number, cpuMicroseconds: number | null = 2) => {
  return { requestsPerSecond, cpuMicroseconds };
};

const REPORT: Report = {
  stage: '02-strings',
  date: '2026-01-31',
  node: '20.0.0',
  redis: '7.0.15',
  cores: 2,
  rounds: 3,
  load: 0.1,
  comparisons: [
    { test: 'SET', pipeline: 1, stage: side(100_000), redis: side(50_000) },
    { test: 'GET', pipeline: 1, stage: side(50_000), redis: side(100_000) },
    { test: 'SET', pipeline: 16, stage: side(450_000), redis: side(500_000) },
  ],
  memory: {
    keys: 1000,
    stage: { before: 50 * 1024 ** 2, after: 150 * 1024 ** 2 },
    redis: { before: 10 * 1024 ** 2, after: 60 * 1024 ** 2 },
  },
};

describe('statistics', () => {
  test('the median is the middle value of numbers in any order', () => {
    expect(median([100, 9, 30])).toBe(30);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  test('the geometric mean lets twice and half even out', () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
    expect(() => geometricMean([])).toThrow(RangeError);
  });

  test('redis-benchmark\'s CSV, with quotes and commas in the command', () => {
    const csv = '"test","rps","avg_latency_ms"\n"SET","83333.34","0.326"\n"SET a","b "x","1000.50","0.1"\n';
    expect(parseBenchmarkCsv(csv)).toEqual([
      { test: 'SET', requestsPerSecond: 83333.34, p99Ms: NaN },
      { test: 'SET a","b "x', requestsPerSecond: 1000.5, p99Ms: NaN },
    ]);
    const withP99 = '"test","rps","p99_latency_ms","max_latency_ms"\n"A","B "," C","5.00","1.25","9"\n';
    expect(parseBenchmarkCsv(withP99)).toEqual([{ test: 'A","B "," C', requestsPerSecond: 5, p99Ms: 1.25 }]);
    expect(parseBenchmarkCsv('')).toEqual([]);
    expect(parseBenchmarkCsv('"test","rps"\n')).toEqual([]);
  });

  test('/proc/PID/stat, with brackets and spaces in the name of the program', () => {
    expect(parseStat('12 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 70 30 0 0 20')).toBe(100);
  });
});

describe('the tests', () => {
  test('each has a name of its own, and random parts as redis-benchmark wants them', () => {
    expect(new Set(BENCH_TESTS.map(({ name }) => name)).size).toBe(BENCH_TESTS.length);
    const words = BENCH_TESTS.flatMap(({ command, fills = [] }) => [command, ...fills.map((fill) => fill.command)].flat());
    for (const word of words.filter((each) => each.includes('__'))) expect(word).toMatch(/^([a-z]+:)?__rand_int__(e-\d)?$/);
  });

  test('a pop has something to pop for each request', () => {
    for (const { fills } of BENCH_TESTS.filter(({ name }) => name.endsWith('POP'))) {
      const [fill] = fills!;
      const elements = fill!.command.length - 2;
      expect(fill!.times(12_345) * elements).toBeGreaterThanOrEqual(12_345);
    }
  });

  test('requests are arrays of bulk strings', () => {
    expect(encodeRequest(['SET', 'k', ''])).toBe('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n');
  });
});

describe('the report', () => {
  test('comparisons stand by pipeline, each with its geometric mean', () => {
    const groups = byPipeline(REPORT);
    expect(groups.map(({ pipeline, rows }) => [pipeline, rows.length])).toEqual([[1, 2], [16, 1]]);
    expect(groups[0]!.mean).toBeCloseTo(1, 12);
    expect(groups[1]!.mean).toBeCloseTo(0.9, 12);
  });

  test('tables', () => {
    const rows = [['test', 'n'], ['a', '100']];
    expect(textTable(rows)).toBe('test    n\na     100');
    expect(markdownTable(rows)).toBe('| test | n |\n| :-- | --: |\n| a | 100 |');
  });

  test('as a page', () => {
    const page = reportMarkdown(REPORT, 'chart.svg');
    expect(page).toContain('| SET | 100,000 | 50,000 | 2.00 | 2.00 | 2.00 |');
    expect(page).toContain('| GET | 50,000 | 100,000 | 0.50 | 2.00 | 2.00 |');
    expect(page).toContain('Geometric mean of the ratios: **0.90**');
    expect(page).toContain('| growth | 100 MiB | 50 MiB | 2.00 |');
    expect(page).toContain('](chart.svg)');
    expect(page.endsWith('|\n')).toBe(true);
  });

  test('says so when other programs were at work', () => {
    expect(reportMarkdown({ ...REPORT, load: 6.2 }, 'chart.svg')).toContain('6.2 cores busy at the start');
    expect(reportMarkdown(REPORT, 'chart.svg')).not.toContain('at the start');
  });

  test('the CPU columns are left out where CPU time cannot be read', () => {
    const unread = REPORT.comparisons.map((row) => ({ ...row, stage: side(1, null) }));
    expect(reportText({ ...REPORT, comparisons: unread })).not.toContain('CPU');
    expect(reportText(REPORT)).toContain('stage CPU');
  });

  test('the chart has a bar for each comparison, as long as its ratio', () => {
    const chart = ratioChart(REPORT);
    const bars = [...chart.matchAll(/<rect x="110" y="[\d.]+" width="([\d.]+)" height="10"/g)];
    const widths = bars.map((match) => Number(match[1]));
    expect(widths).toHaveLength(3);
    const [set, setPipelined, get] = widths;
    expect(set! / get!).toBeCloseTo(4, 1);
    expect(setPipelined! / get!).toBeCloseTo(1.8, 1);
    expect(chart.match(/class="level"/g)).toHaveLength(1);
    expect(chart.match(/<text/g)!.length).toBe(chart.match(/<\/text>/g)!.length);
  });
});

describe('npm run bench', () => {
  const bench = (args: string[], env: NodeJS.ProcessEnv = process.env) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(PROJECT_ROOT, 'shared/tools/bench.ts'), ...args], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      env,
    });

  test('--help tells the flags', () => {
    const { status, stdout } = bench(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--pipelines');
  });

  test('what is wrong is said in one line, with exit code 1', () => {
    for (const [args, message] of [
      [['01', '--tests', 'nonsense'], /no test 'nonsense'/],
      [['01', '--rounds', '0'], /--rounds needs a positive number, not '0'/],
      [['01', '--speed', '3'], /--speed/],
    ] as const) {
      const { status, stderr } = bench([...args]);
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  test('without redis-benchmark it says what is missing', () => {
    const { status, stderr } = bench(['01'], { ...process.env, PATH: '/nonexistent' });
    expect(status).toBe(1);
    expect(stderr).toContain('redis-benchmark is not on the PATH');
  });
});
