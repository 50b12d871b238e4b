import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenNpmIsGone } from '#shared/tools/npm-gone.ts';
import { quoted } from './show.ts';
import { sleep } from './time.ts';
import { guard } from './watchdog.ts';

/** A server process of ours, with what it printed. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** The last 16 KB of stdout and stderr. */
  output(): string;
  /** How it ended, or null while it runs. */
  ended(): string | null;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL: the server ends at once, as in a crash. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface StartOptions {
  /** The words to spawn. */
  argv: readonly string[];
  port: number;
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Give the words to a shell instead, as one line. */
  shell?: boolean;
  readyMs?: number;
  /** How long the server may accept connections and not answer PING rightly; as long as `readyMs` if not given. */
  silentMs?: number;
  /** Whether a server that answers -LOADING counts as ready. */
  readyWhileLoading?: boolean;
}

const OUTPUT_BYTES = 16 * 1024;
const READY_MS = 20_000;

const IS_WINDOWS = process.platform === 'win32';

/** The children to end, and whether each leads a process group of its own. */
const running = new Map<ChildProcess, boolean>();

/** The child ends when this process ends, however that is. */
export function endWithUs(child: ChildProcess, group = false): void {
  running.set(child, group);
  guard(child, group && !IS_WINDOWS);
  child.once('exit', () => running.delete(child));
}

function endChildren(): void {
  for (const [child, group] of running) signalProcess(child, 'SIGKILL', group);
}

process.once('exit', endChildren);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endChildren();
    // After the other listeners: while one of them is left, the signal would not end this process.
    process.nextTick(() => process.kill(process.pid, signal));
  });
}
// A worker of Vitest lives no longer than the process that started it.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'));

/** Spawns a server and waits until it answers PING. @throws Error with the server's output when it does not. */
export async function startProcess(options: StartOptions): Promise<ServerProcess> {
  const { argv, port, cwd, shell = false } = options;
  // With a shell the server is a grandchild: a group of its own lets us stop it all the same.
  // Signals reach the shell too, which must survive to report how the server ended. Windows has no such signals.
  const group = shell && !IS_WINDOWS;
  const program = group ? `trap : TERM INT HUP; ${argv[0]}` : argv[0]!;
  const child = spawn(program, argv.slice(1), {
    cwd,
    env: { ...process.env, ...options.env },
    shell,
    detached: group,
  });
  endWithUs(child, shell);
  let output = '';
  const collect = (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-OUTPUT_BYTES));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let ending: string | null = null;
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ending = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      ending ??= signal ? `ended by ${signal}` : `ended with exit code ${code}`;
      resolve();
    });
  });
  const signal = (name: NodeJS.Signals) => signalProcess(child, name, shell);

  const server: ServerProcess = {
    port,
    pid: child.pid ?? 0,
    output: () => output,
    ended: () => ending,
    signal,
    async stop(graceMs = 5_000) {
      if (ending === null) signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
    },
    async kill() {
      if (ending === null) signal('SIGKILL');
      await gone;
    },
  };
  const problem = await waitUntilReady(server, options);
  if (problem === null) return server;
  await server.kill();
  throw new Error(`${problem}\n  command: ${argv.join(' ')}\n  output:\n${indent(output)}`);
}

/** A TCP port of 127.0.0.1 on which no process listens now, and which no other test gets for a minute. */
export async function freePort(): Promise<number> {
  mkdirSync(RESERVED, { recursive: true });
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (reserve(port) && (await isFree(port))) return port;
  }
}

/** Below the ports that the system gives to outgoing connections: one of them could take the port first. */
const [LOWEST_PORT, HIGHEST_PORT] = [10_000, 32_000];
/** A file for each port: tests run in several processes, and a server needs some seconds until it listens. */
const RESERVED = join(tmpdir(), `redis-test-ports-${process.getuid?.() ?? 'user'}`);
const RESERVED_MS = 60_000;

function reserve(port: number): boolean {
  const file = join(RESERVED, String(port));
  if (Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < RESERVED_MS) return false;
  rmSync(file, { force: true });
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch {
    // Another test was faster.
    return false;
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Whether a server answers PING at this address within `ms`; an error reply (NOAUTH …) is an answer too. */
export async function answersPing(host: string, port: number, ms = 1000, whileLoading = false): Promise<boolean> {
  return isAnswer((await askPing(host, port, ms)) ?? '', whileLoading);
}

function isAnswer(reply: string, whileLoading: boolean): boolean {
  return (whileLoading ? /^(\+|-NOAUTH|-LOADING)/ : /^(\+|-NOAUTH)/).test(reply);
}

/** The first bytes that come back for a PING within `ms`, '' when none do, null when no process listens there. */
async function askPing(host: string, port: number, ms: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ms });
    let connected = false;
    const finish = (reply: string) => {
      socket.destroy();
      resolve(connected ? reply : null);
    };
    socket.once('connect', () => {
      connected = true;
      socket.write('*1\r\n$4\r\nPING\r\n');
    });
    socket.once('data', (chunk) => finish(chunk.toString('latin1')));
    socket.once('timeout', () => finish(''));
    socket.once('error', () => finish(''));
    socket.once('close', () => finish(''));
  });
}

async function waitUntilReady(server: ServerProcess, options: StartOptions): Promise<string | null> {
  const { readyMs: ms = READY_MS, silentMs = ms, readyWhileLoading = false } = options;
  const askMs = Math.max(1000, (options.silentMs ?? 0) / 3);
  const deadline = Date.now() + ms;
  let silentUntil: number | null = null;
  for (;;) {
    const ended = server.ended();
    if (ended !== null) return `the server ${ended} before it answered PING`;
    const reply = await askPing('127.0.0.1', server.port, askMs);
    if (isAnswer(reply ?? '', readyWhileLoading)) return null;
    if (reply === null || reply.startsWith('-LOADING')) silentUntil = null;
    else if (Date.now() > (silentUntil ??= Date.now() + silentMs)) return wrongAnswer(server.port, reply, silentMs);
    if (Date.now() > deadline) return `the server did not answer PING on port ${server.port} within ${ms / 1000} s`;
    await sleep(20);
  }
}

function wrongAnswer(port: number, reply: string, ms: number): string {
  if (reply !== '') return `the server answered PING with ${quoted(reply.slice(0, 60))}; expected "+PONG\\r\\n"`;
  return `the server accepts connections on port ${port}, and did not answer PING within ${ms / 1000} s; expected "+PONG\\r\\n"`;
}

function signalProcess(child: ChildProcess, name: NodeJS.Signals, group: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (group && IS_WINDOWS) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    else if (group) process.kill(-child.pid, name);
    else child.kill(name);
  } catch {
    // It has ended meanwhile.
  }
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
