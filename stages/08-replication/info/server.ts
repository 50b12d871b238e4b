import { machine, release, type } from 'node:os';
import type { InfoField } from '#shared/info/info.ts';
import { REDIS_VERSION } from '#shared/redis-version.ts';
import type { Server } from '../server.ts';

/** Section Server of INFO. */
export function serverFields(server: Server): InfoField[] {
  const uptime = Math.floor((Date.now() - server.startTime) / 1000);
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_mode', 'standalone'],
    ['os', `${type()} ${release()} ${machine()}`],
    ['arch_bits', 64],
    ['process_id', process.pid],
    ['run_id', server.runId],
    ['tcp_port', server.port],
    ...listenerFields(server),
    ['server_time_usec', Date.now() * 1000],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86400)],
    ['hz', server.options.hz],
    ['configured_hz', server.options.hz],
    ['lru_clock', server.keyspace.lruClock & 0xffffff],
    ['nodejs_version', process.versions.node],
    ['executable', process.argv[1]!],
    ['config_file', server.configFile],
    ...shutdownFields(server),
  ];
}

/** How long a shutdown waits for replicas, at most; no field when none does. */
function shutdownFields({ shutdownWait: { until } }: Server): InfoField[] {
  return until === undefined ? [] : [['shutdown_in_milliseconds', Math.max(0, until - Date.now())]];
}

/** The kinds of listening sockets and their addresses (Redis: `getListensInfoString`). */
function listenerFields({ options, port }: Server): InfoField[] {
  const { bind, unixsocket } = options;
  const tcp: InfoField = ['listener0', `name=tcp,${bind.map((address) => `bind=${address},`).join('')}port=${port}`];
  return unixsocket === '' ? [tcp] : [tcp, ['listener1', `name=unix,bind=${unixsocket}`]];
}
