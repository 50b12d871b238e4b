import { Crc64 } from '#shared/codecs/crc64.ts';
import type { Dict } from '#shared/dict/dict.ts';
import { hashOf } from '#shared/dict/hash.ts';
import type { Int64 } from '#shared/numbers/int64.ts';
import { useIn } from '../store/database.ts';
import type { Expiry } from '../store/expiry.ts';
import type { Keyspace, SnapshotInProgress } from '../store/keyspace.ts';
import type { Value } from '../store/value.ts';
import { RdbOutput } from './rdb/output.ts';

/** The format in which a snapshot is written. */
export interface SnapshotFormat {
  /** Whether long strings are to be compressed. */
  readonly compression: boolean;
  /** Whether `entry` is to be given how each key was used. */
  readonly wantsUse?: boolean;
  begin(out: RdbOutput, databases: readonly SnapshotDatabase[]): void;
  /**
   * Writes one key. `at` is its deadline, Unix time in ms; `use` is as in `key-use.ts`.
   * @returns for a value of many elements an iterator that has it still to write, a piece with each `next`
   */
  entry(out: RdbOutput, db: number, key: string, value: Value, at: Int64 | undefined, use: number): EntrySteps;
  end(out: RdbOutput): void;
  /** The bytes so far, for the checksum of all of them. */
  trailer(crc: Crc64): Buffer;
}

export type EntrySteps = Iterator<void> | undefined;

/** A database as it stood when the snapshot began. */
export interface SnapshotDatabase {
  readonly index: number;
  /** Number of keys, and of those with a deadline. */
  readonly size: number;
  readonly volatileSize: number;
}

/** How far the walk through one database has come. */
interface Walk extends SnapshotDatabase {
  readonly dict: Dict<Value>;
  readonly expiry: Expiry;
  /** Hashes below this one are done. */
  cursor: number;
  /** Keys ahead that need nothing any more: saved before their time, or not there when the snapshot began. */
  readonly settled: Set<string>;
}

/** A value that takes more than one step, half written. */
interface LargeEntry {
  readonly walk: Walk;
  readonly key: string;
  readonly steps: Iterator<void>;
}

/** Past the last hash. */
const DONE = 2 ** 32;
/** About as many bytes as one slice of a few ms writes. */
const CHUNK_BYTES = 256 * 1024;
/** Keys visited between two looks at the clock. */
const BATCH = 32;

/**
 * The keyspace as of one moment, written while it goes on changing. The walk goes through each dict in the order of
 * hashes, so "written already?" is a comparison. A key ahead of the walk that is about to change is written at once,
 * before the change; a new one ahead is noted, and left out. Redis gets the same from fork(2): there the kernel copies
 * each page before it changes.
 */
export class Snapshot implements SnapshotInProgress {
  /** Keys written so far. */
  keys = 0;
  /** Bytes that were written ahead of the walk, because their keys were about to change. */
  earlyBytes = 0;
  private readonly format: SnapshotFormat;
  private readonly walks: Walk[] = [];
  private readonly byDict = new Map<Dict<Value>, Walk>();
  private readonly crc = new Crc64();
  private readonly out: RdbOutput;
  /** Entries that must wait until the large one that is half written is complete. */
  private readonly early: RdbOutput;
  /** Keys of the current database whose turn it is. */
  private readonly batch = new Map<string, Value>();
  private large: LargeEntry | undefined;
  private position = 0;
  private ended = false;

  constructor(keyspace: Keyspace, format: SnapshotFormat) {
    this.format = format;
    this.out = new RdbOutput(format.compression, CHUNK_BYTES);
    this.early = new RdbOutput(format.compression);
    for (const db of keyspace.databases) {
      if (db.size === 0) continue;
      const walk = {
        index: db.index,
        size: db.size,
        volatileSize: db.volatileSize,
        ...db.contents(),
        cursor: 0,
        settled: new Set<string>(),
      };
      this.walks.push(walk);
      this.byDict.set(walk.dict, walk);
    }
    format.begin(this.out, this.walks);
  }

  /** Writes until `until` (ms, performance.now). @returns whether the snapshot is complete */
  step(until: number): boolean {
    while (!this.ended) {
      this.advance();
      if (performance.now() >= until) break;
    }
    return this.ended;
  }

  /** The bytes written since the last call. */
  take(): Buffer {
    const bytes = this.out.take();
    this.crc.update(bytes);
    return this.ended ? Buffer.concat([bytes, this.format.trailer(this.crc)]) : bytes;
  }

  /** A key of `dict` is about to change: what it holds now is what must be saved. */
  beforeChange(dict: Dict<Value>, key: string): void {
    const walk = this.byDict.get(dict);
    if (walk === undefined) return;
    if (this.large?.walk === walk && this.large.key === key) return this.finishLarge();
    if (hashOf(key) >>> 0 >= walk.cursor) {
      if (walk.settled.has(key)) return;
      walk.settled.add(key);
    } else if (!this.takeFromBatch(walk, key)) return;
    const value = dict.get(key);
    if (value === undefined) return;
    const out = this.large === undefined ? this.out : this.early;
    const before = out.size;
    const steps = this.entry(out, walk, key, value);
    if (steps !== undefined) exhaust(steps);
    this.earlyBytes += out.size - before;
  }

  /** A key that the walk has passed may still wait for its turn in the batch; it waits no longer then. */
  private takeFromBatch(walk: Walk, key: string): boolean {
    return walk === this.walks[this.position] && this.batch.delete(key);
  }

  private advance(): void {
    const walk = this.walks[this.position];
    if (this.large !== undefined) {
      if (this.large.steps.next().done) this.finishLarge();
    } else if (this.batch.size > 0) this.writeBatch(walk!);
    else if (walk === undefined) {
      this.format.end(this.out);
      this.ended = true;
    } else if (walk.cursor < DONE) this.nextBatch(walk);
    else {
      this.byDict.delete(walk.dict);
      walk.settled.clear();
      this.position++;
    }
  }

  private nextBatch(walk: Walk): void {
    const next = walk.dict.scan(walk.cursor, BATCH, (key, value) => {
      if (!walk.settled.delete(key)) this.batch.set(key, value);
    });
    walk.cursor = next === 0 ? DONE : next;
  }

  /** Writes what is left of the batch, up to a large value: that has steps of its own. */
  private writeBatch(walk: Walk): void {
    for (const [key, value] of this.batch) {
      this.batch.delete(key);
      const steps = this.entry(this.out, walk, key, value);
      if (steps === undefined) continue;
      this.large = { walk, key, steps };
      return;
    }
  }

  private entry(out: RdbOutput, walk: Walk, key: string, value: Value): EntrySteps {
    this.keys++;
    const use = this.format.wantsUse ? useIn(walk.dict, key) : 0;
    return this.format.entry(out, walk.index, key, value, walk.expiry.get(key), use);
  }

  private finishLarge(): void {
    exhaust(this.large!.steps);
    this.large = undefined;
    this.out.bytes(this.early.take());
  }
}

function exhaust(steps: Iterator<void>): void {
  while (!steps.next().done);
}
