import type { Socket } from 'node:net';
import { log } from '#shared/log.ts';
import { endConnection } from '#shared/net/listen.ts';
import type { Part } from '#shared/resp/encoder.ts';
import type { Server } from '../server.ts';
import type { Client } from './client.ts';

/** A client that lets this much pile up unread is closed: what one client can cost the server is bounded. */
const OUTPUT_BUFFER_LIMIT = 1024 ** 3;
/** Strings up to this length are replies; longer ones are values, and the store has them anyway. */
const MAX_COPIED = 64 * 1024;

/** Replies leave at the end of this turn of the event loop, all clients' together (Redis: `clientsPendingWrite`). */
export function scheduleWrite(server: Server, client: Client): void {
  if (client.pendingWrite) return;
  client.pendingWrite = true;
  if (server.clientsPendingWrite.push(client) === 1) setImmediate(server.beforeSleep);
}

/** Redis: `handleClientsWithPendingWrites`. */
export function handlePendingWrites(server: Server): void {
  const clients = server.clientsPendingWrite;
  server.clientsPendingWrite = [];
  for (const client of clients) {
    client.pendingWrite = false;
    writeToClient(client);
  }
}

/** Hands a client's replies to its socket, and ends the connection of one that is closing (Redis: `writeToClient`). */
export function writeToClient(client: Client): void {
  const { socket } = client;
  const tooMuch = client.replies.size + socket.writableLength > OUTPUT_BUFFER_LIMIT;
  const wire = client.replies.take();
  if (tooMuch) {
    log.warning(`Closing client id=${client.id}: its output buffer passed ${OUTPUT_BUFFER_LIMIT} bytes`);
    client.closing = true;
    socket.destroy();
  } else if (typeof wire !== 'string') {
    socket.cork();
    for (const part of wire) write(socket, part);
    socket.uncork();
  } else if (wire !== '') write(socket, wire);
  if (client.closing) endConnection(socket);
}

/** What must wait for a slow reader waits outside V8's heap. */
function write(socket: Socket, part: Part): void {
  const waits = socket.writableLength > 0 && typeof part === 'string' && part.length <= MAX_COPIED;
  socket.write(waits ? Buffer.from(part, 'latin1') : part, 'latin1');
}
