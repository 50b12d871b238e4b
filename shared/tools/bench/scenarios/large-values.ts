import { setTimeout as sleep } from 'node:timers/promises';
import { startPings } from '../../../../tests/latency/pings.ts';
import { ask } from '../connection.ts';
import { medianOrNull } from '../measure.ts';
import { keyAt, requireKeys, send } from '../memory.ts';
import { cpuMicroseconds, residentBytes } from '../process-usage.ts';
import { benchmarkRow } from '../redis-benchmark.ts';
import { mebibytes, ratioCells, whole } from '../report.ts';
import type { BenchServer } from '../servers.ts';
import { median } from '../statistics.ts';
import type { Scenario, ScenarioBench } from './scenario.ts';

const KB = 1024;
const MB = 1024 * KB;
/** What redis-benchmark makes of `key:__rand_int__` when there is one random number. */
const KEY = keyAt(0);

/** A command on a value of one size. */
interface Case {
  readonly name: string;
  readonly size: number;
  /** What redis-benchmark is given after its flags. */
  readonly command: readonly string[];
  /** How many requests a run of 1.5 s has, about. */
  readonly requests: number;
  readonly target: string;
}

const CASES: readonly Case[] = [
  ...sized('1 KB', KB, 100_000, '≥ 0.80'),
  ...sized('10 KB', 10 * KB, 50_000, '≥ 0.80'),
  ...sized('100 KB', 100 * KB, 10_000, '≥ 0.60'),
  ...sized('1 MB', MB, 800, '≥ 0.60'),
  partOf('APPEND of 100 bytes to 1 MB', ['APPEND', KEY, 'x'.repeat(100)]),
  partOf('GETRANGE of 100 bytes of 1 MB', ['GETRANGE', KEY, '500000', '500099']),
];

function sized(words: string, size: number, requests: number, target: string): Case[] {
  return ['set', 'get'].map((command) => ({
    name: `${command.toUpperCase()} of ${words}`,
    size,
    command: ['-d', String(size), '-t', command],
    requests,
    target,
  }));
}

function partOf(name: string, command: readonly string[]): Case {
  return { name, size: MB, command, requests: 80_000, target: '' };
}

/** One run of a case. */
export interface Run {
  readonly requestsPerSecond: number;
  /** The 99th percentile of how long the clients waited. */
  readonly p99Ms: number;
  /** Of the server, for each request; null where it cannot be read. */
  readonly cpuMicroseconds: number | null;
}

export const largeValues: Scenario = {
  name: 'large-values',
  title: 'large values',
  since: '02',
  rounds: 5,
  keys: 1_000,
  async run(bench) {
    const { stage, start, plan, progress } = bench;
    const servers = [await start(stage), await start('redis')];
    const rows: string[][] = [HEADER];
    for (const each of CASES) {
      const requests = plan.requests ?? Math.ceil((each.requests * plan.seconds) / 1.5);
      const sides: Run[][] = [[], []];
      for (const server of servers) await measure(server, each, Math.ceil(requests / 3));
      for (let round = 0; round < plan.rounds; round++) {
        for (const [i, server] of servers.entries()) sides[i]!.push(await measure(server, each, requests));
      }
      rows.push(caseRow(each, sides[0]!, sides[1]!));
      progress(rows.at(-1)!.slice(0, 4).join('  '));
    }
    await Promise.all(servers.map((server) => server.stop()));
    return { setting: settingOf(plan.keys), tables: [{ rows, notes: NOTES }, await keptValues(bench)] };
  },
};

function settingOf(keys: number): string {
  return (
    'redis-benchmark with 50 clients, one request at a time, all for one key, which holds a value of that size. ' +
    `Then, on servers just started, ${whole(keys)} keys are set to values of 100 KB, ${BATCH} in a pipeline, and a ` +
    'second later the growth of the resident memory (VmRSS) counts; meanwhile a process of its own sends PING every ' +
    'millisecond.'
  );
}

const NOTES =
  'CPU µs: of the server, for each request. Lower p99 and CPU time are better. With values of 100 KB and more ' +
  'redis-benchmark itself takes about as much processor time as the server.';
const HEADER = [
  ...['P=1', 'stage req/s', 'redis req/s', 'ratio', 'rounds', 'target'],
  ...['stage p99 ms', 'redis p99 ms', 'stage CPU µs', 'redis CPU µs'],
];

async function measure(server: BenchServer, { size, command }: Case, requests: number): Promise<Run> {
  await ask(server.port, 'SET', KEY, 'x'.repeat(size));
  const before = cpuMicroseconds(server.pid);
  const row = await benchmarkRow(server, command, { pipeline: 1, requests, random: 1 });
  const after = cpuMicroseconds(server.pid);
  const used = before === null || after === null ? null : (after - before) / requests;
  return { requestsPerSecond: row.requestsPerSecond, p99Ms: row.p99Ms, cpuMicroseconds: used };
}

/** A line of the table: medians of the rounds. */
export function caseRow(
  { name, target }: Pick<Case, 'name' | 'target'>,
  ours: readonly Run[],
  theirs: readonly Run[],
): string[] {
  const rates = [ours, theirs].map((side) => side.map(({ requestsPerSecond }) => requestsPerSecond));
  const p99 = [ours, theirs].map((side) => median(side.map(({ p99Ms }) => p99Ms)).toFixed(1));
  const cpu = [ours, theirs].map((side) => medianOrNull(side.map(({ cpuMicroseconds }) => cpuMicroseconds)));
  const cpuCells = cpu.map((value) => (value === null ? '–' : value.toFixed(1)));
  const rateCells = rates.map((rate) => whole(median(rate)));
  return [name, ...rateCells, ...ratioCells(rates[0]!, rates[1]!), target, ...p99, ...cpuCells];
}

const SETTLE_MS = 1_000;
/** Values that are sent in one pipeline. */
const BATCH = 10;

/** What many values of 100 KB take, and how long others wait while they come. */
async function keptValues({ stage, start, plan }: ScenarioBench): Promise<{ rows: string[][] }> {
  const found: { growth: number; pause: number }[] = [];
  for (const kind of [stage, 'redis'] as const) {
    const server = await start(kind);
    await sleep(SETTLE_MS);
    const before = residentBytes(server.pid) ?? NaN;
    const stopPings = await startPings(server.port);
    for (let at = 0; at < plan.keys; at += BATCH) {
      await send(server.port, at, Math.min(at + BATCH, plan.keys), (i) => ['SET', keyAt(i), valueOf(i)]);
    }
    await requireKeys(server.port, plan.keys);
    await sleep(SETTLE_MS);
    const { longest } = await stopPings();
    found.push({ growth: (residentBytes(server.pid) ?? NaN) - before, pause: longest[0] ?? NaN });
    await server.stop();
  }
  const [ours, theirs] = [found[0]!, found[1]!];
  const ratio = (ours.growth / theirs.growth).toFixed(2);
  return {
    rows: [
      [`${whole(plan.keys)} values of 100 KB`, 'stage', 'redis', 'ratio', 'target'],
      ['growth, MiB', mebibytes(ours.growth), mebibytes(theirs.growth), ratio, '≤ 1.20'],
      ['longest ping meanwhile, ms', ours.pause.toFixed(1), theirs.pause.toFixed(1), '', ''],
    ],
  };
}

function valueOf(index: number): string {
  return `${index} `.repeat(100 * KB).slice(0, 100 * KB);
}
