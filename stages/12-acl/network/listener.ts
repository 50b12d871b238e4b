import type { Server as NetServer, Socket } from 'node:net';
import { log } from '#shared/log.ts';
import { endConnection, listen, type ConnectionEvents, type ListenOptions } from '#shared/net/listen.ts';
import { describeTakenPort } from '#shared/net/taken-port.ts';
import { listenOnUnixSocket } from '#shared/net/unix-socket.ts';
import { maxBulkBytes } from '#shared/options/bulk-limit.ts';
import { becomeDefaultUser } from '../clients/identity.ts';
import type { NetworkServer } from './network-server.ts';
import { checkOutputLimit } from './output-limit.ts';
import { describeProtectedMode } from './protected-mode.ts';
import { readQuery } from './read-query.ts';

/**
 * Opens one listening socket per `bind` address: `*` is all of IPv4, `::*` all of IPv6, and one with `-` in front may
 * be missing on this host; and one on `unixsocket`. @throws Error with one line for the operator
 */
export async function openListeners(server: NetworkServer): Promise<NetServer[]> {
  const { port, 'tls-port': tlsPort, 'tcp-backlog': backlog, unixsocket, unixsocketperm } = server.options;
  // With a port for TLS, 0 closes the plain one.
  const listeners = port === 0 && tlsPort !== 0 ? [] : await listenOn(server, port);
  if (unixsocket === '') return listeners;
  const accept = (socket: Socket) => acceptClient(server, socket, true);
  return [...listeners, await listenOnUnixSocket(unixsocket, unixsocketperm, { backlog, onError }, accept)];
}

/** One listening socket per `bind` address on a port. `secure`: for TLS. */
export async function listenOn(server: NetworkServer, port: number, secure?: ListenOptions['secure']): Promise<NetServer[]> {
  const { bind, 'tcp-backlog': backlog } = server.options;
  const listeners: NetServer[] = [];
  for (const address of bind) {
    const host = WILDCARDS[address.replace(/^-/, '')] ?? address.replace(/^-/, '');
    const options = { at: { host, port }, backlog, onError, ...(secure === undefined ? {} : { secure }) };
    try {
      listeners.push(await listen(options, (socket) => acceptTcp(server, socket)));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (address.startsWith('-') && MISSING.includes(code ?? '')) continue;
      for (const listener of listeners) listener.close();
      const flag = secure === undefined ? '--port' : '--tls-port';
      const reason = code === 'EADDRINUSE' ? await describeTakenPort(host, port, flag) : (REASONS[code ?? ''] ?? message);
      throw new Error(`Could not listen on ${host}:${port}: ${reason}`);
    }
  }
  if (listeners.length === 0) throw new Error(`Could not listen on ${bind.join(' ')}: no such address on this host`);
  return listeners;
}

function onError(error: Error): void {
  log.warning(`Accepting client connection: ${error.message}`);
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
  if (socket.remoteAddress === undefined) client.unixSocket = server.options.unixsocket;
  becomeDefaultUser(server.acl, client);
  return {
    data: (buffer, length) => readQuery(server, client, buffer, length),
    target: () => client.parser.target,
    close: () => clients.closeNow(client),
    // Its last replies may be held.
    ended: (end) => (client.heldReplies > 0 ? clients.closeAfterReply(client) : end()),
  };
}

function refuse({ acl, clients, options }: NetworkServer, socket: Socket, isLocal: boolean): string | undefined {
  if (clients.size >= options.maxclients) return 'ERR max number of clients reached';
  if (options['protected-mode'] && acl.defaultUser.nopass && !isLocal) {
    log.warning(`Refused a client from ${socket.remoteAddress}: protected mode is on and no password is set`);
    return describeProtectedMode();
  }
  return undefined;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
