import { keysOf } from '#shared/commands/keys-of.ts';
import type { Request } from '../router/request.ts';
import type { Server } from '../server.ts';
import type { Database } from '../store/database.ts';

/** Keys looked at in each run of the cron. */
const KEYS_PER_RUN = 1000;

/**
 * A replica removes no expired key before its primary does. Keys that its own clients have written are another matter: the
 * primary has no such deadlines. So it remembers them, and removes them itself (Redis: `slaveKeysWithExpire`).
 */
export class OwnDeadlines {
  private readonly server: Server;
  /** Keys that a client's write has named. Those without a deadline are forgotten when the cron runs. */
  private readonly keys = new Map<Database, Set<string>>();

  constructor(server: Server) {
    this.server = server;
  }

  /**
   * A client is about to write, or to run what it has queued (Redis: `rememberSlaveKeyWithExpire`). A key that has expired
   * goes now: what is written does not get its deadline (Redis: EXPIRE_FORCE_DELETE_EXPIRED).
   */
  note(request: Request): void {
    const { client, db, server } = request;
    let keys = this.keys.get(db);
    if (keys === undefined) this.keys.set(db, (keys = new Set()));
    for (const { command, args } of client.transaction?.queued ?? [request]) {
      for (const { key } of keysOf(command, args)) {
        if (server.pause.kind === undefined) this.isThere(db, key);
        keys.add(key);
      }
    }
  }

  /** Called by the cron (Redis: `expireSlaveKeys`). */
  expire(): void {
    const { replication, pause, activeExpire } = this.server;
    if (replication.link === undefined) return this.keys.clear();
    if (pause.kind !== undefined || !activeExpire) return;
    for (const [db, keys] of this.keys) this.expireSome(db, keys);
  }

  /** Keys that stay go to the end, so that each has its turn. */
  private expireSome(db: Database, keys: Set<string>): void {
    let left = Math.min(keys.size, KEYS_PER_RUN);
    for (const key of keys) {
      if (left-- === 0) return;
      keys.delete(key);
      if (this.isThere(db, key) && db.getExpire(key) !== undefined) keys.add(key);
    }
  }

  /** As `has`, which removes the key here if it has expired. */
  private isThere(db: Database, key: string): boolean {
    const { keyspace } = this.server;
    keyspace.removesExpired = true;
    const there = db.has(key);
    keyspace.removesExpired = false;
    return there;
  }
}
