import { readFileSync, truncateSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { lastIncrementalFile } from './folder.ts';
import { runFullSync } from './full-sync.ts';
import { removeFolder, runLab, type Outcome } from './lab.ts';
import { showProblems, showTornTail } from './report.ts';
import { SCENARIOS, type Policy, type Scenario } from './scenarios.ts';
import { HAS_REDIS, parseVictim, type Victim } from './server.ts';
import { tearTails } from './torn-tail.ts';
import { runWait } from './wait.ts';

// A short run of `npm run crash`: a kill or two of each kind. Real Redis is here to judge the lab.
const seed = chooseSeed();
const last = builtStages().at(-1)!;
const stage = parseVictim(last.number);
const redis = parseVictim('redis');
const { optionTable } = (await import(pathToFileURL(resolve(PROJECT_ROOT, last.dir, 'options.ts')).href)) as {
  optionTable: object;
};

describe(`stage ${last.number} is killed, SEED=${seed}`, () => {
  describeNeeding('dbfilename', () => kill(stage, 'rdb', 'always', 1));
  describeNeeding('appendonly', () => {
    kill(stage, 'plain', 'always', 2);
    kill(stage, 'plain', 'everysec', 1);
    kill(stage, 'plain', 'no', 1);
    kill(stage, 'bgsave', 'always', 1);
    kill(stage, 'rewrite', 'always', 2);
    kill(stage, 'auto-rewrite', 'always', 1);
    cutPower('always');
    cutPower('everysec');
    tearTail(stage, 2);
    if (!HAS_REDIS) missWhatIsTaken(stage);
  });
  describeNeeding('replicaof', () => {
    killDuringSync(stage);
    killBoth(stage, 'always', 2);
    killBoth(stage, 'everysec', 1);
    killBoth(stage, 'always', 1, true);
  });
});

describe(`redis is killed, SEED=${seed}`, () => {
  if (!HAS_REDIS) return test('redis', (context) => context.skip('redis-server is not on the PATH'));
  kill(redis, 'rdb', 'always', 1);
  kill(redis, 'plain', 'always', 1);
  kill(redis, 'rewrite', 'everysec', 1);
  tearTail(redis, 2);
  killDuringSync(redis);
  killBoth(redis, 'always', 1);
  missWhatIsTaken(redis);
});

/** The tests, or one that says why there are none. */
function describeNeeding(option: string, tests: () => void): void {
  if (option in optionTable) return tests();
  test(`with ${option}`, (context) => context.skip(`stage ${last.number} has no option ${option}`));
}

function kill(victim: Victim, name: string, policy: Policy, kills: number): void {
  test(`${name}, ${policy}`, async () => {
    expectSound(await runLab({ victim, scenario: scenario(name), policy, kills, seed }), kills);
  });
}

function cutPower(policy: Policy): void {
  test(`plain, ${policy}, with a power cut`, async () => {
    const powerCut = true;
    expectSound(await runLab({ victim: stage, scenario: scenario('plain'), policy, kills: 1, seed, powerCut }), 1);
  });
}

function killDuringSync(victim: Victim): void {
  test('full-sync', async () => expectSound(await runFullSync({ victim, policy: 'always', kills: 1, seed }), 1));
}

function killBoth(victim: Victim, policy: Policy, kills: number, powerCut = false): void {
  test(`wait, ${policy}${powerCut ? ', with a power cut' : ''}`, async () => {
    const outcome = await runWait({ victim, policy, kills, seed, powerCut });
    expect(outcome.problems, showProblems(outcome, seed)).toEqual([]);
    expect(outcome).toMatchObject({ kills, lost: 0 });
    expect(outcome.acknowledged).toBeGreaterThan(0);
  });
}

function tearTail(victim: Victim, sample: number): void {
  test('torn-tail', async () => {
    const result = await tearTails({ victim, sample, rng: createRng(seed) });
    expect(result.problems, showTornTail(result)).toEqual([]);
    expect(result).toMatchObject({ offsets: sample, refused: sample, mended: sample });
  });
}

/** Cuts the file after a whole command: the server loads it, and the lab must see that acknowledged writes are missing. */
function missWhatIsTaken(victim: Victim): void {
  test('a write that is taken away between kill and restart is missed', async () => {
    const tamper = (dir: string) => {
      const file = lastIncrementalFile(dir);
      const bytes = readFileSync(file, 'latin1');
      truncateSync(file, bytes.lastIndexOf('*3\r\n$3\r\nSET\r\n', bytes.length / 2));
    };
    const outcome = await runLab({ victim, scenario: scenario('plain'), policy: 'always', kills: 1, seed, tamper });
    expect(outcome.lost).toBeGreaterThan(0);
    expect(outcome.problems.length).toBeGreaterThan(0);
    removeFolder(outcome.kept!);
  });
}

function scenario(name: string): Scenario {
  return SCENARIOS.find((one) => one.name === name)!;
}

function expectSound(outcome: Outcome, kills: number): void {
  expect(outcome.problems, showProblems(outcome, seed)).toEqual([]);
  expect(outcome.kills).toBe(kills);
  if (HAS_REDIS && outcome.scenario !== 'full-sync') expect(outcome.elsewhere).toBeGreaterThan(0);
  if (outcome.policy === 'always') expect(outcome.lost).toBe(0);
}
