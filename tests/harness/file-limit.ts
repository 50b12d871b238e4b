import { execFileSync, spawnSync } from 'node:child_process';
import { atEnd, onlyIf, target, type OwnServer } from './suite.ts';

/** Skips the test, saying why, where `limitFiles` can't work. */
export function needsFileLimit(): void {
  onlyIf(target.kind !== 'cmd', 'needs the process of the server, not of the shell that runs it');
  onlyIf(spawnSync('prlimit', ['--version']).error === undefined, 'needs prlimit (of util-linux) on the PATH');
}

/**
 * From now on no file of the server grows beyond `bytes`: writing more fails with EFBIG, after as much as still
 * fits. The soft limit alone: without privileges a hard one can't be lifted again.
 */
export function limitFiles({ pid }: OwnServer, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--fsize=${bytes}:`, '--pid', String(pid)]);
}

/** From now on this file can grow but not be truncated. Skips the test where the system does not offer that. */
export function growOnly(path: string): void {
  onlyIf(spawnSync('chattr', ['+a', path]).status === 0, 'needs chattr +a: Linux, a file system that has it, and root');
  atEnd(() => void execFileSync('chattr', ['-a', path]));
}
