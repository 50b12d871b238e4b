import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { builtStages, findStage } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { compareVerdicts } from './verdicts.ts';

/** Random users and random requests: what each user may do is what real Redis lets such a user do. */

const COUNT = 3_000;
const seed = chooseSeed();
const last = builtStages().at(-1)!;

test(`verdicts on random users, SEED=${seed}`, async (context) => {
  if (last.number < findStage('acl')!.number) context.skip('no stage with ACL is built');
  if (spawnSync('redis-server', ['--version']).status !== 0) context.skip('redis-server is not on the PATH');
  const [ours, theirs] = await Promise.all([parseTarget(last.dir).start(), parseTarget('redis').start()]);
  try {
    const { differences, counts } = await compareVerdicts(ours.port, theirs.port, COUNT, seed, false);
    expect(differences.join('\n')).toBe('');
    for (const kind of ['allowed', 'command', 'key', 'channel']) expect(counts[kind]).toBeGreaterThan(COUNT / 300);
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
});
