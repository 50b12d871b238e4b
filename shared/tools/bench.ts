import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { ratioChart } from './bench/chart.ts';
import { compare, type Comparison, type Plan } from './bench/measure.ts';
import { measureMemory } from './bench/memory.ts';
import { busyCores, CAN_READ_PROCESSES } from './bench/process-usage.ts';
import { busyNote, ratio, reportMarkdown, reportText, type Conditions, type Report } from './bench/report.ts';
import { knownTests, knows, withServers, withStarter } from './bench/servers.ts';
import { SCENARIOS } from './bench/scenarios/index.ts';
import { scenarioFile, scenarioMarkdown, scenarioText, type ScenarioReport } from './bench/scenarios/report.ts';
import type { Scenario, ScenarioPlan } from './bench/scenarios/scenario.ts';
import { BENCH_TESTS, type BenchTest } from './bench/tests.ts';
import { parseToolArguments, requireStage, runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

const SCENARIO_ROUNDS = 9;

const HELP = `
npm run bench 05                        stage 05 against redis-server: every test at P=1 and P=16, and memory; some
                                        seven minutes. Writes docs/benchmarks/05-transactions.md and .svg

npm run bench 08 -- --scenario replica  one scenario instead; writes docs/benchmarks/08-replica.md. Some two minutes:
${SCENARIOS.map(({ name, since, title }) => `  ${name.padEnd(18)}  ${title} (stage ${since} and later)`).join('\n')}

With one of these options it only shows its figures, and writes no file:
  --quick             short runs: a first impression in two minutes
  --tests set,get     some tests alone: ${BENCH_TESTS.map(({ name }) => name.toLowerCase()).join(' ')} memory
  --pipelines 1,16    requests that a client sends before it waits for replies
  --rounds 3          runs of each test on each server; the median counts (a scenario has ${SCENARIO_ROUNDS}, or 5)
  --keys 1000000      keys of the scenarios load, bgsave, small-values (100,000) and large-values (1,000)
  --requests 100000   requests of each run, instead of as many as it takes to fill 1.5 s

Flags that npm would take for itself go after '--': npm run bench 05 -- --quick
redis-server and redis-benchmark must be on the PATH. Servers write to the disk of TMPDIR, or of /tmp. Figures mean
little while the machine does other work.
`;

const OPTIONS = {
  scenario: { type: 'string' },
  keys: { type: 'string' },
  quick: { type: 'boolean', default: false },
  tests: { type: 'string' },
  pipelines: { type: 'string' },
  rounds: { type: 'string' },
  requests: { type: 'string' },
} as const;

const MANY_KEYS = 1_000_000;

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('bench', argv, OPTIONS);
    if (positionals.length > 1) throw new ToolError(`One stage at a time, not '${positionals.join(' ')}'`);
    const stage = requireStage(positionals[0]);
    const { tests, memory } = chooseTests(values.tests);
    const pipelines = (values.pipelines ?? '1,16').split(',').map((word) => positive('--pipelines', word));
    const scenario = values.scenario === undefined ? undefined : requireScenario(values.scenario, stage, values);
    const rounds = scenario === undefined ? 3 : (scenario.rounds ?? SCENARIO_ROUNDS);
    const manyKeys = scenario?.keys ?? MANY_KEYS;
    const keys = values.quick ? manyKeys / 10 : manyKeys;
    const plan: ScenarioPlan = {
      rounds: values.rounds === undefined ? rounds : positive('--rounds', values.rounds),
      seconds: values.quick ? 0.3 : 1.5,
      pipelines,
      keys: values.keys === undefined ? keys : positive('--keys', values.keys),
      ...(values.requests === undefined ? {} : { requests: positive('--requests', values.requests) }),
    };
    const conditions = await conditionsOf(stage, plan.rounds);
    const started = performance.now();
    if (busyNote(conditions.load) !== '') progress(busyNote(conditions.load));
    const whole = Object.entries(values).every(
      ([name, value]) => name === 'scenario' || value === undefined || value === false,
    );
    if (scenario === undefined) {
      const comparisons = tests.length === 0 ? [] : await runTests(stage, tests, pipelines, plan);
      const found = memory ? await runMemory(stage, keys) : undefined;
      const report: Report = { ...conditions, comparisons, ...(found ? { memory: found } : {}) };
      console.log(`\n${reportText(report)}\n`);
      if (whole && comparisons.length > 0) writeReport(report);
    } else {
      const report = await runScenario(stage, scenario, plan, conditions);
      console.log(`\n${scenarioText(report)}\n`);
      if (whole) write(scenarioFile(report), scenarioMarkdown(report));
    }
    if (!CAN_READ_PROCESSES) console.log('CPU time and memory of the servers are left out: this system has no /proc.');
    progress(`done in ${Math.round((performance.now() - started) / 1000)} s`);
    return 0;
  },
});

async function conditionsOf({ number, name }: Stage, rounds: number): Promise<Conditions> {
  return {
    stage: `${number}-${name}`,
    date: new Date().toISOString().slice(0, 10),
    node: process.version.slice(1),
    redis: redisVersion(),
    cores: availableParallelism(),
    rounds,
    load: await busyCores(1_000),
  };
}

function requireScenario(name: string, { number }: Stage, { tests }: { tests?: string | undefined }): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  const known = SCENARIOS.map((each) => each.name).join(' ');
  if (scenario === undefined) throw new ToolError(`There is no scenario '${name}'; there are ${known}`);
  if (tests !== undefined) throw new ToolError('Either --tests or --scenario, not both');
  if (number >= scenario.since) return scenario;
  throw new ToolError(`Stage ${number} cannot do ${name}: stage ${scenario.since} brings it`);
}

async function runScenario(
  stage: Stage,
  scenario: Scenario,
  plan: ScenarioPlan,
  conditions: Conditions,
): Promise<ScenarioReport> {
  const findings = await withStarter((start) => scenario.run({ stage, start, plan, progress }));
  return { ...conditions, scenario, ...findings };
}

function chooseTests(list: string | undefined): { tests: readonly BenchTest[]; memory: boolean } {
  if (list === undefined) return { tests: BENCH_TESTS, memory: true };
  const names = list.split(',').map((name) => name.trim().toUpperCase());
  const known = [...BENCH_TESTS.map(({ name }) => name), 'MEMORY'];
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new ToolError(`There is no test '${wrong.toLowerCase()}'; there are ${known.join(' ').toLowerCase()}`);
  }
  return { tests: BENCH_TESTS.filter(({ name }) => names.includes(name)), memory: names.includes('MEMORY') };
}

function positive(flag: string, word: string): number {
  if (!/^[1-9]\d{0,8}$/.test(word)) throw new ToolError(`${flag} needs a positive number, not '${word}'`);
  return Number(word);
}

function redisVersion(): string {
  if (spawnSync('redis-benchmark', ['--version']).error) throw missing('redis-benchmark');
  const { stdout, error } = spawnSync('redis-server', ['--version'], { encoding: 'latin1' });
  if (error) throw missing('redis-server');
  return /v=(\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
}

function missing(program: string): ToolError {
  return new ToolError(`${program} is not on the PATH; Debian has it in redis-server and redis-tools`);
}

async function runTests(
  stage: Stage,
  tests: readonly BenchTest[],
  pipelines: readonly number[],
  plan: Plan,
): Promise<Comparison[]> {
  return withServers(stage, async (servers) => {
    const { known, unknown } = await knownTests(servers.stage, tests);
    const names = unknown.map(({ name }) => name).join(' ');
    if (names !== '') console.log(`Left out, since stage ${stage.number} does not know them yet: ${names}`);
    const found: Comparison[] = [];
    for (const pipeline of pipelines) {
      for (const test of known) {
        const comparison = await compare(servers, test, pipeline, plan);
        found.push(comparison);
        const place = `${found.length}/${known.length * pipelines.length}`;
        const settings = `P=${pipeline}`.padEnd(5);
        progress(`${place.padEnd(6)} ${settings} ${test.name.padEnd(11)} ${ratio(comparison).toFixed(2)}`);
      }
    }
    return found;
  });
}

/** On servers just started: the tests leave their traces in a process's memory. */
async function runMemory(stage: Stage, keys: number): Promise<Report['memory']> {
  return withServers(stage, async (servers) => {
    if (!(await knows(servers.stage, ['SET', 'DBSIZE']))) return undefined;
    progress(`memory: ${keys} keys`);
    const ofStage = await measureMemory(servers.stage, keys);
    const ofRedis = await measureMemory(servers.redis, keys);
    return ofStage && ofRedis ? { keys, stage: ofStage, redis: ofRedis } : undefined;
  });
}

function writeReport(report: Report): void {
  write(`${report.stage}.md`, reportMarkdown(report, `${report.stage}.svg`));
  write(`${report.stage}.svg`, ratioChart(report));
}

function write(file: string, content: string): void {
  const folder = join(PROJECT_ROOT, 'docs/benchmarks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), content);
  console.log(`Written: docs/benchmarks/${file}`);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
