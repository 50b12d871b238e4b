import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { openSuiteRunner, type SuiteRunner } from '../harness/run-suite.ts';
import { TRIES_ALL } from '../harness/stages-to-try.ts';
import { pathOf, plant, tryBug, type Mutant } from './mutant.ts';
import { copyStage, type StageCopy } from './stage-copy.ts';

const LEAST = 3;

/** Unless all are planted: those that a core test notices, and of the others one in so many. */
const ONE_IN = 3;

/** Tests that the suite of a stage notices each of these bugs: the test that a bug names fails with it. */
export function plantedBugs(number: string, mutants: readonly Mutant[]): void {
  const stage = findStage(number)!;

  describe(`bugs planted in stage ${number}`, () => {
    let copy: StageCopy;
    let runner: SuiteRunner;

    beforeAll(() => {
      copy = copyStage(stage);
      runner = openSuiteRunner();
    });

    afterAll(() => {
      runner.close();
      copy.remove();
    });

    for (const [at, mutant] of mutants.entries()) {
      test(mutant.why, { timeout: 120_000 }, async (context) => {
        if (!TRIES_ALL && !mutant.suite.endsWith('-core') && at % ONE_IN !== 0) context.skip('planted with npm test -- --every');
        const { state } = await tryBug(stage, copy, mutant, runner);
        expect(state, `${mutant.suite} › ${mutant.test}, with this bug`).toBe('failed');
      });
    }

    test('are three at least, each a change of one place', () => {
      expect(mutants.length).toBeGreaterThanOrEqual(LEAST);
      for (const mutant of mutants) {
        const source = readFileSync(join(PROJECT_ROOT, pathOf(stage, mutant)), 'utf8');
        expect(plant(mutant, source)).not.toBe(source);
      }
    });
  });
}
