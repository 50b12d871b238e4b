import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';

/** Section Stats of INFO. */
export function statsFields(server: Server): InfoField[] {
  return [
    ['total_connections_received', server.clients.stats.connections],
    ['total_commands_processed', server.stats.commands],
    ['rejected_connections', server.clients.stats.rejectedConnections],
    ['expired_keys', server.keyspace.stats.expired],
    ['keyspace_hits', server.keyspace.stats.hits],
    ['keyspace_misses', server.keyspace.stats.misses],
  ];
}
