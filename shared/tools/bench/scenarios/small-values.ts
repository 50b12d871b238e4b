import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '#shared/manifest.ts';
import { ToolError } from '../../tool-error.ts';
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
      const growths = await measureAll(bench, [stage, 'redis']);
      for (const [i, growth] of growths[0]!.entries()) if (growth) ours[i]!.push(growth);
      for (const [i, growth] of growths[1]!.entries()) if (growth) theirs[i]!.push(growth);
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
    'Each kind has a server of its own on each side, which is started anew for each round. It stays idle for ' +
    `${SETTLE_S} s, gets ${count} keys, one request for each and 1,000 in a pipeline, and stays idle as long again. ` +
    'The growth is that of its resident memory (VmRSS) from the end of the first pause to the end of the second; ' +
    '"at once" is the growth before the second pause.'
  );
}

const NOTES =
  'Lower ratios are better for the stage. Nothing but V8 itself collects garbage here: some 25 to 40 s after the last ' +
  'request V8 notices that the server is idle, collects what is not used any more, and gives back the memory of its ' +
  'young generation. Under traffic that has some 30 MiB, however few values are stored; in the figures "at once" it is ' +
  'still there. When a server starts it holds garbage, too, which goes in the first pause.';

/** Resident memory in bytes that the keys took: when they had just come, and when the server had been idle. */
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

/** V8 needs up to 40 s to notice that a server is idle. */
const SETTLE_S = 60;

/** A server for each kind on each side, all idle at the same time. @returns undefined for kinds that a side lacks */
async function measureAll(
  bench: ScenarioBench,
  sides: readonly (Stage | 'redis')[],
): Promise<(Growth | undefined)[][]> {
  const servers: BenchServer[][] = sides.map(() => []);
  try {
    for (const [side, of] of sides.entries()) for (const _ of KINDS) servers[side]!.push(await bench.start(of));
    await sleep(SETTLE_S * 1000);
    const filled: (Filled | undefined)[][] = sides.map(() => []);
    for (const [i, kind] of KINDS.entries()) {
      for (const [side, each] of servers.entries()) filled[side]!.push(await fillWith(kind, each[i]!, bench.plan.keys));
    }
    await sleep(SETTLE_S * 1000);
    return filled.map((row, side) => row.map((each, i) => each && growthOf(each, servers[side]![i]!)));
  } finally {
    await Promise.all(servers.flat().map((server) => server.stop()));
  }
}

/** Resident memory in bytes before the keys came, and by how much it had grown when they were there. */
interface Filled {
  readonly before: number;
  readonly atOnce: number;
}

function growthOf({ before, atOnce }: Filled, server: BenchServer): Growth {
  return { atOnce, settled: resident(server.pid) - before };
}

async function fillWith({ request }: Kind, server: BenchServer, keys: number): Promise<Filled | undefined> {
  if (!(await knows(server, [request('', 0)[0]!]))) return undefined;
  const before = resident(server.pid);
  await send(server.port, 0, keys, (index) => request(keyAt(index), index));
  await requireKeys(server.port, keys);
  return { before, atOnce: resident(server.pid) - before };
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
