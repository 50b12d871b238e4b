import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { answersPing, endWithUs, freePort } from '../harness/process.ts';
import { until } from '../harness/time.ts';
import { scratchProject, scratchTree, toolProcess } from './scratch.ts';

interface Npm {
  readonly pid: number;
}

type Ending = [name: string, end: (npm: Npm) => void];

/** How npm may end. Here it has a process group of its own, as it would in a terminal. */
const ENDINGS: readonly Ending[] = [
  ['SIGTERM for npm alone', ({ pid }) => process.kill(pid, 'SIGTERM')],
  ['SIGINT for the whole group, as Ctrl-C sends it', ({ pid }) => process.kill(-pid, 'SIGINT')],
  ['SIGKILL for npm alone', ({ pid }) => process.kill(pid, 'SIGKILL')],
];

/** npm passes the signal on to its shell. bash has been replaced by the script; dash ignores the signal, so npm and the script go on. */
const SIGINT_ALONE: Ending = ['SIGINT for npm alone', ({ pid }) => process.kill(pid, 'SIGINT')];

/** npm runs a script in a shell, which stays between the two (dash) or is replaced by the script (bash). */
const SHELLS = [
  { shell: '/bin/dash', endings: ENDINGS },
  { shell: '/bin/bash', endings: [...ENDINGS, SIGINT_ALONE] },
].filter(({ shell }) => existsSync('/proc/self/stat') && existsSync(shell));

/** Runs npm as if typed in a terminal. */
function npm(shell: string, args: string[], cwd: string) {
  const { env } = toolProcess(cwd, 'stage', []);
  const child = spawn('npm', [`--script-shell=${shell}`, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  endWithUs(child);
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  // The pipe closes when the last process that writes into it has ended.
  const allEnded = new Promise<void>((done) => child.stdout.once('close', done));
  return { pid: child.pid!, output: () => output, allEnded };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
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

if (SHELLS.length === 0) test('when npm ends', (context) => context.skip('needs Linux, with dash or bash'));

describe.each(SHELLS)('when npm ends, with $shell', ({ shell, endings }) => {
  test.each(endings)('npm run stage: %s', async (_, end) => {
    const port = await freePort();
    const run = npm(shell, ['run', '-s', 'stage', '01', '--', '--port', String(port)], PROJECT_ROOT);
    await until(() => answersPing('127.0.0.1', port), 'the stage to answer', 30_000);
    end(run);
    await run.allEnded;
    expect(await isFree(port)).toBe(true);
  });

  // The server needs time to save, unless a second signal ends it at once.
  const SAVES = `
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => {
        console.log(asked ? 'cut short' : 'saving');
        if (asked) process.exit(1);
        asked = true;
        setTimeout(() => { console.log('saved'); process.exit(0); }, 1000);
      });
    }
    setInterval(() => {}, 1000);
    console.log('ready');
  `;

  test.each(endings.slice(0, 2))('a server is asked to end once: %s', async (_, end) => {
    const project = scratchProject({ 'stages/07-aof/main.ts': SAVES, 'stages/07-aof/options.ts': '' });
    const run = npm(shell, ['run', '-s', 'stage', '07'], project.root);
    await until(() => run.output().includes('ready'), 'the server', 30_000);
    end(run);
    await run.allEnded;
    expect(run.output()).toBe('ready\nsaving\nsaved\n');
  });
});

// It answers nothing but PING, so the suite is still at its first test when npm ends.
const SILENT = `
  import { appendFileSync } from 'node:fs';
  import { createServer } from 'node:net';
  appendFileSync(new URL('pids', import.meta.url), process.pid + ' ');
  createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => String(chunk).includes('PING') && socket.write('+PONG\\r\\n'));
  }).listen(Number(process.argv[2]), '127.0.0.1');
`;

/** `npm test 01` with such a server, which a shell has started, and the ids of the servers so far. */
function npmTestSilent(shell: string, ...flags: string[]) {
  const { root } = scratchTree({ 'server.mjs': SILENT });
  const file = join(root, 'pids');
  const pids = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').map(Number) : []);
  const command = `"${process.execPath}" "${join(root, 'server.mjs')}" {port}`;
  onTestFinished(() => pids().filter(isRunning).forEach((pid) => process.kill(pid, 'SIGKILL')));
  const run = npm(shell, ['test', '-s', '01', '--', ...flags, '--cmd', command], PROJECT_ROOT);
  // The first one shows only that the command works.
  const running = () => until(() => pids().length === 2, 'the server of the suite', 30_000);
  const gone = () => until(() => !pids().some(isRunning), 'the servers to end');
  return { run, pids, running, gone };
}

describe.each(SHELLS)('when npm ends, with $shell', ({ shell, endings }) => {
  test.each(endings)('npm test, with a server that a shell has started: %s', async (_, end) => {
    const { run, running, gone } = npmTestSilent(shell);
    await running();
    end(run);
    await gone();
    await run.allEnded;
  });
});

describe.each(SHELLS.slice(0, 1))('npm test, with a server that a shell has started', ({ shell }) => {
  test('SIGKILL for every process of the runner', async () => {
    const { run, running, gone } = npmTestSilent(shell);
    await running();
    // The workers are in the same group; the server leads another.
    process.kill(-run.pid, 'SIGKILL');
    await gone();
    await run.allEnded;
  });

  test('--bail', async () => {
    const { run, pids, gone } = npmTestSilent(shell, '--bail', '--timeout', '0.2');
    await run.allEnded;
    expect(pids().length).toBeGreaterThan(1);
    await gone();
    expect(run.output()).toMatch(/\n\d+ passed, 1 failed(, \d+ skipped)?\n$/);
  });
});

test('Ctrl-C ends npm run mutate without an error, though it ends what that has started too', async (context) => {
  if (process.platform === 'win32') context.skip('Windows has no groups of processes');
  const { argv, env } = toolProcess(PROJECT_ROOT, 'mutate', ['01', '--count', '1']);
  const tool = spawn(argv[0]!, argv.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  endWithUs(tool);
  let [output, errors] = ['', ''];
  tool.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  tool.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise((done) => tool.once('close', (_, signal) => done(signal)));
  await until(() => output.includes('--seed'), 'the places to be chosen', 30_000);
  process.kill(-tool.pid!, 'SIGINT');
  expect(await ended).toBe('SIGINT');
  expect(errors).toBe('');
});
