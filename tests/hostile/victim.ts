import { rmSync } from 'node:fs';
import { makeCertificates } from '../harness/make-certificates.ts';
import { freePort } from '../harness/process.ts';
import { parseTarget } from '../harness/target.ts';
import type { Victim } from './hostile.ts';

/** Starts a server with a port for TLS. `stop` throws when it has ended by itself. */
export async function startVictim(target: string, ...flags: string[]): Promise<Victim & { stop(): Promise<void> }> {
  const files = makeCertificates();
  const tlsPort = await freePort();
  const server = await parseTarget(target).start([...files.flags, '--tls-port', String(tlsPort), ...flags]);
  const { process, port } = server;
  return {
    port,
    tlsPort,
    pid: process!.pid,
    async stop() {
      const ended = process!.ended();
      await server.stop();
      rmSync(files.dir, { recursive: true });
      if (ended !== null) throw new Error(`the server ${ended}:\n${process!.output()}`);
    },
  };
}
