import { NO_REPLY, OK, ReplyError, Status, type Reply } from '#shared/resp/reply.ts';
import { takeOver } from '../../replication/failover.ts';
import { synchronize, synchronizeFully } from '../../replication/primary.ts';
import { Replica } from '../../replication/replica.ts';
import { becomePrimary, becomeReplica } from '../../replication/role.ts';
import type { CommandRow, Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

/** One history, many servers: what operators say, and what servers say to each other (Redis: replication.c). */
export const replication: Family = {
  group: 'server',
  rows: [
    followRow('replicaof', '5.0.0'),
    { ...followRow('slaveof', '1.0.0'), deprecated: { since: '5.0.0', replacedBy: 'REPLICAOF' } },
    {
      name: 'role',
      arity: 1,
      flags: 'noscript loading stale fast',
      categories: 'admin dangerous',
      since: '2.8.12',
      summary: 'Whether this is a primary or a replica, and how far it is.',
      run: role,
    },
    {
      name: 'replconf',
      arity: -1,
      flags: 'admin noscript loading stale allow_busy',
      since: '3.0.0',
      internal: true,
      summary: 'What a replica and its primary tell each other.',
      syntax: '<option> <value> [<option> <value> ...]',
      run: replconf,
    },
    {
      name: 'psync',
      arity: -3,
      flags: 'admin noscript no_async_loading no_multi',
      since: '2.8.0',
      summary: 'A replica asks for the history from an offset on.',
      syntax: '<replid> <offset>',
      run: psync,
    },
    {
      name: 'sync',
      arity: 1,
      flags: 'admin noscript no_async_loading no_multi',
      since: '1.0.0',
      summary: 'All data and the stream, for who needs no offsets.',
      run: sync,
    },
  ],
};

function followRow(name: string, since: string): CommandRow {
  return {
    name,
    arity: 3,
    flags: 'admin noscript stale no_async_loading',
    since,
    summary: 'Makes the server a replica of another, or a primary.',
    syntax: '<host> <port> | NO ONE',
    run: replicaof,
  };
}

function replicaof({ server, client, args }: Request): Reply {
  const [, host, portText] = args as [string, string, string];
  const { link } = server.replication;
  if (server.failover.state !== 'no-failover') throw new ReplyError('ERR REPLICAOF not allowed while failing over.');
  if (host.toLowerCase() === 'no' && portText.toLowerCase() === 'one') {
    if (link !== undefined) becomePrimary(server);
    return OK;
  }
  if (client.type === 'replica') throw new ReplyError('ERR Command is not valid when client is a replica.');
  const port = parsePort(portText);
  if (link !== undefined && link.host.toLowerCase() === host.toLowerCase() && link.port === port) {
    return new Status('OK Already connected to specified master');
  }
  becomeReplica(server, host, port);
  return OK;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65535) throw new ReplyError('ERR Invalid master port');
  return port;
}

/** A primary: its offset, and its replicas with theirs; a replica: its primary, the link's state, the offset. */
function role({ server }: Request): Reply {
  const { link, offset, online } = server.replication;
  if (link !== undefined) return ['slave', link.host, link.port, link.state, link.stream?.applied ?? -1];
  const replicas = online.map(({ ip, listeningPort, ackOffset }) => [ip, String(listeningPort), String(ackOffset)]);
  return ['master', offset, replicas];
}

/** `REPLCONF option value …`: ACK and GETACK come in the stream, and get no reply. */
function replconf({ server, client, args }: Request): Reply {
  if (args.length % 2 === 0) throw syntaxError();
  for (let i = 1; i < args.length; i += 2) {
    const value = args[i + 1]!;
    switch (args[i]!.toLowerCase()) {
      case 'listening-port':
        server.replication.replicaOf(client).listeningPort = Number(parseLongLong(value));
        break;
      case 'ip-address':
        server.replication.replicaOf(client).announcedIp = value;
        break;
      case 'capa':
        if (value.toLowerCase() === 'eof') server.replication.replicaOf(client).capaEof = true;
        if (value.toLowerCase() === 'psync2') server.replication.replicaOf(client).capaPsync2 = true;
        break;
      case 'ack':
        acknowledge({ server, client }, value, args[i + 2]?.toLowerCase() === 'fack' ? args[i + 3] : undefined);
        return NO_REPLY;
      case 'getack':
        if (client.type === 'primary') server.replication.link?.stream?.requestAck();
        return NO_REPLY;
      case 'rdb-only':
        server.replication.replicaOf(client).rdbOnly = Number(parseLongLong(value)) === 1;
        break;
      default:
        throw new ReplyError(`ERR Unrecognized REPLCONF option: ${args[i]}`);
    }
  }
  return OK;
}

/** `ACK offset [FACK synced]`: what the replica has applied, and what its log has on disk (from 7.2 on). */
function acknowledge({ server, client }: Pick<Request, 'server' | 'client'>, value: string, fack = '0'): void {
  const replica = server.replication.byClient.get(client);
  const offset = Number(value);
  if (replica === undefined || !server.replication.replicas.has(replica) || !Number.isSafeInteger(offset)) return;
  replica.ackOffset = Math.max(replica.ackOffset, offset);
  replica.ackTime = Date.now();
  replica.syncedOffset = Math.max(replica.syncedOffset, Number(fack) || 0);
  if (replica.waitsForAck && replica.state === 'online') {
    replica.waitsForAck = false;
    server.replication.sendTo(replica);
  }
  server.ackWaits.serve();
  if (server.failover.state !== 'no-failover') server.scheduleBeforeSleep();
}

/** Sends the replies so far, because what follows is no reply. Under `always` that means to wait for the disk. */
function sendReplies({ server, client }: Request): void {
  server.clients.scheduleWrite(client);
  server.beforeSleep();
  if (client.heldReplies > 0) server.aof.file.settle();
}

/** `PSYNC replid offset [FAILOVER]`: the answer is written at once, what follows it is no reply. */
function psync(request: Request): Reply {
  const { server, args } = request;
  const replica = newReplica(request);
  if (replica === undefined) return NO_REPLY;
  const offset = Number(parseLongLong(args[2]!));
  sendReplies(request);
  synchronize(server, replica, args[1]!, offset);
  return NO_REPLY;
}

/** SYNC, as old replicas and `redis-cli --rdb` send it: no line that names the history comes before the RDB. */
function sync(request: Request): Reply {
  const replica = newReplica(request);
  if (replica === undefined) return NO_REPLY;
  sendReplies(request);
  replica.knowsOffsets = false;
  synchronizeFully(request.server, replica);
  return NO_REPLY;
}

/** Undefined: it is one already. */
function newReplica({ server, client, args }: Request): Replica | undefined {
  const replica = server.replication.replicaOf(client);
  if (server.replication.replicas.has(replica)) return undefined;
  if (args[3]?.toLowerCase() === 'failover') takeOver(server, args[1]!);
  if (server.failover.state !== 'no-failover') throw new ReplyError("NOMASTERLINK Can't SYNC while failing over");
  const { link } = server.replication;
  if (link !== undefined && link.state !== 'connected') {
    throw new ReplyError("NOMASTERLINK Can't SYNC while not connected with my master");
  }
  return replica;
}
