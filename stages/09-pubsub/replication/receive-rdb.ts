import { closeSync, fsync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { PrimaryConnection } from './primary-connection.ts';

/** How far the primary's RDB has come: for INFO. */
export interface Transfer {
  /** 0: not known before the end. */
  total: number;
  read: number;
}

const MAGIC = 'REDIS';
const MARK_BYTES = 40;
const NOTHING = Buffer.alloc(0);

/**
 * Writes the RDB that a primary sends to a file, in either of its forms, and returns when it is on disk (Redis:
 * `readSyncBulkPayload`). What comes after it is kept by the connection. @throws Error of the connection, of the file
 * system, or when it is no RDB
 */
export async function receiveRdb(connection: PrimaryConnection, path: string, transfer: Transfer): Promise<void> {
  const header = await connection.line();
  if (header.startsWith('-')) throw new Error(`MASTER aborted replication with an error: ${header.slice(1)}`);
  const mark = header.startsWith('$EOF:') ? Buffer.from(header.slice(5), 'latin1') : undefined;
  if (mark === undefined ? !/^\$\d{1,15}$/.test(header) : mark.length !== MARK_BYTES) {
    throw new Error(`Bad protocol from MASTER, instead of an RDB it sent: ${header.slice(0, 100)}`);
  }
  transfer.total = mark === undefined ? Number(header.slice(1)) : 0;
  const fd = openSync(path, 'w', 0o644);
  try {
    if (mark === undefined) await receiveLength(connection, fd, transfer);
    else await receiveMarked(connection, fd, mark, transfer);
    expectRdb(path);
    await promisify(fsync)(fd);
  } finally {
    closeSync(fd);
  }
}

function receiveLength(connection: PrimaryConnection, fd: number, transfer: Transfer): Promise<void> {
  return receive(connection, (bytes) => {
    const own = bytes.subarray(0, transfer.total - transfer.read);
    writeAll(fd, own);
    transfer.read += own.length;
    return transfer.read === transfer.total ? bytes.subarray(own.length) : undefined;
  });
}

/** The mark may arrive in pieces. Then its beginning is in the file, and is cut off at the end. */
async function receiveMarked(
  connection: PrimaryConnection,
  fd: number,
  mark: Buffer,
  transfer: Transfer,
): Promise<void> {
  let tail = NOTHING;
  await receive(connection, (bytes) => {
    const seen = Buffer.concat([tail, bytes]);
    const at = seen.indexOf(mark);
    const end = at === -1 ? seen.length : at + MARK_BYTES;
    writeAll(fd, seen.subarray(tail.length, end));
    transfer.read += end - tail.length;
    tail = seen.subarray(Math.max(0, seen.length - MARK_BYTES + 1));
    return at === -1 ? undefined : seen.subarray(end);
  });
  transfer.read -= MARK_BYTES;
  ftruncateSync(fd, transfer.read);
}

/** Gives all bytes to `take`, until it returns the bytes after the RDB, which are not part of it. */
function receive(connection: PrimaryConnection, take: (bytes: Buffer) => Buffer | undefined): Promise<void> {
  return connection.until((resolve) => {
    connection.receive((bytes) => {
      try {
        const rest = take(bytes);
        if (rest === undefined) return;
        connection.keep(rest);
        // The stream can wait until all of this is loaded.
        connection.socket.pause();
        resolve();
      } catch (error) {
        connection.end((error as Error).message);
      }
    });
  });
}

/** Looks at the file before this server drops its own data for it. @throws Error when it is no RDB file */
function expectRdb(path: string): void {
  const magic = Buffer.alloc(MAGIC.length);
  const fd = openSync(path, 'r');
  readSync(fd, magic);
  closeSync(fd);
  if (magic.toString('latin1') !== MAGIC) throw new Error('what MASTER sent is no RDB');
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
