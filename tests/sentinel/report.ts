import type { Failover, Outcome } from './lab.ts';
import { FAULTS } from './members.ts';

const HEAD = ['fault', 'failovers', 'acknowledged', 'lost', 'explained', 'down, median', 'longest'];

/** A line for each kind of fault, and what went wrong. */
export function showOutcome({ failovers, problems }: Outcome): string {
  const rows = FAULTS.flatMap((fault) => {
    const own = failovers.filter((failover) => failover.fault === fault);
    return own.length === 0 ? [] : [rowOf(fault, own)];
  });
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const lines = [HEAD, ...rows].map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '));
  return [...lines, ...problems].join('\n');
}

/** `explained`: lost writes of failovers in which the replica that was promoted had less than the other one. */
function rowOf(fault: string, failovers: readonly Failover[]): string[] {
  const sum = (of: (failover: Failover) => number) => String(failovers.reduce((total, failover) => total + of(failover), 0));
  const times = failovers.map(({ downMs }) => downMs).sort((a, b) => a - b);
  return [
    fault,
    String(failovers.length),
    sum(({ acknowledged }) => acknowledged),
    sum(({ lost }) => lost),
    sum(({ lost, promotedWasBehind }) => (promotedWasBehind ? lost : 0)),
    seconds(times[Math.floor(times.length / 2)]!),
    seconds(times.at(-1)!),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
