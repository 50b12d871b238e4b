import { Dict } from '#shared/dict/dict.ts';
import type { Int64 } from '#shared/numbers/int64.ts';

/** A key with a deadline: a node of the heap. */
interface Deadline {
  readonly key: string;
  /** Unix time in ms. */
  at: Int64;
  /** Where it stands in the heap. */
  index: number;
}

/**
 * When which key dies: a dict for "does this key have a deadline?", and a binary min-heap of the same nodes for "which
 * is the next one?". Each node knows its place in the heap, so changing a deadline is O(log n) and leaves nothing
 * behind. (Redis samples its `expires` dict at random instead, in `activeExpireCycle`.)
 */
export class Expiry {
  private readonly nodes = new Dict<Deadline>();
  private readonly heap: Deadline[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The deadline of a key, Unix time in ms. */
  get(key: string): Int64 | undefined {
    return this.nodes.get(key)?.at;
  }

  set(key: string, at: Int64): void {
    let node = this.nodes.get(key);
    if (node === undefined) {
      node = { key, at, index: this.heap.length };
      this.nodes.set(key, node);
      this.heap.push(node);
    } else node.at = at;
    this.settle(node);
  }

  /** @returns whether the key had a deadline */
  delete(key: string): boolean {
    const node = this.nodes.delete(key);
    if (node === undefined) return false;
    const last = this.heap.pop()!;
    if (last !== node) {
      this.place(last, node.index);
      this.settle(last);
    }
    return true;
  }

  /** The key that dies next. */
  first(): { readonly key: string; readonly at: Int64 } | undefined {
    return this.heap[0];
  }

  /** Moves a node up or down to where its deadline belongs. */
  private settle(node: Deadline): void {
    this.rise(node);
    this.sink(node);
  }

  private rise(node: Deadline): void {
    let index = node.index;
    while (index > 0) {
      const parent = this.heap[(index - 1) >> 1]!;
      if (parent.at <= node.at) break;
      this.place(parent, index);
      index = (index - 1) >> 1;
    }
    this.place(node, index);
  }

  private sink(node: Deadline): void {
    const { heap } = this;
    let index = node.index;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[child]!.at >= node.at) break;
      this.place(heap[child]!, index);
      index = child;
    }
    this.place(node, index);
  }

  private place(node: Deadline, index: number): void {
    this.heap[index] = node;
    node.index = index;
  }
}
