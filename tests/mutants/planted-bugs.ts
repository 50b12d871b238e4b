import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { pathOf, plant, testsThatNotice, type Mutant } from './mutant.ts';

const LEAST = 3;

/** Tests that the suite of a stage notices each of these bugs. */
export function plantedBugs(stage: string, mutants: readonly Mutant[]): void {
  describe(`bugs planted in stage ${stage}`, () => {
    for (const mutant of mutants) {
      test(mutant.why, { timeout: 120_000 }, async () => {
        const noticed = await testsThatNotice(stage, mutant);
        expect(noticed.length, `no test of suite ${mutant.suite ?? stage} fails with this bug`).toBeGreaterThan(0);
      });
    }

    test('are three at least, each a change of one place', () => {
      expect(mutants.length).toBeGreaterThanOrEqual(LEAST);
      for (const mutant of mutants) {
        const source = readFileSync(join(PROJECT_ROOT, pathOf(findStage(stage)!, mutant)), 'utf8');
        expect(plant(mutant, source)).not.toBe(source);
      }
    });
  });
}
