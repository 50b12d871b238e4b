import { Dict } from '#shared/dict/dict.ts';
import { StoredValue, stringBytes } from './value.ts';

/** Redis keeps a hash in a listpack up to so many fields (`hash-max-listpack-entries`) … */
const MAX_LISTPACK_ENTRIES = 512;
/** … and up to this length of a field or value (`hash-max-listpack-value`). */
const MAX_LISTPACK_VALUE = 64;
/** What a field costs besides its strings: its places in the dict's arrays. Measured, rounded up. */
const FIELD_BYTES = 32;
const EMPTY_BYTES = 400;

/** A hash: values by field (Redis: t_hash.c). */
export class Hash extends StoredValue {
  readonly type = 'hash';
  /** The values by field. Only the methods below change it. */
  readonly dict = new Dict<string>();
  /** Whether it would be a listpack in Redis. A hash that has outgrown that never goes back. */
  private compact = true;
  private memory = EMPTY_BYTES;

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
    return this.compact ? 'listpack' : 'hashtable';
  }

  copy(): Hash {
    const copy = new Hash();
    this.dict.forEach((field, value) => copy.set(field, value));
    copy.compact = this.compact;
    return copy;
  }

  get(field: string): string | undefined {
    return this.dict.get(field);
  }

  has(field: string): boolean {
    return this.dict.has(field);
  }

  /** Adds a field or gives it another value. @returns whether it is new */
  set(field: string, value: string): boolean {
    const before = this.dict.set(field, value);
    if (before === undefined) this.memory += FIELD_BYTES + stringBytes(field.length) + stringBytes(value.length);
    else this.memory += value.length - before.length;
    if (this.compact && !fitsListpack(this.size, field, value)) this.compact = false;
    return before === undefined;
  }

  /** @returns whether there was such a field */
  delete(field: string): boolean {
    const value = this.dict.delete(field);
    if (value === undefined) return false;
    this.memory -= FIELD_BYTES + stringBytes(field.length) + stringBytes(value.length);
    return true;
  }

  /** Every field. The hash must not change meanwhile. */
  forEach(visit: (field: string, value: string) => void): void {
    this.dict.forEach(visit);
  }

  /** About `count` fields from a cursor on; a listpack all at once. @returns the next cursor, 0 at the end */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    if (!this.compact) return this.dict.scan(cursor, count, visit);
    this.dict.forEach(visit);
    return 0;
  }
}

function fitsListpack(size: number, field: string, value: string): boolean {
  return size <= MAX_LISTPACK_ENTRIES && field.length <= MAX_LISTPACK_VALUE && value.length <= MAX_LISTPACK_VALUE;
}
