import { ownText } from '#shared/packed/flat-string.ts';
import { entryText } from '#shared/packed/listpack.ts';
import { Dict } from '#shared/dict/dict.ts';
import { limits, packedBytes } from '../packing.ts';
import { randomKeys } from '../random-keys.ts';
import { StoredValue } from '../value.ts';
import { IndexedMembers } from './indexed-members.ts';
import * as packed from './packed-members.ts';
import { isAfterAll, type Bounds, type Place } from './place.ts';

/** Members and, at the same index, their scores. */
export interface Entries {
  readonly members: string[];
  readonly scores: number[];
}

/**
 * A sorted set: different members, in the order of their scores, and of their bytes where those are equal (Redis:
 * t_zset.c). A small one is a listpack; one that has outgrown the limits is a skip list and a dict, and never goes back.
 */
export class SortedSet extends StoredValue {
  size = 0;
  /** The entries of the listpack, or the skip list and its dict. */
  private content: string | IndexedMembers = '';

  /** A sorted set of these members, which are all different, in the smaller form if it fits. */
  static from({ members, scores }: Entries): SortedSet {
    const set = new SortedSet();
    set.expect(members.length);
    if (members.some(isLong)) set.unpack();
    for (let i = 0; i < members.length; i++) set.add(ownText(members[i]!), scores[i]!);
    return set;
  }

  get type(): string {
    return 'zset';
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get bytes(): number {
    return typeof this.content === 'string' ? packedBytes(this.content) : this.content.bytes;
  }

  /** The entries of its listpack, if it is one. */
  get listpack(): string | undefined {
    return typeof this.content === 'string' ? this.content : undefined;
  }

  override prefetch(requests: readonly (readonly string[])[]): void {
    if (typeof this.content === 'string') return;
    // The last word is a member in ZADD, ZINCRBY and ZSCORE alike.
    this.content.dict.prefetch(requests.filter((args) => args.length > 2).map((args) => args.at(-1)!));
  }

  encoding(): string {
    return typeof this.content === 'string' ? 'listpack' : 'skiplist';
  }

  copy(): SortedSet {
    const copy = new SortedSet();
    copy.content = typeof this.content === 'string' ? this.content : this.content.copy();
    copy.size = this.size;
    return copy;
  }

  score(member: string): number | undefined {
    const { content } = this;
    if (typeof content !== 'string') return content.score(member);
    const at = packed.findMember(content, member);
    return at === -1 ? undefined : packed.scoreOf(content, at);
  }

  has(member: string): boolean {
    return typeof this.content === 'string'
      ? packed.findMember(this.content, member) !== -1
      : this.content.dict.has(member);
  }

  /** How many members stand before this one; undefined when it is not there. */
  rank(member: string): number | undefined {
    const { content } = this;
    if (typeof content !== 'string') return content.rank(member);
    const at = packed.findMember(content, member);
    return at === -1 ? undefined : packed.rankAt(content, at);
  }

  /** How many members stand before a place. */
  countBefore(place: Place): number {
    if (isAfterAll(place)) return this.size;
    const { content } = this;
    return typeof content === 'string' ? packed.countBefore(content, place) : content.list.countBefore(place);
  }

  /** So many members are about to be added: more than a listpack takes, and it is left at once. */
  expect(count: number): void {
    if (count > limits['zset-max-listpack-entries']) this.unpack().dict.reserve(count);
  }

  /** Adds a member, or gives it another score (Redis: `zsetAdd`). @returns whether it is new */
  set(member: string, score: number): boolean {
    if (this.update(member, score)) return false;
    this.add(member, score);
    return true;
  }

  /** Adds a member that is not there. */
  add(member: string, score: number): void {
    const { content } = this;
    if (typeof content !== 'string') content.add(member, score);
    else if (this.size >= limits['zset-max-listpack-entries'] || isLong(member)) this.unpack().add(member, score);
    else this.content = packed.withMember(content, score, member);
    this.size++;
  }

  /** Gives a member another score. @returns whether it is there */
  update(member: string, score: number): boolean {
    const { content } = this;
    if (typeof content !== 'string') return content.update(member, score);
    const at = packed.findMember(content, member);
    if (at !== -1) this.content = packed.withMember(packed.withoutMember(content, at), score, member);
    return at !== -1;
  }

  /** @returns whether there was such a member */
  delete(member: string): boolean {
    const { content } = this;
    if (typeof content === 'string') {
      const at = packed.findMember(content, member);
      if (at === -1) return false;
      this.content = packed.withoutMember(content, at);
    } else if (!content.delete(member)) return false;
    this.size--;
    this.trim();
    return true;
  }

  /**
   * The members from a rank on, `count` of them or as many as there are, and their scores. In reverse, ranks are counted
   * from the last member, and it goes backwards.
   */
  range(start: number, count: number, reverse = false): Entries {
    const entries: Entries = { members: [], scores: [] };
    this.collect(start, count, reverse, entries.members, entries.scores);
    return entries;
  }

  /** The first member and its score or, in reverse, the last. The set must not be empty. */
  outermost(reverse: boolean): Entries {
    const { content } = this;
    if (typeof content === 'string') return this.range(0, 1, reverse);
    const { list } = content;
    const node = reverse ? list.last() : list.first();
    return { members: [list.member(node)], scores: [list.score(node)] };
  }

  /** As `range`, without the scores. */
  members(start: number, count: number, reverse = false): string[] {
    // To make the array as long at once takes less time than to let it grow.
    const members = new Array<string>(Math.max(0, Math.min(count, this.size - start)));
    this.collect(start, count, reverse, members, undefined);
    return members;
  }

  /** Up to `count` members between two places and their scores, from the first on or, in reverse, from the last. */
  between(bounds: Bounds, count: number, reverse: boolean): Entries {
    const entries: Entries = { members: [], scores: [] };
    this.collectBetween(bounds, count, reverse, entries.members, entries.scores);
    return entries;
  }

  /** As `between`, without the scores. */
  membersBetween(bounds: Bounds, count: number, reverse: boolean): string[] {
    const members: string[] = [];
    this.collectBetween(bounds, count, reverse, members, undefined);
    return members;
  }

  /** Removes the members of the ranks from `start` up to, but without, `end`. */
  deleteRange(start: number, end: number): void {
    const { content } = this;
    if (typeof content !== 'string') content.deleteRange(start, end);
    else this.content = packed.withoutRange(content, start, end);
    this.size -= end - start;
    this.trim();
  }

  /** Every member, in order. The set must not change during the walk. */
  forEach(visit: (member: string, score: number) => void): void {
    const { content } = this;
    if (typeof content === 'string') {
      for (let at = 0; at < content.length; at = packed.nextMember(content, at)) {
        visit(entryText(content, at), packed.scoreOf(content, at));
      }
    } else {
      const { list } = content;
      for (let node = list.first(); node !== 0; node = list.neighbour(node, false)) visit(list.member(node), list.score(node));
    }
  }

  /** Visits members from a place on, in order, until `visit` returns true. The set must not change during the walk. */
  someFrom(place: Place, visit: (member: string, score: number) => boolean): void {
    const { content } = this;
    if (typeof content === 'string') {
      let at = packed.seekMember(content, packed.countBefore(content, place));
      while (at < content.length && !visit(entryText(content, at), packed.scoreOf(content, at))) at = packed.nextMember(content, at);
    } else {
      const { list } = content;
      let node = list.firstFrom(place);
      while (node !== 0 && !visit(list.member(node), list.score(node))) node = list.neighbour(node, false);
    }
  }

  /** About `count` members from a cursor on; a listpack all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (member: string, score: number) => void): number {
    const { content } = this;
    if (typeof content !== 'string') {
      return content.dict.scan(cursor, count, (member, node) => visit(member, content.list.score(node)));
    }
    this.forEach(visit);
    return 0;
  }

  randomMember(): string {
    const { content } = this;
    if (typeof content !== 'string') return content.dict.randomKey()!;
    return entryText(content, packed.seekMember(content, Math.floor(Math.random() * this.size)));
  }

  /** As `randomKeys`. */
  randomMembers(count: number): string[] {
    const { content } = this;
    if (typeof content !== 'string') return randomKeys(content.dict, count);
    const dict = new Dict<true>();
    this.forEach((member) => dict.set(member, true));
    return randomKeys(dict, count);
  }

  private collect(start: number, count: number, reverse: boolean, members: string[], scores: number[] | undefined): void {
    const end = Math.min(this.size, start + count);
    if (start >= end) return;
    const { content } = this;
    if (typeof content !== 'string') {
      collectNodes(content, reverse ? this.size - 1 - start : start, end - start, reverse, members, scores);
    } else if (!reverse) collectPacked(content, start, end, members, scores);
    else {
      collectPacked(content, this.size - end, this.size - start, members, scores);
      members.reverse();
      scores?.reverse();
    }
  }

  private collectBetween(bounds: Bounds, count: number, reverse: boolean, members: string[], scores: number[] | undefined): void {
    const { content } = this;
    if (typeof content !== 'string') return collectNodesBetween(content, bounds, count, reverse, members, scores);
    const start = this.countBefore(bounds.from);
    const end = this.countBefore(bounds.to);
    this.collect(reverse ? this.size - end : start, Math.min(count, end - start), reverse, members, scores);
  }

  /** Members were removed: their memory is given back, once they were the most of a large set. */
  private trim(): void {
    const { content } = this;
    if (typeof content !== 'string' && content.isSparse) this.content = content.copy();
  }

  private unpack(): IndexedMembers {
    const { content } = this;
    if (typeof content !== 'string') return content;
    const members = new IndexedMembers();
    this.forEach((member, score) => members.add(ownText(member), score));
    this.content = members;
    return members;
  }
}

/** Writes the members of a listpack from rank `start` up to, but without, `end`. */
function collectPacked(entries: string, start: number, end: number, members: string[], scores: number[] | undefined): void {
  let at = packed.seekMember(entries, start);
  for (let i = 0; i < end - start; i++) {
    members[i] = entryText(entries, at);
    if (scores !== undefined) scores[i] = packed.scoreOf(entries, at);
    at = packed.nextMember(entries, at);
  }
}

/** Writes `count` members of a skip list, from a rank on. */
function collectNodes(
  { list }: IndexedMembers,
  rank: number,
  count: number,
  reverse: boolean,
  members: string[],
  scores: number[] | undefined,
): void {
  let node = list.at(rank);
  for (let i = 0; i < count; i++) {
    members[i] = list.member(node);
    if (scores !== undefined) scores[i] = list.score(node);
    node = list.neighbour(node, reverse);
  }
}

/** Appends up to `count` members of a skip list between two places: one search, and then a step for each. */
function collectNodesBetween(
  { list }: IndexedMembers,
  { from, to }: Bounds,
  count: number,
  reverse: boolean,
  members: string[],
  scores: number[] | undefined,
): void {
  const end = reverse ? from : to;
  let node = reverse ? list.lastBefore(to) : list.firstFrom(from);
  while (members.length < count && node !== 0 && list.isBeforePlace(node, end) !== reverse) {
    members.push(list.member(node));
    scores?.push(list.score(node));
    node = list.neighbour(node, reverse);
  }
}

/** Whether a member is too long for a listpack. */
function isLong(member: string): boolean {
  return member.length > limits['zset-max-listpack-value'];
}
