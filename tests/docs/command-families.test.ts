import { expect, test } from 'vitest';
import { commandFamilies, writtenFamilies } from './command-families.ts';

test('docs/compatibility.md names each command, its family and its stage (npx tsx tests/docs/command-families.ts writes it)', async () => {
  expect(writtenFamilies()).toBe(await commandFamilies());
});
