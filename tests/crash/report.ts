import { HAS_CHECKERS } from './folder.ts';
import type { Outcome } from './lab.ts';
import type { TornTail } from './torn-tail.ts';

const HEAD = [
  ...['scenario', 'policy', 'kills', 'in the act'],
  ...['acknowledged', 'lost', 'oldest lost', 'torn ends', 'read by redis'],
];

/** A table of what was killed, acknowledged and lost; below it what else was seen. */
export function showOutcomes(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => [
    outcome.scenario,
    outcome.policy,
    String(outcome.kills),
    String(outcome.inTheAct),
    String(outcome.acknowledged),
    String(outcome.lost),
    outcome.lost === 0 ? '' : `${outcome.oldestMs.toFixed(0)} ms`,
    String(outcome.torn),
    String(outcome.elsewhere),
  ]);
  const leftovers = [...new Set(outcomes.flatMap((outcome) => [...outcome.leftovers]))];
  const cut = outcomes.reduce((sum, { cutBytes }) => sum + cutBytes, 0);
  const givenUp = outcomes.reduce((sum, outcome) => sum + outcome.givenUp, 0);
  return [
    ...table([HEAD, ...rows]),
    ...(cut > 0 ? [`power cuts took ${cut} bytes that were not synced`] : []),
    ...(leftovers.length > 0 ? [`left over after restarts: ${leftovers.join(', ')}`] : []),
    ...(givenUp > 0 ? [`${givenUp} folders given up: a torn transaction was left open in the file`] : []),
    ...(HAS_CHECKERS ? [] : ['redis-check-aof is not on the PATH: the folders were loaded, and not checked by Redis']),
  ].join('\n');
}

/** A scenario's problems, how to repeat it, and where the folder is. */
export function showProblems({ scenario, policy, problems, kept }: Outcome, seed: number): string {
  const folder = kept === null ? [] : [`  the folder is kept: ${kept}`];
  return [`${scenario}, ${policy}, seed ${seed}:`, ...problems.map((text) => `  ${text}`), ...folder].join('\n');
}

export function showTornTail({ offsets, refused, mended, lostLater, problems, kept }: TornTail): string {
  const refusals = `${refused} refused with aof-load-truncated no`;
  const lines = [`torn-tail: cut at ${offsets} offsets; ${refusals}, ${mended} mended`];
  if (lostLater > 0)
    lines.push(`  real Redis left MULTI in the file ${lostLater} times: a restart then lost the next write`);
  lines.push(...problems.map((text) => `  ${text}`));
  if (kept !== null) lines.push(`  the folder is kept: ${kept}`);
  return lines.join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => {
    const cells = row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)));
    return cells.join('  ').trimEnd();
  });
}
