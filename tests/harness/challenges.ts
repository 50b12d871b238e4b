import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { compileStages } from './compiled.ts';

const FOLDER = 'tests/challenges';

/** The files with the tests of a chapter's challenges, from the project's root. */
export function challengesOf(number: string): string[] {
  const folder = join(PROJECT_ROOT, FOLDER);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.filter((file) => file.startsWith(`${number}-`) && file.endsWith('.test.ts')).map((file) => `${FOLDER}/${file}`);
}

/**
 * Calls `use` with the folder of a compiled copy of the stage in which the challenges are solved: the files below
 * `tests/challenges/NN` stand in place of the stage's own.
 */
export async function withSolution<T>(stage: Stage, use: (dir: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'challenge-'));
  try {
    const copy = join(root, stage.dir);
    mkdirSync(copy, { recursive: true });
    cpSync(join(PROJECT_ROOT, stage.dir), copy, { recursive: true });
    cpSync(join(PROJECT_ROOT, FOLDER, stage.number), copy, { recursive: true });
    cpSync(join(PROJECT_ROOT, 'shared'), join(root, 'shared'), { recursive: true });
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
    const packageJson = { type: 'module', imports: { '#shared/*': './shared/*' } };
    writeFileSync(join(root, 'package.json'), JSON.stringify(packageJson));
    const compiled = compileStages([stage.dir], root);
    try {
      return await use(join(compiled.root, stage.dir));
    } finally {
      compiled.remove();
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
