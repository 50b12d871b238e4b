import { builtStages, type Stage } from '#shared/manifest.ts';

/**
 * The stages from this number on, for tests that start stages themselves. `npm test` without `--every` sets STAGES=ends:
 * then the first and the last of them.
 */
export function stagesToTry(from: string): Stage[] {
  const stages = builtStages().filter(({ number }) => number >= from);
  return process.env['STAGES'] === 'ends' ? stages.filter((_, at) => at === 0 || at === stages.length - 1) : stages;
}
