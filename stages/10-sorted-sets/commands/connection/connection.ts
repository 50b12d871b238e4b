import { parseInt64 } from '#shared/numbers/int64.ts';
import { REDIS_VERSION } from '#shared/redis-version.ts';
import { MapReply, OK, ReplyError, Status, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../../clients/client.ts';
import { isInSubscribedMode } from '../../pubsub/guard.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { discardTransaction } from '../../transactions.ts';
import { resetClient } from '../clients/reset.ts';
import { clientRows } from '../clients/rows.ts';
import { unblock } from './unblock.ts';

const HANDSHAKE = 'noscript loading stale fast no_auth allow_busy';
const CLIENT = 'noscript loading stale';
const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.';

/** A connection: its protocol, its name, its end. */
export const connection: Family = {
  group: 'connection',
  rows: [
    {
      name: 'ping',
      arity: -1,
      flags: 'fast',
      tips: 'request_policy:all_shards response_policy:all_succeeded',
      since: '1.0.0',
      summary: 'Answers PONG, or its argument.',
      reportsDiskErrors: true,
      whileSubscribed: true,
      run: ping,
    },
    { name: 'echo', arity: 2, flags: 'loading stale fast', since: '1.0.0', summary: 'Answers the message.', run: echo },
    {
      name: 'quit',
      arity: -1,
      flags: HANDSHAKE,
      since: '1.0.0',
      summary: 'Closes the connection.',
      whileSubscribed: true,
      queued: false,
      endsTransaction: true,
      run: quit,
    },
    {
      name: 'reset',
      arity: 1,
      flags: HANDSHAKE,
      since: '6.2.0',
      summary: 'Makes the connection as new.',
      whileSubscribed: true,
      queued: false,
      endsTransaction: true,
      run: reset,
    },
    {
      name: 'hello',
      arity: -1,
      flags: HANDSHAKE,
      since: '6.0.0',
      summary: 'Agrees on the protocol.',
      redact: redactHello,
      run: hello,
    },
    {
      name: 'client',
      arity: -2,
      flags: '',
      since: '2.4.0',
      helpSince: '5.0.0',
      summary: 'Commands about connections.',
      keepsCaching: true,
      subcommands: [
        { name: 'id', arity: 2, flags: CLIENT, since: '5.0.0', summary: "This connection's ID.", run: clientId },
        {
          name: 'getname',
          arity: 2,
          flags: CLIENT,
          since: '2.6.9',
          summary: "This connection's name.",
          run: clientGetName,
        },
        {
          name: 'setname',
          arity: 3,
          flags: CLIENT,
          since: '2.6.9',
          summary: 'Names this connection.',
          syntax: '<name>',
          run: clientSetName,
        },
        {
          name: 'setinfo',
          arity: 4,
          flags: CLIENT,
          since: '7.2.0',
          summary: "Notes the client library's name or version.",
          syntax: '(LIB-NAME|LIB-VER) <value>',
          run: clientSetInfo,
        },
        unblock,
        ...clientRows,
      ],
    },
  ],
};

function ping({ client, command, args }: Request): Reply {
  if (args.length > 2) throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
  // In this mode a RESP2 client expects arrays.
  if (isInSubscribedMode(client)) return ['pong', args[1] ?? ''];
  return args.length === 2 ? args[1]! : PONG;
}

const PONG = new Status('PONG');

function echo({ args }: Request): Reply {
  return args[1]!;
}

function quit({ server, client }: Request): Reply {
  server.clients.closeAfterReply(client);
  return OK;
}

function reset({ server, client }: Request): Reply {
  discardTransaction(server, client);
  server.pubsub.forget(client);
  resetClient(server, client);
  client.replies.protocol = 2;
  client.name = '';
  client.db = 0;
  return new Status('RESET');
}

/** `HELLO [protover [AUTH username password] [SETNAME name]]`; nothing changes unless all of it is right. */
function hello({ server, client, args }: Request): Reply {
  let protocol = client.replies.protocol;
  if (args.length > 1) {
    const version = parseInt64(args[1]!);
    if (version === undefined) throw new ReplyError('ERR Protocol version is not an integer or out of range');
    if (args[1] !== '2' && args[1] !== '3') throw new ReplyError('NOPROTO unsupported protocol version');
    protocol = args[1] === '2' ? 2 : 3;
  }
  let name = client.name;
  for (let i = 2; i < args.length; i++) {
    const option = args[i]!.toUpperCase();
    const left = args.length - 1 - i;
    // Until there are users, the default user has no password and takes any, as in Redis.
    if (option === 'AUTH' && left >= 2 && args[i + 1] === 'default') i += 2;
    else if (option === 'AUTH' && left >= 2) throw new ReplyError(WRONG_PASSWORD);
    else if (option === 'SETNAME' && left >= 1) name = validName(args[++i]!);
    else throw new ReplyError(`ERR Syntax error in HELLO option '${args[i]}'`);
  }
  client.name = name;
  client.replies.protocol = protocol;
  return new MapReply([
    ...['server', 'redis'],
    ...['version', REDIS_VERSION],
    ...['proto', protocol],
    ...['id', client.id],
    ...['mode', 'standalone'],
    ...['role', server.replication.link === undefined ? 'master' : 'replica'],
    ...['modules', []],
  ]);
}

/** `AUTH username password`: neither is shown. */
function redactHello(args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg, i) => i >= 2 && arg.toUpperCase() === 'AUTH');
  return at === -1 ? args : args.map((arg, i) => (i === at + 1 || i === at + 2 ? '(redacted)' : arg));
}

function clientId({ client }: Request): Reply {
  return client.id;
}

function clientGetName({ client }: Request): Reply {
  return client.name === '' ? null : client.name;
}

function clientSetName({ client, args }: Request): Reply {
  client.name = validName(args[2]!);
  return OK;
}

/** Redis: `validateClientName`. */
function validName(name: string): Client['name'] {
  if (isPrintable(name)) return name;
  throw new ReplyError('ERR Client names cannot contain spaces, newlines or special characters.');
}

/** Redis: `clientSetinfoCommand`. */
function clientSetInfo({ client, args }: Request): Reply {
  const attribute = args[2]!.toLowerCase();
  const value = args[3]!;
  if (attribute !== 'lib-name' && attribute !== 'lib-ver') {
    throw new ReplyError(`ERR Unrecognized option '${args[2]}'`);
  }
  if (!isPrintable(value)) {
    throw new ReplyError(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
  }
  if (attribute === 'lib-name') client.libName = value;
  else client.libVersion = value;
  return OK;
}

function isPrintable(text: string): boolean {
  return /^[!-~]*$/.test(text);
}
