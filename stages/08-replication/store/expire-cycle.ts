import type { Keyspace } from './keyspace.ts';

/** How long one slice of the active cycle may hold the event loop; ms. */
const SLICE_MS = 2;

/**
 * Removes keys whose deadline has passed, even if no command looks them up (Redis: `activeExpireCycle`). Works in
 * slices, with room for requests between them, until no expired key is left. Called by the cron; a cycle under way goes
 * on.
 */
export class ExpireCycle {
  private readonly keyspace: Keyspace;
  private running = false;
  /** How often a slice ended before its work; and how long all of them took, in ms. */
  readonly stats = { capReached: 0, ms: 0 };

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
  }

  run(): void {
    if (!this.running) this.slice();
  }

  private slice(): void {
    const start = performance.now();
    this.running = !this.keyspace.databases.every((db) => db.expireUntil(start + SLICE_MS));
    this.stats.ms += performance.now() - start;
    if (!this.running) return;
    this.stats.capReached++;
    setImmediate(() => this.slice());
  }
}
