import { log } from '#shared/log.ts';
import { endConnection } from '#shared/net/listen.ts';
import type { Server } from '../server.ts';
import type { Client } from './client.ts';

/** A client that lets this much pile up unread is closed: what one client can cost the server is bounded. */
const OUTPUT_BUFFER_LIMIT = 1024 ** 3;

/** Replies leave at the end of this turn of the event loop, all clients' together (Redis: `clientsPendingWrite`). */
export function scheduleFlush(server: Server, client: Client): void {
  if (client.pendingWrite) return;
  client.pendingWrite = true;
  if (server.clientsPendingWrite.push(client) === 1) setImmediate(server.beforeSleep);
}

/** Redis: `handleClientsWithPendingWrites`. */
export function flushPendingWrites(server: Server): void {
  const clients = server.clientsPendingWrite;
  server.clientsPendingWrite = [];
  for (const client of clients) {
    client.pendingWrite = false;
    flush(client);
  }
}

/** Hands a client's replies to its socket, and ends the connection of one that is closing (Redis: `writeToClient`). */
export function flush(client: Client): void {
  const { socket } = client;
  const wire = client.replies.take();
  if (typeof wire !== 'string') {
    socket.cork();
    for (const part of wire) socket.write(part, 'latin1');
    socket.uncork();
  } else if (wire !== '') socket.write(wire, 'latin1');
  if (client.closing) endConnection(socket);
  else if (socket.writableLength > OUTPUT_BUFFER_LIMIT) {
    log.warning(`Closing client id=${client.id}: its output buffer passed ${OUTPUT_BUFFER_LIMIT} bytes`);
    socket.destroy();
  }
}
