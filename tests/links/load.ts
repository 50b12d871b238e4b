import { Client } from '../harness/client.ts';
import { createRng, type Rng } from '../harness/rng.ts';
import { sleep } from '../harness/time.ts';
import type { Command } from '../differential/arguments.ts';
import { FAMILIES } from '../differential/families/all.ts';
import { createSource } from '../differential/family.ts';
import { dependsOnLayout } from '../differential/safe.ts';
import { createRacySource } from './racy.ts';

/** Random load on a primary. */
export interface Load {
  /** Requests answered so far. */
  count(): number;
  /** Sends nothing more; resolves when all is answered. @throws Error when a connection was lost */
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** The number of the oldest stage, primary or replica: commands that it does not know are left out. */
  readonly stage: string;
  readonly seed: number;
  /** Between a client's batches, in ms; 0: as fast as it goes. Default 4. */
  readonly pauseMs?: number;
  /** Connects a client; default: plainly, to the port given. */
  readonly open?: () => Promise<Client>;
}

/** Requests that a client has under way at once. */
const BATCH = 16;
const FLUSH_KEPT = 0.02;

/**
 * Several clients write at once: one for each data type, as in the differential runs, each beginning in a database of
 * its own; three with what only replication brings to light (short lives, random choices, times of now); and two that
 * wait for what the others push.
 */
export async function startLoad(port: number, options: LoadOptions): Promise<Load> {
  const { stage, seed, pauseMs = 4, open: connect = () => Client.open('127.0.0.1', port) } = options;
  const rngs = Array.from({ length: 20 }, (_, at) => createRng(seed + at * 104_729));
  const families = FAMILIES.filter(({ since }) => since <= stage);
  const sources = [
    ...families.map((family, at) => restrained(createSource(family, rngs[at]!), rngs[at]!)),
    ...[10, 11, 12].map((at) => createRacySource(rngs[at]!, stage)),
  ];
  let running = true;
  let count = 0;
  const clients: Client[] = [];
  const open = async () => {
    const client = await connect();
    clients.push(client);
    return client;
  };
  const writers = sources.map(async (source, at) => {
    const client = await open();
    await client.send('SELECT', at % 12);
    while (running) {
      const batch: Command[] = [];
      while (batch.length < BATCH) batch.push(...source());
      await Promise.all(batch.map((command) => client.send(...command)));
      count += batch.length;
      if (pauseMs > 0) await sleep(pauseMs);
    }
    // A transaction that was left open would keep what follows in its queue.
    await client.send('DISCARD');
  });
  const waiters = [15, 16].map(async (at) => {
    const client = await open();
    const rng = rngs[at]!;
    await client.send('SELECT', 10);
    while (running) {
      await client.send(...waitingCommand(rng, stage));
      count++;
    }
  });
  const all = Promise.all([...writers, ...waiters]);
  all.catch(() => {});
  return {
    count: () => count,
    async stop() {
      running = false;
      await all;
      for (const client of clients) await client.close();
    },
  };
}

/** Leaves out commands whose result is a matter of chance, and most FLUSHALLs and FLUSHDBs, so that there are data to compare. */
function restrained(source: () => Command[], rng: Rng): () => Command[] {
  return () => {
    for (;;) {
      const commands = source();
      if (commands.some(dependsOnLayout)) continue;
      if (!commands.some(([name]) => /^FLUSH/i.test(name!)) || rng.chance(FLUSH_KEPT)) return commands;
    }
  };
}

function waitingCommand(rng: Rng, stage: string): Command {
  const timeout = '0.03';
  const forSortedSets: Command[] = [
    ['BZPOPMIN', 'ranked', 'ranked2', timeout],
    ['BZPOPMAX', 'ranked2', 'queue', timeout],
    ['BZMPOP', timeout, '2', 'ranked', 'ranked2', 'MAX', 'COUNT', String(rng.int(1, 4))],
  ];
  return rng.pick<Command>([
    ...(stage >= '10' ? forSortedSets : []),
    ['BLPOP', 'queue', 'queue2', timeout],
    ['BRPOP', 'queue2', 'queue', timeout],
    ['BLMOVE', 'queue', 'done', 'LEFT', 'RIGHT', timeout],
    ['BRPOPLPUSH', 'queue2', 'queue', timeout],
    ['BLMPOP', timeout, '2', 'queue', 'queue2', 'LEFT', 'COUNT', String(rng.int(1, 4))],
    ['XREADGROUP', 'GROUP', 'g', 'waiting', 'COUNT', '3', 'BLOCK', '20', 'STREAMS', 'log', '>'],
  ]);
}
