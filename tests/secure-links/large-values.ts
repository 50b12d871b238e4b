import type { Rng } from '../harness/rng.ts';
import { checked, type DataClient } from '../interop/data-client.ts';

const LARGE = 100_000;

/** Values of all types with elements of 100 KB, and strings of up to a megabyte. */
export async function buildLargeValues(client: DataClient, rng: Rng): Promise<void> {
  const element = () => rng.bytes(LARGE);
  await checked(client, [
    ['SET', 'large:compressible', 'abc'.repeat(LARGE)],
    ['SET', 'large:random', rng.bytes(1_000_000)],
    ['RPUSH', 'large:list', 'small', element(), element()],
    ['HSET', 'large:hash', 'f', element(), element(), 'v'],
    ['SADD', 'large:set', 'small', element(), element()],
    ['ZADD', 'large:zset', '1.5', element(), '-inf', element()],
    ['XADD', 'large:stream', '1-1', 'f', element()],
  ]);
}
