import type { InfoField } from '#shared/info/info.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { Server } from '../server.ts';

/** Section Clients of INFO. */
export function clientsFields(server: Server): InfoField[] {
  const waited = server.keyWaits.countKeys();
  return [
    ['connected_clients', server.clients.size],
    ['maxclients', server.options.maxclients],
    ['client_recent_max_input_buffer', largest(server.clients, (client) => client.parser.size)],
    ['client_recent_max_output_buffer', largest(server.clients, (client) => client.outputBytes)],
    ['blocked_clients', server.blockedClients.size],
    ['clients_in_timeout_table', server.blockedClients.withTimeout],
    ['total_blocking_keys', waited.keys],
    ['total_blocking_keys_on_nokey', waited.orRemoved],
  ];
}

/** The largest figure that a connection has now. */
function largest({ byId }: Clients, bytes: (client: Client) => number): number {
  let most = 0;
  for (const client of byId.values()) most = Math.max(most, bytes(client));
  return most;
}
