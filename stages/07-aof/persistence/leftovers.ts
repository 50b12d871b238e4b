import { readdirSync, unlinkSync } from 'node:fs';
import { log } from '#shared/log.ts';

/** RDB files in the making, of ours and of Redis: `temp-4211.rdb`, `temp-bg-4211.rdb`. */
export const UNFINISHED_RDB = /^temp-(?:[a-z]+-)?(?:\d+-)?(\d+)\.rdb$/;

/**
 * Removes files in the working directory that a process was writing when it was killed. `pattern` matches their names,
 * and captures the number of the process: where that still runs, the file is in use.
 */
export function removeLeftovers(pattern: RegExp): void {
  for (const name of readdirSync('.')) {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue;
    log.notice(`Removing ${name}, which a process that has ended did not finish`);
    unlinkSync(name);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
