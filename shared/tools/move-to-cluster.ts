import { Cluster, Redis } from 'ioredis';
import { runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

const HELP = `
npx tsx shared/tools/move-to-cluster.ts 7001 7101

Copies all keys of the server on port 7001 into the cluster that has a node on port 7101. Writers of the server wait
meanwhile, and half a minute longer: time to end it, and to give them the address of the cluster. The cluster has to be
empty, and the server has to have all its keys in database 0, the only one that a cluster has.
`;

/** So long writers wait after the last batch, or when this program is killed; ms. */
const PAUSE_MS = 30_000;
const BATCH_KEYS = 500;

/** @throws ToolError when no reply comes */
async function connectTo(server: Redis | Cluster, port: number): Promise<void> {
  await server.connect().catch((error: Error) => {
    throw new ToolError(`nobody answers on port ${port}: ${error.message}`);
  });
}

/** @returns how many keys were copied; keys that expired during the copy are not counted */
async function copyAll(source: Redis, cluster: Cluster): Promise<number> {
  let copied = 0;
  let cursor = '0';
  do {
    // Again for each batch: a pause under way is made longer, never shorter.
    await source.client('PAUSE', PAUSE_MS, 'WRITE');
    const [next, keys] = await source.scanBuffer(cursor, 'COUNT', BATCH_KEYS);
    const done = await Promise.all(keys.map((key) => copy(source, cluster, key)));
    copied += done.filter(Boolean).length;
    cursor = next.toString();
  } while (cursor !== '0');
  return copied;
}

/** @returns false when the key is not there any more */
async function copy(source: Redis, cluster: Cluster, key: Buffer): Promise<boolean> {
  const [payload, deadline] = await Promise.all([source.dumpBuffer(key), source.pexpiretime(key)]);
  if (payload === null) return false;
  // ABSTTL: the deadline is Unix time in ms, 0 for none. REPLACE: SCAN may name a key twice.
  await cluster.restore(key, Math.max(0, deadline), payload, 'REPLACE', 'ABSTTL');
  return true;
}

async function countKeys(cluster: Cluster): Promise<number> {
  const counts = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function main(from: number, to: number): Promise<void> {
  const host = '127.0.0.1';
  // A connection that breaks ends the move: half a copy is no good.
  const source = new Redis({ host, port: from, lazyConnect: true, retryStrategy: () => null });
  const cluster = new Cluster([{ host, port: to }], { lazyConnect: true, clusterRetryStrategy: () => null });
  // What breaks is reported by the command that fails.
  source.on('error', () => {});
  cluster.on('error', () => {});
  try {
    await connectTo(source, from);
    await connectTo(cluster, to);
    const databases = await source.info('keyspace');
    if (/^db[1-9]/m.test(databases)) throw new ToolError('a cluster has database 0 alone, and there are keys in others');
    const before = await countKeys(cluster);
    if (before > 0) throw new ToolError(`the cluster is not empty: it holds ${before} keys`);
    const copied = await copyAll(source, cluster);
    console.log(`${copied} keys copied; the cluster holds ${await countKeys(cluster)}. Writers wait for ${PAUSE_MS / 1000} s more.`);
  } finally {
    source.disconnect();
    cluster.disconnect();
  }
}

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const ports = argv.map(Number);
    const [from, to] = ports;
    if (ports.length !== 2 || !from || !to) throw new ToolError('two ports are wanted: that of the server, and that of a node of the cluster');
    await main(from, to);
    return 0;
  },
});
