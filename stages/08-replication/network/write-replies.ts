import type { Socket } from 'node:net';
import { log } from '#shared/log.ts';
import { endConnection } from '#shared/net/listen.ts';
import type { Part } from '#shared/resp/encoder.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
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

/**
 * Lets a client's replies leave after the commands that they are about: those go to the log first, and under appendfsync
 * `always` to the disk (Redis: `writeToClient`, after `flushAppendOnlyFile`).
 */
export function writeToClient({ clients, aof }: NetworkServer, client: Client): void {
  const { socket, replies, closing } = client;
  if (socket === undefined || socket.destroyed) return;
  if (client.type === 'replica') return dropReplies(clients, client);
  const { size } = replies;
  if (size + client.heldReplies + socket.writableLength > OUTPUT_BUFFER_LIMIT) {
    log.warning(`Closing client id=${client.id}: its output buffer passed ${OUTPUT_BUFFER_LIMIT} bytes`);
    return clients.closeNow(client);
  }
  clients.stats.writes++;
  clients.stats.bytesWritten += size;
  const wire = replies.take();
  if (aof.file.writeAndSync()) return send(socket, wire, closing);
  client.heldReplies += size;
  aof.file.afterSync(() => {
    client.heldReplies -= size;
    send(socket, wire, closing);
  });
}

/** A replica is sent the stream alone: one that asks for something else is cut off (Redis: `_addReplyToBufferOrList`). */
function dropReplies(clients: Clients, client: Client): void {
  const asked = client.replies.size > 0;
  if (asked) log.warning(`Replica id=${client.id} sent a command that has a reply, disconnecting it`);
  if (asked || client.closing) clients.closeNow(client);
  client.replies.take();
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
