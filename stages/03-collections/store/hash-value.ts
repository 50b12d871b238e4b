import { ownText } from '#shared/packed/flat-string.ts';
import { areDifferent, entriesOf, entryText, entryTexts, nextEntry, seekEntry } from '#shared/packed/listpack.ts';
import { CountedDict } from './counted-dict.ts';
import { PackedValue } from './packed-value.ts';
import { limits } from './packing.ts';
import { KeyList, randomKeys } from './random-keys.ts';

/**
 * A hash: values by field (Redis: t_hash.c). A small one is a listpack, in which fields and values alternate. One
 * that has outgrown the limits is a dict, and never goes back.
 */
export class Hash extends PackedValue {
  size = 0;
  /** Undefined while the hash is a listpack. */
  private dict: CountedDict<string> | undefined;

  /** A hash of these fields and values in turn; no field may occur twice. */
  static from(pairs: readonly string[]): Hash {
    const hash = new Hash();
    hash.expect(pairs.length / 2);
    hash.begin(pairs, 0);
    return hash;
  }

  get type(): string {
    return 'hash';
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get bytes(): number {
    return this.dict === undefined ? this.packedBytes : this.dict.bytes;
  }

  /** The entries of its listpack, if it is one. */
  get listpack(): string | undefined {
    return this.dict === undefined ? this.entries : undefined;
  }

  override prefetch(requests: readonly (readonly string[])[]): void {
    this.dict?.prefetchNamed(requests);
  }

  encoding(): string {
    return this.dict === undefined ? 'listpack' : 'hashtable';
  }

  copy(): Hash {
    const copy = new Hash();
    copy.size = this.size;
    if (this.dict === undefined) copy.entries = this.entries;
    else copy.dict = this.dict.copy();
    return copy;
  }

  /** As `entryText`: for a reply. */
  get(field: string): string | undefined {
    if (this.dict !== undefined) return this.dict.get(field);
    const at = this.find(field, 2);
    return at === -1 ? undefined : this.textAt(this.next(at));
  }

  has(field: string): boolean {
    return this.dict === undefined ? this.find(field, 2) !== -1 : this.dict.has(field);
  }

  /** So many fields are about to be set: more than a listpack takes, and it becomes a dict at once. */
  expect(count: number): void {
    if (count > limits['hash-max-listpack-entries']) this.unpack().reserve(count);
  }

  /** Adds a field or gives it another value. @returns whether it is new */
  set(field: string, value: string): boolean {
    if (this.size === 0 && this.dict === undefined) return this.setAll([field, value], 0) === 1;
    if (isLong(field) || isLong(value)) this.unpack();
    let isNew: boolean;
    if (this.dict === undefined) isNew = this.setEntry(field, value);
    else isNew = this.dict.set(field, value) === undefined;
    if (isNew) this.size++;
    if (this.size > limits['hash-max-listpack-entries']) this.unpack();
    return isNew;
  }

  /** Sets fields to values, given in turn from an index on. @returns how many fields are new */
  setAll(pairs: readonly string[], from: number): number {
    this.expect((pairs.length - from) / 2);
    if (this.size === 0 && this.dict === undefined && areDifferent(pairs, from, 2)) return this.begin(pairs, from);
    let added = 0;
    for (let i = from; i < pairs.length; i += 2) if (this.set(pairs[i]!, pairs[i + 1]!)) added++;
    return added;
  }

  /** @returns whether there was such a field */
  delete(field: string): boolean {
    if (this.dict === undefined) {
      const at = this.find(field, 2);
      if (at === -1) return false;
      this.replaceEntries(at, this.next(this.next(at)), '');
    } else if (this.dict.delete(field) === undefined) return false;
    this.size--;
    return true;
  }

  fields(): string[] {
    if (this.dict !== undefined) return this.dict.keys();
    return entryTexts(this.entries).filter((_, index) => index % 2 === 0);
  }

  /** The values of fields that are there. */
  valuesOf(fields: readonly string[]): string[] {
    const { dict } = this;
    if (dict !== undefined) return fields.map((field) => dict.get(field)!);
    const values = new Map<string, string>();
    this.forEach((field, value) => values.set(field, value));
    return fields.map((field) => values.get(field)!);
  }

  randomField(): string {
    if (this.dict !== undefined) return this.dict.randomKey()!;
    const { entries } = this;
    return entryText(entries, seekEntry(entries, 2 * Math.floor(Math.random() * this.size)));
  }

  /** As `randomKeys`. */
  randomFields(count: number): string[] {
    return randomKeys(this.dict ?? new KeyList(this.fields()), count);
  }

  /** Every field, as `entryText` gives them. The hash must not change during the walk. */
  forEach(visit: (field: string, value: string) => void): void {
    if (this.dict !== undefined) return this.dict.forEach(visit);
    const { entries } = this;
    for (let at = 0; at < entries.length; ) {
      const valueAt = nextEntry(entries, at);
      visit(entryText(entries, at), entryText(entries, valueAt));
      at = nextEntry(entries, valueAt);
    }
  }

  /** About `count` fields from a cursor on; a listpack all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    if (this.dict !== undefined) return this.dict.scan(cursor, count, visit);
    this.forEach(visit);
    return 0;
  }

  /** Sets the first fields, which are different, all at once. @returns how many */
  private begin(pairs: readonly string[], from: number): number {
    this.size = (pairs.length - from) / 2;
    for (let i = from; i < pairs.length && this.dict === undefined; i++) if (isLong(pairs[i]!)) this.unpack();
    const { dict } = this;
    if (dict === undefined) this.entries = entriesOf(pairs, from);
    else for (let i = from; i < pairs.length; i += 2) dict.set(pairs[i]!, pairs[i + 1]!);
    return this.size;
  }

  /** @returns whether the field is new */
  private setEntry(field: string, value: string): boolean {
    const at = this.find(field, 2);
    if (at === -1) {
      this.replaceByText(this.end, this.end, field);
      this.replaceByText(this.end, this.end, value);
      return true;
    }
    const from = this.next(at);
    this.replaceByText(from, this.next(from), value);
    return false;
  }

  private unpack(): CountedDict<string> {
    if (this.dict !== undefined) return this.dict;
    const dict = new CountedDict<string>(true);
    this.forEach((field, value) => dict.set(ownText(field), ownText(value)));
    this.entries = '';
    return (this.dict = dict);
  }
}

/** Whether a field or value is too long for a listpack. */
function isLong(text: string): boolean {
  return text.length > limits['hash-max-listpack-value'];
}
