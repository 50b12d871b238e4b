import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { items } from '../harness/expectation.ts';
import { createRng } from '../harness/rng.ts';
import { until } from '../harness/time.ts';
import { openProxy } from '../links/proxy.ts';
import { linkUp, settled, startNode, type Node } from '../links/servers.ts';
import { hasRedis } from './servers.ts';

/** PUBLISH across links between the last built stage and real Redis, in all pairings and in chains. */

const stage = builtStages().filter(({ number }) => number >= '09').at(-1)?.dir;
const redis = hasRedis('messages across links to it were not tried') ? 'redis' : undefined;
const kinds = stage === undefined ? [] : [stage, redis].filter((kind) => kind !== undefined);

for (const above of kinds) {
  for (const below of kinds) {
    describe(`${above} as the primary of ${below}`, () => {
      test('the replica sends its subscribers what is published above, in its place among the writes', async () => {
        const [primary, replica] = await take(above, below);
        await replica.client.expect('CONFIG', 'SET', 'notify-keyspace-events', 'E$').ok();
        await replica.follow(primary.port);
        await linkUp(replica);
        const heard = await listen(replica);
        await publishAndWrite(primary.client);
        await settled(primary, [replica]);
        expect(await heard()).toEqual(EXPECTED);
      });

      test('what was published while the link was cut comes with the partial sync', async () => {
        const [primary, replica] = await take(above, below);
        const proxy = await openProxy(primary.port, createRng(1));
        onTestFinished(() => proxy.close());
        await replica.follow(proxy.port);
        await linkUp(replica);
        const heard = await listen(replica);
        await primary.client.expect('PUBLISH', 'a', 'before').int(0);
        await settled(primary, [replica]);
        proxy.open(false);
        proxy.cut();
        await until(async () => (await replica.info())['master_link_status'] === 'down', 'the link to be down');
        await primary.client.expect('PUBLISH', 'a', 'meanwhile').int(0);
        proxy.open(true);
        await linkUp(replica);
        await primary.client.expect('PUBLISH', 'a', 'after').int(0);
        await settled(primary, [replica]);
        expect(await heard()).toEqual(['message a before', 'message a meanwhile', 'message a after']);
      });
    });
  }
}

describe.skipIf(kinds.length < 2)('chains', () => {
  const [one = '', other = one] = kinds;
  for (const names of [[one, other, one], [other, one, other]]) {
    test(names.join(' → '), async () => {
      const [first, middle, last] = await take(...names);
      await middle!.follow(first!.port);
      await linkUp(middle!);
      await last!.follow(middle!.port);
      await linkUp(last!);
      for (const node of [middle!, last!]) await node.client.expect('CONFIG', 'SET', 'notify-keyspace-events', 'E$').ok();
      const heard = [await listen(middle!), await listen(last!)];
      await publishAndWrite(first!.client);
      // A message that a client publishes on a replica reaches the replica's own subscribers alone.
      await settled(first!, [middle!, last!]);
      await middle!.client.expect('PUBLISH', 'a', 'own').int(1);
      await first!.client.expect('PUBLISH', 'a', 'end').int(0);
      await settled(first!, [middle!, last!]);
      expect(await heard[0]!()).toEqual([...EXPECTED, 'message a own', 'message a end']);
      expect(await heard[1]!()).toEqual([...EXPECTED, 'message a end']);
    });
  }
});

const EXPECTED = [
  'message a 1',
  'pmessage __key* __keyevent@0__:set k',
  'message a \xff\r\n',
  'smessage s 3',
  'pmessage __key* __keyevent@0__:incrby n',
  'message a 4',
  'pmessage __key* __keyevent@0__:incrby n',
  'pmessage __key* __keyevent@3__:set k',
  'message a 5',
];

async function publishAndWrite(c: Client): Promise<void> {
  await c.expect('PUBLISH', 'a', '1').int(0);
  await c.expect('SET', 'k', 'v').ok();
  await c.expect('PUBLISH', 'a', '\xff\r\n').int(0);
  await c.expect('SPUBLISH', 's', '3').int(0);
  await c.expect('MULTI').ok();
  for (const command of ['INCR n', 'PUBLISH a 4', 'INCR n', 'PUBLISH nobody x']) {
    await c.expect(...command.split(' ')).status('QUEUED');
  }
  await c.expect('EXEC').array([1, 0, 2, 0]);
  await c.expect('SELECT', 3).ok();
  await c.expect('SET', 'k', 'v').ok();
  await c.expect('PUBLISH', 'a', '5').int(0);
  await c.expect('SELECT', 0).ok();
}

/** Subscribes to everything on a node. @returns what has come since, as text */
async function listen(node: Node): Promise<() => Promise<string[]>> {
  const c = await Client.open('127.0.0.1', node.port);
  onTestFinished(() => void c.close());
  await c.expect('SUBSCRIBE', 'a').success();
  await c.expect('SSUBSCRIBE', 's').success();
  await c.expect('PSUBSCRIBE', '__key*').success();
  return async () => {
    const heard: string[] = [];
    c.write('PING\r\n');
    for (;;) {
      const message = items(await c.receive().reply);
      if (message[0] === 'pong') return heard;
      heard.push(message.join(' '));
    }
  };
}

const pool: { kind: string; node: Node }[] = [];
afterAll(async () => {
  for (const { node } of pool) await node.stop();
});

/** Servers of these kinds, started once for all tests: empty primaries that make no notifications. */
async function take(...names: string[]): Promise<[Node, Node, ...Node[]]> {
  const taken: Node[] = [];
  for (const kind of names) {
    let found = pool.find((entry) => entry.kind === kind && !taken.includes(entry.node));
    if (!found) pool.push((found = { kind, node: await startNode(kind) }));
    taken.push(found.node);
  }
  for (const { node } of pool) {
    await node.follow(null);
    await node.client.expect('FLUSHALL').ok();
    await node.client.expect('CONFIG', 'SET', 'notify-keyspace-events', '').ok();
  }
  return taken as [Node, Node, ...Node[]];
}
