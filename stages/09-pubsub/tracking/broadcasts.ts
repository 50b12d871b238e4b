import type { Client } from '../clients/client.ts';

/** Clients that want to hear of all keys with one prefix, and those that have changed in this turn (`bcastState`). */
interface Broadcast {
  readonly clients: Set<Client>;
  /** The client that has changed a key last, if it is a tracking one: with NOLOOP it is not sent its own changes. */
  changed: Map<string, Client | undefined>;
}

/** Tracking with BCAST: nothing is remembered for a key that is read, and changes are gathered (`PrefixTable`). */
export class Broadcasts {
  private readonly byPrefix = new Map<string, Broadcast>();
  /** A key with some prefix has changed in this turn. */
  private pending = false;

  /** Number of prefixes that some client has registered. */
  get size(): number {
    return this.byPrefix.size;
  }

  add(client: Client, prefix: string): void {
    let broadcast = this.byPrefix.get(prefix);
    if (broadcast === undefined) this.byPrefix.set(prefix, (broadcast = { clients: new Set(), changed: new Map() }));
    broadcast.clients.add(client);
  }

  remove(client: Client, prefix: string): void {
    const broadcast = this.byPrefix.get(prefix);
    if (broadcast?.clients.delete(client) && broadcast.clients.size === 0) this.byPrefix.delete(prefix);
  }

  /** @returns whether anybody is to hear of the key (Redis: `trackingRememberKeyToBroadcast`) */
  keyChanged(key: string, by: Client | undefined): boolean {
    for (const [prefix, { changed }] of this.byPrefix) {
      if (!key.startsWith(prefix)) continue;
      changed.set(key, by);
      this.pending = true;
    }
    return this.pending;
  }

  /** Hands over the keys that have changed, in order, to each client (`trackingBroadcastInvalidationMessages`). */
  flush(send: (client: Client, keys: readonly string[]) => void): void {
    if (!this.pending) return;
    this.pending = false;
    for (const broadcast of this.byPrefix.values()) {
      const { changed, clients } = broadcast;
      if (changed.size === 0) continue;
      broadcast.changed = new Map();
      const keys = [...changed.keys()].sort();
      for (const client of clients) {
        const foreign = client.tracking?.noLoop ? keys.filter((key) => changed.get(key) !== client) : keys;
        if (foreign.length > 0) send(client, foreign);
      }
    }
  }
}
