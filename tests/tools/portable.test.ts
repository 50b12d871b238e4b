import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { courseOf } from '#shared/tools/fork/course.ts';
import { packageJson } from '#shared/tools/fork/files.ts';
import { quoted } from '#shared/tools/quote.ts';

describe('npm scripts', () => {
  const scriptsOf = (text: string) => Object.entries((JSON.parse(text) as { scripts: Record<string, string> }).scripts);

  // cmd on Windows has no `exec`, no `$NAME`, no `NAME=value` and no single quotes.
  test.each(scriptsOf(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')))('%s runs in any shell', (_, script) => {
    expect(script).toMatch(/^node --import tsx shared\/tools\/\w+\.ts$/);
  });

  test('those of a copy do too', () => {
    const stage = builtStages()[0]!;
    const scripts = scriptsOf(packageJson('copy', stage, PROJECT_ROOT, courseOf(stage, '', '/copy', PROJECT_ROOT)));
    expect(scripts.map(([, script]) => script)).toEqual([
      'node --import tsx server/main.ts',
      'tsc --noEmit',
      'node course.js test',
      'node course.js hint',
      'node course.js diff',
    ]);
  });
});

describe('a quoted word', () => {
  test.each([
    ['plain-1.2', 'plain-1.2', 'plain-1.2'],
    ['a b', `'a b'`, `"a b"`],
    ['', `''`, `""`],
    [`it's`, `'it'\\''s'`, `"it's"`],
    ['say "x"', `'say "x"'`, `"say ""x"""`],
    ['C:\\temp\\x', `'C:\\temp\\x'`, 'C:\\temp\\x'],
  ])('%j, in a POSIX shell and in cmd', (word, posix, windows) => {
    expect(quoted(word, 'linux')).toBe(posix);
    expect(quoted(word, 'win32')).toBe(windows);
  });
});
