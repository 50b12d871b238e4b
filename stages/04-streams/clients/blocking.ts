import type { Reply } from '#shared/resp/reply.ts';
import { NO_REPLY } from '#shared/resp/reply.ts';
import type { Client } from '../network/client.ts';
import type { Request } from '../router/request.ts';
import type { Database } from '../store/database.ts';
import type { KeyspaceListener } from '../store/keyspace.ts';
import type { StoredValue, TypeOf } from '../store/value.ts';

/** What a blocking command waits for. */
export interface Wait {
  readonly keys: readonly string[];
  /** Only a key that holds this type can end the wait. */
  readonly type: TypeOf<StoredValue>;
  /** How long at most; ms, 0 for ever. */
  readonly timeout: number;
  /** The reply when that time is over. */
  readonly timeoutReply: Reply;
  /** The reply where nothing may block, as inside EXEC, when it is another one. */
  readonly deniedReply?: Reply;
  /** A key that is removed or replaced by another type ends the wait too: the command then finds out for itself. */
  readonly orRemoved?: boolean;
}

/** A client that waits, with the request that will be tried again. */
export interface Waiter {
  readonly request: Request;
  readonly db: Database;
  readonly wait: Wait;
  timer: NodeJS.Timeout | undefined;
}

/** Who waits for one key. */
interface Queue {
  readonly db: Database;
  readonly key: string;
  /** A Set keeps the order of arrival, and forgets in O(1). */
  readonly waiters: Set<Waiter>;
  /** How many of them wait for its removal too. */
  orRemoved: number;
  /** The key was changed, and the waiters have not been tried since. */
  ready: boolean;
}

/** Longest time that a timer takes; longer waits take several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Who waits for which key, first come first served (Redis: blocked.c). A blocked command is not answered but kept; when
 * one of its keys is changed it runs again, and either answers or keeps its place in the queue.
 */
export class BlockedClients implements KeyspaceListener {
  private readonly queues = new Map<Database, Map<string, Queue>>();
  /** Keys that were changed while somebody waits for them, in that order (Redis: `server.ready_keys`). */
  private ready: Queue[] = [];
  private readonly reprocess: (request: Request) => Reply;
  private readonly resume: (client: Client) => void;
  /** Number of clients that wait. */
  size = 0;

  /** `reprocess` tries a request again; `resume` is told of each client that has got its reply and may go on. */
  constructor(reprocess: (request: Request) => Reply, resume: (client: Client) => void) {
    this.reprocess = reprocess;
    this.resume = resume;
  }

  /** Makes the client wait (`blockForKeys`). A request that is tried again and still has to wait keeps its place. */
  block(request: Request, wait: Wait): typeof NO_REPLY {
    const { client, db } = request;
    if (client.blocked !== undefined) return NO_REPLY;
    const waiter: Waiter = { request, db, wait, timer: undefined };
    client.blocked = waiter;
    this.size++;
    for (const key of wait.keys) this.enqueue(waiter, key);
    if (wait.timeout > 0) this.startTimer(waiter, Date.now() + wait.timeout);
    return NO_REPLY;
  }

  /** The client is gone, or has its reply (Redis: `unblockClient`). */
  forget(client: Client): void {
    const waiter = client.blocked;
    if (waiter === undefined) return;
    client.blocked = undefined;
    this.size--;
    clearTimeout(waiter.timer);
    for (const key of waiter.wait.keys) this.dequeue(waiter, key);
  }

  keyModified(db: Database, key: string): void {
    if (this.size === 0) return;
    const queue = this.queues.get(db)?.get(key);
    if (queue !== undefined) this.signalReady(queue);
  }

  databaseFlushed(db: Database): void {
    this.queues.get(db)?.forEach((queue) => this.signalReady(queue));
  }

  databasesSwapped(a: Database, b: Database): void {
    for (const db of [a, b]) this.queues.get(db)?.forEach((queue) => this.signalReady(queue));
  }

  /** Serves who waits for keys that have changed, until nothing changes any more (`handleClientsBlockedOnKeys`). */
  serve(): void {
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
      const { request, wait } = waiter;
      // What a connection that is about to go would take would be lost.
      if (request.client.socket.destroyed) continue;
      if (!(value instanceof wait.type) && !wait.orRemoved) continue;
      request.readyKey = queue.key;
      const reply = this.reprocess(request);
      if (reply !== NO_REPLY) this.answer(request.client, reply);
      value = queue.db.peek(queue.key);
    }
  }

  /** Ends a client's wait with this reply (Redis: `unblockClient`). */
  answer(client: Client, reply: Reply): void {
    this.forget(client);
    client.lastInteraction = Date.now();
    client.replies.write(reply);
    this.resume(client);
  }

  private startTimer(waiter: Waiter, deadline: number): void {
    const left = Math.max(1, deadline - Date.now());
    waiter.timer = setTimeout(() => {
      if (left > MAX_TIMER_MS) this.startTimer(waiter, deadline);
      else this.answer(waiter.request.client, waiter.wait.timeoutReply);
    }, Math.min(left, MAX_TIMER_MS));
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
