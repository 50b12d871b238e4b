import type { Socket } from 'node:net';
import { ask, encodeRequest, open } from '../connection.ts';
import { medianOrNull, type Measurement } from '../measure.ts';
import { cpuMicroseconds } from '../process-usage.ts';
import { redisBenchmark } from '../redis-benchmark.ts';
import { ratioCells, whole } from '../report.ts';
import type { BenchServer } from '../servers.ts';
import { median } from '../statistics.ts';
import { RANDOM_KEYS, VALUE } from '../tests.ts';
import type { Scenario, ScenarioBench } from './scenario.ts';

const CHANNEL = 'news';
const PUBLISH = ['PUBLISH', CHANNEL, VALUE];
const SET = ['SET', 'key:__rand_int__', VALUE];
/** How many requests a run of 1.5 s has, about, at P=1 and with more in a pipeline. */
const REQUESTS = 100_000;
const PIPELINED = 600_000;
/** Messages that a run delivers, about. */
const DELIVERIES = 1_000_000;
const AUDIENCES = [1, 50, 1_000];

/** A row of the table: what is done before each run, and the run. */
interface Case {
  readonly name: string;
  readonly target: string;
  readonly pipeline: number;
  /** `notify-keyspace-events`; a server below stage 09 has no such option. */
  readonly notify: string;
  readonly run: (server: BenchServer, scale: number, pipeline: number) => Promise<Measurement>;
}

export const pubsub: Scenario = {
  name: 'pubsub',
  title: 'messages and notifications',
  since: '09',
  rounds: 5,
  async run(bench) {
    const { stage, start, plan } = bench;
    const servers = [await start(stage), await start('redis')];
    const rows = [HEADER];
    for (const each of plan.pipelines.flatMap(casesAt)) rows.push(await compareCase(bench, each, servers));
    await Promise.all(servers.map((server) => server.stop()));
    return { setting: SETTING, tables: [{ rows, notes: NOTES }] };
  },
};

const HEADER = ['', 'stage /s', 'redis /s', 'ratio', 'rounds', 'target', 'stage CPU µs', 'redis CPU µs'];
const SETTING =
  `redis-benchmark with 50 clients publishes messages of ${VALUE.length} bytes, or sets random keys. Subscribers are ` +
  'connections of one process, which counts the bytes that come; with them a line counts messages delivered a second, ' +
  'from the first to the last.';
const NOTES =
  'CPU µs: of the server, for each request, or each message delivered. The subscribers, redis-benchmark and the server ' +
  'share the processors.';

function casesAt(pipeline: number): Case[] {
  const requests: Case['run'] = (server, scale, pipeline) => runRequests(server, SET, scale, pipeline);
  return [
    {
      name: 'PUBLISH, nobody listens',
      target: '≥ 0.90',
      notify: '',
      pipeline,
      run: (server, scale, pipeline) => runRequests(server, PUBLISH, scale, pipeline),
    },
    ...AUDIENCES.map((size) => ({
      name: `PUBLISH to ${whole(size)}, delivered`,
      target: '≥ 0.90',
      notify: '',
      pipeline,
      run: (server: BenchServer, scale: number, pipeline: number) => deliver(server, size, scale, pipeline),
    })),
    { name: 'SET, notifications off', target: '', notify: '', pipeline, run: requests },
    { name: 'SET, notifications on, nobody listens', target: '', notify: 'KEA', pipeline, run: requests },
    {
      name: 'SET, notifications on, one listens to all',
      target: '',
      notify: 'KEA',
      pipeline,
      run: (server, scale, pipeline) =>
        withAudience(server, 1, ['PSUBSCRIBE', '__key*'], () => runRequests(server, SET, scale, pipeline)),
    },
  ];
}

async function compareCase(bench: ScenarioBench, each: Case, servers: readonly BenchServer[]): Promise<string[]> {
  const { plan, progress } = bench;
  const scale = plan.seconds / 1.5;
  const sides: Measurement[][] = [[], []];
  for (const server of servers) await prepared(server, each, scale / 3);
  for (let round = 0; round < plan.rounds; round++) {
    for (const [i, server] of servers.entries()) sides[i]!.push(await prepared(server, each, scale));
  }
  const rates = sides.map((side) => side.map(({ requestsPerSecond }) => requestsPerSecond));
  const cpu = sides.map((side) => medianOrNull(side.map(({ cpuMicroseconds }) => cpuMicroseconds)));
  const row = [
    `${each.name}, P=${each.pipeline}`,
    ...rates.map((rate) => whole(median(rate))),
    ...ratioCells(rates[0]!, rates[1]!),
    each.target,
    ...cpu.map((value) => (value === null ? '–' : value.toFixed(2))),
  ];
  progress(row.slice(0, 4).join('  '));
  return row;
}

async function prepared(server: BenchServer, each: Case, scale: number): Promise<Measurement> {
  await ask(server.port, 'FLUSHALL');
  await ask(server.port, 'CONFIG', 'SET', 'notify-keyspace-events', each.notify);
  return each.run(server, scale, each.pipeline);
}

async function runRequests(
  server: BenchServer,
  command: readonly string[],
  scale: number,
  pipeline: number,
): Promise<Measurement> {
  const requests = Math.ceil((pipeline === 1 ? REQUESTS : PIPELINED) * scale);
  const before = cpuMicroseconds(server.pid);
  const requestsPerSecond = await redisBenchmark(server, command, { pipeline, requests, random: RANDOM_KEYS });
  return { requestsPerSecond, cpuMicroseconds: cpuPerUnit(server, before, requests) };
}

/** Publishes to this number of subscribers, until all of them have all messages. */
async function deliver(server: BenchServer, size: number, scale: number, pipeline: number): Promise<Measurement> {
  const most = pipeline === 1 ? REQUESTS : PIPELINED;
  const requests = Math.ceil(Math.min(most, DELIVERIES / size) * scale);
  return withAudience(server, size, ['SUBSCRIBE', CHANNEL], async (audience) => {
    const expected = requests * size * encodeRequest(['message', CHANNEL, VALUE]).length;
    const before = cpuMicroseconds(server.pid);
    const seconds = audience.secondsUntil(expected);
    await redisBenchmark(server, PUBLISH, { pipeline, requests, random: 1 });
    const took = await seconds;
    const cpu = cpuPerUnit(server, before, requests * size);
    return { requestsPerSecond: (requests * size) / took, cpuMicroseconds: cpu };
  });
}

function cpuPerUnit(server: BenchServer, before: number | null, units: number): number | null {
  const after = cpuMicroseconds(server.pid);
  return before === null || after === null ? null : (after - before) / units;
}

interface Audience {
  /** How long it takes from the first byte to come to the last of so many; s. */
  secondsUntil(bytes: number): Promise<number>;
}

/** Subscribers that count what they are sent, and do nothing with it. */
async function withAudience<T>(
  server: BenchServer,
  size: number,
  command: readonly string[],
  use: (audience: Audience) => Promise<T>,
): Promise<T> {
  let received = 0;
  let wanted = Infinity;
  let first = 0;
  let done: (seconds: number) => void = () => {};
  const count = (chunk: Buffer): void => {
    if (received === 0) first = performance.now();
    received += chunk.length;
    if (received >= wanted) done((performance.now() - first) / 1000);
  };
  const sockets: Socket[] = [];
  for (let i = 0; i < size; i++) sockets.push(await subscribe(server.port, command, count));
  try {
    return await use({
      secondsUntil(bytes) {
        received = 0;
        wanted = bytes;
        return new Promise((resolve) => (done = resolve));
      },
    });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function subscribe(port: number, command: readonly string[], count: (chunk: Buffer) => void): Promise<Socket> {
  const socket = await open(port);
  socket.write(encodeRequest(command), 'latin1');
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  return socket.on('data', count);
}
