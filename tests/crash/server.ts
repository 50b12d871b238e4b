import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { builtStages, findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { stageCommand } from '#shared/tools/stage.ts';
import { startProcess, type ServerProcess } from '../harness/process.ts';
import { startOf } from '../harness/target.ts';
import { until } from '../harness/time.ts';
import { recordOf, SYNCED_SIZES } from './power-cut.ts';

/** What is killed: a stage, or real Redis. */
export interface Victim {
  /** `stage 07` or `redis`. */
  readonly name: string;
  /** The stage's number, or null. */
  readonly stage: string | null;
  /** The words that start it. */
  readonly argv: readonly string[];
  /** Flags that it always gets. */
  readonly flags: readonly string[];
}

/** Whether real Redis is on the PATH. */
export const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;

/** The number of the oldest of these stages: the load leaves out what it does not know. Real Redis knows everything. */
export function knownTo(...victims: readonly Victim[]): string {
  const stages = victims.flatMap(({ stage }) => stage ?? []);
  return stages.sort()[0] ?? builtStages().at(-1)!.number;
}

/** What the checkers of Redis 7.0 can read. */
const CHECKABLE = ['--rdb-version', '10'];

/** Reads `redis`, a stage's number or its folder. @throws Error when nothing can be started there */
export function parseVictim(description: string): Victim {
  if (description === 'redis') {
    const flags = ['--bind', '127.0.0.1', '--enable-debug-command', 'yes'];
    return { name: 'redis', stage: null, argv: ['redis-server'], flags };
  }
  const stage = findStage(basename(description));
  const dir = /^[\w-]+$/.test(description) && stage ? resolve(PROJECT_ROOT, stage.dir) : resolve(description);
  if (!stage || !existsSync(join(dir, 'main.ts'))) throw new Error(`no stage in '${description}', and it is not redis`);
  const argv = dir === resolve(PROJECT_ROOT, stage.dir) ? startOf(stage) : stageCommand(stage, resolve(dir, '../..'));
  return { name: `stage ${stage.number}`, stage: stage.number, argv, flags: CHECKABLE };
}

/** The same stage, with a record kept of what it has synced. @throws Error for real Redis, which is no Node program */
export function withRecord(victim: Victim): Victim {
  if (victim.stage === null) throw new Error('what redis has synced cannot be recorded: a power cut needs a stage');
  return { ...victim, argv: withModule(victim.argv, new URL('record-syncs.ts', import.meta.url)) };
}

/** The words that start a stage, with a module of TypeScript that it loads first. */
export function withModule(argv: readonly string[], module: URL): string[] {
  const main = argv.at(-1)!;
  // A compiled stage starts without tsx.
  const tsx = main.endsWith('.js') ? ['--import', import.meta.resolve('tsx')] : [];
  return [...argv.slice(0, -1), ...tsx, '--import', module.href, main];
}

/** Starts it in a folder. @throws Error with its output when it ends, or does not answer PING in 20 s */
export function start(victim: Victim, port: number, dir: string, flags: readonly string[]): Promise<ServerProcess> {
  const argv = [...victim.argv, ...victim.flags, '--port', String(port), '--dir', dir, ...flags];
  return startProcess({ argv, port, cwd: dir, env: { [SYNCED_SIZES]: recordOf(dir) } });
}

/**
 * SIGKILL for the server and for the children that it has forked: a power cut ends all of them.
 * @returns when the server was killed (`performance.now()`)
 */
export async function powerOff(server: ServerProcess): Promise<number> {
  // Stopped, it cannot fork another one meanwhile.
  server.signal('SIGSTOP');
  const children = childrenOf(server.pid);
  const killedAt = performance.now();
  const gone = server.kill();
  for (const pid of children) endChild(pid);
  await gone;
  await until(() => children.every((pid) => !isRunning(pid)), 'the children of the server to end');
  return killedAt;
}

/** The process's children, from /proc; none on a system without it. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
      const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
      return text.split(' ').filter(Boolean).map(Number);
    });
  } catch {
    return [];
  }
}

function endChild(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
