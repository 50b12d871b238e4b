import { expect, test } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { stripVTControlCharacters } from 'node:util';
import { createLeadingReporter } from './leading-reporter.ts';
import { NOT_THERE_YET } from './not-there-yet.ts';
import { chooseByName } from './test-names.ts';

type Result = { state: 'passed' | 'pending' } | { state: 'skipped'; note: string };

/** A file of tests as Vitest shows it to a reporter: the step of each test, and what came of it so far. */
function fileOf(steps: readonly string[]) {
  const results: Result[] = steps.map(() => ({ state: 'pending' }));
  const module = { moduleId: '/tests/suites/01-core.test.ts', children: { allTests: () => tests }, errors: () => [] };
  const tests = steps.map((step, at) => ({
    id: String(at),
    name: `test ${at}`,
    fullName: `${step} > test ${at}`,
    parent: { type: 'suite', name: step, parent: { type: 'module' } },
    module,
    result: () => results[at]!,
  })) as unknown as TestCase[];
  return { module: module as unknown as TestModule, tests, results };
}

test('a result that comes before that of an earlier test waits for it', async () => {
  const printed: string[] = [];
  const invocation = { suite: '01', nextSuite: null, full: false, command: () => 'npm test' };
  const reporter = createLeadingReporter(invocation, null, (line) => printed.push(...stripVTControlCharacters(line).split('\n')), 80);
  const { module, tests, results } = fileOf(['one', 'one', 'two']);
  reporter.onTestRunStart?.([]);
  results[2] = { state: 'passed' };
  reporter.onTestCaseResult?.(tests[2]!);
  expect(printed).toEqual([]);
  results[0] = { state: 'passed' };
  reporter.onTestCaseResult?.(tests[0]!);
  results[1] = { state: 'skipped', note: NOT_THERE_YET };
  reporter.onTestCaseResult?.(tests[1]!);
  await reporter.onTestRunEnd?.([module], [], 'passed');
  const lines = ['', '01 · one', '  ✓ test 0', `  - 1 more: ${NOT_THERE_YET} (no replies in time)`, '', '01 · two', '  ✓ test 2'];
  expect(printed.slice(0, lines.length)).toEqual(lines);
  expect(printed.at(-1)).toBe('2 passed, 0 failed, 1 skipped');
});

test.each([
  ['a whole step leads to the next one', 'two words', 'next: step 3 · npm test 01 -- -t "three"'],
  ['a heading as it is printed leads to the next one', '01 · step 2: two words', 'next: step 3 · npm test 01 -- -t "three"'],
  ['a part of a step leads to the suite', 'two words > test 1', 'next: the whole suite · npm test 01 --'],
  ['the last step leads to the suite', 'three', 'next: the whole suite · npm test 01 --'],
])('after -t, %s', async (_, text, next) => {
  const printed: string[] = [];
  const command = (suite: string, ...flags: string[]) => ['npm test', suite, '--', ...flags].join(' ');
  const invocation = { suite: '01', nextSuite: null, full: false, command };
  const reporter = createLeadingReporter(invocation, chooseByName(text), (line) => printed.push(stripVTControlCharacters(line)), 80);
  const { module, results } = fileOf(['step 1: one', 'step 2: two words', 'step 2: two words', 'step 3: three']);
  reporter.onTestRunStart?.([]);
  results.fill({ state: 'passed' });
  await reporter.onTestRunEnd?.([module], [], 'passed');
  expect(printed.at(-2)).toBe(`✓ passed · ${next}`);
});
