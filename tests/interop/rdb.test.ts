import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { checked } from './data-client.ts';
import { buildDataset, diffDatasets, typesOf, type DiffOptions } from './dataset.ts';
import { startOn, type DumpServer } from './dump.ts';
import { cleanUp, hasRedis, rdbStages } from './servers.ts';

/**
 * Whole datasets, by value and deadline, through files and DUMP payloads between real Redis and every stage from 06
 * on.
 */

const seed = chooseSeed();
const running = cleanUp();
const withRedis = hasRedis('no RDB file went from one to the other');
const redis = parseTarget('redis');
const KEYS = { keys: 160 };
/** What each version of the format keeps. Version 9 is what Redis 5 and 6 write: their streams do not count entries. */
const VERSIONS: [string, DiffOptions][] = [
  ['11', {}],
  ['10', { consumerTimes: 'seen' }],
  ['9', { consumerTimes: 'seen', streamCounters: false }],
];

/** How a small value of each kind is made. Sets of other members than integers are packed in files since version 11. */
const SMALL_VALUES: Record<string, (rng: Rng) => string[]> = {
  hash: (rng) => ['HSET', 'k', ...five((i) => [`field:${i}`, `value:${rng.int(0, 99999)}:${i}`])],
  set: (rng) => ['SADD', 'k', ...five((i) => [`member:${rng.int(0, 99999)}:${i}`])],
  integers: (rng) => ['SADD', 'k', ...five(() => [String(rng.int(0, 500_000))])],
  list: (rng) => ['RPUSH', 'k', ...five((i) => [`element:${rng.int(0, 99999)}:${i}`])],
  'larger hash': (rng) => ['HSET', 'k', ...Array.from({ length: 100 }, (_, i) => [`f${i}`, String(rng.int(0, 1e6))]).flat()],
};

function five(make: (index: number) => string[]): string[] {
  return [0, 1, 2, 3, 4].flatMap(make);
}

describe.each(rdbStages())('stage $number', (stage) => {
  const target = parseTarget(stage.dir);
  const dataset = { ...KEYS, types: typesOf(stage.number) };

  for (const [version, options] of VERSIONS) {
    test(`a file that it loads itself, version ${version}, SEED=${seed}`, async () => {
      const before = await running(startOn(target, {}, ['--rdb-version', version]));
      await buildDataset(before.client, createRng(seed), dataset);
      await before.client.expect('SAVE').ok();
      await expectSame(before, await running(startOn(target, { dir: before.server.dir })), options);
    });
  }

  describe.skipIf(!withRedis)('and redis', () => {
    test(`a file of redis, SEED=${seed}`, async () => {
      const before = await running(startOn(redis));
      await buildDataset(before.client, createRng(seed), dataset);
      await before.client.expect('SAVE').ok();
      await expectSame(before, await running(startOn(target, { dir: before.server.dir })));
    });

    for (const [version, options] of VERSIONS.slice(1)) {
      test(`a file for redis, version ${version}, SEED=${seed}`, async () => {
        const before = await running(startOn(target, {}, ['--rdb-version', version]));
        await buildDataset(before.client, createRng(seed), dataset);
        await before.client.expect('SAVE').ok();
        const check = spawnSync('redis-check-rdb', [before.path], { encoding: 'utf8' });
        expect(check.stdout).toContain('RDB looks OK');
        expect(check.stdout).not.toMatch(/error/i);
        await expectSame(before, await running(startOn(redis, { dir: before.server.dir })), options);
      });
    }

    test(`small values take as many bytes in a payload as Redis's own, but for a tenth, SEED=${seed}`, async () => {
      const ours = await running(startOn(target, {}, ['--rdb-version', '10']));
      const theirs = await running(startOn(redis));
      for (const [kind, request] of Object.entries(SMALL_VALUES)) {
        const sizes = [0, 0];
        const rng = createRng(seed);
        for (let i = 0; i < 20; i++) {
          const words = request(rng);
          for (const [side, { client }] of [ours, theirs].entries()) {
            const [, , payload] = await checked(client, [['DEL', 'k'], words, ['DUMP', 'k']]);
            sizes[side]! += String(payload).length;
          }
        }
        expect(sizes[0]! / sizes[1]!, `${kind}: ${sizes.join(' and ')} bytes`).toBeLessThanOrEqual(1.1);
      }
    });

    test(`DUMP there, RESTORE here, SEED=${seed}`, async () => {
      const before = await running(startOn(redis));
      await buildDataset(before.client, createRng(seed), dataset);
      const after = await running(startOn(target));
      await carryAll(before, after);
      await expectSame(before, after);
    });

    test(`DUMP here, RESTORE there, SEED=${seed}`, async () => {
      const before = await running(startOn(target, {}, ['--rdb-version', '10']));
      await buildDataset(before.client, createRng(seed), dataset);
      const after = await running(startOn(redis));
      await carryAll(before, after);
      await expectSame(before, after);
    });
  });
});

async function expectSame(before: DumpServer, after: DumpServer, options: DiffOptions = {}): Promise<void> {
  const [left, right] = [await before.read(), await after.read()];
  const count = [...left.values()].reduce((sum, keys) => sum + keys.size, 0);
  expect(count, 'the keys of the dataset').toBeGreaterThan(KEYS.keys / 2);
  expect(diffDatasets(left, right, options)).toEqual([]);
}

/** Every key by DUMP and RESTORE, with its deadline. */
async function carryAll(from: DumpServer, to: DumpServer): Promise<void> {
  for (const [database, keys] of await from.read()) {
    const names = [...keys.keys()];
    const select = ['SELECT', String(database)];
    const [, ...payloads] = await checked(from.client, [select, ...names.map((name) => ['DUMP', name])]);
    const restores = names.map((name, i) => {
      const { expireAt } = keys.get(name)!;
      const deadline = expireAt === null ? ['0'] : [String(expireAt)];
      return ['RESTORE', name, ...deadline, payloads[i] as string, 'ABSTTL'];
    });
    await checked(to.client, [select, ...restores]);
  }
}
