import { Block } from './list-block.ts';
import { fitsListpack } from './list-limit.ts';

/** An end of a list: the head is at the left, the tail at the right. */
export type ListEnd = 'left' | 'right';

/** Bytes of an empty list, and of each element besides its characters: slot and string header. */
const LIST_BYTES = 320;
const ELEMENT_BYTES = 32;

/**
 * A large list: blocks of elements in a chain (Redis: quicklist.c). Both ends are O(1) however long it is, since a full
 * block gets a new neighbour and nothing is moved; a walk to the middle skips whole blocks.
 */
export class Quicklist {
  length = 0;
  private chars = 0;
  /** There is always a block, be it empty. */
  private head = new Block();
  private tail = this.head;

  get bytes(): number {
    return LIST_BYTES + this.length * ELEMENT_BYTES + this.chars;
  }

  /** Whether it is to be a listpack again: one block that is within the limit, or within that share of it. */
  fitsListpack(share: number): boolean {
    return this.head === this.tail && fitsListpack(this.head.size, this.length, share);
  }

  copy(): Quicklist {
    const copy = new Quicklist();
    copy.length = this.length;
    copy.chars = this.chars;
    for (let block: Block | null = this.head; block !== null; block = block.next) copy.link(block.copy(), copy.tail);
    copy.unlink(copy.head);
    return copy;
  }

  push(end: ListEnd, element: string): void {
    this.length++;
    this.chars += element.length;
    if (end === 'left') {
      if (!this.head.hasRoomFor(element)) this.link(new Block(this.head.length), null);
      this.head.pushLeft(element);
    } else {
      if (!this.tail.hasRoomFor(element)) this.link(new Block(), this.tail);
      this.tail.pushRight(element);
    }
  }

  /** The list must not be empty. */
  pop(end: ListEnd): string {
    const block = end === 'left' ? this.head : this.tail;
    const element = end === 'left' ? block.popLeft() : block.popRight();
    if (block.length === 0) this.unlink(block);
    this.length--;
    this.chars -= element.length;
    return element;
  }

  /** The element at an index from 0 on; negative ones count from the end. */
  at(index: number): string | undefined {
    const found = this.seek(index);
    return found && found.block.slots[found.slot];
  }

  /** @returns whether there is such an index, as for `at` */
  replace(index: number, element: string): boolean {
    const found = this.seek(index);
    if (found === undefined) return false;
    this.chars += element.length - found.block.slots[found.slot]!.length;
    found.block.replace(found.slot, element);
    return true;
  }

  /** The elements from index `first` to index `last`, both within the list. */
  range(first: number, last: number): string[] {
    const count = Math.max(0, last - first + 1);
    const found = new Array<string>(count);
    if (count === 0) return found;
    let { block, slot } = this.seek(first)!;
    for (let filled = 0; ; ) {
      const { slots } = block;
      const stop = Math.min(slots.length, slot + count - filled);
      while (slot < stop) found[filled++] = slots[slot++]!;
      if (filled === count) return found;
      block = block.next!;
      slot = block.start;
    }
  }

  /** Removes that many elements at an end. */
  drop(end: ListEnd, count: number): void {
    while (count > 0) {
      const block = end === 'left' ? this.head : this.tail;
      if (count < block.length) {
        for (; count > 0; count--) this.pop(end);
        return;
      }
      count -= block.length;
      this.length -= block.length;
      this.chars -= block.chars;
      this.unlink(block);
    }
  }

  /** Puts an element left or right of the first one that equals `pivot`. @returns whether there is one */
  insert(side: ListEnd, pivot: string, element: string): boolean {
    for (let block: Block | null = this.head; block !== null; block = block.next) {
      const slot = block.find(pivot);
      if (slot === -1) continue;
      block.insert(side === 'left' ? slot : slot + 1, element);
      if (block.isTooLarge) this.link(block.split(), block);
      this.length++;
      this.chars += element.length;
      return true;
    }
    return false;
  }

  /** Removes the first `limit` elements that equal this one, seen from the left or from the right. @returns how many */
  remove(element: string, limit: number, fromRight: boolean): number {
    let removed = 0;
    let block: Block | null = fromRight ? this.tail : this.head;
    while (block !== null && removed < limit) {
      const following: Block | null = fromRight ? block.prev : block.next;
      const count = block.remove(element, limit - removed, fromRight);
      if (block.length === 0) this.unlink(block);
      removed += count;
      block = following;
    }
    this.length -= removed;
    this.chars -= removed * element.length;
    return removed;
  }

  /**
   * Indexes of elements that equal this one, from the `rank`th on, at most `count` of them. Only `maxlen` elements are
   * compared. `fromRight`: seen from the right; an index counts from the left all the same.
   */
  positions(element: string, rank: number, count: number, maxlen: number, fromRight: boolean): number[] {
    const found: number[] = [];
    let seen = 0;
    let matches = 0;
    for (let block = fromRight ? this.tail : this.head; ; ) {
      const { slots, start, length } = block;
      for (let i = 0; i < length; i++, seen++) {
        if (seen >= maxlen) return found;
        if (slots[fromRight ? slots.length - 1 - i : start + i] !== element || ++matches < rank) continue;
        if (found.push(fromRight ? this.length - 1 - seen : seen) >= count) return found;
      }
      const following = fromRight ? block.prev : block.next;
      if (following === null) return found;
      block = following;
    }
  }

  /** The block and the slot of an index, walking from the nearer end. */
  private seek(index: number): { block: Block; slot: number } | undefined {
    let left = index < 0 ? this.length + index : index;
    if (!(left >= 0 && left < this.length)) return undefined;
    if (left < this.length / 2) {
      let block = this.head;
      for (; left >= block.length; block = block.next!) left -= block.length;
      return { block, slot: block.start + left };
    }
    let right = this.length - left;
    let block = this.tail;
    for (; right > block.length; block = block.prev!) right -= block.length;
    return { block, slot: block.slots.length - right };
  }

  /** Puts a block after another one; null: at the head. */
  private link(block: Block, prev: Block | null): void {
    const next = prev === null ? this.head : prev.next;
    block.prev = prev;
    block.next = next;
    if (prev === null) this.head = block;
    else prev.next = block;
    if (next === null) this.tail = block;
    else next.prev = block;
  }

  private unlink(block: Block): void {
    const { prev, next } = block;
    if (prev === null && next === null) {
      this.head = this.tail = new Block();
      return;
    }
    if (prev === null) this.head = next!;
    else prev.next = next;
    if (next === null) this.tail = prev!;
    else next.prev = prev;
  }
}
