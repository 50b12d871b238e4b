import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReplyDecoder } from '#shared/resp/decoder.ts';
import { Client, encodeRequest } from '../harness/client.ts';
import { stagesToTry } from '../harness/stages-to-try.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { within } from '../harness/time.ts';
import { INLINE, tortureScript } from './script.ts';

/** Thousands of exchanges: they take a while where the machine is busy. */
const LONG = { timeout: 300_000 };

// However requests are cut into packets, the replies are the same bytes.
for (const stage of stagesToTry('01')) {
  describe(`frames on stage ${stage.number}`, () => {
    const requests = [...tortureScript(stage.number).map(encodeRequest), ...INLINE];
    const wire = requests.join('');
    let server: RunningServer;
    let control: Client;
    let whole: string;

    beforeAll(async () => {
      server = await parseTarget(stage.dir).start();
      control = await Client.open('127.0.0.1', server.port);
      whole = await oneByOne(control, server.port, requests);
    });
    afterAll(async () => {
      await control.close();
      await server.stop();
    });
    const exchanged = (pieces: readonly string[]) => exchange(control, server.port, pieces, whole.length);

    test('one at a time, each request gets one reply', () => {
      expect(countReplies(whole)).toBe(requests.filter((request) => request !== '\r\n').length);
    });

    test('all in one packet', async () => {
      expect(await exchanged([wire])).toBe(whole);
    });

    test('byte by byte', async () => {
      expect(await exchanged([...wire])).toBe(whole);
    });

    test('split in two at every offset', LONG, async () => {
      for (let at = 1; at < wire.length; at++) {
        const replies = await exchanged([wire.slice(0, at), wire.slice(at)]);
        if (replies !== whole)
          expect(replies, `split at byte ${at}: …${wire.slice(at - 20, at)}|${wire.slice(at, at + 20)}…`).toBe(whole);
      }
    });

    test('in pieces of 2 to 40 bytes', LONG, async () => {
      for (let size = 2; size <= 40; size++) {
        const replies = await exchanged(wire.match(new RegExp(`[^]{1,${size}}`, 'g'))!);
        if (replies !== whole) expect(replies, `in pieces of ${size} bytes`).toBe(whole);
      }
    });

    test('with other clients in between', async () => {
      const pieces = wire.match(/[^]{1,7}/g)!;
      const others = [3, 5, 11].map((size) => echoes(server.port, size));
      expect(await exchanged(pieces)).toBe(whole);
      expect(await Promise.all(others)).toEqual([true, true, true]);
    });
  });
}

/** Sends each request when the reply to the one before is there: the reference. */
async function oneByOne(control: Client, port: number, requests: readonly string[]): Promise<string> {
  await control.send('FLUSHALL');
  const client = await Client.open('127.0.0.1', port);
  let replies = '';
  for (const request of requests) {
    client.write(request);
    if (request !== '\r\n') replies += await client.receive().bytes;
  }
  const fail = await client.close();
  fail?.();
  return replies;
}

/**
 * Writes the pieces so that the server reads each apart, and returns everything that comes until the server has closed.
 */
async function exchange(
  control: Client,
  port: number,
  pieces: readonly string[],
  expectedLength: number,
): Promise<string> {
  await control.send('FLUSHALL');
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let received = '';
  const closed = new Promise<void>((resolve, reject) => {
    socket.once('close', () => resolve());
    socket.once('error', reject);
  });
  const complete = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.length >= expectedLength) resolve();
    });
  });
  for (const [index, piece] of pieces.entries()) {
    await new Promise((resolve) => socket.write(piece, 'latin1', resolve));
    // When the server has answered another client, it has read what came before.
    if (index < pieces.length - 1) await control.send('PING');
  }
  await within(5_000, Promise.race([complete, closed]));
  // The server answers our end with its own: what else it had to say has arrived by then.
  socket.end();
  await within(5_000, closed);
  socket.destroy();
  return received;
}

/** A client of its own that sends values in pieces, and gets each back. */
async function echoes(port: number, size: number): Promise<boolean> {
  const client = await Client.open('127.0.0.1', port);
  for (let i = 0; i < 50; i++) {
    const value = `${size}-${i}\r\n`.repeat(size);
    const request = encodeRequest(['ECHO', value]);
    for (const piece of request.match(new RegExp(`[^]{1,${size}}`, 'g'))!) client.write(piece);
    if ((await client.receive().reply) !== value) return false;
  }
  return (await client.close()) === null;
}

function countReplies(bytes: string): number {
  const decoder = new ReplyDecoder();
  decoder.feed(bytes);
  let count = 0;
  while (decoder.next() !== undefined) count++;
  return count;
}
