/*
 * Documents that cannot rot: README.md and everything in docs/.
 *
 * ```ts file=stages/03-collections/store/list.ts     the lines stand in that file word for word; a line `…` is a gap
 * ```ts sketch                                       code that is in no file
 * ```redis-cli stage=03                              a transcript, typed into stage 03 from empty databases
 * ```terminal                                        a transcript of several servers and a shell
 *
 * In a transcript, lines that begin with a prompt (`127.0.0.1:6379> `, `redis> `) are commands, and what follows is
 * what redis-cli prints. `…` stands for any text within a line, and alone on a line for any lines. Another name at the
 * prompt is another connection. A command without output waits: a later prompt of the same name with nothing after it
 * shows its reply. When no command waits, such a prompt shows what the server has pushed: a message, or the next
 * confirmation of SUBSCRIBE.
 *
 * In a terminal, `$ npm run stage 06 -- --port 7001 …`, `$ redis-server --port 7002 …` and `$ redis-sentinel FILE --port 7003` start servers (a
 * reader takes a window for each), any other line after `$ ` is for the shell, and `127.0.0.1:7001> ` is a prompt of redis-cli. Ports
 * stand for free ones, `~` for an empty folder. All terminals of a page are one session. INFO, ROLE, DBSIZE, GET,
 * SENTINEL and CLUSTER commands are repeated for some seconds until their reply is the one shown. What needs real Redis is left out where that is missing.
 *
 * In the prose, `paths` into stages, shared, tests and docs exist, and relative links lead somewhere. In the chapter of
 * a stage `store/list.ts` may stand for a file of that stage. Names with NN, *, <, { or … are patterns, not paths.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { hasRedis } from '../interop/servers.ts';
import { codeWords, fences, links, type Fence } from './markdown.ts';
import { isQuoted } from './quotes.ts';
import { needsRedis, shellSteps, Terminal } from './terminal.ts';
import { matches, replay, steps } from './transcript.ts';

const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(PROJECT_ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

for (const document of DOCUMENTS) {
  describe(document, () => {
    const text = readFileSync(join(PROJECT_ROOT, document), 'utf8');
    const blocks = fences(text);

    test('names files that exist', () => {
      const chapter = findStage(/(\d\d)-[a-z-]+\.md$/.exec(document)?.[1] ?? '');
      const missing = codeWords(text).filter(
        (word) => looksLikePath(word, chapter !== undefined) && !pathExists(word, chapter?.dir),
      );
      expect(missing).toEqual([]);
    });

    test('links to files that exist', () => {
      expect(links(text).filter((link) => !existsSync(join(PROJECT_ROOT, dirname(document), link)))).toEqual([]);
    });

    test('says of each block of code where it stands', () => {
      const nowhere = blocks.filter(
        ({ language, attributes }) => language === 'ts' && !('file' in attributes) && !('sketch' in attributes),
      );
      expect(nowhere.map(({ line }) => `${document}:${line}`)).toEqual([]);
    });

    for (const { attributes, lines, line } of blocks.filter((block) => 'file' in block.attributes)) {
      test(`line ${line} quotes ${attributes['file']}`, () => {
        const file = join(PROJECT_ROOT, attributes['file']!);
        expect(existsSync(file), `${attributes['file']} does not exist`).toBe(true);
        if (!isQuoted(lines, readFileSync(file, 'utf8')))
          expect.fail(`these lines do not stand there:\n${lines.join('\n')}`);
      });
    }

    const transcripts = blocks.filter(({ language }) => language === 'redis-cli');
    for (const number of new Set(transcripts.map(stageOf))) {
      const ofStage = transcripts.filter((block) => stageOf(block) === number);
      describe(`transcripts of stage ${number}`, () => replayAll(number, ofStage));
    }

    const terminals = blocks.filter(({ language }) => language === 'terminal');
    if (terminals.length > 0) describe('terminals', () => typeAll(document, terminals));
  });
}

function replayAll(number: string, transcripts: readonly Fence[]): void {
  const stage = findStage(number);
  let server: RunningServer;
  beforeAll(async () => {
    if (stage?.built) server = await parseTarget(stage.dir).start();
  });
  afterAll(() => server?.stop());
  for (const { lines, line } of transcripts) {
    test(`line ${line}`, async () => {
      expect(stage?.built, `there is no stage "${number}"`).toBe(true);
      const difference = await replay(lines, server.port);
      expect(difference ?? '').toBe('');
    });
  }
}

/** One session: a block goes on where the one before has ended. */
function typeAll(document: string, terminals: readonly Fence[]): void {
  const real = terminals.some(({ lines }) => needsRedis(lines));
  const able = !real || hasRedis(`the terminals of ${document} are left out`);
  const terminal = new Terminal();
  afterAll(() => terminal.close());
  for (const { lines, line } of terminals) {
    test.skipIf(!able)(`line ${line}`, { timeout: 60_000 }, async () => {
      expect((await terminal.replay(lines)) ?? '').toBe('');
    });
  }
}

function stageOf({ attributes }: Fence): string {
  return attributes['stage'] ?? 'none: say stage=NN';
}

function looksLikePath(word: string, inChapter: boolean): boolean {
  if (/NN|[*<{…\s]/.test(word)) return false;
  if (/^(stages|shared|tests|docs)\/[\w./-]+$/.test(word)) return true;
  return inChapter && /^[\w-]+(\/[\w-]+)*\.ts$/.test(word);
}

function pathExists(word: string, stageDir: string | undefined): boolean {
  return (
    existsSync(join(PROJECT_ROOT, word)) || (stageDir !== undefined && existsSync(join(PROJECT_ROOT, stageDir, word)))
  );
}

describe('the check itself', () => {
  test('finds a line that is not in the file, or not in that order', () => {
    const source = 'a {\n  b;\n  c;\n}\n';
    expect(isQuoted(['a {', '  b;'], source)).toBe(true);
    expect(isQuoted(['a {', '  …', '}'], source)).toBe(true);
    expect(isQuoted(['a {', '  c;'], source)).toBe(false);
    expect(isQuoted(['}', '…', 'a {'], source)).toBe(false);
    expect(isQuoted(['  b'], source)).toBe(false);
  });

  test('reads prompts, databases, transactions and several connections', () => {
    expect(steps(['127.0.0.1:6379[1](TX)> GET "a b"', '"x"', 'bob>'])).toEqual([
      { who: '127.0.0.1:6379', command: 'GET "a b"', output: ['"x"'] },
      { who: 'bob', command: '', output: [] },
    ]);
    expect(() => steps(['OK'])).toThrow('not a prompt');
  });

  test('compares what is shown with what is printed', () => {
    expect(matches(['1) "a"', '2) "…"'], ['1) "a"', '2) "anything"'])).toBe(true);
    expect(matches(['1) "a"', '…'], ['1) "a"', '2) "b"', '3) "c"'])).toBe(true);
    expect(matches(['1) "a"'], ['1) "a"', '2) "b"'])).toBe(false);
    expect(matches(['(integer) 1'], ['(integer) 2'])).toBe(false);
    expect(matches(['1) "a.c"'], ['1) "abc"'])).toBe(false);
  });

  test('notices a wrong transcript, and one whose reply is never shown', async () => {
    const server = await parseTarget('stages/01-ping').start();
    try {
      expect(await replay(['redis> PING', 'PONG', 'redis> ECHO "a b"', '"a b"'], server.port)).toBeNull();
      expect(await replay(['redis> PING', 'PING'], server.port)).toContain('said:\nPONG');
      expect(await replay(['redis> PING'], server.port)).toContain('never shown');
    } finally {
      await server.stop();
    }
  });

  test('tells the shell from prompts, and goes on behind a backslash', () => {
    expect(shellSteps(['$ ls \\', '    -a', '.', '1:7001> PING', 'PONG', '$ echo a', 'a'])).toEqual([
      { who: '$', command: 'ls -a', output: ['.'] },
      { who: '1:7001', command: 'PING', output: ['PONG'] },
      { who: '$', command: 'echo a', output: ['a'] },
    ]);
  });

  test('notices what a shell, a server and a server that is gone do not say', async () => {
    const terminal = new Terminal();
    try {
      expect(await terminal.replay(['$ echo ~ 7001', '~ 7001'])).toBeNull();
      expect(await terminal.replay(['$ echo a', 'b'])).toContain('said:\na');
      expect(await terminal.replay(['$ npm run stage 01 -- --port 7001', '127.0.0.1:7001> PING', 'PONG'])).toBeNull();
      expect(await terminal.replay(['127.0.0.1:7001> PING', 'PING'])).toContain('said:\nPONG');
      await expect(terminal.replay(['127.0.0.1:7002> PING', 'PONG'])).rejects.toThrow('no server was started');
    } finally {
      await terminal.close();
    }
  });

  test('tells blocks and prose apart', () => {
    const text = 'see `a.ts` and [b](b.md#x)\n```ts file=c.ts\nconst d = `e`;\n```\n`f`\n';
    expect(fences(text)).toEqual([
      { language: 'ts', attributes: { file: 'c.ts' }, lines: ['const d = `e`;'], line: 2 },
    ]);
    expect(codeWords(text)).toEqual(['a.ts', 'f']);
    expect(links(text)).toEqual(['b.md']);
  });
});
