import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../../harness/rng.ts';
import { parseTarget } from '../../harness/target.ts';
import { comparePubsub } from './compare.ts';
import { separatesMessages } from './separates-messages.ts';

const HELP = `
npx tsx tests/differential/pubsub/run.ts --stage 09 --count 200000 --seed 1

Lets three subscribers and a publisher send the same random commands to a stage and to redis-server, and compares what
each of the four hears. REDIS_SERVER names another redis-server; one from 7.2 on is also asked for messages in EXEC.
  --stage NN     the stage (default: the last one built)
  --count N      commands (default 200000)
  --seed N       repeats a run (default: a new one, printed)
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else {
  const [ours, theirs] = await Promise.all([parseTarget(values.stage).start(), parseTarget('redis').start()]);
  try {
    const pair = { ours: ours.port, theirs: theirs.port, mixes: await separatesMessages(theirs.port) };
    const { commands, difference } = await comparePubsub(pair, Number(values.count), Number(values.seed));
    if (difference !== undefined) console.log(difference);
    console.log(`pub/sub: ${commands} commands, ${difference === undefined ? 0 : 1} differences, seed ${values.seed}`);
    process.exitCode = difference === undefined ? 0 : 1;
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}
