import { rmSync } from 'node:fs';
import type { Stage } from '#shared/manifest.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { makeCertificates, type Certificates } from '../../../../tests/harness/make-certificates.ts';
import { freePort } from '../../../../tests/harness/process.ts';
import { ToolError } from '../../tool-error.ts';
import { ask } from '../connection.ts';
import { measureInTurn, type Side } from '../measure.ts';
import { CLIENTS } from '../redis-benchmark.ts';
import type { Start } from '../servers.ts';
import { BENCH_TESTS } from '../tests.ts';
import type { Scenario } from './scenario.ts';
import { setRows, type Pair } from './set-rows.ts';

/** Five rules about commands, and two patterns of keys. */
const RULES = ['+@read', '+@write', '+@connection', '-@dangerous', '-sort', '~key:*', '~user:*'];
const PASSWORD = 'secret';

export const secured: Scenario = {
  name: 'secured',
  title: 'users with rules, and TLS',
  since: '12',
  rounds: 5,
  async run({ stage, start, plan, progress }) {
    const certificates = makeCertificates();
    try {
      const kinds = [
        { name: 'the default user', sides: await sidesOf(start, stage, plainly) },
        { name: 'a user with rules', sides: await sidesOf(start, stage, asUser) },
        { name: 'TLS', sides: await sidesOf(start, stage, (from, kind) => overTls(from, kind, certificates)) },
      ];
      const pairs: Pair[] = [];
      for (const pipeline of plan.pipelines) {
        for (const name of ['SET', 'GET']) {
          for (const { name: kind, sides } of kinds) {
            const test = BENCH_TESTS.find((each) => each.name === name)!;
            const [ours, theirs] = await measureInTurn(sides, test, pipeline, plan);
            pairs.push({ name: `${name}, ${kind}, P=${pipeline}`, ours: ours!, theirs: theirs!, target: '' });
            progress(`${name} P=${pipeline}, ${kind}: measured`);
          }
        }
      }
      return {
        setting:
          `SET and GET from ${CLIENTS} clients, 16-byte values, 100,000 random keys. The user with rules has ` +
          `\`${RULES.join(' ')}\`. Over TLS both servers have the same certificate (P-256), and clients have none.`,
        tables: [{ rows: setRows('clients', pairs), notes: 'Higher ratios are better for the stage.' }],
      };
    } finally {
      rmSync(certificates.dir, { recursive: true, force: true });
    }
  },
};

type Kind = Stage | 'redis';

async function sidesOf(start: Start, stage: Stage, make: (start: Start, kind: Kind) => Promise<Side>): Promise<Side[]> {
  return [await make(start, stage), await make(start, 'redis')];
}

async function plainly(start: Start, kind: Kind): Promise<Side> {
  return { server: await start(kind) };
}

async function asUser(start: Start, kind: Kind): Promise<Side> {
  const server = await start(kind);
  const reply = await ask(server.port, 'ACL', 'SETUSER', 'bench', 'on', `>${PASSWORD}`, ...RULES);
  if (reply instanceof ReplyError) throw new ToolError(`ACL SETUSER: ${reply.message}`);
  return { server, flags: ['--user', 'bench', '-a', PASSWORD] };
}

/** The plain port serves the bench's own requests. */
async function overTls(start: Start, kind: Kind, { path }: Certificates): Promise<Side> {
  const port = String(await freePort());
  const server = await start(kind, {
    'tls-port': port,
    'tls-auth-clients': 'no',
    'tls-cert-file': path('server.crt'),
    'tls-key-file': path('server.key'),
    'tls-ca-cert-file': path('ca.crt'),
  });
  return { server, flags: ['-p', port, '--tls', '--cacert', path('ca.crt')] };
}
