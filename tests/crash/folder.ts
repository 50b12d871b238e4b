import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const AOF_DIR = 'appendonlydir';
const MANIFEST = 'appendonly.aof.manifest';

export const DUMP = 'dump.rdb';

/** Whether Redis's own checkers are on the PATH. */
export const HAS_CHECKERS = spawnSync('redis-check-aof', ['-v']).error === undefined;

/** What `redis-check-aof` says of a copy of the folder. */
export type AofCheck = { state: 'valid' } | { state: 'torn' | 'broken'; text: string };

/** What the checker says of an end that is missing. */
const TORN = /Expected to read \d+ bytes, got|Reached EOF before reading EXEC|Expected \\r\\n, got: 0000/;

/**
 * Checks the folder's manifest and all its files. `torn`: only the end of the last file is missing, which
 * `aof-load-truncated` mends. A folder without a manifest is valid: the server died before it had made one.
 */
export function checkAof(dir: string): AofCheck {
  if (!HAS_CHECKERS || !existsSync(join(dir, AOF_DIR, MANIFEST))) return { state: 'valid' };
  const copy = mkdtempSync(join(tmpdir(), 'crash-check-'));
  try {
    cpSync(join(dir, AOF_DIR), copy, { recursive: true });
    const { status, stdout, stderr } = spawnSync('redis-check-aof', [join(copy, MANIFEST)], { encoding: 'latin1' });
    if (status === 0) return { state: 'valid' };
    const text = `${stdout}${stderr}`.split('\n').slice(-4).join('\n').trim();
    const bad = /AOF (\S+) is not valid/.exec(text)?.[1];
    const torn = TORN.test(text);
    return { state: torn && bad === lastFile(copy) ? 'torn' : 'broken', text };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What `redis-check-rdb` has against a dump, or null. */
export function checkRdb(path: string): string | null {
  if (!HAS_CHECKERS || !existsSync(path)) return null;
  const { status, stdout, stderr } = spawnSync('redis-check-rdb', [path], { encoding: 'latin1' });
  return status === 0 ? null : `${stdout}${stderr}`.trim();
}

/** Files that a save, a rewrite or a sync was writing when the server died. */
export function temporaryFiles(dir: string): string[] {
  return everyFile(dir).filter((file) => basename(file).startsWith('temp-'));
}

/** Files of appendonlydir that no line of the manifest names. */
export function strayFiles(dir: string): string[] {
  const folder = join(dir, AOF_DIR);
  if (!existsSync(folder)) return [];
  const named = new Set([MANIFEST, ...manifestLines(folder).map(([name]) => name)]);
  return readdirSync(folder).filter((file) => !named.has(file));
}

/** The incremental file that is written now. */
export function lastIncrementalFile(dir: string): string {
  return join(dir, AOF_DIR, lastFile(join(dir, AOF_DIR)) ?? '');
}

function lastFile(folder: string): string | undefined {
  return manifestLines(folder).findLast(([, type]) => type === 'i')?.[0];
}

/** Name and type (b, i, h) of each file: `file NAME seq N type T`. */
function manifestLines(folder: string): [name: string, type: string][] {
  const path = join(folder, MANIFEST);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.flatMap((line) => {
    const found = /^file (\S+) seq \d+ type ([bih])/.exec(line);
    return found ? [[found[1]!, found[2]!] as [string, string]] : [];
  });
}

function everyFile(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' });
}
