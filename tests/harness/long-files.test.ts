import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { LONG_FILES } from './long-files.ts';

test('each of the files that take long exists, and is listed once', () => {
  expect(LONG_FILES.filter((name) => !existsSync(join(PROJECT_ROOT, `tests/${name}.test.ts`)))).toEqual([]);
  expect(new Set(LONG_FILES).size).toBe(LONG_FILES.length);
});
