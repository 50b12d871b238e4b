import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasCore, placeOf, readCore, readHints } from '../harness/core-tests.ts';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { runToolIn } from './scratch.ts';

const hint = (...args: string[]) => runToolIn(PROJECT_ROOT, 'hint', args);

test('each core test has three levels, the last one a place that exists', async () => {
  for (const { number } of builtStages().filter((stage) => hasCore(stage.number))) {
    const { hints } = (await readHints(number))!;
    for (const title of readCore(number).flatMap(({ tests }) => tests)) {
      expect(hints[title]?.map((text) => text.length > 5), title).toEqual([true, true, true]);
      expect(placeOf(number, hints[title]!), title).toMatch(/^(stages|shared)\/.+\.ts:\d+$/);
    }
  }
});

test('--level says how many are shown', () => {
  for (const level of [1, 2, 3]) {
    const { code, stdout } = hint('01', 'ECHO answers its argument', '--level', String(level));
    expect(stdout.includes('In Redis: echoCommand in src/server.c')).toBe(level >= 2);
    expect(/Here: stages\/01-ping\/commands\/connection\/connection\.ts:\d+/.test(stdout)).toBe(level >= 3);
    expect(code).toBe(0);
  }
});

test('without --level, one more is shown each time it is asked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hints-'));
  const variables = { HINTS_SHOWN: join(folder, 'shown.json') };
  const ask = () => runToolIn(PROJECT_ROOT, 'hint', ['01', 'ECHO answers its argument'], variables).stdout;
  const lines = [ask(), ask(), ask(), ask()].map((text) => text.split('\n').filter((line) => /^ {2}(?!Ask)/.test(line)).length);
  rmSync(folder, { recursive: true });
  expect(lines).toEqual([1, 2, 3, 3]);
});

test('without a test, the core tests are listed by step', () => {
  const lines = hint('2').stdout.split('\n');
  expect(lines[0]).toBe('step 1: a map of strings');
  expect(lines[1]).toBe('  a key holds what it was set to, until it is set again');
});

test.each([
  [['01', 'no such words at all, zebra'], /^No test's name contains "no such words at all, zebra"; .*npm run hint 01 lists all of them$/m],
  [['01', 'HELLO'], /^Which one\?\n {2}HELLO without a version/],
  [['01', 'ECHO', '--level', '4'], /--level is 1, 2 or 3, not '4'/],
  [['77'], /no stage '77'/],
])('%j is refused in a line', (args, text) => {
  const { code, stderr } = hint(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(text);
});
