import { compute, hashOf, rememberHash } from './hash.ts';
import { Segment, SEGMENT_MAX } from './segment.ts';

/** Segments are not split deeper than this, however badly hashes fall. */
const MAX_DEPTH = 22;
/** How full segments are on average that were made in advance: few of them will have to split. */
const RESERVED_FILL = 768;
/** At most some 40 MB are allocated for a number of keys that a file announces. */
const RESERVED_DEPTH = 12;
/** So many keys are fetched at once: more could drive the first ones out of the cache. */
export const PREFETCH_MAX = 16;
/** Hashes are 32 bits; a cursor counts up to here. */
const HASH_SPACE = 2 ** 32;

/**
 * A hash table of binary strings that never stops to rehash: many small segments, and a directory that leads from the
 * leading bits of a key's hash to its segment. A full segment splits in two, which is all that growing ever costs at
 * once (extendible hashing; Redis's `dict.c` spreads its rehashing over time instead).
 *
 * Segments hold neighbouring hashes, so the dict can be walked in the order of hashes. A key's place in that order
 * never changes, whatever else comes and goes: a hash is all that SCAN's cursor has to remember.
 */
export class Dict<V> {
  size = 0;
  /** The stamp that stood beside the value which the last `set` has replaced. */
  replacedStamp = 0;
  private readonly stamped: boolean;
  private segments: Segment<V>[];
  /** 2^depth references; a segment of lesser depth stands there several times in a row. */
  private directory: Segment<V>[];
  private depth = 0;

  /** `stamped`: keeps 32 bits per entry beside its value, 0 at first (the keyspace's access times). */
  constructor(stamped = false) {
    this.stamped = stamped;
    this.segments = [new Segment<V>(0, stamped)];
    this.directory = this.segments.slice();
  }

  get(key: string): V | undefined {
    const segment = this.segmentOf(key);
    const index = segment.find(key, hashOf);
    return index === -1 ? undefined : segment.valueAt(index);
  }

  /** As `get`, and sets the entry's stamp; the bits of `kept` stay what they were. */
  getAndStamp(key: string, stamp: number, kept = 0): V | undefined {
    const segment = this.segmentOf(key);
    const index = segment.find(key, hashOf);
    if (index === -1) return undefined;
    segment.setStamp(index, stamp, kept);
    return segment.valueAt(index);
  }

  stampOf(key: string): number | undefined {
    const segment = this.segmentOf(key);
    const index = segment.find(key, hashOf);
    return index === -1 ? undefined : segment.stampAt(index);
  }

  /**
   * Reads what lookups of these keys will read: slots first, then keys and values. Memory that is in no cache of the processor is
   * then waited for once, and not key by key (Valkey: `prefetch-batch-max-size`). No more keys than PREFETCH_MAX count.
   */
  prefetch(keys: readonly string[]): void {
    const { depth, directory } = this;
    if (depth === 0) return;
    const count = Math.min(keys.length, PREFETCH_MAX);
    const { hashes, indexes } = found;
    const segmentAt = 32 - depth;
    for (let i = 0; i < count; i++) hashes[i] = compute(keys[i]!);
    // A processor looks some hundred instructions ahead: short loops have it wait for several keys at a time.
    for (let i = 0; i < count; i++) indexes[i] = directory[hashes[i]! >>> segmentAt]!.probe(hashes[i]!);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += directory[hashes[i]! >>> segmentAt]!.touchFields(indexes[i]!);
    for (let i = 0; i < count; i++) sum += directory[hashes[i]! >>> segmentAt]!.touch(indexes[i]!);
    found.sum = sum;
  }

  has(key: string): boolean {
    return this.segmentOf(key).find(key, hashOf) !== -1;
  }

  /** Adds or replaces. @returns the value before, undefined for a new key */
  set(key: string, value: V, stamp = 0): V | undefined {
    const segment = this.segmentOf(key);
    const index = segment.find(key, hashOf);
    if (index !== -1) {
      const before = segment.valueAt(index);
      this.replacedStamp = segment.stampAt(index);
      segment.setValue(index, value);
      segment.setStamp(index, stamp);
      return before;
    }
    this.add(segment, key, value, stamp);
    return undefined;
  }

  /** @returns the value that was removed, if there was one */
  delete(key: string): V | undefined {
    const segment = this.segmentOf(key);
    const index = segment.find(key, hashOf);
    if (index === -1) return undefined;
    const value = segment.valueAt(index);
    segment.remove(index);
    this.size--;
    if (segment.depth > 0 && segment.size < SEGMENT_MAX / 8) this.merge(segment, hashOf(key));
    return value;
  }

  /**
   * Makes an empty dict ready for about `count` entries, so that it need not grow by splitting while they are loaded:
   * that takes half as long (Redis: `dictExpand`).
   */
  reserve(count: number): void {
    if (this.size > 0 || count <= SEGMENT_MAX) return;
    const depth = Math.min(RESERVED_DEPTH, Math.ceil(Math.log2(count / RESERVED_FILL)));
    this.segments = Array.from({ length: 2 ** depth }, (_, position) => {
      const segment = new Segment<V>(depth, this.stamped);
      segment.position = position;
      segment.rebuild(SEGMENT_MAX, hashOf);
      return segment;
    });
    this.directory = this.segments.slice();
    this.depth = depth;
  }

  clear(): void {
    this.size = 0;
    this.segments = [new Segment<V>(0, this.stamped)];
    this.directory = this.segments.slice();
    this.depth = 0;
  }

  /**
   * Every entry, in no promised order. The dict must not change during the walk. Looking up a visited key in another dict
   * computes no hash.
   */
  forEach(visit: (key: string, value: V) => void): void {
    for (const segment of this.segments) {
      for (let i = 0; i < segment.size; i++) visit(visitedKey(segment, i), segment.valueAt(i));
    }
  }

  keys(): string[] {
    const keys: string[] = [];
    for (const segment of this.segments) for (let i = 0; i < segment.size; i++) keys.push(segment.keyAt(i));
    return keys;
  }

  /** Whether the test holds for some key; no further ones are tried then. Otherwise as `forEach`. */
  some(test: (key: string) => boolean): boolean {
    for (const segment of this.segments) {
      for (let i = 0; i < segment.size; i++) if (test(visitedKey(segment, i))) return true;
    }
    return false;
  }

  /** A key picked at random, each with the same chance; undefined when there is none. O(1). */
  randomKey(): string | undefined {
    const segment = this.randomSegment();
    return segment?.keyAt(randomBelow(segment.size));
  }

  /**
   * Visits `count` keys picked at random, with their stamps; the same may come twice. Each has the same chance, but all are
   * of one segment: keys of five segments would take five times as long to come from memory (Redis: `dictGetSomeKeys`).
   */
  sample(count: number, visit: (key: string, stamp: number) => void): void {
    const segment = this.randomSegment();
    if (segment === undefined) return;
    for (let i = 0; i < count; i++) {
      const index = randomBelow(segment.size);
      visit(segment.keyAt(index), segment.stampAt(index));
    }
  }

  /**
   * Visits about `count` entries from a cursor on, in the order of hashes.
   * @returns the cursor to go on with; 0 after the last entry
   */
  scan(cursor: number, count: number, visit: (key: string, value: V) => void): number {
    if (cursor >= HASH_SPACE) return 0;
    let from = cursor;
    let left = count;
    for (let steps = 0; left > 0 && steps < count * 10; steps++) {
      const segment = this.directory[this.slotOf(from)]!;
      const last = segment.size > left ? lastHashOf(segment, from, left) : HASH_SPACE;
      left -= visitHashes(segment, from, last, visit);
      if (last < HASH_SPACE) return last + 1 < HASH_SPACE ? last + 1 : 0;
      const span = HASH_SPACE / 2 ** segment.depth;
      from = (Math.floor(from / span) + 1) * span;
      if (from >= HASH_SPACE) return 0;
    }
    return from;
  }

  /** A segment picked at random, with a chance that grows with its size. */
  private randomSegment(): Segment<V> | undefined {
    if (this.size === 0) return undefined;
    if (this.segments.length === 1) return this.segments[0]!;
    for (;;) {
      const segment = this.segments[randomBelow(this.segments.length)]!;
      if (randomBelow(SEGMENT_MAX + 1) < segment.size) return segment;
    }
  }

  private segmentOf(key: string): Segment<V> {
    if (this.depth === 0) return this.directory[0]!;
    return this.directory[hashOf(key) >>> (32 - this.depth)]!;
  }

  private add(segment: Segment<V>, key: string, value: V, stamp: number): void {
    let target = segment;
    while (target.size >= SEGMENT_MAX && target.depth < MAX_DEPTH) {
      this.split(target);
      target = this.segmentOf(key);
    }
    target.append(key, value, hashOf, stamp);
    this.size++;
  }

  private slotOf(hash: number): number {
    return Math.floor(hash / 2 ** (32 - this.depth));
  }

  private split(full: Segment<V>): void {
    if (full.depth === this.depth) this.growDirectory();
    const depth = full.depth + 1;
    const halves = [new Segment<V>(depth, this.stamped), new Segment<V>(depth, this.stamped)] as const;
    for (const half of halves) half.rebuild(SEGMENT_MAX, hashOf);
    for (let i = 0; i < full.size; i++) {
      const hash = full.hashes![i]!;
      halves[(hash >>> (32 - depth)) & 1]!.append(full.keyAt(i), full.valueAt(i), hashOf, full.stampAt(i));
    }
    this.replace(full, halves[0]);
    this.addSegment(halves[1]);
    const span = 2 ** (this.depth - full.depth);
    const first = Math.floor((full.hashes![0]! >>> (32 - this.depth)) / span) * span;
    this.directory.fill(halves[0], first, first + span / 2);
    this.directory.fill(halves[1], first + span / 2, first + span);
  }

  /** Joins a segment that has become nearly empty with its sibling, the other half of what was split once. */
  private merge(segment: Segment<V>, hash: number): void {
    const span = 2 ** (this.depth - segment.depth);
    const first = Math.floor((hash >>> (32 - this.depth)) / span) * span;
    const start = Math.floor(first / (span * 2)) * span * 2;
    const sibling = this.directory[first === start ? start + span : start]!;
    if (sibling.depth !== segment.depth || sibling.size + segment.size > SEGMENT_MAX / 2) return;
    for (let i = 0; i < segment.size; i++) {
      sibling.append(segment.keyAt(i), segment.valueAt(i), hashOf, segment.stampAt(i));
    }
    sibling.depth--;
    this.removeSegment(segment);
    this.directory.fill(sibling, start, start + span * 2);
  }

  private growDirectory(): void {
    this.directory = this.directory.flatMap((segment) => [segment, segment]);
    this.depth++;
  }

  private addSegment(segment: Segment<V>): void {
    segment.position = this.segments.push(segment) - 1;
  }

  private replace(old: Segment<V>, by: Segment<V>): void {
    by.position = old.position;
    this.segments[old.position] = by;
  }

  private removeSegment(segment: Segment<V>): void {
    const last = this.segments.pop()!;
    if (last !== segment) this.replace(segment, last);
  }
}

/** The key at an index, whose hash is not computed if it is looked up next. */
function visitedKey<V>(segment: Segment<V>, index: number): string {
  const key = segment.keyAt(index);
  if (segment.hashes !== null) rememberHash(key, segment.hashes[index]!);
  return key;
}

/** Of the hashes from `from` on, the `count`th lowest; 2^32 where there are no more than `count`, or no hashes at all. */
function lastHashOf<V>({ hashes, size }: Segment<V>, from: number, count: number): number {
  if (hashes === null) return HASH_SPACE;
  const rest = new Uint32Array(size);
  let found = 0;
  for (let i = 0; i < size; i++) if (hashes[i]! >>> 0 >= from) rest[found++] = hashes[i]!;
  return found > count ? rest.subarray(0, found).sort()[count - 1]! : HASH_SPACE;
}

/** Visits the entries whose hash is from `from` to `last`; all where there are no hashes. @returns how many */
function visitHashes<V>(segment: Segment<V>, from: number, last: number, visit: (key: string, value: V) => void): number {
  const { hashes, size } = segment;
  let visited = 0;
  for (let i = 0; i < size; i++) {
    const hash = hashes === null ? from : hashes[i]! >>> 0;
    if (hash < from || hash > last) continue;
    visit(segment.keyAt(i), segment.valueAt(i));
    visited++;
  }
  return visited;
}

/** Where `prefetch` has found keys. The sum has no meaning, but V8 would remove a read whose result is not used. */
const found = { hashes: new Int32Array(PREFETCH_MAX), indexes: new Int32Array(PREFETCH_MAX), sum: 0 };

function randomBelow(n: number): number {
  return Math.floor(Math.random() * n);
}
