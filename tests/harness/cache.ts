import { expect, server, type Client } from './suite.ts';

/** `maxmemory` of the server that `cache` starts; bytes. */
export const LIMIT = 8 * 1024 ** 2;
export const VALUE = 'x'.repeat(10_000);
/** How many requests are sent together: on real Redis, requests and replies that wait in buffers count as used memory. */
const BATCH = 20;

/** A client of a server that keeps `LIMIT` bytes under this policy. */
export async function cache(policy: string, ...flags: string[]): Promise<Client> {
  return (await server('--maxmemory', String(LIMIT), '--maxmemory-policy', policy, ...flags)).client();
}

/** Sends all of them, a few at a time. @returns the texts of the errors */
export async function sendAll(c: Client, requests: readonly (string | number)[][]): Promise<string[]> {
  const errors: string[] = [];
  for (let at = 0; at < requests.length; at += BATCH) {
    const replies = await Promise.all(requests.slice(at, at + BATCH).map((request) => c.send(...request)));
    for (const reply of replies) if (reply instanceof Error) errors.push(reply.message);
  }
  return errors;
}

/** Keys with values of 10 KB, named `prefix:0`, `prefix:1`, …; 800 of them fill the cache. @returns errors */
export function fill(c: Client, prefix: string, count: number, ...options: (string | number)[]): Promise<string[]> {
  return sendAll(c, names(prefix, count).map((key) => ['SET', key, VALUE, ...options]));
}

export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}:${i}`);
}

/** How many of these keys are gone. */
export async function keysLost(c: Client, prefix: string, count: number): Promise<number> {
  return count - Number(await c.send('EXISTS', ...names(prefix, count)));
}

export async function infoNumber(c: Client, field: string): Promise<number> {
  return Number(fieldOf(String(await c.send('INFO')), field));
}

export function fieldOf(text: string, field: string): string | undefined {
  return new RegExp(`^${field}:(.*)\r$`, 'm').exec(text)?.[1];
}

/** Sets new keys until `count` keys are evicted. */
export async function evict(c: Client, count: number, ...options: (string | number)[]): Promise<void> {
  for (let i = 0; (await infoNumber(c, 'evicted_keys')) < count; i++) {
    expect(i).toBeLessThan(200);
    expect(await fill(c, `new${i}`, BATCH, ...options)).toEqual([]);
  }
}
