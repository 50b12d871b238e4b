import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { readTree } from '#shared/tools/tree/files.ts';

// What guards, router and transactions want to know of a command stands on its row: a name asked for in one place is a
// fact that the next place does not find.
describe('no code asks a command for its name', () => {
  test.each(builtStages().map((stage) => [stage.number, stage] as const))('stage %s', (_number, { dir }) => {
    const found: string[] = [];
    for (const [name, path] of readTree(join(PROJECT_ROOT, dir))) {
      for (const line of readFileSync(path, 'utf8').split('\n')) if (comparesName(line)) found.push(`${name}: ${line.trim()}`);
    }
    expect(found).toEqual([]);
  });

  test('such a line is known', () => {
    for (const line of ["command.fullName === 'exec'", "row.name !== 'ping'", 'NAMES.has(command.fullName)', 'LIST.includes(row.name)']) {
      expect(comparesName(line), line).toBe(true);
    }
    expect(comparesName("client.name === ''")).toBe(false);
  });
});

function comparesName(line: string): boolean {
  return /(fullName|(command|row)\.name) [!=]==? |(has|includes)\((\w+\.)*(fullName|(command|row)\.name)\)/.test(line);
}
