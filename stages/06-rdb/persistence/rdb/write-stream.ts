import { ListpackWriter } from '#shared/codecs/listpack.ts';
import { normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';
import type { IdIndex } from '../../store/id-index.ts';
import type { StreamBlock } from '../../store/stream-block.ts';
import type { Consumer, ConsumerGroup, PendingEntry } from '../../store/stream-groups.ts';
import { MIN_ID, subtract, UINT64_MAX, type StreamId, type Uint64 } from '../../store/stream-id.ts';
import type { Stream } from '../../store/stream.ts';
import type { RdbOutput } from './output.ts';
import { STREAM_ITEM_FLAG } from './stream-item.ts';
import { RDB_TYPE } from './types.ts';

/** Pending entries after which the caller may look at the clock. */
const STEP = 1000;

/** Version 10 added what counts entries, version 11 when consumers were active. */
export function streamType(version: number): number {
  if (version >= 11) return RDB_TYPE.STREAM_LISTPACKS_3;
  return version === 10 ? RDB_TYPE.STREAM_LISTPACKS_2 : RDB_TYPE.STREAM_LISTPACKS;
}

/** Writes a stream: its blocks as listpacks, each after the ID it begins with; then the rest. */
export function* streamSteps(out: RdbOutput, stream: Stream, version: number): Generator<void> {
  const blocks = stream.blocks.filter((block) => block.length > 0);
  out.length(blocks.length);
  for (const [index, block] of blocks.entries()) {
    if (index > 0 && index % 10 === 0) yield;
    const id = Buffer.allocUnsafe(16);
    putId(id, block.id(0));
    out.binary(id);
    out.binary(encodeBlock(block));
  }
  out.length(stream.length);
  writeId(out, stream.lastId);
  if (version >= 10) {
    writeId(out, stream.firstEntryId ?? MIN_ID);
    writeId(out, stream.maxDeletedId);
    out.length(stream.entriesAdded);
  }
  out.length(stream.groups.size);
  for (const [name, group] of stream.groups) yield* groupSteps(out, name, group, version);
}

/**
 * A listpack of entries. It begins with the "master entry": number of entries, of deleted ones, of fields, the
 * fields' names, 0. An entry with just these names is written without them:
 *
 *   flags  ms  seq  [number of fields]  name  value  name  value …  number of elements
 *   flags  ms  seq  value  value …  number of elements
 *
 * `ms` and `seq` are counted from the ID of the block. The number at the end lets Redis read backwards.
 */
function encodeBlock(block: StreamBlock): Buffer {
  const first = block.entry(0);
  const names = first.fields.filter((_, index) => index % 2 === 0);
  const writer = new ListpackWriter();
  writer.appendInteger(block.length);
  writer.appendInteger(0);
  writer.appendInteger(names.length);
  for (const name of names) writer.append(name);
  writer.appendInteger(0);
  for (let i = 0; i < block.length; i++) {
    const { ms, seq, fields } = block.entry(i);
    const same = hasNames(fields, names);
    writer.appendInteger(same ? STREAM_ITEM_FLAG.SAMEFIELDS : STREAM_ITEM_FLAG.NONE);
    writer.appendInteger(wrap(subtract(ms, first.ms)));
    writer.appendInteger(wrap(subtract(seq, first.seq)));
    if (!same) writer.appendInteger(fields.length / 2);
    for (let at = same ? 1 : 0; at < fields.length; at += same ? 2 : 1) writer.append(fields[at]!);
    writer.appendInteger(same ? names.length + 3 : fields.length + 4);
  }
  return writer.finish();
}

function hasNames(fields: readonly string[], names: readonly string[]): boolean {
  if (fields.length !== 2 * names.length) return false;
  for (let i = 0; i < names.length; i++) if (fields[2 * i] !== names[i]) return false;
  return true;
}

/** A difference of unsigned numbers, as the signed one of the same 64 bits. */
function wrap(difference: Uint64): Int64 {
  return typeof difference === 'number' ? difference : normalizeInt64(BigInt.asIntN(64, difference));
}

/** The group's pending entries with their counts, then those of each consumer by ID alone. */
function* groupSteps(out: RdbOutput, name: string, group: ConsumerGroup, version: number): Generator<void> {
  out.string(name);
  writeId(out, group.lastId);
  // Redis keeps -1 for a number that is not known.
  if (version >= 10) out.length(group.entriesRead ?? UINT64_MAX);
  yield* pendingSteps(out, group.pending, (entry) => {
    out.milliseconds(entry.deliveryTime);
    out.length(entry.deliveryCount);
  });
  out.length(group.consumers.size);
  for (const consumer of group.consumers.values()) yield* consumerSteps(out, consumer, version);
}

function* consumerSteps(out: RdbOutput, consumer: Consumer, version: number): Generator<void> {
  out.string(consumer.name);
  out.milliseconds(consumer.seenTime);
  if (version >= 11) out.milliseconds(consumer.activeTime);
  yield* pendingSteps(out, consumer.pending);
}

function* pendingSteps(
  out: RdbOutput,
  pending: IdIndex<PendingEntry>,
  more?: (entry: PendingEntry) => void,
): Generator<void> {
  out.length(pending.size);
  const id = Buffer.allocUnsafe(16);
  let written = 0;
  for (const entry of pending.from(MIN_ID)) {
    if (written > 0 && written % STEP === 0) yield;
    written++;
    putId(id, entry);
    out.bytes(id);
    more?.(entry);
  }
}

function writeId(out: RdbOutput, { ms, seq }: StreamId): void {
  out.length(ms);
  out.length(seq);
}

/** Big endian, so that IDs as bytes have the order of IDs (Redis: `streamEncodeID`). */
function putId(target: Buffer, { ms, seq }: StreamId): void {
  target.writeBigUInt64BE(BigInt(ms), 0);
  target.writeBigUInt64BE(BigInt(seq), 8);
}
