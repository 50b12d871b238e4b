import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { log } from '#shared/log.ts';
import { systemReason } from '#shared/options/paths.ts';
import type { Snapshot } from '../snapshot.ts';

/** How long one slice of a snapshot may hold the event loop; ms. */
const SLICE_MS = 2;

/**
 * Writes a snapshot to a file, and returns when it is on disk: to a temporary file, which then takes the name (Redis:
 * `rdbSave`). No request runs before it has ended. @throws Error of the file system; then the old file of that name is unchanged
 */
export function writeSnapshotSync(snapshot: Snapshot, path: string): void {
  const temporary = temporaryName(path);
  try {
    const fd = openSync(temporary, 'w', 0o644);
    try {
      for (let done = false; !done; ) {
        done = snapshot.step(performance.now() + SLICE_MS);
        writeAll(fd, snapshot.take());
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    replaceFile(temporary, path);
  } catch (error) {
    discard(temporary);
    throw error;
  }
}

/**
 * The same in slices, under a temporary name: the caller gives the file its place. @throws Error of the file system, or
 * of `signal`
 */
export async function writeSnapshot(
  snapshot: Snapshot,
  temporary: string,
  keySaveDelay: number,
  signal: AbortSignal,
): Promise<void> {
  closeSync(openSync(temporary, 'w', 0o644)); // now, not in the thread pool: a save that is cancelled removes it
  const file = await open(temporary, 'r+');
  try {
    await sendSnapshot(snapshot, (bytes) => file.writeFile(bytes), keySaveDelay, signal);
    await file.sync();
  } finally {
    await file.close();
  }
  signal.throwIfAborted();
}

/**
 * Hands a snapshot's bytes to `write` as they are made, a slice at a time, with room for everything else between them.
 * `keySaveDelay` is a pause per key in microseconds, for tests. @throws Error of `write`, or of `signal`
 */
export async function sendSnapshot(
  snapshot: Snapshot,
  write: (bytes: Buffer) => Promise<unknown>,
  keySaveDelay: number,
  signal: AbortSignal,
): Promise<void> {
  for (let done = false; !done; ) {
    signal.throwIfAborted();
    const before = snapshot.keys;
    done = snapshot.step(performance.now() + (keySaveDelay > 0 ? 0 : SLICE_MS));
    await write(snapshot.take());
    if (keySaveDelay > 0) await sleep(((snapshot.keys - before) * keySaveDelay) / 1000, undefined, { signal });
    else await nextTurn();
  }
}

/** Gives a file that was written under another name its place, for good. @throws Error of the file system */
export function replaceFile(temporary: string, path: string): void {
  renameSync(temporary, path);
  syncFolder(path);
}

/** Removes a file that was not finished, if it is there. Where that fails too, the next start tries again. */
export function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    log.warning(`Error removing ${path}: ${systemReason(error)}`);
  }
}

/** A name in the folder of `path` that names its process: so what a killed process has left differs from a file in use. */
export function temporaryName(path: string, purpose = ''): string {
  return `${dirname(path)}/temp-${purpose}${process.pid}.rdb`;
}

/** A renamed file is safe only when its folder has been synced as well (Redis: `fsyncFileDir`). */
export function syncFolder(path: string): void {
  const fd = openSync(dirname(path), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
