import { expect, test } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { stripVTControlCharacters } from 'node:util';
import { createLeadingReporter } from './leading-reporter.ts';
import { NOT_THERE_YET } from './not-there-yet.ts';

type Result = { state: 'passed' | 'pending' } | { state: 'skipped'; note: string };

/** A file of tests as Vitest shows it to a reporter: the step of each test, and what came of it so far. */
function fileOf(steps: readonly string[]) {
  const results: Result[] = steps.map(() => ({ state: 'pending' }));
  const module = { moduleId: '/tests/suites/01-core.test.ts', children: { allTests: () => tests }, errors: () => [] };
  const tests = steps.map((step, at) => ({
    id: String(at),
    name: `test ${at}`,
    fullName: `${step} > test ${at}`,
    parent: { type: 'suite', name: step },
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
