import { parseArgs } from 'node:util';
import { Client } from '../../harness/client.ts';
import { chooseSeed } from '../../harness/rng.ts';
import { parseTarget } from '../../harness/target.ts';
import { compareLua, showLuaDifference } from './compare.ts';

const HELP = `
npx tsx tests/differential/lua/run.ts --count 100000 --seed 1

Runs random programs of Lua (expressions, patterns, calls of the libraries, broken source) in this process and by EVAL on
redis-server, and compares what they return and their errors. REDIS_SERVER names another redis-server.
  --count N      programs (default 100000)
  --seed N       repeats a run (default: a new one, printed)
  --limit N      go on until N differences are found (default 1)
`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(chooseSeed()) },
    limit: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else {
  const server = await parseTarget('redis').start();
  try {
    const redis = await Client.open('127.0.0.1', server.port);
    const { programs, errors, differences } = await compareLua(redis, Number(values.count), Number(values.seed), Number(values.limit));
    redis.destroy();
    for (const difference of differences) console.log(showLuaDifference(difference));
    console.log(`Lua: ${programs} programs, ${errors} of them ending in an error, ${differences.length} differences, seed ${values.seed}`);
    process.exitCode = differences.length === 0 ? 0 : 1;
  } finally {
    await server.stop();
  }
}
