import { describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { hasRedis } from '../interop/servers.ts';
import { runLab } from './lab.ts';
import { showOutcome } from './show-outcome.ts';

/** A short run of tests/combinations/run.ts: a primary, its replicas and its files tell one history. */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '08').at(-1)?.dir;
hasRedis('no real replica followed the random commands');

describe.skipIf(stage === undefined)(`random commands of all types, SEED=${seed}`, () => {
  test('the primary, its replicas and what starts from their files are equal', async () => {
    const outcome = await runLab({ stage: stage!, count: 1_500, seed });
    expect(outcome.problems.join('\n'), showOutcome(outcome)).toBe('');
    expect(outcome.keys).toBeGreaterThan(100);
  }, 120_000);

  test('a write that only one of them has is found out', async () => {
    const outcome = await runLab({
      stage: stage!,
      count: 100,
      seed,
      real: false,
      shrink: false,
      async tamper({ replica: { client } }) {
        await client.expect('CONFIG', 'SET', 'replica-read-only', 'no').ok();
        await client.expect('SET', 'tampered', 'x').ok();
      },
    });
    expect(outcome.problems.join('\n')).toContain('primary / replica: db0 "tampered": only in the second');
  }, 120_000);
});
