import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { runLab, type Topology } from './lab.ts';
import { showOutcome } from './show-outcome.ts';

const HELP = `
npx tsx tests/links/run.ts --primary redis --replica stages/08-replication --seconds 600 --seed 1

Random load on a primary while the links to its replicas are cut, delayed, stalled and slowed down; at the end all
servers must hold the same, and the primary must have counted the syncs that the cuts ask for.
  --primary WHAT    redis, or a stage by number or folder (default: the last one built)
  --replica WHAT    the same, for the replica (default: as the primary)
  --sub WHAT        the third server of a chain and of promotions (default: as the replica)
  --topology NAME   pair, chain or promotion (default pair)
  --seconds N       how long the links are hurt (default 60)
  --outages N       one step in N is an outage beyond the backlog, of 1 MB then (pair; default 0: none)
  --aof             with append-only files, from which all start anew at the end
  --seed N          repeats a run as far as chance allows (default: a new one, printed)
`;

const last = builtStages().at(-1)!.dir;
const { values } = parseArgs({
  options: {
    primary: { type: 'string', default: last },
    replica: { type: 'string' },
    sub: { type: 'string' },
    topology: { type: 'string', default: 'pair' },
    seconds: { type: 'string', default: '60' },
    outages: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(chooseSeed()) },
    aof: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  if (!['pair', 'chain', 'promotion'].includes(values.topology)) throw new Error(`no topology '${values.topology}'`);
  const replica = values.replica ?? values.primary;
  const servers = [values.primary, replica, values.sub ?? replica];
  const outages = Number(values.outages);
  console.log(`${values.topology} of ${servers.join(', ')}, seed ${values.seed}`);
  const outcome = await runLab({
    topology: values.topology as Topology,
    servers,
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    outages,
    aof: values.aof,
    ...(outages > 0 ? { backlog: 2 ** 20 } : {}),
    onProgress: (text) => console.log(`  ${text}`),
  });
  console.log(showOutcome(outcome));
  return outcome.problems.length > 0 ? 1 : 0;
}
