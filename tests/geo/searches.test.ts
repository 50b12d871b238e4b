import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { builtStages, findStage } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { compareSearches } from './searches.ts';

/** Random searches of random places: what is found, in what order, and how far away, is what real Redis says. */

const POINTS = 5_000;
const COUNT = 400;
const seed = chooseSeed();
const last = builtStages().at(-1)!;

test(`searches of random places, SEED=${seed}`, async (context) => {
  if (last.number < findStage('geo')!.number) context.skip('no stage with geo commands is built');
  if (spawnSync('redis-server', ['--version']).status !== 0) context.skip('redis-server is not on the PATH');
  const [ours, theirs] = await Promise.all([parseTarget(last.dir).start(), parseTarget('redis').start()]);
  try {
    const { differences, found } = await compareSearches(ours.port, theirs.port, POINTS, COUNT, seed);
    expect(differences.join('\n')).toBe('');
    // Some seeds draw many searches of the open sea.
    expect(found).toBeGreaterThan(COUNT / 4);
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
});
