import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';

/** A small project tree of a test's own; its path has a blank in it, as a learner's may. */
export interface Scratch {
  readonly root: string;
  /** Writes files; a null deletes. Paths are from the root. */
  write(files: Record<string, string | null>): void;
  /** A file's text, or null when there is none. */
  read(path: string): string | null;
  commit(message?: string): void;
  git(...args: string[]): string;
}

/** Made in the temporary folder, with these files committed; gone when the test ends. */
export function scratchTree(files: Record<string, string>): Scratch {
  const root = join(mkdtempSync(join(tmpdir(), 'scratch-')), 'my project');
  mkdirSync(root);
  onTestFinished(() => rmSync(dirname(root), { recursive: true, force: true }));
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const scratch: Scratch = {
    root,
    git,
    write(changed) {
      for (const [path, text] of Object.entries(changed)) {
        const full = join(root, path);
        mkdirSync(dirname(full), { recursive: true });
        if (text === null) rmSync(full);
        else writeFileSync(full, text);
      }
    },
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null),
    commit(message = 'Change') {
      git('add', '-A');
      git('commit', '-qm', message);
    },
  };
  git('init', '-q');
  scratch.write(files);
  scratch.commit();
  return scratch;
}

/** Lines `1 … n`, with some of them replaced. */
export function numbered(n: number, replaced: Record<number, string> = {}): string {
  return Array.from({ length: n }, (_, i) => `${replaced[i + 1] ?? `line ${i + 1}`}\n`).join('');
}

/** Lines of a report as one text without colours. */
export function plain(lines: string[]): string {
  return stripVTControlCharacters(lines.join('\n'));
}
