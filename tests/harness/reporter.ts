import { basename } from 'node:path';
import chalk from 'chalk';
import type { SerializedError, TestError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestState } from 'vitest/node';
import { fullName, noSuchTest, type Choice } from './test-names.ts';

/** Counts of a run, as the last line tells them. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * One line for each file as it finishes, failures in full, and at the end one line `N passed, N failed`.
 * @param closing lines to print before the last one
 * @param choice the tests to speak of; the others were not run, and files without any are left out
 */
export function createReporter(
  closing: readonly string[],
  choice: Choice | null = null,
  print: (line: string) => void = console.log,
): Reporter & { total: Counts } {
  let leftOut: string[] = [];
  const chosen = (file: TestModule, state?: TestState) =>
    [...file.children.allTests(state)].filter((test) => choice === null || choice.pattern.test(fullName(test)));
  const reporter = {
    total: { passed: 0, failed: 0, skipped: 0 },
    onTestRunStart() {
      reporter.total = { passed: 0, failed: 0, skipped: 0 };
      leftOut = [];
    },
    onTestModuleEnd(file: TestModule) {
      const tests = chosen(file);
      const errors = file.errors();
      if (choice !== null && tests.length === 0 && errors.length === 0) {
        for (const test of file.children.allTests()) leftOut.push(fullName(test));
        return;
      }
      const counts = count(tests, errors.length);
      reporter.total.passed += counts.passed;
      reporter.total.failed += counts.failed;
      reporter.total.skipped += counts.skipped;
      print(fileLine(file, counts));
      for (const line of skips(chosen(file, 'skipped'))) print(line);
      for (const error of errors) print(failure(file.project.name, basename(file.moduleId), error));
      for (const test of file.children.allTests('failed')) {
        for (const error of test.result().errors ?? []) print(failure(file.project.name, test.fullName, error));
      }
    },
    onTestRunEnd(_files: readonly TestModule[], unhandled: readonly SerializedError[]) {
      for (const error of unhandled) print(failure('', 'outside of any test', error as TestError));
      reporter.total.failed += unhandled.length;
      const { passed, failed, skipped } = reporter.total;
      if (choice !== null && passed + failed + skipped === 0) {
        print(chalk.red(noSuchTest(choice.text, leftOut)));
        return;
      }
      for (const line of closing) print(line);
      print(`\n${summary(reporter.total)}`);
    },
  };
  return reporter;
}

/** `12 passed, 1 failed`, and how many were skipped, if any were. */
export function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function count(tests: readonly TestCase[], errors: number): Counts {
  const counts = { passed: 0, failed: errors, skipped: 0 };
  for (const test of tests) {
    const { state } = test.result();
    if (state !== 'pending') counts[state]++;
  }
  return counts;
}

function fileLine(file: TestModule, counts: Counts): string {
  const mark = counts.failed > 0 ? chalk.red('✗') : chalk.green('✓');
  const seconds = `${(file.diagnostic().duration / 1000).toFixed(1)} s`;
  const name = file.moduleId.slice(file.moduleId.lastIndexOf('/tests/') + '/tests/'.length).replace(/\.test\.ts$/, '');
  return `${mark} ${file.project.name.padEnd(10)} ${name.padEnd(28)} ${summary(counts)}  ${chalk.dim(seconds)}`;
}

/** Nothing is left out without a word: the reasons, each once, with the number of tests. */
function skips(tests: readonly TestCase[]): string[] {
  const reasons = new Map<string, number>();
  for (const test of tests) {
    const reason = skipReason(test);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...reasons].map(([reason, times]) => chalk.yellow(`    ${times} skipped: ${reason}`));
}

function skipReason(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || `"${test.name}", without a reason`;
}

function failure(where: string, name: string, error: TestError): string {
  const head = chalk.red(`\n  ✗ ${[where, name].filter(Boolean).join(' › ')}`);
  const text = error.message.split('\n').map((line) => `    ${line}`);
  const frame = error.stacks?.[0];
  const place =
    frame && `    at ${frame.file.replace(/^.*\/(tests|shared|stages)\//, '$1/')}:${frame.line}:${frame.column}`;
  const compared =
    error.diff && !error.message.startsWith('sent') ? [`    ${error.diff.replaceAll('\n', '\n    ')}`] : [];
  return [head, ...text, ...compared, ...(place ? [chalk.dim(place)] : []), ''].join('\n');
}
