import { connect, createServer, type Socket } from 'node:net';
import { Conversation, type Print } from './conversation.ts';

export interface TraceProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1, hands every byte on to the server at `host` and `port`, and prints what is said.
 * Each side's end and each side's broken connection reaches the other.
 */
export function startTraceProxy(host: string, port: number, print: Print): Promise<TraceProxy> {
  const open = new Set<Socket>();
  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const conversation = new Conversation(`${client.remoteAddress}:${client.remotePort}`, print);
    conversation.opened();
    handOn(client, server, (chunk) => conversation.request(chunk));
    handOn(server, client, (chunk) => conversation.reply(chunk));
    client.once('close', () => conversation.closed());
    for (const socket of [client, server]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
  });
  return new Promise((resolve, reject) => {
    proxy.once('error', reject);
    proxy.listen(0, '127.0.0.1', () => {
      const address = proxy.address() as { port: number };
      resolve({ port: address.port, close: () => close(proxy, open) });
    });
  });
}

function handOn(from: Socket, to: Socket, see: (chunk: Buffer) => void): void {
  from.on('data', (chunk: Buffer) => {
    see(chunk);
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => to.destroySoon());
}

function close(proxy: ReturnType<typeof createServer>, open: Set<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  return new Promise((resolve) => proxy.close(() => resolve()));
}
