import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../harness/client.ts';
import type { RunningServer, Target } from '../harness/target.ts';
import { readDataset, type Dataset } from './dataset.ts';

export const DUMP = 'dump.rdb';

/** A server that runs in a folder with a dump, and a client of it. */
export interface DumpServer {
  readonly server: RunningServer;
  readonly client: Client;
  readonly path: string;
  read(): Promise<Dataset>;
  /** The server's end; its folder too, unless `keepDir`. */
  stop(keepDir?: boolean): Promise<void>;
}

/** Starts a server on these bytes (none: an empty one) or on a folder. @throws Error when it refuses to start */
export async function startOn(
  target: Target,
  from: { bytes?: string; dir?: string } = {},
  flags: readonly string[] = [],
): Promise<DumpServer> {
  const dir = from.dir ?? mkdtempSync(join(tmpdir(), 'redis-test-'));
  const path = join(dir, DUMP);
  if (from.bytes !== undefined) writeFileSync(path, from.bytes, 'latin1');
  const own = target.kind === 'redis' ? [] : ['--dir', dir, '--save', '', '--enable-debug-command', 'yes'];
  const server = await target.start([...own, ...flags], { dir });
  const client = await Client.open(server.host, server.port);
  return {
    server,
    client,
    path,
    read: () => readDataset(client),
    async stop(keepDir = false) {
      await client.close();
      await server.stop(keepDir);
    },
  };
}

/** How a start ended that should not have succeeded. */
export interface Refusal {
  /** `ended with exit code 1`, or that it runs. */
  readonly ending: string;
  readonly output: string;
  /** Whether the file is what it was, to the byte and the time of its last change. */
  readonly untouched: boolean;
}

/** Starts a server on a dump that it should refuse. */
export async function refusal(target: Target, bytes: string, flags: readonly string[] = []): Promise<Refusal> {
  const dir = mkdtempSync(join(tmpdir(), 'redis-test-'));
  const path = join(dir, DUMP);
  writeFileSync(path, bytes, 'latin1');
  const before = statSync(path, { bigint: true }).mtimeNs;
  try {
    let failure = 'it started\n';
    try {
      const started = await startOn(target, { dir }, flags);
      await started.stop(true);
    } catch (error) {
      failure = (error as Error).message;
    }
    const untouched = readFileSync(path, 'latin1') === bytes && statSync(path, { bigint: true }).mtimeNs === before;
    const ending = /ended (with exit code \d+|by \w+)/.exec(failure)?.[0] ?? failure.split('\n')[0]!;
    return { ending, output: failure, untouched };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
