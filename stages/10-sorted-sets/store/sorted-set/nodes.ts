/** No node is on more levels (Redis: ZSKIPLIST_MAXLEVEL). */
export const MAX_LEVEL = 32;
/** The node before the first: it is on every level, and has no score and no member. As a link: there is no next node. */
export const HEAD = 0;

/** A node's number is the chunk that it stands in, and in these low bits its place there. */
const CHUNK_BITS = 18;
const CHUNK_WORDS = 2 ** CHUNK_BITS;
const PLACE = CHUNK_WORDS - 1;
/** The first chunk is as small as this at first: most sorted sets are. */
const FIRST_WORDS = 1024;

// A node, in words of 32 bits:
//
//      0     1     2      3     4     5     6     7     8
//   +-----------+------+-----+-----+-----+-----+-----+-----+- -
//   |   score   |member|next |span |back |next |span |back |      three words for each of its levels
//   +-----------+------+-----+-----+-----+-----+-----+-----+- -
//                            level 0           level 1
const MEMBER = 2;
const NEXT = 3;
const SPAN = 4;
const BACK = 5;
const LEVEL_WORDS = 3;

/** Word 2 is the member's index in the chunk's list and, above these bits, the number of levels. */
const INDEX_BITS = 24;
const INDEX = 2 ** INDEX_BITS - 1;

/**
 * The nodes of a skip list. Redis allocates a struct for each (`zskiplistNode`). An object for each would cost four times
 * the memory here, and the garbage collector would have to follow every link; so nodes are numbers, and what they hold
 * stands in arrays of numbers. One node's words are side by side: a step along a level touches one or two lines of the
 * processor's cache. The arrays are chunks, so growing never copies more than one of them.
 */
export class Nodes {
  /** What the words of all chunks take. */
  bytes = 0;
  /** The words of each chunk, and the same memory seen as doubles. */
  private readonly words: Int32Array[] = [];
  private readonly doubles: Float64Array[] = [];
  /** The members of each chunk's nodes. */
  private readonly members: string[][] = [];
  /** Words in use of the last chunk. */
  private used = 0;
  /** By number of levels: the last node that was given back; its first link is the one before. */
  private readonly free = new Int32Array(MAX_LEVEL + 1);

  constructor() {
    this.addChunk(FIRST_WORDS);
    this.newNode(MAX_LEVEL);
  }

  score(node: number): number {
    return this.doubles[node >>> CHUNK_BITS]![(node & PLACE) >>> 1]!;
  }

  setScore(node: number, score: number): void {
    this.doubles[node >>> CHUNK_BITS]![(node & PLACE) >>> 1] = score;
  }

  member(node: number): string {
    const chunk = node >>> CHUNK_BITS;
    return this.members[chunk]![this.words[chunk]![(node & PLACE) + MEMBER]! & INDEX]!;
  }

  /** On how many levels it is. */
  levels(node: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + MEMBER]! >>> INDEX_BITS;
  }

  /** The next node on a level; HEAD: there is none. */
  next(node: number, level: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + NEXT + LEVEL_WORDS * level]!;
  }

  /** How many nodes further that is. */
  span(node: number, level: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + SPAN + LEVEL_WORDS * level]!;
  }

  /** The node before on a level; HEAD: it is the first. The one before HEAD is the last. */
  back(node: number, level: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + BACK + LEVEL_WORDS * level]!;
  }

  setSpan(node: number, level: number, span: number): void {
    this.words[node >>> CHUNK_BITS]![(node & PLACE) + SPAN + LEVEL_WORDS * level] = span;
  }

  /** Links two nodes, so many apart, in both directions. */
  join(node: number, next: number, level: number, span: number): void {
    const words = this.words[node >>> CHUNK_BITS]!;
    const at = (node & PLACE) + NEXT + LEVEL_WORDS * level;
    words[at] = next;
    words[at + 1] = span;
    this.words[next >>> CHUNK_BITS]![(next & PLACE) + BACK + LEVEL_WORDS * level] = node;
  }

  /** A node with this number of levels, without links. */
  take(levels: number, score: number, member: string): number {
    let node = this.free[levels]!;
    if (node === 0) node = this.newNode(levels);
    else this.free[levels] = this.next(node, 0);
    this.setMember(node, member);
    this.setScore(node, score);
    return node;
  }

  /** Gives a node back: the next one that is as high takes its place. */
  give(node: number): void {
    const levels = this.levels(node);
    this.setMember(node, '');
    this.words[node >>> CHUNK_BITS]![(node & PLACE) + NEXT] = this.free[levels]!;
    this.free[levels] = node;
  }

  private setMember(node: number, member: string): void {
    const chunk = node >>> CHUNK_BITS;
    this.members[chunk]![this.words[chunk]![(node & PLACE) + MEMBER]! & INDEX] = member;
  }

  private newNode(levels: number): number {
    const size = wordsOf(levels);
    if (this.used + size > this.words.at(-1)!.length) this.grow();
    const chunk = this.words.length - 1;
    const place = this.used;
    this.used += size;
    this.words[chunk]![place + MEMBER] = (levels << INDEX_BITS) | (this.members[chunk]!.push('') - 1);
    return chunk * CHUNK_WORDS + place;
  }

  /** The first chunk doubles until it has its full size; further ones have it at once. */
  private grow(): void {
    const last = this.words.at(-1)!;
    if (last.length === CHUNK_WORDS) return this.addChunk(CHUNK_WORDS);
    const { used } = this;
    this.words.pop();
    this.doubles.pop();
    const members = this.members.pop()!;
    this.bytes -= last.byteLength;
    this.addChunk(last.length * 2);
    this.words[0]!.set(last);
    this.members[0] = members;
    this.used = used;
  }

  private addChunk(words: number): void {
    const memory = new ArrayBuffer(words * 4);
    this.words.push(new Int32Array(memory));
    this.doubles.push(new Float64Array(memory));
    this.members.push([]);
    this.used = 0;
    this.bytes += memory.byteLength;
  }
}

/** An even number: the scores of all nodes are at places of doubles. */
function wordsOf(levels: number): number {
  const words = NEXT + LEVEL_WORDS * levels;
  return words + (words % 2);
}
