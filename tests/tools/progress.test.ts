import { expect, test } from 'vitest';
import { readProgress, recordProgress } from '#shared/tools/progress/record.ts';
import { scratchTree } from './scratch.ts';

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
