import { basename } from 'node:path';
import chalk from 'chalk';
import type { SerializedError, TestError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestState } from 'vitest/node';
import { fullName, noSuchTest, type Choice } from './test-names.ts';
import { clip, INDENT_COLUMNS, terminalWidth } from './width.ts';

/** Counts of a run, as its last line shows them. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * One line for each file as it finishes, failures in full, and at the end one line `N passed, N failed`.
 * @param closing lines to print before the last one
 * @param choice the tests that were run; files without any of them are left out
 */
export function createReporter(
  closing: readonly string[],
  choice: Choice | null = null,
  print: (line: string) => void = console.log,
): Reporter & { total: Counts } {
  let leftOut: string[] = [];
  let failed: string[] = [];
  let passedAgain: string[] = [];
  let skipped = new Map<string, number>();
  const chosen = (file: TestModule, state?: TestState) =>
    [...file.children.allTests(state)].filter((test) => choice === null || choice.pattern.test(fullName(test)));
  const reporter = {
    total: createCounts(),
    onTestRunStart() {
      reporter.total = createCounts();
      leftOut = [];
      failed = [];
      passedAgain = [];
      skipped = new Map();
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
      for (const [reason, times] of skips(chosen(file, 'skipped'))) {
        print(chalk.yellow(`    ${times} skipped: ${reason}`));
        skipped.set(reason, (skipped.get(reason) ?? 0) + times);
      }
      const show = (name: string, error: TestError) => {
        failed.push(`${file.project.name} › ${name}`);
        for (const line of failureLines(file.project.name, name, error)) print(line);
      };
      for (const error of errors) show(basename(file.moduleId), error as TestError);
      for (const test of file.children.allTests('failed')) {
        for (const error of test.result().errors?.slice(0, 1) ?? []) show(test.fullName, error);
      }
      for (const test of tests.filter((one) => one.diagnostic()?.flaky)) {
        passedAgain.push(`${file.project.name} › ${test.fullName}`);
        const [error] = test.result().errors ?? [];
        const name = `${test.fullName}, which passed when it ran again`;
        if (error) for (const line of failureLines(file.project.name, name, error)) print(line);
      }
    },
    onTestRunEnd(_files: readonly TestModule[], unhandled: readonly SerializedError[]) {
      for (const error of unhandled) {
        failed.push('outside of any test');
        for (const line of failureLines('', 'outside of any test', error as TestError)) print(line);
      }
      reporter.total.failed += unhandled.length;
      const { total } = reporter;
      if (choice !== null && total.passed + total.failed + total.skipped === 0) {
        print(chalk.red(noSuchTest(choice.text, leftOut)));
        return;
      }
      for (const line of closing) print(line);
      for (const line of allSkipped(skipped)) print(line);
      for (const line of listed('Failed, and passed when run again:', passedAgain)) print(line);
      for (const line of listed('Failed:', failed)) print(line);
      print(`\n${summary(reporter.total)}`);
    },
  };
  return reporter;
}

export function createCounts(): Counts {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** Names these tests once more, a line each: a long log is read from its end. */
function listed(heading: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [chalk.red(`\n${heading}`), ...names.map((name) => clip(`  ✗ ${name}`, terminalWidth()))];
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

/** Why tests were skipped: each reason once, with the number of tests. */
function skips(tests: readonly TestCase[]): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const test of tests) {
    const reason = skipReason(test);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}

/** The reasons of all files once more, with the number of tests: a long log is read from its end. */
function allSkipped(reasons: ReadonlyMap<string, number>): string[] {
  if (reasons.size === 0) return [];
  const mostFirst = [...reasons].sort(([, a], [, b]) => b - a);
  return [chalk.yellow('\nSkipped:'), ...mostFirst.map(([reason, times]) => clip(`  ${String(times).padStart(4)}  ${reason}`, terminalWidth()))];
}

/** Why a test was skipped, as it says itself. */
export function skipReason(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || `"${test.name}", without a reason`;
}

/** A failure in full, no line wider than the terminal. */
export function failureLines(
  where: string,
  name: string,
  error: Pick<TestError, 'message' | 'diff' | 'stacks'>,
  columns = terminalWidth(),
): string[] {
  const head = chalk.red(clip(`  ✗ ${[where, name].filter(Boolean).join(' › ')}`, columns));
  const text = error.message.split('\n');
  const frame = error.stacks?.[0];
  const place = frame && `at ${frame.file.replace(/^.*\/(tests|shared|stages)\//, '$1/')}:${frame.line}:${frame.column}`;
  const isExplained = /^(sent|before|check|reply|expected) /.test(error.message);
  const compared = error.diff && !isExplained ? error.diff.split('\n') : [];
  const indent = ' '.repeat(INDENT_COLUMNS);
  return [
    '',
    head,
    ...text.map((line) => indent + clip(line, columns - INDENT_COLUMNS)),
    // The difference is not clipped: its colour codes take no room on a terminal.
    ...compared.map((line) => indent + line),
    ...(place ? [chalk.dim(clip(indent + place, columns))] : []),
    '',
  ];
}
