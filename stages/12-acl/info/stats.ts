import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';

/** Section Stats of INFO. */
export function statsFields(server: Server): InfoField[] {
  const { clients, rates } = server;
  const link = server.replication.stats;
  return [
    ['total_connections_received', clients.stats.connections],
    ['total_commands_processed', server.stats.commands],
    ['instantaneous_ops_per_sec', Math.round(rates.perSecond('commands'))],
    ['total_net_input_bytes', clients.stats.bytesRead + link.linkRead],
    ['total_net_output_bytes', clients.stats.bytesWritten + link.linkWritten],
    ['total_net_repl_input_bytes', link.linkRead],
    ['total_net_repl_output_bytes', link.linkWritten],
    ['instantaneous_input_kbps', ((rates.perSecond('bytesRead') + rates.perSecond('linkRead')) / 1024).toFixed(2)],
    ['instantaneous_output_kbps', ((rates.perSecond('bytesWritten') + rates.perSecond('linkWritten')) / 1024).toFixed(2)],
    ['instantaneous_input_repl_kbps', (rates.perSecond('linkRead') / 1024).toFixed(2)],
    ['instantaneous_output_repl_kbps', (rates.perSecond('linkWritten') / 1024).toFixed(2)],
    ['rejected_connections', clients.stats.rejectedConnections],
    ['sync_full', server.replication.stats.full],
    ['sync_partial_ok', server.replication.stats.partialOk],
    ['sync_partial_err', server.replication.stats.partialErr],
    ['expired_keys', server.keyspace.stats.expired],
    ['expired_time_cap_reached_count', server.expireCycle.stats.capReached],
    ['expire_cycle_cpu_milliseconds', Math.round(server.expireCycle.stats.ms)],
    ['evicted_keys', server.keyspace.stats.evicted],
    ['evicted_clients', clients.stats.evicted],
    ['keyspace_hits', server.keyspace.stats.hits],
    ['keyspace_misses', server.keyspace.stats.misses],
    ['pubsub_channels', server.pubsub.channels.size],
    ['pubsub_patterns', server.pubsub.patterns.size],
    ['pubsubshard_channels', server.pubsub.shardChannels.size],
    ['tracking_total_keys', server.tracking.table.size],
    ['tracking_total_items', server.tracking.table.items],
    ['tracking_total_prefixes', server.tracking.broadcasts.size],
    ['acl_access_denied_auth', server.acl.stats.auth],
    ['acl_access_denied_cmd', server.acl.stats.command],
    ['acl_access_denied_key', server.acl.stats.key],
    ['acl_access_denied_channel', server.acl.stats.channel],
    ['unexpected_error_replies', link.unexpectedErrors],
    ['total_error_replies', clients.errors.total],
    ['total_reads_processed', clients.stats.reads],
    ['total_writes_processed', clients.stats.writes],
  ];
}
