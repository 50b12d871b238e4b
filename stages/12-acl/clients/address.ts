import type { Client } from './client.ts';

/** Where a client comes from: `127.0.0.1:50000`, `[::1]:50000`, or its Unix socket's path and `:0` (`getClientPeerId`). */
export function addressOf({ socket, unixSocket }: Client): string {
  return unixSocket === '' ? endpoint(socket?.remoteAddress, socket?.remotePort) : `${unixSocket}:0`;
}

/** Where it has connected to, in the same form (Redis: `getClientSockname`). */
export function localAddressOf({ socket, unixSocket }: Client): string {
  return unixSocket === '' ? endpoint(socket?.localAddress, socket?.localPort) : `${unixSocket}:0`;
}

/** The client may just have gone. */
function endpoint(host: string | undefined, port: number | undefined): string {
  if (host === undefined) return '?:0';
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
