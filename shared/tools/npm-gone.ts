import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 250;

/**
 * Calls `act` after npm, which started this process, has ended. npm passes a signal on to the shell that runs the
 * script, and the shell passes it to no process: when SIGTERM ends both, or SIGKILL ends npm, the script runs on as an orphan.
 * A signal that reached this process too comes before `act`. A process without npm watches nothing.
 */
export function whenNpmIsGone(act: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npm = starter();
  let gone = false;
  const timer = setInterval(() => {
    if (gone) {
      clearInterval(timer);
      act();
    }
    gone = starter() !== npm || !isRunning(npm);
  }, LOOK_EVERY_MS);
  timer.unref();
}

/**
 * The process that started the script: this one's parent, or the parent of the shell in between. A shell may stay
 * (dash) or make way for the script (bash). The parent of an orphan is another one; on Windows it keeps its number.
 */
function starter(): number {
  const script = process.env['npm_lifecycle_script'];
  let pid = process.ppid;
  for (;;) {
    const command = ofProcess(pid, 'cmdline');
    if (!script || !command?.includes(script)) return pid;
    const status = ofProcess(pid, 'stat');
    if (!status) return pid;
    // 4211 (name, which may hold blanks and brackets) S 4210 …
    pid = Number(status.slice(status.lastIndexOf(')')).split(' ')[2]);
  }
}

/** What Linux knows of a process; null elsewhere, where `sh` is replaced by the script, or ends with npm (Windows). */
function ofProcess(pid: number, file: 'cmdline' | 'stat'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return null;
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
