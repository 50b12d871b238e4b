import type { Database } from '../store/database.ts';
import type { Keyspace, KeyspaceListener, KeyspaceObserver } from '../store/keyspace.ts';
import { eventsOf } from './event-classes.ts';
import type { PubSub } from './pubsub.ts';

/** The options of notifications; names as in redis.conf. */
interface NotificationOptions {
  /** The letters of `shared/options/keyspace-events.ts`. */
  readonly 'notify-keyspace-events': string;
}

/**
 * Announces each change of a key by two messages (Redis: notify.c): the event on `__keyspace@<db>__:<key>`, and the key on
 * `__keyevent@<db>__:<event>`. While `notify-keyspace-events` is empty, it does not listen either.
 */
export class Notifications implements KeyspaceListener, KeyspaceObserver {
  private readonly keyspace: Keyspace;
  private readonly pubsub: PubSub;
  private readonly options: NotificationOptions;
  private events: ReadonlySet<string> = new Set();
  private byKey = false;
  private byEvent = false;

  constructor(keyspace: Keyspace, pubsub: PubSub, options: NotificationOptions) {
    this.keyspace = keyspace;
    this.pubsub = pubsub;
    this.options = options;
    this.update();
  }

  /** To be called when `notify-keyspace-events` has changed. */
  update(): void {
    const letters = this.options['notify-keyspace-events'];
    this.events = eventsOf(letters);
    this.byKey = letters.includes('K');
    this.byEvent = letters.includes('E');
    this.keyspace.removeListener(this);
    this.keyspace.observer = undefined;
    if (!this.byKey && !this.byEvent) return;
    // Messages go out after what others have to say of the change, such as invalidations.
    if (this.events.size > 0) this.keyspace.listeners = [...this.keyspace.listeners, this];
    if (this.events.has('new') || this.events.has('keymiss')) this.keyspace.observer = this;
  }

  keyModified(db: Database, key: string, event: string): void {
    this.notify(db, key, event);
  }

  unwatchedModified(db: Database, key: string, event: string | undefined): void {
    if (event !== undefined) this.notify(db, key, event);
  }

  keyAdded(db: Database, key: string): void {
    this.notify(db, key, 'new');
  }

  keyMissed(db: Database, key: string): void {
    this.notify(db, key, 'keymiss');
  }

  /** Redis: `notifyKeyspaceEvent`. */
  private notify(db: Database, key: string, event: string): void {
    if (!this.events.has(event) || this.pubsub.size === 0) return;
    if (this.byKey) this.pubsub.publish(`__keyspace@${db.index}__:${key}`, event);
    if (this.byEvent) this.pubsub.publish(`__keyevent@${db.index}__:${event}`, key);
  }
}
