import type { Command } from '../commands/command.ts';
import type { CommandTable } from '../commands/command-table.ts';
import type { InfoField } from '../info/info.ts';
import { LatencyHistogram } from './latency-histogram.ts';

/** The counters of one command (Redis: `calls`, `microseconds`, … of `struct redisCommand`). */
export class CommandStats {
  /** How many of its calls are still to be timed one by one, since a time was long; and up to when; ms, as the clock has it. */
  timedCalls = 0;
  timedUntil = 0;
  calls = 0;
  /** How long they took; ms. See `CommandClock`. */
  ms = 0;
  /** Requests that a guard refused. */
  rejected = 0;
  /** Calls that ended in an error. */
  failed = 0;
  /** Only where each call is timed. */
  latency: LatencyHistogram | undefined;

  reset(): void {
    this.calls = this.ms = this.rejected = this.failed = 0;
    this.latency = undefined;
  }
}

/** Section Commandstats of INFO: a line for each command that clients have sent. */
export function commandStatsFields(table: CommandTable): InfoField[] {
  return everyCommand(table)
    .filter(({ stats: { calls, rejected, failed } }) => calls + rejected + failed > 0)
    .map(({ fullName, stats: { calls, ms, rejected, failed } }) => {
      const usec = Math.round(ms * 1000);
      const each = calls === 0 ? 0 : usec / calls;
      const counts = `rejected_calls=${rejected},failed_calls=${failed}`;
      return [`cmdstat_${fullName}`, `calls=${calls},usec=${usec},usec_per_call=${each.toFixed(2)},${counts}`];
    });
}

interface Tracked {
  readonly commands: CommandTable;
  readonly options: { readonly 'latency-tracking': boolean; readonly 'latency-tracking-info-percentiles': readonly number[] };
}

/** Section Latencystats of INFO: empty unless `latency-tracking` is set. */
export function latencyStatsFields({ commands, options }: Tracked): InfoField[] {
  if (!options['latency-tracking']) return [];
  return everyCommand(commands).flatMap(({ fullName, stats: { latency } }) => {
    if (latency === undefined) return [];
    const values = options['latency-tracking-info-percentiles'].map((percent) => `p${percent}=${latency.percentile(percent).toFixed(3)}`);
    return [[`latency_percentiles_usec_${fullName}`, values.join(',')] as const];
  });
}

/** Redis: `resetCommandTableStats`. */
export function resetCommandStats(table: CommandTable): void {
  for (const { stats } of everyCommand(table)) stats.reset();
}

function everyCommand({ commands }: CommandTable): Command[] {
  return [...commands.values()].flatMap((command) => [command, ...command.subcommands.values()]);
}
