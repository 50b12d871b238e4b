import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import chalk from 'chalk';
import { allStages, findStage, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { likely } from '../nearest.ts';
import { refuseSwallowedFlags } from './swallowed-flags.ts';
import { ToolError } from './tool-error.ts';

export interface Tool {
  help: string;
  /** Only a leading `--help` is the tool's own: what follows is for the program that it starts. */
  passesFlagsOn?: boolean;
  /** @returns the exit code */
  run(argv: string[]): number | Promise<number>;
}

/**
 * Runs a tool when its file is the one that was started, and does nothing when it was merely imported: so a tool's file
 * can export functions too. Wrong use is one line on stderr and exit code 1.
 */
export async function runTool(moduleUrl: string, tool: Tool): Promise<void> {
  const started = process.argv[1];
  if (!started || realpathSync(started) !== realpathSync(fileURLToPath(moduleUrl))) return;
  const argv = process.argv.slice(2);
  const places = tool.passesFlagsOn ? argv.slice(0, 1) : argv;
  if (places.includes('--help') || places.includes('-h')) {
    console.log(tool.help.trim());
    return;
  }
  process.stdout.on('error', leaveQuietly);
  try {
    process.exitCode = await tool.run(argv);
  } catch (error) {
    // What went wrong may be a child that Ctrl-C has ended. Then the same Ctrl-C ends this process while it waits.
    await signals();
    if (!(error instanceof ToolError)) throw error;
    console.error(chalk.red(error.message));
    process.exitCode = 1;
  }
}

/** Lets signals come in. Several short waits: on a busy machine a single one can be over before the event loop looks for signals. */
async function signals(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setTimeout(done, 10));
}

/** The program that reads our output, such as `head`, has ended. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

type Flags = NonNullable<ParseArgsConfig['options']>;

/**
 * The flags and words of a tool's command line.
 * @throws ToolError for unknown flags, and for flags that npm took for itself because `--` was missing
 */
export function parseToolArguments<T extends Flags>(script: string, argv: string[], options: T) {
  refuseSwallowedFlags(script, argv, Object.keys(options));
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new ToolError(`${(error as Error).message.split('. ')[0]}; npm run ${script} -- --help lists the options`);
  }
}

/** @throws ToolError when more words follow than the tool has a use for */
export function refuseMoreWords(script: string, words: readonly string[]): void {
  if (words.length === 0) return;
  throw new ToolError(`Nothing is done with '${words.join(' ')}'; npm run ${script} -- --help shows what there is`);
}

/** @throws ToolError that names the stage that was probably meant, and lists all of them */
export function requireStage(query: string | undefined, root = PROJECT_ROOT): Stage {
  if (query === undefined) throw new ToolError(`Which stage?\n${stageList(root)}`);
  const stage = findStage(query, root);
  if (stage?.built) return stage;
  if (stage) throw new ToolError(`Stage ${stage.number}-${stage.name} is not built yet\n${stageList(root)}`);
  const names = allStages(root).flatMap(({ number, name }) => [name, `${number}-${name}`]);
  const meant = /^\d*$/.test(query) ? undefined : likely(query, names);
  const near = meant === undefined ? undefined : findStage(meant, root)!;
  const hint = near === undefined ? '' : `; did you mean ${near.number}-${near.name}?`;
  throw new ToolError(`There is no stage '${query}'${hint}\n${stageList(root)}`);
}

/** One line a stage; those that cannot be run yet are marked. */
export function stageList(root = PROJECT_ROOT): string {
  return allStages(root)
    .map(({ number, name, title, built }) => {
      const line = `  ${chalk.bold(number)} ${name.padEnd(13)} ${title}`;
      return built ? line : chalk.dim(`${line} (not built yet)`);
    })
    .join('\n');
}

/** The folder in which the command was typed: npm itself moves to the project's root before it runs a script. */
export function callerDirectory(root = PROJECT_ROOT): string {
  const typedIn = process.env['INIT_CWD'];
  return typedIn && process.cwd() === root ? typedIn : process.cwd();
}

/** A path of the command line, as seen from where the command was typed. */
export function callerPath(path: string, root = PROJECT_ROOT): string {
  return resolve(callerDirectory(root), path);
}
