import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';

interface Row {
  readonly name: string;
  readonly group?: string;
  readonly subcommands?: readonly Row[];
}

const DOCUMENT = join(PROJECT_ROOT, 'docs/compatibility.md');
const TABLE = /(<!-- commands-by-family -->\n)[^]*?(<!-- \/commands-by-family -->)/;

/**
 * Each command and sub-command of the stages, by the family that COMMAND DOCS says, and the stage that brings it: a table
 * for `docs/compatibility.md`. `npx tsx tests/docs/command-families.ts` writes it there.
 */
export async function commandFamilies(): Promise<string> {
  const seen = new Set<string>();
  const families = new Map<string, Map<string, string[]>>();
  for (const { number, dir } of builtStages()) {
    const file = pathToFileURL(resolve(PROJECT_ROOT, dir, 'commands/index.ts')).href;
    const found = ((await import(file)) as { families: readonly { group: string; rows: readonly Row[] }[] }).families;
    const add = (family: string, name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const stages = families.get(family) ?? new Map<string, string[]>();
      families.set(family, stages.set(number, [...(stages.get(number) ?? []), name]));
    };
    for (const { group, rows } of found) {
      for (const { name, group: own = group, subcommands = [] } of rows) {
        add(own, name);
        for (const sub of subcommands) add(own, `${name} ${sub.name}`);
      }
    }
  }
  const lines = [...families].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([family, stages]) => {
    return [...stages].map(([stage, names]) => `| ${family} | ${stage} | ${names.sort().map((name) => `\`${name}\``).join(', ')} |`);
  });
  return `| family | stage | commands |\n|---|---|---|\n${lines.join('\n')}\n`;
}

/** The table as it stands in the document. */
export function writtenFamilies(): string {
  const found = TABLE.exec(readFileSync(DOCUMENT, 'utf8'))?.[0];
  if (found === undefined) throw new Error('docs/compatibility.md has no table commands-by-family');
  return found.replace(/^<!--.*-->\n?/gm, '');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const table = await commandFamilies();
  writeFileSync(DOCUMENT, readFileSync(DOCUMENT, 'utf8').replace(TABLE, (_, begin: string, end: string) => begin + table + end));
}
