import type { Stage } from '#shared/manifest.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { createRng } from '../../../../tests/harness/rng.ts';
import { ToolError } from '../../tool-error.ts';
import { ask, openPipeline, type Pipeline } from '../connection.ts';
import { keyAt } from '../memory.ts';
import { whole } from '../report.ts';
import type { BenchServer } from '../servers.ts';
import { zipf } from '../zipf.ts';
import type { Scenario, ScenarioBench } from './scenario.ts';

const LIMIT = 64 * 1024 ** 2;
const FLOOD_POLICIES = ['allkeys-lru', 'volatile-ttl', 'allkeys-lfu'];
const CACHE_POLICIES = ['allkeys-lru', 'volatile-lru', 'allkeys-lfu', 'volatile-ttl', 'allkeys-random'];
/** About a tenth of the keys fit into the cache. */
const KEYS_PER_KEY = 4;
const REQUESTS_PER_KEY = 6;
const SKEW = 0.99;
const SEED = 1;
const BATCH = 500;
/** The most by which the numbers of keys in both caches may differ. */
const SAME_SIZE = 0.01;
const TRIES = 6;

export const eviction: Scenario = {
  name: 'eviction',
  title: 'a cache that is full',
  since: '02',
  rounds: 1,
  async run(bench) {
    const floods = [['policy', 'errors', 'most used, of the limit', 'keys left', 'stage SET/s', 'redis SET/s']];
    for (const policy of FLOOD_POLICIES) {
      const ours = await flood(bench, bench.stage, policy);
      const theirs = await flood(bench, 'redis', policy);
      floods.push([policy, '0', percent(ours.most / LIMIT, 3), whole(ours.keys), whole(ours.perSecond), whole(theirs.perSecond)]);
      bench.progress(`${policy}: ${floods.at(-1)!.slice(1).join(' ')}`);
    }
    const caches = [['policy', 'stage: keys', 'hits', 'redis: keys', 'hits', 'points between', 'target']];
    for (const policy of CACHE_POLICIES) {
      const ours = await stageCache(bench, policy);
      const theirs = await redisCache(bench, policy, ours.keys);
      const points = ((ours.hits - theirs.hits) * 100).toFixed(1);
      caches.push([policy, whole(ours.keys), percent(ours.hits, 1), whole(theirs.keys), percent(theirs.hits, 1), points, '≥ -3.0']);
      bench.progress(`${policy}: ${caches.at(-1)!.slice(1).join(' ')}`);
    }
    return { setting: settingOf(bench.plan.keys), tables: [{ rows: floods, notes: FLOOD_NOTES }, { rows: caches, notes: CACHE_NOTES }] };
  },
};

function settingOf(keys: number): string {
  return (
    `First, ${whole(keys)} different keys with values of 100 bytes are SET while maxmemory is 64mb, 500 in a pipeline ` +
    '(under the volatile policies with EX, between 1 and 2 hours); then a cache of this size is used: GET, and SET of ' +
    `each key that was missing, ${whole(keys * REQUESTS_PER_KEY)} times, with keys drawn from ${whole(keys * KEYS_PER_KEY)} by ` +
    `Zipf's law (skew ${SKEW}, the same draws for both servers). Hits are counted in the second half.`
  );
}

const FLOOD_NOTES =
  'What is used is read from INFO after each pipeline. redis-server holds other numbers of keys within the same limit.';
const CACHE_NOTES =
  "redis-server's maxmemory is set so that both servers settle at the same number of keys, within 1 %. More hits are better.";

interface Flood {
  readonly perSecond: number;
  readonly keys: number;
  /** The most that keys and values took after a pipeline; bytes. */
  readonly most: number;
}

async function flood(bench: ScenarioBench, of: Stage | 'redis', policy: string): Promise<Flood> {
  return withCache(bench, of, policy, LIMIT, async (server, pipeline) => {
    const { keys } = bench.plan;
    let most = 0;
    const began = performance.now();
    for (let at = 0; at < keys; at += BATCH) {
      const requests = Array.from({ length: Math.min(BATCH, keys - at) }, (_, i) => setRequest(policy, at + i));
      const replies = await pipeline.send([...requests, ['INFO', 'memory']]);
      most = Math.max(most, usedMemory(String(replies.pop())));
      requireNoErrors(replies);
    }
    const perSecond = keys / ((performance.now() - began) / 1000);
    return { perSecond, keys: await keysOf(server), most };
  });
}

interface Cache {
  readonly keys: number;
  /** Of 1. */
  readonly hits: number;
}

function stageCache(bench: ScenarioBench, policy: string): Promise<Cache> {
  return withCache(bench, bench.stage, policy, LIMIT, (server, pipeline) => useCache(bench, server, pipeline, policy));
}

/** With as much memory as it takes to hold as many keys, which is found by trying. */
async function redisCache(bench: ScenarioBench, policy: string, keys: number): Promise<Cache> {
  let limit = LIMIT;
  for (let tries = 1; tries <= TRIES; tries++) {
    const found = await withCache(bench, 'redis', policy, limit, async (server, pipeline) => {
      for (let at = 0; at < keys * 1.5; at += BATCH) {
        requireNoErrors(await pipeline.send(Array.from({ length: BATCH }, (_, i) => setRequest(policy, at + i))));
      }
      return keysOf(server);
    });
    if (Math.abs(found / keys - 1) <= SAME_SIZE / 4) break;
    limit = Math.round(limit * (keys / found));
  }
  const cache = await withCache(bench, 'redis', policy, limit, (server, pipeline) => useCache(bench, server, pipeline, policy));
  if (Math.abs(cache.keys / keys - 1) > SAME_SIZE) {
    throw new ToolError(`redis-server settled at ${cache.keys} keys under ${policy}, not at ${keys}`);
  }
  return cache;
}

async function useCache({ plan }: ScenarioBench, server: BenchServer, pipeline: Pipeline, policy: string): Promise<Cache> {
  const next = zipf(plan.keys * KEYS_PER_KEY, SKEW, createRng(SEED).next);
  const requests = plan.keys * REQUESTS_PER_KEY;
  let [hits, counted] = [0, 0];
  for (let at = 0; at < requests; at += BATCH) {
    const indexes = Array.from({ length: BATCH }, next);
    const replies = await pipeline.send(indexes.map((index) => ['GET', keyAt(index)]));
    const missing = indexes.filter((_, i) => replies[i] === null);
    if (at >= requests / 2) [hits, counted] = [hits + BATCH - missing.length, counted + BATCH];
    if (missing.length > 0) requireNoErrors(await pipeline.send(missing.map((index) => setRequest(policy, index))));
  }
  return { keys: await keysOf(server), hits: hits / counted };
}

const VALUE = 'v'.repeat(100);

function setRequest(policy: string, index: number): string[] {
  const deadline = policy.startsWith('volatile') ? ['EX', String(3600 + ((index * 7919) % 3600))] : [];
  return ['SET', keyAt(index), VALUE, ...deadline];
}

async function withCache<T>(
  { start }: ScenarioBench,
  of: Stage | 'redis',
  policy: string,
  limit: number,
  use: (server: BenchServer, pipeline: Pipeline) => Promise<T>,
): Promise<T> {
  const server = await start(of, { maxmemory: String(limit), 'maxmemory-policy': policy });
  const pipeline = await openPipeline(server.port);
  try {
    return await use(server, pipeline);
  } finally {
    pipeline.close();
    await server.stop();
  }
}

async function keysOf({ port }: BenchServer): Promise<number> {
  return Number(await ask(port, 'DBSIZE'));
}

function usedMemory(text: string): number {
  return Number(/used_memory:(\d+)/.exec(text)![1]);
}

function requireNoErrors(replies: readonly unknown[]): void {
  const error = replies.find((reply) => reply instanceof ReplyError);
  if (error instanceof ReplyError) throw new ToolError(`SET failed: ${error.message}`);
}

function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)} %`;
}
