import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtStages } from '#shared/manifest.ts';
import { readTree } from '../tree/files.ts';
import { importsOf, targetOf } from '../tree/imports.ts';
import type { Check } from './check.ts';

const BEGIN = '<!-- directions -->';
const END = '<!-- /directions -->';

/** Inside a stage imports go the ways that the table in docs/architecture.md allows; imports of types count. */
export const directionsCheck: Check = {
  name: 'imports inside a stage go the ways that docs/architecture.md allows',
  run(root) {
    const path = join(root, 'docs/architecture.md');
    const directions = existsSync(path) ? readDirections(readFileSync(path, 'utf8')) : undefined;
    if (directions === undefined) return { problems: [`docs/architecture.md has no table between ${BEGIN} and ${END}`] };
    return { problems: builtStages(root).flatMap(({ dir }) => strays(root, dir, directions)) };
  },
};

/** What each part of a stage, a folder or a file at its top, may import of the others; `everything` is a word of its own. */
type Directions = ReadonlyMap<string, readonly string[]>;

/** The rows `| part | parts that it may import |` between the markers; names are in backquotes. */
export function readDirections(markdown: string): Directions | undefined {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END, begin);
  if (begin === -1 || end === -1) return undefined;
  const rows = markdown.slice(begin, end).split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.flatMap((row) => {
      const [, parts = '', allowed = ''] = row.split('|');
      return namesIn(parts).map((part) => [part, allowed.includes(EVERYTHING) ? [EVERYTHING] : namesIn(allowed)] as const);
    }),
  );
}

const EVERYTHING = 'everything';

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!.replace(/\/$/, ''));
}

function strays(root: string, dir: string, directions: Directions): string[] {
  const files = [...readTree(join(root, dir))].filter(([name]) => name.endsWith('.ts'));
  return files.flatMap(([name, path]) => {
    const part = name.split('/')[0]!;
    const allowed = directions.get(part);
    if (allowed === undefined) return [`${dir}/${name}: ${part} is in no row of the table`];
    if (allowed.includes(EVERYTHING)) return [];
    const others = importsOf(readFileSync(path, 'utf8')).flatMap((specifier) => {
      const target = targetOf(specifier, path, root);
      return target?.startsWith(`${dir}/`) ? [target.slice(dir.length + 1)] : [];
    });
    return others
      .filter((target) => target.split('/')[0] !== part && !allowed.includes(target.split('/')[0]!))
      .map((target) => `${dir}/${name} imports ${target}: ${part} may import ${allowed.join(', ') || 'shared/ alone'}`);
  });
}
