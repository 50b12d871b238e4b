import { Hash } from '../../store/hash-value.ts';
import { List } from '../../store/list.ts';
import { RawString } from '../../store/raw-string.ts';
import { SetValue } from '../../store/set-value.ts';
import { Stream } from '../../store/stream.ts';
import type { Value } from '../../store/value.ts';
import { INTEGER_MAX_LENGTH, type RdbOutput } from './output.ts';
import { RDB_TYPE } from './types.ts';
import { streamSteps, streamType } from './write-stream.ts';

/** Number of elements after which `writeValueInSteps` lets the caller look at the clock. */
const STEP = 1000;

/**
 * The type under which a value is written in an RDB file of this version (Redis: `rdbSaveObjectType`). Lists, sets and
 * hashes are written element by element, which Redis has done from the beginning and every version reads.
 */
export function valueType(value: Value, version: number): number {
  if (typeof value === 'string' || value instanceof RawString) return RDB_TYPE.STRING;
  if (value instanceof List) return RDB_TYPE.LIST;
  if (value instanceof SetValue) return RDB_TYPE.SET;
  if (value instanceof Hash) return RDB_TYPE.HASH;
  if (value instanceof Stream) return streamType(version);
  throw new Error(`no RDB type for ${value.type}`);
}

/** Writes a value, behind its type, at once (Redis: `rdbSaveObject`). */
export function writeValue(out: RdbOutput, value: Value, version: number): void {
  if (typeof value === 'string') out.string(value);
  else for (const _ of writeValueInSteps(out, value, version));
}

/** As `writeValue`, and pauses now and then in a large value, which must not change meanwhile. */
export function* writeValueInSteps(out: RdbOutput, value: Value, version: number): Generator<void> {
  if (typeof value === 'string') out.string(value);
  else if (value instanceof RawString) writeRawString(out, value);
  else if (value instanceof List) yield* listSteps(out, value);
  else if (value instanceof SetValue) yield* setSteps(out, value);
  else if (value instanceof Hash) yield* hashSteps(out, value);
  else if (value instanceof Stream) yield* streamSteps(out, value, version);
}

/** Only a short one may be an integer. */
function writeRawString(out: RdbOutput, value: RawString): void {
  if (value.length > INTEGER_MAX_LENGTH) out.binary(value.asBytes());
  else out.string(value.toString());
}

function* listSteps(out: RdbOutput, list: List): Generator<void> {
  out.length(list.length);
  for (let at = 0; at < list.length; at += STEP) {
    if (at > 0) yield;
    for (const element of list.range(at, Math.min(at + STEP, list.length) - 1)) out.string(element);
  }
}

function* setSteps(out: RdbOutput, { dict }: SetValue): Generator<void> {
  out.length(dict.size);
  let cursor = 0;
  while ((cursor = dict.scan(cursor, STEP, (member) => out.string(member))) !== 0) yield;
}

function* hashSteps(out: RdbOutput, { dict }: Hash): Generator<void> {
  out.length(dict.size);
  const write = (field: string, value: string): void => {
    out.string(field);
    out.string(value);
  };
  let cursor = 0;
  while ((cursor = dict.scan(cursor, STEP, write)) !== 0) yield;
}
