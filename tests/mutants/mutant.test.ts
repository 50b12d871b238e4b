import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { plant } from './mutant.ts';

test.each(builtStages().map(({ number }) => number))('stage %s has bugs to plant', (number) => {
  expect(existsSync(join(PROJECT_ROOT, `tests/mutants/stage-${number}.test.ts`))).toBe(true);
});

test('a bug is planted where its text occurs once, and refused otherwise', () => {
  const mutant = { file: 'a.ts', find: 'ab', replace: '$&c', why: '' };
  expect(plant(mutant, 'x ab y')).toBe('x $&c y');
  expect(() => plant(mutant, 'ab ab')).toThrow('occurs 2 times');
  expect(() => plant(mutant, 'a b')).toThrow('occurs 0 times');
});
