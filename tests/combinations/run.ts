import { parseArgs } from 'node:util';
import { builtStages, findStage } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { runLab } from './lab.ts';
import { showOutcome } from './show-outcome.ts';

const HELP = `
npx tsx tests/combinations/run.ts --stage 08 --count 50000 --seed 1

Sends random commands of all types from several connections to a primary with an append-only file, a replica of its own
kind and a real one, and compares all of them, and what servers hold that start from their files.
  --stage NN    the stage, 08 or later (default: the last one built)
  --count N     commands (default 50000)
  --round N     commands from one FLUSHALL to the next (default 2000)
  --disks N     start anew from the files after so many rounds (default 10)
  --seed N      repeats a run as far as chance allows (default: a new one, printed)
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    count: { type: 'string', default: '50000' },
    round: { type: 'string', default: '2000' },
    disks: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const stage = findStage(values.stage)?.dir ?? values.stage;
  console.log(`${stage}, seed ${values.seed}`);
  const began = Date.now();
  const outcome = await runLab({
    stage,
    count: Number(values.count),
    seed: Number(values.seed),
    round: Number(values.round),
    diskEvery: Number(values.disks),
    onProgress: (text) => console.log(`  ${text}`),
  });
  console.log(`${showOutcome(outcome)}\n${Math.round((Date.now() - began) / 1000)} s, seed ${values.seed}`);
  return outcome.problems.length > 0 ? 1 : 0;
}
