import { afterEach, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { buildDataset, diffDatasets, readDataset } from './dataset.ts';

/** Tests of the interop tests' own tools, which have to notice every difference; on the first stage that has all types. */

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function connect(): Promise<Client> {
  const stage = builtStages().find(({ number }) => number === '04')!;
  const server = await parseTarget(stage.dir).start();
  cleanups.push(() => server.stop());
  const client = await Client.open(server.host, server.port);
  cleanups.push(() => client.close());
  return client;
}

const seed = chooseSeed();

test(`a server reads back as it was, and each change shows, SEED=${seed}`, async () => {
  const client = await connect();
  await buildDataset(client, createRng(seed), { keys: 100, databases: [0, 3] });
  const before = await readDataset(client);
  expect([...before.keys()]).toEqual([0, 3]);
  expect(before.get(0)!.size + before.get(3)!.size).toBe(100);
  expect(diffDatasets(before, await readDataset(client))).toEqual([]);

  const after = async (...command: string[]) => {
    await client.expect(...command).reply;
    return diffDatasets(before, await readDataset(client));
  };
  expect(await after('SET', 'new', '\x00"')).toEqual(['db0 "new": only in the second (string)']);
  const copy = await readDataset(client);
  await client.send('PEXPIREAT', 'new', '4000000000000');
  expect(diffDatasets(copy, await readDataset(client))).toEqual(['db0 "new": expires at null ≠ 4000000000000']);
  expect(diffDatasets(copy, await readDataset(client), { expireSlackMs: 10 })).toHaveLength(1);
  await client.send('SET', 'new', 'x');
  expect(diffDatasets(copy, await readDataset(client))).toEqual(['db0 "new": string "\\x00\\"" ≠ "x"']);
});

test('what differs in a stream is named', async () => {
  const client = await connect();
  for (const command of ['XADD s 1-1 a b', 'XADD s 2-1 a b', 'XGROUP CREATE s g 0', 'XGROUP CREATECONSUMER s g c']) {
    await client.expect(...command.split(' ')).reply;
  }
  const before = await readDataset(client);
  for (const command of ['XDEL s 2-1', 'XGROUP CREATECONSUMER s g d', 'XGROUP SETID s g 1-1 ENTRIESREAD 1']) {
    await client.expect(...command.split(' ')).reply;
  }
  expect(diffDatasets(before, await readDataset(client), { consumerTimes: false })).toEqual([
    'db0 "s": stream entries has 2 ≠ 1 items; [1] ["2-1",["a","b"]] ≠ nothing',
    'db0 "s": stream max-deleted-entry-id "0-0" ≠ "2-1"',
    'db0 "s": stream group "g" last-delivered-id "0-0" ≠ "1-1"',
    'db0 "s": stream group "g" entries-read null ≠ 1',
    'db0 "s": stream group "g" consumers has 1 ≠ 2 items; [1] nothing ≠ "d"',
  ]);
});
