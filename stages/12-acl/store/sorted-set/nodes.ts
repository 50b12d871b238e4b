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
//      0     1     2     3      4     5     6     7
//   +-----------+-----+------+-----+-----+-----+-----+- -
//   |   score   |back |member|link |span |link |span |      a link and a span for each of its levels
//   +-----------+-----+------+-----+-----+-----+-----+- -
//                               level 0     level 1
const BACK = 2;
const MEMBER = 3;
const LINK = 4;
const SPAN = 5;
const LEVEL_WORDS = 2;

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
  /** The members of each chunk's nodes; word 3 of a node is an index here. */
  private readonly members: string[][] = [];
  /** Words in use of the last chunk. */
  private used = 0;
  /** By number of levels: the last node that was given back; its first link is the one before. */
  private readonly free = new Int32Array(MAX_LEVEL + 1);

  constructor() {
    this.addChunk(FIRST_WORDS);
    this.used = wordsOf(MAX_LEVEL);
    this.members[0]!.push('');
  }

  score(node: number): number {
    return this.doubles[node >>> CHUNK_BITS]![(node & PLACE) >>> 1]!;
  }

  setScore(node: number, score: number): void {
    this.doubles[node >>> CHUNK_BITS]![(node & PLACE) >>> 1] = score;
  }

  member(node: number): string {
    const chunk = node >>> CHUNK_BITS;
    return this.members[chunk]![this.words[chunk]![(node & PLACE) + MEMBER]!]!;
  }

  /** The node before on the lowest level; HEAD: it is the first. */
  back(node: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + BACK]!;
  }

  setBack(node: number, back: number): void {
    this.words[node >>> CHUNK_BITS]![(node & PLACE) + BACK] = back;
  }

  /** The next node on a level; HEAD: there is none. */
  next(node: number, level: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + LINK + LEVEL_WORDS * level]!;
  }

  /** How many nodes further that is. */
  span(node: number, level: number): number {
    return this.words[node >>> CHUNK_BITS]![(node & PLACE) + SPAN + LEVEL_WORDS * level]!;
  }

  setSpan(node: number, level: number, span: number): void {
    this.words[node >>> CHUNK_BITS]![(node & PLACE) + SPAN + LEVEL_WORDS * level] = span;
  }

  setNext(node: number, level: number, next: number, span: number): void {
    const words = this.words[node >>> CHUNK_BITS]!;
    const at = (node & PLACE) + LINK + LEVEL_WORDS * level;
    words[at] = next;
    words[at + 1] = span;
  }

  /** A node of so many levels, without links. */
  take(levels: number, score: number, member: string): number {
    let node = this.free[levels]!;
    if (node === 0) node = this.newNode(levels);
    else this.free[levels] = this.next(node, 0);
    const chunk = node >>> CHUNK_BITS;
    this.members[chunk]![this.words[chunk]![(node & PLACE) + MEMBER]!] = member;
    this.setScore(node, score);
    return node;
  }

  /** Gives a node of so many levels back: the next one that is as high takes its place. */
  give(node: number, levels: number): void {
    const chunk = node >>> CHUNK_BITS;
    this.members[chunk]![this.words[chunk]![(node & PLACE) + MEMBER]!] = '';
    this.setNext(node, 0, this.free[levels]!, 0);
    this.free[levels] = node;
  }

  private newNode(levels: number): number {
    const size = wordsOf(levels);
    if (this.used + size > this.words.at(-1)!.length) this.grow();
    const chunk = this.words.length - 1;
    const place = this.used;
    this.used += size;
    this.words[chunk]![place + MEMBER] = this.members[chunk]!.push('') - 1;
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

function wordsOf(levels: number): number {
  return LINK + LEVEL_WORDS * levels;
}
