import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { LongValues } from '../harness/long-values.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { until } from '../harness/time.ts';
import { linkUp, settled, startNode, type Node } from '../links/servers.ts';
import { cleanUp, hasRedis } from './servers.ts';

/**
 * Values of every size up to two megabytes, changed at random by several clients at once, are the same to the byte
 * wherever they arrive: in a replica by a full sync and by the stream, in a dump, and in a log, rewritten or not. Real
 * Redis is one of the replicas, and reads the dump.
 */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '08').at(-1);
const kinds = [stage?.dir, hasRedis('long values were not sent to it') ? 'redis' : undefined].filter((kind) => kind !== undefined);
const CLIENTS = ['a', 'b', 'c'];
const LOG = ['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
const running = cleanUp();

for (const preamble of ['yes', 'no']) {
  test(`a stage with a log, aof-use-rdb-preamble ${preamble}, and its replicas, SEED=${seed}`, async () => {
    if (stage === undefined) return;
    const primary = await running(startNode(stage.dir, ...LOG, '--aof-use-rdb-preamble', preamble));
    const sides = await clientsOf(primary);
    await change(sides);
    const replicas = await Promise.all(kinds.map((kind) => running(startNode(kind))));
    for (const replica of replicas) await replica.follow(primary.port);
    await Promise.all([change(sides), ...replicas.map((replica) => linkUp(replica))]);
    await change(sides);
    await settled(primary, replicas);
    await expectSame([primary, ...replicas], sides);

    await primary.client.expect('BGREWRITEAOF').status('Background append only file rewriting started');
    await change(sides);
    const rewritten = async () => (await primary.info('persistence'))['aof_rewrite_in_progress'] === '0';
    await until(rewritten, 'the end of the rewrite');
    await change(sides);
    await primary.restart();
    await expectSame([primary], sides);
    for (const { client } of sides) await client.close();
  }, 120_000);
}

test(`a dump made while values change, for a stage and real Redis, SEED=${seed}`, async () => {
  if (stage === undefined) return;
  const source = await running(startNode(stage.dir, '--rdb-key-save-delay', '3000', '--rdbcompression', 'no'));
  const sides = await clientsOf(source);
  await change(sides);
  const before = sides.map(({ values }) => ({ client: source.client, values: { values: new Map(values.values) } }));
  await source.client.expect('BGSAVE').status('Background saving started');
  await change(sides);
  const saved = async () => (await source.info('persistence'))['rdb_bgsave_in_progress'] === '0';
  await until(saved, 'the end of the save');
  await expectSame([source], sides);
  const dir = ((await source.client.send('CONFIG', 'GET', 'dir')) as string[])[1]!;
  for (const kind of kinds) {
    const copy = await running(startNode(kind, '--dir', dir));
    await expectSame([copy], before);
  }
  for (const { client } of sides) await client.close();
}, 120_000);

interface Side {
  readonly client: Client;
  readonly values: Pick<LongValues, 'values'>;
}

interface ChangingSide extends Side {
  readonly values: LongValues;
}

async function clientsOf({ port }: Node): Promise<ChangingSide[]> {
  const rng = createRng(seed);
  const open = (prefix: string) => Client.open('127.0.0.1', port).then((client) => ({ client, prefix }));
  const clients = await Promise.all(CLIENTS.map(open));
  return clients.map(({ client, prefix }) => ({ client, values: new LongValues(rng, prefix) }));
}

/** Each client sends a pipeline of random commands; the replies are right. */
async function change(sides: readonly ChangingSide[]): Promise<void> {
  const due = sides.flatMap(({ client, values }) =>
    Array.from({ length: 20 }, () => {
      const { args, reply } = values.next();
      return { sent: client.send(...args), reply, name: args.slice(0, 2).join(' ') };
    }),
  );
  for (const { sent, reply, name } of due) {
    const got = await sent;
    const same = reply === 'OK' ? isOk(got) : got === reply || (typeof reply === 'number' && String(got) === String(reply));
    expect(same, `the reply to ${name}`).toBe(true);
  }
}

function isOk(reply: unknown): boolean {
  return typeof reply === 'object' && reply !== null && 'text' in reply && reply.text === 'OK';
}

/** All servers hold what the clients have left there, to the byte. */
async function expectSame(nodes: readonly Node[], sides: readonly Side[]): Promise<void> {
  for (const node of nodes) {
    const keys = sides.reduce((sum, { values }) => sum + values.values.size, 0);
    await node.client.expect('DBSIZE').int(keys);
    for (const { values } of sides) {
      for (const [key, value] of values.values) {
        const got = await node.client.send('GET', key);
        expect(got === value, `${key} of ${value.length} bytes on ${node.name}`).toBe(true);
      }
    }
  }
}
