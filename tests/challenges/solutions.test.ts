import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { readTree } from '#shared/tools/tree/files.ts';
import { challengesOf, withSolution } from '../harness/challenges.ts';
import { coreFile } from '../harness/core-tests.ts';
import { runSuite, type TestRun } from '../harness/run-suite.ts';
import { stagesToTry } from '../harness/stages-to-try.ts';

/** The tests of each challenge fail on the stage, and pass on a copy in which it is solved; so do the core tests of the stage. */

/** The stages whose challenges are tried: all of them with `npm test -- --every`. The files of all solutions are looked at. */
const TRIED = stagesToTry('01').map(({ number }) => number);

const SLOW = { timeout: 300_000 };
/** So many lines of a file may be missing in the solution's, or changed; more would be a change of the stage that it lacks. */
const LINES_CHANGED = 15;
const failures = (tests: readonly TestRun[]) => tests.filter(({ state }) => state === 'failed').map(({ name }) => name);

for (const stage of builtStages().filter(({ number }) => challengesOf(number).length > 0)) {
  const files = challengesOf(stage.number);

  describe(`the challenge of stage ${stage.number}`, () => {
    test('fails on the stage itself', SLOW, async (context) => {
      if (!TRIED.includes(stage.number)) context.skip('tried with npm test -- --every');
      for (const file of files) expect(failures(await runSuite(stage.number, stage.dir, { files: [file] }))).not.toEqual([]);
    });

    test('passes where it is solved, and the core tests of the stage do, too', SLOW, async (context) => {
      if (!TRIED.includes(stage.number)) context.skip('tried with npm test -- --every');
      const tests = await withSolution(stage, (dir) => runSuite(stage.number, dir, { files: [...files, coreFile(stage.number)] }));
      expect(failures(tests)).toEqual([]);
      expect(tests.length).toBeGreaterThan(5);
    });

    test('the files of its solution differ from the stage\'s', () => {
      const solution = readTree(join(PROJECT_ROOT, 'tests/challenges', stage.number));
      const own = readTree(join(PROJECT_ROOT, stage.dir));
      const same = [...solution].filter(([name, path]) => {
        const original = own.get(name);
        return original !== undefined && readFileSync(original, 'utf8') === readFileSync(path, 'utf8');
      });
      expect(solution.size).toBeGreaterThan(0);
      expect(same).toEqual([]);
    });

    test('the files of its solution have what the stage has, but for a few lines', () => {
      const lines = (path: string) => readFileSync(path, 'utf8').split('\n');
      const own = readTree(join(PROJECT_ROOT, stage.dir));
      for (const [name, path] of readTree(join(PROJECT_ROOT, 'tests/challenges', stage.number))) {
        const solved = new Set(lines(path));
        const missing = own.has(name) ? lines(own.get(name)!).filter((line) => !solved.has(line)) : [];
        expect(missing.length, `${name} lacks of the stage's:\n${missing.join('\n')}`).toBeLessThanOrEqual(LINES_CHANGED);
      }
    });
  });
}
