import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../../harness/client.ts';
import { chooseSeed } from '../../harness/rng.ts';
import { parseTarget, type RunningServer } from '../../harness/target.ts';
import { compareLua, showLuaDifference } from './compare.ts';

const seed = chooseSeed();
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

if (hasRedis) describe(`random programs of Lua, SEED=${seed}`, compare);
else test('random programs of Lua', (context) => context.skip('redis-server is not on the PATH'));

function compare(): void {
  let server: RunningServer;
  let redis: Client;
  beforeAll(async () => {
    server = await parseTarget('redis').start();
    redis = await Client.open('127.0.0.1', server.port);
  });
  afterAll(async () => {
    redis.destroy();
    await server.stop();
  });

  test('return here what they return on redis-server, and end in the same errors', async () => {
    const { differences, programs, errors } = await compareLua(redis, 5_000, seed);
    expect(differences.map(showLuaDifference).join('\n')).toBe('');
    expect(errors).toBeGreaterThan(programs / 20);
    expect(errors).toBeLessThan(programs / 2);
  });
}
