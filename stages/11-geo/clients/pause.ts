import { NO_REPLY } from '#shared/resp/reply.ts';
import type { BlockedClients } from './blocked-clients.ts';
import type { Client } from './client.ts';

/** Which requests have to wait: all, or those that may change data. */
export type PauseKind = 'all' | 'write';

/** The reason: FAILOVER, SHUTDOWN, or from stage 09 on CLIENT PAUSE. Each begins and ends on its own (Redis: `pause_purpose`). */
export type PausePurpose = 'failover' | 'shutdown' | 'command';

/** The parts of the server that a pause uses. */
interface Owner {
  /** The pause has begun or ended. */
  pauseChanged(): void;
  /** A request that has waited runs, guards and all, and then those that its client has sent after it. */
  runPostponed(client: Client, args: readonly string[]): void;
}

/** The longest delay of one timer; longer pauses need several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * For some time requests wait instead of running, and the data stay as they are: no key is removed because it has
 * expired, none is evicted (Redis: `pauseClients`). So a replica can catch up before it takes over.
 */
export class Pause {
  /** The strictest of all pauses under way; undefined while nothing is paused. */
  kind: PauseKind | undefined;
  /** `end`: ms since 1970. */
  private readonly pauses = new Map<PausePurpose, { kind: PauseKind; end: number }>();
  private timer: NodeJS.Timeout | undefined;
  /** Requests that wait, in the order in which they came (Redis: `postponed_clients`). */
  private readonly postponed = new Map<Client, readonly string[]>();
  private readonly blockedClients: BlockedClients;
  private readonly owner: Owner;

  constructor(blockedClients: BlockedClients, owner: Owner) {
    this.blockedClients = blockedClients;
    this.owner = owner;
  }

  /** Pauses until `end`, ms since 1970. A pause of this purpose that is under way is neither shortened nor loosened. */
  begin(purpose: PausePurpose, end: number, kind: PauseKind): void {
    const before = this.pauses.get(purpose);
    this.pauses.set(purpose, { end: Math.max(before?.end ?? 0, end), kind: before?.kind === 'all' ? 'all' : kind });
    this.update();
  }

  /** The requests that have waited run again, unless another pause holds them back (Redis: `unpauseClients`). */
  finish(purpose: PausePurpose): void {
    if (this.pauses.delete(purpose)) this.update();
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

  /** Redis: `updateClientPauseTypeAndEndTime`. */
  private update(): void {
    const before = this.kind;
    const kinds = [...this.pauses.values()].map(({ kind }) => kind);
    this.kind = kinds.includes('all') ? 'all' : kinds[0];
    this.startTimer();
    if (this.kind === before) return;
    this.owner.pauseChanged();
    if (before === undefined || this.kind === 'all') return;
    // After the command that has ended the pause, not in the middle of it.
    setImmediate(() => [...this.postponed].forEach(([client, args]) => this.resume(client, args)));
  }

  private resume(client: Client, args: readonly string[]): void {
    if (!client.postponed) return; // closed by a request that ran before
    this.blockedClients.unblock(client, NO_REPLY);
    // The primary's stream (stage 09) reads the request again by itself, since the request counts in the offset.
    if (client.type !== 'primary') this.owner.runPostponed(client, args);
  }

  private startTimer(): void {
    clearTimeout(this.timer);
    const left = Math.min(...[...this.pauses.values()].map(({ end }) => end)) - Date.now();
    if (left === Infinity) return;
    this.timer = setTimeout(() => this.endExpired(), Math.max(0, Math.min(left, MAX_TIMER_MS)));
  }

  private endExpired(): void {
    const now = Date.now();
    for (const [purpose, { end }] of this.pauses) if (end <= now) this.pauses.delete(purpose);
    this.update();
  }
}
