import { readListpack } from '#shared/codecs/listpack.ts';
import { normalizeInt64, parseInt64, type Int64 } from '#shared/numbers/int64.ts';
import { ConsumerGroup, type Consumer } from '../../store/stream-groups.ts';
import { compareIds, idText, UINT64_MAX, type StreamId, type Uint64 } from '../../store/stream-id.ts';
import { entriesUpTo } from '../../store/stream-lag.ts';
import { Stream } from '../../store/stream.ts';
import type { RdbInput } from './input.ts';
import { STREAM_ITEM_FLAG } from './stream-item.ts';

/**
 * Reads streams as one of three versions has them (layout: rdb-write-stream.ts): the second added what counts entries,
 * the third when a consumer was active.
 */
export function streamReader(version: 1 | 2 | 3): (input: RdbInput) => Stream {
  return (input) => {
    const stream = new Stream();
    for (let left = input.count(); left > 0; left--) readBlock(input, stream);
    readFacts(input, stream, version);
    for (let left = input.count(); left > 0; left--) readGroup(input, stream, version);
    stream.accountGroups();
    return stream;
  };
}

function readFacts(input: RdbInput, stream: Stream, version: number): void {
  const length = input.unsigned();
  if (length !== stream.length) throw input.error(`a stream of ${length} entries has ${stream.length}`);
  const lastId = readId(input);
  if (compareIds(lastId, stream.lastId) < 0) throw input.error('the last ID of the stream is not its greatest');
  stream.lastId = lastId;
  stream.entriesAdded = length;
  if (version === 1) return;
  // The ID of the first entry. It is not needed: the entries have been read already.
  readId(input);
  stream.maxDeletedId = readId(input);
  stream.entriesAdded = input.unsigned();
}

/** A listpack of entries, after the ID that the IDs of its entries are relative to. */
function readBlock(input: RdbInput, stream: Stream): void {
  const key = input.binary();
  if (key.length !== 16) throw input.error(`the ID of a stream's node has ${key.length} bytes`);
  const first = getId(key);
  const items = new Items(input, input.decode(readListpack, input.binary()));
  const count = items.number();
  const deleted = items.number();
  const names = items.texts(items.number());
  if (items.number() !== 0) throw input.error('the master entry of a stream has no end');
  for (let left = count + deleted; left > 0; left--) readEntry(input, stream, items, first, names);
  if (!items.atEnd) throw input.error('a node of a stream has more entries than it says');
}

function readEntry(input: RdbInput, stream: Stream, items: Items, first: StreamId, names: readonly string[]): void {
  const flags = items.number();
  const id = { ms: add(first.ms, items.integer()), seq: add(first.seq, items.integer()) };
  const same = (flags & STREAM_ITEM_FLAG.SAMEFIELDS) !== 0;
  const fields = same ? interleave(names, items.texts(names.length)) : items.texts(2 * items.number());
  items.number();
  if ((flags & STREAM_ITEM_FLAG.DELETED) !== 0) return;
  if (compareIds(id, stream.lastId) <= 0) throw input.error(`entry ${idText(id)} of a stream is out of order`);
  stream.append(id, fields, 0);
}

function interleave(names: readonly string[], values: readonly string[]): string[] {
  const fields: string[] = [];
  for (let i = 0; i < names.length; i++) fields.push(names[i]!, values[i]!);
  return fields;
}

function readGroup(input: RdbInput, stream: Stream, version: number): void {
  const name = input.string();
  const lastId = readId(input);
  const group = new ConsumerGroup(lastId, undefined);
  if (version === 1) group.entriesRead = entriesUpTo(stream, lastId);
  else {
    const read = input.unsigned();
    // Redis keeps -1 for a number that is not known.
    if (read !== UINT64_MAX) group.entriesRead = read;
  }
  if (stream.groups.has(name)) throw input.error('a consumer group stands twice in the stream');
  stream.groups.set(name, group);
  const pending = readPending(input);
  for (let left = input.count(); left > 0; left--) readConsumer(input, group, pending, version);
  if (pending.size > 0) throw input.error('a pending entry has no consumer');
}

/** Delivered to some consumer of the group, which is named later. */
interface Delivery {
  readonly deliveryTime: number;
  readonly deliveryCount: Uint64;
}

function readPending(input: RdbInput): Map<string, Delivery> {
  const pending = new Map<string, Delivery>();
  const count = input.count();
  for (let i = 0; i < count; i++) {
    const id = idText(getId(input.bytes(16)));
    pending.set(id, { deliveryTime: Number(input.milliseconds()), deliveryCount: input.unsigned() });
  }
  if (pending.size < count) throw input.error('an entry is pending twice');
  return pending;
}

function readConsumer(input: RdbInput, group: ConsumerGroup, pending: Map<string, Delivery>, version: number): void {
  const name = input.string();
  if (group.consumers.has(name)) throw input.error('a consumer stands twice in its group');
  const consumer = group.createConsumer(name);
  consumer.seenTime = Number(input.milliseconds());
  consumer.activeTime = version < 3 ? consumer.seenTime : Number(input.milliseconds());
  for (let left = input.count(); left > 0; left--) readDelivered(input, group, consumer, pending);
}

function readDelivered(
  input: RdbInput,
  group: ConsumerGroup,
  consumer: Consumer,
  pending: Map<string, Delivery>,
): void {
  const id = getId(input.bytes(16));
  const text = idText(id);
  const delivery = pending.get(text);
  if (delivery === undefined) throw input.error(`a consumer's pending entry ${text} is not its group's`);
  pending.delete(text);
  group.addPending({ ...id, consumer, ...delivery });
}

/** The elements of a listpack, one after the other. */
class Items {
  private readonly input: RdbInput;
  private readonly items: readonly string[];
  private at = 0;

  constructor(input: RdbInput, items: readonly string[]) {
    this.input = input;
    this.items = items;
  }

  get atEnd(): boolean {
    return this.at === this.items.length;
  }

  integer(): Int64 {
    const value = this.at < this.items.length ? parseInt64(this.items[this.at++]!) : undefined;
    if (value === undefined) throw this.input.error('a node of a stream lacks a number');
    return value;
  }

  /** A number of something, which cannot be negative. */
  number(): number {
    const value = Number(this.integer());
    if (value < 0) throw this.input.error('a number in a node of a stream is negative');
    return value;
  }

  texts(count: number): string[] {
    if (count > this.items.length - this.at) throw this.input.error('a node of a stream lacks fields or values');
    this.at += count;
    return this.items.slice(this.at - count, this.at);
  }
}

/** Sums of IDs wrap at 64 bits, as they do in C. */
function add(base: Uint64, distance: Int64): Uint64 {
  if (typeof base === 'number' && typeof distance === 'number') {
    const sum = base + distance;
    if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum;
  }
  return normalizeInt64(BigInt.asUintN(64, BigInt(base) + BigInt(distance)));
}

function readId(input: RdbInput): StreamId {
  const ms = input.unsigned();
  return { ms, seq: input.unsigned() };
}

function getId(bytes: Buffer): StreamId {
  return { ms: normalizeInt64(bytes.readBigUInt64BE(0)), seq: normalizeInt64(bytes.readBigUInt64BE(8)) };
}
