import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { fuzz } from './fuzz.ts';

const seed = chooseSeed();
const stage = builtStages().at(-1)!;

test(`stage ${stage.number} goes on serving under random and damaged bytes, SEED=${seed}`, async () => {
  const server = await parseTarget(stage.dir).start();
  try {
    const { port, process } = server;
    const { chunks, bugs } = await fuzz({
      port,
      pid: process!.pid,
      stage: stage.number,
      chunks: 20_000,
      seed,
      patienceMs: 0,
    });
    expect(chunks).toBeGreaterThanOrEqual(20_000);
    expect(bugs).toEqual([]);
    expect(process!.ended()).toBeNull();
  } finally {
    await server.stop();
  }
});
