import { join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import { readIfThere, sameContent, type Change } from './changes.ts';
import { mergeFile, type Clash } from './merge.ts';

export type Action = 'copied' | 'merged' | 'added' | 'deleted' | 'already there';

/** What one file of one later stage becomes. `after` is null when it is deleted. */
export interface Step {
  readonly stage: Stage;
  readonly file: string;
  readonly path: string;
  readonly action: Action;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

/** Why a file of a later stage cannot follow: clashing lines, or a reason in words. */
export interface Conflict {
  readonly stage: Stage;
  readonly file: string;
  readonly reason: string;
  readonly clashes: Clash[];
}

/** Works out every later stage's files, in memory; writes nothing. */
export function planCarry(changes: Change[], later: Stage[], root: string): { steps: Step[]; conflicts: Conflict[] } {
  const steps: Step[] = [];
  const conflicts: Conflict[] = [];
  for (const stage of later) {
    for (const change of changes) {
      const path = join(root, stage.dir, change.file);
      const before = readIfThere(path);
      const result = follow(change, before);
      if ('reason' in result) conflicts.push({ stage, file: change.file, ...result });
      else steps.push({ stage, file: change.file, path, before, ...result });
    }
  }
  return { steps, conflicts };
}

type Followed = { action: Action; after: Buffer | null } | { reason: string; clashes: Clash[] };

function follow(change: Change, ours: Buffer | null): Followed {
  if (sameContent(ours, change.new)) return { action: 'already there', after: ours };
  if (change.old === null) {
    if (ours === null) return { action: 'added', after: change.new };
    return conflict('a file of that name is there, with other content');
  }
  if (ours === null) return conflict('there is no such file to change');
  if (change.new === null) {
    if (ours.equals(change.old)) return { action: 'deleted', after: null };
    return conflict('it differs from the file that was deleted');
  }
  if (ours.equals(change.old)) return { action: 'copied', after: change.new };
  const merge = mergeFile(ours, change.old, change.new);
  if ('binary' in merge) return conflict('git cannot merge it: it is not a text file');
  if ('clashes' in merge) return { reason: 'both changed the same lines', clashes: merge.clashes };
  return { action: merge.merged.equals(ours) ? 'already there' : 'merged', after: merge.merged };
}

function conflict(reason: string): Followed {
  return { reason, clashes: [] };
}
