import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { CHECKS } from '#shared/tools/check.ts';

// What `npm run check` proves, types included, is part of the tests.
test.each(CHECKS.map((check) => [check.name, check] as const))('%s', { timeout: 120_000 }, async (_name, check) => {
  const { problems } = await check.run(PROJECT_ROOT);
  expect(problems).toEqual([]);
});
