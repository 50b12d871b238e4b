import { quoted } from './quote.ts';
import { ToolError } from './tool-error.ts';

/**
 * npm keeps flags in front of `--` for itself, and hands them to the script as `npm_config_*` variables. Names that npm
 * has a use for, and that may therefore stand in somebody's .npmrc, prove nothing. Of npm's names only `dry-run`
 * counts: it is always typed, and to miss it would be to write when the caller wanted to look.
 *
 * PowerShell keeps the first bare `--` for itself, so that npm never sees it; one between double quotes it passes on.
 */
const AMBIGUOUS = ['color', 'loglevel', 'save', 'user'];

/**
 * @param flags the names that the script knows, without dashes
 * @throws ToolError with the command line that was meant
 */
export function refuseSwallowedFlags(
  script: string,
  argv: readonly string[],
  flags: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): void {
  if (env['npm_lifecycle_event'] !== script) return;
  const swallowed = flags.filter((flag) => !AMBIGUOUS.includes(flag) && variable(flag) in env);
  if (swallowed.length === 0) return;
  const names = swallowed.map(typed).join(' and ');
  const isWindows = platform === 'win32';
  const why = isWindows ? `'--' was missing, or PowerShell kept it` : `'--' was missing`;
  const command = meant(script, argv, swallowed, env, isWindows ? '"--"' : '--');
  throw new ToolError(`npm took ${names} for itself, because ${why}. Type:\n  ${command}`);
}

function typed(flag: string): string {
  return flag.length === 1 ? `-${flag}` : `--${flag}`;
}

function variable(flag: string): string {
  return `npm_config_${flag.replaceAll('-', '_')}`;
}

/** The value of `--port=7000` is in the variable; that of `--port 7000` is left among the positional words. */
function meant(script: string, argv: readonly string[], swallowed: string[], env: NodeJS.ProcessEnv, dashes: string): string {
  const [first = '', ...rest] = argv;
  const bare = swallowed.filter((flag) => env[variable(flag)] === 'true');
  const certain = bare.length === 1 || rest.length === 0;
  const words = swallowed.map((flag) => {
    if (!bare.includes(flag)) return `${typed(flag)} ${quoted(env[variable(flag)]!)}`;
    return [typed(flag), ...(certain ? rest.map((word) => quoted(word)) : ['…'])].join(' ');
  });
  return ['npm run', script, first, dashes, ...words].filter((word) => word !== '').join(' ');
}
