import { parseInt64 } from '#shared/numbers/int64.ts';
import { ownText } from '#shared/packed/flat-string.ts';
import { EMPTY_LISTPACK_BYTES } from '#shared/packed/listpack-size.ts';
import { entriesOf, entryOf, entryOffsets, entryTexts, isEntryOf } from '#shared/packed/listpack.ts';
import { exceedsListLimit } from './list-limit.ts';
import { PackedValue } from './packed-value.ts';
import { Quicklist, type ListEnd } from './quicklist.ts';

export type { ListEnd };

/** A list that shrinks becomes a listpack again at half of the limit, lest it go to and fro. */
const HALF = 0.5;

/**
 * A list (Redis: t_list.c). A small one is a listpack. One that outgrows `list-max-listpack-size` is a quicklist, until
 * it has shrunk to half of that.
 */
export class List extends PackedValue {
  /** Undefined while the list is a listpack. */
  private quicklist: Quicklist | undefined;
  /** Number of entries in the listpack. */
  private count = 0;

  get type(): string {
    return 'list';
  }

  get length(): number {
    return this.quicklist === undefined ? this.count : this.quicklist.length;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get bytes(): number {
    return this.quicklist === undefined ? this.packedBytes : this.quicklist.bytes;
  }

  /** The entries of its listpack, if it is one. */
  get listpack(): string | undefined {
    return this.quicklist === undefined ? this.entries : undefined;
  }

  encoding(): string {
    return this.quicklist === undefined ? 'listpack' : 'quicklist';
  }

  copy(): List {
    const copy = new List();
    copy.count = this.count;
    if (this.quicklist === undefined) copy.entries = this.entries;
    else copy.quicklist = this.quicklist.copy();
    return copy;
  }

  push(end: ListEnd, element: string): void {
    this.pushAll(end, [element], 0);
  }

  /** Pushes elements one after the other, from an index on. */
  pushAll(end: ListEnd, elements: readonly string[], from: number): void {
    this.expect(elements, from);
    const { quicklist } = this;
    if (quicklist === undefined) {
      const at = end === 'left' ? 0 : this.end;
      this.count += elements.length - from;
      if (elements.length - from === 1) return this.replaceByText(at, at, elements[from]!);
      let entries = '';
      for (let i = from; i < elements.length; i++) {
        entries = end === 'left' ? entryOf(elements[i]!) + entries : entries + entryOf(elements[i]!);
      }
      this.replaceEntries(at, at, entries);
    } else for (let i = from; i < elements.length; i++) quicklist.push(end, elements[i]!);
  }

  /** The list must not be empty. */
  pop(end: ListEnd): string {
    if (this.quicklist === undefined) {
      const at = end === 'left' ? 0 : this.before(this.end);
      const element = ownText(this.textAt(at));
      this.repack(at, this.next(at), '', -1);
      return element;
    }
    const element = this.quicklist.pop(end);
    this.shrink(HALF);
    return element;
  }

  /** Pops `count` elements, or all if there are fewer; as `entryText` gives them. */
  popMany(end: ListEnd, count: number): string[] {
    const first = end === 'left' ? 0 : this.length - count;
    const elements = this.range(first, first + count - 1);
    this.drop(end, count);
    return end === 'left' ? elements : elements.reverse();
  }

  /** The element at an index from 0 on; negative ones count from the end. As `entryText`. */
  at(index: number): string | undefined {
    if (this.quicklist !== undefined) return this.quicklist.at(index);
    const at = this.seek(index);
    return at === undefined ? undefined : this.textAt(at);
  }

  /** @returns whether there is such an index, as for `at` */
  replace(index: number, element: string): boolean {
    this.expect([element], 0);
    if (this.quicklist !== undefined) {
      if (!this.quicklist.replace(index, element)) return false;
    } else {
      const at = this.seek(index);
      if (at === undefined) return false;
      this.replaceByText(at, this.next(at), element);
    }
    this.shrink(HALF);
    return true;
  }

  /** The elements from index `first` to index `last`, both within the list; as `entryText` gives them. */
  range(first: number, last: number): string[] {
    if (this.quicklist !== undefined) return this.quicklist.range(first, last);
    return first > last ? [] : this.textsFrom(this.seek(first)!, last - first + 1);
  }

  /** Removes that many elements at an end. */
  drop(end: ListEnd, count: number): void {
    if (this.quicklist !== undefined) this.quicklist.drop(end, count);
    else {
      const at = this.seek(end === 'left' ? count : this.count - count) ?? this.end;
      if (end === 'left') this.repack(0, at, '', -count);
      else this.repack(at, this.end, '', -count);
    }
    this.shrink(HALF);
  }

  /** Puts an element left or right of the first one that equals `pivot`. @returns whether there is one */
  insert(side: ListEnd, pivot: string, element: string): boolean {
    this.expect([element], 0);
    if (this.quicklist !== undefined) return this.quicklist.insert(side, pivot, element);
    const found = this.find(pivot);
    if (found === -1) return false;
    const at = side === 'left' ? found : this.next(found);
    this.replaceByText(at, at, element);
    this.count++;
    return true;
  }

  /** Removes the first `limit` elements that equal this one, seen from the left or from the right. @returns how many */
  remove(element: string, limit: number, fromRight: boolean): number {
    let removed = 0;
    if (this.quicklist !== undefined) removed = this.quicklist.remove(element, limit, fromRight);
    else {
      const gone = this.positions(element, 1, limit, Infinity, fromRight);
      removed = gone.length;
      const offsets = removed === 0 ? [] : entryOffsets(this.entries);
      // From the right on, so that the offsets before stay what they are.
      if (!fromRight) gone.reverse();
      for (const index of gone) this.repack(offsets[index]!, this.next(offsets[index]!), '', -1);
    }
    this.shrink(HALF);
    return removed;
  }

  /**
   * Indexes of elements that equal this one, from the `rank`th on, at most `count` of them. Only `maxlen` elements are
   * compared. `fromRight`: seen from the right; an index counts from the left all the same.
   */
  positions(element: string, rank: number, count: number, maxlen: number, fromRight: boolean): number[] {
    if (this.quicklist !== undefined) return this.quicklist.positions(element, rank, count, maxlen, fromRight);
    const { entries } = this;
    const found: number[] = [];
    const offsets = entryOffsets(entries);
    const integer = parseInt64(element);
    let matches = 0;
    for (let seen = 0; seen < offsets.length && seen < maxlen && found.length < count; seen++) {
      const index = fromRight ? offsets.length - 1 - seen : seen;
      if (isEntryOf(entries, offsets[index]!, element, integer) && ++matches >= rank) found.push(index);
    }
    return found;
  }

  /** Chooses the encoding that fits the size now, whichever it was before (Redis: LIST_CONV_AUTO). */
  fit(): void {
    this.expect([], 0);
    this.shrink(1);
  }

  /** Becomes a listpack again when it is within that share of the limit (Redis: LIST_CONV_SHRINKING). */
  private shrink(share: number): void {
    const { quicklist } = this;
    if (quicklist === undefined || !quicklist.fitsListpack(share)) return;
    this.entries = entriesOf(quicklist.range(0, quicklist.length - 1));
    this.count = quicklist.length;
    this.quicklist = undefined;
  }

  /** More elements are coming: if a listpack would be too large with them, it becomes a quicklist (`…_GROWING`). */
  private expect(elements: readonly string[], from: number): void {
    if (this.quicklist !== undefined) return;
    let bytes = EMPTY_LISTPACK_BYTES + this.end;
    for (let i = from; i < elements.length; i++) bytes += elements[i]!.length;
    if (!exceedsListLimit(bytes, this.count + elements.length - from)) return;
    const quicklist = new Quicklist();
    for (const element of entryTexts(this.entries)) quicklist.push('right', ownText(element));
    this.entries = '';
    this.quicklist = quicklist;
  }

  /** Replaces what is between two offsets of the listpack. `more`: how many elements it has more than before. */
  private repack(from: number, to: number, entries: string, more: number): void {
    this.replaceEntries(from, to, entries);
    this.count += more;
  }

  /** The position of the entry of an index, found from the nearer end; undefined when there is none. */
  private seek(index: number): number | undefined {
    const { count } = this;
    const left = index < 0 ? count + index : index;
    if (!(left >= 0 && left < count)) return undefined;
    let at = left < count / 2 ? 0 : this.end;
    if (at === 0) for (let skipped = 0; skipped < left; skipped++) at = this.next(at);
    else for (let right = count - left; right > 0; right--) at = this.before(at);
    return at;
  }
}
