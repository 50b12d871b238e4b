import { close, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { log } from '#shared/log.ts';
import { binaryPath, fsPath, systemReason } from '#shared/options/paths.ts';
import type { Options } from '../../options.ts';
import { removeLeftovers, UNFINISHED_RDB } from '../leftovers.ts';
import { syncFolder } from '../rdb/file.ts';
import { EMPTY_MANIFEST, formatManifest, parseManifest, type AofFile, type AofManifest } from './manifest.ts';

/** A base in the making, of ours or of Redis: `temp-rewriteaof-bg-4211-1.aof`. */
const UNFINISHED_BASE = /^temp-rewriteaof-(?:bg-)?(\d+)(?:-\d+)?\.aof$/;

/** The folder with the files of the log (Redis: `server.aof_dirname`, in `dir`), and the manifest that names them. */
export class AofFolder {
  private readonly dirname: string;
  private readonly filename: string;
  private readonly dbfilename: string;
  /** The manifest that is on disk. */
  manifest: AofManifest = EMPTY_MANIFEST;
  /** The base still has to move into the folder. */
  private hasOldFile = false;

  constructor({ appenddirname, appendfilename, dbfilename }: Options) {
    this.dirname = appenddirname;
    this.filename = appendfilename;
    this.dbfilename = dbfilename;
  }

  /** Where a file is, as Node's functions take it. */
  path(name: string): string {
    if (this.hasOldFile && name === this.filename) return fsPath(name);
    return fsPath(`${this.dirname}/${name}`);
  }

  get manifestName(): string {
    return `${this.filename}.manifest`;
  }

  /** Reads the manifest, if there is one. @throws Error with one line that names the file */
  readManifest(): void {
    const path = this.path(this.manifestName);
    try {
      this.manifest = existsSync(path) ? parseManifest(readFileSync(path, 'latin1')) : EMPTY_MANIFEST;
    } catch (error) {
      throw new Error(`Cannot read the AOF manifest '${path}': ${systemReason(error)}`);
    }
  }

  /** What is written while the first base is being made, after CONFIG SET appendonly yes. */
  get temporaryIncr(): string {
    return `temp-${this.filename}.incr`;
  }

  /** Redis: `dirCreateIfMissing`. @throws Error of the file system */
  create(): void {
    const path = fsPath(this.dirname);
    if (mkdirSync(path, { recursive: true, mode: 0o755 }) !== undefined) syncFolder(path);
  }

  /**
   * Puts another manifest in place of the old one, which stays until the new one is on disk (Redis:
   * `persistAofManifest`). The files that it names are to be there. @throws Error of the file system
   */
  writeManifest(manifest: AofManifest): void {
    const temporary = this.path(`temp-${this.manifestName}`);
    const fd = openSync(temporary, 'w', 0o644);
    try {
      writeSync(fd, formatManifest(manifest), 0, 'latin1');
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, this.path(this.manifestName));
    this.manifest = manifest;
    syncFolder(temporary);
  }

  /** The size of a file in bytes. @throws Error with one line when it is not there */
  sizeOf({ name }: AofFile): number {
    try {
      return statSync(this.path(name)).size;
    } catch (error) {
      throw new Error(`Cannot find the AOF file '${this.path(name)}' that the manifest names: ${systemReason(error)}`);
    }
  }

  /** Whether there is no log yet. */
  get isEmpty(): boolean {
    return this.manifest.base === undefined && this.manifest.incrs.length === 0;
  }

  /** Bytes of all files of the log. @throws Error as `sizeOf` */
  totalSize(): number {
    const { base, incrs } = this.manifest;
    return [...(base === undefined ? [] : [base]), ...incrs].reduce((sum, file) => sum + this.sizeOf(file), 0);
  }

  /** Removes the files that are history, and their lines in the manifest (Redis: `aofDelHistoryFiles`). */
  removeHistory(): void {
    if (this.manifest.history.length === 0) return;
    for (const { name } of this.manifest.history) {
      log.notice(`Removing the history file ${name} in the background`);
      this.remove(name);
    }
    try {
      this.writeManifest({ ...this.manifest, history: [] });
    } catch (error) {
      log.warning(`Error writing the AOF manifest: ${(error as Error).message}`);
    }
  }

  /** Removes a file. Its bytes are given back when it is closed, in the background: for a large file that takes a while. */
  remove(name: string): void {
    try {
      const fd = openSync(this.path(name), 'r');
      unlinkSync(this.path(name));
      close(fd);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.warning(`Error removing ${name}: ${systemReason(error)}`);
    }
  }

  /**
   * Files that a killed process has left: temporary ones, and those for a manifest that was never written. A file that an
   * older manifest may have named stays, though no manifest names it now.
   */
  removeLeftovers(): void {
    const { baseSeq, incrSeq } = this.manifest;
    for (const name of filesIn(fsPath(this.dirname))) {
      const file = this.parseName(name);
      const unfinished = file !== undefined && file.seq > (file.isBase ? baseSeq : incrSeq);
      if (!unfinished && !this.isTemporary(name)) continue;
      log.notice(`Removing ${name}, which was never finished`);
      this.remove(binaryPath(name));
    }
    for (const pattern of [UNFINISHED_BASE, UNFINISHED_RDB]) removeLeftovers(pattern, this.dbfilename);
  }

  /** Where a manifest is lost, new files must not take the names of those it had: their numbers continue after those. */
  skipLostFiles(): void {
    const files = filesIn(fsPath(this.dirname)).flatMap((name) => this.parseName(name) ?? []);
    if (!files.some(({ name }) => statSync(this.path(binaryPath(name))).size > 0)) return;
    log.warning(`There are files of a log in '${this.dirname}' and no manifest names them: they are NOT loaded, and kept`);
    const last = (isBase: boolean): number => {
      return files.reduce((max, file) => (file.isBase === isBase ? Math.max(max, file.seq) : max), 0);
    };
    this.manifest = { ...this.manifest, baseSeq: last(true), incrSeq: last(false) };
  }

  /** `NAME.SEQ.base.rdb`, `NAME.SEQ.base.aof`, `NAME.SEQ.incr.aof` */
  private parseName(name: string): { name: string; seq: number; isBase: boolean } | undefined {
    const prefix = `${fsPath(this.filename)}.`;
    const match = name.startsWith(prefix) && /^(\d{1,15})\.(base\.(?:rdb|aof)|incr\.aof)$/.exec(name.slice(prefix.length));
    return match ? { name, seq: Number(match[1]), isBase: match[2] !== 'incr.aof' } : undefined;
  }

  private isTemporary(name: string): boolean {
    const own = [`temp-${this.manifestName}`, this.temporaryIncr];
    return own.includes(binaryPath(name)) || /^temp-\d+\.rdb$/.test(name);
  }

  /**
   * Before version 7 the log was one file in `dir`. Where there is one and no newer form of it, it is the base: loaded
   * where it is, and moved afterwards (Redis: `aofUpgradePrepare`, which moves it first).
   */
  noticeOldFile(): void {
    const { base, incrs } = this.manifest;
    const begun = base?.name === this.filename && !existsSync(this.path(this.filename));
    if (incrs.length > 0 || (base !== undefined && !begun) || !isFile(fsPath(this.filename))) return;
    this.manifest = { ...this.manifest, base: { name: this.filename, seq: 1, type: 'b' }, baseSeq: 1 };
    this.hasOldFile = true;
  }

  /** If the process ends half-way, the next start repeats it all. @throws Error of the file system */
  moveOldFile(): void {
    if (!this.hasOldFile) return;
    this.create();
    this.writeManifest(this.manifest);
    this.hasOldFile = false;
    const path = this.path(this.filename);
    renameSync(fsPath(this.filename), path);
    syncFolder(path);
    log.notice(`Successfully migrated an old-style AOF file (${this.filename}) into the AOF directory (${this.dirname}).`);
  }
}

function filesIn(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
