import { Dict } from '#shared/dict/dict.ts';
import type { Int64 } from '#shared/numbers/int64.ts';
import { blocks } from '#shared/packed/blocks.ts';
import type { Bulk } from '#shared/resp/reply.ts';
import { Expiry } from './expiry.ts';
import { firstUse, nextUse, restoredUse } from './key-use.ts';
import type { Keyspace } from './keyspace.ts';
import { RawString } from './raw-string.ts';
import { stringBytes, valueBytes, wrongType, type StoredValue, type TypeOf, type Value } from './value.ts';

/** What a key costs besides its characters and its value: slots in the dict, headers. Measured, rounded up. */
const ENTRY_BYTES = 64;
/** What a deadline costs: its slot in the dict and in the columns. Measured, rounded up. */
const DEADLINE_BYTES = 72;
/** How many deadlines the mean time to live is computed from. */
const TTL_SAMPLES = 20;
/**
 * The dict keeps 32 bits beside a value. The upper 24 say how its key was used (`key-use.ts`). The lower 8 are the length
 * of a short string, so that replacing it needs no fetch of the old value from memory; all ones: see the value itself.
 */
const USE_SHIFT = 8;
const LENGTH_BITS = 0xff;
/** On a replica all keys may have expired: so often it looks for one that has not (Redis: `dbRandomKey`). */
const REPLICA_TRIES = 100;

/**
 * One numbered database: keys, values, deadlines (Redis: `redisDb` and db.c).
 *
 * Handlers look up with `lookupRead…` or `lookupWrite…`: the latter says that the value is about to change. After
 * changing a value in place they call `signalModified`. `signalModified` announces the change to every listener.
 */
export class Database {
  readonly index: number;
  private readonly keyspace: Keyspace;
  private dict = new Dict<Value>(true);
  private expiry = new Expiry();
  /** About how much memory keys and values take. */
  private bytes = 0;

  constructor(index: number, keyspace: Keyspace) {
    this.index = index;
    this.keyspace = keyspace;
  }

  /** These keys will be looked up: as `Dict.prefetch`. */
  prefetch(keys: readonly string[]): void {
    this.dict.prefetch(keys);
  }

  /** These requests for one key will run: fetches what they will look up in its value. */
  prefetchIn(key: string, requests: readonly (readonly string[])[]): void {
    const value = this.dict.get(key);
    if (typeof value === 'object') value.prefetch(requests);
  }

  /** Number of keys, those included that have expired but not been removed yet. */
  get size(): number {
    return this.dict.size;
  }

  /** Number of keys with a deadline. */
  get volatileSize(): number {
    return this.expiry.size;
  }

  /** The value of a key that is read; counts a hit or a miss (Redis: `lookupKeyRead`). */
  lookupRead(key: string): Value | undefined {
    const value = this.lookup(key);
    if (value === undefined) this.keyspace.signalMissed(this, key);
    else this.keyspace.stats.hits++;
    return value;
  }

  /** As `lookupRead`, but does not count as a use of the key (Redis: `LOOKUP_NOTOUCH`). */
  lookupReadNoTouch(key: string, notifiesMiss = true): Value | undefined {
    const value = this.peek(key);
    if (value !== undefined) this.keyspace.stats.hits++;
    else if (notifiesMiss) this.keyspace.signalMissed(this, key);
    else this.keyspace.stats.misses++;
    return value;
  }

  /** The value of a key that is about to change (Redis: `lookupKeyWrite`). */
  lookupWrite(key: string): Value | undefined {
    this.keyspace.beforeChange(this.dict, key);
    return this.lookup(key);
  }

  /** @throws ReplyError WRONGTYPE when the key holds another type */
  lookupReadType<T extends StoredValue>(key: string, type: TypeOf<T>): T | undefined {
    return expectType(this.lookupRead(key), type);
  }

  /** @throws ReplyError WRONGTYPE when the key holds another type */
  lookupWriteType<T extends StoredValue>(key: string, type: TypeOf<T>): T | undefined {
    return expectType(this.lookupWrite(key), type);
  }

  /**
   * For write commands that Redis looks up as reads: they count hits and misses (`lookupKeyRead`).
   * @throws ReplyError WRONGTYPE when the key holds another type
   */
  lookupReadToChange<T extends StoredValue>(key: string, type: TypeOf<T>): T | undefined {
    this.keyspace.beforeChange(this.dict, key);
    return expectType(this.lookupRead(key), type);
  }

  /** @throws ReplyError WRONGTYPE when the key holds no string */
  lookupReadString(key: string): string | undefined {
    return expectString(this.lookupRead(key));
  }

  /** As `lookupReadString`, for a reply: a long string may be given as its bytes. */
  lookupReadBulk(key: string): Bulk | undefined {
    const value = this.lookupRead(key);
    if (typeof value === 'string') return value;
    return value instanceof RawString ? value.toReply() : expectString(value);
  }

  /** @throws ReplyError WRONGTYPE when the key holds no string */
  lookupWriteString(key: string): string | undefined {
    return expectString(this.lookupWrite(key));
  }

  /** Looks without leaving a trace: no use, no hit or miss (Redis: `LOOKUP_NOEFFECTS`). */
  peek(key: string): Value | undefined {
    return this.expireIfNeeded(key) ? undefined : this.dict.get(key);
  }

  /** What a key and its value are counted with; undefined when there is no such key (Redis: `objectComputeSize`). */
  bytesOf(key: string): number | undefined {
    const value = this.peek(key);
    if (value === undefined) return undefined;
    return ENTRY_BYTES + key.length + valueBytes(value) + (this.expiry.get(key) === undefined ? 0 : DEADLINE_BYTES);
  }

  has(key: string): boolean {
    return !this.expireIfNeeded(key) && this.dict.has(key);
  }

  /**
   * Adds or overwrites a key, without its old deadline unless `keepTtl` (Redis: `setKey`); event null: the change is
   * signalled afterwards. Overwriting is a use of the key, but not with `keepTtl`: then the key was looked up before.
   */
  set(key: string, value: Value, event: string | null, keepTtl = false): void {
    // An expired key is removed first, so that its end is announced (Redis: `setKey` looks the key up).
    if (!keepTtl) this.expireIfNeeded(key);
    this.keyspace.beforeChange(this.dict, key);
    const before = this.dict.set(key, value, this.stampFor(value));
    if (before === undefined) this.account(ENTRY_BYTES + key.length);
    else {
      if (!keepTtl && this.expiry.size > 0) this.forgetDeadline(key);
      if (this.keyspace.lfu !== undefined) {
        const use = this.dict.replacedStamp >>> USE_SHIFT;
        this.setUse(key, keepTtl || !this.keyspace.touches ? use : nextUse(this.keyspace, use));
      }
    }
    const bytesBefore = before === undefined ? 0 : dropReplaced(before, this.dict.replacedStamp);
    if (typeof value !== 'string') value.accounted = value.bytes;
    this.account(valueBytes(value) - bytesBefore);
    if (before === undefined) this.keyspace.observer?.keyAdded(this, key);
    if (event !== null) this.signal(key, event);
  }

  /**
   * Adds a key that is loaded: no listener is called. `at`: its deadline, Unix time in ms.
   * @returns false when there is such a key already (Redis: `dbAddRDBLoad`)
   */
  load(key: string, value: Value, at?: Int64): boolean {
    const before = this.dict.set(key, value, this.stampFor(value));
    if (before !== undefined) {
      this.dict.set(key, before, this.dict.replacedStamp);
      return false;
    }
    if (typeof value !== 'string') value.accounted = value.bytes;
    this.account(ENTRY_BYTES + key.length + valueBytes(value));
    if (at !== undefined) {
      this.expiry.set(key, at);
      this.account(DEADLINE_BYTES);
    }
    return true;
  }

  /**
   * `changes` as in `signalModified`; event null: the key makes room for a new one, whose event follows.
   * @returns whether there was such a key (Redis: `dbDelete`)
   */
  delete(key: string, event: string | null = 'del', changes = 1): boolean {
    if (this.expireIfNeeded(key)) return false;
    return this.remove(key, event, changes);
  }

  /**
   * A value was changed in place (Redis: `signalModifiedKey`, `notifyKeyspaceEvent`); an empty one is removed. `changes`
   * is what `dirty` grows by: one per element that came or went, and none for the lesser half of a move.
   */
  signalModified(key: string, event: string, changes = 1): void {
    const value = this.dict.get(key);
    if (value !== undefined && typeof value !== 'string') {
      this.account(value.bytes - value.accounted);
      value.accounted = value.bytes;
      this.signal(key, event, changes);
      if (value.isEmpty) this.remove(key, 'del', 0);
    } else this.signal(key, event, changes);
  }

  /**
   * Something about a value was changed that WATCH does not count as a change of its key, such as a stream's consumer
   * groups (Redis: `notifyKeyspaceEvent` and `server.dirty` without `signalModifiedKey`); without an event nobody is
   * notified.
   */
  signalUnwatched(key: string, event?: string, changes = 1): void {
    const value = this.dict.get(key);
    if (value !== undefined && typeof value !== 'string') {
      this.account(value.bytes - value.accounted);
      value.accounted = value.bytes;
    }
    this.keyspace.signalUnwatched(this, key, event, changes);
  }

  /** The deadline of a key, Unix time in ms; undefined when it has none (Redis: `getExpire`). */
  getExpire(key: string): Int64 | undefined {
    return this.expiry.size === 0 ? undefined : this.expiry.get(key);
  }

  /** Gives a key a deadline, Unix time in ms (Redis: `setExpire`); event null: part of a change signalled already. */
  setExpire(key: string, at: Int64, event: string | null = 'expire', changes = 1): void {
    this.keyspace.beforeChange(this.dict, key);
    const before = this.expiry.size;
    this.expiry.set(key, at);
    this.account((this.expiry.size - before) * DEADLINE_BYTES);
    if (event !== null) this.signal(key, event, changes);
  }

  /** @returns whether there was a deadline (Redis: `removeExpire`) */
  removeExpire(key: string, event = 'persist'): boolean {
    this.keyspace.beforeChange(this.dict, key);
    if (!this.forgetDeadline(key)) return false;
    this.signal(key, event);
    return true;
  }

  /** How a key was used, as in `key-use.ts`; undefined when there is no such key, expired or not. */
  useOf(key: string): number | undefined {
    const stamp = this.dict.stampOf(key);
    return stamp === undefined ? undefined : stamp >>> USE_SHIFT;
  }

  setUse(key: string, use: number): void {
    this.dict.getAndStamp(key, use << USE_SHIFT, LENGTH_BITS);
  }

  /** What a dump or RESTORE says of a key's use: `idle` in seconds, or the count of an LFU policy. */
  restoreUse(key: string, idle: number | undefined, count: number | undefined): void {
    const use = restoredUse(this.keyspace, idle, count);
    if (use !== undefined) this.setUse(key, use);
  }

  /** A key that has not expired, picked at random (Redis: `dbRandomKey`). */
  randomKey(): string | undefined {
    for (let tries = 1; ; tries++) {
      const key = this.dict.randomKey();
      if (key === undefined || !this.expireIfNeeded(key)) return key;
      if (!this.keyspace.removesExpired && tries === REPLICA_TRIES) return key;
    }
  }

  /** Visits keys picked at random, expired or not, with their uses (Redis: `dictGetSomeKeys`). */
  sample(count: number, visit: (key: string, use: number) => void): void {
    this.dict.sample(count, (key, stamp) => visit(key, stamp >>> USE_SHIFT));
  }

  /** As `sample`, of the keys that have a deadline, which is Unix time in ms. */
  sampleVolatile(count: number, visit: (key: string, at: number) => void): void {
    this.expiry.sample(count, visit);
  }

  /** Removes a key to make room. */
  evict(key: string): void {
    this.keyspace.stats.evicted++;
    this.keyspace.propagateDeletion(this, key);
    this.remove(key, 'evicted', 0);
  }

  /** Every key that has not expired. */
  keys(): string[] {
    return this.dict.keys().filter((key) => !this.isExpired(key));
  }

  /** Visits about `count` keys from a cursor on (Redis: `scanGenericCommand`). @returns the next one; 0 at the end */
  scan(cursor: number, count: number, visit: (key: string, value: Value) => void): number {
    const expired: string[] = [];
    const next = this.dict.scan(cursor, count, (key, value) => {
      if (this.isExpired(key)) expired.push(key);
      else visit(key, value);
    });
    for (const key of expired) this.expireIfNeeded(key);
    return next;
  }

  /** Removes every key. Takes no time to speak of: the garbage collector does the rest beside the event loop. */
  clear(): void {
    blocks.forget();
    this.keyspace.usedBytes -= this.bytes;
    this.bytes = 0;
    this.dict = new Dict<Value>(true);
    this.expiry = new Expiry();
  }

  /** Exchanges the contents of two databases; clients stay with their number (Redis: `dbSwapDatabases`). */
  swap(other: Database): void {
    [this.dict, other.dict] = [other.dict, this.dict];
    [this.expiry, other.expiry] = [other.expiry, this.expiry];
    [this.bytes, other.bytes] = [other.bytes, this.bytes];
  }

  /** Removes keys whose deadline has passed, until `until` (ms, performance.now). @returns whether none is left */
  expireUntil(until: number): boolean {
    if (!this.keyspace.removesExpired) return true;
    for (let i = 1; ; i++) {
      const first = this.expiry.first();
      if (first === undefined || first.at >= Date.now()) return true;
      this.expireIfNeeded(first.key);
      if (i % 32 === 0 && performance.now() >= until) return false;
    }
  }

  /** The dicts that a snapshot walks. It keeps these, even if the database is emptied or swapped during the walk. */
  contents(): { dict: Dict<Value>; expiry: Expiry } {
    return { dict: this.dict, expiry: this.expiry };
  }

  /** How many ms the keys that have a deadline have left, by a sample (Redis: `avg_ttl`); 0 when there are none. */
  averageTtl(): number {
    const now = Date.now();
    let left = 0;
    this.expiry.sample(TTL_SAMPLES, (_key, at) => (left += Math.max(0, at - now)));
    return Math.round(left / TTL_SAMPLES);
  }

  /** Whether a key with this deadline would be gone at once (Redis: `checkAlreadyExpired`). */
  hasPassed(at: Int64): boolean {
    return this.keyspace.expires && at <= Date.now();
  }

  isExpired(key: string): boolean {
    if (this.expiry.size === 0 || !this.keyspace.expires) return false;
    const now = this.keyspace.fixedTime ?? Date.now();
    // Usually no key is due, and a look at the next deadline is enough.
    if (this.expiry.earliest >= now) return false;
    const at = this.expiry.get(key);
    return at !== undefined && at < now;
  }

  private lookup(key: string): Value | undefined {
    if (this.expiry.size > 0 && this.expireIfNeeded(key)) return undefined;
    const { lfu, lruClock, touches } = this.keyspace;
    if (!touches) return this.dict.get(key);
    const use = lfu === undefined ? lruClock : nextUse(this.keyspace, this.useOf(key) ?? 0);
    return this.dict.getAndStamp(key, use << USE_SHIFT, LENGTH_BITS);
  }

  private stampFor(value: Value): number {
    const length = typeof value === 'string' ? Math.min(value.length, LENGTH_BITS) : LENGTH_BITS;
    return (firstUse(this.keyspace) << USE_SHIFT) | length;
  }

  /** Removes a key if its deadline has passed; called when a command looks it up (Redis: `expireIfNeeded`). */
  private expireIfNeeded(key: string): boolean {
    if (!this.isExpired(key)) return false;
    if (!this.keyspace.removesExpired) return true;
    this.keyspace.stats.expired++;
    this.keyspace.propagateDeletion(this, key);
    this.remove(key, 'expired', 0);
    return true;
  }

  private remove(key: string, event: string | null, changes: number): boolean {
    this.keyspace.beforeChange(this.dict, key);
    const value = this.dict.delete(key);
    if (value === undefined) return false;
    this.account(-(ENTRY_BYTES + key.length + dropValue(value)));
    if (this.expiry.size > 0) this.forgetDeadline(key);
    if (event !== null) this.signal(key, event, changes);
    return true;
  }

  private forgetDeadline(key: string): boolean {
    const had = this.expiry.delete(key);
    if (had) this.account(-DEADLINE_BYTES);
    return had;
  }

  private account(bytes: number): void {
    this.bytes += bytes;
    this.keyspace.usedBytes += bytes;
  }

  private signal(key: string, event: string, changes = 1): void {
    this.keyspace.signalModified(this, key, event, changes);
  }
}

/** As `Database.useOf`, of a key in its dict. */
export function useIn(dict: Dict<Value>, key: string): number {
  return (dict.stampOf(key) ?? 0) >>> USE_SHIFT;
}

/** Drops a value that has been replaced, beside which `stamp` stood. @returns what it took, as `valueBytes` */
function dropReplaced(before: Value, stamp: number): number {
  const length = stamp & LENGTH_BITS;
  return length < LENGTH_BITS ? stringBytes(length) : dropValue(before);
}

/** A key does not hold this value any more. @returns what it took, as `valueBytes` */
function dropValue(value: Value): number {
  const bytes = valueBytes(value);
  if (typeof value !== 'string') {
    value.accounted = 0;
    value.dropped();
  }
  return bytes;
}

function expectString(value: Value | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (value instanceof RawString) return value.toString();
  throw wrongType();
}

function expectType<T extends StoredValue>(value: Value | undefined, type: TypeOf<T>): T | undefined {
  // Types have no subclasses; `instanceof` with a class that varies is a slow walk through prototypes.
  if (value !== undefined && value.constructor !== type) throw wrongType();
  return value as T | undefined;
}
