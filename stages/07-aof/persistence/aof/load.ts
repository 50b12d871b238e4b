import { existsSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { log } from '#shared/log.ts';
import { fsPath } from '#shared/options/paths.ts';
import type { Server } from '../../server.ts';
import { Loading } from '../loading.ts';
import { AofFileLoader } from './load-file.ts';
import type { AofFile } from './manifest.ts';

/** How long one slice of loading may hold the event loop; ms. */
const SLICE_MS = 10;

/**
 * Loads the log of a starting server with `appendonly yes`, or begins one where there is none.
 * @returns whether the data comes from there, and not from a dump
 * @throws Error with one line that names file, offset and reason; no file has changed
 */
export async function loadAppendOnlyFiles(server: Server): Promise<boolean> {
  const { aof, options, rdb } = server;
  aof.folder.readManifest();
  if (!options.appendonly) return false;
  aof.folder.noticeOldFile();
  const loader = new AofLoader(server);
  if (aof.folder.isEmpty) warnOfDump(server);
  else await loadInSlices(server, loader);
  aof.open();
  rdb.markSaved();
  return true;
}

/** The same at once, with what the manifest names now, for DEBUG LOADAOF. @throws Error */
export function loadAppendOnlyFilesSync(server: Server): void {
  const loader = new AofLoader(server);
  begin(server, loader);
  try {
    loader.step(Infinity);
  } finally {
    end(server, loader);
  }
}

async function loadInSlices(server: Server, loader: AofLoader): Promise<void> {
  const delay = server.options['key-load-delay'];
  const start = performance.now();
  begin(server, loader);
  try {
    for (;;) {
      const before = loader.loaded;
      if (loader.step(performance.now() + (delay > 0 ? 0 : SLICE_MS))) break;
      if (delay > 0) await sleep(((loader.loaded - before) * delay) / 1000);
      else await nextTurn();
    }
  } finally {
    end(server, loader);
  }
  log.notice(`DB loaded from append only file: ${((performance.now() - start) / 1000).toFixed(3)} seconds`);
}

function begin(server: Server, loader: AofLoader): void {
  server.loading = loader.loading;
  server.keyspace.expires = false;
}

function end(server: Server, loader: AofLoader): void {
  server.keyspace.expires = true;
  server.loading = undefined;
  loader.close();
}

/** As in Redis, a dump is not read when there is a log; this warns the operator. */
function warnOfDump({ options: { dbfilename } }: Server): void {
  if (!existsSync(fsPath(dbfilename))) return;
  log.warning(
    `There is no append only file yet, so the server starts EMPTY: the dump '${dbfilename}' is not loaded while ` +
      'appendonly is on, and the next save will overwrite it. To keep what it holds, stop the server without saving, ' +
      "start it with 'appendonly no', and switch the log on with CONFIG SET appendonly yes.",
  );
}

/**
 * Executes the files of a log one after the other, step by step, so that the event loop can run between two steps (Redis:
 * `loadAppendOnlyFiles`). Nothing on disk is changed before all is loaded.
 */
export class AofLoader {
  readonly loading: Loading;
  /** Commands, and keys of RDB files. */
  loaded = 0;
  private readonly server: Server;
  private readonly files: readonly AofFile[];
  /** Which of them is being loaded. */
  private index = 0;
  private file: AofFileLoader | undefined;
  /** Bytes of those that are done. */
  private bytesBefore = 0;

  /** @throws Error with one line when a file is missing */
  constructor(server: Server) {
    const { folder } = server.aof;
    const { base, incrs } = folder.manifest;
    this.server = server;
    this.files = base === undefined ? incrs : [base, ...incrs];
    this.loading = new Loading(folder.totalSize());
  }

  /**
   * Loads until `until` (ms, performance.now).
   * @returns whether all is loaded. @throws Error with one line that names file, offset and reason
   */
  step(until: number): boolean {
    while (this.index < this.files.length) {
      const { name, type } = this.files[this.index]!;
      this.file ??= new AofFileLoader(this.server, this.server.aof.folder.path(name), type === 'b');
      const before = this.file.loaded;
      const done = this.file.step(until, this.index === this.files.length - 1);
      this.loaded += this.file.loaded - before;
      this.loading.report(this.bytesBefore + this.file.offset, this.server.keyspace);
      if (!done) return false;
      this.bytesBefore += this.file.offset;
      this.close();
      log.notice(`DB loaded from ${type === 'b' ? 'base' : 'incr'} file ${name}`);
      this.index++;
      if (performance.now() >= until) return this.index === this.files.length;
    }
    return true;
  }

  /** To be called at the end, also after an error. */
  close(): void {
    this.file?.close();
    this.file = undefined;
  }
}
