import type { Aof } from '../persistence/aof/aof.ts';

/** A place in the primary's stream, and where the log ended when the stream had been applied up to there. */
interface Mark {
  readonly offset: number;
  readonly position: number;
}

/**
 * The offset up to which a replica's log is on disk: what it reports as FACK (Redis: `fsynced_reploff`). Two marks are
 * enough: the last one that the sync under way covers, and the last one that has to wait for the sync after it.
 */
export class SyncedOffset {
  private readonly aof: Aof;
  private offset = -1;
  private covered: Mark | undefined;
  private later: Mark | undefined;

  constructor(aof: Aof) {
    this.aof = aof;
  }

  /** The stream has been applied up to `offset`, and the log has been given its effects. */
  note(offset: number): void {
    this.settle();
    const { fedUpTo, syncing, syncingUpTo } = this.aof.file;
    const mark = { offset, position: fedUpTo };
    const waits = syncing && fedUpTo > syncingUpTo;
    if (!waits) this.covered = mark;
    else if (this.later !== undefined && this.later.position <= syncingUpTo) this.covered = this.later;
    this.later = waits ? mark : undefined;
  }

  /** -1: the log is off, or not the whole keyspace yet. */
  get value(): number {
    this.settle();
    return this.aof.state === 'on' ? this.offset : -1;
  }

  private settle(): void {
    const { syncedUpTo } = this.aof.file;
    for (const mark of [this.covered, this.later]) {
      if (mark !== undefined && mark.position <= syncedUpTo) this.offset = mark.offset;
    }
  }
}
