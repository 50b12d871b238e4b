import { close, closeSync, fdatasync, fdatasyncSync, ftruncateSync, writeSync } from 'node:fs';
import { Coalescer } from '#shared/coalescer.ts';
import { log } from '#shared/log.ts';
import { systemReason } from '#shared/options/paths.ts';
import type { Options } from '../../options.ts';
import { CommandOutput } from '../command-output.ts';

/** Under `everysec`: between two syncs, and how long a write waits for one that is under way; ms. */
const SYNC_EVERY_MS = 1000;
const POSTPONE_MS = 2000;
/** Under `always`: commands of this size are synced together, and wait for no others. */
const GROUP_BYTES = 1024 * 1024;
/** After a failed write: until the next one, and between two lines about it in the log; ms. */
const RETRY_MS = 1000;
const ERROR_LOG_MS = 30_000;
/** The most bytes that Node writes at once. */
const MAX_WRITE = 2 ** 30;

/**
 * The file at the end of the log: commands are gathered during a turn of the event loop, written before its replies
 * leave, and synced to disk as `appendfsync` says (Redis: `flushAppendOnlyFile`).
 *
 * Under `always` a sync serves all clients of a turn (group commit), in the thread pool: during the sync, requests are read and
 * executed, and form the next group. Whatever must wait until all that was fed so far is on disk waits in `afterSync`.
 */
export class AofFile {
  /** Bytes in the file; all of them whole commands. */
  size = 0;
  /** Writes that could not wait any longer for a sync under way. */
  delayedSyncs = 0;
  syncing = false;
  private readonly options: Options;
  /** Whether no-appendfsync-on-rewrite has us leave the disk to a snapshot now. */
  private readonly snapshotGoesOn: () => boolean;
  private readonly pending = new CommandOutput();
  private fd = -1;
  /** The database that the file has selected last. */
  private selected = -1;
  /** The second that it has named last, and whether it is between MULTI and EXEC. */
  private stamped = 0;
  private inUnit = false;
  private writeError: string | undefined;
  private syncError: string | undefined;
  private lastErrorLog = -Infinity;
  private lastTry = 0;
  /** Bytes of the file that are on disk, and those that will be once the sync under way has ended. */
  private durable = 0;
  private syncedSize = 0;
  /** When the last sync began; ms since 1970. */
  private lastSync = 0;
  private postponedSince: number | undefined;
  /** The file that is being synced, if another one has taken its place since. */
  private retired: number | undefined;
  /** Actions that wait for the sync under way, and for the one after it. */
  private current: (() => void)[] = [];
  private next: (() => void)[] = [];
  private readonly groupCommit = new Coalescer({
    size: () => this.pending.size,
    enough: GROUP_BYTES,
    action: () => void this.writeAndSync(),
  });

  constructor(options: Options, snapshotGoesOn: () => boolean) {
    this.options = options;
    this.snapshotGoesOn = snapshotGoesOn;
  }

  /** Why nothing can be written; undefined when all is well. */
  get error(): string | undefined {
    return this.writeError ?? this.syncError;
  }

  /** Bytes not yet written. */
  get pendingBytes(): number {
    return this.pending.size;
  }

  /** Appends a command, after a SELECT where the database has changed (Redis: `feedAppendOnlyFile`). */
  feed(db: number, command: readonly string[]): void {
    if (this.options['aof-timestamp-enabled'] && !this.inUnit) this.stamp();
    if (command[0] === 'MULTI') this.inUnit = true;
    else if (command[0] === 'EXEC') this.inUnit = false;
    if (db !== this.selected) {
      this.selected = db;
      this.pending.command(['SELECT', String(db)]);
    }
    this.pending.command(command);
  }

  /** Names the second, unless that has been done (Redis: `genAofTimestampAnnotationIfNeeded`). */
  private stamp(): void {
    const second = Math.floor(Date.now() / 1000);
    if (second <= this.stamped) return;
    this.stamped = second;
    this.pending.comment(`TS:${second}`);
  }

  /** Goes on in another file, of `size` bytes. The one before is to be settled. */
  open(fd: number, size: number): void {
    this.closeFile();
    this.fd = fd;
    this.size = size;
    this.durable = size;
    this.lastSync = Date.now();
    this.writeError = undefined;
    this.syncError = undefined;
  }

  /** Writes and syncs everything, while all wait. @throws Error of the file system, when something is not on disk */
  settle(): void {
    if (this.fd === -1) return;
    if (this.pending.size > 0 && !this.write()) throw new Error(this.writeError);
    if (this.durable < this.size) fdatasyncSync(this.fd);
    this.durable = this.size;
    this.lastSync = Date.now();
    this.release();
  }

  /** Closes the file, and forgets what is not written. */
  close(): void {
    this.pending.drop(this.pending.size);
    this.closeFile();
    this.size = 0;
    this.durable = 0;
    this.writeError = undefined;
    this.syncError = undefined;
    this.release();
  }

  /**
   * Writes what was fed, and has it synced if it is time.
   * @returns whether replies may leave now; if not, use `afterSync`
   */
  writeAndSync(): boolean {
    if (this.fd === -1) return true;
    if (this.syncsAlways) {
      const mayStart = !this.syncing && !this.groupCommit.active && !this.isSafe;
      if (mayStart && (this.pending.size === 0 || this.write())) this.startSync();
      return this.isSafe;
    }
    if (this.pending.size > 0 && this.mayWrite()) this.write();
    if (this.options.appendfsync === 'everysec') this.syncEverySecond();
    this.release();
    return true;
  }

  /** Runs `action` when replies about what was fed so far may leave: under `always`, once it is on disk. Actions keep their order. */
  afterSync(action: () => void): void {
    if (!this.syncsAlways || this.isSafe) action();
    else if (this.pending.size > 0) this.next.push(action);
    else this.current.push(action);
  }

  /** Whether everything is on disk. */
  private get isSafe(): boolean {
    return this.pending.size === 0 && this.durable === this.size;
  }

  /** Whether replies wait for the disk. */
  get syncsAlways(): boolean {
    return this.options.appendfsync === 'always' && !this.leavesDisk;
  }

  private get leavesDisk(): boolean {
    return this.options['no-appendfsync-on-rewrite'] && this.snapshotGoesOn();
  }

  /** A write would have to wait for a sync of the same file: better the write waits, but not for ever. */
  private mayWrite(): boolean {
    const now = Date.now();
    if (this.writeError !== undefined && now - this.lastTry < RETRY_MS) return false;
    if (!this.syncing || this.options.appendfsync !== 'everysec') return true;
    this.postponedSince ??= now;
    if (now - this.postponedSince < POSTPONE_MS) return false;
    this.delayedSyncs++;
    log.notice(
      'Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to ' +
        'complete, this may slow down Redis.',
    );
    return true;
  }

  private write(): boolean {
    const bytes = this.pending.bytes();
    let written = 0;
    this.postponedSince = undefined;
    this.lastTry = Date.now();
    try {
      while (written < bytes.length) {
        written += writeSync(this.fd, bytes, written, Math.min(bytes.length - written, MAX_WRITE));
      }
    } catch (error) {
      this.writeFailed(systemReason(error), written);
      return false;
    }
    this.size += written;
    this.pending.drop(written);
    if (this.writeError !== undefined) log.warning('AOF write error looks solved, Redis can write again.');
    this.writeError = undefined;
    return true;
  }

  /** What was written in part is taken back, so that the file ends with a whole command; it will be tried again. */
  private writeFailed(reason: string, written: number): void {
    const now = Date.now();
    const tell = now - this.lastErrorLog > ERROR_LOG_MS;
    if (tell) {
      this.lastErrorLog = now;
      log.warning(`Error writing to the AOF file: ${reason} (written: ${written} of ${this.pending.size} bytes)`);
    }
    try {
      if (written > 0) ftruncateSync(this.fd, this.size);
    } catch (error) {
      if (tell) log.warning(`Could not remove a short write from the AOF file: ${systemReason(error)}`);
      this.size += written;
      this.pending.drop(written);
    }
    if (this.syncsAlways) giveUp(`AOF write error: ${reason}`);
    this.writeError = reason;
  }

  private syncEverySecond(): void {
    if (this.syncing || this.size === this.durable || this.leavesDisk) return;
    if (Date.now() - this.lastSync >= SYNC_EVERY_MS) this.startSync();
  }

  private startSync(): void {
    this.syncing = true;
    this.lastSync = Date.now();
    this.syncedSize = this.size;
    this.current.push(...this.next);
    this.next = [];
    fdatasync(this.fd, this.synced);
  }

  private readonly synced = (error: NodeJS.ErrnoException | null): void => {
    this.syncing = false;
    const { retired } = this;
    this.retired = undefined;
    // The file was settled before another one came in its place.
    if (retired !== undefined) close(retired);
    else if (error) this.syncFailed(systemReason(error));
    else {
      this.durable = Math.max(this.durable, this.syncedSize);
      this.syncError = undefined;
    }
    const actions = this.current;
    this.current = [];
    for (const action of actions) action();
    // The clients that just got their replies send their next requests at once: all of those share the next sync.
    this.groupCommit.begin();
  };

  private syncFailed(reason: string): void {
    if (this.syncsAlways) giveUp(`AOF fsync error: ${reason}`);
    log.warning(`Fail to fsync the AOF file: ${reason}`);
    this.syncError = reason;
  }

  /** Everything is on disk, or need not be: runs all actions that waited for a sync. */
  private release(): void {
    if (this.current.length === 0 && this.next.length === 0) return;
    const actions = [...this.current, ...this.next];
    this.current = [];
    this.next = [];
    for (const action of actions) action();
  }

  /** A file that is being synced is closed after that. */
  private closeFile(): void {
    if (this.fd === -1) return;
    if (this.syncing && this.retired === undefined) this.retired = this.fd;
    else closeSync(this.fd);
    this.fd = -1;
    this.selected = -1;
    this.stamped = 0;
    this.postponedSince = undefined;
  }
}

/** Under `always` a reply promises that its write is on disk: when nothing can be written, no reply may leave any more. */
function giveUp(reason: string): never {
  log.warning(`Can't go on with the fsync policy 'always': ${reason}. Exiting...`);
  process.exit(1);
}
