/** A segment that would hold more splits in two. */
export const SEGMENT_MAX = 256;
/** Up to this many entries are searched one by one, without hashes: faster, and smaller (Redis: listpacks). */
const PLAIN_MAX = 8;

/**
 * A small hash table: entries in dense arrays in order of arrival, and a table of slots that leads from a hash to an
 * entry's index, with linear probing. Slots hold index + 1; 0 is empty.
 */
export class Segment<V> {
  readonly keys: string[] = [];
  readonly values: V[] = [];
  /** A number per entry, where the dict keeps one. */
  readonly stamps: number[] | null;
  /** How many leading bits of a hash all entries share. */
  depth: number;
  /** Position in the dict's list of segments. */
  position = 0;
  /** Hashes by index; null while there are few entries. */
  hashes: Int32Array | null = null;
  private slots: Uint16Array | Uint32Array = NO_SLOTS;

  constructor(depth: number, stamped: boolean) {
    this.depth = depth;
    this.stamps = stamped ? [] : null;
  }

  get size(): number {
    return this.keys.length;
  }

  /** The index of a key, or -1. `hash` is asked for only when the segment has hashes. */
  find(key: string, hashOf: (key: string) => number): number {
    const { keys, hashes } = this;
    if (hashes === null) {
      for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i;
      return -1;
    }
    const hash = hashOf(key);
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot]! - 1;
      if (index === -1) return -1;
      if (hashes[index] === hash && keys[index] === key) return index;
    }
  }

  /** Appends an entry whose key is not in the segment. */
  append(key: string, value: V, hashOf: (key: string) => number, stamp = 0): void {
    const index = this.keys.push(key) - 1;
    this.values.push(value);
    this.stamps?.push(stamp);
    if (this.hashes === null) {
      if (index >= PLAIN_MAX) this.rebuild(PLAIN_MAX * 4, hashOf);
    } else if (index >= this.hashes.length) this.rebuild(this.hashes.length * 2, hashOf);
    else {
      const hash = hashOf(key);
      this.hashes[index] = hash;
      this.occupy(hash, index);
    }
  }

  /** Removes the entry at `index`. The last entry takes its place; few entries keep their order. */
  remove(index: number): void {
    const { keys, values, stamps, hashes } = this;
    if (hashes === null) {
      keys.splice(index, 1);
      values.splice(index, 1);
      stamps?.splice(index, 1);
      return;
    }
    this.vacate(this.slotOf(index));
    const last = keys.length - 1;
    if (index !== last) {
      this.slots[this.slotOf(last)] = index + 1;
      keys[index] = keys[last]!;
      values[index] = values[last]!;
      hashes[index] = hashes[last]!;
      if (stamps !== null) stamps[index] = stamps[last]!;
    }
    keys.pop();
    values.pop();
    stamps?.pop();
  }

  /** Computes hashes and slots anew, with room for `capacity` entries. */
  rebuild(capacity: number, hashOf: (key: string) => number): void {
    const old = this.hashes;
    const hashes = new Int32Array(capacity);
    this.slots = capacity < 2 ** 16 ? new Uint16Array(capacity * 2) : new Uint32Array(capacity * 2);
    this.hashes = hashes;
    for (let i = 0; i < this.keys.length; i++) {
      const hash = old !== null && i < old.length ? old[i]! : hashOf(this.keys[i]!);
      hashes[i] = hash;
      this.occupy(hash, i);
    }
  }

  private occupy(hash: number, index: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = index + 1;
  }

  private slotOf(index: number): number {
    const mask = this.slots.length - 1;
    let slot = this.hashes![index]! & mask;
    while (this.slots[slot] !== index + 1) slot = (slot + 1) & mask;
    return slot;
  }

  /** Empties a slot and moves later ones of the same run up, so that no probe ends too early. */
  private vacate(slot: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = this.hashes![slots[next]! - 1]! & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = 0;
  }
}

const NO_SLOTS = new Uint16Array(0);
