import { setTimeout as sleep } from 'node:timers/promises';
import { encodeRequest, open } from '../connection.ts';
import { keyAt } from '../memory.ts';
import { VALUE } from '../tests.ts';

/** SETs that go on at a steady pace. */
export interface PacedWrites {
  /** How many were answered so far. */
  answered(): number;
  /** Sends no more, and waits until the last is answered. @throws Error when one was refused */
  stop(): Promise<void>;
}

/** The server may owe the answers of so many seconds; then the client waits. */
const MOST_OWED_S = 1;
/** Coprime to any number of keys that does not hold it as a factor: key after key in no order, and each its turn. */
const STRIDE = 611_953;

/** Sets keys of `fill` again, `rate` a second on one connection; each millisecond, the requests that are due go in one write. */
export async function startWrites(port: number, rate: number, keys: number): Promise<PacedWrites> {
  const socket = await open(port);
  const began = performance.now();
  let sent = 0;
  let answered = 0;
  let problem: Error | undefined;
  socket.removeAllListeners('error');
  socket.on('error', (error) => (problem ??= error));
  socket.on('close', () => (problem ??= new Error('the server closed the connection of the writes')));
  socket.on('data', (chunk: Buffer) => {
    if (chunk.includes('-')) problem ??= new Error(`a write was refused: ${chunk.toString('latin1').trim()}`);
    // Each answer is +OK\r\n: one line feed.
    for (const byte of chunk) if (byte === 0x0a) answered++;
  });
  const timer = setInterval(() => {
    const due = dueWrites({ elapsedMs: performance.now() - began, rate, sent, answered });
    if (due === 0 || problem) return;
    let batch = '';
    for (let i = 0; i < due; i++) batch += encodeRequest(['SET', keyAt(((sent + i) * STRIDE) % keys), VALUE]);
    sent += due;
    socket.write(batch, 'latin1');
  }, 1);
  return {
    answered: () => answered,
    async stop() {
      clearInterval(timer);
      while (answered < sent && !problem) await sleep(5);
      const failed = problem;
      socket.destroy();
      if (failed) throw failed;
    },
  };
}

interface Progress {
  elapsedMs: number;
  /** Per second. */
  rate: number;
  sent: number;
  answered: number;
}

/** How many to send now: what the pace demands and was not sent, up to what the server may owe. */
export function dueWrites({ elapsedMs, rate, sent, answered }: Progress): number {
  const behind = Math.floor((elapsedMs * rate) / 1000) - sent;
  const allowed = rate * MOST_OWED_S - (sent - answered);
  return Math.max(0, Math.min(behind, allowed));
}
