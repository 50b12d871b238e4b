import { expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { parseTarget } from '../harness/target.ts';
import { measureExpiry, measureGrowth } from './latency.ts';

// Durations are reported by run.ts and asserted nowhere: here it is shown that all keys go, and that pings are
// answered.
test('keys that expire together are removed without being asked for, and pings are answered meanwhile', async () => {
  const server = await parseTarget(builtStages().at(-1)!.dir).start();
  try {
    const { pings } = await measureExpiry(server.port, 20_000);
    expect(pings.count).toBeGreaterThan(0);
    const growth = await measureGrowth(server.port, 20_000);
    expect(growth.pings.count).toBeGreaterThan(0);
  } finally {
    await server.stop();
  }
});
