import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { Conversation } from '#shared/tools/trace/conversation.ts';
import { startTraceProxy } from '#shared/tools/trace/proxy.ts';
import { Client } from '../harness/client.ts';
import { endWithUs, freePort } from '../harness/process.ts';
import { runToolIn, scratchTree, toolProcess } from './scratch.ts';

/** What is printed, without the times, which differ, and without colours. */
function listen() {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(withoutTime(text));
  return { printed, print };
}

function withoutTime(text: string): string {
  const plain = stripVTControlCharacters(text);
  expect(plain).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}/);
  return plain.replace(/^\S+ {2}/, '').replaceAll(/\n {14}/g, '\n');
}

/** `→` marks what the client sends, `←` what the server sends, in chunks of `size` bytes. */
function converse(said: readonly (readonly ['→' | '←', string])[], size = Infinity): string[] {
  const { printed, print } = listen();
  const conversation = new Conversation('client', print);
  for (const [from, text] of said) {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = Buffer.from(bytes.subarray(at, at + size));
      if (from === '→') conversation.request(chunk);
      else conversation.reply(chunk);
      chunk.fill(0); // a read buffer is used again
    }
  }
  return printed;
}

const LPUSH = '*3\r\n$5\r\nLPUSH\r\n$1\r\nk\r\n$3\r\na\nb\r\n';
const STREAM = '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*1\r\n$4\r\nPING\r\n';

describe('a conversation', () => {
  test.each([1, 3, 1000])('is shown as redis-cli shows it, with its bytes, in chunks of %i', (size) => {
    const said = [['→', LPUSH + 'get x\r\n'], ['←', ':1\r\n*2\r\n+a\r\n$-1\r\n']] as const;
    expect(converse(said, size)).toEqual([
      `client → LPUSH k "a\\nb"\n         *3\\r\\n$5\\r\\nLPUSH\\r\\n$1\\r\\nk\\r\\n$3\\r\\na\\nb\\r\\n  (31 bytes)`,
      'client → get x\n         get x\\r\\n  (7 bytes)',
      'client ← (integer) 1\n         :1\\r\\n  (4 bytes)',
      'client ← 1) a\n         2) (nil)\n         *2\\r\\n+a\\r\\n$-1\\r\\n  (13 bytes)',
    ]);
  });

  test('INFO is shown as it is, and what is long is cut', () => {
    const lines = Array.from({ length: 50 }, (_, at) => `field${at}:${at}`).join('\r\n');
    const [, reply] = converse([['→', 'INFO\r\n'], ['←', `$${lines.length}\r\n${lines}\r\n`]]);
    expect(reply).toContain('field0:0\n');
    expect(reply).toContain('… and 10 lines more\n');
    expect(reply).toMatch(/… {2}\(\d+ bytes\)$/);
  });

  test.each([1, 7, 1000])('a full sync with a length, then the stream, in chunks of %i', (size) => {
    const said = [
      ['→', '*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n'],
      ['←', `\n\n+FULLRESYNC abc 0\r\n\n$7\r\nREDIS\r\n${STREAM}`],
      ['→', '*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n9\r\n'],
    ] as const;
    expect(converse(said, size).map((text) => text.split('\n')[0])).toEqual([
      'client → PSYNC ? -1',
      'client ← FULLRESYNC abc 0',
      'client ← the RDB file: 7 bytes',
      'client ← SELECT 0',
      'client ← PING',
      'client → REPLCONF ACK 9',
    ]);
  });

  test.each([1, 7, 50, 1000])('a full sync with a mark at its end, in chunks of %i', (size) => {
    const mark = 'm'.repeat(39) + 'n';
    const said = [
      ['→', 'PSYNC ? -1\r\n'],
      ['←', `+FULLRESYNC abc 0\r\n$EOF:${mark}\r\nREDISmm${mark}${STREAM}`],
    ] as const;
    expect(converse(said, size).map((text) => text.split('\n')[0]).slice(2)).toEqual([
      'client ← the RDB file: 7 bytes',
      'client ← SELECT 0',
      'client ← PING',
    ]);
  });

  test('a partial sync goes on with the stream; a refused one with replies', () => {
    const psync = ['→', 'PSYNC abc 1\r\n'] as const;
    expect(converse([psync, ['←', `+CONTINUE abc\r\n${STREAM}`]])[3]).toMatch(/^client ← PING\n/);
    expect(converse([psync, ['←', '-LOADING wait\r\n+OK\r\n']])[2]).toMatch(/^client ← OK\n/);
  });

  test('bytes that are no RESP are shown all the same', () => {
    const said = [['→', '*x\r\n'], ['→', 'more'], ['←', '?what\r\n'], ['←', 'else']] as const;
    const printed = converse(said);
    expect(printed[0]).toContain('no RESP: invalid multibulk length\n         *x\\r\\n');
    expect(printed[1]).toContain('client → more  (4 bytes)');
    expect(printed[2]).toMatch(/no RESP: .*\n +\?what\\r\\n {2}\(7 bytes\)/);
    expect(printed[3]).toContain('client ← else  (4 bytes)');
  });
});

test('the proxy hands everything on, and each side’s end', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.end('+PONG\r\n'))).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { printed, print } = listen();
  const proxy = await startTraceProxy('127.0.0.1', (server.address() as { port: number }).port, print);
  onTestFinished(() => proxy.close());
  const client = await Client.open('127.0.0.1', proxy.port);
  await client.expect('PING').status('PONG');
  await client.closed();
  await client.close();
  await vi.waitFor(() => expect(printed).toHaveLength(4), 10_000);
  const said = printed.map((text) => text.replace(/^\S+ /, '').split('\n')[0]);
  expect(said).toEqual(['connected', '→ PING', '← PONG', 'closed']);
});

describe('npm run stage -- --trace', () => {
  /** A stage that traces, and what it has printed. */
  async function start(port: number, ...flags: string[]) {
    const { argv, env } = toolProcess(PROJECT_ROOT, 'stage', ['08', '--trace', '--port', String(port), '--save', '', ...flags]);
    const tool = spawn(argv[0]!, argv.slice(1), { env, cwd: scratchTree({ a: '' }).root, stdio: ['ignore', 'pipe', 'inherit'] });
    endWithUs(tool);
    const ended = new Promise((done) => tool.on('close', done));
    onTestFinished(async () => {
      tool.kill('SIGTERM');
      await ended;
    });
    let output = '';
    let heard = () => {};
    tool.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard();
    });
    const prints = (text: RegExp) =>
      new Promise<void>((done) => {
        heard = () => text.test(output) && done();
        heard();
      });
    await prints(/Ready to accept/);
    return { prints };
  }

  test('prints what clients say, and both ends of a replication link', { timeout: 60_000 }, async () => {
    const [port, other] = [await freePort(), await freePort()];
    const primary = await start(port, '--repl-diskless-sync-delay', '0');
    const client = await Client.open('127.0.0.1', port);
    await client.expect('PING').status('PONG');
    await primary.prints(/127\.0\.0\.1:\d+ → PING\n +\*1\\r\\n\$4\\r\\nPING\\r\\n {2}\(14 bytes\)\n.* ← PONG\n/);
    const replica = await start(other, '--replicaof', '127.0.0.1', String(port));
    await replica.prints(new RegExp(`this server → 127.0.0.1:${port} → PSYNC \\? -1\n`));
    await replica.prints(/ ← the RDB file: \d+ bytes\n/);
    await client.expect('SET', 'k', 'v').status('OK');
    await replica.prints(/ ← SET k v\n/);
    await primary.prints(/ → REPLCONF ACK \d+\n/);
    await primary.prints(/ ← the RDB file: \d+ bytes\n[^]* ← SET k v\n/);
    const long = 'x'.repeat(200_000);
    await client.expect('SET', 'long', long).status('OK');
    await client.expect('GET', 'long').bulk(long);
    await primary.prints(/ → SET long x{40}…\(200000 bytes\)\n[^]* ← "x{399}…\n/);
  });
});

test('npm test -- --trace prints what the tests say to any server', { timeout: 60_000 }, () => {
  const cmd = `"${process.execPath}" --import tsx "${PROJECT_ROOT}/stages/01-ping/main.ts" --port {port}`;
  const { code, stderr } = runToolIn(PROJECT_ROOT, 'test', ['01', '--trace', '-t', 'echo', '--cmd', cmd]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/127\.0\.0\.1:\d+ → ECHO /);
});
