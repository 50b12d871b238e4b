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
  while (limit > 0 && clients.heldBytes > limit && evictLargest(clients));
}

/** Updates the count of what waits for a client outside V8's heap. */
export function accountOutput(clients: Clients, client: Client, bytes: number): void {
  clients.outputBytes += bytes - client.accountedOutput;
  client.accountedOutput = bytes;
}

/** As `accountClient`, but replies that clients have not read yet and arguments that are not complete count too. */
export function evictClients(clients: Clients, limit: number): void {
  if (limit === 0 || clients.heldBytes + clients.outputBytes <= limit) return;
  // Some clients may have read replies since their bytes were counted.
  for (const client of clients.byId.values()) if (client.accountedOutput > 0) accountOutput(clients, client, client.bufferedBytes);
  while (clients.heldBytes + clients.outputBytes > limit && evictLargest(clients));
}

/** Replicas, the primary, and clients that have said CLIENT NO-EVICT stay. @returns whether there was one to close */
function evictLargest(clients: Clients): boolean {
  let largest: Client | undefined;
  for (const client of clients.byId.values()) {
    if (client.noEvict || client.type === 'replica' || client.type === 'primary') continue;
    if (takenBy(client) > (largest === undefined ? 0 : takenBy(largest))) largest = client;
  }
  if (largest === undefined) return false;
  log.warning(`Evicting client id=${largest.id}: it holds ${takenBy(largest)} bytes for requests and replies`);
  clients.stats.evicted++;
  clients.closeNow(largest);
  return true;
}

function takenBy({ accounted, accountedOutput }: Client): number {
  return accounted + accountedOutput;
}
