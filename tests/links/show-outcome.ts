import type { Outcome } from './lab.ts';

/** A run's figures, and what was wrong. */
export function showOutcome(outcome: Outcome): string {
  const { requests, cuts, full, partial, refused, outages, behind, promotions, keys, problems } = outcome;
  return [
    `${requests} requests, ${cuts} links cut, ${outages} outages beyond the backlog, ${promotions} promotions`,
    `${partial} partial syncs, ${refused} refused, ${full} full syncs; a replica fell behind the backlog ${behind} times outside outages`,
    problems.length === 0 ? `equal at the end: ${keys} keys` : problems.join('\n'),
  ].join('\n');
}
