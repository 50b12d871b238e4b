import { StreamBlock, type StreamEntry } from './stream-block.ts';
import { ConsumerGroup } from './stream-groups.ts';
import { compareIds, increment, MIN_ID, type StreamId, type Uint64 } from './stream-id.ts';
import { StoredValue } from './value.ts';

export type { StreamEntry };

/** Bytes of a stream without entries: its object, the map of groups, a block's columns. Measured, rounded down. */
const EMPTY_BYTES = 1400;
/** Bytes of a group besides its pending entries. */
const GROUP_BYTES = 300;

/**
 * An append-only log: entries in the order of their IDs, which only grow (Redis: `stream`, t_stream.c). The entries
 * stand in blocks; an ID is found by binary search over the blocks and then inside one.
 *
 * A stream stays when its last entry goes: it still knows the last ID and its consumer groups.
 */
export class Stream extends StoredValue {
  readonly groups = new Map<string, ConsumerGroup>();
  length = 0;
  /** The greatest ID ever added; new ones must be greater. */
  lastId: StreamId = MIN_ID;
  /** The greatest ID that XDEL has removed (trimming does not count). */
  maxDeletedId: StreamId = MIN_ID;
  /** How many entries were ever added. */
  entriesAdded: Uint64 = 0;
  readonly blocks: StreamBlock[] = [];
  private logBytes = 0;
  private groupBytes = 0;

  override get type(): string {
    return 'stream';
  }

  override encoding(): string {
    return 'stream';
  }

  override get isEmpty(): boolean {
    return false;
  }

  override get bytes(): number {
    return EMPTY_BYTES + this.logBytes + this.groupBytes;
  }

  /** Number of blocks, empty ones included. */
  get blockCount(): number {
    return this.blocks.length;
  }

  /** The smallest ID that is not deleted; undefined in an empty stream (Redis: `first_id`). */
  get firstEntryId(): StreamId | undefined {
    return this.blocks.find((block) => block.length > 0)?.id(0);
  }

  /** The greatest ID that is not deleted; undefined in an empty stream (Redis: `streamLastValidID`). */
  get lastEntryId(): StreamId | undefined {
    const block = this.blocks.findLast((one) => one.length > 0);
    return block?.id(block.length - 1);
  }

  /** Adds an entry whose ID is greater than `lastId`; `args` from `at` on are its fields and values. */
  append(id: StreamId, args: readonly string[], at: number): void {
    const { blocks } = this;
    let block = blocks[blocks.length - 1];
    if (block === undefined || !block.hasRoomFor(args, at)) {
      blocks.push((block = new StreamBlock(id, args, at)));
      this.logBytes += block.bytes;
    }
    const before = block.bytes;
    block.append(id, args, at);
    this.logBytes += block.bytes - before;
    this.length++;
    this.lastId = id;
    this.entriesAdded = increment(this.entriesAdded);
  }

  get(id: StreamId): StreamEntry | undefined {
    const block = this.blocks[this.blockOf(id)];
    const index = block?.indexOf(id) ?? -1;
    return index < 0 ? undefined : block!.entry(index);
  }

  has(id: StreamId): boolean {
    return (this.blocks[this.blockOf(id)]?.indexOf(id) ?? -1) >= 0;
  }

  /** At most `count` entries with `start <= ID <= end`, in order. */
  range(start: StreamId, end: StreamId, count = Infinity): StreamEntry[] {
    const { blocks } = this;
    const found: StreamEntry[] = [];
    for (let at = Math.max(0, this.blockOf(start)); at < blocks.length; at++) {
      const block = blocks[at]!;
      const after = block.upperBound(end);
      for (let i = block.lowerBound(start); i < after; i++) {
        if (found.length >= count) return found;
        found.push(block.entry(i));
      }
      if (after < block.length) return found;
    }
    return found;
  }

  /** As `range`, from the end on. */
  reverseRange(start: StreamId, end: StreamId, count = Infinity): StreamEntry[] {
    const found: StreamEntry[] = [];
    for (let at = this.blockOf(end); at >= 0; at--) {
      const block = this.blocks[at]!;
      const first = block.lowerBound(start);
      for (let i = block.upperBound(end) - 1; i >= first; i--) {
        if (found.length >= count) return found;
        found.push(block.entry(i));
      }
      if (first > 0) return found;
    }
    return found;
  }

  /** Removes an entry; false when there is none with this ID (Redis: `streamDeleteItem`). */
  delete(id: StreamId): boolean {
    const at = this.blockOf(id);
    const block = this.blocks[at];
    const index = block?.indexOf(id) ?? -1;
    if (index < 0) return false;
    if (block!.length === 1) this.removeBlocks(at, 1);
    else block!.remove(index, 1);
    this.length--;
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  /**
   * Removes the oldest entries (Redis: `streamTrim`).
   * @param keep how many entries to keep at most, or the smallest ID to keep
   * @param approximate whole blocks alone are removed, which costs next to nothing
   * @param limit how many entries to remove at most; 0: any number
   * @returns how many were removed
   */
  trim(keep: number | StreamId, approximate: boolean, limit: number): number {
    const { blocks } = this;
    const before = this.length;
    let gone = 0;
    for (; gone < blocks.length; gone++) {
      const block = blocks[gone]!;
      if (typeof keep === 'number' && this.length <= keep) break;
      if (limit > 0 && before - this.length + block.length > limit) break;
      const whole = typeof keep === 'number' ? this.length - block.length >= keep : compareIds(block.last, keep) < 0;
      if (whole) this.length -= block.length;
      else {
        const surplus = typeof keep === 'number' ? this.length - keep : block.lowerBound(keep);
        if (!approximate && surplus > 0) {
          block.remove(0, surplus);
          this.length -= surplus;
        }
        break;
      }
    }
    if (gone > 0) this.removeBlocks(0, gone);
    return before - this.length;
  }

  /** Takes new account of the groups, after they or their pending entries have changed. */
  accountGroups(): void {
    this.groupBytes = 0;
    for (const group of this.groups.values()) this.groupBytes += GROUP_BYTES + group.bytes;
  }

  override copy(): Stream {
    const copy = new Stream();
    for (const block of this.blocks) copy.blocks.push(block.copy());
    for (const [name, group] of this.groups) copy.groups.set(name, group.copy());
    copy.length = this.length;
    copy.lastId = this.lastId;
    copy.maxDeletedId = this.maxDeletedId;
    copy.entriesAdded = this.entriesAdded;
    copy.logBytes = this.logBytes;
    copy.groupBytes = this.groupBytes;
    return copy;
  }

  /** The index of the block where an ID belongs: the last that begins with it or a smaller one; -1 before the first. */
  private blockOf(id: StreamId): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.blocks[middle]!.first, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private removeBlocks(at: number, count: number): void {
    for (const block of this.blocks.splice(at, count)) this.logBytes -= block.bytes;
  }
}
