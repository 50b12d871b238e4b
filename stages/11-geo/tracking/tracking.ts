import { keysOf } from '#shared/commands/keys-of.ts';
import { Push } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { ClientTracking } from '../clients/client-tracking.ts';
import type { Clients } from '../clients/clients.ts';
import type { PubSub } from '../pubsub/pubsub.ts';
import type { Request } from '../router/request.ts';
import type { Database } from '../store/database.ts';
import type { Keyspace, KeyspaceListener } from '../store/keyspace.ts';
import { Broadcasts } from './broadcasts.ts';
import { TrackingTable } from './tracking-table.ts';

/** What it needs of the server. */
interface Parts {
  readonly clients: Clients;
  readonly keyspace: Keyspace;
  readonly pubsub: PubSub;
  readonly options: { readonly 'tracking-table-max-keys': number };
  readonly stats: { readonly commands: number };
  scheduleBeforeSleep(): void;
}

/** Where a client of RESP2 reads invalidations for another one. */
const CHANNEL = '__redis__:invalidate';
/** Keys that are forgotten at a time when the table is too large. */
const EFFORT = 100;

/**
 * CLIENT TRACKING: clients keep values that they have read, and the server says which of them are no longer true (Redis:
 * tracking.c). A client is sent a key once; after that it has to read it again to hear of the next change.
 */
export class Tracking implements KeyspaceListener {
  /** Number of clients with tracking. */
  size = 0;
  readonly table = new TrackingTable();
  readonly broadcasts = new Broadcasts();
  private readonly server: Parts;
  /** The tracking client whose command is running: it does not hear of its own changes, if it says NOLOOP. */
  private current: Client | undefined;
  /** The command that has emptied databases last, by its number: one message is enough for all of them. */
  private flushedBy = -1;
  /** How often in turn the table was found too large. */
  private overLimit = 0;

  constructor(server: Parts) {
    this.server = server;
  }

  /** CLIENT TRACKING ON; prefixes add to those that the client has (Redis: `enableTracking`). */
  enable(client: Client, tracking: ClientTracking): void {
    if (client.tracking === undefined) this.size++;
    const before = client.tracking?.prefixes ?? [];
    for (const prefix of tracking.prefixes ?? []) this.broadcasts.add(client, prefix);
    const prefixes = tracking.prefixes && [...new Set([...before, ...tracking.prefixes])].sort();
    client.tracking = { ...tracking, prefixes };
    this.server.keyspace.addListener(this);
  }

  /** CLIENT TRACKING OFF, RESET, and the end of the connection (Redis: `disableTracking`). */
  disable(client: Client): void {
    if (client.tracking === undefined) return;
    this.size--;
    for (const prefix of client.tracking.prefixes ?? []) this.broadcasts.remove(client, prefix);
    client.tracking = undefined;
  }

  /** A command of a tracking client begins. */
  begin(request: Request): void {
    this.current = request.client;
  }

  /** It has run: the keys that it has read are remembered (Redis: `trackingRememberKeys`). */
  end(request: Request): void {
    const { client, command, args } = request;
    this.current = undefined;
    const { tracking } = client;
    if (tracking === undefined) return;
    // What a script has read, it says itself (12).
    if (command.flags.has('readonly') && command.scriptFlags === undefined && remembers(tracking)) {
      for (const { key } of keysOf(command, args)) this.table.add(key, client.id);
      this.limitTable();
    }
    // CLIENT CACHING is for the next command that is not CLIENT itself, or for the next transaction.
    if (client.transaction === undefined && !command.container?.keepsCaching) tracking.caching = false;
  }

  /** Redis: `trackingInvalidateKey`. No client causes expiry and eviction, so a client with BCAST and NOLOOP is notified. */
  keyModified(_db: Database, key: string, event: string): void {
    if (this.size === 0 && this.table.size === 0) return this.server.keyspace.removeListener(this);
    const by = event === 'expired' || event === 'evicted' ? undefined : this.current;
    if (this.broadcasts.size > 0 && this.broadcasts.keyChanged(key, by)) this.server.scheduleBeforeSleep();
    this.invalidate(key);
  }

  /** After FLUSHDB or FLUSHALL of any database: sends `null`, which means all keys (Redis: `trackingInvalidateKeysOnFlush`). */
  databaseFlushed(): void {
    const { commands } = this.server.stats;
    if (this.table.size > 0) this.table.clear();
    if (this.size === 0 || this.flushedBy === commands) return;
    this.flushedBy = commands;
    const message = invalidation(null);
    for (const client of this.server.clients.byId.values()) if (client.tracking !== undefined) this.send(client, message, null);
  }

  /** Sends what has changed in this turn to clients with BCAST. */
  broadcast(): void {
    this.broadcasts.flush((client, keys) => this.send(client, invalidation(keys), keys));
  }

  private invalidate(key: string): void {
    let message: Push | undefined;
    for (const id of this.table.take(key)) {
      const client = this.server.clients.byId.get(id);
      const tracking = client?.tracking;
      // With BCAST it gets the key's invalidation anyway.
      if (tracking === undefined || tracking.prefixes !== undefined) continue;
      if (tracking.noLoop && client === this.current) continue;
      this.send(client!, (message ??= invalidation([key])), [key]);
    }
  }

  /**
   * Forgets keys picked at random while there are more than `tracking-table-max-keys`. Clients that have read them are
   * sent them as if they had changed: they would not hear of a change. Called by the cron, too: the limit may have been
   * lowered (Redis: `trackingLimitUsedSlots`).
   */
  limitTable(): void {
    const limit = this.server.options['tracking-table-max-keys'];
    if (limit === 0 || this.table.size <= limit) return void (this.overLimit = 0);
    const effort = EFFORT * ++this.overLimit;
    for (let i = 0; i < effort && this.table.size > limit; i++) this.invalidate(this.table.randomKey()!);
    if (this.table.size <= limit) this.overLimit = 0;
  }

  /** Redis: `sendTrackingMessage`. In RESP2 nothing can be pushed, except to a client that reads channels. */
  private send(client: Client, message: Push, keys: readonly string[] | null): void {
    const { clients, pubsub } = this.server;
    const tracking = client.tracking!;
    if (tracking.redirect === 0) {
      if (client.replies.protocol === 3) pubsub.push(client, message);
      return;
    }
    const reader = clients.byId.get(tracking.redirect);
    if (reader === undefined || reader.closing) {
      tracking.brokenRedirect = true;
      if (client.replies.protocol === 3) pubsub.push(client, new Push(['tracking-redir-broken', tracking.redirect]));
    } else if (reader.replies.protocol === 3) pubsub.push(reader, message);
    else if (reader.type === 'pubsub') pubsub.push(reader, new Push(['message', CHANNEL, keys]));
  }
}

/** Whether what the client reads now goes into the table. */
function remembers({ prefixes, option, caching }: ClientTracking): boolean {
  if (prefixes !== undefined) return false;
  return option === 'optin' ? caching : option === undefined || !caching;
}

function invalidation(keys: readonly string[] | null): Push {
  return new Push(['invalidate', keys]);
}
