import { log } from '#shared/log.ts';
import { bytesOf } from '#shared/options/types.ts';
import { ProtocolError } from '#shared/resp/parser.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { accountClient } from '../clients/client-memory.ts';
import type { Client } from '../clients/client.ts';
import { lookAhead } from './look-ahead.ts';
import type { NetworkServer } from './network-server.ts';
import { accountInput } from './output-limit.ts';

/** Replies of one chunk of pipelined requests are sent early past this size (Redis: `NET_MAX_WRITES_PER_EVENT`). */
const WRITE_EARLY_BYTES = 64 * 1024;

/** Bytes arrived (Redis: `readQueryFromClient`). The buffer is valid during this call alone. */
export function readQuery(server: NetworkServer, client: Client, buffer: Buffer, length: number): void {
  if (client.closing) return void client.socket?.pause(); // `endConnection` reads on, so far as it must
  server.clients.stats.reads++;
  server.clients.stats.bytesRead += length;
  client.parser.feed(buffer, length);
  processInput(server, client);
  if (client.closing) return;
  if (client.heldBytes !== client.accounted) accountClient(server.clients, client, clientsLimit(server));
  if (client.parser.size > server.options['client-query-buffer-limit']) {
    log.warning(`Closing client id=${client.id} that reached max query buffer length`);
    server.clients.closeNow(client);
  }
  accountInput(server, client);
}

/** Executes every complete request that has arrived (Redis: `processInputBuffer`). */
export function processInput(server: NetworkServer, client: Client): void {
  client.lastInteraction = server.clock.start();
  try {
    while (!client.closing && !client.blocked) {
      lookAhead(server, client);
      const args = client.parser.next();
      if (args === null) break;
      server.execute(client, args);
      if (client.replies.size > WRITE_EARLY_BYTES) writeEarly(server, client);
    }
    client.parser.keep();
  } catch (error) {
    if (error instanceof ProtocolError) {
      log.verbose(`Protocol error from client id=${client.id}: ${error.message}`);
      client.replies.write(new ReplyError(`ERR Protocol error: ${error.message}`));
      server.clients.closeAfterReply(client);
    } else {
      log.warning(`Bug while answering client id=${client.id}, which is closed: ${(error as Error).stack}`);
      server.clients.closeNow(client);
    }
  }
  server.clock.stop();
  if (client.replies.size > 0) server.clients.scheduleWrite(client);
}

/** Sending is not the command's time. */
function writeEarly(server: NetworkServer, client: Client): void {
  server.clock.stop();
  server.clients.scheduleWrite(client);
  server.beforeSleep();
  server.clock.start();
}

function clientsLimit({ options }: NetworkServer): number {
  return bytesOf(options['maxmemory-clients'], options.maxmemory);
}
