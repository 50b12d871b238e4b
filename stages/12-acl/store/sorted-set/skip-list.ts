import { HEAD, MAX_LEVEL, Nodes } from './nodes.ts';
import { isBeforeMember, isBeforeScore, type Place } from './place.ts';

/** For each level: the last node before the place that was looked for, and how many nodes stand before its successor. */
const path = new Int32Array(MAX_LEVEL);
const ranks = new Int32Array(MAX_LEVEL);

/**
 * Members in the order of their scores, and where those are equal, of their bytes (Redis: `zskiplist`). Each node is a
 * link in the chain of level 0; one in four is on level 1 as well, one in sixteen on level 2, and so on. A search begins
 * on the highest level, goes along it as far as it may, and continues one level below: about log n steps. A link knows
 * how many nodes it spans, so the sum of the spans on the way is a rank.
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
    const levels = randomLevels();
    const node = this.nodes.take(levels, score, member);
    this.seek(score, member);
    this.link(node, levels);
    return node;
  }

  /** Redis: `zslDelete`. */
  delete(node: number): void {
    this.seek(this.nodes.score(node), this.nodes.member(node));
    this.nodes.give(node, this.unlink(node));
  }

  /** Gives a node another score. It moves only if it has to (Redis: `zslUpdateScore`). */
  update(node: number, score: number): void {
    const { nodes } = this;
    const member = nodes.member(node);
    const back = nodes.back(node);
    const next = nodes.next(node, 0);
    const staysBehind = back === HEAD || this.isBefore(back, score, member);
    if (staysBehind && (next === HEAD || !this.isBefore(next, score, member))) return nodes.setScore(node, score);
    this.seek(nodes.score(node), member);
    const levels = this.unlink(node);
    nodes.setScore(node, score);
    this.seek(score, member);
    this.link(node, levels);
  }

  /** How many nodes stand before it (Redis: `zslGetRank`, which counts from 1). */
  rank(node: number): number {
    return this.seek(this.nodes.score(node), this.nodes.member(node));
  }

  /** The node of a rank, from 0 on; there must be so many (Redis: `zslGetElementByRank`). */
  at(rank: number): number {
    this.seekRank(rank);
    return this.nodes.next(path[0]!, 0);
  }

  /** 0: there is none. */
  first(): number {
    return this.nodes.next(HEAD, 0);
  }

  /** 0: there is none. */
  last(): number {
    return this.length === 0 ? HEAD : this.at(this.length - 1);
  }

  /** The neighbour of a node; 0: it is the last, or the first. */
  neighbour(node: number, reverse: boolean): number {
    return reverse ? this.nodes.back(node) : this.nodes.next(node, 0);
  }

  /** How many nodes stand before a place. */
  countBefore(place: Place): number {
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
    return rank;
  }

  /** Removes the nodes of the ranks from `start` to before `end` (Redis: `zslDeleteRangeByRank`). @returns their members */
  deleteRange(start: number, end: number): string[] {
    const { nodes } = this;
    const members: string[] = [];
    this.seekRank(start);
    for (let left = end - start; left > 0; left--) {
      const node = nodes.next(path[0]!, 0);
      members.push(nodes.member(node));
      nodes.give(node, this.unlink(node));
    }
    return members;
  }

  /** Finds the way to where a member with this score stands, or would stand. @returns how many nodes are before that */
  private seek(score: number, member: string): number {
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
    return rank;
  }

  /** As `seek`, for a rank. */
  private seekRank(rank: number): void {
    const { nodes } = this;
    let node = HEAD;
    let passed = 0;
    for (let level = this.levels - 1; level >= 0; level--) {
      let next = nodes.next(node, level);
      while (next !== HEAD && passed + nodes.span(node, level) <= rank) {
        passed += nodes.span(node, level);
        node = next;
        next = nodes.next(node, level);
      }
      path[level] = node;
      ranks[level] = passed;
    }
  }

  private isBefore(node: number, score: number, member: string): boolean {
    const own = this.nodes.score(node);
    return own < score || (own === score && this.nodes.member(node) < member);
  }

  private isBeforePlace(node: number, place: Place): boolean {
    return place.member === undefined
      ? isBeforeScore(this.nodes.score(node), place)
      : isBeforeMember(this.nodes.member(node), place.member, place.after);
  }

  /** Puts a node at the end of the path. */
  private link(node: number, levels: number): void {
    const { nodes } = this;
    for (; this.levels < levels; this.levels++) {
      path[this.levels] = HEAD;
      ranks[this.levels] = 0;
      nodes.setNext(HEAD, this.levels, HEAD, this.length);
    }
    const rank = ranks[0]!;
    for (let level = 0; level < levels; level++) {
      const before = path[level]!;
      // The span of the link that is cut in two here: up to the new node, and the rest.
      const head = rank - ranks[level]! + 1;
      nodes.setNext(node, level, nodes.next(before, level), nodes.span(before, level) - head + 1);
      nodes.setNext(before, level, node, head);
    }
    for (let level = levels; level < this.levels; level++) {
      const before = path[level]!;
      nodes.setSpan(before, level, nodes.span(before, level) + 1);
    }
    nodes.setBack(node, path[0]!);
    const next = nodes.next(node, 0);
    if (next !== HEAD) nodes.setBack(next, node);
    this.length++;
  }

  /** Takes out the node at the end of the path. @returns how many levels it was on (Redis: `zslDeleteNode`) */
  private unlink(node: number): number {
    const { nodes } = this;
    let levels = 0;
    for (let level = 0; level < this.levels; level++) {
      const before = path[level]!;
      const span = nodes.span(before, level) - 1;
      if (nodes.next(before, level) !== node) nodes.setSpan(before, level, span);
      else {
        nodes.setNext(before, level, nodes.next(node, level), span + nodes.span(node, level));
        levels++;
      }
    }
    const next = nodes.next(node, 0);
    if (next !== HEAD) nodes.setBack(next, path[0]!);
    while (this.levels > 1 && nodes.next(HEAD, this.levels - 1) === HEAD) this.levels--;
    this.length--;
    return levels;
  }
}

/** One level for three nodes in four, two for most others (Redis: `zslRandomLevel`, ZSKIPLIST_P 0.25). */
function randomLevels(): number {
  // Two zero bits in a row come up as often as one in four.
  return 1 + (Math.clz32(Math.random() * 2 ** 32) >>> 1);
}
