import { rmSync, writeFileSync } from 'node:fs';
import { log } from './log.ts';
import { fsPath, systemReason } from './options/paths.ts';

/** Writes the process's number into a file, which is removed when the process ends; '': none (Redis: `createPidFile`). */
export function createPidFile(pidfile: string): void {
  if (pidfile === '') return;
  const path = fsPath(pidfile);
  try {
    writeFileSync(path, `${process.pid}\n`);
    process.on('exit', () => rmSync(path, { force: true }));
  } catch (error) {
    log.warning(`Failed to write PID file: ${systemReason(error)}`);
  }
}
