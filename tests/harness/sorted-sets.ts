import { client, sleep, until, type Client } from './suite.ts';

/** A score, and the member that has it. */
export type Pair = readonly [score: number | string, member: string];

/** A sorted set of these members, packed. */
export async function add(c: Client, key: string, ...pairs: Pair[]): Promise<void> {
  await c.expect('ZADD', key, ...pairs.flat()).int(pairs.length);
}

/** Four members, the scores 1 to 4, one of them with a fraction. */
export async function abcd(c: Client): Promise<void> {
  await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3.5', 'c', '4', 'd').int(4);
}

/** Two sorted sets that share b and c. */
export async function two(): Promise<Client> {
  const c = await client();
  await c.expect('ZADD', 'x', '1', 'a', '2', 'b', '3', 'c').int(3);
  await c.expect('ZADD', 'y', '10', 'b', '20', 'c', '30', 'd').int(3);
  return c;
}

/** A sorted set of the members m0, m1, … with the scores 0, 1, …. */
export async function fill(c: Client, key: string, count: number): Promise<void> {
  const pairs = Array.from({ length: count }, (_, i) => [i, `m${i}`]);
  for (let i = 0; i < count; i += 500) await c.expect('ZADD', key, ...pairs.slice(i, i + 500).flat()).success();
}

/** Waits until the server counts that many blocked clients; a server that does not count them gets a little time. */
export async function blockedClients(observer: Client, count: number): Promise<void> {
  await until(async () => {
    const shown = /blocked_clients:(\d+)/.exec(String(await observer.send('INFO', 'clients')));
    if (shown === null) await sleep(50);
    return shown === null || Number(shown[1]) === count;
  }, `${count} blocked client(s) in INFO`);
}
