import type { Client } from '../../clients/client.ts';
import type { Server } from '../../server.ts';

/** Clears what RESET clears of a client besides transaction and subscriptions (Redis: `clearClientConnectionState`). */
export function resetClient(server: Server, client: Client): void {
  server.monitors.forget(client);
  server.tracking.disable(client);
  client.replies.muted = undefined;
  client.noEvict = false;
  client.noTouch = false;
}
