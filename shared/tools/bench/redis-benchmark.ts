import { spawn } from 'node:child_process';
import { answersPing, endWithUs, type ServerProcess } from '../../../tests/harness/process.ts';
import { ToolError } from '../tool-error.ts';
import { parseBenchmarkCsv, type CsvRow } from './statistics.ts';

export const CLIENTS = 50;

/** No run of the bench takes as long. */
const TIMEOUT_MS = 300_000;
/** How often it is looked whether the server still runs: redis-benchmark never tires of a port that refuses it. */
const LOOK_MS = 200;

export interface Load {
  /** Requests that a client sends before it waits for replies. */
  readonly pipeline: number;
  readonly requests: number;
  /** How many different numbers `__rand_int__` stands for. */
  readonly random: number;
  /** Further flags: a user, TLS, another port. */
  readonly flags?: readonly string[];
}

/**
 * @returns requests per second
 * @throws as `benchmarkRow`
 */
export async function redisBenchmark(server: ServerProcess, command: readonly string[], load: Load): Promise<number> {
  return (await benchmarkRow(server, command, load)).requestsPerSecond;
}

/** @throws ToolError with what redis-benchmark said; the first error reply makes it fail */
export async function benchmarkRow(server: ServerProcess, command: readonly string[], load: Load): Promise<CsvRow> {
  const { port } = server;
  const ready = await answersPing('127.0.0.1', port, 10_000);
  if (!ready) throw new ToolError(`no server answers PING on port ${port}\n${server.output()}`);
  const flags = { '-p': port, '-c': CLIENTS, '-r': load.random, '-P': load.pipeline, '-n': load.requests };
  const argv = ['-h', '127.0.0.1', ...Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]), ...(load.flags ?? []), '--csv'];
  const child = spawn('redis-benchmark', [...argv, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  const timeout = setTimeout(kill, TIMEOUT_MS);
  const look = setInterval(() => server.ended() !== null && kill(), LOOK_MS);
  endWithUs(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('latin1')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timeout);
      clearInterval(look);
      const row = parseBenchmarkCsv(stdout).at(-1);
      if (code === 0 && row) return resolve(row);
      const ending = signal ?? `exit code ${code}`;
      const said = server.ended() ?? stderr.trim().split('\n').at(-1);
      reject(new ToolError(`redis-benchmark failed (${ending}) at ${command[0]}: ${said}`));
    });
  });
}
