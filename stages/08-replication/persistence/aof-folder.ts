import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rm, statSync, writeSync } from 'node:fs';
import { log } from '#shared/log.ts';
import { fsPath, systemReason } from '#shared/options/paths.ts';
import type { Options } from '../options.ts';
import { EMPTY_MANIFEST, formatManifest, parseManifest, type AofFile, type AofManifest } from './aof-manifest.ts';
import { syncFolder } from './rdb-file.ts';

/** The folder with the files of the log (Redis: `server.aof_dirname`, in `dir`), and the manifest that names them. */
export class AofFolder {
  private readonly dirname: string;
  private readonly filename: string;
  /** What stands on disk. */
  manifest: AofManifest = EMPTY_MANIFEST;
  /** The base still has to move into the folder. */
  private hasOldFile = false;

  constructor({ appenddirname, appendfilename }: Options) {
    this.dirname = appenddirname;
    this.filename = appendfilename;
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

  /** What is written while the first base is in the making, behind CONFIG SET appendonly yes. */
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

  /** Bytes of all files of the log. @throws Error as `sizeOf` */
  totalSize(): number {
    const { base, incrs } = this.manifest;
    return [...(base === undefined ? [] : [base]), ...incrs].reduce((sum, file) => sum + this.sizeOf(file), 0);
  }

  /** Removes what is history, and the manifest's lines about it (Redis: `aofDelHistoryFiles`). */
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

  /** Removes a file in the background: that of a long one takes its time. */
  remove(name: string): void {
    rm(this.path(name), { force: true }, (error) => {
      if (error) log.warning(`Error removing the AOF file ${name}: ${error.message}`);
    });
  }

  /**
   * Before version 7 the log was one file in `dir`. Where there is one and no newer form of it, it is the base: loaded
   * where it is, and moved afterwards (Redis: `aofUpgradePrepare`, which moves it first).
   */
  noticeOldFile(): void {
    const { base, incrs } = this.manifest;
    const begun = base?.name === this.filename && !existsSync(this.path(this.filename));
    if (incrs.length > 0 || (base !== undefined && !begun) || !isFile(fsPath(this.filename))) return;
    this.manifest = { ...this.manifest, base: { name: this.filename, seq: 1, type: 'b' } };
    this.hasOldFile = true;
  }

  /** Ended half-way, it begins anew at the next start. @throws Error of the file system */
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

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
