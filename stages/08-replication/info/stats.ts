import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';

/** Section Stats of INFO. */
export function statsFields(server: Server): InfoField[] {
  return [
    ['total_connections_received', server.clients.stats.connections],
    ['total_commands_processed', server.stats.commands],
    ['rejected_connections', server.clients.stats.rejectedConnections],
    ['sync_full', server.replication.stats.full],
    ['sync_partial_ok', server.replication.stats.partialOk],
    ['sync_partial_err', server.replication.stats.partialErr],
    ['expired_keys', server.keyspace.stats.expired],
    ['keyspace_hits', server.keyspace.stats.hits],
    ['keyspace_misses', server.keyspace.stats.misses],
  ];
}
