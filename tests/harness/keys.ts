import { items, type Client } from './suite.ts';

/** Keys named like the pattern of `name`, and as many as `count`. */
export async function fillKeys(c: Client, count: number, name: (i: number) => string): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, i) => name(i));
  await c.expect('MSET', ...keys.flatMap((key) => [key, 'v'])).ok();
  return keys;
}

/** A walk over a few thousand keys ends sooner. */
const MOST_CALLS = 2000;

/** Every key that SCAN returns until its cursor is 0; `between` runs after each call. */
export async function scanAll(c: Client, options: (string | number)[] = [], between?: () => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  let calls = 0;
  do {
    if (++calls > MOST_CALLS) throw new Error(`the walk does not end: after ${MOST_CALLS} calls of SCAN the cursor is ${cursor}, and not 0`);
    const [next, keys] = items(await c.send('SCAN', cursor, ...options));
    cursor = String(next);
    for (const key of items(keys!)) found.push(String(key));
    await between?.();
  } while (cursor !== '0');
  return found;
}
