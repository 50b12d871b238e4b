import { ReplyError } from '#shared/resp/reply.ts';
import type { Client } from '../../clients/client.ts';

/** Names of the classes of clients, with the older ones that Redis takes too (`getClientTypeByName`). */
const TYPES: Record<string, Client['type']> = {
  normal: 'normal',
  master: 'primary',
  replica: 'replica',
  slave: 'replica',
  pubsub: 'pubsub',
};

/** The class that an argument names. @throws ReplyError */
export function parseClientType(name: string): Client['type'] {
  const type = TYPES[name.toLowerCase()];
  if (type === undefined) throw new ReplyError(`ERR Unknown client type '${name}'`);
  return type;
}
