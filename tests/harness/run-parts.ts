import { basename, join } from 'node:path';
import chalk from 'chalk';
import type { Reporter } from 'vitest/node';
import { BaseSequencer, startVitest, type TestSpecification } from 'vitest/node';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { changed } from './changes.ts';
import { LONG_FILES } from './long-files.ts';
import type { Part } from './plan.ts';
import type { Counts } from './reporter.ts';
import type { Choice } from './test-names.ts';

export interface RunOptions {
  readonly choice: Choice | null;
  readonly bail: boolean;
  /** Run a test that fails again, at once, up to `RETRIES` times; the reporter says so. */
  readonly retryFailed: boolean;
  /** Run one file at a time, in the order of the suites: they share a server, or a person reads the results as they come. */
  readonly inOrder: boolean;
  readonly reporter: Reporter & { readonly total: Counts };
}

const RETRIES = 2;
const CONFIG = join(PROJECT_ROOT, 'tests/vitest.config.ts');

/** Runs the tests of these parts. @returns the exit code: 1 when a test failed, or none passed */
export async function runParts(parts: readonly Part[], { choice, bail, retryFailed, inOrder, reporter }: RunOptions): Promise<number> {
  const projects = parts
    .filter((part) => part.include.length > 0)
    .map(({ name, include, target }) => ({
      extends: CONFIG,
      test: { name, include: [...include], env: target === null ? {} : { TARGET: target } },
    }));
  const vitest = await startVitest(
    'test',
    [],
    {
      config: CONFIG,
      root: PROJECT_ROOT,
      ...(choice === null ? {} : { testNamePattern: choice.pattern }),
      watch: false,
      bail: bail ? 1 : 0,
      retry: retryFailed ? RETRIES : 0,
      fileParallelism: !inOrder,
      sequence: { sequencer: inOrder ? InOrder : LongFirst },
      reporters: [reporter],
    },
    { test: { projects } },
  );
  await vitest.close();
  return reporter.total.failed > 0 || reporter.total.passed === 0 ? 1 : 0;
}

/** Runs again whenever something in these files and folders changes, until the process is ended. */
export async function runOnChange(paths: readonly string[], run: () => Promise<number>): Promise<never> {
  for (;;) {
    const change = changed(paths);
    await run();
    console.log(chalk.dim(`\nwaiting for a change in ${paths.map((path) => basename(path)).join(', ')} (Ctrl-C ends)`));
    console.log(chalk.dim(`\n${await change} has changed`));
  }
}

/** The files that take longest come first: at the end, such a file would run alone. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const ranks = new Map(LONG_FILES.map((name, at) => [join(PROJECT_ROOT, `tests/${name}.test.ts`), at]));
    const rank = ({ moduleId }: TestSpecification) => ranks.get(moduleId) ?? LONG_FILES.length;
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

/** The core of a suite first, then its other files. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const key = ({ moduleId }: TestSpecification) => basename(moduleId).replace('-core.', '-.');
    return files.sort((a, b) => key(a).localeCompare(key(b)));
  }
}
