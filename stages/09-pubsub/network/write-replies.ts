import type { Socket } from 'node:net';
import { endConnection } from '#shared/net/listen.ts';
import type { Part } from '#shared/resp/encoder.ts';
import { release } from '#shared/resp/receive-buffers.ts';
import type { Client } from '../clients/client.ts';
import type { NetworkServer } from './network-server.ts';
import { checkOutputLimit } from './output-limit.ts';

/** Strings up to this length are replies; longer ones are values, and the store has them anyway. */
const MAX_COPIED = 64 * 1024;

/** Sends the replies of all clients that have some (Redis: `handleClientsWithPendingWrites`). */
export function handlePendingWrites(server: NetworkServer): void {
  for (const client of server.clients.takePendingWrite()) send(client, takeReplies(server, client), client.closing);
}

/** Takes what a client is to be sent, if that is not too much. */
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
  if (typeof wire !== 'string') {
    socket.cork();
    for (const part of wire) write(socket, part);
    socket.uncork();
  } else if (wire !== '') write(socket, wire);
  if (closing) endConnection(socket);
}

/** What must wait for a slow reader waits outside V8's heap. */
function write(socket: Socket, part: Part): void {
  if (typeof part !== 'string') return void socket.write(part, () => release(part));
  const waits = socket.writableLength > 0 && part.length <= MAX_COPIED;
  socket.write(waits ? Buffer.from(part, 'latin1') : part, 'latin1');
}
