import { log } from '#shared/log.ts';
import { passesLimit } from '#shared/options/output-limits.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { NetworkServer } from './network-server.ts';

/**
 * Closes a client for which more is waiting than the limit of its class allows. That may show in the middle of a reply:
 * the rest of it is dropped, and the connection ends after this turn (Redis: `closeClientOnOutputBufferLimitReached`).
 */
export function checkOutputLimit({ clients, options }: NetworkServer, client: Client): void {
  if (client.type === 'replica') return expectNoReply(clients, client);
  if (client.type === 'primary') return;
  if (client.closing) return;
  if (!passesLimit(client, options['client-output-buffer-limit'][client.type], client.outputBytes)) return;
  log.warning(`Client id=${client.id} scheduled to be closed ASAP for overcoming of output buffer limits.`);
  client.replies.discard();
  client.closing = true;
  setImmediate(() => clients.closeNow(client));
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
