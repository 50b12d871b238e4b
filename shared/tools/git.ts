import { spawnSync } from 'node:child_process';
import { ToolError } from './tool-error.ts';

/**
 * Runs git in a folder, untouched by the caller's own settings.
 * @param accept exit codes besides 0 that are answers and not failures
 * @throws ToolError with git's first line of complaint
 */
export function git(directory: string, args: string[], accept: number[] = []): { code: number; output: Buffer } {
  const result = spawnSync('git', args, { cwd: directory, env: cleanEnvironment(), maxBuffer: 2 ** 30 });
  if (result.error) throw new ToolError(`git cannot be run: ${result.error.message}`);
  const code = result.status ?? 255;
  if (code !== 0 && !accept.includes(code)) {
    const complaint = result.stderr.toString().trim().split('\n')[0]!;
    throw new ToolError(`git ${args[0]}: ${complaint.replace(/^(fatal|error): /, '')}`);
  }
  return { code, output: result.stdout };
}

/** The names that a git command with `-z` printed. */
export function gitNames(directory: string, args: string[]): string[] {
  return git(directory, args).output.toString().split('\0').filter((name) => name !== '');
}

/** Within a git hook these variables would send git to another repository. */
const HOOK_VARIABLES = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_DIFF_OPTS'];

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !HOOK_VARIABLES.includes(name));
  return { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
}
