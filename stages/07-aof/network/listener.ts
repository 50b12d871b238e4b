import type { Server as NetServer, Socket } from 'node:net';
import { log } from '#shared/log.ts';
import { endConnection, listen, type ConnectionEvents } from '#shared/net/listen.ts';
import { describeTakenPort } from '#shared/net/taken-port.ts';
import { listenOnUnixSocket } from '#shared/net/unix-socket.ts';
import { maxBulkBytes } from '#shared/options/bulk-limit.ts';
import type { NetworkServer } from './network-server.ts';
import { checkOutputLimit } from './output-limit.ts';
import { describeProtectedMode } from './protected-mode.ts';
import { readQuery } from './read-query.ts';

/**
 * Opens one listening socket per `bind` address: `*` is all of IPv4, `::*` all of IPv6, and one with `-` in front may
 * be missing on this host; and one on `unixsocket`. @throws Error with one line for the operator
 */
export async function openListeners(server: NetworkServer): Promise<NetServer[]> {
  const { bind, port, 'tcp-backlog': backlog, unixsocket, unixsocketperm } = server.options;
  const listeners: NetServer[] = [];
  const onError = (error: Error) => log.warning(`Accepting client connection: ${error.message}`);
  for (const address of bind) {
    const host = WILDCARDS[address.replace(/^-/, '')] ?? address.replace(/^-/, '');
    try {
      listeners.push(await listen({ at: { host, port }, backlog, onError }, (socket) => acceptTcp(server, socket)));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (address.startsWith('-') && MISSING.includes(code ?? '')) continue;
      for (const listener of listeners) listener.close();
      const reason = code === 'EADDRINUSE' ? await describeTakenPort(host, port) : (REASONS[code ?? ''] ?? message);
      throw new Error(`Could not listen on ${host}:${port}: ${reason}`);
    }
  }
  if (listeners.length === 0) throw new Error(`Could not listen on ${bind.join(' ')}: no such address on this host`);
  if (unixsocket === '') return listeners;
  const accept = (socket: Socket) => acceptClient(server, socket, true);
  return [...listeners, await listenOnUnixSocket(unixsocket, unixsocketperm, { backlog, onError }, accept)];
}

const WILDCARDS: Record<string, string> = { '*': '0.0.0.0', '::*': '::' };
const MISSING = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENOTFOUND'];

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'no such address on this host',
  ENOTFOUND: 'no such host',
};

function acceptTcp(server: NetworkServer, socket: Socket): ConnectionEvents {
  const keepalive = server.options['tcp-keepalive'];
  if (keepalive > 0) socket.setKeepAlive(true, keepalive * 1000);
  return acceptClient(server, socket, isLoopback(socket.remoteAddress ?? ''));
}

/** Follows `acceptCommonHandler` and `clientAcceptHandler`. `isLocal`: it comes from this host. */
function acceptClient(server: NetworkServer, socket: Socket, isLocal: boolean): ConnectionEvents {
  const { clients } = server;
  clients.stats.connections++;
  const refusal = refuse(server, socket, isLocal);
  if (refusal !== undefined) {
    clients.stats.rejectedConnections++;
    socket.write(`-${refusal}\r\n`, 'latin1');
    endConnection(socket);
    return { data() {}, close() {} };
  }
  const client = clients.add(socket);
  client.replies.onPart = () => checkOutputLimit(server, client);
  client.isLocal = isLocal;
  client.parser.maxBulkBytes = maxBulkBytes(server.options);
  return {
    data: (buffer, length) => readQuery(server, client, buffer, length),
    target: () => client.parser.target,
    close: () => clients.closeNow(client),
    // Its last replies may be held.
    ended: (end) => (client.heldReplies > 0 ? clients.closeAfterReply(client) : end()),
  };
}

function refuse({ clients, options }: NetworkServer, socket: Socket, isLocal: boolean): string | undefined {
  if (clients.size >= options.maxclients) return 'ERR max number of clients reached';
  if (options['protected-mode'] && !isLocal) {
    log.warning(`Refused a client from ${socket.remoteAddress}: protected mode is on and no password is set`);
    return describeProtectedMode();
  }
  return undefined;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
