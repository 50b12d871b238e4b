import { renameSync } from 'node:fs';
import { log } from '#shared/log.ts';
import type { Server } from '../../server.ts';
import { discard, writeSnapshot } from '../rdb/file.ts';
import { rdbFormat } from '../rdb/saver.ts';
import { Snapshot, type SnapshotFormat } from '../snapshot.ts';
import type { Aof } from './aof.ts';
import { AofFormat } from './format.ts';
import { withIncrsAsHistory, withNextBase, withNextIncr } from './manifest.ts';

/** So many failures in a row, and the next try has to wait (Redis: `aofRewriteLimited`). */
const FAILURES_ALLOWED = 3;
const MAX_DELAY_MINUTES = 60;

interface Rewrite {
  readonly snapshot: Snapshot;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly abort: AbortController;
  /** Where the base is written, until it is complete. */
  readonly temporary: string;
  /** The format of the base: an RDB file, or commands. */
  readonly format: 'rdb' | 'aof';
}

/** Replaces a long log by the shortest that makes the same keyspace, in the background (Redis: BGREWRITEAOF). */
export class AofRewriter {
  current: Rewrite | undefined;
  /** One is to be made as soon as it can be. */
  scheduled = false;
  /** Rewrites begun. */
  rewrites = 0;
  consecutiveFailures = 0;
  lastStatus: 'ok' | 'err' = 'ok';
  /** How long the last one took; s, -1 before the first. */
  lastSeconds = -1;
  /** Bytes that the last one wrote early, because their keys were about to change. */
  lastEarlyBytes = 0;
  private readonly server: Server;
  private readonly aof: Aof;
  private delayMinutes = 0;
  private nextTry = 0;

  constructor(server: Server, aof: Aof) {
    this.server = server;
    this.aof = aof;
  }

  /**
   * Begins: from this moment on commands go to a new incremental file, and a snapshot of this moment becomes the base in
   * front of it (Redis: `rewriteAppendOnlyFileBackground`). @throws Error of the file system; the log goes on as before
   */
  start(): void {
    const { keyspace, options } = this.server;
    try {
      this.aof.openNextFile();
    } catch (error) {
      log.warning(`Can't rewrite the append only file: ${(error as Error).message}`);
      this.failed();
      throw error;
    }
    const snapshot = new Snapshot(keyspace, baseFormat(this.server));
    keyspace.beginSnapshot(snapshot);
    this.rewrites++;
    this.scheduled = false;
    this.current = {
      snapshot,
      startedAt: Date.now(),
      abort: new AbortController(),
      temporary: `temp-rewriteaof-bg-${process.pid}-${this.rewrites}.aof`,
      format: options['aof-use-rdb-preamble'] ? 'rdb' : 'aof',
    };
    log.notice('Background append only file rewriting started');
    void this.run(this.current);
  }

  /** Ends a rewrite that is under way: the log it has begun with goes on (Redis: `killAppendOnlyChild`). */
  cancel(): void {
    const { current } = this;
    if (current === undefined) return;
    log.notice('Stopping the AOF rewrite that is under way');
    current.abort.abort(new Error('cancelled'));
    discard(current.temporary);
    this.ended(current);
  }

  /** Redis: the parts of `serverCron` about rewrites. */
  cron(): void {
    if (this.server.keyspace.isSnapshotting) return;
    if (!(this.scheduled || this.hasGrown()) || this.isLimited()) return;
    try {
      this.start();
    } catch {
      // The error has been logged, and the next run of cron tries again.
    }
  }

  private hasGrown(): boolean {
    const { options } = this.server;
    const { state, currentSize, baseSize } = this.aof;
    const percentage = options['auto-aof-rewrite-percentage'];
    if (state !== 'on' || percentage === 0 || currentSize <= options['auto-aof-rewrite-min-size']) return false;
    const growth = Math.floor((currentSize * 100) / (baseSize || 1)) - 100;
    if (growth < percentage) return false;
    log.notice(`Starting automatic rewriting of AOF on ${growth}% growth`);
    return true;
  }

  /** After three failures a minute passes before the next try, then two, four, … at most an hour. */
  private isLimited(): boolean {
    if (this.consecutiveFailures < FAILURES_ALLOWED) {
      this.delayMinutes = 0;
      this.nextTry = 0;
      return false;
    }
    const now = Date.now();
    if (this.nextTry !== 0) {
      if (now < this.nextTry) return true;
      this.nextTry = 0;
      return false;
    }
    this.delayMinutes = Math.min(MAX_DELAY_MINUTES, this.delayMinutes * 2 || 1);
    this.nextTry = now + this.delayMinutes * 60_000;
    log.warning(
      'Background AOF rewrite has repeatedly failed and triggered the limit, ' +
        `will retry in ${this.delayMinutes} minutes`,
    );
    return true;
  }

  private async run(rewrite: Rewrite): Promise<void> {
    const { snapshot, temporary, abort: { signal } } = rewrite;
    try {
      await writeSnapshot(snapshot, temporary, this.server.options['rdb-key-save-delay'], signal);
      signal.throwIfAborted();
      this.install(rewrite);
      this.lastStatus = 'ok';
      this.consecutiveFailures = 0;
      log.notice('Background AOF rewrite finished successfully');
    } catch (error) {
      discard(temporary);
      if (signal.aborted) return;
      log.warning(`Background AOF rewrite terminated with error: ${(error as Error).message}`);
      this.failed();
    }
    this.ended(rewrite);
    this.aof.rewriteEnded();
  }

  private failed(): void {
    this.lastStatus = 'err';
    this.consecutiveFailures++;
  }

  private ended({ snapshot, startedAt }: Rewrite): void {
    this.current = undefined;
    this.server.keyspace.endSnapshot();
    this.lastEarlyBytes = snapshot.earlyBytes;
    this.lastSeconds = Math.floor((Date.now() - startedAt) / 1000);
  }

  /**
   * Makes the new base part of the log. Until the manifest is replaced the old files are the log, from then on the new
   * ones; the old are removed last (Redis: `backgroundRewriteDoneHandler`). @throws Error of the file system
   */
  private install({ temporary, format }: Rewrite): void {
    const { folder, file, state } = this.aof;
    const { appendfilename } = this.server.options;
    let manifest = withNextBase(folder.manifest, appendfilename, format);
    const base = manifest.base!;
    const made = [base.name];
    renameSync(temporary, folder.path(base.name));
    try {
      if (state === 'wait_rewrite') {
        file.settle();
        manifest = withNextIncr(manifest, appendfilename);
        made.push(manifest.incrs.at(-1)!.name);
        renameSync(folder.path(folder.temporaryIncr), folder.path(made[1]!));
      }
      manifest = withIncrsAsHistory(manifest, state === 'off' ? 0 : 1);
      folder.writeManifest(manifest);
    } catch (error) {
      if (folder.manifest !== manifest) for (const name of made) folder.remove(name);
      throw error;
    }
    this.aof.rewritten(folder.sizeOf(base));
    folder.removeHistory();
  }
}

/** The format in which a base is written: an RDB file, or commands. */
export function baseFormat(server: Server): SnapshotFormat {
  return server.options['aof-use-rdb-preamble'] ? rdbFormat(server, true) : new AofFormat();
}
