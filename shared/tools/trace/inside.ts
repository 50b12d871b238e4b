import net, { type Socket } from 'node:net';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';
import { tapConnections } from '#shared/net/listen.ts';
import { Conversation } from './conversation.ts';

/*
 * Loaded before a stage by `npm run stage NN -- --trace`: prints what each client sends and receives, and what the stage
 * says to a server that it connects to (its primary). The stage keeps its port, and sees its clients' own addresses.
 */

const print = (text: string) => console.log(text);

tapConnections((socket, accept) => {
  const conversation = new Conversation(nameOf(socket), print);
  conversation.opened();
  tapWrites(socket, (chunk) => conversation.reply(chunk));
  const events = accept(socket);
  return {
    data(buffer, length) {
      conversation.request(buffer.subarray(0, length));
      events.data(buffer, length);
    },
    close() {
      conversation.closed();
      events.close();
    },
    ...(events.target === undefined ? {} : { target: () => events.target!() }),
    ...(events.ended === undefined ? {} : { ended: (end) => events.ended!(end) }),
  };
});

net.connect = tapOutgoing(net.connect);
tls.connect = tapOutgoing(tls.connect);
syncBuiltinESMExports();

/** A `connect` whose connections are printed too: here the stage is the client. */
function tapOutgoing<F extends (...args: never[]) => Socket>(connect: F): F {
  return ((...args: Parameters<F>) => {
    const socket = connect(...args);
    const { host, port } = args[0] as { host?: string; port?: number };
    const conversation = new Conversation(`this server → ${host}:${port}`, print);
    conversation.opened();
    tapWrites(socket, (chunk) => conversation.request(chunk));
    socket.prependListener('data', (chunk: Buffer) => conversation.reply(chunk));
    socket.once('close', () => conversation.closed());
    return socket;
  }) as F;
}

function tapWrites(socket: Socket, see: (chunk: Buffer) => void): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    see(typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(rest)) : Buffer.from(chunk));
    return write(chunk, ...rest);
  }) as Socket['write'];
}

function encodingOf([encoding]: unknown[]): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unix socket' : `${remoteAddress}:${remotePort}`;
}
