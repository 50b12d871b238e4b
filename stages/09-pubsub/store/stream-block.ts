import { EMPTY_LISTPACK_BYTES, integerBytes, textBytes } from '#shared/packed/listpack-size.ts';
import { compareIds, subtract, type StreamId, type Uint64 } from './stream-id.ts';
import { limits } from './packing.ts';
import { stringBytes } from './value.ts';

/** An entry is its own ID. Fields and values alternate: `[f1, v1, f2, v2]`. */
export interface StreamEntry extends StreamId {
  readonly fields: string[];
}

/** No block is larger, whatever `stream-node-max-bytes` says (Redis: STREAM_LISTPACK_MAX_SIZE). */
const MAX_BYTES = 1024 ** 3;

/** What an entry takes besides its strings: its ID and its end, with room to grow. */
const ENTRY_BYTES = 40;

/**
 * Some entries of a stream, 100 by default, in order of their IDs (Redis: a node of the radix tree, one listpack). All
 * entries share a few flat arrays, so that a million entries are ten thousand blocks and not millions of objects.
 *
 * Approximate trimming removes whole nodes, and clients see which: so a block is full when Redis's listpack would be,
 * and what is deleted from it makes no room.
 */
export class StreamBlock {
  /** The ID it began with and the last one added, which may both be deleted by now. */
  readonly first: StreamId;
  last: StreamId;
  /** About how much memory it takes; as in Redis that does not shrink before the block goes. */
  bytes = 0;
  private readonly ms: Uint64[] = [];
  private readonly seq: Uint64[] = [];
  /** Where in `data` each entry ends. */
  private readonly ends: number[] = [];
  private readonly data: string[] = [];
  /** The field names of the first entry: later entries mostly have the same, and share the strings. */
  private readonly names: string[] = [];
  private deleted = 0;
  private listpackBytes = EMPTY_LISTPACK_BYTES;

  /** An empty block for the entry that will be appended first: `args` from `at` on are its fields and values. */
  constructor(id: StreamId, args: readonly string[], at: number) {
    this.first = id;
    this.last = id;
    for (let i = at; i < args.length; i += 2) this.names.push(args[i]!);
    // Numbers of entries and of deleted ones, of names, the names, and a zero: the "master entry".
    this.listpackBytes += 3 * 2 + integerBytes(this.names.length);
    for (const name of this.names) {
      this.listpackBytes += textBytes(name);
      this.bytes += 8 + stringBytes(name.length);
    }
  }

  /** Number of entries that are not deleted. */
  get length(): number {
    return this.ms.length;
  }

  hasRoomFor(args: readonly string[], at: number): boolean {
    const maxEntries = limits['stream-node-max-entries'] || Infinity;
    if (this.ms.length + this.deleted >= maxEntries) return false;
    let size = this.listpackBytes;
    for (let i = at; i < args.length; i++) size += args[i]!.length;
    return size < Math.min(limits['stream-node-max-bytes'] || MAX_BYTES, MAX_BYTES);
  }

  /** Adds an entry; its ID must be greater than `last`. */
  append(id: StreamId, args: readonly string[], at: number): void {
    const { names, data } = this;
    const count = (args.length - at) / 2;
    const sameNames = this.hasNames(args, at, count);
    let listpackBytes = 2 + deltaBytes(id.ms, this.first.ms) + deltaBytes(id.seq, this.first.seq);
    let bytes = ENTRY_BYTES;
    for (let i = 0; i < count; i++) {
      const name = sameNames ? names[i]! : args[at + 2 * i]!;
      const value = args[at + 2 * i + 1]!;
      data.push(name, value);
      bytes += 16 + stringBytes(value.length);
      listpackBytes += textBytes(value);
      if (sameNames) continue;
      bytes += stringBytes(name.length);
      listpackBytes += textBytes(name);
    }
    // The number of names where they are written again, and the number of elements.
    listpackBytes += sameNames ? integerBytes(count + 3) : integerBytes(count) + integerBytes(2 * count + 4);
    this.ms.push(id.ms);
    this.seq.push(id.seq);
    this.ends.push(data.length);
    this.last = id;
    this.bytes += bytes;
    this.listpackBytes += listpackBytes;
  }

  id(index: number): StreamId {
    return { ms: this.ms[index]!, seq: this.seq[index]! };
  }

  entry(index: number): StreamEntry {
    return {
      ms: this.ms[index]!,
      seq: this.seq[index]!,
      fields: this.data.slice(index === 0 ? 0 : this.ends[index - 1]!, this.ends[index]!),
    };
  }

  /** The index of the first entry whose ID is not smaller; `length` when there is none. */
  lowerBound(id: StreamId): number {
    let low = 0;
    let high = this.ms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const ms = this.ms[middle]!;
      if (ms < id.ms || (ms === id.ms && this.seq[middle]! < id.seq)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index after that of the last entry whose ID is not greater; 0 when there is none. */
  upperBound(id: StreamId): number {
    const index = this.lowerBound(id);
    return index < this.length && compareIds(this.id(index), id) === 0 ? index + 1 : index;
  }

  /** The index of the entry with this ID, or -1. */
  indexOf(id: StreamId): number {
    const index = this.lowerBound(id);
    return index < this.length && compareIds(this.id(index), id) === 0 ? index : -1;
  }

  /** Deletes entries. */
  remove(index: number, count: number): void {
    const start = index === 0 ? 0 : this.ends[index - 1]!;
    const size = this.ends[index + count - 1]! - start;
    this.ms.splice(index, count);
    this.seq.splice(index, count);
    this.ends.splice(index, count);
    this.data.splice(start, size);
    for (let i = index; i < this.ends.length; i++) this.ends[i]! -= size;
    this.deleted += count;
  }

  copy(): StreamBlock {
    const copy = new StreamBlock(this.first, [], 0);
    copyInto(copy.ms, this.ms);
    copyInto(copy.seq, this.seq);
    copyInto(copy.ends, this.ends);
    copyInto(copy.data, this.data);
    copyInto(copy.names, this.names);
    copy.last = this.last;
    copy.bytes = this.bytes;
    copy.deleted = this.deleted;
    copy.listpackBytes = this.listpackBytes;
    return copy;
  }

  private hasNames(args: readonly string[], at: number, count: number): boolean {
    const { names } = this;
    if (names.length !== count) return false;
    for (let i = 0; i < count; i++) if (names[i] !== args[at + 2 * i]) return false;
    return true;
  }
}

function copyInto<T>(target: T[], source: readonly T[]): void {
  for (let i = 0; i < source.length; i++) target.push(source[i]!);
}

/** In a listpack an ID is stored as its distance from the first one of the block. */
function deltaBytes(part: Uint64, first: Uint64): number {
  return integerBytes(Number(subtract(part, first)));
}
