import { Dict } from '#shared/dict/dict.ts';
import { stringBytes } from '../value.ts';
import { SkipList } from './skip-list.ts';

/** What a member costs besides its string and its node: its places in the dict's arrays and the node's column. */
export const MEMBER_BYTES = 40;
/** What the dict and the objects take at least. Measured, rounded down. */
const EMPTY_BYTES = 1800;
/** What a skip list takes at least, and about what each node takes. */
const NODES_BYTES = 4096;
const NODE_BYTES = 29;
/** So many members are copied in a millisecond or two. */
const FEW = 4096;
/** How many times the memory that is needed may be kept. */
const SPARSE = 8;

/**
 * A large sorted set: the skip list finds by score and by rank, the dict by member (Redis: `zset`). Both lead to the same
 * node, so a score is kept once.
 */
export class IndexedMembers {
  readonly list = new SkipList();
  /** The node of each member. */
  readonly dict = new Dict<number>();
  private memberBytes = EMPTY_BYTES;

  get bytes(): number {
    return this.memberBytes + this.list.bytes;
  }

  /** Whether nodes given back take much more memory than those in use, of which there are few: a copy has none of them. */
  get isSparse(): boolean {
    const { length, bytes } = this.list;
    return length <= FEW && bytes > SPARSE * (NODES_BYTES + length * NODE_BYTES);
  }

  copy(): IndexedMembers {
    const copy = new IndexedMembers();
    const { list } = this;
    copy.dict.reserve(list.length);
    // From the last to the first: each is then inserted in front of all others, which costs least.
    for (let node = list.last(); node !== 0; node = list.neighbour(node, true)) copy.add(list.member(node), list.score(node));
    return copy;
  }

  score(member: string): number | undefined {
    const node = this.dict.get(member);
    return node === undefined ? undefined : this.list.score(node);
  }

  rank(member: string): number | undefined {
    const node = this.dict.get(member);
    return node === undefined ? undefined : this.list.rank(node);
  }

  /** Adds a member that is not there. */
  add(member: string, score: number): void {
    this.dict.set(member, this.list.insert(score, member));
    this.memberBytes += MEMBER_BYTES + stringBytes(member.length);
  }

  /** Gives a member another score. @returns whether it is there */
  update(member: string, score: number): boolean {
    const node = this.dict.get(member);
    if (node !== undefined) this.list.update(node, score);
    return node !== undefined;
  }

  /** @returns whether there was such a member */
  delete(member: string): boolean {
    const node = this.dict.delete(member);
    if (node === undefined) return false;
    this.list.delete(node);
    this.memberBytes -= MEMBER_BYTES + stringBytes(member.length);
    return true;
  }

  /** As `SkipList.deleteRange`. */
  deleteRange(start: number, end: number): void {
    for (const member of this.list.deleteRange(start, end)) {
      this.dict.delete(member);
      this.memberBytes -= MEMBER_BYTES + stringBytes(member.length);
    }
  }
}
