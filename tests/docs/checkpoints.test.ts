/*
 * Checkpoints of the chapters: each `npm test NN -- -t "text"` chooses at least one test of suite NN, and each numbered
 * step has a checkpoint. Where a suite has a core file, the text must be found there: another server is judged by that.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createVitest } from 'vitest/node';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { hasCore, readCore } from '../harness/core-tests.ts';
import { chooseByName, fullName } from '../harness/test-names.ts';
import { checkpoints, stepTitles } from './checkpoints.ts';

const chapters = readdirSync(join(PROJECT_ROOT, 'docs')).filter((name) => /^\d\d-.*\.md$/.test(name));
const read = (chapter: string) => readFileSync(join(PROJECT_ROOT, 'docs', chapter), 'utf8');
const suites = readdirSync(join(PROJECT_ROOT, 'tests/suites'));

describe('checkpoints', () => {
  // It loads the files of all suites, which takes minutes on a machine that is busy with other work.
  test('each chooses a test of its suite', { timeout: 300_000 }, async () => {
    const byFile = await testNames();
    const missing: string[] = [];
    for (const chapter of chapters) {
      for (const { suite, text } of checkpoints(read(chapter))) {
        const core = `${suite}-core.test.ts`;
        const files = suites.filter((file) => file.startsWith(`${suite}-`));
        // Until a suite has a core file, a step's title stands for tests that are not grouped by steps yet.
        if (!existsSync(join(PROJECT_ROOT, 'tests/suites', core)) && stepTitles(read(chapter)).includes(text)) continue;
        const names = files.flatMap((file) => byFile.get(file) ?? []);
        if (!names.some((name) => chooseByName(text).pattern.test(name))) missing.push(`${chapter}: suite ${suite}, "${text}"`);
      }
    }
    expect(missing).toEqual([]);
  });

  for (const chapter of chapters.filter((name) => stepTitles(read(name)).length > 0)) {
    test(`${chapter}: one at the end of each step`, () => {
      const steps = read(chapter).split(/^## /m).filter((part) => part.startsWith('Step '));
      expect(steps.filter((step) => !step.includes('**Checkpoint.**')).map((step) => step.split('\n')[0])).toEqual([]);
    });
  }

  // The author of a server would see a test fail that belongs to a later step.
  test('each that names a step chooses no core test of another step', () => {
    const others = chapters.flatMap((chapter) =>
      checkpoints(read(chapter)).flatMap(({ suite, text }) => {
        const steps = hasCore(suite) ? readCore(suite) : [];
        if (!steps.some(({ title }) => title === text)) return [];
        const rest = steps.filter(({ title }) => title !== text);
        const names = rest.flatMap(({ number, title, tests }) => tests.map((name) => `step ${number}: ${title} ${name}`));
        return names.filter((name) => chooseByName(text).pattern.test(name)).map((name) => `${chapter}: "${text}" also chooses ${name}`);
      }),
    );
    expect(others).toEqual([]);
  });

  test('are found in prose, with and without the suite', () => {
    const page = 'See `npm test 02 -- -t "lazy"`, then `-t "b c"`.\n```sh\nnpm test 03 -- -t "no"\n```\n`npm test 01 -- --cmd "x {port}" -t "ping"`';
    expect(checkpoints(page)).toEqual([
      { suite: '02', text: 'lazy' },
      { suite: '02', text: 'b c' },
      { suite: '01', text: 'ping' },
    ]);
  });
});

/** The full names of all tests of the suites, by file. */
async function testNames(): Promise<Map<string, string[]>> {
  const config = join(PROJECT_ROOT, 'tests/vitest.config.ts');
  // No test runs: the files may share a process.
  const options = { config, watch: false, include: ['tests/suites/*.test.ts'], reporters: [{}], isolate: false, maxWorkers: 1 };
  const vitest = await createVitest('test', options);
  try {
    const { testModules } = await vitest.collect();
    return new Map(
      testModules.map((module) => [module.moduleId.replace(/^.*\//, ''), [...module.children.allTests()].map(fullName)]),
    );
  } finally {
    await vitest.close();
  }
}
