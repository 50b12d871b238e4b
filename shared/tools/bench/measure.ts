import { spawn } from 'node:child_process';
import type { ServerProcess } from '../../../tests/harness/process.ts';
import { ToolError } from '../tool-error.ts';
import { ask } from './connection.ts';
import { cpuMicroseconds } from './process-usage.ts';
import { median, parseBenchmarkCsv } from './statistics.ts';
import { RANDOM_KEYS, type BenchTest } from './tests.ts';

export const CLIENTS = 50;

/** One side's figures; CPU is that of the server process, in microseconds per request, null where it cannot be read. */
export interface Measurement {
  requestsPerSecond: number;
  cpuMicroseconds: number | null;
}

export interface Comparison {
  test: string;
  pipeline: number;
  stage: Measurement;
  redis: Measurement;
}

export interface Plan {
  rounds: number;
  /** How long a run of the faster side lasts, in seconds; the other gets as many requests. */
  seconds: number;
  /** Fixes the number of requests of a run instead. */
  requests?: number;
}

/** Measures both servers in turn, `plan.rounds` times, and takes the medians. Databases are flushed before each run. */
export async function compare(
  servers: { stage: ServerProcess; redis: ServerProcess },
  test: BenchTest,
  pipeline: number,
  plan: Plan,
): Promise<Comparison> {
  const { stage, redis } = servers;
  const rates = [await warmUp(stage, test, pipeline, plan), await warmUp(redis, test, pipeline, plan)];
  const requests = plan.requests ?? Math.ceil(Math.max(...rates) * plan.seconds);
  const ofStage: Measurement[] = [];
  const ofRedis: Measurement[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    ofStage.push(await measure(stage, test, pipeline, requests));
    ofRedis.push(await measure(redis, test, pipeline, requests));
  }
  return { test: test.name, pipeline, stage: medians(ofStage), redis: medians(ofRedis) };
}

const FIRST_REQUESTS = 2000;

/** Runs the test until it has run for a third of a run's time in one go. @returns requests per second then */
async function warmUp(server: ServerProcess, test: BenchTest, pipeline: number, plan: Plan): Promise<number> {
  const enough = plan.seconds / 3;
  let requests = Math.min(plan.requests ?? Infinity, FIRST_REQUESTS);
  for (;;) {
    const { requestsPerSecond } = await measure(server, test, pipeline, requests);
    const seconds = requests / requestsPerSecond;
    if (seconds >= enough || requests === plan.requests) return requestsPerSecond;
    // A little more than what is missing, lest it be missed by a hair; first runs say little about the speed to come.
    requests = Math.min(plan.requests ?? Infinity, Math.ceil(requests * Math.min(8, (1.2 * enough) / seconds)));
  }
}

async function measure(
  server: ServerProcess,
  test: BenchTest,
  pipeline: number,
  requests: number,
): Promise<Measurement> {
  await prepare(server, test, requests);
  const before = cpuMicroseconds(server.pid);
  const load = { pipeline, requests, random: RANDOM_KEYS };
  const requestsPerSecond = await redisBenchmark(server.port, test.command, load);
  const after = cpuMicroseconds(server.pid);
  if (before === null || after === null) return { requestsPerSecond, cpuMicroseconds: null };
  return { requestsPerSecond, cpuMicroseconds: (after - before) / requests };
}

async function prepare(server: ServerProcess, test: BenchTest, requests: number): Promise<void> {
  await ask(server.port, 'FLUSHALL'); // stage 01 has nothing to flush, and says so
  if (!test.fill) return;
  const { command, times, random = RANDOM_KEYS } = test.fill;
  await redisBenchmark(server.port, command, { pipeline: 16, requests: times(requests), random });
}

/**
 * @returns requests per second
 * @throws ToolError with what redis-benchmark said; the first error reply makes it fail
 */
function redisBenchmark(
  port: number,
  command: readonly string[],
  { pipeline, requests, random }: { pipeline: number; requests: number; random: number },
): Promise<number> {
  const flags = { '-p': port, '-c': CLIENTS, '-r': random, '-P': pipeline, '-n': requests };
  const argv = ['-h', '127.0.0.1', ...Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]), '--csv'];
  const child = spawn('redis-benchmark', [...argv, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('latin1')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const row = parseBenchmarkCsv(stdout).at(-1);
      if (code === 0 && row) return resolve(row.requestsPerSecond);
      const ending = signal ?? `exit code ${code}`;
      reject(new ToolError(`redis-benchmark failed (${ending}) at ${command[0]}: ${stderr.trim().split('\n').at(-1)}`));
    });
  });
}

function medians(runs: readonly Measurement[]): Measurement {
  const cpu = runs.map((run) => run.cpuMicroseconds).filter((value) => value !== null);
  return {
    requestsPerSecond: median(runs.map((run) => run.requestsPerSecond)),
    cpuMicroseconds: cpu.length === 0 ? null : median(cpu),
  };
}
