import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../harness/client.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { outcomeOf, SHOW } from './outcome.ts';
import { SCRIPTS } from './scripts.ts';

/** The language and its base, table, math and coroutine libraries: each script gives here what it gives on real Redis. */

test.each(SCRIPTS)('%j', (source, outcome) => {
  expect(outcomeOf(source, 'plain')).toBe(outcome);
  expect(outcomeOf(source, 'pausable')).toBe(outcome);
});

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
if (!hasRedis) console.log('redis-server is not on the PATH: scripts were not compared with it');

describe.skipIf(!hasRedis)('on the real server', () => {
  let redis: RunningServer;
  let client: Client;
  beforeAll(async () => {
    redis = await parseTarget('redis').start();
    client = await Client.open(redis.host, redis.port);
  });
  afterAll(async () => {
    await client.close();
    await redis.stop();
  });

  test('all scripts give the same', async () => {
    for (const [source, outcome] of SCRIPTS) expect(await client.send('EVAL', SHOW, '0', source), source).toBe(outcome);
  });
});
