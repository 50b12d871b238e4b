import { flat, ownText, splice } from '#shared/packed/flat-string.ts';
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
 * A hash: values by field (Redis: t_hash.c). A small one is a listpack, in which fields and values stand in turn. One
 * that has outgrown the limits is a dict, and never goes back.
 */
export class Hash extends StoredValue {
  size = 0;
  /** The entries of the listpack, or the dict. */
  private content: string | CountedDict<string> = '';

  /** A hash of these fields and values in turn; no field stands there twice. */
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
    return typeof this.content === 'string' ? packedBytes(this.content) : this.content.bytes;
  }

  /** The entries of its listpack, if it is one. */
  get listpack(): string | undefined {
    return typeof this.content === 'string' ? this.content : undefined;
  }

  encoding(): string {
    return typeof this.content === 'string' ? 'listpack' : 'hashtable';
  }

  copy(): Hash {
    const copy = new Hash();
    copy.size = this.size;
    copy.content = typeof this.content === 'string' ? this.content : this.content.copy();
    return copy;
  }

  /** As `entryText`: for a reply. */
  get(field: string): string | undefined {
    const { content } = this;
    if (typeof content !== 'string') return content.get(field);
    const at = findEntry(content, field, 2);
    return at === -1 ? undefined : entryText(content, nextEntry(content, at));
  }

  has(field: string): boolean {
    const { content } = this;
    return typeof content === 'string' ? findEntry(content, field, 2) !== -1 : content.has(field);
  }

  /** So many fields are about to be set: more than a listpack takes, and it becomes a dict at once. */
  expect(count: number): void {
    if (count > limits['hash-max-listpack-entries']) this.unpack().reserve(count);
  }

  /** Adds a field or gives it another value. @returns whether it is new */
  set(field: string, value: string): boolean {
    if (isLong(field) || isLong(value)) this.unpack();
    const { content } = this;
    let isNew: boolean;
    if (typeof content === 'string') isNew = this.setEntry(content, field, value);
    else isNew = content.set(field, value) === undefined;
    if (isNew) this.size++;
    if (this.size > limits['hash-max-listpack-entries']) this.unpack();
    return isNew;
  }

  /** Sets fields and values that stand in turn, from an index on. @returns how many fields are new */
  setAll(pairs: readonly string[], from: number): number {
    this.expect((pairs.length - from) / 2);
    if (this.size === 0 && areDifferent(pairs, from, 2)) return this.begin(pairs, from);
    let added = 0;
    for (let i = from; i < pairs.length; i += 2) if (this.set(pairs[i]!, pairs[i + 1]!)) added++;
    return added;
  }

  /** @returns whether there was such a field */
  delete(field: string): boolean {
    const { content } = this;
    if (typeof content === 'string') {
      const at = findEntry(content, field, 2);
      if (at === -1) return false;
      this.content = splice(content, at, nextEntry(content, nextEntry(content, at)), '');
    } else if (content.delete(field) === undefined) return false;
    this.size--;
    return true;
  }

  fields(): string[] {
    const { content } = this;
    return typeof content === 'string' ? entryTexts(content).filter((_, index) => index % 2 === 0) : content.keys();
  }

  /** The values of fields that are there. */
  valuesOf(fields: readonly string[]): string[] {
    const { content } = this;
    if (typeof content !== 'string') return fields.map((field) => content.get(field)!);
    const values = new Map<string, string>();
    this.forEach((field, value) => values.set(field, value));
    return fields.map((field) => values.get(field)!);
  }

  randomField(): string {
    const { content } = this;
    if (typeof content !== 'string') return content.randomKey()!;
    return entryText(content, seekEntry(content, 2 * Math.floor(Math.random() * this.size)));
  }

  /** As `randomKeys`. */
  randomFields(count: number): string[] {
    return randomKeys(typeof this.content === 'string' ? new KeyList(this.fields()) : this.content, count);
  }

  /** Every field, as `entryText` gives them. The hash must not change meanwhile. */
  forEach(visit: (field: string, value: string) => void): void {
    const { content } = this;
    if (typeof content !== 'string') return content.forEach(visit);
    for (let at = 0; at < content.length; ) {
      const valueAt = nextEntry(content, at);
      visit(entryText(content, at), entryText(content, valueAt));
      at = nextEntry(content, valueAt);
    }
  }

  /** About `count` fields from a cursor on; a listpack all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    if (typeof this.content !== 'string') return this.content.scan(cursor, count, visit);
    this.forEach(visit);
    return 0;
  }

  /** Sets the first fields, which are different, all at once. @returns how many */
  private begin(pairs: readonly string[], from: number): number {
    this.size = (pairs.length - from) / 2;
    for (let i = from; i < pairs.length && typeof this.content === 'string'; i++) if (isLong(pairs[i]!)) this.unpack();
    const { content } = this;
    if (typeof content === 'string') this.content = entriesOf(pairs, from);
    else for (let i = from; i < pairs.length; i += 2) content.set(pairs[i]!, pairs[i + 1]!);
    return this.size;
  }

  /** @returns whether the field is new */
  private setEntry(entries: string, field: string, value: string): boolean {
    const at = findEntry(entries, field, 2);
    if (at === -1) {
      this.content = flat(entries + entryOf(field) + entryOf(value));
      return true;
    }
    const from = nextEntry(entries, at);
    this.content = splice(entries, from, nextEntry(entries, from), entryOf(value));
    return false;
  }

  private unpack(): CountedDict<string> {
    const { content } = this;
    if (typeof content !== 'string') return content;
    const dict = new CountedDict<string>(true);
    this.forEach((field, value) => dict.set(ownText(field), ownText(value)));
    this.content = dict;
    return dict;
  }
}

/** Whether a field or value is too long for a listpack. */
function isLong(text: string): boolean {
  return text.length > limits['hash-max-listpack-value'];
}
