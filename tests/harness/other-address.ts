import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { onlyIf, server, type OwnServer } from './suite.ts';

/**
 * A server that also listens on an address of this machine other than loopback: to the server, a client that connects
 * there is one from another host. The test is skipped, and says so, on a machine without such an address.
 */
export async function reachableServer(...flags: string[]): Promise<{ own: OwnServer; greet: () => Promise<string> }> {
  const addresses = Object.values(networkInterfaces()).flatMap((of = []) => of);
  const host = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  onlyIf(host !== undefined, 'this machine has no IPv4 address besides loopback');
  const own = await server('--bind', `127.0.0.1 ${host}`, ...flags);
  return { own, greet: () => firstWords(host!, own.port) };
}

/** The first line that the server sends, on its own or in reply to PING. */
function firstWords(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let said = '';
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
      if (said.endsWith('\r\n')) socket.destroy();
    });
    socket.once('error', (error) => (said === '' ? reject(error) : undefined));
    socket.once('close', () => resolve(said));
  });
}
