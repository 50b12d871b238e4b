import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { runSoak } from './lab.ts';
import { showOutcome } from './show-outcome.ts';

const HELP = `
npx tsx tests/soak/run.ts --seconds 1800 --seed 1

Uses a primary with a log and a replica for a long time: reads and writes of all types, expiry, subscribers, clients that
come and go, one that reads slowly; a BGSAVE and a rewrite of the log each minute. Reports how memory grows, each answer to
PING that took longer than 50 ms and why, and whether primary and replica hold the same at the end.
  --target WHAT   redis, or a stage by number or folder (default: the last one built)
  --seconds N     (default 1800)
  --every N       seconds from a BGSAVE to a rewrite, and from that to the next BGSAVE (default 30)
  --pause N       between two batches of each of the six writers, in ms (default 20)
  --seed N        repeats the commands (default: new ones, printed)
`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: builtStages().at(-1)!.number },
    seconds: { type: 'string', default: '1800' },
    every: { type: 'string', default: '30' },
    pause: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else {
  console.log(`${values.target}, ${values.seconds} s, seed ${values.seed}`);
  const outcome = await runSoak({
    target: values.target,
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    everyMs: Number(values.every) * 1000,
    pauseMs: Number(values.pause),
    onProgress: (text) => console.log(`  ${text}`),
  });
  console.log(showOutcome(outcome));
  process.exitCode = outcome.problems.length > 0 ? 1 : 0;
}
