import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { ReplyError as RedisError } from '#shared/resp/reply.ts';
import { Client } from '../harness/client.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { startLoad, type Load } from '../links/load.ts';
import { openProxy, type Proxy } from '../links/proxy.ts';
import { replicaView } from '../links/replica-view.ts';
import { linkUp, settled, startNode, type Node } from '../links/servers.ts';
import { buildDataset, diffDatasets, readDataset, typesOf } from './dataset.ts';
import { hasRedis } from './servers.ts';

/**
 * Replication between the last built stage and real Redis, in all pairings: full syncs of a rich dataset in both forms
 * while clients write, partial syncs after a cut, promotion, chains. Whole datasets are compared by value and deadline.
 */

const seed = chooseSeed();
const last = builtStages().filter(({ number }) => number >= '08').at(-1);
const stage = last?.dir;
const number = last?.number ?? '08';
const types = typesOf(number);
const redis = hasRedis('replication between it and the stages was not tried') ? 'redis' : undefined;
const kinds = [stage, redis].filter((kind) => kind !== undefined);

/** The longest life of the load's short-lived keys, and a little more. */
const SHORT_LIVES_MS = 300;

for (const primary of kinds) {
  for (const replica of kinds) {
    describe(`${primary} as the primary of ${replica}, SEED=${seed}`, () => pairing(primary, replica));
  }
}

function pairing(above: string, below: string): void {
  for (const form of ['with a length', 'with an EOF mark'] as const) {
    test(`a full sync of a rich dataset ${form}, while clients write`, async () => {
      const diskless = form === 'with a length' ? 'no' : 'yes';
      const [primary, replica] = await take(above, below);
      await primary.client.expect('CONFIG', 'SET', 'repl-diskless-sync', diskless).ok();
      const before = await counters(primary);
      const rich = { types, keys: 200, databases: [0, 1, 13, 14, 15], prefix: 'rich:' };
      await buildDataset(primary.client, createRng(seed), rich);
      // The data that a replica held before are gone after the sync.
      await buildDataset(replica.client, createRng(seed + 1), { types, keys: 30, prefix: 'old:' });
      const writing = await load(primary.port);
      await replica.follow(primary.port);
      await linkUp(replica);
      await until(async () => (await primary.info())['connected_slaves'] === '1', 'the primary to know the replica');
      await writing.stop();
      await equal(primary, [replica]);
      expect((await counters(primary)).full).toBe(before.full + 1);
    }, 60_000);
  }

  test('large values and many keys', async () => {
    const [primary, replica] = await take(above, below);
    const rng = createRng(seed);
    await primary.client.send('SET', 'compressible', 'abc'.repeat(700_000));
    await primary.client.send('SET', 'random', rng.bytes(1_000_000));
    for (let from = 0; from < 10_000; from += 1_000) {
      const pairs = Array.from({ length: 1_000 }, (_, n) => [`key:${from + n}`, String(from + n)]).flat();
      await primary.client.send('MSET', ...pairs);
      // Number and key in turn: scores and members.
      if (types.includes('zset')) await primary.client.send('ZADD', 'board', ...[...pairs].reverse());
      await primary.client.send('RPUSH', 'list', ...pairs);
    }
    await replica.follow(primary.port);
    await linkUp(replica);
    await equal(primary, [replica]);
  }, 60_000);

  test('a partial sync after a cut, with what was written meanwhile', async () => {
    const { primary, replica, proxy, syncs } = await linked(above, below);
    await buildDataset(primary.client, createRng(seed), { types, keys: 60 });
    proxy.open(false);
    proxy.cut();
    await until(async () => (await replica.info())['master_link_status'] === 'down', 'the link to be down');
    await buildDataset(primary.client, createRng(seed + 1), { types, keys: 60, prefix: 'meanwhile:' });
    proxy.open(true);
    await linkUp(replica);
    await equal(primary, [replica]);
    expect(await syncs(primary)).toEqual({ full: 0, partial: 1, refused: 0 });
    expect(proxy.seen).toMatchObject({ continued: 1 });
  }, 60_000);

  test('a full sync where the backlog does not reach', async () => {
    const { primary, replica, proxy, syncs } = await linked(above, below, 16_384);
    proxy.open(false);
    proxy.cut();
    for (let n = 0; n < 100; n++) await primary.client.send('SET', `k${n}`, 'x'.repeat(1_000));
    proxy.open(true);
    await linkUp(replica);
    await equal(primary, [replica]);
    expect(await syncs(primary)).toEqual({ full: 1, partial: 0, refused: 1 });
  }, 60_000);

  test('promotion: the old primary returns as a replica, and goes on by a partial sync', async () => {
    const { primary, replica, syncs } = await linked(above, below);
    await buildDataset(primary.client, createRng(seed), { types, keys: 60 });
    await settled(primary, [replica]);
    await replica.follow(null);
    const writing = await load(replica.port);
    await primary.follow(replica.port);
    await linkUp(primary);
    await sleep(100);
    await writing.stop();
    await equal(replica, [primary]);
    expect(await syncs(replica)).toEqual({ full: 0, partial: 1, refused: 0 });
    expect((await replica.info())['master_replid2']).toBe((await primary.info())['master_replid2']);
  }, 60_000);

  test('FAILOVER while clients write: they change places without a full sync, and lose no write', async () => {
    const { primary, replica, syncs } = await linked(above, below);
    await buildDataset(primary.client, createRng(seed), { types, keys: 60 });
    const counters = [0, 1, 2, 3].map((at) => countUntilReadonly(primary.port, `counter:${at}`));
    await until(async () => Number(await primary.client.send('GET', 'counter:0')) > 50, 'some writes');
    const online = new RegExp(`port=${replica.port},state=online`);
    await until(async () => online.test(String((await primary.info())['slave0'])), 'the replica to be online');
    await primary.client.expect('FAILOVER', 'TO', '127.0.0.1', replica.port).ok();
    const counts = await Promise.all(counters);
    await linkUp(primary);
    await equal(replica, [primary]);
    for (const [at, count] of counts.entries()) await replica.client.expect('GET', `counter:${at}`).bulk(String(count));
    expect(await syncs(replica)).toEqual({ full: 0, partial: 1, refused: 0 });
    expect(await primary.info()).toMatchObject({ role: 'slave', master_failover_state: 'no-failover' });
    expect((await replica.info())['role']).toBe('master');
  }, 60_000);

  test('WAIT, ROLE and INFO on both ends', async () => {
    const { primary, replica } = await linked(above, below);
    await primary.client.expect('SET', 'k', 'v').ok();
    await primary.client.expect('WAIT', '1', '5000').int(1);
    await replica.client.expect('GET', 'k').bulk('v');
    await replica.client.expect('SET', 'k', 'w').errorLike(/^READONLY /);
    const [first, second] = [await primary.info(), await replica.info()];
    expect(first['slave0']).toContain(`ip=127.0.0.1,port=${replica.port},state=online,offset=`);
    expect(second).toMatchObject({ role: 'slave', master_replid: first['master_replid'], master_link_status: 'up' });
  }, 60_000);
}

describe.skipIf(kinds.length === 0)(`chains, SEED=${seed}`, () => {
  const [one = '', other = one] = kinds;
  const chains = one === other ? [[one, one, one]] : [[one, other, one], [other, one, other]];
  for (const names of chains) {
    test(names.join(' → '), async () => {
      const nodes = await take(...names);
      const [first, middle, last] = nodes as [Node, Node, Node];
      const before = await Promise.all(nodes.map(counters));
      await buildDataset(first.client, createRng(seed), { types, keys: 100, prefix: 'rich:' });
      const writing = await load(first.port);
      await middle.follow(first.port);
      await linkUp(middle);
      await last.follow(middle.port);
      await linkUp(last);
      await sleep(200);
      await writing.stop();
      await equal(first, [middle, last]);
      const replids = await Promise.all(nodes.map(async (node) => (await node.info())['master_replid']));
      expect(new Set(replids).size).toBe(1);
      // The last one moves up to the first, and the first is replaced by the middle: no server needs a full sync.
      await last.follow(first.port);
      await linkUp(last);
      await settled(first, [middle, last]);
      await middle.follow(null);
      await first.follow(middle.port);
      await linkUp(first);
      await middle.client.send('SET', 'after', 'promotion');
      await settled(middle, [first]);
      await settled(first, [last]);
      await equal(middle, [first, last]);
      expect((await counters(first)).full).toBe(before[0]!.full + 1);
      expect((await counters(middle)).full).toBe(before[1]!.full + 1);
    }, 60_000);
  }
});

/** Counts as fast as it goes until the server is a replica. @returns the last count that was acknowledged */
async function countUntilReadonly(port: number, key: string): Promise<number> {
  const client = await Client.open('127.0.0.1', port);
  onTestFinished(() => void client.close());
  for (let count = 0; ; ) {
    const reply = await client.send('INCR', key);
    if (typeof reply === 'number') count = reply;
    else if (reply instanceof RedisError && reply.message.startsWith('READONLY')) return count;
    else throw new Error(`INCR answered ${String(reply)}`);
  }
}

/** Load on this port until it is stopped, or the test ends. */
async function load(port: number): Promise<Load> {
  const started = await startLoad(port, { stage: number, seed, pauseMs: 1 });
  onTestFinished(() => started.stop().catch(() => {}));
  return started;
}

const pool: { kind: string; node: Node }[] = [];
const proxies: Proxy[] = [];
afterAll(async () => {
  for (const proxy of proxies) proxy.close();
  for (const { node } of pool) await node.stop();
});

/** Servers of these kinds, started once for all tests: empty primaries, with a backlog that holds a test's writes. */
async function take(...kinds: string[]): Promise<[Node, Node, ...Node[]]> {
  const taken: Node[] = [];
  for (const kind of kinds) {
    let found = pool.find((entry) => entry.kind === kind && !taken.includes(entry.node));
    if (!found) pool.push((found = { kind, node: await startNode(kind) }));
    taken.push(found.node);
  }
  for (const { node } of pool) await node.follow(null);
  for (const { client } of taken) {
    await client.expect('FLUSHALL').ok();
    await client.expect('CONFIG', 'SET', 'repl-backlog-size', 2 ** 25).ok();
  }
  return taken as [Node, Node, ...Node[]];
}

/** A primary and its replica, with a proxy in between; `syncs` counts what came after the primary's first full sync. */
async function linked(above: string, below: string, backlog = 2 ** 25) {
  const [primary, replica] = await take(above, below);
  await primary.client.expect('CONFIG', 'SET', 'repl-backlog-size', backlog).ok();
  const proxy = await openProxy(primary.port, createRng(seed));
  proxies.push(proxy);
  await replica.follow(proxy.port);
  await linkUp(replica);
  const starts = new Map<Node, Syncs>([[primary, await counters(primary)], [replica, await counters(replica)]]);
  const syncs = async (node: Node): Promise<Syncs> => {
    const [now, start] = [await counters(node), starts.get(node)!];
    return { full: now.full - start.full, partial: now.partial - start.partial, refused: now.refused - start.refused };
  };
  return { primary, replica, proxy, syncs };
}

interface Syncs {
  readonly full: number;
  readonly partial: number;
  readonly refused: number;
}

/** How a primary served its replicas. */
async function counters(primary: Node): Promise<Syncs> {
  const stats = await primary.info('stats');
  return {
    full: Number(stats['sync_full']),
    partial: Number(stats['sync_partial_ok']),
    refused: Number(stats['sync_partial_err']),
  };
}

async function equal(primary: Node, replicas: readonly Node[]): Promise<void> {
  await sleep(SHORT_LIVES_MS);
  await settled(primary, replicas);
  const dataset = replicaView(await readDataset(primary.client));
  expect(dataset.size).toBeGreaterThan(0);
  for (const replica of replicas) {
    const other = replicaView(await readDataset(replica.client));
    const differences = diffDatasets(dataset, other, { consumerTimes: false });
    expect(differences, `${replica.name} against ${primary.name}`).toEqual([]);
  }
}
