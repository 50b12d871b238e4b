import { readIntset } from '#shared/codecs/intset.ts';
import { readListpack } from '#shared/codecs/listpack.ts';
import { readZiplist } from '#shared/codecs/ziplist.ts';
import { readZipmap } from '#shared/codecs/zipmap.ts';
import { Hash } from '../../store/hash-value.ts';
import { List } from '../../store/list.ts';
import { SetValue } from '../../store/set-value.ts';
import type { Value } from '../../store/value.ts';
import type { RdbInput } from './input.ts';
import { streamReader } from './read-stream.ts';
import { QUICKLIST_NODE, RDB_TYPE } from './types.ts';

/** Reads one value, behind its type. @throws RdbError */
type ValueReader = (input: RdbInput) => Value;

/**
 * A value of this RDB type (Redis: `rdbLoadObject`). It may be empty, which no key may hold.
 * @throws RdbError for what is damaged, and for types that this stage does not have
 */
export function readValue(input: RdbInput, type: number): Value {
  if (type === RDB_TYPE.STRING) return input.string();
  const read = VALUE_READERS.get(type);
  if (read === undefined) throw input.error(`unknown type of value: ${type}`);
  return read(input);
}

/** Whether a byte that stands where a type or an opcode may stand is a type. */
export function isValueType(type: number): boolean {
  return type === RDB_TYPE.STRING || VALUE_READERS.has(type);
}

/** A plain function per type; every form that Redis ever wrote has its row. */
const VALUE_READERS = new Map<number, ValueReader>([
  [RDB_TYPE.LIST, readList],
  [RDB_TYPE.LIST_ZIPLIST, (input) => listOf(input.decode(readZiplist, input.binary()))],
  [RDB_TYPE.LIST_QUICKLIST, readQuicklist],
  [RDB_TYPE.LIST_QUICKLIST_2, readQuicklist2],
  [RDB_TYPE.SET, readSet],
  [RDB_TYPE.SET_INTSET, (input) => setOf(input, input.decode(readIntset, input.binary()))],
  [RDB_TYPE.SET_LISTPACK, (input) => setOf(input, input.decode(readListpack, input.binary()))],
  [RDB_TYPE.HASH, readHash],
  [RDB_TYPE.HASH_ZIPMAP, (input) => hashOf(input, input.decode(readZipmap, input.binary()))],
  [RDB_TYPE.HASH_ZIPLIST, (input) => hashOf(input, input.decode(readZiplist, input.binary()))],
  [RDB_TYPE.HASH_LISTPACK, (input) => hashOf(input, input.decode(readListpack, input.binary()))],
  [RDB_TYPE.STREAM_LISTPACKS, streamReader(1)],
  [RDB_TYPE.STREAM_LISTPACKS_2, streamReader(2)],
  [RDB_TYPE.STREAM_LISTPACKS_3, streamReader(3)],
  [RDB_TYPE.ZSET, refuseSortedSet],
  [RDB_TYPE.ZSET_2, refuseSortedSet],
  [RDB_TYPE.ZSET_ZIPLIST, refuseSortedSet],
  [RDB_TYPE.ZSET_LISTPACK, refuseSortedSet],
  [RDB_TYPE.MODULE_PRE_GA, refuseModule],
  [RDB_TYPE.MODULE_2, refuseModule],
  [RDB_TYPE.HASH_METADATA_PRE_GA, refuseFieldDeadlines],
  [RDB_TYPE.HASH_LISTPACK_EX_PRE_GA, refuseFieldDeadlines],
  [RDB_TYPE.HASH_METADATA, refuseFieldDeadlines],
  [RDB_TYPE.HASH_LISTPACK_EX, refuseFieldDeadlines],
]);

function readList(input: RdbInput): List {
  const list = new List();
  for (let left = input.count(); left > 0; left--) list.push('right', input.string());
  return list;
}

/** A chain of ziplists. */
function readQuicklist(input: RdbInput): List {
  const list = new List();
  for (let left = input.count(); left > 0; left--) pushAll(list, input.decode(readZiplist, input.binary()));
  return list;
}

/** A chain of listpacks, and of long elements by themselves. */
function readQuicklist2(input: RdbInput): List {
  const list = new List();
  for (let left = input.count(); left > 0; left--) {
    const container = input.length();
    if (container === QUICKLIST_NODE.PLAIN) list.push('right', input.string());
    else if (container === QUICKLIST_NODE.PACKED) pushAll(list, input.decode(readListpack, input.binary()));
    else throw input.error(`unknown kind of quicklist node: ${container}`);
  }
  return list;
}

function listOf(elements: readonly string[]): List {
  const list = new List();
  pushAll(list, elements);
  return list;
}

function pushAll(list: List, elements: readonly string[]): void {
  for (let i = 0; i < elements.length; i++) list.push('right', elements[i]!);
}

function readSet(input: RdbInput): SetValue {
  const set = new SetValue();
  const count = input.count();
  set.dict.reserve(count);
  for (let left = count; left > 0; left--) addMember(input, set, input.string());
  return set;
}

function setOf(input: RdbInput, members: readonly string[]): SetValue {
  const set = new SetValue();
  for (const member of members) addMember(input, set, member);
  return set;
}

function addMember(input: RdbInput, set: SetValue, member: string): void {
  if (!set.add(member)) throw input.error('a member stands twice in the set');
}

function readHash(input: RdbInput): Hash {
  const hash = new Hash();
  const count = input.count();
  hash.dict.reserve(count);
  for (let left = count; left > 0; left--) setField(input, hash, input.string(), input.string());
  return hash;
}

/** Fields and values in turn. */
function hashOf(input: RdbInput, flat: readonly string[]): Hash {
  const hash = new Hash();
  if (flat.length % 2 !== 0) throw input.error('the last field of the hash has no value');
  for (let i = 0; i < flat.length; i += 2) setField(input, hash, flat[i]!, flat[i + 1]!);
  return hash;
}

function setField(input: RdbInput, hash: Hash, field: string, value: string): void {
  if (!hash.set(field, value)) throw input.error('a field stands twice in the hash');
}

function refuseSortedSet(input: RdbInput): never {
  throw input.error('a sorted set, which stage 10 brings');
}

function refuseModule(input: RdbInput): never {
  throw input.error('a value of a module; there are no modules here');
}

function refuseFieldDeadlines(input: RdbInput): never {
  throw input.error('a hash whose fields have deadlines, which Redis has since 7.4');
}
