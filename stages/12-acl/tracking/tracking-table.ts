import { Dict } from '#shared/dict/dict.ts';

/**
 * Which clients may have which keys in their caches, by their IDs (Redis: `TrackingTable`). A key belongs to no database:
 * an invalidation names no database either. Most keys are read by one client, and its ID alone takes a tenth of a Set.
 */
export class TrackingTable {
  private keys = new Dict<number | Set<number>>();
  /** Pairs of a key and a client. */
  items = 0;

  get size(): number {
    return this.keys.size;
  }

  add(key: string, id: number): void {
    const ids = this.keys.get(key);
    if (ids === undefined) this.keys.set(key, id);
    else if (typeof ids !== 'number') {
      if (ids.has(id)) return;
      ids.add(id);
    } else {
      if (ids === id) return;
      this.keys.set(key, new Set([ids, id]));
    }
    this.items++;
  }

  /** Removes a key. @returns the clients that had read it */
  take(key: string): Iterable<number> {
    const ids = this.keys.delete(key);
    if (ids === undefined) return NOBODY;
    const all = typeof ids === 'number' ? [ids] : ids;
    this.items -= typeof ids === 'number' ? 1 : ids.size;
    return all;
  }

  randomKey(): string | undefined {
    return this.keys.randomKey();
  }

  clear(): void {
    this.keys = new Dict<number | Set<number>>();
    this.items = 0;
  }
}

const NOBODY: readonly number[] = [];
