import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServerProcess } from '../harness/process.ts';
import { until } from '../harness/time.ts';
import { ask } from './connection.ts';
import { start, type Victim } from './server.ts';

/** A primary or a replica, over all its starts. */
export interface Node {
  readonly victim: Victim;
  readonly dir: string;
  readonly port: number;
  server: ServerProcess | null;
}

const SYNC_MS = 30_000;

export async function newNode(victim: Victim): Promise<Node> {
  return { victim, dir: mkdtempSync(join(tmpdir(), 'crash-node-')), port: await freePort(), server: null };
}

/** Starts it in its folder, as a primary that begins a sync at once. */
export async function startNode(node: Node, flags: readonly string[]): Promise<void> {
  node.server = await start(node.victim, node.port, node.dir, flags);
  // Redis waits five seconds for further replicas before it begins a sync.
  await ask(node.port, [['CONFIG', 'SET', 'repl-diskless-sync-delay', '0']]);
}

/** Makes `replica` follow `primary`, and waits until the primary knows it. */
export async function follow(replica: Node, primary: Node): Promise<void> {
  await ask(replica.port, [['REPLICAOF', '127.0.0.1', String(primary.port)]]);
  await until(async () => (await info(primary)).includes('slave0:'), 'the replica to ask for a sync', SYNC_MS);
}

/** Waits until the replica has all that its primary has. */
export async function inSync(replica: Node, primary: Node): Promise<void> {
  await until(async () => {
    const [ours, theirs] = [await info(primary), await info(replica)];
    const offset = /master_repl_offset:(\d+)/.exec(ours)?.[1];
    return theirs.includes('master_link_status:up') && /slave_repl_offset:(\d+)/.exec(theirs)?.[1] === offset;
  }, 'the replica to be in sync', SYNC_MS);
}

export async function isLinked(replica: Node): Promise<boolean> {
  return (await info(replica)).includes('master_link_status:up');
}

/** A section of INFO. */
export async function info({ port }: Node, section = 'replication'): Promise<string> {
  const [text] = await ask(port, [['INFO', section]]);
  return String(text);
}
