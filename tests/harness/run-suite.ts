import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { suitesOf } from './plan.ts';
import { endWithUs } from './process.ts';

/** One test of a suite, after a run. */
export interface TestRun {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** The text of its failure, or ''. */
  readonly failure: string;
  /** Why it may pass on the stage before, when it says so. */
  readonly regression: string | null;
}

interface RunOptions {
  /** Stop at the first failure. */
  bail?: boolean;
  /** These files alone, in place of all of the suite's. */
  files?: readonly string[];
}

/**
 * Runs the suite of a stage's number against a target (see `parseTarget`) in a process of its own.
 * @throws Error when the suite could not be run at all
 */
export async function runSuite(
  number: string,
  target: string,
  { bail = false, files = suitesOf(number) }: RunOptions = {},
): Promise<TestRun[]> {
  if (files.length === 0) throw new Error(`there is no suite ${number}`);
  const folder = mkdtempSync(join(tmpdir(), 'suite-run-'));
  const report = join(folder, 'report.json');
  const vitest = join(PROJECT_ROOT, 'node_modules/vitest/vitest.mjs');
  const flags = [
    '--config',
    join(PROJECT_ROOT, 'tests/vitest.config.ts'),
    '--reporter=json',
    `--outputFile=${report}`,
    '--maxWorkers=1',
  ];
  try {
    const output = await finished([vitest, 'run', ...flags, ...(bail ? ['--bail=1'] : []), ...files], {
      ...process.env,
      TARGET: target,
      // The same random values each time: what such a run finds must not depend on luck.
      SEED: process.env['SEED'] ?? '1',
    });
    return readReport(report, output, bail);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finished(argv: string[], env: NodeJS.ProcessEnv): Promise<string> {
  // The variables of an outer run would make the inner one believe that it is a worker.
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VITEST')));
  const child = spawn(process.execPath, argv, { cwd: PROJECT_ROOT, env: own });
  endWithUs(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** The parts of Vitest's JSON report that are used. */
interface Report {
  testResults: {
    name: string;
    message: string;
    assertionResults: {
      fullName: string;
      status: string;
      failureMessages: string[] | null;
      meta?: { regression?: string };
    }[];
  }[];
}

function readReport(file: string, output: string, bail: boolean): TestRun[] {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    throw new Error(`the suite did not run:\n${output}`);
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  // After the first failure the files behind it are not even loaded.
  const broken = report.testResults.find(
    ({ assertionResults, message }) => assertionResults.length === 0 && (!bail || message !== ''),
  );
  if (broken || tests.length === 0)
    throw new Error(`the suite did not run: ${broken?.name ?? output}\n${broken?.message ?? ''}`);
  return tests.map(({ fullName, status, failureMessages, meta }) => ({
    name: fullName,
    state: status === 'passed' || status === 'failed' ? status : 'skipped',
    failure: failureMessages?.join('\n') ?? '',
    regression: meta?.regression ?? null,
  }));
}
