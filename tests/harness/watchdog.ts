import { spawn, type ChildProcess } from 'node:child_process';

/**
 * A shell in a session of its own, which outlives this process by a moment. It reads from its input which processes run.
 * The input ends when this process ends, even by SIGKILL; then the shell kills the processes that are left. Windows has no
 * such shell: there children end with their console.
 */
const SCRIPT = `
while read -r sign pid; do
  left=
  for other in $pids; do [ "$other" = "$pid" ] || left="$left $other"; done
  pids=$left
  [ "$sign" = + ] && pids="$pids $pid"
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
`;

let watchdog: ChildProcess | null = null;

/** The process of this id, or with `group` all of the group that it leads, ends at the latest when this process does. */
export function guard(child: ChildProcess, group: boolean): void {
  if (process.platform === 'win32' || child.pid === undefined) return;
  const id = group ? -child.pid : child.pid;
  tell(`+ ${id}`);
  child.once('exit', () => tell(`- ${id}`));
}

function tell(line: string): void {
  if (watchdog === null) {
    watchdog = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    // Neither the shell nor its pipe keeps this process from ending.
    watchdog.unref();
    (watchdog.stdin as unknown as { unref(): void }).unref();
    watchdog.on('error', () => {});
    watchdog.stdin!.on('error', () => {});
  }
  watchdog.stdin!.write(`${line}\n`);
}
