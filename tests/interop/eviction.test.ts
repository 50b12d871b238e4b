import { describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { openPipeline, type Pipeline } from '#shared/tools/bench/connection.ts';
import { zipf } from '#shared/tools/bench/zipf.ts';
import { createRng } from '../harness/rng.ts';
import { parseTarget, type RunningServer, type Target } from '../harness/target.ts';
import { cleanUp, hasRedis } from './servers.ts';

/**
 * A cache finds as much as real Redis with as many keys: the same draws by Zipf's law for both. A short form of the
 * scenario `eviction` of `npm run bench`, which has the figures.
 */

const KEYS = 20_000;
const REQUESTS = 60_000;
const SKEW = 0.99;
const SEED = 1;
/** How many requests are sent at once: on real Redis, replies that wait count as used memory, and so evict keys. */
const BATCH = 20;
const VALUE = 'v'.repeat(1_000);
const LIMIT = 4 * 1024 ** 2;
const POLICIES = ['allkeys-lru', 'allkeys-lfu', 'volatile-ttl', 'allkeys-random'];
/** How far the two shares of hits may differ; with so many draws chance alone makes less than 0.01. */
const TOLERANCE = 0.03;
/** The keys of both caches differ by no more. */
const SAME_SIZE = 0.05;

const running = cleanUp();
const withRedis = hasRedis('no hit ratios were compared');
const stage = builtStages().at(-1)!;

interface Cache {
  readonly keys: number;
  /** The share of requests that found their key, from 0 to 1. */
  readonly hits: number;
}

describe.skipIf(!withRedis)(`stage ${stage.number} as a cache`, () => {
  const hits = new Map<string, number>();
  for (const policy of POLICIES) {
    test(`${policy}: hits within ${TOLERANCE * 100} points of those of redis`, async () => {
      const own = await useCache(parseTarget(stage.dir), policy, () => Promise.resolve(LIMIT));
      const real = await useCache(parseTarget('redis'), policy, (pipeline) => memoryFor(pipeline, policy, own.keys));
      expect(Math.abs(real.keys / own.keys - 1), `${own.keys} and ${real.keys} keys`).toBeLessThan(SAME_SIZE);
      expect(Math.abs(own.hits - real.hits), `hits ${own.hits} and ${real.hits}`).toBeLessThan(TOLERANCE);
      hits.set(policy, own.hits);
    });
  }

  test('counting uses finds more than chance, and evicting what expires next finds less', () => {
    expect(hits.get('allkeys-lfu')).toBeGreaterThan(hits.get('allkeys-random')! + 0.01);
    expect(hits.get('volatile-ttl')).toBeLessThan(hits.get('allkeys-random')! - 0.01);
  });
});

async function useCache(target: Target, policy: string, limit: (pipeline: Pipeline) => Promise<number>): Promise<Cache> {
  const { port }: RunningServer = await running(target.start(['--maxmemory-policy', policy, '--maxmemory', '1gb']));
  const pipeline = await openPipeline(port);
  try {
    await set(pipeline, 'CONFIG', 'SET', 'maxmemory', String(await limit(pipeline)));
    const next = zipf(KEYS, SKEW, createRng(SEED).next);
    let found = 0;
    for (let at = 0; at < REQUESTS; at += BATCH) {
      const indexes = Array.from({ length: BATCH }, next);
      const replies = await pipeline.send(indexes.map((index) => ['GET', keyAt(index)]));
      const missing = indexes.filter((_, i) => replies[i] === null);
      if (at >= REQUESTS / 2) found += BATCH - missing.length;
      if (missing.length > 0) await setAll(pipeline, policy, missing);
    }
    const [keys] = await pipeline.send([['DBSIZE']]);
    return { keys: Number(keys), hits: found / (REQUESTS / 2) };
  } finally {
    pipeline.close();
  }
}

/** What redis-server takes for so many keys, itself and the buffers of this connection included: found by a first try. */
async function memoryFor(pipeline: Pipeline, policy: string, keys: number): Promise<number> {
  await setAll(pipeline, policy, [0]);
  const [use] = await pipeline.send([['MEMORY', 'USAGE', keyAt(0)]]);
  await set(pipeline, 'CONFIG', 'SET', 'maxmemory', String(LIMIT));
  for (let at = 0; at < KEYS; at += BATCH) {
    await setAll(pipeline, policy, Array.from({ length: BATCH }, (_, i) => at + i));
  }
  const [found] = await pipeline.send([['DBSIZE']]);
  await set(pipeline, 'FLUSHALL');
  return LIMIT + (keys - Number(found)) * Number(use);
}

async function setAll(pipeline: Pipeline, policy: string, indexes: number[]): Promise<void> {
  const replies = await pipeline.send(indexes.map((index) => setRequest(policy, index)));
  expect(replies.filter((reply) => reply instanceof Error)).toEqual([]);
}

async function set(pipeline: Pipeline, ...request: string[]): Promise<void> {
  expect(String(await pipeline.send([request]))).not.toMatch(/^Error|ERR/);
}

function setRequest(policy: string, index: number): string[] {
  const deadline = policy.startsWith('volatile') ? ['EX', String(3600 + ((index * 7919) % 3600))] : [];
  return ['SET', keyAt(index), VALUE, ...deadline];
}

function keyAt(index: number): string {
  return `key:${String(index).padStart(6, '0')}`;
}
