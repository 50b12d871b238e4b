import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';

/** Section Clients of INFO. */
export function clientsFields(server: Server): InfoField[] {
  return [
    ['connected_clients', server.clients.size - server.replication.replicas.size],
    ['maxclients', server.options.maxclients],
    ['blocked_clients', server.blockedClients.size],
  ];
}
