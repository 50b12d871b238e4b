import { closeSync, openSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { log } from '#shared/log.ts';
import type { Server } from '../server.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { removeLeftovers, UNFINISHED_RDB } from './leftovers.ts';
import { RdbInput } from './rdb/input.ts';
import { loadLibraries } from './rdb/libraries.ts';
import { RdbLoader, type RdbTarget } from './rdb/load.ts';
import { fileSource } from './rdb/source.ts';

/** How long one slice of loading may hold the event loop; ms. */
const SLICE_MS = 10;
/** Files larger than this show their progress in the log. */
const LARGE_BYTES = 100 * 1024 * 1024;
/**
 * V8 ends the process when its heap is full: before that a warning says what is missing. New objects have some
 * 48 MB of the heap to themselves.
 */
const HEAP_BYTES = getHeapStatistics().heap_size_limit * 0.85 - 48 * 1024 * 1024;
const TOO_LARGE =
  `The data take more memory than this process may use, ${Math.floor(HEAP_BYTES / 1024 ** 2)} MB: ` +
  'start it with NODE_OPTIONS=--max-old-space-size=<MB>';
/** How often the log shows it, in ms. */
const PROGRESS_MS = 2000;

/** The progress of loading, for INFO, while clients get -LOADING. */
export class Loading {
  /** ms since 1970. */
  readonly startTime = Date.now();
  readonly totalBytes: number;
  loadedBytes = 0;
  private lastReport = Date.now();

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
  }

  get percent(): number {
    return this.totalBytes === 0 ? 100 : (this.loadedBytes / this.totalBytes) * 100;
  }

  /** Redis: `loadingAbsProgress`. @throws Error when the data will not fit into memory */
  report(loadedBytes: number, keyspace: Keyspace): void {
    this.loadedBytes = loadedBytes;
    if (keyspace.usedBytes > HEAP_BYTES) throw new Error(TOO_LARGE);
    if (this.totalBytes < LARGE_BYTES || Date.now() - this.lastReport < PROGRESS_MS) return;
    this.lastReport = Date.now();
    log.notice(`Loading: ${this.percent.toFixed(0)}% of ${(this.totalBytes / 1024 ** 2).toFixed(0)} MB`);
  }
}

/**
 * Loads the RDB file of a starting server, if there is one (Redis: `loadDataFromDisk`).
 * @throws Error with one line that names file, offset and reason
 */
export async function loadAtStart(server: Server): Promise<void> {
  const { dbfilename } = server.options;
  removeLeftovers(UNFINISHED_RDB, dbfilename);
  const startedAt = Date.now();
  const loader = await loadRdbFile(server, dbfilename);
  if (loader === undefined) return;
  server.rdb.markSaved();
  server.replication.restore(loader.aux, loader.expired);
  const seconds = (Date.now() - startedAt) / 1000;
  log.notice(`DB loaded from disk: ${seconds.toFixed(3)} seconds, ${loader.keysLoaded} keys`);
}

/**
 * Loads a file into the keyspace, in slices between which clients get their answers: -LOADING for most of them.
 * @returns undefined when there is no such file
 * @throws Error naming file, offset and reason; what has been loaded so far stays in the keyspace
 */
export async function loadRdbFile(server: Server, path: string): Promise<RdbLoader | undefined> {
  const file = openRdb(server, path);
  if (file === undefined) return undefined;
  const { loader, input, loading } = file;
  const delay = server.options['key-load-delay'];
  server.loading = loading;
  try {
    for (;;) {
      const before = loader.keysLoaded;
      const done = step(path, loader, delay > 0 ? 0 : SLICE_MS);
      loading.report(input.offset, server.keyspace);
      if (done) break;
      if (delay > 0) await sleep(((loader.keysLoaded - before) * delay) / 1000);
      else await nextTurn();
    }
  } finally {
    server.loading = undefined;
    file.close();
  }
  count(server, loader);
  return loader;
}

/** The same at once, for DEBUG RELOAD; `merge` as in `RdbTarget`. */
export function loadRdbFileSync(server: Server, path: string, merge: boolean): void {
  const file = openRdb(server, path, { merge });
  if (file === undefined) throw new Error(`${path}: no such file`);
  try {
    step(path, file.loader, Infinity);
  } finally {
    file.close();
  }
  count(server, file.loader);
}

function count(server: Server, { keysLoaded, keysExpired, libraries }: RdbLoader): void {
  const { stats } = server;
  stats.keysLoaded = keysLoaded;
  stats.keysExpiredAtLoad = keysExpired;
  loadLibraries(server, libraries);
}

interface OpenRdb {
  readonly loader: RdbLoader;
  readonly input: RdbInput;
  readonly loading: Loading;
  close(): void;
}

function openRdb({ keyspace, options }: Server, path: string, how?: Partial<RdbTarget>): OpenRdb | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unloadable(path, error);
  }
  try {
    const source = fileSource(fd);
    const input = new RdbInput(source, options.rdbchecksum);
    const loader = new RdbLoader(input, { keyspace, now: Date.now(), ...how });
    return { loader, input, loading: new Loading(source.size ?? 0), close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw unloadable(path, error);
  }
}

function step(path: string, loader: RdbLoader, sliceMs: number): boolean {
  try {
    return loader.step(performance.now() + sliceMs);
  } catch (error) {
    throw unloadable(path, error);
  }
}

function unloadable(path: string, error: unknown): Error {
  return new Error(`Cannot load the RDB file '${path}': ${(error as Error).message}`);
}
