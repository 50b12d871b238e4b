import { compareIds, type StreamId } from './stream-id.ts';

/** A full block is split in two. */
const MAX_BLOCK = 128;

/**
 * Items in the order of their IDs, in blocks, so that adding and removing anywhere moves few of them: O(log n) to find,
 * and a short block to shift (Redis keeps these in a radix tree).
 */
export class IdIndex<T extends StreamId> {
  size = 0;
  private readonly blocks: T[][] = [];

  first(): T | undefined {
    return this.blocks[0]?.[0];
  }

  last(): T | undefined {
    return this.blocks.at(-1)?.at(-1);
  }

  get(id: StreamId): T | undefined {
    const block = this.blocks[this.blockOf(id)];
    const item = block?.[lowerBound(block, id)];
    return item !== undefined && compareIds(item, id) === 0 ? item : undefined;
  }

  /** Adds an item, whose ID must not be there yet. */
  add(item: T): void {
    this.size++;
    const at = Math.max(0, this.blockOf(item));
    const block = this.blocks[at];
    if (block === undefined) {
      this.blocks.push([item]);
      return;
    }
    block.splice(lowerBound(block, item), 0, item);
    if (block.length <= MAX_BLOCK) return;
    // IDs mostly come in order: at the end a new block begins, and the old one stays full.
    const isLast = at === this.blocks.length - 1;
    this.blocks.splice(at + 1, 0, block.splice(isLast ? MAX_BLOCK : MAX_BLOCK / 2));
  }

  delete(id: StreamId): boolean {
    const at = this.blockOf(id);
    const block = this.blocks[at];
    if (block === undefined) return false;
    const index = lowerBound(block, id);
    if (index === block.length || compareIds(block[index]!, id) !== 0) return false;
    if (block.length === 1) this.blocks.splice(at, 1);
    else block.splice(index, 1);
    this.size--;
    return true;
  }

  /** The items from an ID on. Nothing may be added or deleted during the walk. */
  *from(id: StreamId): Generator<T> {
    for (let at = Math.max(0, this.blockOf(id)); at < this.blocks.length; at++) {
      const block = this.blocks[at]!;
      for (let i = lowerBound(block, id); i < block.length; i++) yield block[i]!;
    }
  }

  /** The index of the block where an ID belongs; -1 before the first. */
  private blockOf(id: StreamId): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.blocks[middle]![0]!, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The index of the first item whose ID is not smaller. */
function lowerBound(block: readonly StreamId[], id: StreamId): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(block[middle]!, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
