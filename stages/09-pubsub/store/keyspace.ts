import type { Dict } from '#shared/dict/dict.ts';
import { Database } from './database.ts';
import type { LfuOptions } from './key-use.ts';
import type { Value } from './value.ts';

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

/** A listener to new keys, before the change, and to misses, which change nothing. */
export interface KeyspaceObserver {
  /** A key is new, or takes the place of one that was removed for it; `keyModified` follows (Redis: NOTIFY_NEW). */
  keyAdded(db: Database, key: string): void;
  /** A key was read that is not there (Redis: NOTIFY_KEY_MISS). */
  keyMissed(db: Database, key: string): void;
}

/** A copy of the keyspace as of one moment, in the making: before a key changes it takes the value that the key has. */
export interface SnapshotInProgress {
  /** `dict`: where the key stands. */
  beforeChange(dict: Dict<Value>, key: string): void;
}

/** All databases, their common counters, and the listeners that are called when a key changes. */
export class Keyspace {
  readonly databases: readonly Database[];
  /** A new list at each change of it: a listener that is called may add or remove one. */
  listeners: readonly KeyspaceListener[] = [];
  observer: KeyspaceObserver | undefined;
  /** Whether keys expire; not while a log is replayed: that says itself which keys were removed, and when. */
  expires = true;
  /** Whether an expired key is removed; a replica hides it, until its primary says that it is removed. */
  removesExpired = true;
  private snapshot: SnapshotInProgress | undefined;
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
  /** Whether looking a key up counts as using it: not for a client that has said CLIENT NO-TOUCH. */
  touches = true;
  /** How uses of keys are counted, under an LFU policy alone. */
  lfu: LfuOptions | undefined;

  constructor(count: number) {
    this.databases = Array.from({ length: count }, (_, index) => new Database(index, this));
  }

  /** From now on `snapshot` is called before each change. One snapshot is taken at a time. */
  beginSnapshot(snapshot: SnapshotInProgress): void {
    this.snapshot = snapshot;
  }

  endSnapshot(): void {
    this.snapshot = undefined;
  }

  /** Whether one is being taken: the next has to wait. */
  get isSnapshotting(): boolean {
    return this.snapshot !== undefined;
  }

  beforeChange(dict: Dict<Value>, key: string): void {
    this.snapshot?.beforeChange(dict, key);
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

  signalMissed(db: Database, key: string): void {
    this.stats.misses++;
    this.observer?.keyMissed(db, key);
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
