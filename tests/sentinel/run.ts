import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { makeCertificates } from '../harness/make-certificates.ts';
import { chooseSeed } from '../harness/rng.ts';
import { runLab } from './lab.ts';
import { FAULTS } from './members.ts';
import { showOutcome } from './report.ts';
import { tlsWith } from './tls.ts';

const HELP = `
npx tsx tests/sentinel/run.ts --servers 12,12,12 --failovers 30

Three sentinels of Redis watch a primary and two replicas, while clients write and say WAIT 1. The primary is killed,
stopped and cut off in turn. What WAIT 1 has acknowledged must be there afterwards, unless the replica that was promoted
had less than the other one: Redis's protocol allows that.
  --servers A,B,C   each redis, or a stage (default: three of the last one built)
  --failovers N     how many, the kinds of fault in turn (default 6)
  --secure          with a password, and over TLS
  --seed N          of the proxies' delays (default: a new one)
`;

const last = builtStages().at(-1)!.number;
const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: `${last},${last},${last}` },
    failovers: { type: 'string', default: '6' },
    secure: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else {
  // Over TLS, Node 20 does not end by itself, though every server is stopped and every connection closed.
  process.exit(await main());
}

async function main(): Promise<number> {
  const made = values.secure ? makeCertificates() : undefined;
  const outcome = await runLab({
    servers: values.servers.split(','),
    faults: Array.from({ length: Number(values.failovers) }, (_, at) => FAULTS[at % FAULTS.length]!),
    seed: Number(values.seed),
    ...(made === undefined ? {} : { password: 'of-the-lab', tls: tlsWith(made) }),
    onFailover({ fault, acknowledged, lost, promotedWasBehind, downMs }) {
      const behind = promotedWasBehind ? ', promoted the one behind' : '';
      console.log(`  ${fault}: ${acknowledged} acknowledged, ${lost} lost${behind}, down for ${downMs.toFixed(0)} ms`);
    },
  });
  if (made !== undefined) rmSync(made.dir, { recursive: true, force: true });
  console.log(`${values.servers}${values.secure ? ', with a password and over TLS' : ''}`);
  console.log(showOutcome(outcome));
  return outcome.problems.length > 0 ? 1 : 0;
}
