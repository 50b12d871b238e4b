import { parseInt64, type Int64 } from '#shared/numbers/int64.ts';
import { ownText } from '#shared/packed/flat-string.ts';
import { intsetAt, intsetHas, intsetOf, intsetValues, intsetWith, intsetWithout } from '#shared/packed/intset.ts';
import { areDifferent, entriesOf, entryText, entryTexts, seekEntry } from '#shared/packed/listpack.ts';
import { CountedDict } from './counted-dict.ts';
import { PackedValue } from './packed-value.ts';
import { limits } from './packing.ts';
import { KeyList, randomKeys } from './random-keys.ts';

/**
 * A set of different strings (Redis: t_set.c). A small one is an intset while all members are integers, and otherwise a
 * listpack (in Redis since 7.2). One that has outgrown the limits is a dict, and never goes back.
 */
export class SetValue extends PackedValue {
  size = 0;
  private form: 'intset' | 'listpack' | 'hashtable' = 'intset';
  /** Undefined while the set is an intset or a listpack; both are `entries`. */
  private dict: CountedDict<true> | undefined;

  /** A set of these members, which are all different. */
  static from(members: readonly string[]): SetValue {
    const set = new SetValue();
    const integers = members.length <= limits['set-max-intset-entries'] ? integersOf(members) : undefined;
    if (integers !== undefined) set.entries = intsetOf(integers.sort((a, b) => (a < b ? -1 : 1)));
    else if (members.length <= limits['set-max-listpack-entries'] && !members.some(isLong)) {
      set.form = 'listpack';
      set.entries = entriesOf(members);
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
    return this.dict === undefined ? this.packedBytes : this.dict.bytes;
  }

  /** The intset or the entries of the listpack, as `encoding` says. */
  get packed(): string | undefined {
    return this.dict === undefined ? this.entries : undefined;
  }

  override prefetch(requests: readonly (readonly string[])[]): void {
    this.dict?.prefetchNamed(requests);
  }

  encoding(): 'intset' | 'listpack' | 'hashtable' {
    return this.form;
  }

  copy(): SetValue {
    const copy = new SetValue();
    copy.size = this.size;
    copy.form = this.form;
    if (this.dict === undefined) copy.entries = this.entries;
    else copy.dict = this.dict.copy();
    return copy;
  }

  has(member: string): boolean {
    if (this.dict !== undefined) return this.dict.has(member);
    if (this.form === 'listpack') return this.find(member) !== -1;
    const integer = parseInt64(member);
    return integer !== undefined && intsetHas(this.entries, integer);
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
    if (this.dict !== undefined) {
      if (this.dict.set(member, true) !== undefined) return false;
    } else if (this.form === 'intset') return this.addToIntset(this.entries, member);
    else {
      if (this.find(member) !== -1) return false;
      if (this.size >= limits['set-max-listpack-entries'] || isLong(member)) this.unpack().set(member, true);
      else this.replaceByText(this.end, this.end, member);
    }
    this.size++;
    return true;
  }

  /** Adds members, from an index on. @returns how many are new */
  addAll(members: readonly string[], from: number): number {
    this.expect(members[from]!, members.length - from);
    if (this.size === 0 && this.form === 'listpack' && areDifferent(members, from, 1) && !members.some(isLong)) {
      this.entries = entriesOf(members, from);
      return (this.size = members.length - from);
    }
    let added = 0;
    for (let i = from; i < members.length; i++) if (this.add(members[i]!)) added++;
    return added;
  }

  /** @returns whether there was such a member */
  delete(member: string): boolean {
    if (this.dict !== undefined) {
      if (this.dict.delete(member) === undefined) return false;
    } else if (this.form === 'intset') {
      const { entries } = this;
      this.entries = withoutInteger(entries, member);
      if (this.entries === entries) return false;
    } else {
      const at = this.find(member);
      if (at === -1) return false;
      this.replaceEntries(at, this.next(at), '');
    }
    this.size--;
    return true;
  }

  /** All of them, as `entryText` gives them. */
  members(): string[] {
    if (this.dict !== undefined) return this.dict.keys();
    return this.form === 'intset' ? intsetValues(this.entries).map(String) : entryTexts(this.entries);
  }

  /** Every member, as `entryText` gives them. The set must not change during the walk. */
  forEach(visit: (member: string) => void): void {
    if (this.dict !== undefined) this.dict.forEach(visit);
    else for (const member of this.members()) visit(member);
  }

  /** Whether the test holds for some member; no further ones are tried then. The set must not change during the walk. */
  some(test: (member: string) => boolean): boolean {
    return this.dict === undefined ? this.members().some(test) : this.dict.some(test);
  }

  randomMember(): string {
    if (this.dict !== undefined) return this.dict.randomKey()!;
    const { entries } = this;
    const index = Math.floor(Math.random() * this.size);
    return this.form === 'intset' ? String(intsetAt(entries, index)) : entryText(entries, seekEntry(entries, index));
  }

  /** As `randomKeys`. */
  randomMembers(count: number): string[] {
    return randomKeys(this.dict ?? new KeyList(this.members()), count);
  }

  /** About `count` members from a cursor on; a small set all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    if (this.dict !== undefined) return this.dict.scan(cursor, count, visit);
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
    this.entries = more;
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
      this.entries = entriesOf(members);
    }
  }

  private unpack(): CountedDict<true> {
    const dict = new CountedDict<true>(false);
    this.forEach((member) => dict.set(ownText(member), true));
    this.form = 'hashtable';
    this.entries = '';
    return (this.dict = dict);
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

/** Whether a member is too long for a listpack. */
function isLong(member: string): boolean {
  return member.length > limits['set-max-listpack-value'];
}
