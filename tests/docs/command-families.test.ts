import { expect, test } from 'vitest';
import { commandFamilies, writtenFamilies } from './command-families.ts';

const TITLE = 'docs/compatibility.md names each command, its family and its stage (npx tsx tests/docs/command-families.ts writes it)';

// It loads the commands of all stages, which takes minutes on a machine that is busy with other work.
test(TITLE, { timeout: 300_000 }, async () => {
  expect(writtenFamilies()).toBe(await commandFamilies());
});
