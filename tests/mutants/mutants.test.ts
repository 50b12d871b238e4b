import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStages, findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { plant, testsThatNotice, type Mutant } from './mutant.ts';
import { stage01 } from './stage-01.ts';

const MUTANTS: readonly Mutant[] = [...stage01];
const LEAST_PER_STAGE = 3;

describe('planted bugs', () => {
  for (const mutant of MUTANTS) {
    test(`stage ${mutant.stage}: ${mutant.why}`, { timeout: 120_000 }, async () => {
      expect(await testsThatNotice(mutant)).not.toEqual([]);
    });
  }

  test.each(builtStages().map(({ number }) => number))('stage %s has three at least', (number) => {
    expect(MUTANTS.filter(({ stage }) => stage === number).length).toBeGreaterThanOrEqual(LEAST_PER_STAGE);
  });

  test('each is a change of one place', () => {
    for (const mutant of MUTANTS) {
      const source = readFileSync(join(PROJECT_ROOT, findStage(mutant.stage)!.dir, mutant.file), 'utf8');
      expect(plant(mutant, source)).not.toBe(source);
    }
  });

  test('a text that occurs twice, or not at all, is refused', () => {
    const mutant = { ...MUTANTS[0]!, find: 'ab', replace: 'c' };
    expect(() => plant(mutant, 'ab ab')).toThrow('occurs 2 times');
    expect(() => plant(mutant, 'a b')).toThrow('occurs 0 times');
  });
});
