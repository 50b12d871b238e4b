import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../../harness/rng.ts';
import { parseTarget, type RunningServer } from '../../harness/target.ts';
import { comparePubsub } from './compare.ts';
import { separatesMessages } from './separates-messages.ts';

const seed = chooseSeed();
const last = builtStages().at(-1)!;
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

if (hasRedis && last.number >= '09') {
  describe(`three subscribers and a publisher, SEED=${seed}`, compareServers);
} else {
  test('three subscribers and a publisher', (context) => context.skip('needs redis-server on the PATH, and stage 09'));
}

function compareServers(): void {
  let servers: RunningServer[];
  beforeAll(async () => {
    servers = await Promise.all([last.dir, 'redis', 'redis'].map((target) => parseTarget(target).start()));
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  for (const [name, at] of [
    [`hear on stage ${last.number} what they hear on Redis`, 0],
    ['hear the same on two Redis servers, so that a difference means something', 2],
  ] as const) {
    test(name, async () => {
      const theirs = servers[1]!.port;
      const pair = { ours: servers[at]!.port, theirs, mixes: await separatesMessages(theirs) };
      const { difference } = await comparePubsub(pair, 3_000, seed);
      expect(difference).toBe(undefined);
    }, 60_000);
  }
}
