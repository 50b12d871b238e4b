import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { compareSearches } from './searches.ts';

const HELP = `
npx tsx tests/geo/run.ts --points 100000 --count 100000 --seed 1

Gives random points to the last stage and to redis-server, and compares random searches by radius and by box.
  --points N     points (default 100000)
  --count N      searches (default 100000)
  --seed N       repeats a run (default: a new one, printed)
`;

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100000' },
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const [ours, theirs] = await Promise.all([parseTarget(builtStages().at(-1)!.dir).start(), parseTarget('redis').start()]);
  try {
    const outcome = await compareSearches(ours.port, theirs.port, Number(values.points), Number(values.count), Number(values.seed));
    for (const difference of outcome.differences) console.log(difference);
    const kinds = Object.entries(outcome.counts).map(([kind, times]) => `${kind} ${times}`);
    console.log(`${outcome.searches} searches, ${outcome.found} members found, ${outcome.differences.length} differences, seed ${values.seed}`);
    console.log(`centers: ${kinds.join(', ')}; ${outcome.otherDecimals} distances with another fourth decimal`);
    return outcome.differences.length > 0 ? 1 : 0;
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}
