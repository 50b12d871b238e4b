import { readdirSync, unlinkSync } from 'node:fs';
import { log } from '#shared/log.ts';
import { systemReason } from '#shared/options/paths.ts';

/** RDB files in the making, of ours and of Redis: `temp-4211.rdb`, `temp-bg-4211.rdb`. No process has a longer number. */
export const UNFINISHED_RDB = /^temp-(?:[a-z]+-)?(?:\d+-)?(\d{1,7})\.rdb$/;

/**
 * Removes files in the working directory that a process was writing when it was killed. `pattern` matches their names,
 * and captures the number of the process: where that still runs, the file is in use. The dump stays, whatever its name.
 */
export function removeLeftovers(pattern: RegExp, dbfilename: string): void {
  for (const name of readdirSync('.')) {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined || name === dbfilename || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue;
    log.notice(`Removing ${name}, which a process that has ended did not finish`);
    try {
      unlinkSync(name);
    } catch (error) {
      log.warning(`Error removing ${name}: ${systemReason(error)}`);
    }
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
