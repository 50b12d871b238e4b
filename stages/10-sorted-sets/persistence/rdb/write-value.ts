import { wholeIntset } from '#shared/packed/intset.ts';
import { wholeListpack } from '#shared/packed/listpack.ts';
import { Hash } from '../../store/hash-value.ts';
import { List } from '../../store/list.ts';
import { RawString } from '../../store/raw-string.ts';
import { SetValue } from '../../store/set-value.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { Stream } from '../../store/stream.ts';
import type { Value } from '../../store/value.ts';
import { INTEGER_MAX_LENGTH, type RdbOutput } from './output.ts';
import { QUICKLIST_NODE, RDB_TYPE } from './types.ts';
import { sortedSetSteps, sortedSetType } from './write-sorted-set.ts';
import { streamSteps, streamType } from './write-stream.ts';

/** Number of elements after which `writeValueInSteps` lets the caller look at the clock. */
const STEP = 1000;
/** The versions that brought listpacks: Redis 7.0, and for sets 7.2. */
const LISTPACK_VERSION = 10;
const SET_LISTPACK_VERSION = 11;

/**
 * The type under which a value is written in an RDB file of this version (Redis: `rdbSaveObjectType`). What is packed
 * in memory is written as it is, if the version has that form; everything else element by element, which Redis has
 * done from the beginning and every version reads.
 */
export function valueType(value: Value, version: number): number {
  if (typeof value === 'string' || value instanceof RawString) return RDB_TYPE.STRING;
  if (value instanceof List) return isPacked(value, version) ? RDB_TYPE.LIST_QUICKLIST_2 : RDB_TYPE.LIST;
  if (value instanceof Hash) return isPacked(value, version) ? RDB_TYPE.HASH_LISTPACK : RDB_TYPE.HASH;
  if (value instanceof SetValue) return setType(value, version);
  if (value instanceof Stream) return streamType(version);
  if (value instanceof SortedSet) return sortedSetType(value, version);
  throw new Error(`no RDB type for ${value.type}`);
}

/** Whether a list or hash is written as a listpack. */
function isPacked({ listpack }: List | Hash, version: number): boolean {
  return listpack !== undefined && version >= LISTPACK_VERSION;
}

function setType(set: SetValue, version: number): number {
  if (set.encoding() === 'intset') return RDB_TYPE.SET_INTSET;
  return set.encoding() === 'listpack' && version >= SET_LISTPACK_VERSION ? RDB_TYPE.SET_LISTPACK : RDB_TYPE.SET;
}

/** Writes a value, after its type, at once (Redis: `rdbSaveObject`). */
export function writeValue(out: RdbOutput, value: Value, version: number): void {
  if (typeof value === 'string') out.string(value);
  else for (const _ of writeValueInSteps(out, value, version));
}

/** As `writeValue`, but with pauses in a large value, which must not change before the end. */
export function* writeValueInSteps(out: RdbOutput, value: Value, version: number): Generator<void> {
  if (typeof value === 'string') out.string(value);
  else if (value instanceof RawString) writeRawString(out, value);
  else if (value instanceof List) yield* listSteps(out, value, version);
  else if (value instanceof SetValue) yield* setSteps(out, value, version);
  else if (value instanceof Hash) yield* hashSteps(out, value, version);
  else if (value instanceof Stream) yield* streamSteps(out, value, version);
  else if (value instanceof SortedSet) yield* sortedSetSteps(out, value, version);
}

/** Only a short one may be an integer. */
function writeRawString(out: RdbOutput, value: RawString): void {
  if (value.length > INTEGER_MAX_LENGTH) out.binary(value.asBytes());
  else out.string(value.toString());
}

function* listSteps(out: RdbOutput, list: List, version: number): Generator<void> {
  if (isPacked(list, version)) {
    // A quicklist of one node.
    out.length(1);
    out.length(QUICKLIST_NODE.PACKED);
    out.string(wholeListpack(list.listpack!, list.length));
    return;
  }
  out.length(list.length);
  for (let at = 0; at < list.length; at += STEP) {
    if (at > 0) yield;
    for (const element of list.range(at, Math.min(at + STEP, list.length) - 1)) out.string(element);
  }
}

function* setSteps(out: RdbOutput, set: SetValue, version: number): Generator<void> {
  const type = setType(set, version);
  if (type === RDB_TYPE.SET_INTSET) return out.string(wholeIntset(set.packed!));
  if (type === RDB_TYPE.SET_LISTPACK) return out.string(wholeListpack(set.packed!, set.size));
  out.length(set.size);
  let cursor = 0;
  while ((cursor = set.scan(cursor, STEP, (member) => out.string(member))) !== 0) yield;
}

function* hashSteps(out: RdbOutput, hash: Hash, version: number): Generator<void> {
  if (isPacked(hash, version)) return out.string(wholeListpack(hash.listpack!, hash.size * 2));
  out.length(hash.size);
  const write = (field: string, value: string): void => {
    out.string(field);
    out.string(value);
  };
  let cursor = 0;
  while ((cursor = hash.scan(cursor, STEP, write)) !== 0) yield;
}
