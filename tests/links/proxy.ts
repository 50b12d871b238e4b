import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Rng } from '../harness/rng.ts';

/** How the bytes of a link travel. */
export interface Conditions {
  /** Each chunk comes this many ms late. */
  readonly delayMs?: number;
  /** At most this many bytes, at random, each ms. */
  readonly drip?: number;
  /** Nothing travels. */
  readonly stalled?: boolean;
}

/** What a proxy saw. */
export interface Seen {
  /** Links that were opened. */
  links: number;
  /** Links that it cut. */
  cuts: number;
  /** Links on which the primary said +CONTINUE, or +FULLRESYNC. */
  continued: number;
  full: number;
  /** The partial syncs that were refused, with the history and offset at which the full sync began instead. */
  readonly refused: { replid: string; from: number; instead: { replid: string; at: number } }[];
}

/** A proxy in front of a primary: its replicas connect here, and their links can be hurt. */
export interface Proxy {
  readonly port: number;
  readonly seen: Seen;
  /** From now on the bytes of all links travel like this; `{}`: at once. */
  set(conditions: Conditions): void;
  /** Cuts all links, on both sides at once; what was under way is lost. @returns how many there were */
  cut(): number;
  /** Whether new links are let through (at first: yes). */
  open(open: boolean): void;
  close(): void;
}

/** Opens a proxy to this port of 127.0.0.1. */
export async function openProxy(to: number, rng: Rng): Promise<Proxy> {
  const seen: Seen = { links: 0, cuts: 0, continued: 0, full: 0, refused: [] };
  const links = new Set<Link>();
  let conditions: Conditions = {};
  let isOpen = true;
  const server = createServer((replica) => {
    if (!isOpen) return void replica.resetAndDestroy();
    seen.links++;
    const primary = connect({ host: '127.0.0.1', port: to });
    const link: Link = { replica, primary };
    links.add(link);
    watchHandshake(replica, primary, seen);
    for (const [from, onto] of [[replica, primary], [primary, replica]] as const) {
      from.setNoDelay(true);
      from.on('error', () => {});
      from.once('close', () => {
        links.delete(link);
        onto.destroy();
      });
      carry(from, onto, rng, () => conditions);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    const count = links.size;
    for (const { replica, primary } of links) {
      replica.resetAndDestroy();
      primary.resetAndDestroy();
    }
    seen.cuts += count;
    links.clear();
    return count;
  };
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    cut,
    set: (next) => void (conditions = next),
    open: (open) => void (isOpen = open),
    close() {
      server.close();
      cut();
    },
  };
}

interface Link {
  readonly replica: Socket;
  readonly primary: Socket;
}

/** Past this many bytes under way the sender is left to wait, as a slow network would let it. */
const WINDOW = 256 * 1024;
const TICK_MS = 1;

/** Carries bytes one way under the conditions of the moment, in order. */
function carry(from: Socket, onto: Socket, rng: Rng, conditions: () => Conditions): void {
  let queue: { at: number; bytes: Buffer }[] = [];
  let queued = 0;
  let timer: NodeJS.Timeout | null = null;
  const wait = () => (timer ??= setTimeout(pump, TICK_MS));
  const pump = () => {
    timer = null;
    if (onto.destroyed) return void (queue = []);
    const { stalled, drip } = conditions();
    if (stalled) return void wait();
    let allowance = drip === undefined ? Infinity : rng.int(1, drip);
    while (queue.length > 0 && queue[0]!.at <= Date.now() && allowance > 0) {
      const { at, bytes } = queue.shift()!;
      const now = bytes.subarray(0, Math.min(bytes.length, allowance));
      if (now.length < bytes.length) queue.unshift({ at, bytes: bytes.subarray(now.length) });
      onto.write(now);
      allowance -= now.length;
      queued -= now.length;
    }
    if (queued < WINDOW && from.isPaused()) from.resume();
    if (queue.length > 0) wait();
  };
  from.on('data', (bytes) => {
    queue.push({ at: Date.now() + (conditions().delayMs ?? 0), bytes });
    queued += bytes.length;
    if (queued > WINDOW) from.pause();
    if (timer === null) pump();
  });
}

/** How much of a link's beginning is looked at: PSYNC and its answer are among the first lines. */
const HEAD = 4_096;

/** Notes the arguments of the replica's PSYNC, and the primary's answer. */
function watchHandshake(replica: Socket, primary: Socket, seen: Seen): void {
  let asked = '';
  let answered = '';
  const onAsk = (chunk: Buffer) => {
    asked += chunk.toString('latin1');
    if (asked.length > HEAD) replica.off('data', onAsk);
  };
  const onAnswer = (chunk: Buffer) => {
    answered += chunk.toString('latin1', 0, HEAD);
    const answer = /\+(CONTINUE|FULLRESYNC (\S+) (\d+))[^\r]*\r\n/.exec(answered);
    if (answer === null && answered.length < HEAD) return;
    primary.off('data', onAnswer);
    if (answer === null) return;
    const [, word, replid, offset] = answer;
    if (word === 'CONTINUE') return void seen.continued++;
    seen.full++;
    const wish = /PSYNC\r\n\$\d+\r\n(\S+)\r\n\$\d+\r\n(-?\d+)\r\n/.exec(asked);
    if (!wish || wish[1] === '?') return;
    seen.refused.push({ replid: wish[1]!, from: Number(wish[2]), instead: { replid: replid!, at: Number(offset) } });
  };
  replica.on('data', onAsk);
  primary.on('data', onAnswer);
}
