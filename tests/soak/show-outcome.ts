import type { SoakOutcome } from './lab.ts';

/** What a run has shown, for people. */
export function showOutcome(outcome: SoakOutcome): string {
  const { seen, pauses, slopes, problems } = outcome;
  const first = outcome.primary[Math.floor(outcome.primary.length / 3)];
  const last = outcome.primary.at(-1);
  const lines = [
    `${seen.requests} requests, ${seen.visits} clients that came and went, ${seen.messages} messages, ${(seen.slowBytes / 2 ** 20).toFixed(0)} MB read slowly`,
    `${outcome.saves} background saves, ${outcome.rewrites} rewrites of the log, ${outcome.keys} keys compared`,
    `resident memory of the primary: ${first?.rss.toFixed(0)} MB after a third, ${last?.rss.toFixed(0)} MB at the end`,
    `memory, MB an hour over the last two thirds: primary ${perHour(slopes.primaryRss)} resident, ${perHour(slopes.primaryUsed)} counted; replica ${perHour(slopes.replicaRss)} resident`,
    `${outcome.pings} pings, ${pauses.length} longer than 50 ms${pauses.length > 0 ? `, the longest ${Math.max(...pauses.map(({ took }) => took)).toFixed(0)} ms` : ''}`,
  ];
  const reasons = new Map<string, number[]>();
  for (const { why, took } of pauses) reasons.set(why, [...(reasons.get(why) ?? []), took]);
  for (const [why, times] of reasons) lines.push(`  ${times.length} times, up to ${Math.max(...times).toFixed(0)} ms: ${why}`);
  lines.push(problems.length === 0 ? 'no problems' : problems.slice(0, 30).join('\n'));
  return lines.join('\n');
}

function perHour(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}`;
}
