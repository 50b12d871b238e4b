import { connect, type Socket } from 'node:net';
import { memoryMb } from '../fuzz/fuzz.ts';
import { Client, encodeRequest } from '../harness/client.ts';
import { sleep, until } from '../harness/time.ts';

/** A server that hostile clients connect to. */
export interface Victim {
  readonly port: number;
  /** The port for TLS. */
  readonly tlsPort: number;
  readonly pid: number;
}

export interface Observation {
  /** Resident memory in MB: before, and the most that was seen; NaN where the system does not report it. */
  readonly memory: { before: number; most: number };
  /** Requests of another client that were answered during the attack. */
  readonly served: number;
  readonly notes: string;
}

/** TLS handshakes that stop half-way: the beginning of a ClientHello, and then nothing. */
export function halfHandshakes({ tlsPort, port, pid }: Victim, count: number): Promise<Observation> {
  // A handshake record that announces 512 bytes, and has three of them.
  const beginning = Buffer.from('160301020001000001', 'hex');
  return observe(port, pid, async () => {
    const sockets = await openAll(tlsPort, count);
    for (const socket of sockets) socket.write(beginning);
    const open = () => sockets.filter(({ destroyed }) => !destroyed).length;
    await until(() => open() === 0, 'the server to end handshakes that go no further', 40_000).finally(() => closeAll(sockets));
    return `${count} handshakes began, all were ended by the server`;
  });
}

/** Connections that say nothing. */
export function idleConnections({ port, pid }: Victim, count: number): Promise<Observation> {
  return observe(port, pid, async (witness) => {
    const sockets = await openAll(port, count);
    await until(async () => (await connected(witness)) === count + 1, 'all to be connected', 30_000).finally(() => closeAll(sockets));
    await until(async () => (await connected(witness)) === 1, 'the server to see that they are gone', 30_000);
    return `${count} connections were open at once`;
  });
}

/** More connections than `maxclients`: those beyond the limit get an error, and the others are served. */
export function tooManyClients({ port, pid }: Victim, maxclients: number, count: number): Promise<Observation> {
  return observe(port, pid, async (witness) => {
    await witness.expect('CONFIG', 'SET', 'maxclients', maxclients).ok();
    const sockets = await openAll(port, count);
    let refused = 0;
    for (const socket of sockets) socket.on('data', (chunk) => (refused += String(chunk) === '-ERR max number of clients reached\r\n' ? 1 : 0));
    const wanted = count + 1 - maxclients;
    await until(() => refused === wanted, `${wanted} clients to be refused`, 20_000).finally(() => closeAll(sockets));
    await until(async () => (await connected(witness)) === 1, 'the server to see that they are gone', 30_000);
    await witness.expect('CONFIG', 'SET', 'maxclients', '10000').ok();
    return `${refused} of ${count} were refused at maxclients ${maxclients}`;
  });
}

/** Clients that ask for a reply of 10 MB again and again, and read none of it, until the output limit ends them. */
export function slowReaders({ port, pid }: Victim, count: number, limitMb: number): Promise<Observation> {
  return observe(port, pid, async (witness) => {
    await witness.expect('CONFIG', 'SET', 'client-output-buffer-limit', `normal ${limitMb}mb 0 0`).ok();
    const element = 'x'.repeat(10_000);
    await witness.send('DEL', 'long');
    for (let i = 0; i < 10; i++) await witness.expect('RPUSH', 'long', ...Array<string>(100).fill(element)).int((i + 1) * 100);
    const sockets = await openAll(port, count);
    for (const socket of sockets) {
      socket.pause();
      for (let i = 0; i < (2 * limitMb) / 10 + 2; i++) socket.write(encodeRequest(['LRANGE', 'long', '0', '-1']), 'latin1');
    }
    await until(async () => (await connected(witness)) === 1, 'the server to end those who do not read', 60_000).finally(() => closeAll(sockets));
    await witness.expect('DEL', 'long').int(1);
    await witness.expect('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0').ok();
    return `${count} that did not read were ended at ${limitMb} MB each`;
  });
}

/** Lets another client ask all the while, and looks at memory. */
async function observe(port: number, pid: number, act: (witness: Client) => Promise<string>): Promise<Observation> {
  const before = memoryMb(pid) ?? NaN;
  const [witness, other] = [await Client.open('127.0.0.1', port), await Client.open('127.0.0.1', port)];
  await other.close();
  let most = before;
  let served = 0;
  let busy = true;
  const serving = (async () => {
    while (busy) {
      await witness.expect('ECHO', 'still here').bulk('still here');
      served++;
      most = Math.max(most, memoryMb(pid) ?? NaN);
      await sleep(10);
    }
  })();
  try {
    const acting = act(witness);
    const notes = await Promise.race([acting, serving.then(() => acting)]);
    return { memory: { before, most }, served, notes };
  } finally {
    busy = false;
    await serving;
    await witness.close();
  }
}

async function connected(client: Client): Promise<number> {
  return Number(/connected_clients:(\d+)/.exec(String(await client.send('INFO', 'clients')))![1]);
}

/** A few hundred at a time: a listener's backlog has 511 places. */
async function openAll(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const more = Array.from({ length: Math.min(250, count - sockets.length) }, () => connect(port, '127.0.0.1'));
    await Promise.all(
      more.map((socket) => {
        socket.on('error', () => socket.destroy());
        socket.on('close', () => socket.destroy());
        return new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      }),
    );
    sockets.push(...more);
  }
  // Paused ones would never hear of their end.
  for (const socket of sockets) socket.resume();
  return sockets;
}

function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
