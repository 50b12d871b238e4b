import { endConnection } from '#shared/net/listen.ts';
import { writePart, writeParts } from '#shared/net/write-parts.ts';
import type { Part } from '#shared/resp/encoder.ts';
import type { Client } from '../clients/client.ts';
import type { NetworkServer } from './network-server.ts';
import { checkOutputLimit } from './output-limit.ts';

/** Sends the replies of all clients that have some (Redis: `handleClientsWithPendingWrites`). */
export function handlePendingWrites(server: NetworkServer): void {
  for (const client of server.clients.takePendingWrite()) send(client, takeReplies(server, client), client.closing);
}

/** Takes a client's replies, unless they pass its limit. */
export function takeReplies(server: NetworkServer, client: Client): string | Part[] {
  checkOutputLimit(server, client);
  const { stats } = server.clients;
  stats.writes++;
  stats.bytesWritten += client.replies.size;
  return client.replies.take();
}

/** Hands replies to the client's socket, and ends the connection if it is `closing` (Redis: `writeToClient`). */
export function send({ socket }: Client, wire: string | Part[], closing: boolean): void {
  if (socket === undefined || socket.destroyed) return;
  if (typeof wire !== 'string') writeParts(socket, wire);
  else if (wire !== '') writePart(socket, wire);
  if (closing) endConnection(socket);
}
