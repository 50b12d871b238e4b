import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { builtStages, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { challengesOf } from './challenges.ts';
import { hasCore, readCore } from './core-tests.ts';
import type { Choice } from './test-names.ts';

/** Test files that run together, against one target or none. */
export interface Part {
  /** As shown in front of each file: `stage 03`, `redis`, `project`. */
  readonly name: string;
  /** Paths from the project's root; globs allowed. */
  readonly include: readonly string[];
  /** The description of what runs (see `parseTarget`), or null where tests start what they need themselves. */
  readonly target: string | null;
}

const TESTS = join(PROJECT_ROOT, 'tests');

/**
 * Each suite on its own stage, on the last stage and on real Redis, and the tests of the project itself. `every`: each
 * suite on all stages between, too.
 */
export function wholePlan(withRedis: boolean, every: boolean): Part[] {
  const stages = builtStages();
  const last = stages.at(-1)?.number ?? '00';
  const parts = stages.map((stage) => {
    const all = every || stage.number === last;
    return stagePart(stage, all ? suitesUpTo(stage.number) : suitesOf(stage.number));
  });
  if (withRedis) parts.push(redisPart(suitesUpTo(last)));
  const own = folders().filter((name) => name !== 'suites');
  parts.push({
    name: 'project',
    include: ['tests/*.test.ts', ...own.map(filesOf)],
    target: null,
  });
  return parts;
}

/** One suite on its own stage, and on real Redis. */
export function stagePlan(stage: Stage, withRedis: boolean): Part[] {
  const suites = suitesOf(stage.number);
  return [stagePart(stage, suites), ...(withRedis ? [redisPart(suites)] : [])];
}

/**
 * The core tests of all suites up to a stage's against a server that isn't ours; `full`: all tests. A suite without a
 * core file is run whole.
 */
export function foreignPlan(number: string, target: string, full: boolean): Part[] {
  const include = suitesUpTo(number).filter((file) => full || isCore(file) || !hasCore(numberOf(file)));
  return [{ name: 'server', include, target }];
}

/** Whether a core test of the suites up to a stage's has this text in its name, with the step's in front. */
export function inCore(number: string, { pattern }: Choice): boolean {
  return builtStages()
    .filter((stage) => stage.number <= number && hasCore(stage.number))
    .flatMap((stage) => readCore(stage.number))
    .some((step) => step.tests.some((title) => pattern.test(`step ${step.number}: ${step.title} ${title}`)));
}

/** Whether this is the name of a file of a suite, such as `03-lists`. */
export function isSuiteFile(name: string): boolean {
  return suiteFiles().includes(name);
}

/** The names of all files of suites, as `npm test` takes them. */
export function suiteFiles(): string[] {
  return suites().map((file) => basename(file, '.test.ts'));
}

/** The same parts with this file of a suite alone. */
export function onlyFile(parts: readonly Part[], name: string): Part[] {
  const file = `tests/suites/${name}.test.ts`;
  return parts.map((part) => ({ ...part, include: part.include.filter((included) => included === file) }));
}

/** Whether a file of a suite holds its core tests. */
export function isCore(file: string): boolean {
  return /\/\d\d-core\.test\.ts$/.test(file);
}

/** One folder of tests/, such as `mutants`. */
export function folderPlan(name: string): Part[] {
  return [{ name: 'project', include: [filesOf(name)], target: null }];
}

/** The challenges of a stage's chapter, against the server that `target` describes. */
export function challengePlan(number: string, target: string): Part[] {
  return [{ name: 'challenge', include: challengesOf(number), target }];
}

/** The stages fail the tests of the challenges, as they should: so the test that runs is the one of the solutions. */
function filesOf(folder: string): string {
  return folder === 'challenges' ? 'tests/challenges/solutions.test.ts' : `tests/${folder}/**/*.test.ts`;
}

/** The folders of tests/ that hold tests of their own. */
export function folders(): string[] {
  return readdirSync(TESTS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The files of the suite of this number. */
export function suitesOf(number: string): string[] {
  return suites().filter((file) => numberOf(file) === number);
}

function suitesUpTo(number: string): string[] {
  return suites().filter((file) => numberOf(file) <= number);
}

function suites(): string[] {
  const folder = join(TESTS, 'suites');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files
    .filter((file) => /^\d\d-.*\.test\.ts$/.test(file))
    .sort()
    .map((file) => `tests/suites/${file}`);
}

function numberOf(file: string): string {
  return file.slice('tests/suites/'.length).slice(0, 2);
}

function stagePart(stage: Stage, include: string[]): Part {
  return { name: `stage ${stage.number}`, include, target: stage.dir };
}

function redisPart(include: string[]): Part {
  return { name: 'redis', include, target: 'redis' };
}
