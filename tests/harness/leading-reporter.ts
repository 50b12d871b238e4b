import { basename } from 'node:path';
import chalk from 'chalk';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { doubleQuoted } from '#shared/tools/quote.ts';
import { readHints } from './core-tests.ts';
import { isCore } from './plan.ts';
import { createCounts, failureLines, skipReason, summary, type Counts } from './reporter.ts';
import { NOT_THERE_YET } from './not-there-yet.ts';
import { fullName, noSuchTest, type Choice } from './test-names.ts';
import { clip, terminalWidth, wrap } from './width.ts';

/** What the reporter must know of the command line, to say what to type next. */
export interface Invocation {
  /** The last suite of the run: `02`. */
  readonly suite: string;
  /** The suite after it, or null. */
  readonly nextSuite: string | null;
  /** Whether all tests run, not the core alone. */
  readonly full: boolean;
  /** Called after a whole run, for `npm run progress`: how many core tests passed and ran, by suite. */
  record?(suites: Record<string, { passed: number; total: number }>): void;
  /** A command line like the one that was typed, for this suite, with these flags in place of -t and --full. */
  command(suite: string, ...flags: string[]): string;
}

/**
 * The reporter for a server of the learner's: a line for each test as it comes, the first failure of the lowest step in
 * full with its first hint, and at the end how many core tests passed and the command to type next.
 */
export function createLeadingReporter(
  invocation: Invocation,
  choice: Choice | null = null,
  print: (line: string) => void = console.log,
  columns = terminalWidth(),
): Reporter & { total: Counts } {
  let group = '';
  /** The tests of this group that ended early. */
  let missing = 0;
  const told = new Set<string>();
  const cut = (text: string) => clip(text, columns);
  const chosen = (file: TestModule) =>
    [...file.children.allTests()].filter((test) => choice === null || choice.pattern.test(fullName(test)));

  const reporter = {
    total: createCounts(),
    onTestRunStart() {
      reporter.total = createCounts();
      group = '';
      told.clear();
    },
    onTestCaseResult: ({ module }: TestCase) => tell(module),
    async onTestRunEnd(files: readonly TestModule[], unhandled: readonly SerializedError[]) {
      const sorted = [...files].sort((a, b) => order(a).localeCompare(order(b)));
      sorted.forEach(tell);
      endGroup();
      const tests = sorted.flatMap(chosen);
      const errors = [...unhandled, ...sorted.flatMap((file) => [...file.errors()])];
      for (const error of errors) for (const line of failureLines('', 'outside of any test', error, columns)) print(line);
      reporter.total.failed += errors.length;
      if (tests.length === 0 && errors.length === 0 && choice !== null) {
        print(chalk.red(noSuchTest(choice.text, files.flatMap((file) => [...file.children.allTests()].map(fullName)))));
        return;
      }
      const failed = tests.filter((test) => test.result().state === 'failed');
      if (failed.length > 0) await showFailures(failed);
      if (choice === null) invocation.record?.(coreCounts(tests));
      print('');
      for (const line of closing(tests, await won(sorted), sorted)) print(line);
      print(`\n${summary(reporter.total)}`);
    },
  };
  return reporter;

  /** The results of a file that have come, in the order of its tests: Vitest may give a later one first. */
  function tell(file: TestModule): void {
    for (const test of chosen(file)) {
      if (told.has(test.id)) continue;
      if (test.result().state === 'pending') return;
      told.add(test.id);
      tellResult(test);
    }
  }

  function tellResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'pending') return;
    reporter.total[state]++;
    const heading = groupName(test);
    if (heading !== group) endGroup();
    if (isNotThereYet(test)) {
      missing++;
      return;
    }
    if (heading !== group) print(`\n${chalk.bold(cut(heading))}`);
    group = heading;
    const marks = { passed: chalk.green('✓'), failed: chalk.red('✗'), skipped: chalk.yellow('-') };
    print(`  ${marks[state]} ${clip(test.name, columns - 4)}`);
    if (state === 'skipped') print(cut(`    skipped: ${skipReason(test)}`));
  }

  function endGroup(): void {
    if (missing > 0) print(chalk.yellow(`  - ${missing} more: ${NOT_THERE_YET} (no replies in time)`));
    missing = 0;
  }

  /** Lists the other failures, and then the first one in full, which is then nearest to the end of the output. */
  async function showFailures([first, ...others]: TestCase[]): Promise<void> {
    if (others.length > 0) {
      print(`\n${others.length} other ${others.length === 1 ? 'test fails' : 'tests fail'}:`);
      for (const test of others) print(cut(`  ${place(test)} › ${test.name}`));
    }
    print(`\n${chalk.bold('The first failure:')}`);
    for (const error of first!.result().errors ?? []) {
      for (const line of failureLines(groupName(first!), first!.name, error, columns)) print(line);
    }
    const hint = (await readHints(suiteOf(first!)))?.hints[first!.name];
    if (hint === undefined || !isCore(first!.module.moduleId)) return;
    wrap(hint[0], columns - 14).forEach((line, at) => print(`    ${(at === 0 ? 'hint' : '').padEnd(10)}${line}`));
    print(chalk.dim(`    more      npm run hint ${suiteOf(first!)} ${doubleQuoted(first!.name)}`));
  }

  function closing(tests: readonly TestCase[], wonBySuite: ReadonlyMap<string, string>, files: readonly TestModule[]): string[] {
    if (choice !== null) {
      const done = tests.every((test) => test.result().state === 'passed');
      return done ? lines(chalk.green('✓ passed'), afterChoice(tests, files)) : [];
    }
    const core = tests.filter((test) => isCore(test.module.moduleId));
    const suites = [...new Set(core.map(suiteOf))];
    const result: string[] = [];
    for (const suite of suites) {
      const all = core.filter((test) => suiteOf(test) === suite);
      const own = all.filter((test) => !isUnasked(test));
      const passed = own.filter((test) => test.result().state === 'passed').length;
      const count = `${suites.length > 1 ? `${suite} ` : ''}core ${passed}/${own.length}${all.length > own.length ? ` (${all.length - own.length} skipped)` : ''}`;
      const open = own.find((test) => test.result().state !== 'passed');
      if (open === undefined && own.length > 0) {
        result.push(chalk.green([count, '✓', wonBySuite.get(suite), '✓'].filter(Boolean).join(' ')) + fidelity(tests, suite));
        continue;
      }
      if (open === undefined) continue;
      const command = invocation.command(suite, '-t', doubleQuoted(open.name));
      result.push(...lines(count, `next: ${open.name} (step ${stepOf(open)}) · ${command}`));
      return result;
    }
    if (reporter.total.failed === 0 && suites.length > 0) result.push(...afterAll());
    return result;
  }

  /** After all tests of a step: the next step. After a single test, or the last step: the suite as a whole. */
  function afterChoice(tests: readonly TestCase[], files: readonly TestModule[]): string {
    const { suite } = invocation;
    const core = files.filter(({ moduleId }) => isCore(moduleId)).flatMap((file) => [...file.children.allTests()]);
    const ofStep = (step: number) => core.filter((test) => suiteOf(test) === suite && Number(stepOf(test)) === step);
    const step = Number(tests.map(stepOf).at(-1));
    const next = ofStep(step + 1)[0]?.parent;
    if (next?.type !== 'suite' || ofStep(step).some((test) => !tests.includes(test))) {
      return `next: the whole suite · ${invocation.command(suite)}`;
    }
    const title = next.name.replace(/^step \d+: /, '');
    return `next: step ${step + 1} · ${invocation.command(suite, '-t', doubleQuoted(title))}`;
  }

  function coreCounts(tests: readonly TestCase[]): Record<string, { passed: number; total: number }> {
    const counts: Record<string, { passed: number; total: number }> = {};
    for (const test of tests.filter(({ module }) => isCore(module.moduleId))) {
      if (isUnasked(test)) continue;
      const count = (counts[suiteOf(test)] ??= { passed: 0, total: 0 });
      count.total++;
      if (test.result().state === 'passed') count.passed++;
    }
    return counts;
  }

  function afterAll(): string[] {
    const { suite, nextSuite, full } = invocation;
    const more = full ? [] : [`all tests of suite ${suite}: ${invocation.command(suite, '--full')}`];
    return [...more, ...(nextSuite === null ? [] : [`next: ${invocation.command(nextSuite)}`])];
  }

  function fidelity(tests: readonly TestCase[], suite: string): string {
    const own = tests.filter((test) => suiteOf(test) === suite && !isCore(test.module.moduleId));
    const passed = own.filter((test) => test.result().state === 'passed').length;
    return own.length === 0 ? '' : ` · fidelity ${passed}/${own.length} (--full)`;
  }

  /** In one line where there is room, else in lines of their own; a command is never cut. */
  function lines(count: string, rest: string): string[] {
    const one = `${count} · ${rest}`;
    if (one.length <= columns) return [one];
    const [what, command] = rest.split(/ · (?=npm )/);
    return [cut(`${count} · ${what}`), `  ${command}`];
  }
}

/** For each suite whose core passed: what the server can do now. */
async function won(files: readonly TestModule[]): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const file of files.filter(({ moduleId }) => isCore(moduleId))) {
    const number = basename(file.moduleId).slice(0, 2);
    const hints = await readHints(number);
    if (hints !== null) result.set(number, hints.won);
  }
  return result;
}

/** Files in the order of their suites, the core of each first. */
function order({ moduleId }: TestModule): string {
  const name = basename(moduleId);
  return `${name.slice(0, 2)}${isCore(moduleId) ? ' ' : ''}${name}`;
}

function suiteOf(test: TestCase): string {
  return basename(test.module.moduleId).slice(0, 2);
}

function groupName(test: TestCase): string {
  const { parent } = test;
  return `${suiteOf(test)} · ${parent.type === 'suite' ? parent.name : basename(test.module.moduleId)}`;
}

/** `01 step 2`, or the file of a fidelity test. */
function place(test: TestCase): string {
  const step = stepOf(test);
  return step === null ? basename(test.module.moduleId, '.test.ts') : `${suiteOf(test)} step ${step}`;
}

function stepOf(test: TestCase): string | null {
  return /^step (\d+):/.exec(test.parent.type === 'suite' ? test.parent.name : '')?.[1] ?? null;
}

function isNotThereYet(test: TestCase): boolean {
  return test.result().state === 'skipped' && skipReason(test) === NOT_THERE_YET;
}

/** Whether the harness skipped the test, say because the server takes no flags: that says nothing about the server. */
function isUnasked(test: TestCase): boolean {
  return test.result().state === 'skipped' && !isNotThereYet(test);
}
