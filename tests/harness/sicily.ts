import type { Client } from './client.ts';

/** Two towns of Sicily. */
export async function sicily(c: Client, key = 'sicily'): Promise<void> {
  await c.expect('GEOADD', key, '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania').int(2);
}
