import { createServer, Socket, type Server } from 'node:net';

/** What the owner of a connection is told. `data`'s buffer is valid during the call alone: the next read overwrites it. */
export interface ConnectionEvents {
  data(buffer: Buffer, length: number): void;
  close(): void;
}

/**
 * Listens on one address and calls `accept` for each connection; half-open connections end when the other side ends.
 * @throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL, …)
 */
export function listen(
  address: { host: string; port: number; backlog: number },
  accept: (socket: Socket) => ConnectionEvents,
): Promise<Server> {
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
    const { socket, start } = withSharedBuffer(accepted);
    const events = accept(socket);
    socket.on('error', () => {}); // 'close' follows, and that is all that matters
    socket.on('close', () => events.close());
    start(events);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port, backlog: address.backlog }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Every socket reads into this one buffer: a buffer of its own for each read costs a third of a small request's time. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

interface Started {
  socket: Socket;
  start(events: ConnectionEvents): void;
}

/**
 * Node lets a socket read into a buffer of ours (`onread`), but only one that it creates for us: so the accepted socket's
 * handle moves into a new Socket. Where the handle cannot be had, the ordinary 'data' events do.
 */
function withSharedBuffer(accepted: Socket): Started {
  const handle = (accepted as SocketInternals)._handle;
  if (!handle || typeof handle.useUserBuffer !== 'function') return withDataEvents(accepted);
  let events: ConnectionEvents | undefined;
  const socket = new Socket({
    handle,
    onread: {
      buffer: READ_BUFFER,
      callback(length: number, buffer: Uint8Array): boolean {
        events!.data(buffer as Buffer, length);
        return true;
      },
    },
  } as ConstructorParameters<typeof Socket>[0]);
  (accepted as SocketInternals)._handle = null;
  // The server counts the connections it waits for in close(): the new socket takes over from the accepted one.
  (socket as SocketInternals)._server = (accepted as SocketInternals)._server;
  (socket as SocketInternals).server = (accepted as SocketInternals).server;
  return {
    socket,
    start(given) {
      events = given;
      socket.resume();
    },
  };
}

function withDataEvents(socket: Socket): Started {
  return {
    socket,
    start(events) {
      socket.on('data', (chunk: Buffer) => events.data(chunk, chunk.length));
      socket.resume();
    },
  };
}

type SocketInternals = Omit<Socket, '_handle'> & {
  _handle: { useUserBuffer?: unknown } | null;
  _server?: unknown;
  server?: unknown;
};
