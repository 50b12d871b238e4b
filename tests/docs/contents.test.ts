import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { readTree } from '#shared/tools/tree/files.ts';

/** The pages lead to each other, and docs/README.md says how long each chapter is. */

const stages = builtStages();
const page = (name: string) => readFileSync(join(PROJECT_ROOT, 'docs', name), 'utf8');
const chapterOf = ({ number, name }: Stage) => `${number}-${name}.md`;
const WORDS_A_MINUTE = 200;

describe('docs/README.md', () => {
  const contents = page('README.md');

  stages.forEach((stage, at) => {
    test(`${chapterOf(stage)}: its row gives reading time and size`, () => {
      const row = contents.split('\n').find((line) => line.includes(`](${chapterOf(stage)})`));
      expect(row, 'a row of the table').toBeDefined();
      const [, minutes, , lines] = /\| (\d+) min \|( )([\d,]+) \|$/.exec(row!) ?? [];
      const words = page(chapterOf(stage)).split(/\s+/).length;
      const added = linesOf(stage) - (at === 0 ? 0 : linesOf(stages[at - 1]!));
      near(Number(minutes), words / WORDS_A_MINUTE, 5, 'minutes');
      near(Number(lines!.replace(',', '')), added, 100 + added / 10, 'lines added');
    });
  });

  test('leads to every page', () => {
    const others = readdirSync(join(PROJECT_ROOT, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
    expect(others.filter((name) => !contents.includes(`(${name})`))).toEqual([]);
  });
});

describe('the last line of a page', () => {
  stages.forEach((stage, at) => {
    test(`${chapterOf(stage)} leads to the chapters before and after`, () => {
      const last = page(chapterOf(stage)).trimEnd().split('\n').at(-1)!;
      const [before, contents, after] = [...last.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]!);
      expect(before).toBe(at === 0 ? '../README.md' : chapterOf(stages[at - 1]!));
      expect(contents).toBe('README.md');
      if (at + 1 < stages.length) expect(after).toBe(chapterOf(stages[at + 1]!));
      else expect(existsSync(join(PROJECT_ROOT, 'docs', after!))).toBe(true);
    });
  });

  const others = readdirSync(join(PROJECT_ROOT, 'docs')).filter((name) => /^[a-z-]+\.md$/.test(name));
  test.each(others)('%s leads back to the contents', (name) => {
    expect(page(name).trimEnd().split('\n').at(-1)).toBe('[Contents](README.md)');
  });
});

function linesOf({ dir }: Stage): number {
  let lines = 0;
  for (const path of readTree(join(PROJECT_ROOT, dir)).values()) lines += readFileSync(path, 'utf8').split('\n').length - 1;
  return lines;
}

/** Small changes of a chapter or a stage need no new row. */
function near(said: number, found: number, tolerance: number, what: string): void {
  expect(Math.abs(said - found) <= tolerance, `${what}: the row says ${said}, and it is ${Math.round(found)}`).toBe(true);
}
