import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtStages } from '#shared/manifest.ts';
import { diffTrees } from '../diff/trees.ts';
import { readTree, type FileTree } from '../tree/files.ts';
import type { Check } from './check.ts';

/** Nothing of a stage is removed, renamed, moved or re-indented in the next: a reader finds each file where it was. */
export const movesCheck: Check = {
  name: 'no file is removed, moved or re-indented from one stage to the next',
  run(root) {
    const stages = builtStages(root);
    return {
      problems: stages.slice(1).flatMap((stage, i) => {
        const before = readTree(join(root, stages[i]!.dir));
        const after = readTree(join(root, stage.dir));
        return [...removed(before, after), ...reindented(before, after)].map((text) => `${stage.dir}: ${text}`);
      }),
    };
  },
};

function removed(before: FileTree, after: FileTree): string[] {
  const gone = [...before.keys()].filter((file) => !after.has(file));
  const fresh = [...after.keys()].filter((file) => !before.has(file));
  return gone.map((file) => {
    const target = fresh.find((candidate) => similar(before.get(file)!, after.get(candidate)!));
    return target ? `${file} was moved to ${target}` : `${file} is gone`;
  });
}

function reindented(before: FileTree, after: FileTree): string[] {
  const changed = new Set(diffTrees(before, after).map(({ file }) => file));
  const same = [...after.keys()].filter((file) => before.has(file) && !changed.has(file));
  return same
    .filter((file) => !readFileSync(before.get(file)!).equals(readFileSync(after.get(file)!)))
    .map((file) => `${file} differs in white space alone`);
}

/** Whether half of a file's lines, trivial ones aside, are found in the other. */
function similar(a: string, b: string): boolean {
  const lines = linesOf(a);
  const others = new Set(linesOf(b));
  return lines.length > 0 && lines.filter((line) => others.has(line)).length * 2 >= lines.length;
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').map((line) => line.trim()).filter((line) => line.length > 3);
}
