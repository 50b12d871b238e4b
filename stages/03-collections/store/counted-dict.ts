import { Dict } from '#shared/dict/dict.ts';
import { stringBytes } from './value.ts';

/** What an entry costs besides its strings: its places in the dict's arrays. Measured, rounded up. */
export const ENTRY_BYTES = 32;
/** What the length beside a value costs. */
const LENGTH_BYTES = 8;
const EMPTY_BYTES = 400;

/**
 * The dict of a large hash or set, which counts what it takes in memory. The members of a set have `true` as value. Beside the
 * value of a hash's field its length is kept, so that replacing the value needs no fetch of the old one from memory.
 */
export class CountedDict<V extends string | true> extends Dict<V> {
  bytes = EMPTY_BYTES;
  private readonly hasValues: boolean;

  /** `hasValues`: it is the dict of a hash. */
  constructor(hasValues: boolean) {
    super(hasValues);
    this.hasValues = hasValues;
  }

  override set(key: string, value: V): V | undefined {
    const length = value === true ? 0 : value.length;
    const before = super.set(key, value, length);
    if (before === undefined) this.bytes += ENTRY_BYTES + stringBytes(key.length) + bytesOf(value);
    else this.bytes += length - this.replacedStamp;
    return before;
  }

  override delete(key: string): V | undefined {
    const value = super.delete(key);
    if (value !== undefined) this.bytes -= ENTRY_BYTES + stringBytes(key.length) + bytesOf(value);
    return value;
  }

  /** These requests will look up their third words: fields or members. */
  prefetchNamed(requests: readonly (readonly string[])[]): void {
    this.prefetch(requests.filter((args) => args.length > 2).map((args) => args[2]!));
  }

  copy(): CountedDict<V> {
    const copy = new CountedDict<V>(this.hasValues);
    copy.reserve(this.size);
    this.forEach((key, value) => copy.set(key, value));
    return copy;
  }
}

function bytesOf(value: string | true): number {
  return value === true ? 0 : LENGTH_BYTES + stringBytes(value.length);
}
