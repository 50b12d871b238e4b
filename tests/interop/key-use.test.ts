import { describe, expect, test } from 'vitest';
import type { Client } from '../harness/client.ts';
import { payload } from '../harness/persistence.ts';
import { parseTarget, type Target } from '../harness/target.ts';
import { startOn } from './dump.ts';
import { cleanUp, hasRedis, rdbStages } from './servers.ts';

/** How keys were used goes through RDB files to real Redis and back: OBJECT FREQ under LFU, OBJECT IDLETIME under LRU. */

const running = cleanUp();
const withRedis = hasRedis('no use of keys went through files from one to the other');
const redis = parseTarget('redis');
const HELLO = payload('\0\x05hello');
const COUNTS = [0, 1, 5, 100, 255];
/** Idle times in seconds; they have grown a little by the time the test reads them. */
const IDLE = [0, 60, 1_000, 1_000_000];
const PATIENCE = 60;

describe.skipIf(!withRedis).each(rdbStages())('stage $number', (stage) => {
  const own = parseTarget(stage.dir);
  const ways: [string, Target, Target][] = [
    ['from redis', redis, own],
    ['to redis', own, redis],
  ];
  for (const [way, from, to] of ways) {
    test(`${way}: the counts of an LFU policy`, async () => {
      const uses = await carry(from, to, 'allkeys-lfu', 'FREQ', COUNTS);
      // With lfu-decay-time 0 a count stays as it is.
      expect(uses).toEqual(COUNTS);
    });

    test(`${way}: the times of an LRU policy`, async () => {
      const uses = await carry(from, to, 'allkeys-lru', 'IDLETIME', IDLE);
      expect(uses.every((seconds, i) => seconds >= IDLE[i]! && seconds < IDLE[i]! + PATIENCE), uses.join(' ')).toBe(true);
    });
  }
});

/** Keys with these uses, saved by one server and loaded by the other. @returns their uses there */
async function carry(from: Target, to: Target, policy: string, option: string, uses: number[]): Promise<number[]> {
  const flags = ['--maxmemory-policy', policy, '--lfu-decay-time', '0'];
  const format = from.kind === 'stage' ? ['--rdb-version', '10'] : [];
  const before = await running(startOn(from, {}, [...flags, ...format]));
  for (const use of uses) await before.client.expect('RESTORE', `k${use}`, 0, HELLO, option, use).ok();
  await before.client.expect('SAVE').ok();
  const after = await running(startOn(to, { dir: before.server.dir }, flags));
  return Promise.all(uses.map((use) => useOf(after.client, option, `k${use}`)));
}

async function useOf(client: Client, option: string, key: string): Promise<number> {
  return Number(await client.send('OBJECT', option, key));
}
