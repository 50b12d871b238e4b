import { symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { readProgress, recordProgress } from '#shared/tools/progress/record.ts';
import { runToolIn, scratchProject, scratchTree, type Scratch } from './scratch.ts';

test('a run replaces what was known of its suites, and nothing else', () => {
  const { root } = scratchTree({ a: '' });
  expect(readProgress(root)).toEqual({});
  recordProgress(root, '--cmd a', { '01': { passed: 3, total: 24 }, '02': { passed: 0, total: 30 } });
  recordProgress(root, '--cmd b', { '01': { passed: 1, total: 24 } });
  recordProgress(root, '--cmd a', { '01': { passed: 24, total: 24 } });
  expect(readProgress(root)).toEqual({
    '--cmd a': { '01': { passed: 24, total: 24 }, '02': { passed: 0, total: 30 } },
    '--cmd b': { '01': { passed: 1, total: 24 } },
  });
});

/** Stages 01 and 02, and a server that has been judged by suite 01. */
function judged(): Scratch {
  const project = scratchProject({ 'stages/01-ping/main.ts': '', 'stages/02-strings/main.ts': '' }, ['progress']);
  // The folder is a link to the project's own, which no test may change.
  unlinkSync(join(project.root, 'node_modules'));
  recordProgress(project.root, '--cmd a', { '01': { passed: 3, total: 24 }, '02': { passed: 30, total: 30 } });
  recordProgress(project.root, '--cmd b', { '01': { passed: 24, total: 24 } });
  for (const name of ['chalk', 'tsx']) {
    symlinkSync(join(PROJECT_ROOT, 'node_modules', name), join(project.root, 'node_modules', name), 'junction');
  }
  return project;
}

test('npm run progress shows every server, or those that one suite has judged', () => {
  const { root } = judged();
  expect(runToolIn(root, 'progress', [])).toEqual({
    code: 0,
    stdout: '--cmd a\n  01 ping          core 3/24\n  02 strings       core 30/30 ✓\n--cmd b\n  01 ping          core 24/24 ✓\n',
    stderr: '',
  });
  expect(runToolIn(root, 'progress', ['2']).stdout).toBe('--cmd a\n  02 strings       core 30/30 ✓\n');
});

test.each([
  [['99'], /^There is no stage '99'\n/],
  [['01', '02'], /^Nothing is done with '02'; npm run progress -- --help shows what there is\n$/],
  [['--full'], /^Unknown option '--full'; /],
])('npm run progress refuses %j', (args, complaint) => {
  const { code, stdout, stderr } = runToolIn(PROJECT_ROOT, 'progress', args);
  expect(stderr).toMatch(complaint);
  expect([code, stdout]).toEqual([1, '']);
});
