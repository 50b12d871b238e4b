import { parseInt64 } from '#shared/numbers/int64.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { addressOf, localAddressOf } from '../../clients/address.ts';
import type { Client } from '../../clients/client.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { syntaxError } from '../arguments.ts';
import { parseClientType } from './client-type.ts';

export const kill: CommandRow = {
  name: 'kill',
  arity: -3,
  flags: 'admin noscript loading stale',
  since: '2.4.0',
  summary: 'Closes the connection from an address, or all that fit the options:',
  syntax: '<ip:port>|(<option> <value> [<option> <value> ...])',
  help: [
    '* ADDR (<ip:port>|<unixsocket>:0)',
    '  Connections from this address.',
    '* LADDR (<ip:port>|<unixsocket>:0)',
    '  Connections to this local address.',
    '* TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
    '  Connections of this type.',
    '* USER <username>',
    '  Connections of this user.',
    '* ID <client-id>',
    '  The connection with this ID.',
    '* SKIPME (YES|NO)',
    '  Whether this connection is spared (default: yes).',
  ],
  run: clientKill,
};

/** Which connections to close; a filter that is undefined matches each of them. */
interface Filter {
  id?: number;
  address?: string;
  localAddress?: string;
  type?: Client['type'];
  skipMe: boolean;
}

/** `CLIENT KILL ip:port` answers OK or an error; `CLIENT KILL option value …` how many were closed. */
function clientKill(request: Request): Reply {
  const { server: { clients }, client, args } = request;
  const isOldForm = args.length === 3;
  const filter: Filter = isOldForm ? { address: args[2]!, skipMe: false } : parseFilter(args);
  const found = [...clients.byId.values()].filter((each) => matches(filter, each, client));
  if (isOldForm && found.length === 0) throw new ReplyError('ERR No such client');
  for (const each of found) {
    // The client that asks gets its reply first.
    if (each === client) clients.closeAfterReply(client);
    else clients.closeNow(each);
  }
  return isOldForm ? OK : found.length;
}

function parseFilter(args: readonly string[]): Filter {
  const filter: Filter = { skipMe: true };
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) throw syntaxError();
    const option = args[i]!.toUpperCase();
    if (option === 'ID') filter.id = parseId(value);
    else if (option === 'TYPE') filter.type = parseClientType(value);
    else if (option === 'ADDR') filter.address = value;
    else if (option === 'LADDR') filter.localAddress = value;
    else if (option === 'USER') expectUser(value);
    else if (option === 'SKIPME' && /^(yes|no)$/i.test(value)) filter.skipMe = value.toLowerCase() === 'yes';
    else throw syntaxError();
  }
  return filter;
}

function matches(filter: Filter, client: Client, asking: Client): boolean {
  if (filter.address !== undefined && filter.address !== addressOf(client)) return false;
  if (filter.localAddress !== undefined && filter.localAddress !== localAddressOf(client)) return false;
  if (filter.type !== undefined && filter.type !== client.type) return false;
  if (filter.id !== undefined && filter.id !== client.id) return false;
  return client !== asking || !filter.skipMe;
}

function parseId(text: string): number {
  const id = Number(parseInt64(text) ?? 0);
  if (id < 1) throw new ReplyError('ERR client-id should be greater than 0');
  return id;
}

/** Until there are users (stage 12), every client is the default user. */
function expectUser(name: string): void {
  if (name !== 'default') throw new ReplyError(`ERR No such user '${name}'`);
}
