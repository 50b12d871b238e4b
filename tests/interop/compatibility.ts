import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#shared/manifest.ts';

/** A row of a table of `docs/compatibility.md`. */
interface Row {
  /** The names, or glob patterns of names, in its first column. */
  readonly names: string[];
  readonly text: string;
}

/** The rows of the table that stands between these markers. */
export function listedRows(marker: string): Row[] {
  const document = readFileSync(join(PROJECT_ROOT, 'docs/compatibility.md'), 'utf8');
  const table = new RegExp(`<!-- ${marker} -->\n([^]*?)<!-- /${marker} -->`).exec(document)?.[1];
  if (table === undefined) throw new Error(`docs/compatibility.md has no table ${marker}`);
  const lines = table.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((text) => ({
    names: [...text.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
    text,
  }));
}

export function listedNames(marker: string): string[] {
  return listedRows(marker).flatMap(({ names }) => names);
}
