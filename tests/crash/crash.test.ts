import { spawnSync } from 'node:child_process';
import { readFileSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { lastIncrementalFile } from './folder.ts';
import { runFullSync } from './full-sync.ts';
import { removeFolder, runLab, type Outcome } from './lab.ts';
import { showProblems, showTornTail } from './report.ts';
import { SCENARIOS, type Policy, type Scenario } from './scenarios.ts';
import { parseVictim, type Victim } from './server.ts';
import { tearTails } from './torn-tail.ts';

const seed = chooseSeed();
const last = builtStages().at(-1)!;
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

// A short run of `npm run crash`: a few kills of each kind.
const victims: Victim[] = [parseVictim(last.number), ...(hasRedis ? [parseVictim('redis')] : [])];
for (const victim of victims) describe(`${victim.name} is killed, SEED=${seed}`, () => killIt(victim));

function killIt(victim: Victim): void {
  const can = (since: string) => victim.stage === null || since <= victim.stage;
  for (const scenario of SCENARIOS.filter(({ since }) => can(since))) {
    for (const policy of policiesOf(scenario)) {
      test(`${scenario.name}, ${policy}`, async () => {
        expectSound(await runLab({ victim, scenario, policy, kills: 2, seed }));
      });
    }
  }
  const plain = scenario('plain');
  test.runIf(victim.stage !== null && can('07'))('plain, always, with a power cut', async () => {
    expectSound(await runLab({ victim, scenario: plain, policy: 'always', kills: 2, seed, powerCut: true }));
  });

  test.runIf(can('08'))('full-sync', async () => {
    expectSound(await runFullSync({ victim, policy: 'always', kills: 2, seed }));
  });

  test.runIf(can('07'))('torn-tail', async () => {
    const result = await tearTails({ victim, sample: 3, rng: createRng(seed) });
    expect(result.problems, showTornTail(result)).toEqual([]);
    expect(result).toMatchObject({ offsets: 3, refused: 3, mended: 3 });
  });

  test.runIf(can('07'))('a write that is taken away between kill and restart is missed', async () => {
    // The end of the file, cut behind a whole command: it loads, and what was acknowledged is not there.
    const tamper = (dir: string) => {
      const file = lastIncrementalFile(dir);
      const bytes = readFileSync(file, 'latin1');
      truncateSync(file, bytes.lastIndexOf('*3\r\n$3\r\nSET\r\n', bytes.length / 2));
    };
    const outcome = await runLab({ victim, scenario: plain, policy: 'always', kills: 1, seed, tamper });
    expect(outcome.lost).toBeGreaterThan(0);
    expect(outcome.problems.length).toBeGreaterThan(0);
    removeFolder(outcome.kept!);
  });
}

function scenario(name: string): Scenario {
  return SCENARIOS.find((one) => one.name === name)!;
}

/** Each kind once, and each policy. */
function policiesOf({ name }: Scenario): readonly Policy[] {
  return name === 'plain' ? ['always', 'everysec', 'no'] : ['always'];
}

function expectSound(outcome: Outcome): void {
  expect(outcome.problems, showProblems(outcome, seed)).toEqual([]);
  expect(outcome.kills).toBe(2);
  expect(outcome.acknowledged).toBeGreaterThan(0);
  if (outcome.policy === 'always') expect(outcome.lost).toBe(0);
}
