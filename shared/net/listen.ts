import { createServer, Socket, type Server } from 'node:net';

/** The events of a connection, for its owner. `data`'s buffer is valid during the call alone: the next read reuses it. */
export interface ConnectionEvents {
  data(buffer: Buffer, length: number): void;
  close(): void;
  /** Where the next bytes are to go, if not into the shared buffer; that buffer is given to `data` then. */
  target?(): Buffer | undefined;
  /** The other side has ended, in the turn before this one. Calls `end` once all requests before the end are answered. */
  ended?(end: () => void): void;
}

export interface ListenOptions {
  /** An address and a port, or the path of a Unix socket. */
  at: { host: string; port: number } | { path: string };
  /** Connections that may wait for accept. */
  backlog: number;
  /** Makes an accepted socket an encrypted one, and calls back when that is done (stage 12). */
  secure?(accepted: Socket, done: (socket: Socket) => void): void;
  /** A connection could not be accepted, for want of file descriptors perhaps; those that are there go on. */
  onError(error: Error): void;
}

/**
 * Listens on one address and calls `accept` for each connection. An IPv6 address takes IPv6 alone, as in Redis. When
 * the other side ends, its earlier requests are still answered; then the connection is closed.
 * @throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL, …)
 */
export function listen(options: ListenOptions, accept: (socket: Socket) => ConnectionEvents): Promise<Server> {
  const { secure } = options;
  const server = createServer({ noDelay: true, pauseOnConnect: secure === undefined, allowHalfOpen: true }, (accepted) => {
    if (secure === undefined) serve(accepted, accept);
    else secure(accepted, (socket) => serve(socket, accept));
  });
  const { at, backlog, onError } = options;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...at, backlog, ipv6Only: 'host' in at && at.host.includes(':') }, () => {
      server.off('error', reject);
      server.on('error', onError);
      resolve(server);
    });
  });
}

/** Stands between a connection and its owner, and sees the bytes of both. */
export type Tap = (socket: Socket, accept: (socket: Socket) => ConnectionEvents) => ConnectionEvents;

let tap: Tap | undefined;

/** From now on every accepted connection passes through `through`: `npm run stage NN -- --trace` prints what is said. */
export function tapConnections(through: Tap): void {
  tap = through;
}

/** Lets a connection's bytes and its end reach `accept`'s events. */
function serve(accepted: Socket, accept: (socket: Socket) => ConnectionEvents): void {
  let readOn = 0;
  const read = (buffer: Buffer, length: number): void => {
    if (!socket.writableEnded) return events.data(buffer, length);
    readOn += length;
    if (readOn > READ_ON_BYTES) socket.pause();
  };
  const socket = withSharedBuffer(accepted, read, () => events.target?.());
  const events = tap === undefined ? accept(socket) : tap(socket, accept);
  socket.on('error', () => {}); // 'close' follows, and that is all that matters
  socket.on('close', () => events.close());
  // Replies leave at the end of this turn of the event loop: not before them.
  socket.on('end', () => setImmediate(otherSideEnded, socket, events));
  // Where Node does not read into our buffer, the bytes come this way.
  socket.on('data', (chunk: Buffer) => read(chunk, chunk.length));
  socket.resume();
}

function otherSideEnded(socket: Socket, events: ConnectionEvents): void {
  if (events.ended === undefined) endOrDestroy(socket);
  else events.ended(() => endOrDestroy(socket));
}

function endOrDestroy(socket: Socket): void {
  if (socket.writableLength > 0) endConnection(socket);
  else socket.destroy();
}

/** How long a client may take no byte of what is left for it, once its connection is to end. */
const UNREAD_MS = 10_000;
/** How long a client may keep its end open when everything has been sent. */
const LINGER_MS = 1_000;
/** How many of the bytes that a client still sends are read; the rest is left to the kernel, which makes the sender wait. */
const READ_ON_BYTES = 1024 * 1024;

/**
 * Ends a connection once what is written has been sent. What comes in meanwhile is read and dropped: closing a socket
 * with unread bytes would cut off our last reply on its way. A client that does not read, or does not close its end, is
 * cut, whatever it sends; and no more than `READ_ON_BYTES` of that is read.
 */
export function endConnection(socket: Socket): void {
  if (socket.writableEnded || socket.destroyed) return;
  let seen = unsent(socket);
  let timer = setInterval(() => {
    const before = seen;
    seen = unsent(socket);
    if (seen === before) socket.destroy();
  }, UNREAD_MS);
  socket.on('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(() => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), LINGER_MS);
  });
}

/** Changes when the other side takes something. (Node's `setTimeout` of a socket starts again when something comes in.) */
function unsent(socket: Socket): string {
  return `${socket.writableLength} ${(socket as SocketInternals)._handle?.writeQueueSize}`;
}

/** Every socket reads into this one buffer: one of its own for each read costs a third of a small request's time. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);
/**
 * Its beginning, for the read after a long argument: often another one follows, and what is read here of that has to be
 * copied to its place.
 */
const SHORT_BUFFER = READ_BUFFER.subarray(0, 16 * 1024);
/** A socket that has been read so far without a pause lets the other clients go first. */
const BURST_BYTES = 2 * 1024 * 1024;

/**
 * Node lets a socket read into a buffer of ours (`onread`), but only one that it creates for us: so the accepted
 * socket's handle moves into a new Socket. Where the handle cannot be had, the accepted socket itself will do.
 */
function withSharedBuffer(
  accepted: Socket,
  read: (buffer: Buffer, length: number) => void,
  targetOf: () => Buffer | undefined,
): Socket {
  const handle = (accepted as SocketInternals)._handle;
  if (!handle || typeof handle.useUserBuffer !== 'function') return accepted;
  let current: Buffer | undefined;
  let target: Buffer | undefined;
  let afterLong = false;
  let burst = 0;
  const socket = new Socket({
    handle,
    allowHalfOpen: true,
    onread: {
      /** Called once at first, and after each read; undefined: the same again. */
      buffer(): Buffer | undefined {
        const next = target ?? (afterLong ? SHORT_BUFFER : READ_BUFFER);
        if (next === current) return undefined;
        current = next;
        return next;
      },
      callback(length: number, buffer: Buffer): boolean {
        read(buffer, length);
        target = targetOf();
        if (target !== undefined) afterLong = true;
        else if (buffer === SHORT_BUFFER) afterLong = false;
        burst = length < buffer.length ? 0 : burst + length;
        if (burst === 0 || (burst < BURST_BYTES && (target !== undefined || buffer !== READ_BUFFER))) return true;
        // There is more: the other clients first. Node would read on up to 32 times, some 100 ms of small requests.
        burst = 0;
        setImmediate(resume, socket);
        return false;
      },
    },
  } as ConstructorParameters<typeof Socket>[0]);
  (accepted as SocketInternals)._handle = null;
  // The server counts the connections it waits for in close(): the new socket takes over from the accepted one.
  (socket as SocketInternals)._server = (accepted as SocketInternals)._server;
  (socket as SocketInternals).server = (accepted as SocketInternals).server;
  return socket;
}

function resume(socket: Socket): void {
  if (!socket.destroyed && !socket.isPaused()) socket.resume();
}

type SocketInternals = Omit<Socket, '_handle'> & {
  /** `writeQueueSize`: how much of what was handed to the system it has not taken. */
  _handle: { useUserBuffer?: unknown; writeQueueSize?: number } | null;
  _server?: unknown;
  server?: unknown;
};
