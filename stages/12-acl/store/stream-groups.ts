import { IdIndex } from './id-index.ts';
import { increment, type StreamId, type Uint64 } from './stream-id.ts';

/** An entry that was delivered and not acknowledged yet; its own ID (Redis: `streamNACK`). */
export interface PendingEntry extends StreamId {
  consumer: Consumer;
  /** When it was last delivered; ms since 1970. */
  deliveryTime: number;
  deliveryCount: Uint64;
}

/** One reader of a group (Redis: `streamConsumer`). */
export interface Consumer {
  readonly name: string;
  /** The entries that it has yet to acknowledge. */
  readonly pending: IdIndex<PendingEntry>;
  /** When it last tried to get entries, and when it last got some, -1 for never; ms since 1970. */
  seenTime: number;
  activeTime: number;
}

/** Bytes that a pending entry and a consumer take, with their places in the indexes. */
const PENDING_BYTES = 150;
const CONSUMER_BYTES = 250;

/**
 * Readers that share a stream: each entry goes to one consumer, which has to acknowledge it (Redis: `streamCG`). The
 * pending entries list (PEL) is kept twice: for the whole group, and for each consumer.
 */
export class ConsumerGroup {
  /** The greatest ID that was delivered. */
  lastId: StreamId;
  /** How many of the entries ever added it has read; undefined when that is not known. */
  entriesRead: Uint64 | undefined;
  readonly pending = new IdIndex<PendingEntry>();
  readonly consumers = new Map<string, Consumer>();

  constructor(lastId: StreamId, entriesRead: Uint64 | undefined) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.pending.size * PENDING_BYTES + this.consumers.size * CONSUMER_BYTES;
  }

  createConsumer(name: string): Consumer {
    const consumer = { name, pending: new IdIndex<PendingEntry>(), seenTime: Date.now(), activeTime: -1 };
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** Removes a consumer, and what it has not acknowledged with it; @returns the number of those entries. */
  deleteConsumer(consumer: Consumer): number {
    for (const entry of consumer.pending.from({ ms: 0, seq: 0 })) this.pending.delete(entry);
    this.consumers.delete(consumer.name);
    return consumer.pending.size;
  }

  /** Notes that a consumer was given an entry. It may have been pending before: XGROUP SETID can go back. */
  deliver({ ms, seq }: StreamId, consumer: Consumer, now: number): PendingEntry {
    const known = this.pending.get({ ms, seq });
    if (known !== undefined) {
      this.giveTo(known, consumer);
      known.deliveryTime = now;
      known.deliveryCount = 1;
      return known;
    }
    return this.addPending({ ms, seq, consumer, deliveryTime: now, deliveryCount: 1 });
  }

  addPending(entry: PendingEntry): PendingEntry {
    this.pending.add(entry);
    entry.consumer.pending.add(entry);
    return entry;
  }

  /** Makes another consumer responsible for a pending entry. */
  giveTo(entry: PendingEntry, consumer: Consumer): void {
    if (entry.consumer === consumer) return;
    entry.consumer.pending.delete(entry);
    consumer.pending.add(entry);
    entry.consumer = consumer;
  }

  /** @returns whether such an entry was pending */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    this.pending.delete(id);
    entry.consumer.pending.delete(id);
    return true;
  }

  copy(): ConsumerGroup {
    const copy = new ConsumerGroup(this.lastId, this.entriesRead);
    for (const { name, seenTime, activeTime } of this.consumers.values()) {
      Object.assign(copy.createConsumer(name), { seenTime, activeTime });
    }
    for (const entry of this.pending.from({ ms: 0, seq: 0 })) {
      copy.addPending({ ...entry, consumer: copy.consumers.get(entry.consumer.name)! });
    }
    return copy;
  }
}

/** One delivery more, counted exactly. */
export function countDelivery(entry: PendingEntry): void {
  entry.deliveryCount = increment(entry.deliveryCount);
}
