import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '#shared/manifest.ts';
import { ToolError } from '../../tool-error.ts';
import { keyAt, requireKeys, send } from '../memory.ts';
import { residentBytes } from '../process-usage.ts';
import { knows } from '../servers.ts';
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
  rounds: 5,
  keys: 100_000,
  async run(bench) {
    const { stage, plan, progress } = bench;
    const rows: string[][] = [['growth, MiB', 'stage', 'redis', 'ratio', 'target', 'next: stage', 'redis', 'ratio']];
    for (const kind of KINDS) {
      const ours: Growth[] = [];
      const theirs: Growth[] = [];
      for (let round = 0; round < plan.rounds; round++) {
        const growth = await measure(bench, stage, kind);
        if (growth === undefined) break;
        ours.push(growth);
        theirs.push((await measure(bench, 'redis', kind))!);
      }
      if (ours.length === 0) continue;
      rows.push(growthRow(kind.name, ours, theirs));
      progress(`${kind.name}: ${rows.at(-1)!.slice(1, 4).join(' ')}`);
    }
    return { setting: settingOf(plan.keys), tables: [{ rows, notes: NOTES }] };
  },
};

function settingOf(keys: number): string {
  const count = keys.toLocaleString('en-US');
  return (
    `For each kind and round both servers start anew and get ${count} keys, one request for each, 1,000 in a ` +
    `pipeline; a second later the resident memory (VmRSS) is read, and the growth since the start counts. "next" is ` +
    `the growth by ${count} further keys.`
  );
}

const NOTES =
  'Lower ratios are better for the stage. Nothing makes V8 collect garbage before its memory is read: no server ' +
  'does that for its operator. So the first figure of a stage holds, beside the values, what any traffic costs once: ' +
  "V8's young generation grows to its working size, some 10 to 20 MiB. The next keys find it grown; in their figure " +
  'garbage of the first ones may have been collected.';

/** Resident memory in bytes that the first keys took, and as many further ones. */
export interface Growth {
  readonly first: number;
  readonly next: number;
}

/** A line of the table: medians of the rounds. */
export function growthRow(name: string, ours: readonly Growth[], theirs: readonly Growth[]): string[] {
  const cells = (of: (growth: Growth) => number): string[] => {
    const [a, b] = [median(ours.map(of)), median(theirs.map(of))];
    return [mebibytes(a), mebibytes(b), (a / b).toFixed(2)];
  };
  return [name, ...cells(({ first }) => first), `≤ ${TARGET.toFixed(2)}`, ...cells(({ next }) => next)];
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

const SETTLE_MS = 1_000;

/** On a server just started. @returns undefined when that does not know the kind's command */
async function measure(bench: ScenarioBench, of: Stage | 'redis', { request }: Kind): Promise<Growth | undefined> {
  const { keys } = bench.plan;
  const server = await bench.start(of);
  const fill = async (first: number): Promise<number> => {
    await send(server.port, first, first + keys, (index) => request(keyAt(index), index));
    await requireKeys(server.port, first + keys);
    await sleep(SETTLE_MS);
    return resident(server.pid);
  };
  try {
    if (!(await knows(server, [request('', 0)[0]!]))) return undefined;
    await sleep(SETTLE_MS);
    const before = resident(server.pid);
    const afterFirst = await fill(0);
    return { first: afterFirst - before, next: (await fill(keys)) - afterFirst };
  } finally {
    await server.stop();
  }
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
