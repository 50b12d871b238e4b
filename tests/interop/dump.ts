import { mkdtempSync, writeFileSync } from 'node:fs';
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
  /** Stops the server, and removes its folder unless `keepDir`. */
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
