import { addressOf, localAddressOf } from './address.ts';
import type { Client } from './client.ts';

/** A client in one line for ACL LOG: the fields of CLIENT LIST that say who it is and where it comes from. */
export function describeClient(client: Client): string {
  const { id, name, db, transaction, parser, lastCommand, user, replies, libName, libVersion } = client;
  return [
    `id=${id}`,
    `addr=${addressOf(client)}`,
    `laddr=${localAddressOf(client)}`,
    `name=${name}`,
    `idle=${Math.floor((Date.now() - client.lastInteraction) / 1000)}`,
    `db=${db}`,
    `multi=${transaction === undefined ? -1 : transaction.queued.length}`,
    `qbuf=${parser.size}`,
    `omem=${client.outputBytes}`,
    `cmd=${lastCommand?.fullName ?? 'NULL'}`,
    `user=${user?.name ?? '(superuser)'}`,
    `resp=${replies.protocol}`,
    `lib-name=${libName}`,
    `lib-ver=${libVersion}`,
  ].join(' ');
}
