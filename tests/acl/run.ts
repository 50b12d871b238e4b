import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { compareVerdicts } from './verdicts.ts';

const HELP = `
npx tsx tests/acl/run.ts --count 100000 --seed 1

Gives random users to the last stage and to redis-server, and compares what each of them may do (ACL DRYRUN).
REDIS_SERVER=PATH takes another server; of 7.2 or later, the descriptions of the users are compared too (--rules).
  --count N      verdicts (default 100000)
  --seed N       repeats a run (default: a new one, printed)
  --rules        compares ACL GETUSER too
`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(chooseSeed()) },
    rules: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const [ours, theirs] = await Promise.all([parseTarget(builtStages().at(-1)!.dir).start(), parseTarget('redis').start()]);
  try {
    const { verdicts, counts, differences } = await compareVerdicts(ours.port, theirs.port, Number(values.count), Number(values.seed), values.rules);
    for (const difference of differences) console.log(difference);
    const shares = Object.entries(counts).map(([kind, times]) => `${kind} ${times}`);
    console.log(`${verdicts} verdicts, ${differences.length} differences, seed ${values.seed} (${shares.join(', ')})`);
    return differences.length > 0 ? 1 : 0;
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}
