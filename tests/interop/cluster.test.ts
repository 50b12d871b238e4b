import { spawn, spawnSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { freePort } from '../harness/process.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { until } from '../harness/time.ts';
import { buildDataset, diffDatasets, readDataset, typesOf, type Dataset } from './dataset.ts';
import { hasRedis } from './servers.ts';

/** `docs/outgrowing-one-machine.md`: the data of the last stage move into a cluster of real servers while clients write. */

const seed = chooseSeed();
const last = builtStages().at(-1)!;
const able = hasRedis('the move into a cluster was not tried') && last.number >= '09';
const started: RunningServer[] = [];
const clients: Client[] = [];
const SCRIPT = ['--import', 'tsx', 'shared/tools/move-to-cluster.ts'];

afterAll(async () => {
  for (const client of clients) await client.close();
  for (const server of started) await server.stop();
});

test.skipIf(!able)(`everything arrives, what clients write until they are held as well, SEED=${seed}`, async () => {
  const source = await start(last.number, '--save', '', '--rdb-version', '10');
  const a = await open(source);
  await buildDataset(a, createRng(seed), { types: typesOf(last.number), keys: 500, databases: [0] });
  const nodes = await startCluster();
  const counters = await Promise.all([0, 1, 2, 3].map(async (at) => startCounter(await open(source), `counter:${at}`)));
  await until(() => counters.every(({ acknowledged }) => acknowledged > 20), 'some writes');

  expect(await move(source.port, nodes[0]!.port)).toMatch(/^(\d+) keys copied; the cluster holds \1\. /);
  // On a busy machine it may take longer to read everything than the program has paused the writers for.
  await a.expect('CLIENT', 'PAUSE', '100000', 'WRITE').ok();
  const before = await readDataset(a);
  const counts = counters.map(({ acknowledged }) => acknowledged);
  const after: Dataset = new Map([[0, new Map()]]);
  for (const node of nodes) for (const [key, state] of (await readDataset(await open(node), 1)).get(0) ?? []) after.get(0)!.set(key, state);
  expect([...before.keys()]).toEqual([0]);
  expect(after.get(0)!.size).toBe(before.get(0)!.size);
  expect(diffDatasets(before, after, { consumerTimes: false })).toEqual([]);
  for (const [at, count] of counts.entries()) expect(after.get(0)!.get(`counter:${at}`)?.value).toBe(String(count));

  // The writers are still paused: the server ends before it has answered them.
  await source.process!.kill();
  expect(counters.map(({ acknowledged }) => acknowledged)).toEqual(counts);
  expect(await move(source.port, nodes[0]!.port)).toContain(`nobody answers on port ${source.port}`);
}, 120_000);

test.skipIf(!able)('it refuses what a cluster cannot hold', async () => {
  const [source, cluster] = [await start(last.number, '--save', ''), started.find(({ port }) => port === clusterPort)!];
  const a = await open(source);
  await a.expect('SELECT', '3').ok();
  await a.expect('SET', 'k', 'v').ok();
  expect(await move(source.port, cluster.port)).toContain('a cluster has database 0 alone');
  await a.expect('FLUSHALL').ok();
  expect(await move(source.port, cluster.port)).toContain('the cluster is not empty');
}, 60_000);

let clusterPort = 0;

/** Three servers that share the slots. */
async function startCluster(): Promise<RunningServer[]> {
  const nodes: RunningServer[] = [];
  for (let at = 0; at < 3; at++) {
    nodes.push(await start('redis', '--save', '', '--cluster-enabled', 'yes', '--cluster-port', String(await freePort())));
  }
  clusterPort = nodes[0]!.port;
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const { stdout, status } = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { encoding: 'utf8' });
  expect(status, stdout).toBe(0);
  for (const node of nodes) {
    const client = await open(node);
    await until(async () => /cluster_state:ok/.test(String(await client.send('CLUSTER', 'INFO'))), 'the cluster');
  }
  return nodes;
}

/** @returns what the program prints */
async function move(from: number, to: number): Promise<string> {
  const child = spawn(process.execPath, [...SCRIPT, String(from), String(to)], { cwd: PROJECT_ROOT });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code === 0, output).toBe(output.includes('copied'));
  return output;
}

/** Counts until the connection ends. */
function startCounter(client: Client, key: string): { readonly acknowledged: number } {
  const counter = { acknowledged: 0 };
  void (async () => {
    for (;;) {
      const reply = await client.send('INCR', key);
      if (typeof reply !== 'number') return;
      counter.acknowledged = reply;
    }
  })().catch(() => {});
  return counter;
}

async function start(kind: string, ...flags: string[]): Promise<RunningServer> {
  const server = await parseTarget(kind).start(flags);
  started.push(server);
  return server;
}

async function open({ host, port }: RunningServer): Promise<Client> {
  const client = await Client.open(host, port);
  clients.push(client);
  return client;
}
