import type { Stage } from '#shared/manifest.ts';
import { runSuite, type SuiteRunner, type TestRun } from '../harness/run-suite.ts';
import { copyStage, type StageCopy } from './stage-copy.ts';

/** A bug to plant into a copy of a stage: a test of its suite must notice. */
export interface Mutant {
  /** Inside the stage's folder, or a file of shared/: `shared/dict/dict.ts`. */
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What is wrong then, in the words of a bug report. */
  readonly why: string;
  /** The file of the suite that notices: `03-lists`. */
  readonly suite: string;
  /** The title of the test in it that notices, and is run; with the group's in front where that alone is not unique. */
  readonly test: string;
}

/** Where the file is, from the project's root. */
export function pathOf(stage: Stage, { file }: Pick<Mutant, 'file'>): string {
  return file.startsWith('shared/') ? file : `${stage.dir}/${file}`;
}

/** The file with the bug in it. @throws Error unless `find` occurs exactly once */
export function plant({ file, find, replace }: Pick<Mutant, 'file' | 'find' | 'replace'>, source: string): string {
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`${file}: "${find}" occurs ${times} times, not once`);
  return source.replace(find, () => replace);
}

/**
 * Runs the test that is to notice a bug on a copy of the stage with the bug.
 * @throws Error when the copy does not even start: such a bug proves nothing about the suite
 */
export async function tryBug(stage: Stage, copy: StageCopy, mutant: Mutant, runner: SuiteRunner): Promise<TestRun> {
  const undo = copy.edit(pathOf(stage, mutant), (source) => plant(mutant, source));
  try {
    const run = await runner.run({ target: copy.dir, file: `tests/suites/${mutant.suite}.test.ts`, test: mutant.test });
    if (doesNotStart(run)) throw new Error(`the copy with the bug does not start:\n${run.failure}`);
    return run;
  } finally {
    undo();
  }
}

/** Whether a test failed because the server never started. (One that does not start again has a bug that left a bad file.) */
export function doesNotStart({ failure }: TestRun): boolean {
  return /before it answered PING|the server did not answer PING on port/.test(failure) && !/\bat restart \(/.test(failure);
}

/**
 * Runs the stage's suite, up to the first failure, on a copy of the stage in which one file was edited.
 * @param path where the file is, from the project's root
 */
export async function failedTests(stage: Stage, path: string, edit: (source: string) => string): Promise<TestRun[]> {
  const copy = copyStage(stage);
  try {
    copy.edit(path, edit);
    const tests = await runSuite(stage.number, copy.dir, { bail: true });
    return tests.filter(({ state }) => state === 'failed');
  } finally {
    copy.remove();
  }
}
