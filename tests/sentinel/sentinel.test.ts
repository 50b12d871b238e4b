import { describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { certificates } from '../harness/certificates.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { runLab, type LabOptions } from './lab.ts';
import { askOnce } from './link.ts';
import type { Fault } from './members.ts';
import { HAS_SENTINEL } from './sentinels.ts';
import { tlsWith } from './tls.ts';
import { countMissing } from './writers.ts';

// A short run of tests/sentinel/run.ts: one failover of each kind. It needs the stage's SUBSCRIBE, and TLS.
const seed = chooseSeed();
const last = builtStages().at(-1)!.number;
if (!HAS_SENTINEL && process.env['CI'] === 'true') throw new Error('redis-sentinel is not on the PATH, and it is required here');

describe.skipIf(!HAS_SENTINEL || last < '12')(`sentinels watch stage ${last}, SEED=${seed}`, () => {
  failover('three stages', 'kill -9', { servers: [last, last, last] });
  failover('with real Redis among the replicas', 'SIGSTOP', { servers: [last, 'redis', last] });
  failover('with a password and over TLS', 'cut off', () => ({
    servers: [last, last, 'redis'],
    password: 'of-a-test',
    tls: tlsWith(certificates()),
  }));
});

test('the lab sees what is lost', async () => {
  const server = await parseTarget(last).start();
  const keys = ['a', 'b', 'c', 'd'];
  for (const key of keys) await askOnce(server.port, {}, 'SET', key, key);
  expect(await countMissing(server.port, {}, keys)).toBe(0);
  await askOnce(server.port, {}, 'DEL', 'b');
  await askOnce(server.port, {}, 'SET', 'c', 'other');
  expect(await countMissing(server.port, {}, keys)).toBe(2);
  await server.stop();
});

type Trio = Pick<LabOptions, 'servers' | 'password' | 'tls'>;

function failover(name: string, fault: Fault, trio: Trio | (() => Trio)): void {
  test(`${name}: ${fault}`, async () => {
    const { failovers, problems } = await runLab({ ...(typeof trio === 'function' ? trio() : trio), faults: [fault], seed });
    expect(problems).toEqual([]);
    expect(failovers).toMatchObject([{ fault }]);
  }, 120_000);
}
