import type { Database } from '../store/database.ts';
import type { Keyspace, KeyspaceListener } from '../store/keyspace.ts';
import type { Client } from './client.ts';

/** The keys that a client watches, and whether one of them has changed since (Redis: `watchedKey`, CLIENT_DIRTY_CAS). */
interface Watch {
  readonly keys: { db: Database; key: string }[];
  changed: boolean;
}

/**
 * Optimistic locking: WATCH takes no lock, it remembers which clients watch a key. A change of the key marks those clients, and
 * EXEC looks at the mark (Redis: `watchForKey`, `touchWatchedKey` in multi.c).
 */
export class WatchedKeys implements KeyspaceListener {
  private readonly keyspace: Keyspace;
  private readonly watches = new Map<Client, Watch>();
  private readonly watchers = new Map<Database, Map<string, Set<Watch>>>();

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
  }

  watch(client: Client, db: Database, key: string): void {
    let watch = this.watches.get(client);
    if (watch === undefined) this.watches.set(client, (watch = { keys: [], changed: false }));
    const watchers = this.watchersOf(db, key);
    if (watchers.has(watch)) return;
    db.has(key); // an expired key is removed now, so that this is not taken for a change later
    watchers.add(watch);
    this.keyspace.addListener(this);
    watch.keys.push({ db, key });
  }

  unwatch(client: Client): void {
    const watch = this.watches.get(client);
    if (watch === undefined) return;
    this.watches.delete(client);
    for (const { db, key } of watch.keys) {
      const byKey = this.watchers.get(db)!;
      const watchers = byKey.get(key)!;
      watchers.delete(watch);
      if (watchers.size === 0) byKey.delete(key);
    }
  }

  /** A key whose deadline has passed counts as changed, removed or not (Redis: `isWatchedKeyExpired`). */
  haveChanged(client: Client): boolean {
    const watch = this.watches.get(client);
    if (watch === undefined) return false;
    return watch.changed || watch.keys.some(({ db, key }) => db.isExpired(key));
  }

  keyModified(db: Database, key: string): void {
    if (this.watches.size === 0) return this.keyspace.removeListener(this);
    for (const watch of this.watchers.get(db)?.get(key) ?? []) watch.changed = true;
  }

  databaseFlushed(db: Database): void {
    this.touch(db, (key) => db.has(key));
  }

  databasesSwapped(a: Database, b: Database): void {
    // An expired key stays: removed here, it would be logged before the exchange, as a DEL in the database that holds another.
    const holds = (db: Database, key: string) => db.isExpired(key) || db.has(key);
    for (const db of [a, b]) this.touch(db, (key) => holds(a, key) || holds(b, key));
  }

  private touch(db: Database, isTouched: (key: string) => boolean): void {
    for (const [key, watchers] of this.watchers.get(db) ?? []) {
      if (isTouched(key)) for (const watch of watchers) watch.changed = true;
    }
  }

  private watchersOf(db: Database, key: string): Set<Watch> {
    let byKey = this.watchers.get(db);
    if (byKey === undefined) this.watchers.set(db, (byKey = new Map()));
    let watchers = byKey.get(key);
    if (watchers === undefined) byKey.set(key, (watchers = new Set()));
    return watchers;
  }
}
