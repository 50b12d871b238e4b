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
