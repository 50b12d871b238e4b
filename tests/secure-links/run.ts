import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { makeCertificates } from '../harness/make-certificates.ts';
import { chooseSeed } from '../harness/rng.ts';
import { LINKS, LOGINS, openLab } from './lab.ts';
import { HEADER, showOutcome } from './show-outcome.ts';

const HELP = `
npx tsx tests/secure-links/run.ts --stage 12 --seed 1

Replication between a stage and real Redis, in all pairings, over plain and encrypted links, with and without passwords:
a full sync of all types while clients write, a cut, a partial sync, and both datasets compared. A replica whose
certificate the primary does not trust must get nothing, and each side must say so in a line.
  --stage NN     the stage (default: the last one built)
  --pairs WHO    only these pairings of primary and replica: 12-redis,redis-12
  --disk         full syncs by way of a file, and not directly from memory
  --seed N       repeats the data and the writes (default: new ones, printed)
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    pairs: { type: 'string' },
    disk: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const kinds = [values.stage, 'redis'];
  const all = kinds.flatMap((primary) => kinds.map((replica) => `${primary}-${replica}`));
  const certificates = makeCertificates();
  const lab = openLab({ certificates, seed: Number(values.seed), disk: values.disk });
  let wrong = 0;
  console.log(`full syncs ${values.disk ? 'by way of a file' : 'from memory'}, seed ${values.seed}\n${HEADER}`);
  try {
    for (const pair of values.pairs?.split(',') ?? all) {
      const [primary, replica] = pair.split('-') as [string, string];
      for (const link of LINKS) {
        for (const login of LOGINS) {
          const one = { primary, replica, link, login };
          const outcome = await lab.run(one);
          if (outcome.problems.length > 0) wrong++;
          console.log(showOutcome(one, outcome));
        }
      }
    }
  } finally {
    await lab.close();
    rmSync(certificates.dir, { recursive: true });
  }
  console.log(wrong === 0 ? 'all as it should be' : `${wrong} cases are wrong`);
  return wrong === 0 ? 0 : 1;
}
