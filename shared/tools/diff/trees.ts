import { readFileSync } from 'node:fs';
import { git } from '../git.ts';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import type { FileTree } from '../tree/files.ts';

export interface FileDiff {
  readonly file: string;
  readonly kind: 'new' | 'changed' | 'removed';
  readonly added: number;
  readonly removed: number;
  /** Lines of the hunks: each begins with `@`, `+`, `-`, a blank or `\`. */
  readonly hunks: string[];
}

/** The files in which two trees differ, white space aside: new ones first, then changed, then removed. */
export function diffTrees(before: FileTree, after: FileTree): FileDiff[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const diffs = names.map((file) => diffFile(file, before.get(file), after.get(file))).filter((diff) => diff !== null);
  return (['new', 'changed', 'removed'] as const).flatMap((kind) => diffs.filter((diff) => diff.kind === kind));
}

function diffFile(file: string, old: string | undefined, now: string | undefined): FileDiff | null {
  if (old !== undefined && now !== undefined) {
    if (readFileSync(old).equals(readFileSync(now))) return null;
    const hunks = diffOf(old, now);
    return hunks.length === 0 ? null : count(file, 'changed', hunks);
  }
  if (now !== undefined) return count(file, 'new', diffOf('/dev/null', now));
  return count(file, 'removed', diffOf(old!, '/dev/null'));
}

/** The hunks alone: the lines before the first `@@` name the files, and the caller has better names. */
function diffOf(old: string, now: string): string[] {
  const args = ['diff', '--no-index', '-w', '--no-color', '--no-ext-diff', '--no-textconv', '--text', '--', old, now];
  const lines = git(PROJECT_ROOT, args, [1]).output.toString().split('\n');
  const first = lines.findIndex((line) => line.startsWith('@@'));
  return first === -1 ? [] : lines.slice(first, -1);
}

function count(file: string, kind: FileDiff['kind'], hunks: string[]): FileDiff {
  const starting = (mark: string) => hunks.filter((line) => line.startsWith(mark)).length;
  return { file, kind, added: starting('+'), removed: starting('-'), hunks };
}
