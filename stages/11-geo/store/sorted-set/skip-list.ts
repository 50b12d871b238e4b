import { HEAD, MAX_LEVEL, Nodes } from './nodes.ts';
import { isBeforeMember, isBeforeScore, type Place } from './place.ts';

/** For each level: the last node before the place that was looked for, and how many nodes stand before its successor. */
const path = new Int32Array(MAX_LEVEL);
const ranks = new Int32Array(MAX_LEVEL);

/**
 * Members in the order of their scores, and where those are equal, of their bytes (Redis: `zskiplist`). Each node is a
 * link in the chain of level 0; one in four is on level 1 as well, one in sixteen on level 2, and so on. A search begins
 * on the highest level, goes along it as far as it may, and continues one level below: about log n steps. A link knows
 * how many nodes it spans, so the sum of the spans on the way is a rank. Links lead back, too (in Redis those of level 0
 * alone), so a node that is known is removed, and has its rank, without a search.
 */
export class SkipList {
  length = 0;
  private readonly nodes = new Nodes();
  /** How many levels are in use. */
  private levels = 1;

  get bytes(): number {
    return this.nodes.bytes;
  }

  score(node: number): number {
    return this.nodes.score(node);
  }

  member(node: number): string {
    return this.nodes.member(node);
  }

  /** Adds a member that is not in the list. @returns its node (Redis: `zslInsert`) */
  insert(score: number, member: string): number {
    const node = this.nodes.take(randomLevels(), score, member);
    this.link(node);
    return node;
  }

  /** Redis: `zslDelete`. */
  delete(node: number): void {
    this.unlink(node);
    this.nodes.give(node);
  }

  /** Gives a node another score. It moves only if it has to (Redis: `zslUpdateScore`). */
  update(node: number, score: number): void {
    const { nodes } = this;
    const member = nodes.member(node);
    const back = nodes.back(node, 0);
    const next = nodes.next(node, 0);
    const staysBehind = back === HEAD || this.isBefore(back, score, member);
    if (staysBehind && (next === HEAD || !this.isBefore(next, score, member))) return nodes.setScore(node, score);
    this.unlink(node);
    nodes.setScore(node, score);
    this.link(node);
  }

  /** How many nodes stand before it (Redis: `zslGetRank`, which counts from 1). */
  rank(node: number): number {
    const { nodes } = this;
    let rank = -1;
    let at = node;
    // Each step back to HEAD is on the highest level of the node that it begins at.
    while (at !== HEAD) {
      const top = nodes.levels(at) - 1;
      at = nodes.back(at, top);
      rank += nodes.span(at, top);
    }
    return rank;
  }

  /** The node of a rank, from 0 on; the rank must exist (Redis: `zslGetElementByRank`). */
  at(rank: number): number {
    const { nodes } = this;
    if (rank === 0) return this.first();
    if (rank === this.length - 1) return this.last();
    let node = HEAD;
    let passed = 0;
    for (let level = this.levels - 1; level >= 0; level--) {
      let next = nodes.next(node, level);
      while (next !== HEAD && passed + nodes.span(node, level) <= rank) {
        passed += nodes.span(node, level);
        node = next;
        next = nodes.next(node, level);
      }
    }
    return nodes.next(node, 0);
  }

  /** 0: there is none. */
  first(): number {
    return this.nodes.next(HEAD, 0);
  }

  /** 0: there is none. */
  last(): number {
    return this.nodes.back(HEAD, 0);
  }

  /** The neighbour of a node; 0: it is the last, or the first. */
  neighbour(node: number, reverse: boolean): number {
    return reverse ? this.nodes.back(node, 0) : this.nodes.next(node, 0);
  }

  /** How many nodes stand before a place. */
  countBefore(place: Place): number {
    this.lastBefore(place);
    return ranks[0]!;
  }

  /** The first node that does not stand before a place; 0: there is none (Redis: `zslFirstInRange`). */
  firstFrom(place: Place): number {
    return this.nodes.next(this.lastBefore(place), 0);
  }

  /** The last node that stands before a place; 0: there is none (Redis: `zslLastInRange`). */
  lastBefore(place: Place): number {
    const { nodes } = this;
    let node = HEAD;
    let rank = 0;
    let bound = HEAD;
    for (let level = this.levels - 1; level >= 0; level--) {
      let next = nodes.next(node, level);
      while (next !== bound && this.isBeforePlace(next, place)) {
        rank += nodes.span(node, level);
        node = next;
        next = nodes.next(node, level);
      }
      bound = next;
    }
    ranks[0] = rank;
    return node;
  }

  /** Whether a node stands before a place. */
  isBeforePlace(node: number, place: Place): boolean {
    return place.member === undefined
      ? isBeforeScore(this.nodes.score(node), place)
      : isBeforeMember(this.nodes.member(node), place.member, place.after);
  }

  /** Removes the nodes of the ranks from `start` up to, but without, `end` (Redis: `zslDeleteRangeByRank`). @returns their members */
  deleteRange(start: number, end: number): string[] {
    const { nodes } = this;
    const members: string[] = [];
    let node = this.at(start);
    for (let left = end - start; left > 0; left--) {
      const next = nodes.next(node, 0);
      members.push(nodes.member(node));
      this.delete(node);
      node = next;
    }
    return members;
  }

  /** Finds the way to where a member with this score would stand. */
  private seek(score: number, member: string): void {
    const { nodes } = this;
    let node = HEAD;
    let rank = 0;
    // On the level above this one was found to be too far already: it need not be compared again.
    let bound = HEAD;
    for (let level = this.levels - 1; level >= 0; level--) {
      let next = nodes.next(node, level);
      while (next !== bound && this.isBefore(next, score, member)) {
        rank += nodes.span(node, level);
        node = next;
        next = nodes.next(node, level);
      }
      bound = next;
      path[level] = node;
      ranks[level] = rank;
    }
  }

  private isBefore(node: number, score: number, member: string): boolean {
    const own = this.nodes.score(node);
    return own < score || (own === score && this.nodes.member(node) < member);
  }

  /** Puts a node in its place. */
  private link(node: number): void {
    const { nodes } = this;
    this.seek(nodes.score(node), nodes.member(node));
    const levels = nodes.levels(node);
    for (; this.levels < levels; this.levels++) {
      path[this.levels] = HEAD;
      ranks[this.levels] = 0;
      nodes.join(HEAD, HEAD, this.levels, this.length);
    }
    const rank = ranks[0]!;
    for (let level = 0; level < levels; level++) {
      const before = path[level]!;
      // The span of the link that is cut in two here: up to the new node, and the rest.
      const head = rank - ranks[level]! + 1;
      nodes.join(node, nodes.next(before, level), level, nodes.span(before, level) - head + 1);
      nodes.join(before, node, level, head);
    }
    for (let level = levels; level < this.levels; level++) {
      const before = path[level]!;
      nodes.setSpan(before, level, nodes.span(before, level) + 1);
    }
    this.length++;
  }

  /** Takes a node out. The way back from it leads to all links that pass over it (Redis: `zslDeleteNode`). */
  private unlink(node: number): void {
    const { nodes } = this;
    const levels = nodes.levels(node);
    let before = HEAD;
    for (let level = 0; level < levels; level++) {
      before = nodes.back(node, level);
      nodes.join(before, nodes.next(node, level), level, nodes.span(before, level) - 1 + nodes.span(node, level));
    }
    for (let level = levels; level < this.levels; level++) {
      while (nodes.levels(before) <= level) before = nodes.back(before, level - 1);
      nodes.setSpan(before, level, nodes.span(before, level) - 1);
    }
    while (this.levels > 1 && nodes.next(HEAD, this.levels - 1) === HEAD) this.levels--;
    this.length--;
  }
}

/** One level for three nodes in four, two for most others (Redis: `zslRandomLevel`, ZSKIPLIST_P 0.25). */
function randomLevels(): number {
  // Two zero bits in a row come up as often as one in four.
  return 1 + (Math.clz32(Math.random() * 2 ** 32) >>> 1);
}
