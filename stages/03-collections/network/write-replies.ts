import type { Socket } from 'node:net';
import { log } from '#shared/log.ts';
import { endConnection } from '#shared/net/listen.ts';
import type { Part } from '#shared/resp/encoder.ts';
import type { Client } from '../clients/client.ts';
import type { NetworkServer } from './network-server.ts';

/** A client that lets this much pile up unread is closed: what one client can cost the server is bounded. */
const OUTPUT_BUFFER_LIMIT = 1024 ** 3;
/** Strings up to this length are replies; longer ones are values, and the store has them anyway. */
const MAX_COPIED = 64 * 1024;

/** Redis: `handleClientsWithPendingWrites`. */
export function handlePendingWrites(server: NetworkServer): void {
  const clients = server.clients.pendingWrite;
  server.clients.pendingWrite = [];
  for (const client of clients) {
    client.pendingWrite = false;
    writeToClient(server, client);
  }
}

/** Hands a client's replies to its socket, and ends the connection of one that is closing (Redis: `writeToClient`). */
export function writeToClient({ clients }: NetworkServer, client: Client): void {
  const { socket, replies, closing } = client;
  if (socket === undefined || socket.destroyed) return;
  const { size } = replies;
  if (size + socket.writableLength > OUTPUT_BUFFER_LIMIT) {
    log.warning(`Closing client id=${client.id}: its output buffer passed ${OUTPUT_BUFFER_LIMIT} bytes`);
    return clients.closeNow(client);
  }
  clients.stats.writes++;
  clients.stats.bytesWritten += size;
  send(socket, replies.take(), closing);
}

/** Hands replies to a socket, and ends the connection of a client that is closing. */
function send(socket: Socket, wire: string | Part[], closing: boolean): void {
  if (typeof wire !== 'string') {
    socket.cork();
    for (const part of wire) write(socket, part);
    socket.uncork();
  } else if (wire !== '') write(socket, wire);
  if (closing) endConnection(socket);
}

/** What must wait for a slow reader waits outside V8's heap. */
function write(socket: Socket, part: Part): void {
  const waits = socket.writableLength > 0 && typeof part === 'string' && part.length <= MAX_COPIED;
  socket.write(waits ? Buffer.from(part, 'latin1') : part, 'latin1');
}
