import { openBatches, type BatchConnection } from '../differential/connection.ts';
import { sleep, until } from '../harness/time.ts';
import { startPings, type Pings } from './pings.ts';

export interface Measurement {
  keys: number;
  seconds: number;
  pings: Pings;
}

const VALUE = 'sixteen bytes...';
/** Small batches, so that what is measured is the server's own work and not a long pipeline. */
const BATCH = 50;

/** Loads keys that all expire within one second, and pings through that second until the last is gone. */
export async function measureExpiry(port: number, keys: number): Promise<Measurement> {
  const connection = await openBatches(port);
  await connection.send([['FLUSHALL']]);
  // A guess at how long loading takes: the deadline must be later.
  const deadline = Date.now() + 2_000 + keys / 40;
  await load(connection, keys, 1_000, (at) => [
    'SET',
    `key:${at}`,
    VALUE,
    'PXAT',
    String(deadline + Math.floor(Math.random() * 1000)),
  ]);
  if (Date.now() > deadline) throw new Error('loading took too long: keys have expired already');
  await sleep(Math.max(0, deadline - Date.now() - 1_500));
  const stop = await startPings(port);
  const began = Date.now();
  // DBSIZE counts expired keys until they are removed: when it is 0 the active cycle has done its work.
  await until(async () => (await connection.send([['DBSIZE']]))[0] === ':0\r\n', 'all keys to expire', 120_000);
  const seconds = (Date.now() - began) / 1000;
  await sleep(200);
  const pings = await stop();
  connection.close();
  return { keys, seconds, pings };
}

/** Sets new keys, and pings all the while. */
export async function measureGrowth(port: number, keys: number): Promise<Measurement> {
  const connection = await openBatches(port);
  await connection.send([['FLUSHALL']]);
  const stop = await startPings(port);
  const began = Date.now();
  await load(connection, keys, BATCH, (at) => ['SET', `key:${at}`, VALUE]);
  const seconds = (Date.now() - began) / 1000;
  const pings = await stop();
  connection.close();
  return { keys, seconds, pings };
}

async function load(
  connection: BatchConnection,
  keys: number,
  batch: number,
  make: (at: number) => string[],
): Promise<void> {
  for (let at = 0; at < keys; at += batch) {
    const commands = Array.from({ length: Math.min(batch, keys - at) }, (_, i) => make(at + i));
    const replies = await connection.send(commands);
    const refused = replies.find((reply) => reply !== '+OK\r\n');
    if (refused !== undefined || replies.length < commands.length)
      throw new Error(`after ${at} keys: ${refused ?? 'no reply'}`);
  }
}
