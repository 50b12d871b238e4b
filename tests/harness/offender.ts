import { connect } from 'node:net';
import { address, atEnd } from './suite.ts';
import { sleep, within } from './time.ts';

/** A client that goes on sending when its connection ends: it keeps its own end open, whatever the server does. */
export interface Offender {
  /** Sends these bytes. */
  write(bytes: string): void;
  /** Repeats `piece` as fast as the server takes it, until the connection is cut. @throws Error past `FLOOD_BYTES` */
  flood(piece: string): Promise<void>;
  /** Sends one byte after the other, with pauses, until the connection is cut. @throws Error after `PATIENCE_MS` */
  drip(): Promise<void>;
}

/** Far more than the buffers of both kernels hold. */
const FLOOD_BYTES = 64 * 1024 * 1024;
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/** Connects to the server under test, or to the one on this port. */
export async function offender(port?: number): Promise<Offender> {
  const own = await address();
  const socket = connect({ host: own.host, port: port ?? own.port, allowHalfOpen: true });
  atEnd(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.setNoDelay(true).removeAllListeners('error').on('error', () => {});
  socket.resume();
  const whenClosed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
  const drained = () => new Promise<true>((resolve) => socket.once('drain', () => resolve(true)));
  return {
    write: (bytes) => void socket.write(bytes, 'latin1'),
    async flood(piece) {
      let sent = 0;
      while (!socket.destroyed) {
        if (sent > FLOOD_BYTES) throw new Error(`the server has taken ${sent} bytes, and reads on`);
        sent += piece.length;
        if (socket.write(piece, 'latin1')) continue;
        const moved = await within(PATIENCE_MS, Promise.race([drained(), whenClosed]));
        if (!moved) throw new Error(`for ${PATIENCE_MS / 1000} s the server neither reads nor cuts the connection`);
      }
    },
    async drip() {
      const deadline = Date.now() + PATIENCE_MS;
      while (!socket.destroyed) {
        if (Date.now() > deadline) throw new Error(`the connection is open after ${PATIENCE_MS / 1000} s`);
        socket.write('x');
        await sleep(PAUSE_MS);
      }
    },
  };
}
