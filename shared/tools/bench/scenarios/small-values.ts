import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '#shared/manifest.ts';
import { ToolError } from '../../tool-error.ts';
import { ask } from '../connection.ts';
import { keyAt, requireKeys, send } from '../memory.ts';
import { residentBytes } from '../process-usage.ts';
import { knows, type BenchServer } from '../servers.ts';
import { median } from '../statistics.ts';
import { VALUE } from '../tests.ts';
import type { Scenario, ScenarioBench } from './scenario.ts';

const TARGET = 2;

/** What one key of a kind is made by; every key has other contents. */
interface Kind {
  readonly name: string;
  readonly request: (key: string, index: number) => string[];
}

const KINDS: readonly Kind[] = [
  {
    name: 'hash of 5 fields',
    request: (key, index) => ['HSET', key, ...five((i) => [`field:${i}`, text('value', index, i)])],
  },
  { name: 'set of 5 members', request: (key, index) => ['SADD', key, ...five((i) => [text('member', index, i)])] },
  { name: 'set of 5 integers', request: (key, index) => ['SADD', key, ...five((i) => [String(index * 5 + i)])] },
  { name: 'list of 5 elements', request: (key, index) => ['RPUSH', key, ...five((i) => [text('element', index, i)])] },
  {
    name: 'sorted set of 5 members',
    request: (key, index) => ['ZADD', key, ...five((i) => [String(index + i), text('member', index, i)])],
  },
  { name: 'string with a deadline', request: (key) => ['SET', key, VALUE, 'EX', '86400'] },
  { name: 'stream of 1 entry', request: (key) => ['XADD', key, '*', 'field', VALUE] },
];

export const smallValues: Scenario = {
  name: 'small-values',
  title: 'memory for small values',
  since: '03',
  rounds: 3,
  keys: 100_000,
  async run(bench) {
    const { stage, plan, progress } = bench;
    const ours: Growth[][] = KINDS.map(() => []);
    const theirs: Growth[][] = KINDS.map(() => []);
    for (let round = 1; round <= plan.rounds; round++) {
      for (const [i, kind] of KINDS.entries()) {
        const growth = await measure(bench, stage, kind);
        if (growth !== undefined) ours[i]!.push(growth);
        theirs[i]!.push((await measure(bench, 'redis', kind))!);
      }
      progress(`small-values ${round}/${plan.rounds}`);
    }
    const rows = KINDS.flatMap(({ name }, i) => (ours[i]!.length === 0 ? [] : [growthRow(name, ours[i]!, theirs[i]!)]));
    return { setting: settingOf(plan.keys), tables: [{ rows: [HEADER, ...rows], notes: NOTES }] };
  },
};

const HEADER = ['growth, MiB', 'stage', 'redis', 'ratio', 'target', 'at once: stage', 'redis', 'ratio'];

function settingOf(keys: number): string {
  const count = keys.toLocaleString('en-US');
  return (
    'Each kind has a fresh server in each round. It frees what it does not use, gets ' +
    `${count} keys, one request for each and 1,000 in a pipeline, and frees again what it does not use. The growth is ` +
    'that of its resident memory (VmRSS) from the end of the first freeing to the end of the second; "at once" is the ' +
    'growth before the second freeing.'
  );
}

const NOTES =
  "Lower ratios are better for the stage. To free is a full collection by V8, asked for through Node's inspector, and " +
  'MEMORY PURGE in Redis. A stage that is idle does the same without being asked, within some two minutes: V8 then ' +
  'notices that few objects are made. Under traffic V8 keeps a young generation of some 30 MiB, however few values ' +
  'are stored: in the figures "at once" it is still there.';

/** Resident memory in bytes that the keys took: when they had just come, and when the server had freed its garbage. */
export interface Growth {
  readonly atOnce: number;
  readonly settled: number;
}

/** A line of the table: medians of the rounds. */
export function growthRow(name: string, ours: readonly Growth[], theirs: readonly Growth[]): string[] {
  const cells = (of: (growth: Growth) => number): string[] => {
    const [a, b] = [median(ours.map(of)), median(theirs.map(of))];
    return [mebibytes(a), mebibytes(b), (a / b).toFixed(2)];
  };
  return [name, ...cells(({ settled }) => settled), `≤ ${TARGET.toFixed(2)}`, ...cells(({ atOnce }) => atOnce)];
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

/** What a server does after its start, and the freeing of memory, take less. */
const REST_MS = 1500;
const COLLECTOR = new URL('../collect-on-signal.ts', import.meta.url).href;

/** @returns undefined for a kind that the server does not have */
async function measure(bench: ScenarioBench, of: Stage | 'redis', kind: Kind): Promise<Growth | undefined> {
  const server = await bench.start(of, {}, undefined, COLLECTOR);
  try {
    if (!(await knows(server, [kind.request('', 0)[0]!]))) return undefined;
    await freeMemory(of, server);
    const before = resident(server.pid);
    await send(server.port, 0, bench.plan.keys, (index) => kind.request(keyAt(index), index));
    await requireKeys(server.port, bench.plan.keys);
    const atOnce = resident(server.pid) - before;
    await freeMemory(of, server);
    return { atOnce, settled: resident(server.pid) - before };
  } finally {
    await server.stop();
  }
}

async function freeMemory(of: Stage | 'redis', { pid, port }: BenchServer): Promise<void> {
  await sleep(REST_MS);
  if (of === 'redis') await ask(port, 'MEMORY', 'PURGE');
  else process.kill(pid, 'SIGUSR2');
  await sleep(REST_MS);
  await ask(port, 'PING');
}

function resident(pid: number): number {
  const bytes = residentBytes(pid);
  if (bytes === null) throw new ToolError('the memory of a process is read from /proc, which this system has not');
  return bytes;
}

function five(make: (index: number) => string[]): string[] {
  return [0, 1, 2, 3, 4].flatMap(make);
}

/** Some 15 bytes that no other key has. */
function text(word: string, index: number, part: number): string {
  return `${word}:${index}:${part}`;
}
