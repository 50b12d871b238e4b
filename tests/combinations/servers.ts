import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReplyError } from '#shared/resp/reply.ts';
import { Client } from '../harness/client.ts';
import { info } from '../harness/persistence.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { until } from '../harness/time.ts';
import type { Node } from '../links/servers.ts';

/** A server whose folder can be looked into, and that can lose its power. */
export interface Durable extends Node {
  readonly kind: string;
  readonly dir: string;
  /** SIGKILL, and a new start in the same folder with the same flags: as a primary, from what stands on disk. */
  restart(): Promise<void>;
}

/** No pings, which would move the offset of a primary without writes; a full sync begins at once. */
const COMMON = ['--repl-ping-replica-period', '3600', '--repl-diskless-sync-delay', '0'];

/** Rewrites happen only by BGREWRITEAOF. */
export const WITH_AOF = ['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];

/**
 * Starts a server: `redis`, or a stage by number or folder. A stage writes RDB files that real Redis 7.0 can read too.
 * @param dir where to start, with what lies there; else a new folder. It goes when the server is stopped.
 */
export async function startDurable(kind: string, flags: readonly string[] = [], dir?: string): Promise<Durable> {
  const target = parseTarget(kind);
  const own = target.kind === 'redis' ? [] : ['--save', '', '--rdb-version', '10'];
  const given = [...COMMON, ...own, ...flags];
  let server: RunningServer = await target.start(given, dir === undefined ? {} : { dir });
  let client = await Client.open(server.host, server.port);
  return {
    kind,
    dir: server.dir,
    get name() {
      return `${target.name} on ${server.port}`;
    },
    get port() {
      return server.port;
    },
    get client() {
      return client;
    },
    info: (section = 'replication') => info(client, section),
    async follow(port) {
      const reply = await client.send('REPLICAOF', ...(port === null ? ['NO', 'ONE'] : ['127.0.0.1', port]));
      if (reply instanceof ReplyError) throw new Error(`${target.name}: REPLICAOF: ${reply.message}`);
    },
    output: () => server.process!.output(),
    async restart() {
      await logWritten(client);
      client.destroy();
      await server.process!.kill();
      server = await target.start(given, { dir: server.dir });
      client = await Client.open(server.host, server.port);
    },
    async stop() {
      await client.close();
      await server.stop();
    },
  };
}

/** Starts a server from a copy of what another one has on disk: its append-only files, or its dump. */
export async function startFrom(kind: string, source: string, part: 'appendonlydir' | 'dump.rdb'): Promise<Durable> {
  const dir = mkdtempSync(join(tmpdir(), 'redis-test-'));
  if (!existsSync(join(source, part))) throw new Error(`there is no ${part} in ${source}`);
  cpSync(join(source, part), join(dir, part), { recursive: true });
  try {
    return await startDurable(kind, part === 'appendonlydir' ? WITH_AOF : [], dir);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Waits until the kernel has all of the append-only file: under `everysec` a write may wait for a sync to end. */
export function logWritten(client: Client): Promise<boolean> {
  return until(async () => Number((await info(client))['aof_buffer_length'] ?? 0) === 0, 'the AOF to be written');
}
