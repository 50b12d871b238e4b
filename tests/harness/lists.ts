import { client, sleep, until, type Client } from './suite.ts';

/** A client, and the list `l` with these elements. */
export async function clientWithList(...elements: string[]): Promise<Client> {
  const c = await client();
  await c.expect('RPUSH', 'l', ...elements).int(elements.length);
  return c;
}

export function listIs(c: Client, ...elements: string[]): Promise<unknown> {
  return c.expect('LRANGE', 'l', '0', '-1').array(elements);
}

export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** Waits until the server counts that many blocked clients; a server that does not count them gets a little time. */
export async function blockedClients(observer: Client, count: number): Promise<void> {
  await until(async () => {
    const shown = /blocked_clients:(\d+)/.exec(String(await observer.send('INFO', 'clients')));
    if (shown === null) await sleep(50);
    return shown === null || Number(shown[1]) === count;
  }, `${count} blocked client(s) in INFO`);
}
