import { log } from '#shared/log.ts';
import { passesLimit } from '#shared/options/output-limits.ts';
import { bytesOf } from '#shared/options/types.ts';
import { accountOutput, evictClients } from '../clients/client-memory.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import { eighthOfHeap } from '../options.ts';
import type { NetworkServer } from './network-server.ts';

/** Replies of fewer bytes than this leave at the end of the turn, and are not counted; nor is so little of a request. */
const ACCOUNTED_FROM = 16 * 1024;

/** The default of `maxmemory-clients`. */
const DEFAULT_LIMIT = eighthOfHeap();

/**
 * Closes a client for which more is waiting than the limit of its class allows. That may show in the middle of a reply:
 * the rest of it is dropped, and the connection ends after this turn (Redis: `closeClientOnOutputBufferLimitReached`).
 */
export function checkOutputLimit({ clients, options }: NetworkServer, client: Client): void {
  if (client.type === 'replica') return expectNoReply(clients, client);
  if (client.type === 'primary') return;
  if (client.closing) return;
  const waiting = client.outputBytes;
  if (waiting >= ACCOUNTED_FROM || client.accountedOutput > 0) accountOutput(clients, client, waiting);
  if (!passesLimit(client, options['client-output-buffer-limit'][client.type], waiting)) return;
  log.warning(`Client id=${client.id} scheduled to be closed ASAP for overcoming of output buffer limits.`);
  client.replies.discard();
  client.closing = true;
  setImmediate(() => clients.closeNow(client));
}

/** Counts what has come of an argument that is not complete: like replies, it waits outside V8's heap. */
export function accountInput(server: NetworkServer, client: Client): void {
  if (client.closing || (client.parser.size < ACCOUNTED_FROM && client.accountedOutput === 0)) return;
  accountOutput(server.clients, client, client.bufferedBytes);
  evictSlowClients(server);
}

/** A replica gets only the stream: one that sends a command with a reply is disconnected (Redis: `_addReplyToBufferOrList`). */
function expectNoReply(clients: Clients, client: Client): void {
  if (client.replies.size === 0 && !client.closing) return;
  log.warning(`Replica id=${client.id} sent a command that has a reply, disconnecting it`);
  client.replies.discard();
  clients.closeNow(client);
}

/** Closes clients that have been over their soft limit for too long by now (Redis: `clientsCron`). */
export function checkSoftLimits(server: NetworkServer): void {
  for (const client of server.clients.byId.values()) if (client.softLimitSince > 0) checkOutputLimit(server, client);
}

/**
 * Closes clients while all together take more than `maxmemory-clients` (Redis: `evictClients`). Its default counts requests
 * alone, since they take V8's heap: as in Redis, without a limit a client may ask for more than it can read at once.
 */
export function evictSlowClients({ clients, options }: NetworkServer): void {
  const limit = bytesOf(options['maxmemory-clients'], options.maxmemory);
  if (limit !== DEFAULT_LIMIT) evictClients(clients, limit);
}
