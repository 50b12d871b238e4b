/** How an LFU policy counts; names as in redis.conf. */
export interface LfuOptions {
  readonly 'lfu-log-factor': number;
  /** Minutes after which the count of an unused key is one less; 0: it stays. */
  readonly 'lfu-decay-time': number;
}

/** How the keyspace counts uses of keys. */
interface Counting {
  /** Seconds since 1970. */
  readonly lruClock: number;
  /** Undefined unless the policy is an LFU policy. */
  readonly lfu: LfuOptions | undefined;
}

/** What a new key starts with: with less, it would be evicted before it is used a second time. */
const LFU_INIT_VAL = 5;
const COUNT_BITS = 8;
const COUNT_MAX = 0xff;

/**
 * The use of a new key. How a key is used takes 24 bits, as in Redis (`LRU_BITS`): the second of its last use, which begins
 * anew after 194 days; under an LFU policy the minute of its last use, 16 bits, and a count, 8 bits.
 */
export function firstUse(counting: Counting): number {
  return counting.lfu === undefined ? counting.lruClock : countedNow(counting, LFU_INIT_VAL);
}

/**
 * What another use makes of `use`. The count grows with a chance that falls as it grows: with the usual factor a million
 * uses bring it to its end (Redis: `updateLFU`, `LFULogIncr`).
 */
export function nextUse(counting: Counting, use: number): number {
  const { lfu, lruClock } = counting;
  if (lfu === undefined) return lruClock;
  const count = frequency(counting, lfu, use);
  const chance = 1 / (Math.max(0, count - LFU_INIT_VAL) * lfu['lfu-log-factor'] + 1);
  return countedNow(counting, Math.random() < chance ? Math.min(count + 1, COUNT_MAX) : count);
}

/** The count of an LFU policy, less what the time since the last use takes off (Redis: `LFUDecrAndReturn`). */
export function frequency(counting: Counting, lfu: LfuOptions, use: number): number {
  const decayTime = lfu['lfu-decay-time'];
  const count = use & COUNT_MAX;
  if (decayTime === 0) return count;
  const elapsed = (minutes(counting) - (use >>> COUNT_BITS)) & 0xffff;
  return Math.max(0, count - Math.floor(elapsed / decayTime));
}

/** Seconds since the last use, unless the policy is an LFU policy (Redis: `estimateObjectIdleTime`). */
export function idleSeconds({ lruClock }: Counting, use: number): number {
  return (lruClock - use) & 0xffffff;
}

function countedNow(counting: Counting, count: number): number {
  return ((minutes(counting) & 0xffff) << COUNT_BITS) | count;
}

function minutes({ lruClock }: Counting): number {
  return Math.floor(lruClock / 60);
}
