import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../../harness/client.ts';
import { chooseSeed } from '../../harness/rng.ts';
import { parseTarget, type RunningServer } from '../../harness/target.ts';
import { compareLua, comparePrograms, showLuaDifference } from './compare.ts';

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

  test('a difference is found: in a result, in the text of an error, in a script that cannot be loaded', async () => {
    // Only the server has a table `redis`.
    const differing = ['return type(redis)', 'return redis.sha1hex("")', 'x = = 1', 'return 1'];
    const { differences } = await comparePrograms(redis, differing);
    expect(differences.map(({ program }) => program)).toEqual(differing.slice(0, 2));
    expect(differences[0]).toMatchObject({ ours: 'true "nil"', theirs: 'true "table"' });
  });
}
