import { log } from '#shared/log.ts';
import { REDIS_VERSION } from '#shared/redis-version.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Server } from '../../server.ts';
import { Snapshot } from '../snapshot.ts';
import { discard, replaceFile, temporaryName, writeSnapshot, writeSnapshotSync } from './file.ts';
import { RdbFormat } from './format.ts';
import { useWriter } from './write-use.ts';

/** How long after a failed save the server tries again; ms (Redis: CONFIG_BGSAVE_RETRY_DELAY). */
const RETRY_MS = 5000;

const ANOTHER_SNAPSHOT =
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a " +
  'BGSAVE whenever possible.';

/** A save that goes on beside everything else. */
interface BackgroundSave {
  readonly snapshot: Snapshot;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Keys it has to write. */
  readonly total: number;
  /** The file it writes to. */
  readonly temporary: string;
  readonly abort: AbortController;
}

/** When the keyspace is saved, and how that went (Redis: rdb.c, and the save points in `serverCron`). */
export class RdbSaver {
  /** When the last save succeeded; ms since 1970. */
  lastSave = Date.now();
  lastStatus: 'ok' | 'err' = 'ok';
  /** How long the last background save took; s, -1 before the first. */
  lastSeconds = -1;
  /** Saves begun. */
  saves = 0;
  /** Bytes that the last background save wrote early, because their keys were about to change. */
  lastEarlyBytes = 0;
  /** After BGSAVE SCHEDULE: a save begins as soon as no other one is running. */
  scheduled = false;
  current: BackgroundSave | undefined;
  private readonly server: Server;
  private dirtyWhenSaved = 0;
  private lastTry = 0;

  constructor(server: Server) {
    this.server = server;
  }

  /** Changes since the last save (Redis: `server.dirty`). */
  get changes(): number {
    return this.server.keyspace.dirty - this.dirtyWhenSaved;
  }

  /** What is in the keyspace now counts as saved: it comes from the file. */
  markSaved(): void {
    this.dirtyWhenSaved = this.server.keyspace.dirty;
  }

  /** SAVE. @throws Error of the file system; the old file is as it was */
  save(): void {
    const { dbfilename } = this.server.options;
    this.saves++;
    try {
      writeSnapshotSync(this.snapshot(), dbfilename);
    } catch (error) {
      log.warning(`Error saving DB on disk to '${dbfilename}': ${(error as Error).message}`);
      throw error;
    }
    log.notice('DB saved on disk');
    this.succeeded(this.server.keyspace.dirty);
  }

  /** BGSAVE. @throws ReplyError when one is under way */
  saveInBackground(): void {
    const saving = this.current ?? this.server.replication.fullSync.current;
    if (saving !== undefined) throw new ReplyError('ERR Background save already in progress');
    if (this.server.keyspace.isSnapshotting) throw new ReplyError(ANOTHER_SNAPSHOT);
    const snapshot = this.snapshot();
    const abort = new AbortController();
    this.server.keyspace.beginSnapshot(snapshot);
    this.lastTry = Date.now();
    this.saves++;
    log.notice('Background saving started');
    const total = this.server.keyspace.databases.reduce((sum, db) => sum + db.size, 0);
    const temporary = temporaryName(this.server.options.dbfilename, 'bg-');
    this.current = { snapshot, startedAt: this.lastTry, total, temporary, abort };
    void this.run(this.current);
  }

  /** Ends a background save that is under way; its file is removed. */
  cancel(): void {
    if (this.current === undefined) return;
    this.current.abort.abort(new Error('cancelled'));
    discard(this.current.temporary);
  }

  /** FLUSHALL: a server that saves dumps at all must not load the old data again (Redis: `flushAllDataAndResetRDB`). */
  saveEmptiness(): void {
    if (this.server.options.save.length === 0) return;
    // A save under way writes the data before FLUSHALL. It may finish, and another one follows.
    if (this.current !== undefined) {
      this.scheduled = true;
      return;
    }
    try {
      this.save();
    } catch {
      // The log says why, and the old file is as it was.
    }
  }

  /** Starts a save that is due: by a save point, or because of BGSAVE SCHEDULE. */
  cron(): void {
    if (this.server.keyspace.isSnapshotting || this.server.loading !== undefined) return;
    if (this.scheduled || this.isDue()) {
      this.scheduled = false;
      this.saveInBackground();
    }
  }

  private isDue(): boolean {
    const now = Date.now();
    if (this.lastStatus === 'err' && now - this.lastTry <= RETRY_MS) return false;
    const point = this.server.options.save.find(({ seconds, changes }) => {
      return this.changes >= changes && now - this.lastSave > seconds * 1000;
    });
    if (point !== undefined) log.notice(`${point.changes} changes in ${point.seconds} seconds. Saving...`);
    return point !== undefined;
  }

  private async run({ snapshot, startedAt, temporary, abort: { signal } }: BackgroundSave): Promise<void> {
    const { keyspace, options } = this.server;
    const path = options.dbfilename;
    const dirtyBefore = keyspace.dirty;
    try {
      await writeSnapshot(snapshot, temporary, options['rdb-key-save-delay'], signal);
      replaceFile(temporary, path);
      log.notice('Background saving terminated with success');
      this.succeeded(dirtyBefore);
    } catch (error) {
      discard(temporary);
      if (signal.aborted) log.warning('Background saving cancelled');
      else {
        log.warning(`Background saving error: ${(error as Error).message}`);
        this.lastStatus = 'err';
      }
    } finally {
      keyspace.endSnapshot();
      this.lastEarlyBytes = snapshot.earlyBytes;
      this.lastSeconds = Math.floor((Date.now() - startedAt) / 1000);
      this.current = undefined;
    }
  }

  private succeeded(dirty: number): void {
    this.dirtyWhenSaved = dirty;
    this.lastSave = Date.now();
    this.lastStatus = 'ok';
  }

  private snapshot(): Snapshot {
    return new Snapshot(this.server.keyspace, rdbFormat(this.server));
  }
}

/** RDB files as the options want them; `aofBase`: the base of a log. */
export function rdbFormat(server: Server, aofBase = false): RdbFormat {
  const { options } = server;
  return new RdbFormat({
    version: options['rdb-version'],
    compression: options.rdbcompression,
    checksum: options.rdbchecksum,
    writeUse: useWriter(server.keyspace, options['maxmemory-policy']),
    aux: [...originFields(server), ['aof-base', aofBase ? '1' : '0']],
  });
}

/** What an RDB file says about its origin (Redis: `rdbSaveInfoAuxFields`). */
function originFields(server: Server): [name: string, value: string][] {
  return [
    ['redis-ver', REDIS_VERSION],
    ['redis-bits', '64'],
    ['ctime', String(Math.floor(Date.now() / 1000))],
    ['used-mem', String(server.keyspace.usedBytes)],
    ...server.replication.auxFields(),
  ];
}
