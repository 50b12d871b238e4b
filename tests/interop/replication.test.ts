import { describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { startLoad } from '../links/load.ts';
import { openProxy } from '../links/proxy.ts';
import { replicaView } from '../links/replica-view.ts';
import { linkUp, settled, startNode, type Node } from '../links/servers.ts';
import { buildDataset, diffDatasets, readDataset } from './dataset.ts';
import { cleanUp, hasRedis } from './servers.ts';

/**
 * Replication between the last built stage and real Redis, in all pairings: full syncs of a rich dataset in both forms
 * while clients write, partial syncs after a cut, promotion, chains. Whole datasets are compared by value and deadline.
 */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '08').at(-1)?.dir;
const redis = hasRedis('replication between it and the stages was not tried') ? 'redis' : undefined;
const kinds = [stage, redis].filter((kind) => kind !== undefined);
const started = cleanUp();

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
      const primary = await started(startNode(above, '--repl-diskless-sync', diskless));
      const replica = await started(startNode(below));
      const rich = { keys: 200, databases: [0, 1, 13, 14, 15], prefix: 'rich:' };
      await buildDataset(primary.client, createRng(seed), rich);
      // What a replica held before is gone after the sync.
      await buildDataset(replica.client, createRng(seed + 1), { keys: 30, prefix: 'old:' });
      const load = await startLoad(primary.port, seed, 1);
      await replica.follow(primary.port);
      await linkUp(replica);
      await until(async () => (await primary.info())['connected_slaves'] === '1', 'the primary to know the replica');
      await load.stop();
      await equal(primary, [replica]);
      expect((await primary.info('stats'))['sync_full']).toBe('1');
    }, 60_000);
  }

  test('large values and many keys', async () => {
    const primary = await started(startNode(above));
    const replica = await started(startNode(below));
    const rng = createRng(seed);
    await primary.client.send('SET', 'compressible', 'abc'.repeat(700_000));
    await primary.client.send('SET', 'random', rng.bytes(1_000_000));
    for (let from = 0; from < 10_000; from += 1_000) {
      const pairs = Array.from({ length: 1_000 }, (_, n) => [`key:${from + n}`, String(from + n)]).flat();
      await primary.client.send('MSET', ...pairs);
      await primary.client.send('RPUSH', 'list', ...pairs);
    }
    await replica.follow(primary.port);
    await linkUp(replica);
    await equal(primary, [replica]);
  }, 60_000);

  test('a partial sync after a cut, with what was written meanwhile', async () => {
    const { primary, replica, proxy, syncs } = await linked(above, below, '--repl-backlog-size', '33554432');
    await buildDataset(primary.client, createRng(seed), { keys: 60 });
    proxy.open(false);
    proxy.cut();
    await until(async () => (await replica.info())['master_link_status'] === 'down', 'the link to be down');
    await buildDataset(primary.client, createRng(seed + 1), { keys: 60, prefix: 'meanwhile:' });
    proxy.open(true);
    await linkUp(replica);
    await equal(primary, [replica]);
    expect(await syncs(primary)).toEqual({ full: 0, partial: 1, refused: 0 });
    expect(proxy.seen).toMatchObject({ full: 1, continued: 1 });
  }, 60_000);

  test('a full sync where the backlog does not reach', async () => {
    const { primary, replica, proxy, syncs } = await linked(above, below, '--repl-backlog-size', '16384');
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
    await buildDataset(primary.client, createRng(seed), { keys: 60 });
    await settled(primary, [replica]);
    await replica.follow(null);
    const load = await startLoad(replica.port, seed, 1);
    await primary.follow(replica.port);
    await linkUp(primary);
    await sleep(100);
    await load.stop();
    await equal(replica, [primary]);
    expect(await syncs(replica)).toEqual({ full: 0, partial: 1, refused: 0 });
    expect((await replica.info())['master_replid2']).toBe((await primary.info())['master_replid2']);
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
      const nodes: Node[] = [];
      for (const name of names) nodes.push(await started(startNode(name)));
      const [first, middle, last] = nodes as [Node, Node, Node];
      await buildDataset(first.client, createRng(seed), { keys: 100, prefix: 'rich:' });
      const load = await startLoad(first.port, seed, 1);
      await middle.follow(first.port);
      await linkUp(middle);
      await last.follow(middle.port);
      await linkUp(last);
      await sleep(200);
      await load.stop();
      await equal(first, [middle, last]);
      const replids = await Promise.all(nodes.map(async (node) => (await node.info())['master_replid']));
      expect(new Set(replids).size).toBe(1);
      // The last one moves up to the first, and the first is replaced by the middle: nobody needs a full sync.
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
      expect(await counters(first)).toMatchObject({ full: 1 });
      expect(await counters(middle)).toMatchObject({ full: 1 });
    }, 60_000);
  }
});

/** A primary and its replica, with a proxy in between; `syncs` counts what came after the primary's first full sync. */
async function linked(above: string, below: string, ...flags: string[]) {
  const primary = await started(startNode(above, ...flags));
  const replica = await started(startNode(below));
  const proxy = await openProxy(primary.port, createRng(seed));
  await started(Promise.resolve({ stop: async () => proxy.close() }));
  await replica.follow(proxy.port);
  await linkUp(replica);
  const first = await counters(primary);
  const syncs = async (node: Node): Promise<Syncs> => {
    const now = await counters(node);
    if (node !== primary) return now;
    const { full, partial, refused } = now;
    return { full: full - first.full, partial: partial - first.partial, refused: refused - first.refused };
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
