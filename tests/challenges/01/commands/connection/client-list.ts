import { parseInt64 } from '#shared/numbers/int64.ts';
import { ReplyError, Verbatim, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../../clients/client.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';

const FLAGS = 'admin noscript loading stale';

/** CLIENT LIST and CLIENT KILL ID. */
export const clientListRows: readonly CommandRow[] = [
  { name: 'list', arity: -2, flags: FLAGS, since: '2.4.0', summary: 'A line for each connection.', run: clientList },
  {
    name: 'kill',
    arity: -3,
    flags: FLAGS,
    since: '2.4.0',
    summary: 'Closes a connection.',
    syntax: 'ID <client-id> [SKIPME (yes|no)]',
    run: clientKill,
  },
];

/** A new connection comes to the end of the list, so that is in the order of IDs. */
function clientList({ server }: Request): Reply {
  return new Verbatim('txt', [...server.clients.byId.values()].map((client) => `${lineOf(client)}\n`).join(''));
}

function lineOf({ id, socket, name, replies, libName, libVersion }: Client): string {
  const address = socket?.remoteFamily === 'IPv6' ? `[${socket.remoteAddress}]` : socket?.remoteAddress;
  return [
    ...[`id=${id}`, `addr=${address}:${socket?.remotePort}`, `name=${name}`, `resp=${replies.protocol}`],
    ...[`lib-name=${libName}`, `lib-ver=${libVersion}`],
  ].join(' ');
}

function clientKill({ server, client, args }: Request): Reply {
  const [, , what, text, skipMe, yesOrNo] = args;
  if (what!.toUpperCase() !== 'ID' || text === undefined) throw syntaxError();
  const id = Number(parseInt64(text) ?? 0);
  if (id < 1) throw new ReplyError('ERR client-id should be greater than 0');
  let skips = true;
  if (skipMe !== undefined) {
    if (args.length !== 6 || skipMe.toUpperCase() !== 'SKIPME' || !/^(yes|no)$/i.test(yesOrNo!)) throw syntaxError();
    skips = yesOrNo!.toLowerCase() === 'yes';
  }
  const victim = server.clients.byId.get(id);
  if (victim === undefined || (victim === client && skips)) return 0;
  if (victim === client) server.clients.closeAfterReply(victim);
  else server.clients.closeNow(victim);
  return 1;
}

function syntaxError(): ReplyError {
  return new ReplyError('ERR syntax error');
}
