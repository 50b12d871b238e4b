import { Dict } from '#shared/dict/dict.ts';
import { stringBytes } from './value.ts';

/** What an entry costs besides its strings: its places in the dict's arrays. Measured, rounded up. */
export const ENTRY_BYTES = 32;
const EMPTY_BYTES = 400;

/** The dict of a large hash or set, which counts what it takes in memory. The members of a set have `true` as value. */
export class CountedDict<V extends string | true> extends Dict<V> {
  bytes = EMPTY_BYTES;

  override set(key: string, value: V): V | undefined {
    const before = super.set(key, value);
    if (before === undefined) this.bytes += ENTRY_BYTES + stringBytes(key.length) + bytesOf(value);
    else this.bytes += bytesOf(value) - bytesOf(before);
    return before;
  }

  override delete(key: string): V | undefined {
    const value = super.delete(key);
    if (value !== undefined) this.bytes -= ENTRY_BYTES + stringBytes(key.length) + bytesOf(value);
    return value;
  }

  copy(): CountedDict<V> {
    const copy = new CountedDict<V>();
    copy.reserve(this.size);
    this.forEach((key, value) => copy.set(key, value));
    return copy;
  }
}

function bytesOf(value: string | true): number {
  return value === true ? 0 : stringBytes(value.length);
}
