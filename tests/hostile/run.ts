import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { halfHandshakes, idleConnections, slowReaders, tooManyClients, type Observation } from './hostile.ts';
import { startVictim } from './victim.ts';

const HELP = `
npx tsx tests/hostile/run.ts --idle 9900 --handshakes 2000 --slow 20

Clients that mean no good, while another one must be served: TLS handshakes that stop half-way, thousands of idle
connections, more clients than maxclients, and readers that ask for much and read nothing. Reports the server's memory.
  --target WHAT      redis, or a stage by number or folder (default: the last one built)
  --idle N           idle connections (default 9900; the limit of open files, ulimit -n, must allow them)
  --handshakes N     (default 2000)
  --slow N           clients that do not read (default 20)
                     0 leaves that part out
  --limit N          MB that wait for each of these at most (default 50)
`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: builtStages().at(-1)!.dir },
    idle: { type: 'string', default: '9900' },
    handshakes: { type: 'string', default: '2000' },
    slow: { type: 'string', default: '20' },
    limit: { type: 'string', default: '50' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else {
  const victim = await startVictim(values.target);
  try {
    if (values.handshakes !== '0') show('handshakes', await halfHandshakes(victim, Number(values.handshakes)));
    if (values.idle !== '0') show('idle', await idleConnections(victim, Number(values.idle)));
    show('maxclients', await tooManyClients(victim, 1_000, 3_000));
    if (values.slow !== '0') show('slow readers', await slowReaders(victim, Number(values.slow), Number(values.limit)));
  } finally {
    await victim.stop();
  }
}

function show(name: string, { memory, served, notes }: Observation): void {
  const mb = (value: number) => `${value.toFixed(0)} MB`;
  console.log(`${name}: ${notes}; resident memory ${mb(memory.before)} before, ${mb(memory.most)} at most; ${served} requests of another client answered`);
}
