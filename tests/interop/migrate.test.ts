import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { startNode, type Node } from '../links/servers.ts';
import { buildDataset, diffDatasets, readDataset, typesOf, type DiffOptions } from './dataset.ts';
import { cleanUp, hasRedis } from './servers.ts';

/** MIGRATE between the last stage and real Redis: a rich dataset goes there and comes back. */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '12').at(-1);
const compared = stage !== undefined && hasRedis('no key was moved to it');
const running = cleanUp();
const TIMEOUT_MS = '20000';
/** A time to live is sent as what is left of it, so a deadline moves by as long as the key was on its way. */
const SAME: DiffOptions = { consumerTimes: 'seen', expireSlackMs: 60_000 };

test.skipIf(!compared)(`a rich dataset goes from a stage to real Redis and comes back, SEED=${seed}`, async () => {
  const [ours, theirs] = [await running(startNode(stage!.dir, '--rdb-version', '10')), await running(startNode('redis'))];
  await buildDataset(ours.client, createRng(seed), { types: typesOf(stage!.number), keys: 120 });
  const before = await readDataset(ours.client);
  await moveAll(ours, theirs);
  await ours.client.expect('DBSIZE').int(0);
  expect(diffDatasets(before, await readDataset(theirs.client), SAME)).toEqual([]);
  await moveAll(theirs, ours);
  await theirs.client.expect('DBSIZE').int(0);
  expect(diffDatasets(before, await readDataset(ours.client), SAME)).toEqual([]);
}, 60_000);

/** Every key of database 0, and of each other one. */
async function moveAll(from: Node, to: Node): Promise<void> {
  for (let db = 0; db < 16; db++) {
    await from.client.expect('SELECT', db).ok();
    const keys = (await from.client.send('KEYS', '*')) as string[];
    if (keys.length > 0) await from.client.expect('MIGRATE', '127.0.0.1', to.port, '', db, TIMEOUT_MS, 'KEYS', ...keys).ok();
  }
  await from.client.expect('SELECT', 0).ok();
}
