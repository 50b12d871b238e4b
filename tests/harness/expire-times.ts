import type { Decoded } from '#shared/resp/decoder.ts';
import type { Client } from './client.ts';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const SAFE = 2n ** 53n;
const MINUTE = 60_000n;
const HOUR = 60n * MINUTE;

/** Times around each limit: of 64 bits, of the integers that a double holds, and of what can be added to the current time. */
export function extremeTimes(): bigint[] {
  const now = BigInt(Date.now());
  const edges = [0n, MAX, MIN, SAFE, -SAFE, MAX - now - HOUR, MAX - now + HOUR, MIN - now + HOUR];
  // The same limits as times in seconds.
  const units = edges.flatMap((edge) => [edge, edge / 1000n]);
  const around = units.flatMap((edge) => [edge - 1n, edge, edge + 1n]);
  return [...new Set(around)].filter((time) => time >= MIN && time <= MAX);
}

/**
 * The deadline, Unix time in ms, that a time in units of `unit` ms after `base` means; undefined where 64 bits are too
 * few for the time in ms, or for the deadline.
 */
export function deadline(time: bigint, unit: bigint, base: bigint): bigint | undefined {
  const ms = time * unit;
  return ms < MIN || ms > MAX || ms + base > MAX ? undefined : ms + base;
}

/**
 * Whether this reply to PEXPIRETIME fits the deadline, give or take the time that the request took: -1 where
 * there is no deadline, -2 where it has passed and the key is gone.
 */
export function isLeft(found: Decoded, at: bigint | undefined): boolean {
  if (typeof found !== 'number' && typeof found !== 'bigint') return false;
  if (at === undefined) return found === -1;
  if (found === -2) return at <= Date.now();
  const difference = BigInt(found) - at;
  return difference >= -MINUTE && difference <= MINUTE;
}

/** The time to live, as the server counts it: a little less than was set. */
export async function expectTtl(c: Client, key: string, seconds: number): Promise<void> {
  const isLeft = (ms: unknown) => Number(ms) > (seconds - 20) * 1000 && Number(ms) <= seconds * 1000;
  await c.expect('PTTL', key).matches(isLeft, `about ${seconds} s in ms`);
}
