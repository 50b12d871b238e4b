import type { Outcome } from './lab.ts';

/** A run's figures, and what differs. */
export function showOutcome({ count, keys, compared, problems }: Outcome): string {
  const lines = [...compared].map(([what, times]) => `  ${what}: ${times} times`);
  const verdict = problems.length === 0 ? [`all equal: ${keys} keys compared`] : problems;
  return [`${count} commands`, ...lines, ...verdict].join('\n');
}
