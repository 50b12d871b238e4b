import { Dict } from '#shared/dict/dict.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { StoredValue, stringBytes } from './value.ts';

/** Redis keeps a set of integers in an intset up to this size (`set-max-intset-entries`), … */
const MAX_INTSET_ENTRIES = 512;
/** … other small sets in a listpack (`set-max-listpack-entries`, since 7.2), with members up to this length. */
const MAX_LISTPACK_ENTRIES = 128;
const MAX_LISTPACK_VALUE = 64;
/** What a member costs besides its string: its places in the dict's arrays. Measured, rounded up. */
export const MEMBER_BYTES = 32;
const EMPTY_BYTES = 400;

/** A set of different strings (Redis: t_set.c). */
export class SetValue extends StoredValue {
  readonly type = 'set';
  /** The members. Only the methods below change it. */
  readonly dict = new Dict<true>();
  private form: 'intset' | 'listpack' | 'hashtable' = 'intset';
  private memory = EMPTY_BYTES;

  static from(members: readonly string[]): SetValue {
    const set = new SetValue();
    for (let i = 0; i < members.length; i++) set.add(members[i]!);
    return set;
  }

  get size(): number {
    return this.dict.size;
  }

  get isEmpty(): boolean {
    return this.dict.size === 0;
  }

  get bytes(): number {
    return this.memory;
  }

  encoding(): string {
    return this.form;
  }

  copy(): SetValue {
    const copy = new SetValue();
    this.dict.forEach((member) => copy.add(member));
    copy.form = this.form;
    return copy;
  }

  has(member: string): boolean {
    return this.dict.has(member);
  }

  /** @returns whether the member is new */
  add(member: string): boolean {
    if (this.dict.set(member, true) !== undefined) return false;
    this.memory += MEMBER_BYTES + stringBytes(member.length);
    if (this.form !== 'hashtable') this.form = this.formWith(member);
    return true;
  }

  /** @returns whether there was such a member */
  delete(member: string): boolean {
    if (this.dict.delete(member) === undefined) return false;
    this.memory -= MEMBER_BYTES + stringBytes(member.length);
    return true;
  }

  members(): string[] {
    return this.dict.keys();
  }

  /** Every member. The set must not change meanwhile. */
  forEach(visit: (member: string) => void): void {
    this.dict.forEach(visit);
  }

  /** About `count` members from a cursor on; a small set all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    if (this.form === 'hashtable') return this.dict.scan(cursor, count, visit);
    this.dict.forEach(visit);
    return 0;
  }

  /** The encoding that the set would have in Redis now that `member` is in it. It never goes back to a smaller one. */
  private formWith(member: string): typeof this.form {
    if (this.form === 'intset' && parseInt64(member) !== undefined) {
      return this.size <= MAX_INTSET_ENTRIES ? 'intset' : 'hashtable';
    }
    return this.size <= MAX_LISTPACK_ENTRIES && member.length <= MAX_LISTPACK_VALUE ? 'listpack' : 'hashtable';
  }
}
