import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { checked } from './data-client.ts';
import { buildDataset, diffDatasets, type DiffOptions } from './dataset.ts';
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

describe.each(rdbStages())('stage $number', (stage) => {
  const target = parseTarget(stage.dir);

  for (const [version, options] of VERSIONS) {
    test(`a file that it loads itself, version ${version}, SEED=${seed}`, async () => {
      const before = await running(startOn(target, {}, ['--rdb-version', version]));
      await buildDataset(before.client, createRng(seed), KEYS);
      await before.client.expect('SAVE').ok();
      await expectSame(before, await running(startOn(target, { dir: before.server.dir })), options);
    });
  }

  describe.skipIf(!withRedis)('and redis', () => {
    test(`a file of redis, SEED=${seed}`, async () => {
      const before = await running(startOn(redis));
      await buildDataset(before.client, createRng(seed), KEYS);
      await before.client.expect('SAVE').ok();
      await expectSame(before, await running(startOn(target, { dir: before.server.dir })));
    });

    for (const [version, options] of VERSIONS.slice(1)) {
      test(`a file for redis, version ${version}, SEED=${seed}`, async () => {
        const before = await running(startOn(target, {}, ['--rdb-version', version]));
        await buildDataset(before.client, createRng(seed), KEYS);
        await before.client.expect('SAVE').ok();
        const check = spawnSync('redis-check-rdb', [before.path], { encoding: 'utf8' });
        expect(check.stdout).toContain('RDB looks OK');
        expect(check.stdout).not.toMatch(/error/i);
        await expectSame(before, await running(startOn(redis, { dir: before.server.dir })), options);
      });
    }

    test(`DUMP there, RESTORE here, SEED=${seed}`, async () => {
      const before = await running(startOn(redis));
      await buildDataset(before.client, createRng(seed), KEYS);
      const after = await running(startOn(target));
      await carryAll(before, after);
      await expectSame(before, after);
    });

    test(`DUMP here, RESTORE there, SEED=${seed}`, async () => {
      const before = await running(startOn(target, {}, ['--rdb-version', '10']));
      await buildDataset(before.client, createRng(seed), KEYS);
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
