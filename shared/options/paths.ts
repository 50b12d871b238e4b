import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Common, OptionType } from './types.ts';

/** A path out of an option, a binary string of UTF-8 bytes, as Node's functions take it. */
export function fsPath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** A path of Node's as a binary string. */
export function binaryPath(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/** Makes a folder the working directory; `dir` is a binary string. @throws Error in the words of `strerror` */
export function changeDirectory(dir: string): void {
  try {
    process.chdir(fsPath(dir));
  } catch (error) {
    throw new Error(systemReason(error));
  }
}

/** A folder; the value is absolute, whatever the working directory becomes, and the last one given has to be there. */
export function directory(row: Common<string>): OptionType<string> {
  return {
    ...row,
    placeholder: '<path>',
    format: String,
    parse(words) {
      if (words.length !== 1) throw new Error('wrong number of arguments');
      if (words[0] === '') throw new Error(REASONS['ENOENT']);
      return binaryPath(resolve(fsPath(words[0]!)));
    },
    accept(path) {
      try {
        if (!statSync(fsPath(path)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
        accessSync(fsPath(path), constants.X_OK);
      } catch (error) {
        throw new Error(systemReason(error));
      }
    },
  };
}

/** A file's name without a folder, such as `dbfilename`; or a folder's, `kind: 'dirname'`, which is not empty. */
export function fileName(name: string, row: Common<string> & { kind?: 'dirname' }): OptionType<string> {
  const { kind = 'filename' } = row;
  return {
    ...row,
    placeholder: '<name>',
    format: String,
    parse(words) {
      if (words.length !== 1) throw new Error('wrong number of arguments');
      if (kind === 'dirname' && words[0] === '') throw new Error(`${name} can't be empty`);
      if (words[0]!.includes('/')) throw new Error(`${name} can't be a path, just a ${kind}`);
      return words[0]!;
    },
  };
}

/** Why a system call failed, in the words of `strerror`. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

const REASONS: Record<string, string> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOSPC: 'No space left on device',
  EDQUOT: 'Disk quota exceeded',
  EFBIG: 'File too large',
  EIO: 'Input/output error',
  EROFS: 'Read-only file system',
};
