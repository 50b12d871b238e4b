import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { openSuiteRunner } from '../harness/run-suite.ts';
import { plant } from './mutant.ts';

test.each(builtStages().map(({ number }) => number))('stage %s has bugs to plant', (number) => {
  expect(existsSync(join(PROJECT_ROOT, `tests/mutants/stage-${number}.test.ts`))).toBe(true);
});

test('a bug is planted where its text occurs once, and refused otherwise', () => {
  const mutant = { file: 'a.ts', find: 'ab', replace: '$&c', why: '' };
  expect(plant(mutant, 'x ab y')).toBe('x $&c y');
  expect(() => plant(mutant, 'ab ab')).toThrow('occurs 2 times');
  expect(() => plant(mutant, 'a b')).toThrow('occurs 0 times');
});

test('the one test that a bug names is run; a name that no test has, or several have, is an error', { timeout: 60_000 }, async () => {
  const runner = openSuiteRunner();
  const run = (file: string, name: string) => runner.run({ target: '01', file: `tests/suites/${file}.test.ts`, test: name });
  try {
    const { state, name } = await run('01-core', 'PING answers the simple string PONG');
    expect([state, name]).toEqual(['passed', 'step 1: a server that answers PING > PING answers the simple string PONG']);
    await expect(run('01-core', 'the simple string PONG and more')).rejects.toThrow('has 0 tests');
    await expect(run('11-geo', 'wrong options')).rejects.toThrow(/has [23] tests/);
  } finally {
    runner.close();
  }
});
