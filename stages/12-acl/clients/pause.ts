import { NO_REPLY } from '#shared/resp/reply.ts';
import type { BlockedClients } from './blocked-clients.ts';
import type { Client } from './client.ts';

/** Which requests have to wait: all, or those that may change data. */
export type PauseKind = 'all' | 'write';

/** What the pause needs of the server. */
interface Owner {
  /** The pause has begun or ended. */
  pauseChanged(): void;
  /** A request that has waited runs, guards and all, and then those that its client has sent after it. */
  runPostponed(client: Client, args: readonly string[]): void;
}

/** Longest time that a timer takes; longer pauses take several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * CLIENT PAUSE: for some time requests wait instead of running, and the data stay as they are: no key is removed because
 * it has expired, none is evicted (Redis: `pauseActions`). So a replica can catch up before it takes over.
 */
export class Pause {
  /** Undefined while nothing is paused. */
  kind: PauseKind | undefined;
  /** ms since 1970. */
  private end = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Requests that wait, in the order in which they came (Redis: `postponed_clients`). */
  private readonly postponed = new Map<Client, readonly string[]>();
  private readonly blockedClients: BlockedClients;
  private readonly owner: Owner;

  constructor(blockedClients: BlockedClients, owner: Owner) {
    this.blockedClients = blockedClients;
    this.owner = owner;
  }

  /** Pauses until `end`, ms since 1970. A pause under way is neither shortened nor loosened. */
  begin(end: number, kind: PauseKind): void {
    this.end = Math.max(this.end, end);
    if (this.kind !== 'all') this.kind = kind;
    this.owner.pauseChanged();
    this.startTimer();
  }

  /** The requests that have waited run now (Redis: `unpauseActions`, `unblockPostponedClients`). */
  finish(): void {
    clearTimeout(this.timer);
    this.end = 0;
    if (this.kind === undefined) return;
    this.kind = undefined;
    this.owner.pauseChanged();
    for (const [client, args] of [...this.postponed]) this.resume(client, args);
  }

  /** Keeps a request until the pause ends (Redis: `blockPostponeClient`). */
  postpone(client: Client, args: readonly string[]): typeof NO_REPLY {
    // It may be blocked for a key already, and have been about to be served.
    this.blockedClients.forget(client);
    this.postponed.set(client, args);
    client.postponed = true;
    return this.blockedClients.block(client, {
      timeout: 0,
      timedOut() {
        throw new Error('the pause itself has a timeout');
      },
      ended: () => {
        this.postponed.delete(client);
        client.postponed = false;
      },
    });
  }

  private resume(client: Client, args: readonly string[]): void {
    if (!client.postponed) return; // closed by a request that ran before
    this.blockedClients.unblock(client, NO_REPLY);
    // A primary's stream reads its request again: its offset counts it.
    if (client.type !== 'primary') this.owner.runPostponed(client, args);
  }

  private startTimer(): void {
    clearTimeout(this.timer);
    const left = this.end - Date.now();
    this.timer = setTimeout(() => {
      if (left > MAX_TIMER_MS) this.startTimer();
      else this.finish();
    }, Math.max(0, Math.min(left, MAX_TIMER_MS)));
  }
}
