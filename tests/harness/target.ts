import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { findStage, PROJECT_ROOT as ROOT, type Stage } from '#shared/manifest.ts';
import { quoted } from '#shared/tools/quote.ts';
import { NODE_FLAGS, stageCommand } from '#shared/tools/stage.ts';
import { answersPing, freePort, startProcess, type ServerProcess } from './process.ts';
import { traced } from './traced.ts';

/** What the suites run against. */
export interface Target {
  /** As it is shown: `stage 03`, `redis`, or the command or address given. */
  readonly name: string;
  readonly kind: 'stage' | 'redis' | 'cmd' | 'url';
  /** The number of a stage (`03`), or null. */
  readonly stage: string | null;
  /** Whether a server can be started with flags of the test's own. */
  readonly takesFlags: boolean;
  /** Starts a server (or finds the one at the URL) and waits until it answers PING. */
  start(flags?: readonly string[], place?: Place): Promise<RunningServer>;
}

interface Place {
  /** The folder to run in, which stays; else it gets a new one. */
  readonly dir?: string;
  /** Don't wait until it has loaded its data: -LOADING is an answer. */
  readonly whileLoading?: boolean;
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** The server's working directory: a temporary folder of its own; '' for a server that was there before. */
  readonly dir: string;
  /** Null for a server that was there before. */
  readonly process: ServerProcess | null;
  /** Stops it, and removes its folder unless `keepDir`. */
  stop(keepDir?: boolean): Promise<void>;
}

/**
 * Reads a target from its description (the variable TARGET): a stage's folder or number, `redis`, `cmd:TEMPLATE` with
 * {port}, {dir} and {flags}, or `url:redis://host:port`.
 */
export function parseTarget(description: string): Target {
  return process.env['TRACE'] === undefined ? targetOf(description) : traced(targetOf(description));
}

function targetOf(description: string): Target {
  if (description === 'redis') return redisTarget();
  if (description.startsWith('cmd:')) return commandTarget(description.slice(4));
  if (description.startsWith('url:')) return urlTarget(description.slice(4));
  return stageTarget(description);
}

function stageTarget(description: string): Target {
  const stage = findStage(basename(description));
  const given = /^\w+$/.test(description) && stage ? join(ROOT, stage.dir) : resolve(ROOT, description);
  const dir = stage && given === join(ROOT, stage.dir) ? join(process.env['COMPILED_STAGES'] ?? ROOT, stage.dir) : given;
  // A copy of a stage is in a folder `stages` too, below another root.
  const argv = stage && commandIn(dir, stage);
  if (!argv) throw new Error(`TARGET=${description}: no stage there, and not redis, cmd:… or url:…`);
  return {
    name: `stage ${stage.number}`,
    kind: 'stage',
    stage: stage.number,
    takesFlags: true,
    start: (flags = [], place) => spawnIn(place, (port) => [...argv, ...withConf(['--port', String(port)], flags)]),
  };
}

/** The words that start a stage: compiled where `npm test` has had it compiled, else in TypeScript. */
export function startOf(stage: Stage): string[] {
  return commandIn(join(process.env['COMPILED_STAGES'] ?? ROOT, stage.dir), stage) ?? stageCommand(stage);
}

/** How a stage in this folder is started, in TypeScript or compiled (see `compileStages`); null when there is none. */
function commandIn(dir: string, stage: Stage): string[] | null {
  if (existsSync(join(dir, 'main.js'))) return [process.execPath, ...NODE_FLAGS, join(dir, 'main.js')];
  return existsSync(join(dir, 'main.ts')) ? stageCommand(stage, resolve(dir, '../..')) : null;
}

function redisTarget(): Target {
  const fixed = ['--bind', '127.0.0.1', '--enable-debug-command', 'yes'];
  return {
    name: 'redis',
    kind: 'redis',
    stage: null,
    takesFlags: true,
    start: (flags = [], place) =>
      spawnIn(place, (port) => {
        const own = startsWithConf(flags) ? fixed : [...fixed, '--save', '', '--appendonly', 'no'];
        return [...TOLERANT, REDIS_SERVER, ...withConf(['--port', String(port), ...own], flags)];
      }),
  };
}

/** The real server: the one on the PATH, or the one that REDIS_SERVER names. */
const REDIS_SERVER = process.env['REDIS_SERVER'] ?? 'redis-server';

/** A write beyond the limit of file size has to fail, as it does in Node, and not end the process by the signal SIGXFSZ. */
const TOLERANT = ['sh', '-c', `trap '' XFSZ; exec "$0" "$@"`];

/** Whether the first of a test's flags is a redis.conf: then the harness adds no options for saving. */
function startsWithConf(flags: readonly string[]): boolean {
  return flags[0]?.startsWith('--') === false;
}

/** The harness's flags and the test's; a redis.conf comes before both, so that they override it. */
function withConf(own: readonly string[], flags: readonly string[]): string[] {
  return startsWithConf(flags) ? [flags[0]!, ...own, ...flags.slice(1)] : [...own, ...flags];
}

function commandTarget(template: string): Target {
  if (!template.includes('{port}'))
    throw new Error(`--cmd needs {port} in it, so that your server knows where to listen: ${template}`);
  return {
    name: template,
    kind: 'cmd',
    stage: null,
    takesFlags: template.includes('{flags}'),
    start: (flags = [], place) =>
      spawnIn(
        place,
        (port, dir) => {
          const words: Record<string, string> = {
            port: String(port),
            dir: quoted(dir),
            flags: flags.map((flag) => quoted(flag)).join(' '),
          };
          return [template.replace(/\{(port|dir|flags)\}/g, (_, name: string) => words[name]!)];
        },
        { shell: true, cwd: process.env['COMMAND_DIR'] ?? process.cwd(), silentMs: silentMs() },
      ),
  };
}

/** How long a server may listen and leave PING without an answer: one that has to load its data first says -LOADING. */
function silentMs(): number {
  return Math.max(3_000, 2 * Number(process.env['REPLY_MS'] ?? 0));
}

function urlTarget(text: string): Target {
  const address = text.includes('://') ? text : `redis://${text}`;
  if (!URL.canParse(address)) throw new Error(`--url takes an address such as redis://127.0.0.1:6379, not '${text}'`);
  const url = new URL(address);
  const host = url.hostname || '127.0.0.1';
  const port = Number(url.port || 6379);
  return {
    name: `${host}:${port}`,
    kind: 'url',
    stage: null,
    takesFlags: false,
    async start() {
      if (!(await answersPing(host, port, 5_000))) throw new Error(`no server answers PING at ${host}:${port}`);
      return { host, port, dir: '', process: null, stop: async () => {} };
    },
  };
}

const ATTEMPTS = 3;

async function spawnIn(
  { dir: at, whileLoading = false }: Place = {},
  argv: (port: number, dir: string) => string[],
  options: { shell?: boolean; cwd?: string; silentMs?: number } = {},
): Promise<RunningServer> {
  const dir = at ?? mkdtempSync(join(tmpdir(), 'redis-test-'));
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      const server = await startProcess({
        argv: argv(port, dir),
        port,
        ...options,
        cwd: options.cwd ?? dir,
        readyWhileLoading: whileLoading,
      });
      return {
        host: '127.0.0.1',
        port,
        dir,
        process: server,
        async stop(keepDir = false) {
          await server.stop();
          if (!keepDir) rmSync(dir, { recursive: true, force: true });
        },
      };
    } catch (error) {
      // Another process may have taken the free port in the meantime.
      if (attempt < ATTEMPTS && /in use|EADDRINUSE/i.test(String(error))) continue;
      if (at === undefined) rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }
}
