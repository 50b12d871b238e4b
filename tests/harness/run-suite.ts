import { fork, spawn } from 'node:child_process';
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
  /** Why the test may pass on the stage before; null when it must fail there. */
  readonly regression: string | null;
}

interface RunOptions {
  /** Stop at the first failure. */
  bail?: boolean;
  /** These files alone, in place of all of the suite's. */
  files?: readonly string[];
  /** How many files run at a time. */
  workers?: number;
  /** How long a reply may take. */
  replyMs?: number;
}

/**
 * Runs the suite of a stage's number against a target (see `parseTarget`) in a process of its own.
 * @throws Error when the suite could not be run at all
 */
export async function runSuite(
  number: string,
  target: string,
  { bail = false, files = suitesOf(number), workers = 1, replyMs }: RunOptions = {},
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
    `--maxWorkers=${workers}`,
  ];
  try {
    const output = await finished([vitest, 'run', ...flags, ...(bail ? ['--bail=1'] : []), ...files], {
      ...process.env,
      TARGET: target,
      ...(replyMs === undefined ? {} : { REPLY_MS: String(replyMs) }),
      // The same random values each time: what such a run finds must not depend on luck.
      SEED: process.env['SEED'] ?? '1',
    });
    return readReport(report, output, bail);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One test to run: where, in which file (from the project's root), and its title. */
export interface Request {
  readonly target: string;
  readonly file: string;
  readonly test: string;
}

/** A Vitest that stays open: to start one takes longer than most tests do. */
export interface SuiteRunner {
  /** Runs one test; one request at a time. @throws Error when it could not be run at all */
  run(request: Request): Promise<TestRun>;
  close(): void;
}

export function openSuiteRunner(): SuiteRunner {
  const child = fork(join(PROJECT_ROOT, 'tests/harness/one-vitest.ts'), [], {
    cwd: PROJECT_ROOT,
    execArgv: ['--import', 'tsx'],
    env: outside({ ...process.env, SEED: process.env['SEED'] ?? '1' }),
    silent: true,
  });
  endWithUs(child);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
  return {
    async run(request) {
      const answer = await new Promise<Answer>((resolve, reject) => {
        const ended = () => reject(new Error(`Vitest ended:\n${output}`));
        child.once('exit', ended);
        child.once('message', (message) => {
          child.off('exit', ended);
          resolve(message as Answer);
        });
        child.send(request);
      });
      if ('problem' in answer) throw new Error(answer.problem);
      return answer;
    },
    close: () => child.disconnect(),
  };
}

/** The answer of the process: the test's result, or why it did not run. */
export type Answer = TestRun | { readonly problem: string };

function finished(argv: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, argv, { cwd: PROJECT_ROOT, env: outside(env) });
  endWithUs(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** The variables of an outer run would make the inner one believe that it is a worker. */
function outside(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VITEST')));
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
  // After the first failure Vitest does not even load the files that follow.
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
