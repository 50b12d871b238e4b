import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findStage, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { coreFile, hasCore } from '../harness/core-tests.ts';
import { runSuite, type TestRun } from '../harness/run-suite.ts';

/** A bug to plant into a copy of a stage: its suite must notice. */
export interface Mutant {
  /** Inside the stage's folder, or a file of shared/: `shared/dict/dict.ts`. */
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What is wrong then, in the words of a bug report. */
  readonly why: string;
  /** The file of the suite that has to notice, where the suite has several: `03-lists`. The core tests run with it. */
  readonly suite?: string;
}

/** Where the file is, from the project's root. */
export function pathOf(stage: Stage, { file }: Mutant): string {
  return file.startsWith('shared/') ? file : `${stage.dir}/${file}`;
}

/** The file with the bug in it. @throws Error unless `find` occurs exactly once */
export function plant(mutant: Mutant, source: string): string {
  const times = source.split(mutant.find).length - 1;
  if (times !== 1) throw new Error(`${mutant.file}: "${mutant.find}" occurs ${times} times, not once`);
  return source.replace(mutant.find, () => mutant.replace);
}

/**
 * Runs the stage's suite on a copy of the stage with the bug.
 * @returns the tests that noticed it
 * @throws Error when the copy does not even start: such a bug proves nothing about the suite
 */
export async function testsThatNotice(stageNumber: string, mutant: Mutant): Promise<string[]> {
  const stage = findStage(stageNumber)!;
  const core = hasCore(stageNumber) ? [coreFile(stageNumber)] : [];
  const files = mutant.suite === undefined ? {} : { files: [`tests/suites/${mutant.suite}.test.ts`, ...core] };
  const failed = await failedTests(stage, pathOf(stage, mutant), (source) => plant(mutant, source), files);
  const broken = failed.find(doesNotStart);
  if (broken) throw new Error(`the copy with the bug does not start:\n${broken.failure}`);
  return failed.map(({ name }) => name);
}

/** Whether a test failed because the server did not even start. One that does not start again has shown its bug: it left a bad file. */
export function doesNotStart({ failure }: TestRun): boolean {
  return failure.includes('before it answered PING') && !/\bat restart \(/.test(failure);
}

/**
 * Runs the stage's suite, up to the first failure, on a copy of the stage in which one file was edited.
 * @param path where the file is, from the project's root
 */
export async function failedTests(
  stage: Stage,
  path: string,
  edit: (source: string) => string,
  { files }: { files?: readonly string[] } = {},
): Promise<TestRun[]> {
  const root = mkdtempSync(join(tmpdir(), 'mutant-'));
  const remove = () => rmSync(root, { recursive: true, force: true });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, remove);
  try {
    const copy = join(root, stage.dir);
    mkdirSync(copy, { recursive: true });
    cpSync(join(PROJECT_ROOT, stage.dir), copy, { recursive: true });
    cpSync(join(PROJECT_ROOT, 'shared'), join(root, 'shared'), { recursive: true });
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ type: 'module', imports: { '#shared/*': './shared/*' } }),
    );
    const file = join(root, path);
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
    const tests = await runSuite(stage.number, copy, { bail: true, ...(files === undefined ? {} : { files }) });
    return tests.filter(({ state }) => state === 'failed');
  } finally {
    for (const signal of signals) process.off(signal, remove);
    remove();
  }
}
