import type { Client } from '../clients/client.ts';

/** The clients that have registered one prefix, and the keys with it that have changed in this turn (`bcastState`). */
interface Broadcast {
  readonly clients: Set<Client>;
  /** The client that has changed a key last, if it is a tracking one: with NOLOOP it is not sent its own changes. */
  changed: Map<string, Client | undefined>;
}

/** Tracking with BCAST: nothing is remembered for a key that is read, and changes are gathered (`PrefixTable`). */
export class Broadcasts {
  /** In the order of the prefixes: messages come in that order. */
  private byPrefix = new Map<string, Broadcast>();
  /** A key with some prefix has changed in this turn. */
  private pending = false;

  /** Number of prefixes that some client has registered. */
  get size(): number {
    return this.byPrefix.size;
  }

  add(client: Client, prefix: string): void {
    const known = this.byPrefix.get(prefix);
    if (known !== undefined) return void known.clients.add(client);
    const all = [...this.byPrefix, [prefix, { clients: new Set([client]), changed: new Map() }] as const];
    this.byPrefix = new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  remove(client: Client, prefix: string): void {
    const broadcast = this.byPrefix.get(prefix);
    if (broadcast?.clients.delete(client) && broadcast.clients.size === 0) this.byPrefix.delete(prefix);
  }

  /** @returns whether some key waits to be sent (Redis: `trackingRememberKeyToBroadcast`) */
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
