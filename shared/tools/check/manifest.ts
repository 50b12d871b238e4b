import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allStages, type Stage } from '#shared/manifest.ts';
import { gitNames } from '../git.ts';
import type { Check } from './check.ts';

/** The rows are well formed, every folder of stages/ has its row, and the stages are built in order, without a gap. */
export const manifestCheck: Check = {
  name: 'the manifest matches the folders',
  run(root) {
    const stages = allStages(root);
    return { problems: [...stages.flatMap(malformed), ...strayFolders(stages, root), ...gaps(stages)] };
  },
};

const TOP_FOLDERS = ['stages', 'shared', 'tests', 'docs'];

/** The project's folders are four, hidden ones aside. */
export const topFoldersCheck: Check = {
  name: 'no top-level folder but stages, shared, tests and docs',
  run(root) {
    const names = gitNames(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
    const folders = new Set(names.filter((name) => name.includes('/')).map((name) => name.split('/')[0]!));
    const strays = [...folders].filter((name) => !name.startsWith('.') && !TOP_FOLDERS.includes(name));
    return { problems: strays.map((name) => `${name}/ is in the way`) };
  },
};

function malformed({ number, name, title, idea, works, budget }: Stage): string[] {
  const problems: string[] = [];
  if (!/^[a-z]+(-[a-z]+)*$/.test(name)) problems.push(`stage ${number}: the name '${name}' is not lower-case words`);
  for (const [what, text] of Object.entries({ title, idea, works })) {
    if (text.trim() === '' || text.includes('\n')) problems.push(`stage ${number}: its ${what} is not one line`);
  }
  if (budget.touched < 0) problems.push(`stage ${number}: a negative budget`);
  return problems;
}

function strayFolders(stages: Stage[], root: string): string[] {
  const known = new Set(stages.map(({ dir }) => dir));
  return readdirSync(join(root, 'stages'))
    .map((name) => `stages/${name}`)
    .filter((dir) => !known.has(dir))
    .map((dir) => `${dir} is in no row of the manifest`);
}

function gaps(stages: Stage[]): string[] {
  const last = stages.findLastIndex(({ built }) => built);
  return stages.slice(0, last).filter(({ built }) => !built).map(({ dir }) => `${dir}/main.ts is missing`);
}
