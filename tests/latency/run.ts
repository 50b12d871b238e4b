import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { parseTarget } from '../harness/target.ts';
import { measureExpiry, measureGrowth, type Measurement } from './latency.ts';

const HELP = `
npx tsx tests/latency/run.ts --stage 05

Pings a server every millisecond while 1,000,000 keys expire within one second, and while it grows to 4,000,000 keys;
tells the longest waits. --stage redis measures redis-server in the same way.
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    expire: { type: 'string', default: '1000000' },
    grow: { type: 'string', default: '4000000' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else await main();

async function main(): Promise<void> {
  const target = parseTarget(values.stage);
  for (const [name, keys, measure] of [
    ['expiry', Number(values.expire), measureExpiry],
    ['growth', Number(values.grow), measureGrowth],
  ] as const) {
    if (keys === 0) continue;
    const server = await target.start();
    try {
      console.log(show(`${target.name}, ${name}`, await measure(server.port, keys)));
    } catch (error) {
      console.log(`${target.name}, ${name}: ${(error as Error).message}\n${server.process?.output()}`);
      process.exitCode = 1;
    } finally {
      await server.stop();
    }
  }
}

function show(name: string, { keys, seconds, pings }: Measurement): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const times = `median ${ms(pings.median)}, p99 ${ms(pings.p99)}, longest ${pings.longest.map(ms).join(', ')}`;
  const late = `pinger itself late by up to ${ms(pings.late)}`;
  return `${name}: ${keys} keys, ${seconds.toFixed(1)} s, ${pings.count} pings: ${times} (${late})`;
}
