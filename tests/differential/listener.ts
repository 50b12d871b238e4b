import { connect } from 'node:net';
import { encodeRequest } from '../harness/client.ts';
import { within } from '../harness/time.ts';
import type { BatchConnection } from './connection.ts';

/** A client that is subscribed to everything: messages, and the events of all keys. */
export interface Listener {
  /** What it has received until now: the bytes of each message. `sender`: a connection to the same server. */
  heard(sender: BatchConnection): Promise<string[]>;
  close(): void;
}

const END = 'nobody-else-says-this';
const SILENT_MS = 20_000;

/** Subscribes to all channels, and turns on the events of all keys. */
export async function openListener(port: number): Promise<Listener> {
  const socket = connect(port, '127.0.0.1');
  let bytes = '';
  let onMore: () => void = () => {};
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    bytes += chunk.toString('latin1');
    onMore();
  });
  const arrived = (mark: string) =>
    within(
      SILENT_MS,
      new Promise<void>((resolve) => {
        onMore = () => bytes.includes(mark) && resolve();
        onMore();
      }),
    );
  socket.write(encodeRequest(['CONFIG', 'SET', 'notify-keyspace-events', 'AKE']), 'latin1');
  socket.write(encodeRequest(['PSUBSCRIBE', '*']), 'latin1');
  await arrived('psubscribe');
  bytes = '';
  return {
    async heard(sender) {
      await sender.send([['PUBLISH', END, '']]);
      await arrived(END);
      return bytes.split('*4\r\n$8\r\npmessage\r\n').filter((message) => message !== '' && !message.includes(END));
    },
    close() {
      socket.destroy();
    },
  };
}
