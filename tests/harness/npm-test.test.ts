import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { endWithUs } from './process.ts';
import { quoted } from '#shared/tools/quote.ts';
import { parseTarget } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'a learner '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const LONG = { timeout: 120_000 };

const PONG_SERVER = `
import { createServer } from 'node:net';
const server = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.write('+PONG\\r\\n')));
server.listen(Number(process.argv[2]), '127.0.0.1');
`;

/** Runs `npm test -- …` as if it were typed in a learner's folder. */
async function npmTest(...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|npm_|INIT_CWD|CI$)/.test(name)),
  );
  const tool = join(PROJECT_ROOT, 'shared/tools/test.ts');
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), tool, ...args], {
    cwd: folder,
    env: { ...own, NO_COLOR: '1' },
  });
  endWithUs(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, lines: output.trimEnd().split('\n') };
}

if (hasRedis) {
  test('--cmd judges a server that is not ours: redis-server', LONG, async () => {
    const flags = '--save "" --enable-debug-command yes {flags}';
    const { code, lines } = await npmTest('01', '--cmd', `redis-server --port {port} --dir {dir} ${flags}`);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed(, \d+ skipped)?$/);
    expect(lines.filter((line) => /^\d+ passed/.test(line))).toHaveLength(1);
    expect(code).toBe(0);
  });

  test('--url judges a server that runs already, and says what it leaves out', LONG, async () => {
    const redis = await parseTarget('redis').start();
    const { code, lines } = await npmTest('01', '--url', `redis://127.0.0.1:${redis.port}`);
    await redis.stop();
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, \d+ skipped$/);
    expect(lines.filter((line) => line.includes('skipped: needs a server started with its own flags'))).toHaveLength(1);
    expect(code).toBe(0);
  });
} else {
  test('--cmd and --url', (context) => context.skip('redis-server is not on the PATH'));
}

describe('-t', () => {
  const sides = hasRedis ? 2 : 1;

  test('runs the tests whose names contain the text, in either case, and counts no others', LONG, async () => {
    const { code, lines } = await npmTest('01', '-t', 'PING ANSWERS THE SIMPLE STRING');
    expect(lines.filter((line) => line.startsWith('✓'))).toHaveLength(sides);
    expect(lines.at(-1)).toBe(`${sides} passed, 0 failed`);
    expect(code).toBe(0);
  });

  test('finds a name with its group, as failures show it', LONG, async () => {
    const { code, lines } = await npmTest('01', '-t', 'requests cut anywhere > a request may arrive byte');
    expect(lines.at(-1)).toBe(`${sides} passed, 0 failed`);
    expect(code).toBe(0);
  });

  test('leaves out the files of a folder in which nothing is found', LONG, async () => {
    const { code, lines } = await npmTest('harness', '-t', 'puts the caret where the shorter one ends');
    expect(lines).toEqual([expect.stringMatching(/^✓ project +harness\/failure +1 passed/), '', '1 passed, 0 failed']);
    expect(code).toBe(0);
  });

  test('with --cmd', LONG, async () => {
    writeFileSync(join(folder, 'my server.mjs'), PONG_SERVER);
    const { lines } = await npmTest('01', '-t', 'the simple string PONG', '--cmd', 'node "./my server.mjs" {port}');
    expect(lines).toEqual([
      '',
      '01 · step 1: a server that answers PING',
      '  ✓ PING answers the simple string PONG',
      '',
      '✓ passed · next: the whole suite · npm test 01 -- --cmd "node \\"./my server.mjs\\" {port}"',
      '',
      '1 passed, 0 failed',
    ]);
  });

  test('with --url; what is skipped has not passed', LONG, async () => {
    const stage = await parseTarget('01').start();
    const { code, lines } = await npmTest('01', '-t', 'a server of our own', '--url', `127.0.0.1:${stage.port}`);
    await stage.stop();
    expect(lines.at(-1)).toMatch(/^0 passed, 0 failed, \d+ skipped$/);
    expect(code).toBe(1);
  });

  test.each([
    ['a request may arrive.byte', /^No test's name contains ".*"; near it: "step 2: requests cut anywhere a request may arrive byte by byte"$/],
    ['zebra', /^No test's name contains "zebra"$/],
  ])('%s is in no name: a line says so', LONG, async (text, line) => {
    const { code, lines } = await npmTest('01', '-t', text);
    expect(lines).toEqual([expect.stringMatching(line)]);
    expect(code).toBe(1);
  });
});

test('a server that answers PONG to everything fails, and is told why', LONG, async () => {
  writeFileSync(join(folder, 'my server.mjs'), PONG_SERVER);
  const { code, lines } = await npmTest('01', '--bail', '--cmd', 'node "./my server.mjs" {port}');
  expect(code).toBe(1);
  expect(lines.at(-1)).toMatch(/^\d+ passed, 1 failed/);
  const sent = lines.findIndex((line) => line.startsWith('    sent  '));
  expect(lines[sent + 1]).toMatch(/^ {4}expected  /);
  expect(lines[sent + 2]).toMatch(/^ {4}received  "\+PONG/);
});

/** It answers PING and ECHO, and nothing else. */
const SMALL_SERVER = `
import { createServer } from 'node:net';
createServer((socket) => {
  let input = '';
  socket.on('error', () => {}).on('data', (chunk) => {
    input += chunk.toString('latin1');
    for (let match; (match = /^\\*(\\d+)\\r\\n/.exec(input)); ) {
      const args = [];
      let at = match[0].length;
      for (let i = 0; i < Number(match[1]); i++) {
        const length = /^\\$(\\d+)\\r\\n/.exec(input.slice(at, at + 16));
        if (!length) return;
        const end = at + length[0].length + Number(length[1]);
        if (input.length < end + 2) return;
        args.push(input.slice(at + length[0].length, end));
        at = end + 2;
      }
      input = input.slice(at);
      const text = (args[0] ?? '').toUpperCase() === 'ECHO' || args.length > 1 ? args[1] : null;
      if (!['PING', 'ECHO'].includes((args[0] ?? '').toUpperCase())) continue;
      socket.write(text === null ? '+PONG\\r\\n' : '$' + text.length + '\\r\\n' + text + '\\r\\n', 'latin1');
    }
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
`;

test('a small server is led to its next step', LONG, async () => {
  writeFileSync(join(folder, 'small.mjs'), SMALL_SERVER);
  const { code, lines } = await npmTest('01', '--timeout', '1', '--cmd', 'node small.mjs {port}');
  expect(code).toBe(1);
  // A command is never cut: it is there to be copied.
  expect(lines.filter((line) => line.length > 100 && !line.startsWith('  npm test 01 -- '))).toEqual([]);
  // Results come in the order of the steps, and a step without replies ends early.
  const steps = lines.filter((line) => /^01 · step \d: /.test(line));
  expect(steps.map((line) => line.slice(0, '01 · step 1'.length))).toEqual([1, 2, 3, 4, 5, 6].map((n) => `01 · step ${n}`));
  expect(lines).toContain('  ✓ PING answers the simple string PONG');
  expect(lines.join('\n')).toMatch(/- \d more: not there yet \(no replies in time\)/);
  // One failure is shown in full, that of the lowest step, with its hint; then the command to type next.
  const full = lines.slice(lines.indexOf('The first failure:'));
  expect(full.filter((line) => line.startsWith('    sent  '))).toHaveLength(1);
  expect(full.find((line) => line.includes('✗'))).toMatch(/step 2: requests cut anywhere › /);
  expect(full.find((line) => line.startsWith('    hint  '))).toBeDefined();
  const next = full.findIndex((line) => /^core \d+\/40 · next: .* \(step 2\)$/.test(line));
  expect(full[next + 1]).toMatch(/^ {2}npm test 01 -- --cmd "node small\.mjs \{port\}" --timeout 1 -t ".*"$/);
  expect(full.at(-1)).toMatch(/^\d+ passed, \d+ failed, \d+ skipped$/);
});

test('a server that crashes is started anew, also when its process takes its time to end', LONG, async () => {
  // ECHO without an argument is an exception of this server, in step 3.
  const crashing = SMALL_SERVER.replace('createServer((socket) => {', 'const sockets = new Set();\nconst server = createServer((socket) => {\n  sockets.add(socket);');
  const slowly = `
process.on('uncaughtException', () => {
  server.close();
  for (const socket of sockets) socket.destroy();
  setTimeout(() => process.exit(1), 1_500);
});`;
  writeFileSync(join(folder, 'crashing.mjs'), crashing + slowly);
  const { lines } = await npmTest('01', '--timeout', '2', '--cmd', 'node crashing.mjs {port}');
  expect(lines).toContain('  ✗ the wrong number of arguments is an error that names the command');
  expect(lines).toContain('  ✓ an argument may hold any of the 256 bytes');
});

test('a server that passes the core is told what it has won, and what comes next', LONG, async () => {
  const stage = `node --import ${import.meta.resolve('tsx')} ${quoted(join(PROJECT_ROOT, 'stages/01-ping/main.ts'))} --port {port} {flags}`;
  const { code, lines } = await npmTest('01', '--cmd', stage);
  expect(code).toBe(0);
  expect(lines).toContain('core 40/40 ✓ ioredis connects ✓');
  expect(lines.find((line) => line.startsWith('all tests of suite 01: '))).toMatch(/ --full$/);
  expect(lines.find((line) => line.startsWith('next: '))).toMatch(/^next: npm test 02 -- --cmd /);
  expect(lines.at(-1)).toBe('40 passed, 0 failed');
});

test('a server that does not start is told once, with what it printed', { timeout: 60_000 }, async () => {
  const { code, lines } = await npmTest('01', '--cmd', './nosuch --port {port}');
  expect(code).toBe(1);
  expect(lines[0]).toBe('the server ended with exit code 127 before it answered PING');
  expect(lines[1]).toMatch(/^ {2}command: \.\/nosuch --port \d+$/);
  expect(lines.join('\n')).toMatch(/output:\n.*nosuch/);
  expect(lines.join('\n')).not.toMatch(/failed/);
});

test.each([
  ['nothing', '', /^the server accepts connections on port \d+, and did not answer PING within 3 s; expected "\+PONG\\r\\n"$/],
  ['something else', "socket.write('$4\\r\\nPONG\\r\\n')", /^the server answered PING with "\$4\\r\\nPONG\\r\\n"; expected "\+PONG\\r\\n"$/],
])('a server that listens and answers PING with %s is told once', LONG, async (_, answer, line) => {
  writeFileSync(join(folder, 'starter.mjs'), PONG_SERVER.replace(/socket\.write\(.*?\)(?=\))/, () => `{${answer}}`));
  const { code, lines } = await npmTest('01', '--cmd', 'node starter.mjs {port}');
  expect(code).toBe(1);
  expect(lines[0]).toMatch(line);
  expect(lines[1]).toMatch(/^ {2}command: node starter\.mjs \d+$/);
  expect(lines.join('\n')).not.toMatch(/failed/);
});

test('a server that passes over a command that it does not know has a third of the time for a reply', LONG, async () => {
  writeFileSync(join(folder, 'small.mjs'), SMALL_SERVER);
  const about = ['01', '-t', 'the error for an unknown command', '--timeout', '3'];
  const silent = await npmTest(...about, '--cmd', 'node small.mjs {port}');
  expect(silent.lines.join('\n')).toMatch(/^ +ended +no complete reply within 1 s$/m);
  writeFileSync(join(folder, 'flushes.mjs'), SMALL_SERVER.replace('const text', "if (args[0] === 'FLUSHALL') socket.write('+OK\\r\\n');\n const text"));
  const flushes = await npmTest(...about, '--cmd', 'node flushes.mjs {port}');
  expect(flushes.lines.join('\n')).toMatch(/^ +ended +no complete reply within 3 s$/m);
});

test.each([
  [['77'], /no stage '77'/],
  [['01', '02'], /One stage at a time/],
  [['01', '--cmd', './my-server'], /--cmd needs \{port\}/],
  [['01', '--cmd', 'a {port}', '--url', 'b'], /Either --cmd or --url/],
  [['01', '--url', 'http://[x'], /--url takes an address/],
  [['--nosuch'], /Unknown option '--nosuch'/],
  [['01', '--timeout', '2'], /--timeout goes with --cmd or --url/],
  [['01', '--cmd', 'a {port}', '--timeout', 'x'], /--timeout takes seconds/],
  [['01', '--cmd', 'nosuch {port}', '--watch'], /--watch needs a command that names a file/],
  [['03-nosuch'], /no stage '03-nosuch'/],
  [['03-list'], /no stage '03-list'; did you mean npm test 03-lists\?/],
  [['mutant'], /no stage 'mutant'; did you mean npm test mutants\?/],
])('%j is refused in a line', async (args, text) => {
  const { code, lines } = await npmTest(...args);
  expect(code).toBe(1);
  expect(lines[0]).toMatch(text);
});
