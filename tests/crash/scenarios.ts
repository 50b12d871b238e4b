import { ask } from './connection.ts';

export const POLICIES = ['always', 'everysec', 'no'] as const;
export type Policy = (typeof POLICIES)[number];

/** What the server is doing when it is killed. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The first stage that can do it. */
  readonly since: string;
  /** Whether there is an append-only file; without one, only the last dump comes back. */
  readonly aof: boolean;
  /** Further flags of the server. */
  readonly flags?: readonly string[];
  /** A command sent under load, some ms before the kill. */
  readonly command?: string;
  /** Whether there is more data, so that a save takes its time. */
  readonly filled: boolean;
  /** The kill comes at most so long after the load's beginning, or after the command. */
  readonly withinMs: number;
}

/** The scenarios that kill one server. `full-sync` and `torn-tail` have files of their own. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'plain', title: 'under load', since: '07', aof: true, filled: false, withinMs: 400 },
  {
    name: 'bgsave',
    title: 'during BGSAVE',
    since: '07',
    aof: true,
    command: 'BGSAVE',
    filled: true,
    withinMs: 400,
  },
  {
    name: 'rewrite',
    title: 'during BGREWRITEAOF',
    since: '07',
    aof: true,
    command: 'BGREWRITEAOF',
    filled: true,
    withinMs: 400,
  },
  {
    name: 'auto-rewrite',
    title: 'while the file is rewritten again and again',
    since: '07',
    aof: true,
    flags: ['--auto-aof-rewrite-percentage', '1', '--auto-aof-rewrite-min-size', '16kb'],
    filled: true,
    withinMs: 600,
  },
  {
    name: 'rdb',
    title: 'during BGSAVE, without an append-only file',
    since: '06',
    aof: false,
    command: 'BGSAVE',
    filled: true,
    withinMs: 400,
  },
];

/** The flags of a scenario's server. */
export function flagsOf({ aof, flags = [] }: Scenario, policy: Policy): string[] {
  const append = aof ? ['--appendonly', 'yes', '--appendfsync', policy] : [];
  return ['--save', '', ...append, ...flags];
}

const FILLER_KEYS = 2_000;
const FILLER_BYTES = 2_000;

/** Keys that no client changes: the n-th one's value is the same in each run. */
export function fillerValue(n: number): string {
  return `${n} `.repeat(FILLER_BYTES / `${n} `.length);
}

/** Writes the filler, and turns on slow saves where the server has that option (Redis, for its own tests). */
export async function fill(port: number): Promise<void> {
  const keys = Array.from({ length: FILLER_KEYS }, (_, n) => ['SET', `filler:${n}`, fillerValue(n)]);
  await ask(port, keys);
  await saveSlowly(port);
}

/** `rdb-key-save-delay`, in µs for each key, until the process ends. A server that doesn't know it says so. */
export async function saveSlowly(port: number): Promise<void> {
  await ask(port, [['CONFIG', 'SET', 'rdb-key-save-delay', '20']]);
}

/** How many keys of the filler are not as they were written. */
export function damagedFiller(others: ReadonlyMap<string, unknown>): number {
  const right = Array.from({ length: FILLER_KEYS }, (_, n) => others.get(`filler:${n}`) === fillerValue(n));
  return right.filter((one) => !one).length;
}
