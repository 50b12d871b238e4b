import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import {
  challengePlan,
  folderPlan,
  folders,
  foreignPlan,
  inCore,
  isSuiteFile,
  onlyFile,
  stagePlan,
  wholePlan,
  type Part,
} from '../../tests/harness/plan.ts';
import { createReporter } from '../../tests/harness/reporter.ts';
import { parseTarget } from '../../tests/harness/target.ts';
import { chooseByName, type Choice } from '../../tests/harness/test-names.ts';
import { callerDirectory, parseToolArguments, requireStage, runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

const HELP = `
npm test                                everything: types, tools, every suite on its stage, on the last stage and on
                                        real Redis, mutants, differential runs, documents
npm test -- --every                     the same, and every suite on all stages between
npm test 07                             suite 07 on stage 07, and on real Redis (also: 7, aof)
npm test 03-lists                       one file of a suite
npm test 07 -- --cmd "./my-server --port {port}"
                                        the core tests of suites 01 to 07 on a server of yours; {port}, {dir} (an
                                        empty folder) and {flags} (options that a test needs, such as --timeout 1)
                                        are filled in
npm test 07 -- --url redis://127.0.0.1:6379
                                        the same on a server that runs already. Its databases are FLUSHED.
npm test mutants                        one folder of tests/

  -t "text"        only the tests whose names hold this text, in either case: npm test 03 -- -t "blpop"
  --trace          print each request and reply with its bytes, client and time: npm test 03 -- -t "blpop" --trace
  --challenge      the challenges of a chapter instead of its suite: on the stage, or on --cmd or --url. The stage fails them
  --full           with --cmd or --url: all tests, not only the core ones that lead through the chapters
  --watch          run again when a file changes
  --bail           stop at the first failure
  --every          with npm test alone: each suite on every later stage, not on the last one only
  --require-redis  real Redis must be there (also with CI=true); otherwise a line says that it is missing

SEED=123 npm test 03 repeats the random values of a failure.
`;

const OPTIONS = {
  cmd: { type: 'string' },
  url: { type: 'string' },
  t: { type: 'string', short: 't' },
  trace: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  bail: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  challenge: { type: 'boolean', default: false },
  every: { type: 'boolean', default: false },
  'require-redis': { type: 'boolean', default: false },
} as const;

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('test', argv, OPTIONS);
    if (positionals.length > 1) {
      throw new ToolError(`One stage at a time, not '${positionals.join(' ')}'; flags go after '--'`);
    }
    if (values.cmd !== undefined && values.url !== undefined) throw new ToolError('Either --cmd or --url, not both');
    const foreign = foreignTarget(values.cmd, values.url);
    process.env['COMMAND_DIR'] = callerDirectory();
    if (values.trace) process.env['TRACE'] = '1';
    const redis = hasRedis();
    if (!redis && !foreign && (values['require-redis'] || process.env['CI'] === 'true')) {
      throw new ToolError('redis-server is not on the PATH, and it is required here');
    }
    if (values.every && (positionals.length > 0 || foreign !== null)) {
      throw new ToolError('--every goes with npm test alone: npm test -- --every');
    }
    const choice = values.t === undefined ? null : chooseByName(values.t);
    const parts = values.challenge
      ? challenges(positionals[0], foreign)
      : choose(positionals[0], { foreign, redis, every: values.every, full: values.full, choice });
    if (foreign !== null) await requireStart(foreign);
    const missing = redis || foreign ? [] : ['\nredis-server is not on the PATH: nothing was compared with real Redis'];
    return runParts(parts, {
      choice,
      watch: values.watch,
      bail: values.bail,
      alone: values.url !== undefined,
      closing: missing,
    });
  },
});

function foreignTarget(cmd: string | undefined, url: string | undefined): string | null {
  if (cmd !== undefined && !cmd.includes('{port}')) {
    throw new ToolError(
      '--cmd needs {port} in it, so that your server knows where to listen: --cmd "./my-server --port {port}"',
    );
  }
  if (cmd !== undefined) return `cmd:${cmd}`;
  return url === undefined ? null : `url:${url}`;
}

/** One clear line, where each test would say the same. @throws ToolError when no server answers */
async function requireStart(target: string): Promise<void> {
  try {
    await (await parseTarget(target).start()).stop();
  } catch (error) {
    throw new ToolError((error as Error).message);
  }
}

/** @throws ToolError when the chapter has no challenge with tests */
function challenges(word: string | undefined, foreign: string | null): Part[] {
  const stage = requireStage(word);
  const parts = challengePlan(stage.number, foreign ?? stage.dir);
  if (parts.some(({ include }) => include.length > 0)) return parts;
  throw new ToolError(`Chapter ${stage.number} has no challenge with tests`);
}

interface Wish {
  foreign: string | null;
  redis: boolean;
  every: boolean;
  full: boolean;
  choice: Choice | null;
}

function choose(word: string | undefined, { foreign, redis, every, full, choice }: Wish): Part[] {
  if (word === undefined && foreign === null) return wholePlan(redis, every);
  if (foreign === null && folders().includes(word!) && word !== 'suites') return folderPlan(word!);
  const file = word !== undefined && isSuiteFile(word) ? word : null;
  const last = word === undefined ? builtStages().at(-1)! : requireStage(file === null ? word : file.slice(0, 2));
  // A test that is asked for by name may be any.
  const all = full || file !== null || (choice !== null && !inCore(last.number, choice));
  const parts = foreign === null ? stagePlan(last, redis) : foreignPlan(last.number, foreign, all);
  return file === null ? parts : onlyFile(parts, file);
}

interface RunOptions {
  choice: Choice | null;
  watch: boolean;
  bail: boolean;
  /** One file at a time: they share a server. */
  alone: boolean;
  closing: string[];
}

async function runParts(parts: Part[], options: RunOptions): Promise<number> {
  const { choice, watch, bail, alone, closing } = options;
  const config = join(PROJECT_ROOT, 'tests/vitest.config.ts');
  const reporter = createReporter(closing, choice);
  const projects = parts
    .filter((part) => part.include.length > 0)
    .map(({ name, include, target }) => ({
      extends: config,
      test: { name, include: [...include], env: target === null ? {} : { TARGET: target } },
    }));
  if (projects.length === 0) throw new ToolError('There are no tests for this yet');
  const vitest = await startVitest(
    'test',
    [],
    {
      config,
      root: PROJECT_ROOT,
      ...(choice === null ? {} : { testNamePattern: choice.pattern }),
      watch,
      bail: bail ? 1 : 0,
      fileParallelism: !alone,
      reporters: [reporter],
    },
    { test: { projects } },
  );
  if (watch) {
    await new Promise((resolve) => vitest.onClose(() => resolve(null)));
    return 0;
  }
  await vitest.close();
  return reporter.total.failed > 0 || reporter.total.passed === 0 ? 1 : 0;
}

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}
