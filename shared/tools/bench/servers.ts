import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import { freePort, startProcess, type ServerProcess } from '../../../tests/harness/process.ts';
import { stageCommand } from '../stage.ts';
import { ask } from './connection.ts';
import type { BenchTest } from './tests.ts';

/** A server as redis.conf would describe it: options by name. By default it writes nothing to disk. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Starts a stage, or redis-server, in the folder given, else in a new one. Resolves when it has loaded its data.
 * `preload`: the URL of a module that a stage's process loads before the stage.
 */
export type Start = (kind: Stage | 'redis', settings?: Settings, dir?: string, preload?: string) => Promise<BenchServer>;

export interface BenchServer extends ServerProcess {
  /** Its working directory. */
  readonly dir: string;
}

const NO_PERSISTENCE: Settings = { save: '', appendonly: 'no' };
/** The stages in which options came that the bench sets for every server. */
const SINCE: Readonly<Record<string, string>> = { save: '06', appendonly: '07' };
/** Loading may take so long. */
const READY_MS = 120_000;

/** Lets `use` start servers on free ports; then stops them all, and removes their folders. */
export async function withStarter<T>(use: (start: Start) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'bench-'));
  const servers: ServerProcess[] = [];
  const start: Start = async (kind, settings = {}, dir = mkdtempSync(join(root, 'server-')), preload = undefined) => {
    const port = await freePort();
    const command = kind === 'redis' ? ['redis-server', '--bind', '127.0.0.1'] : stageCommand(kind);
    if (kind !== 'redis' && preload !== undefined) command.splice(-1, 0, '--import', preload);
    const argv = [...command, '--port', String(port), ...serverFlags(kind, settings)];
    const server = await startProcess({ argv, port, cwd: dir, readyMs: READY_MS });
    servers.push(server);
    return { ...server, dir };
  };
  try {
    return await use(start);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(root, { recursive: true, force: true });
  }
}

/** Starts the stage and redis-server on free ports, neither of them writing to disk, runs `use`, and stops both. */
export async function withServers<T>(
  stage: Stage,
  use: (servers: { stage: ServerProcess; redis: ServerProcess }) => Promise<T>,
): Promise<T> {
  return withStarter(async (start) => use({ stage: await start(stage), redis: await start('redis') }));
}

/** The flags that give a server these settings; a stage gets only the options that it has. */
export function serverFlags(kind: Stage | 'redis', settings: Settings = {}): string[] {
  const all = Object.entries({ ...NO_PERSISTENCE, ...settings });
  const known = all.filter(([name]) => kind === 'redis' || kind.number >= (SINCE[name] ?? '01'));
  return known.flatMap(([name, value]) => [`--${name}`, value]);
}

/** Splits tests into those whose commands the server has, and those that need more. */
export async function knownTests(server: ServerProcess, tests: readonly BenchTest[]) {
  const known: BenchTest[] = [];
  const unknown: BenchTest[] = [];
  for (const test of tests) {
    const names = [test, ...(test.fills ?? [])].map(({ command }) => command[0]!);
    ((await knows(server, names)) ? known : unknown).push(test);
  }
  return { known, unknown };
}

/** Whether the server has all commands of these names. */
export async function knows(server: ServerProcess, names: readonly string[]): Promise<boolean> {
  const rows = await ask(server.port, 'COMMAND', 'INFO', ...names);
  return Array.isArray(rows) && rows.length === names.length && rows.every((row) => row !== null);
}
