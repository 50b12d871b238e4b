import type { ServerProcess } from '../../../tests/harness/process.ts';
import { ask } from './connection.ts';
import { cpuMicroseconds } from './process-usage.ts';
import { redisBenchmark } from './redis-benchmark.ts';
import { median } from './statistics.ts';
import { RANDOM_KEYS, type BenchTest } from './tests.ts';

/** One side's figures; CPU is that of the server process, in microseconds per request, null where it cannot be read. */
export interface Measurement {
  requestsPerSecond: number;
  cpuMicroseconds: number | null;
  /** That of the side's replica. */
  replicaMicroseconds?: number | null;
}

export interface Comparison {
  test: string;
  pipeline: number;
  stage: Measurement;
  redis: Measurement;
}

export interface Plan {
  rounds: number;
  /** How long a run of the fastest side lasts, in seconds; the others get as many requests. */
  seconds: number;
  /** Fixes the number of requests of a run instead. */
  requests?: number;
}

/** A server to be measured. */
export interface Side {
  readonly server: ServerProcess;
  readonly replica?: ServerProcess;
  /** How redis-benchmark connects: as a user, over TLS. */
  readonly flags?: readonly string[];
  /** Resolves when nothing is left to do of what was sent: awaited before each run and after it. */
  rest?(): Promise<void>;
}

/** Measures both servers in turn, `plan.rounds` times, and takes the medians. */
export async function compare(
  servers: { stage: ServerProcess; redis: ServerProcess },
  test: BenchTest,
  pipeline: number,
  plan: Plan,
): Promise<Comparison> {
  const sides = [{ server: servers.stage }, { server: servers.redis }];
  const [stage, redis] = await measureInTurn(sides, test, pipeline, plan);
  return { test: test.name, pipeline, stage: medians(stage!), redis: medians(redis!) };
}

/**
 * Measures each side once in a round, `plan.rounds` times; databases are flushed before each run.
 * @returns for each side its rounds
 */
export async function measureInTurn(
  sides: readonly Side[],
  test: BenchTest,
  pipeline: number,
  plan: Plan,
): Promise<Measurement[][]> {
  const rates: number[] = [];
  for (const side of sides) rates.push(await warmUp(side, test, pipeline, plan));
  const requests = plan.requests ?? Math.ceil(Math.max(...rates) * plan.seconds);
  const found: Measurement[][] = sides.map(() => []);
  for (let round = 0; round < plan.rounds; round++) {
    for (const [i, side] of sides.entries()) found[i]!.push(await measure(side, test, pipeline, requests));
  }
  return found;
}

const FIRST_REQUESTS = 2000;

/** Runs the test until it has run for a third of a run's time in one go. @returns requests per second then */
async function warmUp(side: Side, test: BenchTest, pipeline: number, plan: Plan): Promise<number> {
  const enough = plan.seconds / 3;
  let requests = Math.min(plan.requests ?? Infinity, FIRST_REQUESTS);
  for (;;) {
    const { requestsPerSecond } = await measure(side, test, pipeline, requests);
    const seconds = requests / requestsPerSecond;
    if (seconds >= enough || requests === plan.requests) return requestsPerSecond;
    // A little more than what is missing, lest it be missed by a hair; first runs say little about the speed to come.
    requests = Math.min(plan.requests ?? Infinity, Math.ceil(requests * Math.min(8, (1.2 * enough) / seconds)));
  }
}

async function measure(side: Side, test: BenchTest, pipeline: number, requests: number): Promise<Measurement> {
  const { server, replica, flags = [] } = side;
  await prepare(server, test, requests);
  await side.rest?.();
  const cpu = cpuSince(server);
  const cpuOfReplica = replica && cpuSince(replica);
  const load = { pipeline, requests, random: RANDOM_KEYS, flags };
  const requestsPerSecond = await redisBenchmark(server, test.command, load);
  await side.rest?.();
  const found = { requestsPerSecond, cpuMicroseconds: cpu(requests) };
  return cpuOfReplica ? { ...found, replicaMicroseconds: cpuOfReplica(requests) } : found;
}

/** @returns a function for the CPU time that each of so many requests has taken since, in microseconds */
function cpuSince({ pid }: ServerProcess): (requests: number) => number | null {
  const before = cpuMicroseconds(pid);
  return (requests) => {
    const after = cpuMicroseconds(pid);
    return before === null || after === null ? null : (after - before) / requests;
  };
}

async function prepare(server: ServerProcess, test: BenchTest, requests: number): Promise<void> {
  await ask(server.port, 'FLUSHALL'); // stage 01 has nothing to flush, and says so
  for (const { command, times, random = RANDOM_KEYS } of test.fills ?? []) {
    const fills = times(requests);
    // A pipeline is sent whole, even if fewer requests are needed.
    await redisBenchmark(server, command, { pipeline: Math.min(16, fills), requests: fills, random });
  }
}

function medians(runs: readonly Measurement[]): Measurement {
  return {
    requestsPerSecond: median(runs.map((run) => run.requestsPerSecond)),
    cpuMicroseconds: medianOrNull(runs.map((run) => run.cpuMicroseconds)),
  };
}

/** The median of those that could be read; null for none. */
export function medianOrNull(values: readonly (number | null | undefined)[]): number | null {
  const read = values.filter((value) => value !== null && value !== undefined);
  return read.length === 0 ? null : median(read);
}
