import { connect } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';
import { ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { encodeRequest } from '../harness/client.ts';

/** How a connection to a server is made. */
export interface Access {
  readonly password?: string | undefined;
  readonly secure?: ConnectionOptions | undefined;
}

/** A connection to a server that may be killed, stopped or cut off at any time. */
export interface Link {
  /** @throws Error when the reply is an error, when none comes in time, or when the connection breaks */
  ask(...words: (string | number)[]): Promise<Decoded>;
  readonly isOpen: boolean;
  close(): void;
}

/** Longer than any reply takes on a busy machine, and short enough to go to the new primary soon. */
const PATIENCE_MS = 3_000;

/** @throws Error when no reply comes */
export async function openLink(port: number, { password, secure }: Access = {}): Promise<Link> {
  const where = { host: '127.0.0.1', port };
  const socket = secure === undefined ? connect(where) : connectSecurely({ ...secure, ...where });
  const decoder = new ReplyDecoder();
  let waiting: { resolve(reply: Decoded): void; reject(error: Error): void }[] = [];
  const end = (reason: string) => {
    socket.destroy();
    const left = waiting;
    waiting = [];
    for (const { reject } of left) reject(new Error(reason));
  };
  socket.setNoDelay(true);
  socket.on('error', (error) => end(error.message));
  socket.on('close', () => end('the connection was closed'));
  socket.on('data', (chunk) => {
    decoder.feed(chunk);
    for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) {
      const first = waiting.shift();
      if (reply instanceof ReplyError) first?.reject(reply);
      else first?.resolve(reply);
    }
  });
  const link: Link = {
    ask(...words) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the connection is closed'));
        const timer = setTimeout(() => end(`no reply to ${words.join(' ').slice(0, 80)}`), PATIENCE_MS);
        waiting.push({
          resolve: (reply) => (clearTimeout(timer), resolve(reply)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        });
        socket.write(encodeRequest(words.map(String)), 'latin1');
      });
    },
    get isOpen() {
      return !socket.destroyed;
    },
    close: () => end('closed'),
  };
  try {
    if (password !== undefined) await link.ask('AUTH', password);
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

/** One question on a connection of its own. @throws as `openLink` and `ask` */
export async function askOnce(port: number, access: Access, ...words: (string | number)[]): Promise<Decoded> {
  const link = await openLink(port, access);
  try {
    return await link.ask(...words);
  } finally {
    link.close();
  }
}

/** The fields of INFO replication. */
export async function replicationInfo(port: number, access: Access): Promise<Record<string, string>> {
  const text = String(await askOnce(port, access, 'INFO', 'replication'));
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1)]));
}
