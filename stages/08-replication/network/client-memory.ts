import { log } from '#shared/log.ts';
import type { Server } from '../server.ts';
import type { Client } from './client.ts';

/**
 * Takes new account of what a client makes the server keep until its request is complete. While all clients together
 * hold more than `maxmemory-clients`, the one that holds most is closed (`updateClientMemUsage`, `evictClients`).
 */
export function accountClient(server: Server, client: Client): void {
  account(server, client, client.heldBytes);
  const limit = server.options['maxmemory-clients'];
  while (limit > 0 && server.clientsBytes > limit) evict(server);
}

/** The client is gone, and what it held with it. */
export function forgetClient(server: Server, client: Client): void {
  account(server, client, 0);
}

function account(server: Server, client: Client, bytes: number): void {
  server.clientsBytes += bytes - client.accounted;
  client.accounted = bytes;
}

function evict(server: Server): void {
  const [first, ...others] = server.clients.values();
  const largest = others.reduce((most, client) => (client.accounted > most.accounted ? client : most), first!);
  log.warning(`Evicting client id=${largest.id}: it holds ${largest.accounted} bytes for unfinished requests`);
  server.freeClient(largest);
  largest.socket.destroy();
}
