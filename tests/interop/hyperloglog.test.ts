import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { until } from '../harness/time.ts';
import { linkUp, settled, startNode, type Node } from '../links/servers.ts';
import { cleanUp, hasRedis } from './servers.ts';

/**
 * HyperLogLogs between the last stage and real Redis: equal to the byte after the same commands, as DUMP payloads, in dumps, and
 * as replicas of each other, where each side goes on with what the other has made.
 */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '12').at(-1);
const compared = stage !== undefined && hasRedis('HyperLogLogs were not exchanged with it');
const running = cleanUp();
const SAME_PAYLOADS = ['--rdbcompression', 'no'];
/** Versions of the format differ in a payload's footer, and 10 is what 7.0 writes. */
const stageFlags = [...SAME_PAYLOADS, '--rdb-version', '10'];
const KEYS = ['few', 'some', 'many', 'merged', 'counted', 'empty'];

test.skipIf(!compared)(`the same commands make the same bytes, SEED=${seed}`, async () => {
  const [ours, theirs] = [await running(startNode(stage!.dir, ...stageFlags)), await running(startNode('redis', ...SAME_PAYLOADS))];
  for (const node of [ours, theirs]) await make(node, seed);
  const [a, b] = [await payloads(ours), await payloads(theirs)];
  expect(a).toEqual(b);
  for (const [from, to] of [[a, theirs], [b, ours]] as const) {
    for (const [i, key] of KEYS.entries()) await to.client.expect('RESTORE', key, '0', from[i]!, 'REPLACE').ok();
    await make(to, seed + 1);
  }
  expect(await payloads(ours)).toEqual(await payloads(theirs));
});

for (const [above, below] of [[stage?.dir, 'redis'], ['redis', stage?.dir], [stage?.dir, stage?.dir]] as const) {
  test.skipIf(!compared)(`${above} as the primary of ${below}: sync, stream, and what the other goes on with, SEED=${seed}`, async () => {
    const flags = (kind: string) => (kind === 'redis' ? SAME_PAYLOADS : stageFlags);
    const primary = await running(startNode(above!, ...flags(above!)));
    const replica = await running(startNode(below!, ...flags(below!)));
    await make(primary, seed);
    await replica.follow(primary.port);
    await linkUp(replica);
    await make(primary, seed + 1);
    await settled(primary, [replica]);
    expect(await payloads(replica)).toEqual(await payloads(primary));

    // A replica computes an estimate too, and propagates nothing: offsets stay equal.
    await primary.client.expect('PFADD', 'few', 'one more', 'two more').int(1);
    await settled(primary, [replica]);
    const estimate = await replica.client.send('PFCOUNT', 'few');
    await primary.client.expect('PFCOUNT', 'few').int(estimate as number);
    await settled(primary, [replica]);
    expect(await payloads(replica)).toEqual(await payloads(primary));
    const offset = async (node: Node) => (await node.info('replication'))['master_repl_offset'];
    await until(async () => (await offset(primary)) === (await offset(replica)), 'equal offsets');

    await replica.client.expect('REPLICAOF', 'NO', 'ONE').ok();
    for (const node of [primary, replica]) await make(node, seed + 2);
    expect(await payloads(replica)).toEqual(await payloads(primary));
  });
}

test.skipIf(!compared)(`in dumps, SEED=${seed}`, async () => {
  for (const [writer, reader] of [[stage!.dir, 'redis'], ['redis', stage!.dir]] as const) {
    const source = await running(startNode(writer, ...(writer === 'redis' ? [] : ['--rdb-version', '10'])));
    await make(source, seed);
    await source.client.expect('SAVE').ok();
    const dir = ((await source.client.send('CONFIG', 'GET', 'dir')) as string[])[1]!;
    const copy = await running(startNode(reader, '--dir', dir));
    for (const key of KEYS) await copy.client.expect('GET', key).bulk((await source.client.send('GET', key)) as string);
  }
});

/** Random elements in sparse and dense ones, merged and counted. */
async function make({ client }: Node, from: number): Promise<void> {
  const rng = createRng(from);
  const elements = (count: number) => Array.from({ length: count }, () => rng.bytes(rng.int(0, 24)));
  await client.send('PFADD', 'few', ...elements(5));
  for (let i = 0; i < 10; i++) await client.send('PFADD', 'some', ...elements(20));
  for (let i = 0; i < 20; i++) await client.send('PFADD', 'many', ...elements(500));
  await client.send('PFMERGE', 'merged', 'few', 'some');
  await client.send('PFADD', 'counted', ...elements(50));
  for (const key of ['counted', 'many']) await client.send('PFCOUNT', key);
  await client.send('PFADD', 'empty');
}

async function payloads({ client }: Node): Promise<string[]> {
  const all: string[] = [];
  for (const key of KEYS) all.push((await client.send('DUMP', key)) as string);
  return all;
}
