import { runFullSync } from '../../tests/crash/full-sync.ts';
import { runLab, type Outcome } from '../../tests/crash/lab.ts';
import { showOutcomes, showProblems, showTornTail } from '../../tests/crash/report.ts';
import { POLICIES, SCENARIOS, type Policy } from '../../tests/crash/scenarios.ts';
import { parseVictim, type Victim } from '../../tests/crash/server.ts';
import { tearTails } from '../../tests/crash/torn-tail.ts';
import { runWait } from '../../tests/crash/wait.ts';
import { chooseSeed, createRng } from '../../tests/harness/rng.ts';
import { callerPath, parseToolArguments, requireStage, runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

/** All scenarios, with the first stage that can do them. */
const SINCE: Record<string, string> = {
  ...Object.fromEntries(SCENARIOS.map(({ name, since }) => [name, since])),
  'full-sync': '08',
  wait: '08',
  'torn-tail': '07',
};
const NAMES = Object.keys(SINCE);

const HELP = `
npm run crash 07                        kills stage 07 with SIGKILL under load, restarts it in the same folder, and
                                        compares what it holds with what it had acknowledged: every scenario and policy

  --target redis      real Redis, or a folder such as stages/07-aof
  --kills 20          for each scenario and policy
  --policy always     ${POLICIES.join(', ')}; several with commas
  --scenario plain    several with commas:
${SCENARIOS.map(({ name, title }) => `      ${name.padEnd(16)}${title}`).join('\n')}
      full-sync       the primary or its replica, during a full sync
      wait            a primary and its replica together: what WAIT 1 had counted must be in both logs
      torn-tail       the file cut at every byte of its last transaction, instead of kills
  --seed N            repeats the random choices of a run (the machine's timing remains its own)
  --power-cut         also cuts every file to what was synced before the restart; stages only

Ends with exit code 1 when a folder does not load, when the data that come back are not what had been written up to
some moment, or when something is lost that had been acknowledged under always, or counted by WAIT.
Flags that npm would take for itself go after '--': npm run crash 07 -- --kills 200
`;

const OPTIONS = {
  target: { type: 'string' },
  kills: { type: 'string', default: '20' },
  policy: { type: 'string', default: POLICIES.join(',') },
  scenario: { type: 'string' },
  seed: { type: 'string' },
  'power-cut': { type: 'boolean', default: false },
} as const;

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('crash', argv, OPTIONS);
    if (positionals.length > 1) throw new ToolError(`One stage at a time, not '${positionals.join(' ')}'`);
    const victim = chooseVictim(positionals[0], values.target);
    const names = chooseScenarios(values.scenario, victim);
    const policies = choose('--policy', values.policy, POLICIES) as Policy[];
    const kills = count('--kills', values.kills);
    const seed = values.seed === undefined ? chooseSeed() : count('--seed', values.seed);
    const powerCut = values['power-cut'];
    if (powerCut && victim.stage === null) throw new ToolError('--power-cut needs a stage');
    console.log(`${victim.name}, seed ${seed}`);

    const outcomes: Outcome[] = [];
    const add = (outcome: Outcome) => {
      outcomes.push(outcome);
      progress(`${outcome.scenario} ${outcome.policy}: ${outcome.kills} kills, ${outcome.problems.length} problems`);
    };
    for (const scenario of SCENARIOS.filter(({ name }) => names.includes(name))) {
      for (const policy of scenario.aof ? policies : policies.slice(0, 1)) {
        add(await runLab({ victim, scenario, policy, kills, seed, powerCut }));
      }
    }
    if (names.includes('full-sync'))
      for (const policy of policies) add(await runFullSync({ victim, policy, kills, seed }));
    if (names.includes('wait'))
      for (const policy of policies) add(await runWait({ victim, policy, kills, seed, powerCut }));
    const tails = names.includes('torn-tail') ? await tearTails({ victim, rng: createRng(seed) }) : null;

    if (outcomes.length > 0) console.log(`\n${showOutcomes(outcomes)}`);
    if (tails !== null) console.log(`\n${showTornTail(tails)}`);
    const failed = outcomes.filter(({ problems }) => problems.length > 0);
    for (const outcome of failed) console.log(`\n${showProblems(outcome, seed)}`);
    return failed.length > 0 || (tails?.problems.length ?? 0) > 0 ? 1 : 0;
  },
});

function chooseVictim(query: string | undefined, target: string | undefined): Victim {
  if (target === undefined) return parseVictim(requireStage(query).number);
  if (query !== undefined) throw new ToolError(`Either '${query}' or --target ${target}, not both`);
  try {
    return parseVictim(/^\w+$/.test(target) ? target : callerPath(target));
  } catch (error) {
    throw new ToolError((error as Error).message);
  }
}

function chooseScenarios(list: string | undefined, victim: Victim): string[] {
  const can = NAMES.filter((name) => victim.stage === null || SINCE[name]! <= victim.stage);
  if (can.length === 0) throw new ToolError(`${victim.name} keeps nothing on disk: that begins with stage 06`);
  if (list !== undefined) {
    const chosen = choose('--scenario', list, NAMES);
    const early = chosen.find((name) => !can.includes(name));
    if (early !== undefined) throw new ToolError(`${victim.name} cannot do ${early}: stage ${SINCE[early]} brings it`);
    return chosen;
  }
  const cannot = NAMES.filter((name) => !can.includes(name));
  if (cannot.length > 0) console.log(`Left out, since ${victim.name} cannot do it yet: ${cannot.join(' ')}`);
  return can;
}

function choose(flag: string, list: string, known: readonly string[]): string[] {
  const names = list.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new ToolError(`${flag} knows no '${wrong}'; there are ${known.join(' ')}`);
  return names;
}

function count(flag: string, word: string): number {
  if (!/^\d{1,10}$/.test(word) || (flag === '--kills' && Number(word) === 0))
    throw new ToolError(`${flag} needs a whole number, not '${word}'`);
  return Number(word);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
