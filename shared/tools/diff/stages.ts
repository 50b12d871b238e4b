import { join } from 'node:path';
import { builtStages, type Stage } from '#shared/manifest.ts';
import { readTree, type FileTree } from '../tree/files.ts';
import { sharedFilesOf } from '../tree/imports.ts';
import { diffTrees, type FileDiff } from './trees.ts';

export interface StageDiff {
  /** The stage before; undefined for the first, which is compared with nothing. */
  readonly before: Stage | undefined;
  /** Files of the stage's folder, and those of shared/ that it is the first to need, as new ones. */
  readonly files: FileDiff[];
}

/** A stage's diff: the stage against the last one built before it. */
export function diffStage(stage: Stage, root: string): StageDiff {
  const before = builtStages(root).filter(({ number }) => number < stage.number).at(-1);
  return { before, files: diffTrees(before ? treeOf(before, root) : new Map(), treeOf(stage, root)) };
}

/** A stage's own files by their names in its folder, and what it needs of shared/ under `shared/`. */
function treeOf(stage: Stage, root: string): FileTree {
  const files = readTree(join(root, stage.dir));
  for (const name of sharedFilesOf(stage, root)) files.set(name, join(root, name));
  return files;
}
