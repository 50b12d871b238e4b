import { readIntset } from '#shared/codecs/intset.ts';
import { readListpack } from '#shared/codecs/listpack.ts';
import { readZiplist } from '#shared/codecs/ziplist.ts';
import { readZipmap } from '#shared/codecs/zipmap.ts';
import type { Bulk } from '#shared/resp/reply.ts';
import { Hash } from '../../store/hash-value.ts';
import { List } from '../../store/list.ts';
import { RawString } from '../../store/raw-string.ts';
import { SetValue } from '../../store/set-value.ts';
import type { Value } from '../../store/value.ts';
import type { RdbError } from './error.ts';
import type { RdbInput } from './input.ts';
import { streamReader } from './read-stream.ts';
import { QUICKLIST_NODE, RDB_TYPE } from './types.ts';

/** Reads one value, after its type. @throws RdbError */
type ValueReader = (input: RdbInput) => Value;

/**
 * A value of this RDB type (Redis: `rdbLoadObject`). It may be empty, which no key may hold.
 * @throws RdbError for what is damaged, and for types that this stage does not have
 */
export function readValue(input: RdbInput, type: number): Value {
  if (type === RDB_TYPE.STRING) return stringOf(input.bulk());
  const read = VALUE_READERS.get(type);
  if (read === undefined) throw input.error(`unknown type of value: ${type}`);
  return read(input);
}

/** Whether a byte, which may be a type or an opcode, is a type. */
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

/** A plain list is read a batch at a time; a plain set or hash up to this size at once. */
const BATCH = 1024;

function stringOf(bulk: Bulk): Value {
  return typeof bulk === 'string' ? bulk : RawString.from(bulk);
}

function readList(input: RdbInput): List {
  const list = new List();
  for (let left = input.count(); left > 0; left -= BATCH) {
    list.pushAll('right', readStrings(input, Math.min(left, BATCH)), 0);
  }
  list.fit();
  return list;
}

/** A chain of ziplists. */
function readQuicklist(input: RdbInput): List {
  const list = new List();
  for (let left = input.count(); left > 0; left--) list.pushAll('right', input.decode(readZiplist, input.binary()), 0);
  list.fit();
  return list;
}

/** A chain of listpacks, and of long elements by themselves. */
function readQuicklist2(input: RdbInput): List {
  const list = new List();
  for (let left = input.count(); left > 0; left--) {
    const container = input.length();
    if (container === QUICKLIST_NODE.PLAIN) list.push('right', input.string());
    else if (container === QUICKLIST_NODE.PACKED) list.pushAll('right', input.decode(readListpack, input.binary()), 0);
    else throw input.error(`unknown kind of quicklist node: ${container}`);
  }
  list.fit();
  return list;
}

function listOf(elements: readonly string[]): List {
  const list = new List();
  list.pushAll('right', elements, 0);
  list.fit();
  return list;
}

function readSet(input: RdbInput): SetValue {
  const count = input.count();
  if (count <= BATCH) return setOf(input, readStrings(input, count));
  const set = new SetValue();
  let member = input.string();
  set.expect(member, count);
  for (let left = count; ; member = input.string()) {
    if (!set.add(member)) throw memberTwice(input);
    if (--left === 0) return set;
  }
}

function setOf(input: RdbInput, members: readonly string[]): SetValue {
  if (new Set(members).size < members.length) throw memberTwice(input);
  return SetValue.from(members);
}

function memberTwice(input: RdbInput): RdbError {
  return input.error('a member stands twice in the set');
}

function readHash(input: RdbInput): Hash {
  const count = input.count();
  if (count <= BATCH) return hashOf(input, readStrings(input, count * 2));
  const hash = new Hash();
  hash.expect(count);
  for (let left = count; left > 0; left--) {
    if (!hash.set(input.string(), input.string())) throw fieldTwice(input);
  }
  return hash;
}

/** Fields and values in turn. */
function hashOf(input: RdbInput, pairs: readonly string[]): Hash {
  if (pairs.length % 2 !== 0) throw input.error('the last field of the hash has no value');
  const fields = new Set(pairs.filter((_, index) => index % 2 === 0));
  if (fields.size < pairs.length / 2) throw fieldTwice(input);
  return Hash.from(pairs);
}

function fieldTwice(input: RdbInput): RdbError {
  return input.error('a field stands twice in the hash');
}

function readStrings(input: RdbInput, count: number): string[] {
  const strings: string[] = [];
  for (let left = count; left > 0; left--) strings.push(input.string());
  return strings;
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
