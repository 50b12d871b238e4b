import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { certificates } from '../harness/certificates.ts';
import { freePort } from '../harness/process.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { fuzz } from './fuzz.ts';

const seed = chooseSeed();
const stage = builtStages().at(-1)!;

test(`stage ${stage.number} goes on serving under random and damaged bytes, SEED=${seed}`, async () => {
  const server = await parseTarget(stage.dir).start();
  try {
    const { port, process } = server;
    const { chunks, bugs } = await fuzz({
      port,
      pid: process!.pid,
      stage: stage.number,
      chunks: 20_000,
      seed,
      patienceMs: 0,
    });
    expect(chunks).toBeGreaterThanOrEqual(20_000);
    expect(bugs).toEqual([]);
    expect(process!.ended()).toBeNull();
  } finally {
    await server.stop();
  }
});

const PASSWORD = 'password';

for (const authenticated of [false, true]) {
  test(`over TLS, ${authenticated ? 'after' : 'before'} AUTH, SEED=${seed}`, async () => {
    const tlsPort = await freePort();
    const files = certificates();
    const flags = [...files.flags, '--tls-port', String(tlsPort), '--tls-auth-clients', 'no', '--requirepass', PASSWORD];
    const server = await parseTarget(stage.dir).start(flags);
    try {
      const { process } = server;
      const { bugs } = await fuzz({
        port: tlsPort,
        pid: process!.pid,
        stage: stage.number,
        chunks: 4_000,
        seed,
        secure: files.of(),
        password: PASSWORD,
        authenticated,
        patienceMs: 0,
      });
      expect(bugs).toEqual([]);
      expect(process!.ended()).toBeNull();
    } finally {
      await server.stop();
    }
  });
}
