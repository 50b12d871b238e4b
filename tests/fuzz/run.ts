import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { makeCertificates } from '../harness/make-certificates.ts';
import { freePort } from '../harness/process.ts';
import { parseTarget } from '../harness/target.ts';
import { fuzz } from './fuzz.ts';

const HELP = `
npx tsx tests/fuzz/run.ts --stage 05 --chunks 2000000 --seed 1

Throws random and damaged bytes at a stage over many connections; tells whether it serves on, and what memory it keeps.
  --tls            over TLS
  --auth WHEN      the server wants a password; the bytes come before it was given, or after
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    chunks: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: String(chooseSeed()) },
    tls: { type: 'boolean', default: false },
    auth: { type: 'string' },
    connections: { type: 'string', default: '40' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const target = parseTarget(values.stage);
  const password = values.auth === undefined ? undefined : 'password';
  const files = values.tls ? makeCertificates() : undefined;
  const tlsPort = values.tls ? await freePort() : 0;
  const server = await target.start([
    ...(password === undefined ? [] : ['--requirepass', password]),
    ...(files === undefined ? [] : [...files.flags, '--tls-port', String(tlsPort), '--tls-auth-clients', 'no']),
  ]);
  console.log(`${target.name}${values.tls ? ', TLS' : ''}${values.auth === undefined ? '' : `, ${values.auth} AUTH`}, seed ${values.seed}`);
  const began = Date.now();
  const seconds = () => ((Date.now() - began) / 1000).toFixed(0);
  try {
    let shown = 0;
    const { chunks, connections, bugs, memory } = await fuzz({
      port: values.tls ? tlsPort : server.port,
      ...(files === undefined ? {} : { secure: files.of() }),
      ...(password === undefined ? {} : { password, authenticated: values.auth === 'after' }),
      pid: server.process!.pid,
      stage: target.stage ?? '12',
      chunks: Number(values.chunks),
      seed: Number(values.seed),
      connections: Number(values.connections),
      onProgress(done) {
        if (done - shown < 200_000) return;
        shown = done;
        console.log(`  ${done} chunks, ${seconds()} s`);
      },
    });
    const mb = (value: number | null) => (value === null ? 'unknown' : `${value.toFixed(1)} MB`);
    console.log(`${chunks} chunks over ${connections} connections in ${seconds()} s: still serving`);
    console.log(`resident memory: ${mb(memory.start)} fresh, ${mb(memory.end)} at the end`);
    for (const bug of bugs) console.log(`a bug in a handler: ${bug}`);
    if (bugs.length > 0) console.log(server.process!.output());
    return bugs.length > 0 ? 1 : 0;
  } catch (error) {
    console.log(
      `it stopped serving: ${(error as Error).message}\n${server.process!.ended() ?? ''}\n${server.process!.output()}`,
    );
    return 1;
  } finally {
    await server.stop();
    if (files !== undefined) rmSync(files.dir, { recursive: true });
  }
}
