import { log } from '#shared/log.ts';
import type { Client } from './client.ts';
import type { Clients } from './clients.ts';

/**
 * Counts anew what the server keeps of a client's request until that is complete. While all clients together
 * hold more than `limit` bytes (`maxmemory-clients`; 0: no limit), the one that holds most is closed (Redis:
 * `updateClientMemUsage`, `evictClients`).
 */
export function accountClient(clients: Clients, client: Client, limit: number): void {
  clients.heldBytes += client.heldBytes - client.accounted;
  client.accounted = client.heldBytes;
  while (limit > 0 && clients.heldBytes > limit) evictLargest(clients);
}

function evictLargest(clients: Clients): void {
  const [first, ...others] = clients.byId.values();
  const largest = others.reduce((most, client) => (client.accounted > most.accounted ? client : most), first!);
  log.warning(`Evicting client id=${largest.id}: it holds ${largest.accounted} bytes for unfinished requests`);
  clients.stats.evicted++;
  clients.closeNow(largest);
}
