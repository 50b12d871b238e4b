import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import { freePort, startProcess, type ServerProcess } from '../../../tests/harness/process.ts';
import { stageCommand } from '../stage.ts';
import { ask } from './connection.ts';
import type { BenchTest } from './tests.ts';

const NO_PERSISTENCE = ['--save', '', '--appendonly', 'no'];

/** Starts the stage and redis-server on free ports, neither of them writing to disk, runs `use`, and stops both. */
export async function withServers<T>(
  stage: Stage,
  use: (servers: { stage: ServerProcess; redis: ServerProcess }) => Promise<T>,
): Promise<T> {
  const cwd = mkdtempSync(join(tmpdir(), 'bench-'));
  const servers: ServerProcess[] = [];
  const start = async (command: readonly string[], flags: readonly string[]) => {
    const port = await freePort();
    const server = await startProcess({ argv: [...command, '--port', String(port), ...flags], port, cwd });
    servers.push(server);
    return server;
  };
  try {
    const ours = await start(stageCommand(stage), persistenceFlags(stage));
    const redis = await start(['redis-server'], ['--bind', '127.0.0.1', ...NO_PERSISTENCE]);
    return await use({ stage: ours, redis });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** Splits tests into those whose commands the server has, and those that need more. */
export async function knownTests(server: ServerProcess, tests: readonly BenchTest[]) {
  const known: BenchTest[] = [];
  const unknown: BenchTest[] = [];
  for (const test of tests) {
    const names = [test.command[0]!, ...(test.fill ? [test.fill.command[0]!] : [])];
    ((await knows(server, names)) ? known : unknown).push(test);
  }
  return { known, unknown };
}

/** Whether the server has all commands of these names. */
export async function knows(server: ServerProcess, names: readonly string[]): Promise<boolean> {
  const rows = await ask(server.port, 'COMMAND', 'INFO', ...names);
  return Array.isArray(rows) && rows.length === names.length && rows.every((row) => row !== null);
}

/** `save` comes with stage 06, `appendonly` with stage 07. */
function persistenceFlags({ number }: Stage): readonly string[] {
  if (number < '06') return [];
  return number === '06' ? NO_PERSISTENCE.slice(0, 2) : NO_PERSISTENCE;
}
