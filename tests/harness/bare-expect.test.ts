import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';

test('no suite compares a reply without saying what was sent', () => {
  const folder = join(PROJECT_ROOT, 'tests/suites');
  const bare = readdirSync(folder).flatMap((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    return lines.filter((line) => /\bexpect\(await \w+\.(send|expect)\(/.test(line)).map((line) => `${file}: ${line.trim()}`);
  });
  expect(bare).toEqual([]);
});
