import { Dict } from '#shared/dict/dict.ts';
import type { Int64 } from '#shared/numbers/int64.ts';

/** The number of deadlines for which there is room at first. */
const FIRST_CAPACITY = 64;

/**
 * When which key dies: a dict for "does this key have a deadline?", and a binary min-heap for "which is the next one?".
 * Each deadline knows its place in the heap, so changing one is O(log n) and leaves no stale entry. (Redis samples its
 * `expires` dict at random instead, in `activeExpireCycle`.)
 *
 * A deadline has no object of its own, which would take three times the memory. It is a number, its slot: columns hold
 * the key, the time and the place in the heap of each slot. The slots in use are always the first ones.
 */
export class Expiry {
  size = 0;
  private readonly slots = new Dict<number>();
  private readonly keys: string[] = [];
  /** Unix times in ms. */
  private times = new Float64Array(FIRST_CAPACITY);
  private places = new Int32Array(FIRST_CAPACITY);
  /** Slots in heap order: none has a later time than the two below it, at twice its place plus one and plus two. */
  private heap = new Int32Array(FIRST_CAPACITY);
  /** Times that a double does not hold exactly: some 285,000 years from now on. */
  private readonly distant = new Map<string, bigint>();

  /** As `Dict.reserve`. */
  reserve(count: number): void {
    this.slots.reserve(count);
  }

  /** The deadline of a key, Unix time in ms. */
  get(key: string): Int64 | undefined {
    const slot = this.slots.get(key);
    if (slot === undefined) return undefined;
    const at = this.times[slot]!;
    return Number.isSafeInteger(at) ? at : this.distant.get(key);
  }

  set(key: string, at: Int64): void {
    const slot = this.slots.get(key) ?? this.add(key);
    this.times[slot] = Number(at);
    if (typeof at === 'bigint') this.distant.set(key, at);
    else if (this.distant.size > 0) this.distant.delete(key);
    this.settle(slot);
  }

  /** @returns whether the key had a deadline */
  delete(key: string): boolean {
    const slot = this.slots.delete(key);
    if (slot === undefined) return false;
    if (this.distant.size > 0) this.distant.delete(key);
    const last = --this.size;
    const moved = this.heap[last]!;
    if (moved !== slot) {
      this.put(moved, this.places[slot]!);
      this.settle(moved);
    }
    if (slot !== last) this.renumber(last, slot);
    this.keys.pop();
    if (last >= FIRST_CAPACITY && last < this.heap.length / 4) this.resize(this.heap.length / 2);
    return true;
  }

  /** The next deadline of all; ms. */
  get earliest(): number {
    return this.size === 0 ? Infinity : this.times[this.heap[0]!]!;
  }

  /** The key that dies next. */
  first(): { readonly key: string; readonly at: number } | undefined {
    if (this.size === 0) return undefined;
    const slot = this.heap[0]!;
    return { key: this.keys[slot]!, at: this.times[slot]! };
  }

  /** Visits `count` keys picked at random, each with the same chance, and their deadlines; the same may come twice. */
  sample(count: number, visit: (key: string, at: number) => void): void {
    for (let i = 0; i < count && this.size > 0; i++) {
      const slot = Math.floor(Math.random() * this.size);
      visit(this.keys[slot]!, this.times[slot]!);
    }
  }

  /** @returns a new slot, at the end of the heap */
  private add(key: string): number {
    if (this.size === this.heap.length) this.resize(this.size * 2);
    const slot = this.size++;
    this.slots.set(key, slot);
    this.keys.push(key);
    this.put(slot, slot);
    return slot;
  }

  private renumber(from: number, to: number): void {
    const key = this.keys[from]!;
    this.slots.set(key, to);
    this.keys[to] = key;
    this.times[to] = this.times[from]!;
    this.put(to, this.places[from]!);
  }

  /** Moves a slot up or down to where its deadline belongs. */
  private settle(slot: number): void {
    this.rise(slot);
    this.sink(slot);
  }

  private rise(slot: number): void {
    const { heap, times } = this;
    const at = times[slot]!;
    let place = this.places[slot]!;
    while (place > 0) {
      const parent = heap[(place - 1) >> 1]!;
      if (times[parent]! <= at) break;
      this.put(parent, place);
      place = (place - 1) >> 1;
    }
    this.put(slot, place);
  }

  private sink(slot: number): void {
    const { heap, times, size } = this;
    const at = times[slot]!;
    let place = this.places[slot]!;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && times[heap[child + 1]!]! < times[heap[child]!]!) child++;
      if (times[heap[child]!]! >= at) break;
      this.put(heap[child]!, place);
      place = child;
    }
    this.put(slot, place);
  }

  private put(slot: number, place: number): void {
    this.heap[place] = slot;
    this.places[slot] = place;
  }

  private resize(capacity: number): void {
    this.times = resized(this.times, new Float64Array(capacity), this.size);
    this.places = resized(this.places, new Int32Array(capacity), this.size);
    this.heap = resized(this.heap, new Int32Array(capacity), this.size);
  }
}

/** @returns `to`, with the first `size` numbers of `from` in it */
function resized<A extends Float64Array | Int32Array>(from: A, to: A, size: number): A {
  to.set(from.subarray(0, size));
  return to;
}
