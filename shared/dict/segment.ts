/** A segment that would hold more splits in two. */
export const SEGMENT_MAX = 1024;
/** Up to this many entries are searched one by one, without hashes: faster, and smaller (Redis: listpacks). */
const PLAIN_MAX = 8;
/** The bits of a hash that fit a slot, where those of its own number are replaced by the entry's index. */
const SLOT_BITS = 0xffff;

/**
 * A small hash table: entries in order of arrival, and a table of slots that leads from a hash to an entry's index,
 * with linear probing. A slot holds index + 1, and above it bits of the hash, so that most other keys are ruled
 * out without comparing them; 0 is empty.
 *
 * What takes the time of a lookup is memory that is in no cache yet: key, value and stamp stand side by side.
 */
export class Segment<V> {
  size = 0;
  /** How many leading bits of a hash all entries share. */
  depth: number;
  /** Position in the dict's list of segments. */
  position = 0;
  /** Hashes by index; null while there are few entries. */
  hashes: Int32Array | null = null;
  /** Key and value of each entry in turn, and its stamp where the dict keeps one. */
  private readonly fields: (string | V | number)[] = [];
  /** How many fields an entry has. */
  private readonly width: 2 | 3;
  private slots: Uint16Array | Uint32Array = NO_SLOTS;

  constructor(depth: number, stamped: boolean) {
    this.depth = depth;
    this.width = stamped ? 3 : 2;
  }

  keyAt(index: number): string {
    return this.fields[index * this.width] as string;
  }

  valueAt(index: number): V {
    return this.fields[index * this.width + 1] as V;
  }

  setValue(index: number, value: V): void {
    this.fields[index * this.width + 1] = value;
  }

  /** A 32-bit number per entry, where the dict keeps one; else 0. */
  stampAt(index: number): number {
    return this.width === 3 ? (this.fields[index * 3 + 2] as number) : 0;
  }

  /** The bits of `kept` stay what they were. */
  setStamp(index: number, stamp: number, kept = 0): void {
    if (this.width === 3) this.fields[index * 3 + 2] = ((this.fields[index * 3 + 2] as number) & kept) | stamp;
  }

  /** The index of a key, or -1. `hash` is called only when the segment has hashes. */
  find(key: string, hashOf: (key: string) => number): number {
    const { fields, width, slots } = this;
    if (this.hashes === null) {
      for (let i = 0; i < this.size; i++) if (fields[i * width] === key) return i;
      return -1;
    }
    const hash = hashOf(key);
    const mask = slots.length - 1;
    const tag = hash & SLOT_BITS & ~mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slots[slot]!;
      if (word === 0) return -1;
      const index = (word & mask) - 1;
      if ((word & ~mask) === tag && fields[index * width] === key) return index;
    }
  }

  /** The index of the first entry whose hash may be this one, which mostly is that of its key; -1 for none, and while there are no slots. */
  probe(hash: number): number {
    const { slots } = this;
    if (slots.length === 0) return -1;
    const mask = slots.length - 1;
    const tag = hash & SLOT_BITS & ~mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slots[slot]!;
      if (word === 0 || (word & ~mask) === tag) return (word & mask) - 1;
    }
  }

  /** Reads where the key and the value of an entry are. @returns some number that depends on it */
  touchFields(index: number): number {
    return index !== -1 && this.fields[index * this.width] === undefined ? 1 : 0;
  }

  /** Reads the beginning of a key and of its value. @returns some number that depends on both */
  touch(index: number): number {
    if (index === -1) return 0;
    const value = this.valueAt(index) as string | InBlock | true | number;
    const read = typeof value === 'string' ? value.length : typeof value === 'object' ? value.start : undefined;
    return this.keyAt(index).length + (read ?? 0);
  }

  /** Appends an entry whose key is not in the segment. */
  append(key: string, value: V, hashOf: (key: string) => number, stamp = 0): void {
    const index = this.size++;
    if (this.width === 3) this.fields.push(key, value, stamp);
    else this.fields.push(key, value);
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
    const { fields, width, hashes } = this;
    const last = --this.size;
    if (hashes === null) {
      fields.splice(index * width, width);
      return;
    }
    this.vacate(this.slotOf(index));
    if (index !== last) {
      const slot = this.slotOf(last);
      this.slots[slot] = this.slots[slot]! - last + index;
      hashes[index] = hashes[last]!;
      for (let i = 0; i < width; i++) fields[index * width + i] = fields[last * width + i]!;
    }
    for (let i = 0; i < width; i++) fields.pop();
  }

  /** Computes hashes and slots again, with room for `capacity` entries. */
  rebuild(capacity: number, hashOf: (key: string) => number): void {
    const old = this.hashes;
    const hashes = new Int32Array(capacity);
    this.slots = capacity < 2 ** 16 ? new Uint16Array(capacity * 2) : new Uint32Array(capacity * 2);
    this.hashes = hashes;
    for (let i = 0; i < this.size; i++) {
      const hash = old !== null && i < old.length ? old[i]! : hashOf(this.keyAt(i));
      hashes[i] = hash;
      this.occupy(hash, i);
    }
  }

  private occupy(hash: number, index: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = (hash & SLOT_BITS & ~mask) | (index + 1);
  }

  private slotOf(index: number): number {
    const mask = this.slots.length - 1;
    let slot = this.hashes![index]! & mask;
    while ((this.slots[slot]! & mask) !== index + 1) slot = (slot + 1) & mask;
    return slot;
  }

  /** Empties a slot and moves later ones of the same run up, so that no probe ends too early. */
  private vacate(slot: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = this.hashes![(slots[next]! & mask) - 1]! & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = 0;
  }
}

/** A value whose bytes are in a block (03) says where they begin. It does so beyond what is fetched with the beginning of the object. */
interface InBlock {
  readonly start?: number;
}

const NO_SLOTS = new Uint16Array(0);
