import { describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { hasRedis } from '../interop/servers.ts';
import { runLab, type LabOptions, type Topology } from './lab.ts';
import { showOutcome } from './show-outcome.ts';

/** A short run of tests/links/run.ts: links between servers of each kind break under load. */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '08').at(-1)?.dir;
const redis = hasRedis('links that break were not tried with it') ? 'redis' : undefined;

describe(`links that break, SEED=${seed}`, () => {
  if (stage !== undefined) {
    sound('pair', [stage], 2, { outages: 4, backlog: 2 ** 18, aof: true });
    sound('promotion', [stage, redis ?? stage, stage], 3);
    if (redis !== undefined) sound('chain', [redis, stage, redis], 2);
  }
  const any = redis ?? stage;
  test.runIf(any !== undefined)('a replica that lost a write is found out', async () => {
    const outcome = await runLab({
      topology: 'pair',
      servers: [any!],
      seconds: 0.2,
      seed,
      async tamper({ client }) {
        await client.send('CONFIG', 'SET', 'replica-read-only', 'no');
        await client.send('SELECT', '10');
        await client.send('SET', 'float', 'tampered');
      },
    });
    expect(outcome.problems.join('\n')).toContain('"float"');
  }, 60_000);
});

function sound(topology: Topology, servers: string[], seconds: number, more: Partial<LabOptions> = {}): void {
  const extras = [more.outages ? ', with outages beyond the backlog' : '', more.aof ? ', with append-only files' : ''];
  const name = `${topology} of ${servers.join(', ')}${extras.join('')}`;
  test(name, async () => {
    const outcome = await runLab({ topology, servers, seconds, seed, ...more });
    expect(outcome.problems, showOutcome(outcome)).toEqual([]);
    expect(outcome.keys).toBeGreaterThan(20);
  }, 120_000);
}
