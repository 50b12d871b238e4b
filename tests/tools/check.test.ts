import { describe, expect, test } from 'vitest';
import { allStages, findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { budgetCheck, stageCost } from '#shared/tools/check/budgets.ts';
import { directionsCheck } from '#shared/tools/check/directions.ts';
import { importsCheck } from '#shared/tools/check/imports.ts';
import { ladderCheck, writeLadder } from '#shared/tools/check/ladder.ts';
import { manifestCheck, topFoldersCheck } from '#shared/tools/check/manifest.ts';
import { movesCheck } from '#shared/tools/check/moves.ts';
import { numbered, runToolIn, scratchProject, scratchTree } from './scratch.ts';

const ONE = 'stages/01-ping';
const TWO = 'stages/02-strings';

/** `n` lines, the first `touched` of them other than `numbered(n)`. */
function rewritten(n: number, touched: number): string {
  return numbered(n, Object.fromEntries(Array.from({ length: touched }, (_, i) => [i + 1, `other ${i + 1}`])));
}

describe('budgets', () => {
  test('counts new files, lines added, and old lines changed or removed, white space aside', () => {
    const { root } = scratchTree({
      'shared/heap.ts': 'heap\n',
      [`${ONE}/main.ts`]: numbered(10),
      [`${ONE}/wide.ts`]: 'a\nb\n',
      [`${TWO}/main.ts`]: numbered(10, { 3: 'three', 4: 'four\nfive\nsix' }),
      [`${TWO}/wide.ts`]: '  a\n  b\n  c\n',
      [`${TWO}/new.ts`]: "import { heap } from '#shared/heap.ts';\n",
    });
    const { newFiles, changedFiles, added, touched, newShared } = stageCost(findStage('2', root)!, root);
    expect({ newFiles, changedFiles, added, touched, newShared }).toEqual({
      newFiles: 1,
      changedFiles: 2,
      added: 4 + 1 + 1,
      touched: 2,
      newShared: 1,
    });
  });

  test('the budget is the last number that passes', async () => {
    const scratch = scratchTree({ [`${ONE}/main.ts`]: numbered(100), [`${TWO}/main.ts`]: rewritten(100, 60) });
    expect((await budgetCheck.run(scratch.root)).problems).toEqual([]);
    scratch.write({ [`${TWO}/main.ts`]: rewritten(100, 61) });
    const { problems, notes } = await budgetCheck.run(scratch.root);
    expect(problems).toEqual([`${TWO} touches 61 old lines; its budget is 60`]);
    expect(notes?.at(-1)).toMatch(/^02-strings +0 +61 +1 +61 +60 +0$/);
  });
});

describe('directions', () => {
  const TABLE = [
    '<!-- directions -->',
    '| part | may import |',
    '|---|---|',
    '| `store/` | |',
    '| `router/`, `commands/` | `store/`, `router/` |',
    '| `main.ts` | everything |',
    '<!-- /directions -->',
  ].join('\n');

  test('finds imports against the table, those of types too, and parts that it does not name', async () => {
    const { root } = scratchTree({
      'docs/architecture.md': TABLE,
      [`${ONE}/main.ts`]: "import './commands/a.ts';\n",
      [`${ONE}/commands/a.ts`]: "import { b } from '../router/b.ts';\nimport { log } from '#shared/log.ts';\n",
      [`${ONE}/router/b.ts`]: "import type { A } from '../commands/a.ts';\n",
      [`${ONE}/store/c.ts`]: "import { b } from '../router/b.ts';\nimport { d } from './d.ts';\n",
      [`${ONE}/store/d.ts`]: '',
      [`${ONE}/other.ts`]: '',
    });
    expect((await directionsCheck.run(root)).problems.sort()).toEqual([
      `${ONE}/other.ts: other.ts is in no row of the table`,
      `${ONE}/router/b.ts imports commands/a.ts: router may import store, router`,
      `${ONE}/store/c.ts imports router/b.ts: store may import shared/ alone`,
    ]);
  });

  test('a table that is missing is a problem', async () => {
    const { root } = scratchTree({ [`${ONE}/main.ts`]: '' });
    expect((await directionsCheck.run(root)).problems[0]).toMatch(/^docs\/architecture.md has no table/);
  });
});

describe('moves', () => {
  test('finds files that are gone, moved, or differ in white space alone', async () => {
    const { root } = scratchTree({
      [`${ONE}/main.ts`]: 'main\n',
      [`${ONE}/gone.ts`]: 'nobody has this line\n',
      [`${ONE}/old-name.ts`]: numbered(10),
      [`${ONE}/wide.ts`]: '  a();\n',
      [`${TWO}/main.ts`]: 'main, changed\n',
      [`${TWO}/new-name.ts`]: numbered(10, { 2: 'two' }),
      [`${TWO}/wide.ts`]: '    a();\n',
    });
    expect((await movesCheck.run(root)).problems).toEqual([
      `${TWO}: gone.ts is gone`,
      `${TWO}: old-name.ts was moved to new-name.ts`,
      `${TWO}: wide.ts differs in white space alone`,
    ]);
  });

  test('new and changed files are what a stage is for', async () => {
    const { root } = scratchTree({ [`${ONE}/main.ts`]: 'a\n', [`${TWO}/main.ts`]: 'b\n', [`${TWO}/new.ts`]: 'c\n' });
    expect((await movesCheck.run(root)).problems).toEqual([]);
  });
});

describe('imports', () => {
  test('a stage may import itself, shared/ and Node, and nothing else', async () => {
    const { root } = scratchTree({
      'shared/log.ts': "import chalk from 'chalk';\n",
      'shared/tools/cli.ts': "import { suite } from '../../tests/suite.ts';\n",
      'tests/suite.ts': '',
      [`${ONE}/main.ts`]: "import '#shared/log.ts';\nimport { join } from 'node:path';\nimport './store/a.ts';\n",
      [`${ONE}/store/a.ts`]: "import type { B } from '../main.ts';\n",
    });
    expect((await importsCheck.run(root)).problems).toEqual([]);
  });

  test.each([
    [`${TWO}/a.ts`, "import '../01-ping/main.ts';", '../01-ping/main.ts'],
    [`${TWO}/a.ts`, "import '../../tests/suite.ts';", '../../tests/suite.ts'],
    [`${TWO}/a.ts`, "import chalk from 'chalk';", 'chalk'],
    [`${TWO}/a.ts`, "import fs from 'fs';", 'fs'],
    [`${TWO}/a.ts`, "import '#shared/tools/cli.ts';", '#shared/tools/cli.ts'],
    [`${TWO}/a.ts`, "import './none.ts';", './none.ts, which is not there'],
    [`${TWO}/a.ts`, "export * from '../02-strings-too/x.ts';", '../02-strings-too/x.ts'],
    ['shared/a.ts', `import '../${ONE}/main.ts';`, `../${ONE}/main.ts`],
    ['shared/a.ts', "import './tools/cli.ts';", './tools/cli.ts'],
    ['shared/a.ts', "import '../tests/suite.ts';", '../tests/suite.ts'],
    ['shared/tools/a.ts', `import '../../${ONE}/main.ts';`, `../../${ONE}/main.ts`],
    ['shared/a.ts', "import '#shared/none.ts';", '#shared/none.ts, which is not there'],
  ])('%s: %s', async (file, source, complaint) => {
    const { root } = scratchTree({
      'shared/tools/cli.ts': '',
      'tests/suite.ts': '',
      [`${ONE}/main.ts`]: '',
      [`${TWO}/main.ts`]: '',
      [file]: `${source}\n`,
    });
    expect((await importsCheck.run(root)).problems).toEqual([`${file} imports ${complaint}`]);
  });
});

describe('the manifest and the folders', () => {
  test('finds gaps, stray stages and stray folders', async () => {
    const { root } = scratchTree({
      [`${ONE}/main.ts`]: '',
      'stages/03-collections/main.ts': '',
      'stages/3-lists/main.ts': '',
      'lib/x.ts': '',
      '.github/x.yml': '',
      'docs/x.md': '',
    });
    expect((await manifestCheck.run(root)).problems).toEqual([
      'stages/3-lists is in no row of the manifest',
      'stages/02-strings/main.ts is missing',
    ]);
    expect((await topFoldersCheck.run(root)).problems).toEqual(['lib/ is in the way']);
  });
});

describe('the ladder', () => {
  const README = '# A\n\n<!-- ladder -->\nold\n<!-- /ladder -->\n\nMore.\n';

  test('is written between the markers, and then found right', async () => {
    const scratch = scratchTree({ 'README.md': README, [`${ONE}/main.ts`]: '', 'docs/01-ping.md': '' });
    expect((await ladderCheck.run(scratch.root)).problems).toHaveLength(1);
    expect(writeLadder(scratch.root)).toBe(true);
    expect((await ladderCheck.run(scratch.root)).problems).toEqual([]);
    expect(writeLadder(scratch.root)).toBe(false);
    const text = scratch.read('README.md')!;
    expect(text).toMatch(/^# A\n\n<!-- ladder -->\n\| stage .*<!-- \/ladder -->\n\nMore\.\n$/s);
    expect(text).toContain('| [01-ping](stages/01-ping) | [a socket that speaks RESP](docs/01-ping.md) |');
    expect(text).toContain('| 02-strings | a keyspace where keys can die |');
    for (const { number, name } of allStages()) expect(text).toContain(`${number}-${name}`);
  });

  test('without markers nothing is written', async () => {
    const scratch = scratchTree({ 'README.md': '# A\n' });
    expect((await ladderCheck.run(scratch.root)).problems).toHaveLength(1);
    expect(() => writeLadder(scratch.root)).toThrow(/needs the markers/);
    expect(scratch.read('README.md')).toBe('# A\n');
  });
});

describe('npm run check', () => {
  const FILES = {
    'README.md': '<!-- ladder -->\n<!-- /ladder -->\n',
    'docs/architecture.md': '<!-- directions -->\n| `main.ts` | everything |\n<!-- /directions -->\n',
    'tests/a.ts': 'export const a: number = 1;\n',
    [`${ONE}/main.ts`]: 'export {};\n',
  };

  test('ends with 0 when everything holds, with 1 and the reason when something does not', () => {
    const scratch = scratchProject(FILES);
    const written = runToolIn(scratch.root, 'check', ['--write']);
    expect(written.stdout).toContain('the ladder is renewed');
    expect(written.stdout).toContain('All checks hold.');
    expect(written.code).toBe(0);

    scratch.write({ 'tests/a.ts': "export const a: number = 'one';\n", 'lib/x.txt': '' });
    const { code, stdout } = runToolIn(scratch.root, 'check', []);
    expect(stdout).toMatch(/✗ tsc --noEmit is clean\n +tests\/a\.ts\(1,14\): error TS2322/);
    expect(stdout).toContain('lib/ is in the way');
    expect(stdout).toMatch(/2 of \d checks failed\.\n$/);
    expect(code).toBe(1);
  });

  test('a stage is refused: the checks are of the whole project', () => {
    const { code, stdout, stderr } = runToolIn(PROJECT_ROOT, 'check', ['03']);
    expect(stderr).toBe("Nothing is done with '03'; npm run check -- --help shows what there is\n");
    expect([code, stdout]).toEqual([1, '']);
  });
});
