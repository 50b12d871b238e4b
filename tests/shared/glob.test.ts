import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { globMatch } from '#shared/glob.ts';
import type { Decoded } from '#shared/resp/decoder.ts';
import { Client } from '../harness/client.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';

const TABLE: [pattern: string, matches: string[], not: string[]][] = [
  ['', [''], ['a']],
  ['*', ['a', 'abc', '*'], ['']],
  ['?', ['a', '?', '\xff'], ['', 'ab']],
  ['a*', ['a', 'ab', 'a*'], ['', 'ba']],
  ['*a', ['a', 'ba', 'aa'], ['ab']],
  ['a*b*c', ['abc', 'aXbYc', 'abbcc'], ['ab', 'acb']],
  ['**a**', ['a', 'xay'], ['x']],
  ['h[ae]llo', ['hello', 'hallo'], ['hillo', 'hllo']],
  ['h[^e]llo', ['hallo', 'h^llo'], ['hello']],
  ['[a-c]x', ['ax', 'bx', 'cx'], ['dx', '-x']],
  ['[c-a]x', ['ax', 'bx', 'cx'], ['dx']],
  ['[a-]', ['a', ']', '^'], ['b', '-']],
  ['[\\]]', [']'], ['\\']],
  ['[]', [], ['', ']', '[', '[]']],
  ['[^]', ['a', ']', '^'], ['']],
  ['[abc', ['a', 'c'], ['d', '[']],
  ['[^abc', ['d', '['], ['a']],
  ['\\*', ['*'], ['a', '\\*']],
  ['a\\', ['a\\'], ['a']],
  ['\\\\', ['\\'], ['\\\\']],
  ['a\r\nb\0', ['a\r\nb\0'], ['a\r\nb']],
];

describe('globMatch', () => {
  for (const [pattern, matches, not] of TABLE) {
    test(JSON.stringify(pattern), () => {
      for (const text of matches) expect(globMatch(pattern, text), JSON.stringify(text)).toBe(true);
      for (const text of not) expect(globMatch(pattern, text), JSON.stringify(text)).toBe(false);
    });
  }

  test('without regard to case: of letters in ASCII alone', () => {
    expect(globMatch('HeL*', 'hElLo', true)).toBe(true);
    expect(globMatch('[A-C]', 'b', true)).toBe(true);
    expect(globMatch('\xc9', '\xe9', true)).toBe(false);
    expect(globMatch('a', 'A')).toBe(false);
  });

  test('is what a plain recursive matcher says, over random patterns', () => {
    const rng = createRng(chooseSeed());
    let matched = 0;
    for (let i = 0; i < 60_000; i++) {
      const [pattern, text] = [randomPattern(rng), randomText(rng)];
      const expected = recursiveMatch(pattern, text);
      if (expected) matched++;
      if (globMatch(pattern, text) !== expected) expect.fail(`SEED=${rng.seed}: ${JSON.stringify({ pattern, text, expected })}`);
    }
    expect(matched, 'patterns that match').toBeGreaterThan(3_000);
  });

  test('many stars do not make it slow', () => {
    expect(globMatch('a*'.repeat(2_000) + 'b', 'a'.repeat(20_000))).toBe(false);
    expect(globMatch('*a'.repeat(2_000), 'a'.repeat(20_000))).toBe(true);
  });
});

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
if (!hasRedis) console.log('redis-server is not on the PATH: glob patterns were not compared with it');

describe.skipIf(!hasRedis)('on the real server', () => {
  let redis: RunningServer;
  let client: Client;
  beforeAll(async () => {
    redis = await parseTarget('redis').start();
    client = await Client.open(redis.host, redis.port);
  });
  afterAll(async () => {
    await client.close();
    await redis.stop();
  });

  test('KEYS finds the same keys, over random patterns', async () => {
    const rng = createRng(chooseSeed());
    const keys = [...new Set(Array.from({ length: 300 }, () => randomText(rng)))];
    await client.send('MSET', ...keys.flatMap((key) => [key, '']));
    const patterns = Array.from({ length: 2_000 }, () => randomPattern(rng)).filter((pattern) => pattern !== '*');
    const found = await Promise.all(patterns.map((pattern) => client.send('KEYS', pattern)));
    found.forEach((real: Decoded, at) => {
      const pattern = patterns[at]!;
      const ours = keys.filter((key) => globMatch(pattern, key)).sort();
      expect(ours, `SEED=${rng.seed}: KEYS ${JSON.stringify(pattern)}`).toEqual((real as string[]).sort());
    });
  });
});

function randomText(rng: Rng): string {
  return Array.from({ length: rng.int(0, 6) }, () => rng.pick([...'aaabbcd]-^\\*?['])).join('');
}

function randomPattern(rng: Rng): string {
  return Array.from({ length: rng.int(0, 7) }, () => rng.pick([...'aaabbcd**?', '[', '[', ']', ']', '^', '-', '\\', '[^', '[a-c]', '[b-'])).join('');
}

/** `stringmatchlen` once more, straight from its rules: the first element, then the rest. */
function recursiveMatch(pattern: string, text: string): boolean {
  if (text === '') return pattern === '';
  if (pattern === '') return false;
  const [element, rest] = firstElement(pattern);
  if (element === '*') {
    for (let at = 0; at <= text.length; at++) if (matchRest(rest, text.slice(at))) return true;
    return false;
  }
  return takes(element, text[0]!) && matchRest(rest, text.slice(1));
}

/** Behind the first element stars may stand for nothing. */
function matchRest(pattern: string, text: string): boolean {
  return text === '' ? /^\**$/.test(pattern) : recursiveMatch(pattern, text);
}

function firstElement(pattern: string): [element: string, rest: string] {
  let end = 1;
  if (pattern[0] === '\\' && pattern.length > 1) end = 2;
  if (pattern[0] === '[') end = classEnd(pattern);
  return [pattern.slice(0, end), pattern.slice(end)];
}

function classEnd(pattern: string): number {
  let at = pattern[1] === '^' ? 2 : 1;
  while (at < pattern.length && pattern[at] !== ']') at += classItem(pattern, at).length;
  return Math.min(at + 1, pattern.length);
}

/** `\x`, `a-z` or a single character. */
function classItem(pattern: string, at: number): string {
  if (pattern[at] === '\\' && at + 1 < pattern.length) return pattern.slice(at, at + 2);
  return pattern[at + 1] === '-' && at + 2 < pattern.length ? pattern.slice(at, at + 3) : pattern[at]!;
}

function takes(element: string, char: string): boolean {
  if (element === '?') return true;
  if (element[0] === '\\' && element.length === 2) return element[1] === char;
  if (element[0] !== '[') return element === char;
  const negated = element[1] === '^';
  let found = false;
  for (let at = negated ? 2 : 1; at < element.length && element[at] !== ']'; ) {
    const item = classItem(element, at);
    at += item.length;
    if (item.length === 3) {
      const [low, high] = item[0]! < item[2]! ? [item[0]!, item[2]!] : [item[2]!, item[0]!];
      found ||= char >= low && char <= high;
    } else found ||= item.at(-1) === char;
  }
  return found !== negated;
}
