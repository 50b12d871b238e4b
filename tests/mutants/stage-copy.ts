import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { compileStages } from '../harness/compiled.ts';

/** A stage and shared/, compiled into a folder of their own, where files can be made wrong. */
export interface StageCopy {
  /** The stage's folder: what suites run against. */
  readonly dir: string;
  /** Changes one file, whose path is from the project's root. @returns what undoes it */
  edit(path: string, change: (source: string) => string): () => void;
  remove(): void;
}

export function copyStage(stage: Stage): StageCopy {
  const { root, replace, remove } = compileStages([stage.dir]);
  return {
    dir: join(root, stage.dir),
    edit: (path, change) => replace(path, change(readFileSync(join(PROJECT_ROOT, path), 'utf8'))),
    remove,
  };
}
