import { parseInt64 } from '#shared/numbers/int64.ts';
import { flat, ownText, splice } from '#shared/packed/flat-string.ts';
import { EMPTY_LISTPACK_BYTES } from '#shared/packed/listpack-size.ts';
import {
  entriesOf,
  entryBefore,
  entryOf,
  entryOffsets,
  entryText,
  entryTexts,
  findEntry,
  isEntryOf,
  nextEntry,
  seekEntry,
} from '#shared/packed/listpack.ts';
import { exceedsListLimit } from './list-limit.ts';
import { packedBytes } from './packing.ts';
import { Quicklist, type ListEnd } from './quicklist.ts';
import { StoredValue } from './value.ts';

export type { ListEnd };

/** A list that shrinks becomes a listpack again at half of the limit, lest it go to and fro. */
const HALF = 0.5;

/**
 * A list (Redis: t_list.c). A small one is a listpack. One that outgrows `list-max-listpack-size` is a quicklist, until
 * it has shrunk to half of that.
 */
export class List extends StoredValue {
  /** The entries of the listpack, or the quicklist. */
  private content: string | Quicklist = '';
  /** Number of entries in the listpack. */
  private count = 0;

  get type(): string {
    return 'list';
  }

  get length(): number {
    return typeof this.content === 'string' ? this.count : this.content.length;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get bytes(): number {
    return typeof this.content === 'string' ? packedBytes(this.content) : this.content.bytes;
  }

  /** The entries of its listpack, if it is one. */
  get listpack(): string | undefined {
    return typeof this.content === 'string' ? this.content : undefined;
  }

  encoding(): string {
    return typeof this.content === 'string' ? 'listpack' : 'quicklist';
  }

  copy(): List {
    const copy = new List();
    copy.count = this.count;
    copy.content = typeof this.content === 'string' ? this.content : this.content.copy();
    return copy;
  }

  push(end: ListEnd, element: string): void {
    this.pushAll(end, [element], 0);
  }

  /** Pushes elements one after the other, from an index on. */
  pushAll(end: ListEnd, elements: readonly string[], from: number): void {
    this.expect(elements, from);
    const { content } = this;
    if (typeof content === 'string') {
      let entries = content;
      for (let i = from; i < elements.length; i++) {
        entries = end === 'left' ? entryOf(elements[i]!) + entries : entries + entryOf(elements[i]!);
      }
      this.pack(entries, this.count + elements.length - from);
    } else for (let i = from; i < elements.length; i++) content.push(end, elements[i]!);
  }

  /** The list must not be empty. */
  pop(end: ListEnd): string {
    const { content } = this;
    if (typeof content === 'string') {
      const at = end === 'left' ? 0 : entryBefore(content, content.length);
      const element = ownText(entryText(content, at));
      this.pack(splice(content, at, nextEntry(content, at), ''), this.count - 1);
      return element;
    }
    const element = content.pop(end);
    this.shrink(HALF);
    return element;
  }

  /** Pops so many elements, no more than there are; as `entryText` gives them. */
  popMany(end: ListEnd, count: number): string[] {
    const first = end === 'left' ? 0 : this.length - count;
    const elements = this.range(first, first + count - 1);
    this.drop(end, count);
    return end === 'left' ? elements : elements.reverse();
  }

  /** The element at an index from 0 on; negative ones count from the end. As `entryText`. */
  at(index: number): string | undefined {
    const { content } = this;
    if (typeof content !== 'string') return content.at(index);
    const at = this.seek(content, index);
    return at === undefined ? undefined : entryText(content, at);
  }

  /** @returns whether there is such an index, as for `at` */
  replace(index: number, element: string): boolean {
    this.expect([element], 0);
    const { content } = this;
    if (typeof content !== 'string') {
      if (!content.replace(index, element)) return false;
    } else {
      const at = this.seek(content, index);
      if (at === undefined) return false;
      this.pack(splice(content, at, nextEntry(content, at), entryOf(element)), this.count);
    }
    this.shrink(HALF);
    return true;
  }

  /** The elements from index `first` to index `last`, both within the list; as `entryText` gives them. */
  range(first: number, last: number): string[] {
    const { content } = this;
    if (typeof content !== 'string') return content.range(first, last);
    return first > last ? [] : entryTexts(content, this.seek(content, first), last - first + 1);
  }

  /** Removes that many elements at an end. */
  drop(end: ListEnd, count: number): void {
    const { content } = this;
    if (typeof content !== 'string') content.drop(end, count);
    else {
      const rest = this.count - count;
      const at = this.seek(content, end === 'left' ? count : rest) ?? content.length;
      this.pack(end === 'left' ? splice(content, 0, at, '') : splice(content, at, content.length, ''), rest);
    }
    this.shrink(HALF);
  }

  /** Puts an element left or right of the first one that equals `pivot`. @returns whether there is one */
  insert(side: ListEnd, pivot: string, element: string): boolean {
    this.expect([element], 0);
    const { content } = this;
    if (typeof content !== 'string') return content.insert(side, pivot, element);
    const found = findEntry(content, pivot);
    if (found === -1) return false;
    const at = side === 'left' ? found : nextEntry(content, found);
    this.pack(splice(content, at, at, entryOf(element)), this.count + 1);
    return true;
  }

  /** Removes the first `limit` elements that equal this one, seen from the left or from the right. @returns how many */
  remove(element: string, limit: number, fromRight: boolean): number {
    const { content } = this;
    let removed = 0;
    if (typeof content !== 'string') removed = content.remove(element, limit, fromRight);
    else {
      const gone = new Set(this.positions(element, 1, limit, Infinity, fromRight));
      removed = gone.size;
      const kept = entryOffsets(content).filter((_, index) => !gone.has(index));
      if (removed > 0) this.pack(kept.map((at) => content.substring(at, nextEntry(content, at))).join(''), kept.length);
    }
    this.shrink(HALF);
    return removed;
  }

  /**
   * Indexes of elements that equal this one, from the `rank`th on, at most `count` of them. Only `maxlen` elements are
   * compared. `fromRight`: seen from the right; an index counts from the left all the same.
   */
  positions(element: string, rank: number, count: number, maxlen: number, fromRight: boolean): number[] {
    const { content } = this;
    if (typeof content !== 'string') return content.positions(element, rank, count, maxlen, fromRight);
    const found: number[] = [];
    const offsets = entryOffsets(content);
    const integer = parseInt64(element);
    let matches = 0;
    for (let seen = 0; seen < offsets.length && seen < maxlen && found.length < count; seen++) {
      const index = fromRight ? offsets.length - 1 - seen : seen;
      if (isEntryOf(content, offsets[index]!, element, integer) && ++matches >= rank) found.push(index);
    }
    return found;
  }

  /** Takes the form that its size asks for, whatever it was before (Redis: LIST_CONV_AUTO). */
  fit(): void {
    this.expect([], 0);
    this.shrink(1);
  }

  /** Becomes a listpack again when it is within that share of the limit (Redis: LIST_CONV_SHRINKING). */
  private shrink(share: number): void {
    const { content } = this;
    if (typeof content === 'string' || !content.fitsListpack(share)) return;
    this.pack(entriesOf(content.range(0, content.length - 1)), content.length);
  }

  /** More elements are coming: if a listpack would be too large with them, it becomes a quicklist (`…_GROWING`). */
  private expect(elements: readonly string[], from: number): void {
    const { content } = this;
    if (typeof content !== 'string') return;
    let bytes = EMPTY_LISTPACK_BYTES + content.length;
    for (let i = from; i < elements.length; i++) bytes += elements[i]!.length;
    if (!exceedsListLimit(bytes, this.count + elements.length - from)) return;
    const quicklist = new Quicklist();
    for (const element of entryTexts(content)) quicklist.push('right', ownText(element));
    this.content = quicklist;
  }

  private pack(entries: string, count: number): void {
    this.content = flat(entries);
    this.count = count;
  }

  /** Where the entry of an index stands, walking from the nearer end; undefined when there is none. */
  private seek(entries: string, index: number): number | undefined {
    const { count } = this;
    const left = index < 0 ? count + index : index;
    if (!(left >= 0 && left < count)) return undefined;
    if (left < count / 2) return seekEntry(entries, left);
    let at = entries.length;
    for (let right = count - left; right > 0; right--) at = entryBefore(entries, at);
    return at;
  }
}
