import { EMPTY_LISTPACK_BYTES, textBytes } from '#shared/packed/listpack-size.ts';
import { exceedsListLimit } from './list-limit.ts';

/** What Redis adds when it estimates how large a node will be (`SIZE_ESTIMATE_OVERHEAD`). */
const ESTIMATE_BYTES = 8;

/**
 * Neighbouring elements of a list (Redis: `quicklistNode`). They stand in `slots` from `start` on; the slots before are
 * room for what is pushed at the left, so that neither end ever has to move the others.
 */
export class Block {
  prev: Block | null = null;
  next: Block | null = null;
  slots: string[];
  start: number;
  /** Characters of all elements together, … */
  chars = 0;
  /** … and bytes of the listpack that they would be: Redis's nodes are listpacks. */
  size = EMPTY_LISTPACK_BYTES;

  /** `room`: free slots at the left. */
  constructor(room = 0) {
    this.slots = room === 0 ? [] : new Array<string>(room);
    this.start = room;
  }

  get length(): number {
    return this.slots.length - this.start;
  }

  /** Whether another element goes into this block (Redis: `_quicklistNodeAllowInsert`). */
  hasRoomFor(element: string): boolean {
    return this.length === 0 || !exceedsListLimit(this.size + element.length + ESTIMATE_BYTES, this.length + 1);
  }

  get isTooLarge(): boolean {
    return this.length > 1 && exceedsListLimit(this.size, this.length);
  }

  pushLeft(element: string): void {
    if (this.start === 0) this.makeRoom();
    this.slots[--this.start] = element;
    this.count(element, 1);
  }

  pushRight(element: string): void {
    if (this.start > 16 && this.start > this.length) this.closeUp();
    this.slots.push(element);
    this.count(element, 1);
  }

  /** The block must not be empty. */
  popLeft(): string {
    const element = this.slots[this.start]!;
    this.slots[this.start++] = VACANT;
    this.count(element, -1);
    return element;
  }

  /** The block must not be empty. */
  popRight(): string {
    const element = this.slots.pop()!;
    this.count(element, -1);
    return element;
  }

  /** The slot of the first such element, or -1. */
  find(element: string): number {
    return this.slots.indexOf(element, this.start);
  }

  replace(slot: number, element: string): void {
    this.count(this.slots[slot]!, -1);
    this.slots[slot] = element;
    this.count(element, 1);
  }

  /** Puts an element before the one at `slot`; the block may be too large then. */
  insert(slot: number, element: string): void {
    this.slots.splice(slot, 0, element);
    this.count(element, 1);
  }

  /** Removes up to `limit` such elements, counted from the left or from the right. @returns how many */
  remove(element: string, limit: number, fromRight: boolean): number {
    if (this.find(element) === -1) return 0;
    this.closeUp();
    const { slots } = this;
    if (fromRight) slots.reverse();
    let kept = 0;
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === element && i - kept < limit) continue;
      slots[kept++] = slots[i]!;
    }
    const removed = slots.length - kept;
    slots.length = kept;
    if (fromRight) slots.reverse();
    this.count(element, -removed);
    return removed;
  }

  /** Moves the right half of the elements into a new block. */
  split(): Block {
    const right = new Block();
    right.slots = this.slots.splice(this.start + (this.length >> 1));
    for (const element of right.slots) {
      right.count(element, 1);
      this.count(element, -1);
    }
    return right;
  }

  copy(): Block {
    const copy = new Block();
    copy.slots = this.slots.slice(this.start);
    copy.chars = this.chars;
    copy.size = this.size;
    return copy;
  }

  private count(element: string, times: number): void {
    this.chars += times * element.length;
    this.size += times * textBytes(element);
  }

  private makeRoom(): void {
    const { length } = this;
    const room = Math.max(4, length);
    this.slots = new Array<string>(room).concat(this.slots);
    this.start = room;
  }

  private closeUp(): void {
    if (this.start === 0) return;
    this.slots = this.slots.slice(this.start);
    this.start = 0;
  }
}

/** The content of a slot whose element was removed, so that the element can be freed. */
const VACANT = '';
