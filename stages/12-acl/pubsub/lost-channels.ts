import { maySubscribe } from '../acl/check.ts';
import type { User } from '../acl/user.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { PubSub } from './pubsub.ts';

/**
 * A user's rules have changed: its clients that are subscribed to what they may not read any more are disconnected (Redis:
 * `ACLKillPubsubClientsIfNeeded`). `current` gets its reply first.
 */
export function disconnectLostSubscribers(clients: Clients, pubsub: PubSub, user: User, current: Client): void {
  for (const client of [...clients.byId.values()]) {
    if (client.user !== user || client.type !== 'pubsub') continue;
    const channels = [...pubsub.channels.namesOf(client), ...pubsub.shardChannels.namesOf(client)];
    if (maySubscribe(user, channels, pubsub.patterns.namesOf(client))) continue;
    if (client === current) clients.closeAfterReply(client);
    else clients.closeNow(client);
  }
}
