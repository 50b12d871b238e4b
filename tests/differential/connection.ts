import { connect, type Socket } from 'node:net';
import { DecodeError, ReplyDecoder } from '#shared/resp/decoder.ts';
import { encodeRequest } from '../harness/client.ts';
import { within } from '../harness/time.ts';
import type { Command } from './arguments.ts';

/** A connection that takes many commands at once and hands out the bytes of each reply. */
export interface BatchConnection {
  /** The replies in order; fewer when the server closed the connection or fell silent. */
  send(commands: readonly Command[]): Promise<string[]>;
  close(): void;
}

const SILENT_MS = 20_000;

/** @param protocol 3 says HELLO 3 first */
export async function openBatches(port: number, protocol: 2 | 3 = 2): Promise<BatchConnection> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const connection = batches(socket);
  if (protocol === 3) await connection.send([['HELLO', '3']]);
  return connection;
}

function batches(socket: Socket): BatchConnection {
  const decoder = new ReplyDecoder();
  let unclaimed = '';
  let onMore: () => void = () => {};
  let closed = false;
  socket.on('data', (chunk) => {
    unclaimed += chunk.toString('latin1');
    decoder.feed(chunk);
    onMore();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    onMore();
  });

  const take = (replies: string[], count: number) => {
    while (replies.length < count) {
      const before = decoder.consumed;
      if (decoder.next() === undefined) return;
      const size = decoder.consumed - before;
      replies.push(unclaimed.slice(0, size));
      unclaimed = unclaimed.slice(size);
    }
  };

  return {
    async send(commands) {
      const replies: string[] = [];
      socket.write(commands.map(encodeRequest).join(''), 'latin1');
      for (;;) {
        try {
          take(replies, commands.length);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          return [...replies, unclaimed];
        }
        if (replies.length === commands.length || closed) return replies;
        const more = await within(SILENT_MS, new Promise<true>((resolve) => (onMore = () => resolve(true))));
        if (!more) return replies;
      }
    },
    close() {
      socket.destroy();
    },
  };
}
