import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { git, gitNames } from '../git.ts';
import { ToolError } from '../tool-error.ts';

/** What happened to one file of a stage. `old` is null when it was added, `new` when it was deleted. */
export interface Change {
  /** From the stage's folder: `store/list.ts`. */
  readonly file: string;
  readonly old: Buffer | null;
  readonly new: Buffer | null;
}

/**
 * How a stage's folder, as it is now, differs from a revision. Files that git ignores don't count.
 * @throws ToolError when the revision is unknown
 */
export function changesSince(revision: string, root: string, dir: string): Change[] {
  const commit = resolveCommit(root, revision);
  const before = new Set(gitNames(root, ['ls-tree', '-r', '-z', '--name-only', commit, '--', dir]));
  const names = new Set([
    ...gitNames(root, ['diff', '-z', '--name-only', '--no-renames', '--relative', commit, '--', dir]),
    ...gitNames(root, ['ls-files', '-z', '--others', '--exclude-standard', '--', dir]),
  ]);
  return [...names]
    .sort()
    .map((name) => ({
      file: name.slice(dir.length + 1),
      old: before.has(name) ? git(root, ['show', `${commit}:./${name}`]).output : null,
      new: readIfThere(join(root, name)),
    }))
    .filter((change) => !sameContent(change.old, change.new));
}

/** A file's bytes, or null when there is no such file. */
export function readIfThere(path: string): Buffer | null {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : null;
}

/** Whether two files are alike, byte for byte; null: a file that is not there. */
export function sameContent(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

function resolveCommit(root: string, revision: string): string {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { code, output } = git(root, args, [1, 128]);
  if (code !== 0) throw new ToolError(`There is no revision '${revision}' in ${root} to compare with`);
  return output.toString().trim();
}
