import type { Reply } from '#shared/resp/reply.ts';
import { NO_REPLY } from '#shared/resp/reply.ts';
import type { Client } from '../network/client.ts';
import type { Request } from '../router/request.ts';
import type { Database } from './database.ts';
import type { KeyspaceListener } from './keyspace.ts';
import type { StoredValue, TypeOf } from './value.ts';

/** What a blocking command waits for. */
export interface Wait {
  readonly keys: readonly string[];
  /** Only a key that holds this type can end the wait. */
  readonly type: TypeOf<StoredValue>;
  /** How long at most; ms, 0 for ever. */
  readonly timeout: number;
  /** The reply when that time is over. */
  readonly timeoutReply: Reply;
  /** The removal of a key ends the wait too: the command then finds out for itself. */
  readonly orRemoved?: boolean;
}

/** A client that waits, with the request that will be tried again. */
export interface Waiter {
  readonly request: Request;
  readonly db: Database;
  readonly wait: Wait;
  timer: NodeJS.Timeout | undefined;
}

/** Longest time that a timer takes; longer waits take several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Who waits for which key, first come first served (Redis: blocked.c). A blocked command is not answered but kept; when one
 * of its keys is changed it runs again, and either answers or keeps its place in the queue.
 */
export class BlockedClients implements KeyspaceListener {
  /** Queues by database and key. A Set keeps the order of arrival and forgets in O(1). */
  private readonly queues = new Map<Database, Map<string, Set<Waiter>>>();
  /** Keys that were changed while somebody waits for them, in that order (Redis: `server.ready_keys`). */
  private ready: { db: Database; key: string }[] = [];
  private readonly call: (request: Request) => Reply;
  private readonly resume: (client: Client) => void;
  size = 0;

  /** `call` runs a request; `resume` is told of each client that has got its reply and may go on. */
  constructor(call: (request: Request) => Reply, resume: (client: Client) => void) {
    this.call = call;
    this.resume = resume;
  }

  /** Makes the client wait (Redis: `blockForKeys`). A request that is tried again and still has to wait keeps its place. */
  block(request: Request, wait: Wait): typeof NO_REPLY {
    const { client, db } = request;
    if (client.blocked !== undefined) return NO_REPLY;
    const waiter: Waiter = { request, db, wait, timer: undefined };
    client.blocked = waiter;
    this.size++;
    for (const key of wait.keys) this.queue(db, key).add(waiter);
    if (wait.timeout > 0) this.startTimer(waiter, Date.now() + wait.timeout);
    return NO_REPLY;
  }

  /** The client is gone, or has its reply. */
  forget(client: Client): void {
    const waiter = client.blocked;
    if (waiter === undefined) return;
    client.blocked = undefined;
    this.size--;
    clearTimeout(waiter.timer);
    const byKey = this.queues.get(waiter.db)!;
    for (const key of waiter.wait.keys) {
      const queue = byKey.get(key);
      queue?.delete(waiter);
      if (queue?.size === 0) byKey.delete(key);
    }
  }

  keyModified(db: Database, key: string): void {
    if (this.size > 0 && this.queues.get(db)?.has(key)) this.ready.push({ db, key });
  }

  databasesSwapped(a: Database, b: Database): void {
    for (const db of [a, b]) {
      for (const key of this.queues.get(db)?.keys() ?? []) this.ready.push({ db, key });
    }
  }

  /** Serves who waits for keys that have been changed, until nothing changes any more (`handleClientsBlockedOnKeys`). */
  serve(): void {
    while (this.ready.length > 0) {
      const ready = this.ready;
      this.ready = [];
      for (const { db, key } of ready) this.serveKey(db, key);
    }
  }

  private serveKey(db: Database, key: string): void {
    for (const waiter of this.queues.get(db)?.get(key) ?? []) {
      if (!isReady(waiter, db.peek(key))) continue;
      const reply = this.call(waiter.request);
      if (reply !== NO_REPLY) this.answer(waiter.request.client, reply);
    }
  }

  private answer(client: Client, reply: Reply): void {
    this.forget(client);
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

  private queue(db: Database, key: string): Set<Waiter> {
    let byKey = this.queues.get(db);
    if (byKey === undefined) this.queues.set(db, (byKey = new Map()));
    let queue = byKey.get(key);
    if (queue === undefined) byKey.set(key, (queue = new Set()));
    return queue;
  }
}

function isReady({ wait }: Waiter, value: unknown): boolean {
  return value === undefined ? wait.orRemoved === true : value instanceof wait.type;
}
