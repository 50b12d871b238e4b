import { log } from '#shared/log.ts';
import type { Clients } from './clients.ts';

/** Closes clients that have sent nothing for `timeout` seconds; 0: never (Redis: `clientsCronHandleTimeout`). */
export function closeIdleClients(clients: Clients, timeout: number): void {
  if (timeout === 0) return;
  const oldest = Date.now() - timeout * 1000;
  for (const client of clients.byId.values()) {
    if (client.lastInteraction >= oldest || client.idleReasons > 0) continue;
    log.verbose(`Closing idle client id=${client.id}`);
    clients.closeNow(client);
  }
}
