import { Database } from './database.ts';
import type { LfuOptions } from './key-use.ts';

/** A listener to changes of the keyspace: each method is called at the moment of the change. */
export interface KeyspaceListener {
  /** A key was added, changed, removed, or got another deadline. `event` is that of the keyspace notification. */
  keyModified?(db: Database, key: string, event: string): void;
  /** Something about a value was changed that WATCH does not count as a change of its key. */
  unwatchedModified?(db: Database, key: string, event: string | undefined): void;
  /** All keys of a database are about to be removed (Redis: `signalFlushedDb`). */
  databaseFlushed?(db: Database): void;
  /** Two databases have exchanged their contents. */
  databasesSwapped?(a: Database, b: Database): void;
  /** A key has expired or is evicted, and is about to be removed: to the AOF and the replicas a DEL. */
  keyRemoved?(db: Database, key: string): void;
}

/** All databases, their common counters, and the listeners that are called when a key changes. */
export class Keyspace {
  readonly databases: readonly Database[];
  /** A new list at each change of it: a listener that is called may add or remove one. */
  listeners: readonly KeyspaceListener[] = [];
  /** Changes since the start (Redis: `server.dirty`, where it is since the last save). */
  dirty = 0;
  /** About how much memory all keys and values take. */
  usedBytes = 0;
  /** The most that `notePeak` has seen. */
  peakBytes = 0;
  readonly stats = { hits: 0, misses: 0, expired: 0, evicted: 0 };
  /** A fixed time, ms since 1970, with which deadlines are compared in EXEC (05) and in a script (12). */
  fixedTime: number | undefined;
  /** Seconds, refreshed by the server's cron: the access time of keys (Redis: `server.lruclock`). */
  lruClock = Math.floor(Date.now() / 1000);
  /** How uses of keys are counted, under an LFU policy alone. */
  lfu: LfuOptions | undefined;

  constructor(count: number) {
    this.databases = Array.from({ length: count }, (_, index) => new Database(index, this));
  }

  /** Called by the cron, so a peak that does not last is not seen (Redis: `cronUpdateMemoryStats`). */
  notePeak(): void {
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes);
  }

  /** From now on `listener` is called, before the others. A call costs every write, so a listener that waits for nothing is not there. */
  addListener(listener: KeyspaceListener): void {
    if (!this.listeners.includes(listener)) this.listeners = [listener, ...this.listeners];
  }

  removeListener(listener: KeyspaceListener): void {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }

  /** The one place that every change passes. Expiry and eviction are no command's work: 0 changes. */
  signalModified(db: Database, key: string, event: string, changes: number): void {
    this.dirty += changes;
    const { listeners } = this;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.keyModified?.(db, key, event);
  }

  signalUnwatched(db: Database, key: string, event: string | undefined, changes: number): void {
    this.dirty += changes;
    for (const listener of this.listeners) listener.unwatchedModified?.(db, key, event);
  }

  propagateDeletion(db: Database, key: string): void {
    for (const listener of this.listeners) listener.keyRemoved?.(db, key);
  }

  /** Empties a database (Redis: `emptyDbStructure`). */
  flush(db: Database): void {
    for (const listener of this.listeners) listener.databaseFlushed?.(db);
    this.dirty += db.size;
    db.clear();
  }

  /** A database in exchange for itself moves no keys, but counts as a change (Redis: `swapdbCommand`). */
  swap(a: Database, b: Database): void {
    this.dirty++;
    if (a === b) return;
    a.swap(b);
    for (const listener of this.listeners) listener.databasesSwapped?.(a, b);
  }
}
