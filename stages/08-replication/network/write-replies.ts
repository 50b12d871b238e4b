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
    writeToClient(server, client);
  }
}

/**
 * Lets a client's replies leave, behind the commands that they are about: those go to the log first, and under
 * appendfsync `always` to the disk (Redis: `writeToClient`, after `flushAppendOnlyFile`).
 */
export function writeToClient(server: Server, client: Client): void {
  const { socket, replies, closing } = client;
  if (client.replica?.isAttached) return dropReplies(client);
  const { size } = replies;
  const tooMuch = size + client.heldReplies + socket.writableLength > OUTPUT_BUFFER_LIMIT;
  const wire = replies.take();
  if (tooMuch) {
    log.warning(`Closing client id=${client.id}: its output buffer passed ${OUTPUT_BUFFER_LIMIT} bytes`);
    client.closing = true;
    socket.destroy();
  } else if (server.aof.file.writeAndSync()) send(socket, wire, closing);
  else {
    client.heldReplies += size;
    server.aof.file.afterSync(() => {
      client.heldReplies -= size;
      send(socket, wire, closing);
    });
  }
}

/** What a replica is sent is the stream, and that alone. */
function dropReplies({ socket, replies, closing }: Client): void {
  replies.take();
  if (closing) socket.destroy();
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
