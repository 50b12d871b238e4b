import { closeSync, constants, openSync } from 'node:fs';
import { log } from '#shared/log.ts';
import { systemReason } from '#shared/options/paths.ts';
import { PROPAGATE_AOF, type PropagationTarget } from '../../router/propagate.ts';
import type { Server } from '../../server.ts';
import { writeSnapshotSync } from '../rdb/file.ts';
import { Snapshot } from '../snapshot.ts';
import { AofFile } from './file.ts';
import { AofFolder } from './folder.ts';
import { loadAppendOnlyFilesSync } from './load.ts';
import { withNextBase, withNextIncr } from './manifest.ts';
import { AofRewriter, baseFormat } from './rewrite.ts';

/** Flags to open a file, emptied. Each write goes to its end, also after a failed write has been cut off. */
const AS_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

/**
 * The append-only file: every command that changes something, in order, so that a start can repeat them (Redis: aof.c).
 * `wait_rewrite`: switched on while the server runs, and not the whole keyspace yet.
 */
export class Aof implements PropagationTarget {
  readonly takes = PROPAGATE_AOF;
  state: 'off' | 'on' | 'wait_rewrite' = 'off';
  readonly folder: AofFolder;
  readonly file: AofFile;
  readonly rewriter: AofRewriter;
  /** Bytes of the whole log after the last rewrite, or at the start (Redis: `aof_rewrite_base_size`). */
  baseSize = 0;
  private readonly server: Server;
  /** Bytes of the files in front of the one that is written. */
  private sizeBefore = 0;

  constructor(server: Server) {
    this.server = server;
    this.folder = new AofFolder(server.options);
    this.file = new AofFile(server.options, () => server.keyspace.isSnapshotting);
    this.rewriter = new AofRewriter(server, this);
  }

  /** The position up to which the log is on disk; -1: it is off, or not the whole keyspace yet (Redis: `fsynced_reploff`). */
  get syncedUpTo(): number {
    return this.state === 'on' ? this.file.syncedUpTo : -1;
  }

  /** Bytes of all files of the log. */
  get currentSize(): number {
    return this.sizeBefore + this.file.size;
  }

  feed(db: number, command: readonly string[]): void {
    this.file.feed(db, command);
    this.server.scheduleBeforeSleep();
  }

  /**
   * Opens the log of a starting server, whose data is loaded: a new base where there is no log yet, then the last
   * incremental file or a first one (Redis: `aofOpenIfNeededOnServerStart`). @throws Error of the file system
   */
  open(): void {
    const { folder, server } = this;
    const { appendfilename } = server.options;
    folder.create();
    folder.moveOldFile();
    folder.removeHistory();
    if (folder.isEmpty) folder.skipLostFiles();
    else folder.removeLeftovers();
    let { manifest } = folder;
    if (folder.isEmpty) {
      manifest = withNextBase(manifest, appendfilename, server.options['aof-use-rdb-preamble'] ? 'rdb' : 'aof');
      writeSnapshotSync(new Snapshot(server.keyspace, baseFormat(server)), folder.path(manifest.base!.name));
      log.notice(`Creating AOF base file ${manifest.base!.name} on server start`);
    }
    const isNew = manifest.incrs.length === 0;
    if (isNew) manifest = withNextIncr(manifest, appendfilename);
    const last = manifest.incrs.at(-1)!;
    const fd = openSync(folder.path(last.name), isNew ? AS_NEW : 'a', 0o644);
    if (isNew) folder.writeManifest(manifest);
    log.notice(`${isNew ? 'Creating' : 'Opening'} AOF incr file ${last.name} on server start`);
    this.file.open(fd, folder.sizeOf(last));
    this.sizeBefore = folder.totalSize() - this.file.size;
    this.baseSize = manifest.base === undefined ? 0 : folder.sizeOf(manifest.base);
    this.state = 'on';
    this.server.propagation.add(this);
  }

  /** Empties the keyspace, and makes it again from the log as it is on disk (DEBUG LOADAOF). @throws Error */
  reload(): void {
    const { server, folder } = this;
    this.file.settle();
    this.server.propagation.remove(this);
    for (const db of server.keyspace.databases) server.keyspace.flush(db);
    folder.readManifest();
    loadAppendOnlyFilesSync(server);
    this.server.propagation.add(this);
  }

  /** CONFIG SET appendonly yes: a rewrite first, and what comes after it (`startAppendOnly`). @throws Error */
  start(): void {
    const { rewriter, server } = this;
    this.state = 'wait_rewrite';
    if (server.propagation.isNested) {
      rewriter.scheduled = true;
      log.warning('AOF was enabled during a transaction: a rewrite is scheduled to start when possible');
    } else if (rewriter.current === undefined && server.keyspace.isSnapshotting) {
      rewriter.scheduled = true;
      log.warning('AOF was enabled while the data is being saved: a rewrite is scheduled to start when possible');
    } else {
      // One that was begun without a log has kept none of what came after it.
      rewriter.cancel();
      try {
        rewriter.start();
      } catch {
        this.state = 'off';
        throw new Error('Unable to turn on AOF. Check server logs.');
      }
    }
  }

  /** CONFIG SET appendonly no (Redis: `stopAppendOnly`). */
  stop(): void {
    const { state } = this;
    this.state = 'off';
    this.rewriter.cancel();
    this.rewriter.scheduled = false;
    this.server.propagation.remove(this);
    this.settle();
    this.file.close();
    if (state === 'wait_rewrite') this.folder.remove(this.folder.temporaryIncr);
    this.file.onSynced();
  }

  /**
   * The end of the process is near: writes and syncs what there is. @returns false when the log is not complete yet, and
   * the process must not end (Redis: `prepareForShutdown`)
   */
  shutdown(force: boolean): boolean {
    if (this.state === 'wait_rewrite' && this.rewriter.current !== undefined) {
      log.warning(`Writing initial AOF${force ? '. Exit anyway.' : ", can't exit"}`);
      if (!force) return false;
    }
    this.rewriter.cancel();
    if (this.state !== 'on') return true;
    log.notice('Calling fsync() on the AOF file.');
    this.settle();
    return true;
  }

  /** The keyspace as it is now will be the base; from here on commands go to another file. @throws Error */
  openNextFile(): void {
    const { folder, state } = this;
    folder.create();
    if (state === 'off') return;
    const waits = state === 'wait_rewrite';
    const manifest = withNextIncr(folder.manifest, this.server.options.appendfilename);
    const name = waits ? folder.temporaryIncr : manifest.incrs.at(-1)!.name;
    this.file.settle();
    const fd = openSync(folder.path(name), AS_NEW, 0o644);
    try {
      if (!waits) folder.writeManifest(manifest);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    log.notice(`Creating AOF incr file ${name} on background rewrite`);
    this.sizeBefore += this.file.size;
    this.file.open(fd, 0);
    this.server.propagation.add(this);
  }

  /** A rewrite has replaced all files but the one that is written; the base has `size` bytes. */
  rewritten(size: number): void {
    this.sizeBefore = size;
    this.baseSize = this.currentSize;
    if (this.state === 'wait_rewrite') this.state = 'on';
    this.file.onSynced();
  }

  /** A rewrite has ended, well or not. Without a base, the file written since is of no use: the next rewrite begins another. */
  rewriteEnded(): void {
    if (this.state !== 'wait_rewrite') return;
    this.server.propagation.remove(this);
    this.file.close();
    this.folder.remove(this.folder.temporaryIncr);
    this.rewriter.scheduled = true;
  }

  /** Redis: what `serverCron` does for the AOF. */
  cron(): void {
    // A write may have been put off or have failed, and `everysec` looks at the clock.
    this.server.scheduleBeforeSleep();
    this.rewriter.cron();
  }

  /** Redis: what `resetServerStats` does for the AOF. */
  resetStats(): void {
    this.file.delayedSyncs = 0;
    this.rewriter.rewrites = 0;
    this.rewriter.consecutiveFailures = 0;
  }

  private settle(): void {
    try {
      this.file.settle();
    } catch (error) {
      log.warning(`Fail to fsync the AOF file: ${systemReason(error)}`);
    }
  }
}
