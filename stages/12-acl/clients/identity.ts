import type { Acl } from '../acl/acl.ts';
import type { User } from '../acl/user.ts';
import type { Client } from './client.ts';
import type { Clients } from './clients.ts';

/** A new client, or one that sends RESET, is the default user, and must authenticate if that user has a password. */
export function becomeDefaultUser(acl: Acl, client: Client): void {
  client.user = acl.defaultUser;
  client.authenticated = acl.isOpen;
  client.parser.isUnauthenticated = () => acl.refuses(client);
}

/** A client has authenticated. */
export function becomeUser(client: Client, user: User): void {
  client.user = user;
  client.authenticated = true;
}

/** Ends the connections of a user that was removed (Redis: `ACLFreeUserAndKillClients`). `current` gets its reply first. */
export function disconnectUser(acl: Acl, clients: Clients, user: User, current: Client): void {
  for (const client of [...clients.byId.values()]) {
    if (client.user !== user) continue;
    client.user = acl.defaultUser;
    client.authenticated = false;
    if (client === current) clients.closeAfterReply(client);
    else clients.closeNow(client);
  }
}
