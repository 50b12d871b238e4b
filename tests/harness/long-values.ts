import type { Rng } from './rng.ts';

const KB = 1024;
/** Lengths at which servers change how they receive, keep or send strings, and lengths far from these. */
const EDGES = [1, 4, 10, 16, 32, 64, 72, 100, 128, 256, 1024].map((kilobytes) => kilobytes * KB);

/** Random commands of strings of every size from one byte to two megabytes, and what Redis makes of them. */
export class LongValues {
  /** What each key holds now. */
  readonly values = new Map<string, string>();
  private readonly rng: Rng;
  private readonly prefix: string;
  private readonly largest: number;
  private readonly pool: string;

  /** The keys begin with `prefix`; no value has more than about `largest` bytes. */
  constructor(rng: Rng, prefix: string, largest = 2 * KB * KB) {
    this.rng = rng;
    this.prefix = prefix;
    this.largest = largest;
    this.pool = rng.bytes(64 * KB + 1);
  }

  /** A command, and its reply. */
  next(): { args: string[]; reply: string | number | null | 'OK' } {
    const { rng, values } = this;
    const key = this.key();
    const before = values.get(key);
    switch (rng.int(0, 11)) {
      case 0: case 1: case 2:
        return this.set(key, ['SET', key]);
      case 3:
        return this.set(key, ['SETEX', key, '1000']);
      case 4:
        return this.set(key, ['GETSET', key], before ?? null);
      case 5:
        return { args: ['GET', key], reply: before ?? null };
      case 6: {
        const part = this.value().slice(0, rng.pick([1, 100, 70_000]));
        if ((before?.length ?? 0) + part.length > this.largest) return { args: ['STRLEN', key], reply: before?.length ?? 0 };
        values.set(key, (before ?? '') + part);
        return { args: ['APPEND', key, part], reply: values.get(key)!.length };
      }
      case 7: case 8: {
        const text = before ?? '';
        const at = rng.int(0, text.length);
        const part = this.value().slice(0, rng.pick([1, 100, 70_000]));
        const after = text.slice(0, at) + part + text.slice(at + part.length);
        values.set(key, after);
        return { args: ['SETRANGE', key, String(at), part], reply: after.length };
      }
      case 9: {
        const from = rng.int(0, before?.length ?? 1);
        const to = from + rng.pick([10, 20_000, 300_000]);
        return { args: ['GETRANGE', key, String(from), String(to)], reply: (before ?? '').slice(from, to + 1) };
      }
      case 10: {
        const other = this.key();
        if (before === undefined || other === key) return { args: ['EXISTS', key], reply: before === undefined ? 0 : 1 };
        values.set(other, before);
        if (rng.chance(0.5)) return { args: ['COPY', key, other, 'REPLACE'], reply: 1 };
        values.delete(key);
        return { args: ['RENAME', key, other], reply: 'OK' };
      }
      default:
        values.delete(key);
        if (rng.chance(0.5)) return { args: ['GETDEL', key], reply: before ?? null };
        return { args: ['DEL', key], reply: before === undefined ? 0 : 1 };
    }
  }

  private set(key: string, words: string[], reply: string | null = 'OK'): { args: string[]; reply: string | null } {
    const value = this.value();
    this.values.set(key, value);
    return { args: [...words, value], reply };
  }

  private key(): string {
    return `${this.prefix}${this.rng.int(0, 3)}`;
  }

  private value(): string {
    const { rng, pool } = this;
    const edges = EDGES.filter((edge) => edge < this.largest);
    const size = rng.chance(0.8) ? rng.pick(edges) + rng.int(-4, 4) : rng.int(1, this.largest);
    const from = rng.int(0, pool.length);
    return (pool.slice(from) + pool.repeat(Math.ceil(size / pool.length))).slice(0, size);
  }
}
