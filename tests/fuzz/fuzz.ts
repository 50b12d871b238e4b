import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';
import { Client, encodeRequest } from '../harness/client.ts';
import { createRng } from '../harness/rng.ts';
import { sleep, until, within } from '../harness/time.ts';
import { createChunks } from './chunks.ts';

export interface FuzzOptions {
  port: number;
  /** The server's process, whose memory is looked at; 0 when it is not ours. */
  pid: number;
  stage: string;
  chunks: number;
  seed: number;
  connections?: number;
  /** Connect by TLS, with this. */
  secure?: ConnectionOptions;
  /** The server's password. */
  password?: string;
  /** Whether the connections that send chunks give the password first; the client that must be served always does. */
  authenticated?: boolean;
  /** How long memory may take to be returned at the end, in ms. */
  patienceMs?: number;
  onProgress?: (chunks: number) => void;
}

export interface FuzzResult {
  chunks: number;
  connections: number;
  /** Lines in replies that show a bug in a handler. */
  bugs: string[];
  /** Resident memory in MB, or null where it cannot be seen: fresh, and at the end with all connections closed. */
  memory: { start: number | null; end: number | null };
}

const LONGEST_CONNECTION = 400;
/** Memory counts as returned when no more than this is kept. */
const RETURNED_MB = 20;
const PENDING_BYTES = 256 * 1024;

/**
 * Throws chunks at a server over many connections at once, each of which lives for a few hundred chunks, or until the
 * server has had enough. All the while another client must be served.
 * @throws Error when the server stops serving
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { pid, connections = 40, patienceMs = 60_000 } = options;
  const result: FuzzResult = {
    chunks: 0,
    connections: 0,
    bugs: [],
    memory: { start: memoryMb(pid), end: null },
  };
  await throwChunks(options, connections, result);
  await quiet(options);
  // V8 gives back what has become free when nothing has happened for some ten seconds.
  const returned = () => (memoryMb(pid) ?? 0) <= (result.memory.start ?? 0) + RETURNED_MB;
  await until(returned, 'memory to be returned', patienceMs).catch(() => {});
  result.memory.end = memoryMb(pid);
  return result;
}

async function throwChunks(options: FuzzOptions, connections: number, result: FuzzResult): Promise<void> {
  const { stage, chunks, seed, onProgress } = options;
  const next = createChunks(createRng(seed), stage);
  let left = chunks;
  const witness = await openClient(options);
  const worker = async () => {
    while (left > 0) {
      const share = Math.min(left, LONGEST_CONNECTION);
      left -= share;
      const sent = await oneConnection(options, share, next, result.bugs);
      left += share - sent;
      result.chunks += sent;
      result.connections++;
      onProgress?.(result.chunks);
    }
  };
  let busy = true;
  const serving = async () => {
    while (busy) {
      await witness.expect('ECHO', 'still here').bulk('still here');
      await sleep(50);
    }
  };
  const served = serving();
  const workers = Promise.all(Array.from({ length: connections }, worker));
  try {
    // The witness ends early only by failing.
    await Promise.race([workers, served]);
  } finally {
    busy = false;
  }
  await served;
  await witness.close();
}

/** @returns how many chunks went out before the end, or before the server closed the connection */
async function oneConnection(options: FuzzOptions, chunks: number, next: () => string, bugs: string[]): Promise<number> {
  const { port, secure, password, authenticated = true } = options;
  const socket = secure ? connectSecurely({ ...secure, port, host: '127.0.0.1' }) : connect({ port, host: '127.0.0.1' });
  let closed = false;
  const done = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.once('close', () => (closed = true));
  socket.on('error', () => {});
  socket.on('data', (data) => {
    const at = data.indexOf('internal error in');
    if (at !== -1 && bugs.length < 20) bugs.push(data.toString('latin1', at, data.indexOf('\r\n', at)));
  });
  await within(5_000, Promise.race([new Promise<void>((resolve) => socket.once(secure ? 'secureConnect' : 'connect', () => resolve())), done]));
  if (password !== undefined && authenticated) socket.write(encodeRequest(['AUTH', password]), 'latin1');
  let sent = 0;
  while (sent < chunks && !closed) {
    socket.write(next(), 'latin1');
    sent++;
    if (sent % 10 === 0) await turn(socket);
  }
  if (sent % 2 === 0) socket.end();
  socket.destroySoon();
  await within(1_000, done);
  socket.destroy();
  return Math.max(1, sent);
}

/** Lets answers come in, and waits for a slow reader. */
async function turn(socket: Socket): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (socket.writableLength < PENDING_BYTES || socket.destroyed) return;
  await within(
    2_000,
    new Promise<void>((resolve) => {
      socket.once('drain', () => resolve());
      socket.once('close', () => resolve());
    }),
  );
}

/** Empties the server and waits until all connections but ours are gone. */
async function quiet(options: FuzzOptions): Promise<void> {
  const client = await openClient(options);
  await client.send('FLUSHALL');
  await until(async () => {
    const info = await client.send('INFO', 'clients');
    return typeof info === 'string' && /connected_clients:1\r/.test(info);
  }, 'all connections to be closed');
  await client.close();
}

async function openClient({ port, secure, password }: FuzzOptions): Promise<Client> {
  const client = await Client.open('127.0.0.1', port, secure);
  if (password !== undefined) await client.expect('AUTH', password).ok();
  return client;
}

/** Resident memory of a process, in MB, from Linux's /proc. */
export function memoryMb(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return kilobytes ? Number(kilobytes[1]) / 1024 : null;
  } catch {
    return null;
  }
}
