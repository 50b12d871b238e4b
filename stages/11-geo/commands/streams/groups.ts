import { keyAt, keysBehind } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { countDelivery, type Consumer, type ConsumerGroup, type PendingEntry } from '../../store/stream-groups.ts';
import { compareIds, idText, MAX_ID, nextId, type StreamId } from '../../store/stream-id.ts';
import { advanceGroup } from '../../store/stream-lag.ts';
import { Stream } from '../../store/stream.ts';
import { entryReply, noGroup, requireId } from './arguments.ts';
import { hasEntriesAfter, parseRead, streamsReply, type ReadResult } from './read.ts';

/** Reading as one of several consumers that share the entries of a stream among them. */
export const streamGroups: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xreadgroup',
      arity: -7,
      flags: 'write blocking',
      keys: [keysBehind('STREAMS', 4, 'RO access')],
      since: '5.0.0',
      summary: 'Entries that nobody in the group was given yet, or those a consumer has pending.',
      run: xreadgroup,
    },
    {
      name: 'xack',
      arity: -4,
      flags: 'write fast',
      keys: [keyAt(1, 'RW update')],
      since: '5.0.0',
      summary: 'Says that entries have been dealt with.',
      run: xack,
    },
  ],
};

/**
 * `XREADGROUP GROUP group consumer [COUNT count] [BLOCK ms] [NOACK] STREAMS key … id …`. With the ID `>`: what nobody
 * in the group was given yet; with any other: what this consumer was given after that ID and has not acknowledged.
 */
function xreadgroup(request: Request): Reply {
  const { db, args } = request;
  const { keys, ids, count, block, group: named, noAck } = parseRead(args, 'xreadgroup');
  const reads = keys.map((key, i) => {
    return { key, ...requireReadGroup(db, key, named!.name), after: pendingAfter(ids[i]!) };
  });
  const effects: string[][] = [];
  const results: ReadResult[] = [];
  for (const { key, stream, group, after } of reads) {
    const isHistory = compareIds(after, MAX_ID) !== 0;
    if (!isHistory && !hasEntriesAfter(stream, group.lastId)) continue;
    const known = group.consumers.get(named!.consumer);
    const consumer = known ?? group.createConsumer(named!.consumer);
    // A claim creates its consumer too.
    const isClaimed = !isHistory && !noAck;
    if (known === undefined && !isClaimed) effects.push(['XGROUP', 'CREATECONSUMER', key, named!.name, consumer.name]);
    consumer.seenTime = Date.now();
    if (isHistory) results.push([key, history(stream, consumer, after, count)]);
    else {
      consumer.activeTime = consumer.seenTime;
      results.push([key, deliver({ key, stream, group, groupName: named!.name, consumer, noAck }, count, effects)]);
    }
    signalGroups(db, key, stream, known === undefined ? 'xgroup-createconsumer' : undefined);
  }
  // Not through propagateAs: there may be more of them than a call takes arguments.
  request.effects = effects;
  if (results.length > 0) return streamsReply(request, results);
  if (block === undefined) return NULL_ARRAY;
  return request.block({ keys, type: Stream, timeout: block, timeoutReply: NULL_ARRAY, orRemoved: true });
}

interface Delivery {
  readonly key: string;
  readonly stream: Stream;
  readonly group: ConsumerGroup;
  readonly groupName: string;
  readonly consumer: Consumer;
  readonly noAck: boolean;
}

/** Gives new entries to a consumer (Redis: `streamReplyWithRange` with a group). */
function deliver(delivery: Delivery, count: number, effects: string[][]): Reply[] {
  const { key, stream, group, groupName, consumer, noAck } = delivery;
  const now = Date.now();
  const entries = stream.range(nextId(group.lastId)!, MAX_ID, count);
  for (const entry of entries) {
    advanceGroup(stream, group, { ms: entry.ms, seq: entry.seq });
    if (!noAck) effects.push(claimEffect(key, groupName, group, group.deliver(entry, consumer, now)));
  }
  effects.push(setIdEffect(key, groupName, group));
  return entries.map(entryReply);
}

/** What a consumer has pending; null in place of an entry that was deleted (`streamReplyWithRangeFromConsumerPEL`). */
function history(stream: Stream, consumer: Consumer, after: StreamId, count: number): Reply[] {
  const now = Date.now();
  const replies: Reply[] = [];
  for (const pending of consumer.pending.from(nextId(after)!)) {
    if (replies.length >= count) break;
    const entry = stream.get(pending);
    replies.push(entry === undefined ? [idText(pending), NULL_ARRAY] : entryReply(entry));
    if (entry === undefined) continue;
    pending.deliveryTime = now;
    countDelivery(pending);
  }
  return replies;
}

function xack({ db, args }: Request): Reply {
  const stream = db.lookupReadToChange(args[1]!, Stream);
  const group = stream?.groups.get(args[2]!);
  if (stream === undefined || group === undefined) return 0;
  const ids: StreamId[] = [];
  for (let i = 3; i < args.length; i++) ids.push(requireId(args[i]!));
  let acknowledged = 0;
  for (const id of ids) if (group.acknowledge(id)) acknowledged++;
  if (acknowledged > 0) signalGroups(db, args[1]!, stream, undefined, acknowledged);
  return acknowledged;
}

/** The groups of a stream have changed. The change goes to the log and the replicas, but it does not mark watched keys. */
export function signalGroups(db: Request['db'], key: string, stream: Stream, event?: string, changes = 1): void {
  stream.accountGroups();
  db.signalUnwatched(key, event, changes);
}

/** How a delivery goes to the AOF and the replicas, so that it can be repeated (Redis: `streamPropagateXCLAIM`). */
export function claimEffect(key: string, groupName: string, group: ConsumerGroup, entry: PendingEntry): string[] {
  const { consumer, deliveryTime, deliveryCount } = entry;
  return [
    ...['XCLAIM', key, groupName, consumer.name, '0', idText(entry)],
    ...['TIME', String(deliveryTime), 'RETRYCOUNT', String(deliveryCount)],
    ...['FORCE', 'JUSTID', 'LASTID', idText(group.lastId)],
  ];
}

/** The position of a group, in the same form (Redis: `streamPropagateGroupID`). */
export function setIdEffect(key: string, groupName: string, group: ConsumerGroup): string[] {
  const entriesRead = String(group.entriesRead ?? -1);
  return ['XGROUP', 'SETID', key, groupName, idText(group.lastId), 'ENTRIESREAD', entriesRead];
}

function requireReadGroup(db: Request['db'], key: string, name: string): { stream: Stream; group: ConsumerGroup } {
  const stream = db.lookupReadToChange(key, Stream);
  const group = stream?.groups.get(name);
  if (stream !== undefined && group !== undefined) return { stream, group };
  throw new ReplyError(`${noGroup(key, name).message} in XREADGROUP with GROUP option`);
}

/** `>` means the greatest ID: nothing can be pending after it. */
function pendingAfter(id: string): StreamId {
  if (id === '>') return MAX_ID;
  if (id !== '$') return requireId(id);
  throw new ReplyError(
    'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ' +
      'specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
  );
}
