import { spawnSync } from 'node:child_process';

/**
 * Prints a long text: through a pager when a terminal shows it, else as it is. The pager is the command in PAGER, or
 * `less -R` where it is installed; `PAGER=` (empty) and `PAGER=cat` mean none.
 */
export function printPaged(text: string, isTerminal = process.stdout.isTTY === true, env = process.env): void {
  const pager = isTerminal ? pagerOf(env) : null;
  if (pager !== null && ranPager(pager, text, env)) return;
  console.log(text);
}

function pagerOf(env: NodeJS.ProcessEnv): string | null {
  const chosen = env['PAGER'];
  if (chosen !== undefined) return chosen === '' || chosen === 'cat' ? null : chosen;
  return spawnSync('less', ['--version']).status === 0 ? 'less -R' : null;
}

/** F: what fits on the screen is only printed; R: colours; X: the screen is left as it is. As git has it. */
const LESS = 'FRX';

function ranPager(command: string, text: string, env: NodeJS.ProcessEnv): boolean {
  const options = { shell: true, stdio: ['pipe', 'inherit', 'inherit'] as ['pipe', 'inherit', 'inherit'] };
  const { status, error } = spawnSync(command, { ...options, input: `${text}\n`, env: { LESS, ...env } });
  // Leaving the pager early is no failure: the pager closes its input (EPIPE) and ends with 0.
  return status === 0 && (error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE');
}
