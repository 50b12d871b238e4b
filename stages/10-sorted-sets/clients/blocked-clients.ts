import { NO_REPLY, type Reply, type ReplyError } from '#shared/resp/reply.ts';
import type { Client } from './client.ts';

/** A client's wait: its timeout, and the reply when that expires. Waiting for keys is one kind (`KeyWaits`). */
export interface Wait {
  /** ms; 0: for ever. */
  readonly timeout: number;
  /** The timeout has expired. @returns the client's reply (Redis: `replyToBlockedClientTimedOut`) */
  timedOut(): Reply;
  /** The client no longer waits: it is about to get its reply, or it is gone (Redis: the cases of `unblockClient`). */
  ended(): void;
}

interface Blocked {
  readonly wait: Wait;
  timer: NodeJS.Timeout | undefined;
}

/** The longest delay of one timer; longer waits need several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Clients that get their reply later (Redis: blocked.c). Their next requests are not read until then. */
export class BlockedClients {
  private readonly blocked = new Map<Client, Blocked>();
  private readonly resume: (client: Client) => void;

  /** `resume` is called for each client that has got its reply and may go on. */
  constructor(resume: (client: Client) => void) {
    this.resume = resume;
  }

  /** Number of clients that wait. */
  get size(): number {
    return this.blocked.size;
  }

  /** How many of them have a timeout. */
  get withTimeout(): number {
    return [...this.blocked.values()].filter(({ timer }) => timer !== undefined).length;
  }

  /** Makes a client wait (`blockClient`). */
  block(client: Client, wait: Wait): typeof NO_REPLY {
    const blocked: Blocked = { wait, timer: undefined };
    this.blocked.set(client, blocked);
    client.blocked = true;
    client.idleReasons++;
    if (wait.timeout > 0) this.startTimer(client, blocked, Date.now() + wait.timeout);
    return NO_REPLY;
  }

  /** Ends a client's wait with this reply (`unblockClient`). */
  unblock(client: Client, reply: Reply): void {
    this.forget(client);
    this.answer(client, reply);
  }

  /** Ends a client's wait with an error that its command has not made itself. */
  fail(client: Client, error: ReplyError): void {
    client.lastCommand!.stats.failed++;
    this.unblock(client, error);
  }

  /** Ends a client's wait as its timeout does. */
  timeOut(client: Client): void {
    const wait = this.forget(client);
    if (wait !== undefined) this.answer(client, wait.timedOut());
  }

  /** Ends a client's wait without a reply: the client is gone. */
  forget(client: Client): Wait | undefined {
    const blocked = this.blocked.get(client);
    if (blocked === undefined) return undefined;
    this.blocked.delete(client);
    client.blocked = false;
    client.idleReasons--;
    clearTimeout(blocked.timer);
    blocked.wait.ended();
    return blocked.wait;
  }

  private answer(client: Client, reply: Reply): void {
    client.lastInteraction = Date.now();
    client.replies.write(reply);
    this.resume(client);
  }

  /** Node's timers may fire early. A timeout has passed when the clock is beyond it (Redis: `handleBlockedClientsTimeout`). */
  private startTimer(client: Client, blocked: Blocked, deadline: number): void {
    const left = Math.max(1, deadline + 1 - Date.now());
    blocked.timer = setTimeout(() => {
      if (Date.now() <= deadline) this.startTimer(client, blocked, deadline);
      else this.timeOut(client);
    }, Math.min(left, MAX_TIMER_MS));
  }
}
