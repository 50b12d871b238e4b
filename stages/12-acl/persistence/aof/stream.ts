import type { Consumer, ConsumerGroup } from '../../store/stream-groups.ts';
import { idText, MAX_ID, MIN_ID, nextId, type StreamId } from '../../store/stream-id.ts';
import type { Stream } from '../../store/stream.ts';

/** Entries fetched from the stream at once. */
const BATCH = 64;

/** The commands that make a stream with all that is known of it (Redis: `rewriteStreamObject`). */
export function* streamCommands(key: string, stream: Stream): Generator<string[]> {
  yield* entryCommands(key, stream);
  // Deleted entries were counted too, and may have had the greatest ID.
  const { lastId, entriesAdded, maxDeletedId } = stream;
  yield ['XSETID', key, idText(lastId), 'ENTRIESADDED', String(entriesAdded), 'MAXDELETEDID', idText(maxDeletedId)];
  for (const [name, group] of stream.groups) yield* groupCommands(key, name, group);
}

function* entryCommands(key: string, stream: Stream): Generator<string[]> {
  // An entry that is trimmed at once leaves a stream without entries.
  if (stream.length === 0) yield ['XADD', key, 'MAXLEN', '0', '0-1', 'x', 'y'];
  let start: StreamId | undefined = MIN_ID;
  while (start !== undefined) {
    const entries = stream.range(start, MAX_ID, BATCH);
    for (const entry of entries) yield ['XADD', key, idText(entry), ...entry.fields];
    start = entries.length === BATCH ? nextId(entries.at(-1)!) : undefined;
  }
}

function* groupCommands(key: string, name: string, group: ConsumerGroup): Generator<string[]> {
  const { lastId, entriesRead = -1 } = group;
  yield ['XGROUP', 'CREATE', key, name, idText(lastId), 'ENTRIESREAD', String(entriesRead)];
  for (const consumer of group.consumers.values()) {
    if (consumer.pending.size === 0) yield ['XGROUP', 'CREATECONSUMER', key, name, consumer.name];
    else yield* pendingCommands(key, name, consumer);
  }
}

function* pendingCommands(key: string, name: string, consumer: Consumer): Generator<string[]> {
  for (const entry of consumer.pending.from(MIN_ID)) {
    const { deliveryTime, deliveryCount } = entry;
    const times = ['TIME', String(deliveryTime), 'RETRYCOUNT', String(deliveryCount)];
    yield ['XCLAIM', key, name, consumer.name, '0', idText(entry), ...times, 'JUSTID', 'FORCE'];
  }
}
