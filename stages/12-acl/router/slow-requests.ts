import { shownArguments } from '#shared/commands/shown-arguments.ts';
import { addressOf } from '../clients/address.ts';
import type { Server } from '../server.ts';
import type { Request } from './request.ts';

/**
 * Requests are timed only while slow ones are of interest: `slowlog-log-slower-than` is not negative, or
 * `latency-monitor-threshold` is not 0.
 */
export function watchSlowRequests(server: Server): void {
  const { options, clock } = server;
  const [slowlog, monitor] = [options['slowlog-log-slower-than'], options['latency-monitor-threshold']];
  clock.slowMs = Math.min(slowlog < 0 ? Infinity : slowlog / 1000, monitor === 0 ? Infinity : monitor);
  clock.onTimed = clock.slowMs < Infinity ? (request, ms) => noteDuration(server, request, ms) : undefined;
}

/** Redis: the end of `call`, `slowlogPushEntryIfNeeded`. EXEC's own time is that of the requests that it runs. */
function noteDuration({ options, slowLog, latencyMonitor }: Server, { client, command, args }: Request, ms: number): void {
  const threshold = options['latency-monitor-threshold'];
  if (threshold > 0 && ms >= threshold) latencyMonitor.add(command.flags.has('fast') ? 'fast-command' : 'command', Math.floor(ms));
  const slowerThan = options['slowlog-log-slower-than'];
  if (slowerThan < 0 || ms * 1000 < slowerThan || command.flags.has('skip_slowlog')) return;
  const entry = {
    time: Math.floor(Date.now() / 1000),
    duration: Math.round(ms * 1000),
    args: shownArguments(command, args),
    address: addressOf(client),
    clientName: client.name,
  };
  slowLog.add(entry, options['slowlog-max-len']);
}
