/** Most elements that a block has slots for. */
export const BLOCK_MAX = 512;

/**
 * Neighbouring elements of a list (Redis: `quicklistNode`). They stand in `slots` from `start` on; the slots before are
 * room for what is pushed at the left, so that neither end ever has to move the others.
 */
export class Block {
  prev: Block | null = null;
  next: Block | null = null;
  slots: string[];
  start: number;
  /** Characters of all elements together. */
  chars = 0;

  /** `room`: free slots at the left. */
  constructor(room = 0) {
    this.slots = room === 0 ? [] : new Array<string>(room);
    this.start = room;
  }

  get length(): number {
    return this.slots.length - this.start;
  }

  get isFullAtLeft(): boolean {
    return this.start === 0 && this.slots.length >= BLOCK_MAX;
  }

  get isFullAtRight(): boolean {
    return this.slots.length >= BLOCK_MAX;
  }

  pushLeft(element: string): void {
    if (this.start === 0) this.makeRoom();
    this.slots[--this.start] = element;
    this.chars += element.length;
  }

  pushRight(element: string): void {
    this.slots.push(element);
    this.chars += element.length;
  }

  /** The block must not be empty. */
  popLeft(): string {
    const element = this.slots[this.start]!;
    this.slots[this.start++] = VACANT;
    this.chars -= element.length;
    return element;
  }

  /** The block must not be empty. */
  popRight(): string {
    const element = this.slots.pop()!;
    this.chars -= element.length;
    return element;
  }

  /** The slot of the first such element, or -1. */
  find(element: string): number {
    return this.slots.indexOf(element, this.start);
  }

  replace(slot: number, element: string): void {
    this.chars += element.length - this.slots[slot]!.length;
    this.slots[slot] = element;
  }

  /** Puts an element before the one at `slot`. It may exceed BLOCK_MAX by one then. */
  insert(slot: number, element: string): void {
    const offset = slot - this.start;
    if (this.isFullAtRight) this.closeUp();
    this.slots.splice(this.start + offset, 0, element);
    this.chars += element.length;
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
    this.chars -= removed * element.length;
    return removed;
  }

  /** Moves the right half of the elements into a new block. */
  split(): Block {
    const right = new Block();
    right.slots = this.slots.splice(this.start + (this.length >> 1));
    for (const element of right.slots) right.chars += element.length;
    this.chars -= right.chars;
    return right;
  }

  /** Appends all elements of another block. */
  append(other: Block): void {
    this.closeUp();
    this.slots = this.slots.concat(other.slots.slice(other.start));
    this.chars += other.chars;
  }

  copy(): Block {
    const copy = new Block();
    copy.append(this);
    return copy;
  }

  private makeRoom(): void {
    const { length } = this;
    const room = Math.min(BLOCK_MAX - length, Math.max(4, length));
    this.slots = new Array<string>(room).concat(this.slots);
    this.start = room;
  }

  private closeUp(): void {
    if (this.start === 0) return;
    this.slots = this.slots.slice(this.start);
    this.start = 0;
  }
}

/** What stands in a slot whose element is gone, so that this one can be freed. */
const VACANT = '';
