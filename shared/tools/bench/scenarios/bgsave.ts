import { setTimeout as sleep } from 'node:timers/promises';
import { startPings, type Pings } from '../../../../tests/latency/pings.ts';
import { ToolError } from '../../tool-error.ts';
import { ask, info } from '../connection.ts';
import { medianOrNull } from '../measure.ts';
import { fill } from '../memory.ts';
import { cpuMicroseconds } from '../process-usage.ts';
import { whole } from '../report.ts';
import type { BenchServer } from '../servers.ts';
import { startWrites, type PacedWrites } from './paced-writes.ts';
import type { Scenario } from './scenario.ts';

const WRITES_PER_SECOND = 20_000;

export const bgsave: Scenario = {
  name: 'bgsave',
  title: `BGSAVE under ${whole(WRITES_PER_SECOND)} writes a second: the waits of a pinging client`,
  since: '06',
  async run({ stage, start, plan, progress }) {
    const sides: { name: string; server: BenchServer; rounds: Round[] }[] = [
      { name: 'stage', server: await start(stage), rounds: [] },
      { name: 'redis', server: await start('redis'), rounds: [] },
    ];
    for (const { name, server } of sides) {
      progress(`${name}: ${plan.keys} keys`);
      await fill(server.port, plan.keys);
    }
    for (let at = 1; at <= plan.rounds; at++) {
      for (const { name, server, rounds } of sides) {
        const round = await measureRound(server, plan.keys);
        rounds.push(round);
        const longest = [round.without, round.during].map(({ pings }) => pings.longest[0]!.toFixed(1)).join(' and ');
        const seconds = round.during.seconds.toFixed(2);
        progress(`bgsave ${at}/${plan.rounds} ${name}: ${seconds} s, longest ping without and during ${longest} ms`);
      }
    }
    return {
      setting:
        `${whole(plan.keys)} strings, keys and values of 16 bytes each; one client sets them anew, ` +
        `${whole(WRITES_PER_SECOND)} a second, and a process of its own sends PING every millisecond. In each round ` +
        'BGSAVE runs once, and then as much time passes without it. The CPU time of a save is what its seconds took ' +
        'beyond those without it; that of the process which redis-server forks is in it.',
      tables: [{ rows: bgsaveRows(plan.keys, sides[0]!.rounds, sides[1]!.rounds), notes: NOTES }],
    };
  },
};

const NOTES =
  'Medians of the rounds, except where it says worst. "longer by" and "share kept" are taken round by round. The ' +
  'pinger is late when it does not get the processor in time: pauses of that length are not the server\'s alone.';

/** A stretch of time under load. */
export interface Phase {
  seconds: number;
  writesPerSecond: number;
  /** Of the server with its ended children, in microseconds; null where it cannot be read. */
  cpuMicroseconds: number | null;
  pings: Pings;
}

export interface Round {
  during: Phase;
  without: Phase;
}

/** Writes before the measuring begins; ms. */
const WARM_UP_MS = 1_000;
/** Pings that were sent in a phase are awaited for so long; ms. */
const LAST_PINGS_MS = 200;
const LOOK_MS = 10;

async function measureRound(server: BenchServer, keys: number): Promise<Round> {
  const writes = await startWrites(server.port, WRITES_PER_SECOND, keys);
  await sleep(WARM_UP_MS);
  const during = await measurePhase(server, writes, () => save(server.port));
  const without = await measurePhase(server, writes, () => sleep(during.seconds * 1000));
  await writes.stop();
  return { during, without };
}

async function measurePhase(server: BenchServer, writes: PacedWrites, pass: () => Promise<unknown>): Promise<Phase> {
  const stopPings = await startPings(server.port);
  // The start of the pinger itself takes processor time from the servers.
  await sleep(LAST_PINGS_MS);
  const cpu = cpuMicroseconds(server.pid, true);
  const answered = writes.answered();
  const began = performance.now();
  await pass();
  const seconds = (performance.now() - began) / 1000;
  const writesPerSecond = (writes.answered() - answered) / seconds;
  const cpuAfter = cpuMicroseconds(server.pid, true);
  await sleep(LAST_PINGS_MS);
  const used = cpu === null || cpuAfter === null ? null : cpuAfter - cpu;
  return { seconds, writesPerSecond, cpuMicroseconds: used, pings: await stopPings() };
}

async function save(port: number): Promise<void> {
  await ask(port, 'BGSAVE');
  for (;;) {
    const fields = await info(port, 'persistence');
    const { rdb_bgsave_in_progress: inProgress, rdb_last_bgsave_status: status } = fields;
    if (inProgress === '0' && status === 'ok') return;
    if (inProgress === '0') throw new ToolError(`BGSAVE on port ${port} ended with status ${status}`);
    await sleep(LOOK_MS);
  }
}

/** The table: a row for each figure. */
export function bgsaveRows(keys: number, stage: readonly Round[], redis: readonly Round[]): string[][] {
  const row = (name: string, unit: (value: number) => string, of: (round: Round) => number | null, target = '') => {
    const cells = [stage, redis].map((rounds) => medianOrNull(rounds.map(of)));
    return [name, ...cells.map((value) => (value === null ? '–' : unit(value))), target];
  };
  const worst = (of: (round: Round) => number) => {
    return [stage, redis].map((rounds) => ms(Math.max(...rounds.map(of))));
  };
  return [
    [`${whole(keys)} keys`, 'stage', 'redis', 'target'],
    row('BGSAVE takes', (value) => `${value.toFixed(2)} s`, ({ during }) => during.seconds),
    row('CPU time of a save, per key', (value) => `${value.toFixed(2)} µs`, (round) => saveCpu(round, keys)),
    row('longest ping without', ms, ({ without }) => longest(without)),
    row('longest ping during', ms, ({ during }) => longest(during)),
    row('longer by', ms, ({ during, without }) => longest(during) - longest(without), '≤ 25 ms'),
    ['longest ping without, worst round', ...worst(({ without }) => longest(without)), ''],
    ['longest ping during, worst round', ...worst(({ during }) => longest(during)), ''],
    row('p99 ping without', ms, ({ without }) => without.pings.p99),
    row('p99 ping during', ms, ({ during }) => during.pings.p99),
    row('writes a second without', whole, ({ without }) => without.writesPerSecond),
    row('writes a second during', whole, ({ during }) => during.writesPerSecond),
    row('share kept', percent, ({ during, without }) => during.writesPerSecond / without.writesPerSecond, '≥ 70 %'),
    row('pinger late by up to, without', ms, ({ without }) => without.pings.late),
    row('pinger late by up to, during', ms, ({ during }) => during.pings.late),
  ];
}

function longest({ pings }: Phase): number {
  return pings.longest[0] ?? NaN;
}

/** Microseconds for each key. */
function saveCpu({ during, without }: Round, keys: number): number | null {
  if (during.cpuMicroseconds === null || without.cpuMicroseconds === null) return null;
  const usual = (without.cpuMicroseconds / without.seconds) * during.seconds;
  return (during.cpuMicroseconds - usual) / keys;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(0)} %`;
}
