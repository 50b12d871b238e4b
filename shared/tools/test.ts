import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { builtStages, findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import {
  challengePlan,
  folderPlan,
  folders,
  foreignPlan,
  inCore,
  isSuiteFile,
  onlyFile,
  stagePlan,
  suiteFiles,
  wholePlan,
  type Part,
} from '../../tests/harness/plan.ts';
import { likely } from '#shared/nearest.ts';
import { pathsIn } from '../../tests/harness/changes.ts';
import { compileStages } from '../../tests/harness/compiled.ts';
import { createLeadingReporter, type Invocation } from '../../tests/harness/leading-reporter.ts';
import { createReporter } from '../../tests/harness/reporter.ts';
import { runOnChange, runParts } from '../../tests/harness/run-parts.ts';
import { parseTarget } from '../../tests/harness/target.ts';
import { chooseByName, type Choice } from '../../tests/harness/test-names.ts';
import { terminalWidth } from '../../tests/harness/width.ts';
import { callerDirectory, parseToolArguments, requireStage, runTool } from './cli.ts';
import { doubleQuoted } from './quote.ts';
import { recordProgress } from './progress/record.ts';
import { ToolError } from './tool-error.ts';

const HELP = `
npm test                                everything: types, tools, every suite on its stage, on the last stage and on
                                        real Redis, mutants, differential runs, documents
npm test -- --every                     the same, and on all stages between: every suite, dump files, requests cut anywhere,
                                        challenges; and all planted bugs, where npm test alone plants half of them
npm test 07                             suite 07 on stage 07, and on real Redis (also: 7, aof)
npm test 03-lists                       one file of a suite
npm test 07 -- --cmd "./my-server --port {port}"
                                        the core tests of suites 01 to 07 on your own server; {port}, {dir} (an
                                        empty folder) and {flags} (options that a test needs, such as --timeout 1)
                                        are filled in
npm test 07 -- --url redis://127.0.0.1:6379
                                        the same on a server that runs already. Its databases are FLUSHED.
npm test mutants                        one folder of tests/

  -t "text"        only the tests whose names contain this text, in either case: npm test 03 -- -t "blpop"
  --trace          print each request and reply with its bytes, client and time: npm test 03 -- -t "blpop" --trace
  --challenge      the challenges of a chapter instead of its suite: on the stage (which fails them), or on --cmd or --url
  --full           with --cmd or --url: all tests, not only the core ones that lead through the chapters
  --timeout 3      with --cmd or --url: how many seconds a reply may take; 1.5 if not given. A third of that is enough
                   for a server that sends no reply at all to a command it does not know
  --watch          run again when something changes: the files and folders that the command names, or the stage's
  --bail           stop at the first failure
  --retry-failed   run a test that fails again, at once, up to two times, and list those that passed then with their
                   first failure: on a machine that is busy with other work, a server may start too late
  --every          with npm test alone: tries on every stage what is otherwise tried on the first and the last one only
  --require-redis  real Redis must be there (also with CI=true); otherwise a line says that it is missing

SEED=123 npm test 03 repeats the random values of a failure.
`;

const OPTIONS = {
  cmd: { type: 'string' },
  url: { type: 'string' },
  t: { type: 'string', short: 't' },
  timeout: { type: 'string' },
  trace: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  bail: { type: 'boolean', default: false },
  'retry-failed': { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  challenge: { type: 'boolean', default: false },
  every: { type: 'boolean', default: false },
  'require-redis': { type: 'boolean', default: false },
} as const;

/** How long a reply of a server that is not ours may take. */
const TIMEOUT_S = 1.5;

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('test', argv, OPTIONS);
    if (positionals.length > 1) {
      throw new ToolError(`One stage at a time, not '${positionals.join(' ')}'; flags go after '--': npm test 01 -- --cmd "./my-server --port {port}"`);
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
    if (positionals.length === 0 && foreign === null && !values.every) process.env['STAGES'] = 'ends';
    const choice = values.t === undefined ? null : chooseByName(values.t);
    const timeout = foreign === null ? null : replyTimeout(values.timeout);
    if (foreign === null && values.timeout !== undefined) throw new ToolError('--timeout goes with --cmd or --url');
    const parts = values.challenge
      ? challenges(positionals[0], foreign)
      : choose(positionals[0], { foreign, redis, every: values.every, full: values.full, choice });
    if (parts.every(({ include }) => include.length === 0)) throw new ToolError('There are no tests for this yet');
    process.env['REPORT_WIDTH'] = String(terminalWidth());
    if (timeout !== null) {
      process.env['JUDGES_FOREIGN'] = '1';
      process.env['REPLY_MS'] = String(timeout);
    }
    if (foreign !== null && !values.watch) await requireStart(foreign);
    const missing = redis || foreign ? [] : ['\nredis-server is not on the PATH: nothing was compared with real Redis'];
    const reporter =
      foreign === null
        ? createReporter(missing, choice)
        : createLeadingReporter(invocation(positionals[0], foreign, values), choice);
    const run = () => {
      if (positionals.length === 0 && foreign === null) process.env['COMPILED_STAGES'] = compileStages().root;
      return runParts(parts, {
        choice,
        bail: values.bail,
        retryFailed: values['retry-failed'],
        inOrder: foreign !== null,
        reporter,
      });
    };
    return values.watch ? runOnChange(watched(foreign, parts), run) : run();
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

/** In ms. @throws ToolError when it is no positive number of seconds */
function replyTimeout(text: string | undefined): number {
  const seconds = text === undefined ? TIMEOUT_S : Number(text);
  if (!(seconds > 0 && seconds <= 600)) throw new ToolError(`--timeout takes seconds, such as 1.5, not '${text}'`);
  return seconds * 1000;
}

interface Flags {
  cmd?: string | undefined;
  url?: string | undefined;
  timeout?: string | undefined;
  full: boolean;
}

function invocation(word: string | undefined, foreign: string, { cmd, url, timeout, full }: Flags): Invocation {
  const last = word === undefined ? builtStages().at(-1)! : requireStage(word.slice(0, isSuiteFile(word) ? 2 : undefined));
  const next = builtStages().find(({ number }) => number > last.number);
  const server = foreign.startsWith('cmd:') ? `--cmd ${doubleQuoted(cmd!)}` : `--url ${url}`;
  const own = timeout === undefined ? server : `${server} --timeout ${timeout}`;
  return {
    suite: last.number,
    nextSuite: next?.number ?? null,
    full,
    record: (suites) => recordProgress(PROJECT_ROOT, server, suites),
    command: (suite, ...flags) => ['npm test', suite, '--', own, ...flags].join(' '),
  };
}

/** What --watch looks at: what the command of the server names, or the stages and the tests. @throws ToolError */
function watched(foreign: string | null, parts: readonly Part[]): string[] {
  if (foreign === null) {
    const stages = parts.flatMap(({ target }) => (target?.startsWith('stages/') ? [join(PROJECT_ROOT, target)] : []));
    return [...stages, join(PROJECT_ROOT, 'shared'), join(PROJECT_ROOT, 'tests')];
  }
  const paths = foreign.startsWith('cmd:') ? pathsIn(foreign.slice('cmd:'.length), callerDirectory()) : [];
  if (paths.length === 0) throw new ToolError('--watch needs a command that names a file or folder that is there: --cmd "python3 server.py {port}"');
  return paths;
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
  if (file === null && word !== undefined && findStage(word) === undefined) refuseMistyped(word, foreign === null);
  const last = word === undefined ? builtStages().at(-1)! : requireStage(file === null ? word : file.slice(0, 2));
  // A test that is chosen by its name need not be a core test.
  const all = full || file !== null || (choice !== null && !inCore(last.number, choice));
  const parts = foreign === null ? stagePlan(last, redis) : foreignPlan(last.number, foreign, all);
  return file === null ? parts : onlyFile(parts, file);
}

/** @throws ToolError when a folder of tests or a file of a suite was probably meant */
function refuseMistyped(word: string, takesFolders: boolean): void {
  const names = takesFolders ? folders().filter((name) => name !== 'suites') : [];
  const meant = likely(word, [...names, ...suiteFiles()]);
  if (meant !== undefined) throw new ToolError(`There is no stage '${word}'; did you mean npm test ${meant}?`);
}

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}
