import { builtStages, type Stage } from '#shared/manifest.ts';

/** Whether nothing is left out: `npm test` without `--every` sets STAGES=ends. */
export const TRIES_ALL = process.env['STAGES'] !== 'ends';

/** The stages from this number on, for tests that start stages themselves; the first and the last of them unless all is tried. */
export function stagesToTry(from: string): Stage[] {
  const stages = builtStages().filter(({ number }) => number >= from);
  return TRIES_ALL ? stages : stages.filter((_, at) => at === 0 || at === stages.length - 1);
}
