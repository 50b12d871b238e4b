import { Verbatim, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../../clients/client.ts';
import { clientLine } from '../../router/client-line.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parseClientType } from './client-type.ts';

export const list: CommandRow = {
  name: 'list',
  arity: -2,
  flags: 'admin noscript loading stale',
  tips: 'nondeterministic_output',
  since: '2.4.0',
  summary: 'A line for each connection. Options are:',
  syntax: '[TYPE <type>|ID <client-id> ...]',
  help: [
    '* TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
    '  Connections of this type.',
    '* ID <client-id> [<client-id> ...]',
    '  Connections with these IDs.',
  ],
  run: clientList,
};

export const info: CommandRow = {
  name: 'info',
  arity: 2,
  flags: 'noscript loading stale',
  tips: 'nondeterministic_output',
  since: '6.2.0',
  summary: "This connection's line of CLIENT LIST.",
  run: (request) => lines(request, [request.client]),
};

/** `CLIENT LIST [TYPE type | ID client-id …]`; IDs that no client has are left out. */
function clientList(request: Request): Reply {
  const { args, server: { clients } } = request;
  const all = [...clients.byId.values()];
  const option = args[2]?.toUpperCase();
  if (option === undefined) return lines(request, all);
  if (option === 'TYPE' && args.length === 4) {
    const type = parseClientType(args[3]!);
    return lines(request, all.filter((client) => client.type === type));
  }
  if (option !== 'ID' || args.length === 3) throw syntaxError();
  const ids = args.slice(3).map((id) => Number(parseLongLong(id, 'ERR Invalid client ID')));
  return lines(request, ids.flatMap((id) => clients.byId.get(id) ?? []));
}

function lines({ server }: Request, clients: readonly Client[]): Reply {
  return new Verbatim('txt', clients.map((client) => `${clientLine(server, client)}\n`).join(''));
}
