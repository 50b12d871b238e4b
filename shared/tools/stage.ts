import { spawn } from 'node:child_process';
import { availableParallelism, constants } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtStages, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { callerDirectory, requireStage, runTool, stageList } from './cli.ts';
import { whenNpmIsGone } from './npm-gone.ts';
import { refuseSwallowedFlags } from './swallowed-flags.ts';

/**
 * Flags for Node, alike for every stage however it is started. V8 collects garbage in helper threads: Node starts four
 * on any machine, and where the event loop leaves fewer cores free they take its time, some 3 % of the requests at
 * pipeline 16. A young generation of another size was tried: half of it (`--max-semi-space-size=8`) saves 13 MB and
 * costs 5 % there, twice as much takes 20 MB and gains nothing to speak of.
 *
 * V8 inlines up to 920 bytes of bytecode into a function that it optimizes. A request's way is longer in later stages:
 * with that limit many guards and listeners are calls of their own, and SET takes 10 to 18 % more CPU time at pipeline 16.
 */
export const NODE_FLAGS: readonly string[] = [
  `--v8-pool-size=${Math.min(4, Math.max(1, availableParallelism() - 1))}`,
  '--max-inlined-bytecode-size-cumulative=4500',
];

/** The argv that starts a stage, from any folder; the server's own flags (`--port 7000`) go after it. */
export function stageCommand(stage: Stage, root = PROJECT_ROOT): string[] {
  return [process.execPath, ...NODE_FLAGS, '--import', import.meta.resolve('tsx'), resolve(root, stage.dir, 'main.ts')];
}

const TRACE = '--trace';

/** The same stage, printing what is said on each of its connections; no file of the stage is another one. */
function tracedCommand(stage: Stage): string[] {
  const [main, ...before] = stageCommand(stage).reverse();
  return [...before.reverse(), '--import', import.meta.resolve('./trace/inside.ts'), main!];
}

const SAME_KEYSTROKE_MS = 100;

/**
 * Distinguishes signals from their echoes: one Ctrl-C arrives twice, from the terminal and through npm, a few ms apart.
 * @returns a function of a signal and its time in ms
 */
export function newKeystrokes(): (signal: string, now: number) => boolean {
  let last = { signal: '', at: -Infinity };
  return (signal, now) => {
    if (signal === last.signal && now - last.at < SAME_KEYSTROKE_MS) return false;
    last = { signal, at: now };
    return true;
  };
}

const HELP = `
npm run stage                           list the stages
npm run stage 07                        run stage 07 (also: 7, aof, 07-aof)
npm run stage 07 -- --port 7000         … with flags, named as in redis.conf
npm run stage 07 -- redis.conf          … with a configuration file (from stage 06 on)
npm run stage 07 -- --trace             … and print each request and reply with its bytes, client and time
npm run stage 07 -- --help              the flags of that stage

Paths are taken from the folder in which you type. Ctrl-C stops the server; a second one stops it at once.
`;

/** The flags of a stage; looked up only when npm could have taken one. */
async function optionNames(stage: Stage): Promise<string[]> {
  if (process.env['npm_lifecycle_event'] === undefined) return [];
  const options: unknown = await import(pathToFileURL(resolve(PROJECT_ROOT, stage.dir, 'options.ts')).href);
  return Object.keys((options as { optionTable?: object }).optionTable ?? {});
}

const IS_WINDOWS = process.platform === 'win32';

/**
 * Runs the server until it ends. It gets a process group of its own: the terminal's signals reach it through this
 * process alone, and so once each. On Windows the console passes Ctrl-C to the server, and sending a signal would kill it.
 * When npm has ended, the server gets SIGTERM, unless it got a signal before: a second signal ends it at once.
 * @returns its exit code; 128 + the signal's number when a signal ended it, as shells have it
 */
function runServer([program, ...args]: string[]): Promise<number> {
  const server = spawn(program!, args, { stdio: 'inherit', detached: !IS_WINDOWS, cwd: callerDirectory() });
  const isNew = newKeystrokes();
  let asked = false;
  const ask = (signal: NodeJS.Signals) => {
    asked = true;
    server.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => !IS_WINDOWS && isNew(signal, performance.now()) && ask(signal));
  }
  whenNpmIsGone(() => asked || ask('SIGTERM'));
  return new Promise((done, fail) => {
    server.on('error', fail);
    server.on('exit', (code, signal) => done(code ?? 128 + constants.signals[signal!]));
  });
}

await runTool(import.meta.url, {
  help: HELP,
  passesFlagsOn: true,
  async run(argv) {
    const [query, ...args] = argv;
    if (query === undefined) {
      const last = builtStages().at(-1)!;
      refuseSwallowedFlags('stage', [last.number], await optionNames(last));
      console.log(`${stageList()}\n\nnpm run stage ${last.number} runs one; npm run stage -- --help shows more.`);
      return 0;
    }
    const stage = requireStage(query.startsWith('-') ? undefined : query);
    refuseSwallowedFlags('stage', argv, ['trace', ...(await optionNames(stage))]);
    const rest = args.filter((arg) => arg !== TRACE);
    const traced = rest.length < args.length;
    return runServer([...(traced ? tracedCommand(stage) : stageCommand(stage)), ...rest]);
  },
});
