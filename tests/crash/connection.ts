import { connect } from 'node:net';
import { ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import { encodeRequest } from '../harness/client.ts';

/** A connection to a server that will be killed: it reports when the server is gone, and loses no reply that came before. */
export interface Connection {
  write(bytes: string): void;
  /** Resolves when the server is gone and every byte that it sent has been handed out. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Connects to 127.0.0.1; `onReply` gets each reply in order, error replies too. @throws the system's error */
export async function openConnection(port: number, onReply: (reply: Decoded) => void): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const decoder = new ReplyDecoder();
  socket.on('data', (chunk) => {
    decoder.feed(chunk);
    for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) onReply(reply);
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    closed,
    write: (bytes) => void socket.write(bytes, 'latin1'),
    close: () => socket.destroy(),
  };
}

/** Sends requests in one go on a connection of its own. @throws Error when the server closes before the last reply */
export async function ask(port: number, requests: readonly (readonly string[])[]): Promise<Decoded[]> {
  if (requests.length === 0) return [];
  const replies: Decoded[] = [];
  let done = () => {};
  const complete = new Promise<void>((resolve) => (done = resolve));
  const connection = await openConnection(port, (reply) => {
    replies.push(reply);
    if (replies.length === requests.length) done();
  });
  connection.write(requests.map(encodeRequest).join(''));
  await Promise.race([complete, connection.closed]);
  connection.close();
  if (replies.length === requests.length) return replies;
  throw new Error(`the server closed the connection after ${replies.length} of ${requests.length} replies`);
}
