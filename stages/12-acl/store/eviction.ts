import type { Database } from './database.ts';
import { frequency, idleSeconds, type LfuOptions } from './key-use.ts';
import type { Keyspace } from './keyspace.ts';

/** The options of eviction; names as in redis.conf. */
export interface EvictionOptions extends LfuOptions {
  /** Bytes; 0: no limit. */
  readonly maxmemory: number;
  readonly 'maxmemory-policy': string;
  readonly 'maxmemory-samples': number;
  readonly 'maxmemory-eviction-tenacity': number;
}

interface Candidate {
  readonly db: Database;
  readonly key: string;
  /** The highest goes first. */
  readonly score: number;
}

/** Candidates kept from one eviction to the next (Redis: EVPOOL_SIZE). */
const POOL_SIZE = 16;
/** Keys evicted between two looks at the clock. */
const BATCH = 16;

/**
 * Makes room when keys and values take more than `maxmemory` (Redis: evict.c). To know which key was used longest ago would
 * take a list of all keys that each use reorders. A few keys picked at random, and the best of those picked before, come
 * close to it, and what is not evicted pays nothing.
 */
export class Eviction {
  private readonly keyspace: Keyspace;
  private readonly options: EvictionOptions;
  private readonly isSafe: () => boolean;
  /** Whether only keys with a deadline are evicted. */
  private volatile = false;
  /** How victims are chosen: `lru`, `lfu`, `random` or `ttl`; undefined: there are none. */
  private by: string | undefined;
  /** Candidates by ascending score. Some may have been used again, or be gone. */
  private readonly pool: Candidate[] = [];
  private scheduled = false;

  /** `isSafe`: whether keys may be evicted at the moment. */
  constructor(keyspace: Keyspace, options: EvictionOptions, isSafe = () => true) {
    this.keyspace = keyspace;
    this.options = options;
    this.isSafe = isSafe;
    this.updatePolicy();
  }

  /** To be called when `maxmemory-policy` has changed. */
  updatePolicy(): void {
    const [scope, by] = this.options['maxmemory-policy'].split('-');
    this.volatile = scope === 'volatile';
    this.by = by;
    this.keyspace.lfu = by === 'lfu' ? this.options : undefined;
    this.pool.length = 0;
  }

  /**
   * Evicts keys until the rest fits (Redis: `performEvictions`).
   * @returns `running` when time was up before: the rest follows in slices; `fail` when there is no key to evict
   */
  perform(): 'ok' | 'running' | 'fail' {
    return this.isOver() && this.isSafe() ? this.makeRoom() : 'ok';
  }

  private makeRoom(): 'ok' | 'running' | 'fail' {
    if (this.by === undefined) return 'fail';
    const until = performance.now() + limitMs(this.options['maxmemory-eviction-tenacity']);
    for (let evicted = 1; this.isOver(); evicted++) {
      const victim = this.choose();
      if (victim === undefined) return 'fail';
      victim.db.evict(victim.key);
      if (evicted % BATCH === 0 && performance.now() >= until) {
        this.start();
        return 'running';
      }
    }
    return 'ok';
  }

  /** Evicts in slices, with room for requests between them (Redis: `startEvictionTimeProc`). */
  start(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.perform();
    });
  }

  private isOver(): boolean {
    const { maxmemory } = this.options;
    return maxmemory !== 0 && this.keyspace.usedBytes > maxmemory;
  }

  private choose(): Candidate | undefined {
    while (this.fillPool()) {
      for (let best = this.pool.pop(); best !== undefined; best = this.pool.pop()) if (this.isThere(best)) return best;
    }
    return undefined;
  }

  /** Lets some keys of each database compete (Redis: `evictionPoolPopulate`). @returns whether there are any */
  private fillPool(): boolean {
    const count = this.options['maxmemory-samples'];
    let found = false;
    for (const db of this.keyspace.databases) {
      if ((this.volatile ? db.volatileSize : db.size) === 0) continue;
      found = true;
      if (!this.volatile) db.sample(count, (key, use) => this.offer(db, key, this.scoreOf(use)));
      else if (this.by === 'ttl') db.sampleVolatile(count, (key, at) => this.offer(db, key, -at));
      else db.sampleVolatile(count, (key) => this.offer(db, key, this.scoreOf(db.useOf(key)!)));
    }
    return found;
  }

  private scoreOf(use: number): number {
    const { keyspace, by } = this;
    if (by === 'random') return Math.random();
    return keyspace.lfu === undefined ? idleSeconds(keyspace, use) : -frequency(keyspace, keyspace.lfu, use);
  }

  private offer(db: Database, key: string, score: number): void {
    const { pool } = this;
    if (pool.length === POOL_SIZE) {
      if (score <= pool[0]!.score) return;
      pool.shift();
    }
    let at = 0;
    while (at < pool.length && pool[at]!.score < score) at++;
    pool.splice(at, 0, { db, key, score });
  }

  private isThere({ db, key }: Candidate): boolean {
    return this.volatile ? db.getExpire(key) !== undefined : db.useOf(key) !== undefined;
  }
}

/** How long one slice may hold the event loop; ms (Redis: `evictionTimeLimitUs`). */
function limitMs(tenacity: number): number {
  if (tenacity <= 10) return tenacity * 0.05;
  return tenacity < 100 ? 0.5 * 1.15 ** (tenacity - 10) : Infinity;
}
