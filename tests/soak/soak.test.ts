import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { runSoak } from './lab.ts';

// A short run of run.ts. How memory grows and how long pauses are is reported there, and asserted nowhere.
const seed = chooseSeed();
const stage = builtStages().at(-1)!;
const short = { target: stage.number, seed, everyMs: 3_000, sampleMs: 1_000 };

test(`stage ${stage.number} and its replica under everyday use, SEED=${seed}`, async () => {
  const outcome = await runSoak({ ...short, seconds: 13 });
  expect(outcome.problems).toEqual([]);
  expect(Math.min(outcome.saves, outcome.rewrites)).toBeGreaterThan(0);
  for (const seen of [outcome.seen.requests, outcome.seen.visits, outcome.seen.messages, outcome.seen.slowBytes, outcome.pings, outcome.keys]) {
    expect(seen).toBeGreaterThan(0);
  }
}, 120_000);

test('a difference between primary and replica is found', async () => {
  const tamper = async (replica: { send(...words: string[]): Promise<unknown> }) => {
    await replica.send('CONFIG', 'SET', 'replica-read-only', 'no');
    await replica.send('SET', 'large', 'another value');
  };
  const { problems } = await runSoak({ ...short, seconds: 2, tamper });
  expect(problems.join('\n')).toMatch(/^primary and replica differ: .*"large"/);
}, 120_000);
