import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { Request } from '../router/request.ts';

/** In RESP2 nothing marks a message: a client could not tell it from the reply to another command. */
export function checkSubscribedMode({ client, command }: Request): Reply | undefined {
  if (!isInSubscribedMode(client) || command.row.whileSubscribed) return undefined;
  return new ReplyError(
    `ERR Can't execute '${command.fullName}': ` +
      'only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context',
  );
}

/** Whether the client has subscriptions, and speaks RESP2. */
export function isInSubscribedMode(client: Client): boolean {
  return client.type === 'pubsub' && client.replies.protocol === 2;
}
