import type { Command } from '#shared/commands/command.ts';
import type { LatencyEvent } from '#shared/stats/latency-monitor.ts';
import { MapReply, Verbatim, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow, Family, Handler } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';

const ONE_NODE = 'nondeterministic_output request_policy:all_nodes response_policy:special';

/** Moments at which the server kept its clients waiting (Redis: `latencyCommand`). */
export const latency: Family = {
  group: 'server',
  rows: [
    {
      name: 'latency',
      arity: -2,
      flags: '',
      since: '2.8.13',
      summary: 'Moments at which the server kept its clients waiting.',
      subcommands: [
        latencyRow('doctor', 2, 'A report in words.', '', doctor),
        latencyRow('histogram', -2, 'How long the calls of commands took, where latency-tracking is on.', '[<command> ...]', histogram, '7.0.0'),
        latencyRow('history', 3, 'The samples of an event: time, and ms.', '<event>', history),
        latencyRow('latest', 2, 'The latest sample of each event, and its longest.', '', latest),
        {
          ...latencyRow('reset', -2, 'Forgets events, or all of them.', '[<event> ...]', ({ server, args }) => server.latencyMonitor.reset(args.slice(2))),
          tips: 'request_policy:all_nodes response_policy:all_succeeded',
        },
      ],
    },
  ],
};

function latencyRow(name: string, arity: number, summary: string, syntax: string, run: Handler, since = '2.8.13'): CommandRow {
  return { name, arity, flags: 'admin noscript loading stale', tips: ONE_NODE, since, summary, syntax, run };
}

function latest({ server }: Request): Reply {
  return [...server.latencyMonitor.events].map(([name, { samples, max }]) => {
    const { time, latency } = samples.at(-1)!;
    return [name, time, latency, max];
  });
}

function history({ server, args }: Request): Reply {
  return (server.latencyMonitor.events.get(args[2]!)?.samples ?? []).map(({ time, latency }) => [time, latency]);
}

/** `LATENCY HISTOGRAM [command …]`: of a container, each of its sub-commands. */
function histogram({ server, args }: Request): Reply {
  const table = server.commands;
  const asked = args.length === 2 ? [...table.commands.keys()] : args.slice(2);
  const found = asked.flatMap((name) => {
    const [container, sub] = name.toLowerCase().split('|');
    const command = table.commands.get(container!);
    if (command === undefined) return [];
    if (sub !== undefined) return command.subcommands.get(sub) ?? [];
    return command.subcommands.size > 0 ? [...command.subcommands.values()] : [command];
  });
  return new MapReply(found.flatMap((command) => histogramOf(command)));
}

function histogramOf({ fullName, stats: { latency } }: Command): Reply[] {
  if (latency === undefined) return [];
  const steps = new MapReply(latency.cumulative().flat());
  return [fullName, new MapReply(['calls', latency.calls, 'histogram_usec', steps])];
}

/** LATENCY DOCTOR: what the samples say, without the guesses of Redis's own. */
function doctor({ server }: Request): Reply {
  const { options, latencyMonitor } = server;
  const threshold = options['latency-monitor-threshold'];
  if (threshold === 0) {
    return text("The latency monitor is off. Turn it on with 'CONFIG SET latency-monitor-threshold <milliseconds>'.");
  }
  if (latencyMonitor.events.size === 0) return text(`Nothing has taken longer than ${threshold} ms.`);
  const lines = [...latencyMonitor.events].map(([name, event]) => describe(name, event));
  const slowlog = options['slowlog-log-slower-than'];
  if (slowlog < 0 || slowlog > threshold * 1000) {
    lines.push(`SLOWLOG shows these requests after 'CONFIG SET slowlog-log-slower-than ${threshold * 1000}'.`);
  } else lines.push('SLOWLOG shows the requests that took so long.');
  return text(lines.join('\n'));
}

function describe(name: string, { samples, max }: LatencyEvent): string {
  const average = samples.reduce((sum, { latency }) => sum + latency, 0) / samples.length;
  return `${name}: ${samples.length} latency spikes (average ${Math.round(average)} ms), the longest of all ${max} ms.`;
}

function text(lines: string): Reply {
  return new Verbatim('txt', `${lines}\n`);
}
