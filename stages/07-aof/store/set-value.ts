import { parseInt64, type Int64 } from '#shared/numbers/int64.ts';
import { flat, ownText, splice } from '#shared/packed/flat-string.ts';
import { intsetAt, intsetHas, intsetOf, intsetValues, intsetWith, intsetWithout } from '#shared/packed/intset.ts';
import {
  areDifferent,
  entriesOf,
  entryOf,
  entryText,
  entryTexts,
  findEntry,
  nextEntry,
  seekEntry,
} from '#shared/packed/listpack.ts';
import { CountedDict } from './counted-dict.ts';
import { limits, packedBytes } from './packing.ts';
import { KeyList, randomKeys } from './random-keys.ts';
import { StoredValue } from './value.ts';

/**
 * A set of different strings (Redis: t_set.c). A small one is an intset while all members are integers, and otherwise a
 * listpack (in Redis since 7.2). One that has outgrown the limits is a dict, and never goes back.
 */
export class SetValue extends StoredValue {
  size = 0;
  private form: 'intset' | 'listpack' | 'hashtable' = 'intset';
  /** The intset, the entries of the listpack, or the dict. */
  private content: string | CountedDict<true> = '';

  /** A set of these members, which are all different. */
  static from(members: readonly string[]): SetValue {
    const set = new SetValue();
    const integers = members.length <= limits['set-max-intset-entries'] ? integersOf(members) : undefined;
    if (integers !== undefined) set.content = intsetOf(integers.sort((a, b) => (a < b ? -1 : 1)));
    else if (members.length <= limits['set-max-listpack-entries'] && !members.some(isLong)) {
      set.form = 'listpack';
      set.content = entriesOf(members);
    } else {
      const dict = set.unpack();
      dict.reserve(members.length);
      for (const member of members) dict.set(ownText(member), true);
    }
    set.size = members.length;
    return set;
  }

  get type(): string {
    return 'set';
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get bytes(): number {
    return typeof this.content === 'string' ? packedBytes(this.content) : this.content.bytes;
  }

  /** The intset or the entries of the listpack, as `encoding` says. */
  get packed(): string | undefined {
    return typeof this.content === 'string' ? this.content : undefined;
  }

  encoding(): 'intset' | 'listpack' | 'hashtable' {
    return this.form;
  }

  copy(): SetValue {
    const copy = new SetValue();
    copy.size = this.size;
    copy.form = this.form;
    copy.content = typeof this.content === 'string' ? this.content : this.content.copy();
    return copy;
  }

  has(member: string): boolean {
    const { content } = this;
    if (typeof content !== 'string') return content.has(member);
    if (this.form === 'listpack') return findEntry(content, member) !== -1;
    const integer = parseInt64(member);
    return integer !== undefined && intsetHas(content, integer);
  }

  /** So many members are about to be added, `first` the first of them (`setTypeCreate`, `setTypeMaybeConvert`). */
  expect(first: string, count: number): void {
    const tooMany = count > limits['set-max-intset-entries'];
    if (this.size === 0 && (tooMany || parseInt64(first) === undefined)) this.form = 'listpack';
    const limit = this.form === 'intset' ? limits['set-max-intset-entries'] : limits['set-max-listpack-entries'];
    if (this.form !== 'hashtable' && count > limit) this.unpack().reserve(count);
  }

  /** @returns whether the member is new */
  add(member: string): boolean {
    const { content } = this;
    if (typeof content !== 'string') {
      if (content.set(member, true) !== undefined) return false;
    } else if (this.form === 'intset') return this.addToIntset(content, member);
    else {
      if (findEntry(content, member) !== -1) return false;
      if (this.size >= limits['set-max-listpack-entries'] || isLong(member)) this.unpack().set(member, true);
      else this.content = flat(content + entryOf(member));
    }
    this.size++;
    return true;
  }

  /** Adds members, from an index on. @returns how many are new */
  addAll(members: readonly string[], from: number): number {
    this.expect(members[from]!, members.length - from);
    if (this.size === 0 && this.form === 'listpack' && areDifferent(members, from, 1) && !members.some(isLong)) {
      this.content = entriesOf(members, from);
      return (this.size = members.length - from);
    }
    let added = 0;
    for (let i = from; i < members.length; i++) if (this.add(members[i]!)) added++;
    return added;
  }

  /** @returns whether there was such a member */
  delete(member: string): boolean {
    const { content } = this;
    if (typeof content !== 'string') {
      if (content.delete(member) === undefined) return false;
    } else {
      const less = this.form === 'intset' ? withoutInteger(content, member) : withoutEntry(content, member);
      if (less === content) return false;
      this.content = less;
    }
    this.size--;
    return true;
  }

  /** All of them, as `entryText` gives them. */
  members(): string[] {
    const { content } = this;
    if (typeof content !== 'string') return content.keys();
    return this.form === 'intset' ? intsetValues(content).map(String) : entryTexts(content);
  }

  /** Every member, as `entryText` gives them. The set must not change meanwhile. */
  forEach(visit: (member: string) => void): void {
    const { content } = this;
    if (typeof content !== 'string') content.forEach(visit);
    else for (const member of this.members()) visit(member);
  }

  /** Whether the test holds for some member; no further ones are tried then. The set must not change meanwhile. */
  some(test: (member: string) => boolean): boolean {
    const { content } = this;
    return typeof content === 'string' ? this.members().some(test) : content.some(test);
  }

  randomMember(): string {
    const { content } = this;
    if (typeof content !== 'string') return content.randomKey()!;
    const index = Math.floor(Math.random() * this.size);
    return this.form === 'intset' ? String(intsetAt(content, index)) : entryText(content, seekEntry(content, index));
  }

  /** As `randomKeys`. */
  randomMembers(count: number): string[] {
    return randomKeys(typeof this.content === 'string' ? new KeyList(this.members()) : this.content, count);
  }

  /** About `count` members from a cursor on; a small set all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    if (typeof this.content !== 'string') return this.content.scan(cursor, count, visit);
    this.forEach(visit);
    return 0;
  }

  private addToIntset(intset: string, member: string): boolean {
    const integer = parseInt64(member);
    if (integer === undefined) {
      this.leaveIntset(member);
      return this.add(member);
    }
    const more = intsetWith(intset, integer);
    if (more === intset) return false;
    this.content = more;
    this.size++;
    if (this.size > limits['set-max-intset-entries']) this.unpack();
    return true;
  }

  /** `member` is coming, which is no integer (Redis: the last case of `setTypeAddAux`). */
  private leaveIntset(member: string): void {
    const members = this.members();
    const isSmall = this.size < limits['set-max-listpack-entries'] && !isLong(member) && !members.some(isLong);
    if (!isSmall) this.unpack();
    else {
      this.form = 'listpack';
      this.content = entriesOf(members);
    }
  }

  private unpack(): CountedDict<true> {
    const dict = new CountedDict<true>(false);
    this.forEach((member) => dict.set(ownText(member), true));
    this.form = 'hashtable';
    this.content = dict;
    return dict;
  }
}

/** The members as integers; undefined when one is none. */
function integersOf(members: readonly string[]): Int64[] | undefined {
  const integers: Int64[] = [];
  for (const member of members) {
    const integer = parseInt64(member);
    if (integer === undefined) return undefined;
    integers.push(integer);
  }
  return integers;
}

function withoutInteger(intset: string, member: string): string {
  const integer = parseInt64(member);
  return integer === undefined ? intset : intsetWithout(intset, integer);
}

function withoutEntry(entries: string, member: string): string {
  const at = findEntry(entries, member);
  return at === -1 ? entries : splice(entries, at, nextEntry(entries, at), '');
}

/** Whether a member is too long for a listpack. */
function isLong(member: string): boolean {
  return member.length > limits['set-max-listpack-value'];
}
