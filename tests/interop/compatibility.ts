import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#shared/manifest.ts';

/** The names, or glob patterns of names, in the first column of the table of `docs/compatibility.md` that stands between these markers. */
export function listedNames(marker: string): string[] {
  const text = readFileSync(join(PROJECT_ROOT, 'docs/compatibility.md'), 'utf8');
  const table = new RegExp(`<!-- ${marker} -->\n([^]*?)<!-- /${marker} -->`).exec(text)?.[1];
  if (table === undefined) throw new Error(`docs/compatibility.md has no table ${marker}`);
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
}
