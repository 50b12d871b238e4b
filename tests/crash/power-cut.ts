import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** Names the file into which `record-syncs.ts` writes. */
export const SYNCED_SIZES = 'SYNCED_SIZES';

/** The path of the record for a server's folder: beside the folder. */
export function recordOf(dir: string): string {
  return `${dir}.synced`;
}

/** Identifies a file whatever its name is; by its time of birth too, since inode numbers of deleted files are used again. */
export function identityOf({ ino, birthtimeMs }: Stats): string {
  return `${ino}:${Math.round(birthtimeMs)}`;
}

/**
 * Cuts every file to what was synced: SIGKILL leaves what was written, a power cut only what has reached the disk. (It
 * may leave more; this is the worst. Names are not undone: that a rename was synced with its folder is not looked at.)
 * @returns the bytes cut off
 */
export function cutPower(dir: string): number {
  const synced = readRecord(recordOf(dir));
  let cut = 0;
  const lines: string[] = [];
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const stats = statSync(path);
    const left = Math.min(synced.get(identityOf(stats)) ?? 0, stats.size);
    truncateSync(path, left);
    cut += stats.size - left;
    lines.push(`= ${identityOf(stats)} ${left}\n`);
  }
  writeFileSync(recordOf(dir), lines.join(''));
  return cut;
}

/** Syncs may end in another order than they began: the largest size counts, until the file is cut. */
function readRecord(path: string): Map<string, number> {
  const sizes = new Map<string, number>();
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  for (const line of lines) {
    const [sign, file = '', size] = line.split(' ');
    if (sign === '=') sizes.set(file, Number(size));
    if (sign === '+') sizes.set(file, Math.max(sizes.get(file) ?? 0, Number(size)));
  }
  return sizes;
}
