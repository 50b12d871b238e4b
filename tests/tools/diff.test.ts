import { join } from 'node:path';
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { findStage } from '#shared/manifest.ts';
import { formatHunks, formatStat } from '#shared/tools/diff/format.ts';
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
    const { files } = diffStage(findStage('2', root)!, root);
    const stat = formatStat(files, plainChalk);
    expect(stat).toMatch(/^ {2}changed {2}server\.ts +\+3 +−2$/m);
    expect(stat).toMatch(/3 new, 1 changed, 1 removed; 7 lines added, 3 removed$/);
    const hunks = formatHunks(files, plainChalk);
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
    [['01', '--stats'], /^Unknown option '--stats'; npm run diff -- --help tells what there is$/m],
  ])('%j is refused', (args, complaint) => {
    const { code, stdout, stderr } = runToolIn(scratchProject(FILES).root, 'diff', args);
    expect(stderr).toMatch(complaint);
    expect([code, stdout]).toEqual([1, '']);
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
