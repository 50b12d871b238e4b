import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How many core tests of a suite a server passed in its last run. */
export interface SuiteProgress {
  readonly passed: number;
  readonly total: number;
}

/** By server (as it is named on the command line), then by the number of the suite. */
export type Progress = Record<string, Record<string, SuiteProgress>>;

export function progressFile(root: string): string {
  return join(root, 'node_modules/.cache/build-your-own-redis/progress.json');
}

/** What the last runs have written; nothing when there were none, or the file cannot be read. */
export function readProgress(root: string): Progress {
  try {
    return JSON.parse(readFileSync(progressFile(root), 'utf8')) as Progress;
  } catch {
    return {};
  }
}

/** Remembers a run; suites that it did not run keep what was known. A file that cannot be written is no failure of the run. */
export function recordProgress(root: string, server: string, suites: Record<string, SuiteProgress>): void {
  const all = readProgress(root);
  const file = progressFile(root);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...all, [server]: { ...all[server], ...suites } }, null, 2));
  } catch (error) {
    console.error(`The progress could not be written: ${(error as Error).message}`);
  }
}
