import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';

/** Section Stats of INFO. */
export function statsFields(server: Server): InfoField[] {
  const { clients, rates } = server;
  return [
    ['total_connections_received', clients.stats.connections],
    ['total_commands_processed', server.stats.commands],
    ['instantaneous_ops_per_sec', Math.round(rates.perSecond('commands'))],
    ['total_net_input_bytes', clients.stats.bytesRead],
    ['total_net_output_bytes', clients.stats.bytesWritten],
    ['instantaneous_input_kbps', (rates.perSecond('bytesRead') / 1024).toFixed(2)],
    ['instantaneous_output_kbps', (rates.perSecond('bytesWritten') / 1024).toFixed(2)],
    ['rejected_connections', clients.stats.rejectedConnections],
    ['expired_keys', server.keyspace.stats.expired],
    ['expired_time_cap_reached_count', server.expireCycle.stats.capReached],
    ['expire_cycle_cpu_milliseconds', Math.round(server.expireCycle.stats.ms)],
    ['evicted_keys', server.keyspace.stats.evicted],
    ['evicted_clients', clients.stats.evicted],
    ['keyspace_hits', server.keyspace.stats.hits],
    ['keyspace_misses', server.keyspace.stats.misses],
    ['total_error_replies', clients.errors.total],
    ['total_reads_processed', clients.stats.reads],
    ['total_writes_processed', clients.stats.writes],
  ];
}
