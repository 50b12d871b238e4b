import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Chalk } from 'chalk';
import { describe, expect, test, vi } from 'vitest';
import { builtStages, findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { formatHunks, formatStat } from '#shared/tools/diff/format.ts';
import { printPaged } from '#shared/tools/diff/pager.ts';
import { chapterOrder, inReadingOrder } from '#shared/tools/diff/reading-order.ts';
import { diffStage } from '#shared/tools/diff/stages.ts';
import { importsOf } from '#shared/tools/tree/imports.ts';
import { numbered, runToolIn, scratchProject, scratchTree } from './scratch.ts';

const ONE = 'stages/01-ping';
const TWO = 'stages/02-strings';

const FILES = {
  'shared/log.ts': 'log\n',
  'shared/heap.ts': "import { x } from './deep/math.ts';\n",
  'shared/deep/math.ts': 'math\n',
  'shared/unused.ts': 'unused\n',
  [`${ONE}/main.ts`]: "import { log } from '#shared/log.ts';\n",
  [`${ONE}/server.ts`]: numbered(20),
  [`${ONE}/same.ts`]: 'same\n',
  [`${ONE}/wide.ts`]: 'if (a) {\n  b();\n}\n',
  [`${ONE}/gone.ts`]: 'gone\n',
  [`${TWO}/main.ts`]: "import { log } from '#shared/log.ts';\n",
  [`${TWO}/server.ts`]: numbered(20, { 5: 'five\nfive and a half', 9: 'nine' }),
  [`${TWO}/same.ts`]: 'same\n',
  [`${TWO}/wide.ts`]: 'if (a) {\n    b();\n}\n',
  [`${TWO}/store/my heap.ts`]: "import { heap } from '#shared/heap.ts';\nlast line, unended",
};

const plainChalk = new Chalk({ level: 0 });

describe('diffStage', () => {
  test('shows new files first, with those of shared/ that are needed for the first time, then the others', () => {
    const { root } = scratchTree(FILES);
    const { before, files } = diffStage(findStage('2', root)!, root);
    expect(before?.name).toBe('ping');
    expect(files.map(({ file, kind, added, removed }) => [kind, file, added, removed])).toEqual([
      ['new', 'shared/deep/math.ts', 1, 0],
      ['new', 'shared/heap.ts', 1, 0],
      ['new', 'store/my heap.ts', 2, 0],
      ['changed', 'server.ts', 3, 2],
      ['removed', 'gone.ts', 0, 1],
    ]);
  });

  test('the first stage is compared with nothing', () => {
    const { root } = scratchTree(FILES);
    const { before, files } = diffStage(findStage('1', root)!, root);
    expect(before).toBeUndefined();
    expect(files.every(({ kind }) => kind === 'new')).toBe(true);
    const names = ['gone.ts', 'main.ts', 'same.ts', 'server.ts', 'shared/log.ts', 'wide.ts'];
    expect(files.map(({ file }) => file)).toEqual(names);
  });

  test('prints the list and the hunks', () => {
    const { root } = scratchTree(FILES);
    const stage = findStage('2', root)!;
    const sections = inReadingOrder(diffStage(stage, root).files, stage, root);
    const stat = formatStat(sections, plainChalk);
    expect(stat).toMatch(/^ {2}changed {2}server\.ts +\+3 +−2$/m);
    expect(stat).toMatch(/3 new, 1 changed, 1 removed; 7 lines added, 3 removed$/);
    const hunks = formatHunks(sections, plainChalk);
    expect(hunks).toContain('server.ts (changed)\n@@ -2,11 +2,12 @@');
    expect(hunks).toContain('-line 5\n+five\n+five and a half\n line 6');
    expect(hunks).toContain('+last line, unended\n\\ No newline at end of file');
  });
});

describe('npm run diff', () => {
  test('colours on demand, and not into a pipe', () => {
    const { root } = scratchProject(FILES);
    expect(runToolIn(root, 'diff', ['02']).stdout).not.toContain('\u001b[');
    expect(runToolIn(root, 'diff', ['02', '--color'], { NO_COLOR: undefined }).stdout).toContain('\u001b[31m-line 5');
  });

  test('--stat leaves the hunks out', () => {
    const { code, stdout } = runToolIn(scratchProject(FILES).root, 'diff', ['strings', '--stat']);
    expect(code).toBe(0);
    expect(stdout).toContain('changed  server.ts');
    expect(stdout).not.toContain('@@');
  });

  test('compares a learner’s folder with the stage, seen from where the command was typed', () => {
    const { root } = scratchProject({
      ...FILES,
      'stages/my own/server.ts': numbered(20, { 7: 'seven of mine' }),
      'stages/my own/node_modules/x.ts': 'x\n',
    });
    const { code, stdout } = runToolIn(root, 'diff', ['01', './my own'], { INIT_CWD: join(root, 'stages') });
    expect(code).toBe(0);
    expect(stdout).toContain('stages/01-ping → ./my own\n');
    expect(stdout).toContain('-line 7\n+seven of mine');
    expect(stdout).toMatch(/removed {2}main\.ts/);
    expect(stdout).not.toContain('node_modules');
  });

  test('in a fork it compares the server alone', () => {
    const copy = { 'my/server/main.ts': FILES[`${ONE}/main.ts`]!, 'my/shared/log.ts': 'mine\n' };
    const { root } = scratchProject({ ...FILES, ...copy });
    const { stdout } = runToolIn(root, 'diff', ['01', 'my', '--stat']);
    expect(stdout).not.toMatch(/log\.ts|main\.ts/);
    expect(stdout).toContain('removed  server.ts');
  });

  test('says so when nothing differs', () => {
    expect(runToolIn(scratchProject(FILES).root, 'diff', ['01', ONE]).stdout).toContain('no difference');
  });

  test.each([
    [['01', 'nowhere'], /^There is no folder .*nowhere$/m],
    [['01', 'stages', 'more'], /^One folder at most .*'more'$/m],
    [['01', '--stats'], /^Unknown option '--stats'; npm run diff -- --help lists the options$/m],
  ])('%j is refused', (args, complaint) => {
    const { code, stdout, stderr } = runToolIn(scratchProject(FILES).root, 'diff', args);
    expect(stderr).toMatch(complaint);
    expect([code, stdout]).toEqual([1, '']);
  });
});

const CHAPTER = `# A chapter
## What changed

Read:
1. \`${TWO}/server.ts\` and \`gone.ts\`: what the \`server\` loses
2. \`store/my-heap.ts\`: absent. \`shared/heap.ts\`: a <heap>

Skim: \`shared/deep/\` (sums), and
\`main.ts\`.

## Traps
`;

describe('the reading order', () => {
  const project = () => scratchProject({ ...FILES, 'docs/02-strings.md': CHAPTER });

  test('is that of the chapter, with its notes; what it does not name comes last', () => {
    const { root } = project();
    const { stdout } = runToolIn(root, 'diff', ['02', '--stat']);
    const list = stdout.split('\n').slice(2, -2).map((line) => line.replaceAll(/ {2,}/g, ' | ').trim());
    expect(list).toEqual([
      'Read',
      '| changed | server.ts | +3 | −2 | what the `server` loses',
      '| removed | gone.ts | +0 | −1',
      '| new | shared/heap.ts | +1 | a <heap>',
      'Skim',
      '| new | shared/deep/math.ts | +1 | sums',
      'Not named in the chapter',
      '| new | store/my heap.ts | +2',
    ]);
  });

  test('--core leaves out what is to be skimmed', () => {
    const { stdout } = runToolIn(project().root, 'diff', ['02', '--core']);
    expect(stdout).toContain('server.ts (changed)\n  what the `server` loses\n@@ -2,11');
    expect(stdout).not.toMatch(/^math|my heap\.ts|Skim/m);
    expect(stdout).toContain('1 new, 1 changed, 1 removed; 4 lines added, 3 removed');
  });

  test.each(builtStages().map((stage) => [stage.number, stage] as const))('chapter %s names its files', (_, stage) => {
    const { read } = chapterOrder(stage, PROJECT_ROOT);
    expect(read.length).toBeGreaterThan(2);
    expect(read.filter(({ note }) => note !== '').length).toBeGreaterThan(2);
    const { files } = diffStage(stage, PROJECT_ROOT);
    const isThere = (path: string) => files.some(({ file }) => file === path || (path.endsWith('/') && file.startsWith(path)));
    expect(read.map(({ path }) => path).filter((path) => !isThere(path))).toEqual([]);
  });
});

describe('npm run diff -- --html', () => {
  test('writes one page without links to elsewhere, where the command was typed', () => {
    const { root, read } = scratchProject({ ...FILES, 'docs/02-strings.md': CHAPTER });
    const args = ['02', '--html', 'my page.html'];
    const { code, stdout } = runToolIn(root, 'diff', args, { INIT_CWD: join(root, 'stages') });
    expect([code, stdout]).toEqual([0, `${join(realpathSync(root), 'stages/my page.html')}: 7 KB\n`]);
    const page = read('stages/my page.html')!;
    expect(page).not.toMatch(/https?:|<script|<link|src=|@import|url\(/);
    expect([...page.matchAll(/<summary><b>(.*?)<\/b>/g)].map((match) => match[1])).toEqual([
      'server.ts',
      'gone.ts',
      'shared/heap.ts',
      'shared/deep/math.ts',
      'store/my heap.ts',
    ]);
    for (const [, target] of page.matchAll(/href="#(.*?)"/g)) expect(page).toContain(` id="${target}"`);
    expect(page).toContain('<div class="note">a &lt;heap></div>');
    expect(page).toContain('<div class="note">what the <code>server</code> loses</div>');
    expect(page).toContain(
      '<div class="change"><div class="old"><p data-n="5">line 5</p></div>' +
        '<div class="now"><p data-n="5">five</p><p data-n="6">five and a half</p></div></div>',
    );
    expect(page).toContain('<div class="whole minus"><p data-n="1">gone</p></div>');
  });

  test('a page that cannot be written is one line', () => {
    const { code, stderr } = runToolIn(scratchProject(FILES).root, 'diff', ['02', '--html', 'no/such/page.html']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The page could not be written: ENOENT.*\n$/);
  });
});

describe('the pager', () => {
  const PAGER = `node -e "process.stdin.pipe(require('fs').createWriteStream(process.env.PAGED))"`;

  test('gets the text on a terminal', () => {
    const file = join(scratchTree({ a: '' }).root, 'paged');
    printPaged('a diff', true, { ...process.env, PAGER, PAGED: file });
    expect(readFileSync(file, 'utf8')).toBe('a diff\n');
  });

  test.each([
    ['without a terminal', false, PAGER],
    ['with an empty PAGER', true, ''],
    ['when the pager fails', true, 'exit 3'],
  ])('is not used %s', (_, isTerminal, pager) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    printPaged('a diff', isTerminal, { ...process.env, PAGER: pager });
    expect(log.mock.calls).toEqual([['a diff']]);
    log.mockRestore();
  });
});

describe('importsOf', () => {
  test('reads every form of import, and no comment or string', () => {
    const source = `
import a from 'node:fs';
import type { B } from './b.ts';
import { c,
  d } from "#shared/c.ts";
import './effect.ts';
import * as e from './e.ts';
export { f } from './f.ts';
export type { G } from './g.ts';
export * from './h.ts';
const later = await import('./i.ts');
const worker = new Worker(new URL('./j.ts', import.meta.url));
// import { no } from './comment.ts';
/** import x from './doc.ts' */
export function from(x: string) { return 'from ./string.ts'; }
`;
    expect(importsOf(source).sort()).toEqual(
      ['#shared/c.ts', './b.ts', './e.ts', './effect.ts', './f.ts', './g.ts', './h.ts', './i.ts', './j.ts', 'node:fs'],
    );
  });
});
