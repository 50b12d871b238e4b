import { certificates } from './certificates.ts';
import { freePort } from './process.ts';
import { server, type OwnServer } from './suite.ts';

/** A server with a port for TLS beside its plain one; further flags come last, and so override these. */
export async function secured(...flags: string[]): Promise<{ own: OwnServer; tlsPort: number }> {
  const tlsPort = await freePort();
  const own = await server(...certificates().flags, '--tls-port', String(tlsPort), ...flags);
  return { own, tlsPort };
}
