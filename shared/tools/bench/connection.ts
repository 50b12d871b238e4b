import { connect, type Socket } from 'node:net';
import { ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';

/** Sends one request on a connection of its own. @returns the decoded reply; error replies too */
export async function ask(port: number, ...args: string[]): Promise<Decoded> {
  const socket = await open(port);
  const decoder = new ReplyDecoder();
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      decoder.feed(chunk);
      const reply = decoder.next();
      if (reply === undefined) return;
      resolve(reply);
      socket.destroy();
    });
    socket.once('close', () => reject(new Error(`the server on port ${port} closed the connection`)));
    socket.write(encodeRequest(args), 'latin1');
  });
}

/** A connection on which many requests travel at once. */
export interface Pipeline {
  /** @returns the replies in order, error replies too; rejects when the connection ends */
  send(requests: readonly (readonly string[])[]): Promise<Decoded[]>;
  close(): void;
}

export async function openPipeline(port: number): Promise<Pipeline> {
  const socket = await open(port);
  const decoder = new ReplyDecoder();
  return {
    send(requests) {
      const replies: Decoded[] = [];
      return new Promise((resolve, reject) => {
        socket.removeAllListeners();
        socket.on('data', (chunk: Buffer) => {
          decoder.feed(chunk);
          for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) replies.push(reply);
          if (replies.length >= requests.length) resolve(replies);
        });
        socket.once('error', reject);
        socket.once('close', () => reject(new Error(`the server on port ${port} closed the connection`)));
        socket.write(requests.map(encodeRequest).join(''), 'latin1');
      });
    },
    close() {
      socket.removeAllListeners();
      socket.destroy();
    },
  };
}

/** The fields of a section of INFO. */
export async function info(port: number, section: string): Promise<Record<string, string>> {
  return parseInfo(String(await ask(port, 'INFO', section)));
}

/** Reads lines such as `role:master`; a value may hold colons. */
export function parseInfo(text: string): Record<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1)]));
}

/** Resolves when connected. @throws the system's error */
export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** A request as an array of bulk strings. */
export function encodeRequest(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}
