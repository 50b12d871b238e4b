import type { Database } from './database.ts';
import { RawString } from './raw-string.ts';
import { wrongType, type Value } from './value.ts';

/**
 * The bytes of a string, for the command that runs; undefined where there is no key (Redis: `getObjectReadOnlyString`).
 * @throws ReplyError WRONGTYPE
 */
export function bytesOfString(value: Value | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  if (value instanceof RawString) return value.asBytes();
  throw wrongType();
}

/** How long a string is, in bytes; 0 where there is no key. @throws ReplyError WRONGTYPE */
export function lengthOfString(value: Value | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'string' || value instanceof RawString) return value.length;
  throw wrongType();
}

/** One byte of a string; 0 beyond its end, and where there is no key. @throws ReplyError WRONGTYPE */
export function byteOfString(value: Value | undefined, at: number): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return at < value.length ? value.charCodeAt(at) : 0;
  if (value instanceof RawString) return value.asBytes()[at] ?? 0;
  throw wrongType();
}

/**
 * A string as bytes that may be changed in place, at least `length` of them: zeros follow a shorter one. A key that is not there
 * is added. The caller has called `lookupWrite`, and signals the change (Redis: `lookupStringForBitCommand`, and
 * `dbUnshareStringValue`). @throws ReplyError WRONGTYPE
 */
export function stringToChange(db: Database, key: string, value: Value | undefined, length: number): RawString {
  let raw: RawString;
  if (value === undefined || typeof value === 'string') {
    raw = RawString.of(value ?? '', length);
    if (length > raw.length) raw.write(length, '');
    db.set(key, raw, null, true);
    return raw;
  }
  if (!(value instanceof RawString)) throw wrongType();
  // Bytes that others read, such as a reply on its way, are copied first: `write` looks at that.
  value.write(0, '');
  if (length > value.length) value.write(length, '');
  return value;
}
