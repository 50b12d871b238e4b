import { parseArgs } from 'node:util';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { builtStages, findStage } from '#shared/manifest.ts';
import { runFamily, type Outcome } from './engine.ts';
import { COMPARED, comparedOn } from './families/all.ts';
import { separatesMessages } from './pubsub/separates-messages.ts';
import { showDifference } from './show-difference.ts';

const NAMES = [...new Set(COMPARED.map(({ name }) => name))];

const HELP = `
npx tsx tests/differential/run.ts --stage 05 --type lists --count 200000 --seed 1

Sends the same random commands to a stage and to redis-server, and compares all replies and the data. REDIS_SERVER names
another redis-server.
  --stage NN     the stage (default: the last one built), or redis: the one on the PATH
  --type NAME    ${NAMES.join(', ')} or all (default: all that the stage knows)
  --count N      commands per type (default 200000)
  --seed N       repeats a run (default: a new one, printed)
  --limit N      go on until N differences are found (default 1)
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    type: { type: 'string', default: 'all' },
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: String(chooseSeed()) },
    limit: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const stage = values.stage === 'redis' ? builtStages().at(-1)!.number : (findStage(values.stage)?.number ?? values.stage);
  const families = comparedOn(stage).filter(({ name }) => values.type === 'all' || name === values.type);
  if (families.length === 0)
    throw new Error(`stage ${stage} has no type '${values.type}'; ${comparedOn(stage).map(({ name }) => name).join(', ')}`);
  const target = values.stage === 'redis' ? 'cmd:redis-server --port {port} --save "" {flags}' : stage;
  const [ours, theirs] = await Promise.all([parseTarget(target).start(), parseTarget('redis').start()]);
  const pair = { ours: ours.port, theirs: theirs.port, createsConsumers: await separatesMessages(theirs.port) };
  let differences = 0;
  try {
    for (const family of families) {
      const began = Date.now();
      const outcome = await runFamily({
        pair,
        family,
        stage,
        count: Number(values.count),
        seed: Number(values.seed),
        limit: Number(values.limit),
      });
      differences += outcome.differences.length;
      for (const difference of outcome.differences) console.log(showDifference(difference));
      console.log(showOutcome(`${values.stage === 'redis' ? 'redis' : `stage ${stage}`} ${family.name}`, outcome, (Date.now() - began) / 1000));
    }
  } finally {
    const ended = ours.process?.ended();
    if (ended) console.log(`the stage ${ended}:\n${ours.process?.output()}`);
    await Promise.all([ours.stop(), theirs.stop()]);
  }
  return differences > 0 ? 1 : 0;
}

function showOutcome(name: string, { count, differences, exceptions }: Outcome, seconds: number): string {
  const lines = [
    `${name}: ${count} commands, ${differences.length} differences, seed ${values.seed}, ${seconds.toFixed(0)} s`,
  ];
  for (const [reason, times] of exceptions) lines.push(`  exception, ${times} times: ${reason}`);
  return lines.join('\n');
}
