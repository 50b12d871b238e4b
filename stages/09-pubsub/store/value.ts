import { parseInt64 } from '#shared/numbers/int64.ts';
import { ReplyError } from '#shared/resp/reply.ts';

/** What a key holds: a string as it is, or an object: of another type, or a string that was changed in place. */
export type Value = string | StoredValue;

/** What every type besides strings can do, so that older features work with the types of later stages. */
export abstract class StoredValue {
  /** As TYPE says it: `list`. */
  abstract get type(): string;
  /** As OBJECT ENCODING says it. */
  abstract encoding(): string;
  /** An independent copy, for COPY. */
  abstract copy(): StoredValue;
  /** About how many bytes of memory it takes. */
  abstract get bytes(): number;
  /** Whether the key goes with its last element; a stream never says so. */
  abstract get isEmpty(): boolean;
  /** The bytes that its database has counted for it; 0 while no key holds it. */
  accounted = 0;
  /** These requests for it will run: a large one fetches what they will look up, as `Dict.prefetch`. */
  prefetch(_requests: readonly (readonly string[])[]): void {}
  /** Its key is gone, or holds another value now. */
  dropped(): void {}
}

/** A type's class, by which a lookup says what it wants. */
export type TypeOf<T extends StoredValue> = abstract new (...args: never[]) => T;

/** As TYPE says it (Redis: `getObjectTypeName`). */
export function typeName(value: Value): string {
  return typeof value === 'string' ? 'string' : value.type;
}

/** As OBJECT ENCODING says it; for strings what Redis would choose. */
export function encodingName(value: Value): string {
  if (typeof value !== 'string') return value.encoding();
  if (parseInt64(value) !== undefined) return 'int';
  return value.length <= EMBSTR_MAX ? 'embstr' : 'raw';
}

/** Longest string that Redis allocates together with its object. */
const EMBSTR_MAX = 44;

/** V8 keeps 16 bytes before the characters of a string. */
const STRING_HEADER_BYTES = 16;

/** About what a string of this length takes in memory: header, characters, and padding to 8 bytes. */
export function stringBytes(length: number): number {
  return STRING_HEADER_BYTES + length + 7;
}

/** About what a value takes in memory, as its database has counted it. */
export function valueBytes(value: Value): number {
  return typeof value === 'string' ? stringBytes(value.length) : value.accounted;
}

/** The error for a command whose key holds another type (Redis: `shared.wrongtypeerr`). */
export function wrongType(): ReplyError {
  return new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value');
}
