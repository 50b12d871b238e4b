import { connect } from 'node:net';
import { ReplyError } from '#shared/resp/reply.ts';
import { PushReply } from '#shared/resp/decoder.ts';
import { Client, encodeRequest } from '../harness/client.ts';
import { createRng } from '../harness/rng.ts';
import { sleep } from '../harness/time.ts';
import { createWorkload } from './workload.ts';

/** All clients of a run, and what they have counted. */
export interface Users {
  /** The counts so far. */
  readonly seen: Seen;
  /** Ends all of them. @throws Error when one of them lost its connection */
  stop(): Promise<void>;
}

export interface Seen {
  requests: number;
  /** Error replies, each with its request; at most twenty. */
  errors: string[];
  /** Connections that came and went. */
  visits: number;
  /** Messages and events that subscribers got. */
  messages: number;
  /** Bytes that the slow reader has read. */
  slowBytes: number;
}

const WRITERS = 6;
const BATCH = 16;
const SLOW_BYTES = 512 * 1024;

/**
 * Six clients that read and write all the time, clients that come, do a little and leave, some without a word; two
 * subscribers, to channels and to the events of keys; and one that requests a lot and reads half a megabyte a second.
 * @param pauseMs between two batches of a writer
 */
export async function startUsers(port: number, seed: number, pauseMs: number): Promise<Users> {
  const seen: Seen = { requests: 0, errors: [], visits: 0, messages: 0, slowBytes: 0 };
  let running = true;
  const isRunning = () => running;
  const work = [
    ...Array.from({ length: WRITERS }, (_, at) => write(port, seed + at * 104_729, pauseMs, seen, isRunning)),
    visit(port, seed, seen, isRunning),
    subscribe(port, 2, ['SUBSCRIBE', 'news', 'chat'], seen, isRunning),
    subscribe(port, 3, ['PSUBSCRIBE', 'l*', '__keyevent@0__:*'], seen, isRunning),
    readSlowly(port, seen, isRunning),
  ];
  const all = Promise.all(work);
  all.catch(() => {});
  return {
    seen,
    async stop() {
      running = false;
      await all;
    },
  };
}

async function write(port: number, seed: number, pauseMs: number, seen: Seen, running: () => boolean): Promise<void> {
  const next = createWorkload(createRng(seed));
  const client = await Client.open('127.0.0.1', port);
  while (running()) {
    const batch = Array.from({ length: BATCH }, next).flat();
    const replies = await Promise.all(batch.map((command) => client.send(...command)));
    replies.forEach((reply, at) => {
      for (const part of [reply, ...(Array.isArray(reply) ? reply : [])]) note(part, batch[at]!, seen);
    });
    seen.requests += batch.length;
    await sleep(pauseMs);
  }
  await client.close();
}

async function visit(port: number, seed: number, seen: Seen, running: () => boolean): Promise<void> {
  const rng = createRng(seed + 1);
  const next = createWorkload(rng);
  while (running()) {
    const client = await Client.open('127.0.0.1', port);
    if (rng.chance(0.3)) await client.send('HELLO', '3');
    if (rng.chance(0.2)) await client.send('CLIENT', 'SETNAME', `visitor-${seen.visits}`);
    const batch = next();
    if (rng.chance(0.1)) {
      // This client leaves before its replies have come.
      for (const command of batch) client.write(encodeRequest(command));
    } else {
      const replies = await Promise.all(batch.map((command) => client.send(...command)));
      replies.forEach((reply, at) => note(reply, batch[at]!, seen));
    }
    seen.requests += batch.length;
    seen.visits++;
    await client.close();
    await sleep(20);
  }
}

async function subscribe(port: number, protocol: 2 | 3, words: string[], seen: Seen, running: () => boolean): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let closed: string | undefined;
  socket.on('error', (error) => (closed = error.message));
  socket.on('close', () => (closed ??= 'closed'));
  const mark = protocol === 3 ? /^>/gm : /^\*[34]\r/gm;
  socket.on('data', (chunk) => (seen.messages += chunk.toString('latin1').match(mark)?.length ?? 0));
  if (protocol === 3) socket.write(encodeRequest(['HELLO', '3']), 'latin1');
  socket.write(encodeRequest(words), 'latin1');
  while (running() && closed === undefined) await sleep(20);
  if (closed !== undefined) throw new Error(`a subscriber lost its connection: ${closed}`);
  socket.destroy();
}

/** Requests ten times half a megabyte, reads the replies in ten seconds, and begins again. */
async function readSlowly(port: number, seen: Seen, running: () => boolean): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let closed: string | undefined;
  socket.on('error', (error) => (closed = error.message));
  socket.on('close', () => (closed ??= 'closed'));
  let due = 0;
  socket.on('data', (chunk) => {
    seen.slowBytes += chunk.length;
    due -= chunk.length;
    socket.pause();
  });
  socket.write(encodeRequest(['SET', 'large', 'y'.repeat(SLOW_BYTES)]), 'latin1');
  while (running() && closed === undefined) {
    if (due <= 0) {
      for (let i = 0; i < 10; i++) socket.write(encodeRequest(['GET', 'large']), 'latin1');
      due = 10 * SLOW_BYTES;
    }
    // A chunk has up to 64 KB.
    await sleep(120);
    socket.resume();
  }
  if (closed !== undefined) throw new Error(`the slow reader lost its connection: ${closed}`);
  socket.destroy();
}

function note(reply: unknown, command: readonly string[], seen: Seen): void {
  if (reply instanceof PushReply || !(reply instanceof ReplyError)) return;
  if (seen.errors.length < 20) seen.errors.push(`${command.join(' ').slice(0, 200)}: ${reply.message}`);
}
