import { NO_REPLY, type Reply } from '#shared/resp/reply.ts';
import type { Database } from '../store/database.ts';
import type { Keyspace, KeyspaceListener } from '../store/keyspace.ts';
import type { StoredValue, TypeOf } from '../store/value.ts';
import type { BlockedClients } from './blocked-clients.ts';
import type { Client } from './client.ts';

/** How a blocking command waits for keys. */
export interface KeyWait {
  readonly keys: readonly string[];
  /** Only a key that holds this type can end the wait. */
  readonly type: TypeOf<StoredValue>;
  /** How long at most; ms, 0 for ever. */
  readonly timeout: number;
  /** The reply when the timeout expires. */
  readonly timeoutReply: Reply;
  /** The reply where nothing may block, as inside EXEC, if it differs from `timeoutReply`. */
  readonly deniedReply?: Reply;
  /** A key that is removed or replaced by another type ends the wait, too: the command runs again, and sees the change. */
  readonly orRemoved?: boolean;
}

/** Runs a request again, now that a key is ready. @returns its reply; NO_REPLY: it has to go on waiting */
export type Retry = (readyKey: string) => Reply;

/** A client that waits, and how its request is tried again. */
interface Waiter {
  readonly client: Client;
  readonly db: Database;
  readonly wait: KeyWait;
  readonly retry: Retry;
}

/** The clients that wait for one key. */
interface Queue {
  readonly db: Database;
  readonly key: string;
  /** A Set keeps the order of arrival, and forgets in O(1). */
  readonly waiters: Set<Waiter>;
  /** How many of these clients wait for the key's removal, too. */
  orRemoved: number;
  /** The key was changed, and the waiting requests have not run again since. */
  ready: boolean;
}

/**
 * Which client waits for which keys, first come, first served (Redis: blocked.c). A blocked command is not answered but kept; when
 * one of its keys is changed it runs again, and either answers or keeps its place in the queue.
 */
export class KeyWaits implements KeyspaceListener {
  private readonly blockedClients: BlockedClients;
  private readonly keyspace: Keyspace;
  private readonly queues = new Map<Database, Map<string, Queue>>();
  /** Keys that have changed while clients wait for them, in the order of the changes (Redis: `server.ready_keys`). */
  private ready: Queue[] = [];

  constructor(blockedClients: BlockedClients, keyspace: Keyspace) {
    this.blockedClients = blockedClients;
    this.keyspace = keyspace;
  }

  /** The number of keys that clients wait for, and of those whose removal ends a wait too. */
  countKeys(): { keys: number; orRemoved: number } {
    const queues = [...this.queues.values()].flatMap((byKey) => [...byKey.values()]);
    return { keys: queues.length, orRemoved: queues.filter(({ orRemoved }) => orRemoved > 0).length };
  }

  /** Makes the client wait (`blockForKeys`). A request that is tried again and still has to wait keeps its place. */
  block(client: Client, db: Database, wait: KeyWait, retry: Retry): typeof NO_REPLY {
    if (client.blocked) return NO_REPLY;
    const waiter: Waiter = { client, db, wait, retry };
    for (const key of wait.keys) this.enqueue(waiter, key);
    this.keyspace.addListener(this);
    return this.blockedClients.block(client, {
      timeout: wait.timeout,
      timedOut: () => wait.timeoutReply,
      ended: () => {
        for (const key of wait.keys) this.dequeue(waiter, key);
      },
    });
  }

  keyModified(db: Database, key: string): void {
    if (this.blockedClients.size === 0) return this.keyspace.removeListener(this);
    const queue = this.queues.get(db)?.get(key);
    if (queue !== undefined) this.signalReady(queue);
  }

  databaseFlushed(db: Database): void {
    this.queues.get(db)?.forEach((queue) => this.signalReady(queue));
  }

  databasesSwapped(a: Database, b: Database): void {
    for (const db of [a, b]) this.queues.get(db)?.forEach((queue) => this.signalReady(queue));
  }

  /** Serves clients that wait for keys that have changed, until nothing changes any more (`handleClientsBlockedOnKeys`). */
  serve(): void {
    if (this.ready.length > 0) this.serveReady();
  }

  private serveReady(): void {
    while (this.ready.length > 0) {
      const { ready } = this;
      this.ready = [];
      for (const queue of ready) this.serveQueue(queue);
    }
  }

  /** Redis: `signalKeyAsReady`. */
  private signalReady(queue: Queue): void {
    if (queue.ready) return;
    queue.ready = true;
    this.ready.push(queue);
  }

  private serveQueue(queue: Queue): void {
    queue.ready = false;
    let value = queue.db.peek(queue.key);
    for (const waiter of queue.waiters) {
      if (value === undefined && queue.orRemoved === 0) return;
      const { client, wait, retry } = waiter;
      // An element that a closing connection took would be lost.
      if (client.socket?.destroyed) continue;
      if (!(value instanceof wait.type) && !wait.orRemoved) continue;
      client.replies.holdPushes();
      const reply = retry(queue.key);
      if (reply !== NO_REPLY) this.blockedClients.unblock(client, reply);
      client.replies.releasePushes();
      value = queue.db.peek(queue.key);
    }
  }

  private enqueue(waiter: Waiter, key: string): void {
    const { db, wait } = waiter;
    let byKey = this.queues.get(db);
    if (byKey === undefined) this.queues.set(db, (byKey = new Map()));
    let queue = byKey.get(key);
    if (queue === undefined) byKey.set(key, (queue = { db, key, waiters: new Set(), orRemoved: 0, ready: false }));
    // The same key may be named twice.
    if (queue.waiters.has(waiter)) return;
    queue.waiters.add(waiter);
    if (wait.orRemoved) queue.orRemoved++;
  }

  private dequeue(waiter: Waiter, key: string): void {
    const byKey = this.queues.get(waiter.db)!;
    const queue = byKey.get(key);
    if (!queue?.waiters.delete(waiter)) return;
    if (waiter.wait.orRemoved) queue.orRemoved--;
    if (queue.waiters.size === 0) byKey.delete(key);
  }
}
