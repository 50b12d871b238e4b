import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';

/** A stage and shared/ in a folder of their own, where files can be made wrong. */
export interface StageCopy {
  /** The stage's folder: what suites run against. */
  readonly dir: string;
  /** Changes one file, whose path is from the project's root. @returns what undoes it */
  edit(path: string, change: (source: string) => string): () => void;
  /** Removes the copy; a signal that ends this process does so, too. */
  remove(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function copyStage(stage: Stage): StageCopy {
  const root = mkdtempSync(join(tmpdir(), 'mutant-'));
  const dir = join(root, stage.dir);
  mkdirSync(dir, { recursive: true });
  cpSync(join(PROJECT_ROOT, stage.dir), dir, { recursive: true });
  cpSync(join(PROJECT_ROOT, 'shared'), join(root, 'shared'), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module', imports: { '#shared/*': './shared/*' } }));
  const removeRoot = () => rmSync(root, { recursive: true, force: true });
  for (const signal of SIGNALS) process.once(signal, removeRoot);
  return {
    dir,
    edit(path, change) {
      const file = join(root, path);
      const source = readFileSync(file, 'utf8');
      writeFileSync(file, change(source));
      return () => writeFileSync(file, source);
    },
    remove() {
      for (const signal of SIGNALS) process.off(signal, removeRoot);
      removeRoot();
    },
  };
}
