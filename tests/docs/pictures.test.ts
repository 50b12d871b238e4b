import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { fences } from './markdown.ts';

/** What Mermaid does not draw, and what has been written here: it has no checker of its own in this project. */
const BROKEN: [what: string, pattern: RegExp][] = [
  ['a semicolon ends a line', /;/],
  ['call is a word of Mermaid, and no name of a box', /(^|\s)call(\s+-|$)/],
  ['a label that begins like a list is not drawn', /["|[]\d+\. /],
];

const pages = readdirSync(join(PROJECT_ROOT, 'docs')).filter((name) => name.endsWith('.md'));

test.each(pages)('%s: its pictures hold nothing that Mermaid stumbles over', (page) => {
  const pictures = fences(readFileSync(join(PROJECT_ROOT, 'docs', page), 'utf8')).filter(({ language }) => language === 'mermaid');
  const found = pictures.flatMap(({ lines, line }) => {
    return lines.flatMap((text, at) =>
      BROKEN.filter(([, pattern]) => pattern.test(text)).map(([what]) => `${page}:${line + at + 1}: ${what}: ${text.trim()}`),
    );
  });
  expect(found).toEqual([]);
});

const drawn = readdirSync(join(PROJECT_ROOT, 'docs/pictures')).filter((name) => name.endsWith('.svg'));
const shown = pages.map((page) => readFileSync(join(PROJECT_ROOT, 'docs', page), 'utf8')).join('\n');

test.each(drawn)('pictures/%s: a page shows it, it says what it is, and it has colours for the dark', (name) => {
  const picture = readFileSync(join(PROJECT_ROOT, 'docs/pictures', name), 'utf8');
  expect(shown).toContain(`](pictures/${name})`);
  expect(picture).toMatch(/<title>.+<\/title>/);
  expect(picture).toContain('(prefers-color-scheme: dark)');
});
