import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import { readTree } from './files.ts';

const IMPORT_FORMS = [
  /^import\s+(?:type\s+)?[\w$*{},\s]+?\s+from\s+['"]([^'"]+)['"]/gm,
  /^import\s+['"]([^'"]+)['"]/gm,
  /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  // A file that is started as a worker, or read at run time.
  /\bnew URL\(\s*['"](\.[^'"]+)['"],\s*import\.meta\.url/g,
];

/** What a module's source refers to, as written there: `./list.ts`, `#shared/log.ts`, `node:fs`, `chalk`. */
export function importsOf(source: string): string[] {
  return [...new Set(IMPORT_FORMS.flatMap((form) => [...source.matchAll(form)].map((match) => match[1]!)))];
}

/** The files of shared/ that a stage needs, directly or through others: names such as `shared/log.ts`, in order. */
export function sharedFilesOf(stage: Pick<Stage, 'dir'>, root: string): string[] {
  const own = [...readTree(join(root, stage.dir)).values()].filter((path) => path.endsWith('.ts'));
  return filesNeededBy(own, root).filter((name) => name.startsWith('shared/'));
}

/** The files of the project that these import, directly or through others, by their names from the root, in order. */
export function filesNeededBy(paths: string[], root: string): string[] {
  const needed = new Set<string>();
  const visit = (path: string) => {
    for (const specifier of importsOf(readFileSync(path, 'utf8'))) {
      const target = targetOf(specifier, path, root);
      if (!target || needed.has(target) || !existsSync(join(root, target))) continue;
      needed.add(target);
      visit(join(root, target));
    }
  };
  paths.forEach(visit);
  return [...needed].sort();
}

/** The name, from the root, of the file that an import in `from` leads to; undefined for a package, and for `node:`. */
export function targetOf(specifier: string, from: string, root: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (!specifier.startsWith('.')) return undefined;
  return relative(root, join(dirname(from), specifier)).split(sep).join('/');
}
