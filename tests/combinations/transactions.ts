import { expect, test } from 'vitest';
import type { Decoded } from '#shared/resp/decoder.ts';
import type { Client } from '../harness/client.ts';
import { items } from '../harness/expectation.ts';
import { rewritten } from '../harness/persistence.ts';
import { sleep, until } from '../harness/time.ts';
import type { Durable } from './servers.ts';
import { texts, type Trio } from './trio.ts';

/** What EXEC did reaches the append-only file and the replicas as one unit; WATCH on a replica sees what comes. */
export function transactions(given: () => Trio): void {
  test('EXEC stands in the file as one unit, whatever others write meanwhile', async () => {
    const trio = given();
    const others = await Promise.all([1, 2, 3].map(() => trio.client()));
    let running = true;
    const noise = others.map(async (client, at) => {
      while (running) {
        await Promise.all([
          client.send('INCR', `noise:${at}`),
          client.send('RPUSH', 'noise:list', 'x'),
          client.send('BLPOP', 'noise:list', '1'),
          client.send('SET', `noise:brief:${at}`, 'x', 'PX', '1'),
        ]);
      }
    });
    const writer = await trio.client();
    for (let n = 0; n < 200; n++) {
      const sent = [['MULTI'], ['SET', 'unit:a', n], ['GET', 'unit:a'], ['SET', 'unit:b', n], ['EXEC']];
      await Promise.all(sent.map((words) => writer.send(...words)));
    }
    running = false;
    await Promise.all(noise);
    // The brief ones are over then.
    await sleep(5);
    await trio.agree();
    for (const server of [trio.primary, ...trio.replicas]) {
      await until(() => texts(server).includes('SET unit:b 199'), 'the last one in the file');
      const requests = texts(server).map((request) => request.replace(/^(multi|exec)$/, (name) => name.toUpperCase()));
      const units = requests.flatMap((request, at) => {
        return request.startsWith('SET unit:a ') ? [requests.slice(at - 1, at + 3)] : [];
      });
      const expected = Array.from({ length: 200 }, (_, n) => ['MULTI', `SET unit:a ${n}`, `SET unit:b ${n}`, 'EXEC']);
      expect(units, server.name).toEqual(expected);
    }
  });

  test('a replica never shows half of it', async () => {
    const trio = given();
    const writer = await trio.client();
    let running = true;
    const readers = trio.replicas.map((replica) => readPairs(replica, trio, () => running));
    // Far larger than what a socket hands over at once.
    const padding = '.'.repeat(1_500_000);
    for (let n = 10; n < 22; n++) {
      const sent = [['MULTI'], ['SET', 'half:a', n + padding], ['SET', 'half:b', n + padding], ['EXEC']];
      await Promise.all(sent.map((words) => writer.send(...words)));
      await sleep(1);
    }
    await trio.settled();
    running = false;
    for (const seen of await Promise.all(readers)) {
      expect(seen.filter(([a, b]) => a !== b)).toEqual([]);
      expect(new Set(seen.map(([a]) => a)).size).toBeGreaterThan(2);
    }
    // The files need not keep all that.
    await trio.run('DEL half:a half:b', 'BGREWRITEAOF');
    await rewritten(trio.primary.client);
  });

  test('one that WATCH calls off is nowhere', async () => {
    const trio = given();
    const [watcher, other] = [await trio.client(), await trio.client()];
    const came = await trio.during(async () => {
      await watcher.expect('WATCH', 'watched').ok();
      await other.expect('SET', 'watched', 'theirs').ok();
      await watcher.expect('MULTI').ok();
      await watcher.expect('SET', 'watched', 'mine').status('QUEUED');
      await watcher.expect('EXEC').nilArray();
    });
    expect(came).toEqual(['SET watched theirs']);
    await trio.agree();
  });

  const changes: [name: string, ...requests: string[]][] = [
    ['a write', 'SET w:k new'],
    ['a write in EXEC', 'MULTI', 'SET w:other x', 'APPEND w:k x', 'EXEC'],
    ['a deletion', 'DEL w:k'],
    ['RENAME', 'RENAME w:k w:l'],
    ['MOVE', 'MOVE w:k 7'],
    ['COPY', 'SELECT 7', 'SET w:from x', 'COPY w:from w:k DB 0 REPLACE', 'SELECT 0'],
    ['SWAPDB', 'SWAPDB 0 8'],
    ['FLUSHDB', 'SWAPDB 0 8', 'FLUSHDB', 'SWAPDB 0 8'],
    ['a deadline that is over', 'PEXPIREAT w:k 1'],
  ];
  test.each(changes)('WATCH on a replica sees what is streamed: %s', async (_name, ...requests) => {
    const trio = given();
    await trio.run('FLUSHALL', 'SET w:k old', 'SET w:unrelated old');
    await trio.settled();
    const readers = await Promise.all(trio.replicas.map((replica) => trio.client(replica)));
    const calm = await Promise.all(trio.replicas.map((replica) => trio.client(replica)));
    for (const reader of readers) await reader.expect('WATCH', 'w:k').ok();
    for (const reader of calm) await reader.expect('WATCH', 'w:nothing').ok();
    await trio.run(...requests);
    await trio.settled();
    for (const reader of readers) expect(await transaction(reader)).toBeNull();
    for (const reader of calm) expect(await transaction(reader)).not.toBeNull();
    await trio.agree();
  });
}

/** The beginnings of both keys, read again and again within MULTI. */
async function readPairs(replica: Durable, trio: Trio, running: () => boolean): Promise<Decoded[][]> {
  const client = await trio.client(replica);
  const seen: Decoded[][] = [];
  while (running()) {
    const [, , , reply] = await Promise.all([
      client.send('MULTI'),
      client.send('GETRANGE', 'half:a', '0', '1'),
      client.send('GETRANGE', 'half:b', '0', '1'),
      client.send('EXEC'),
    ]);
    seen.push(items(reply!));
  }
  return seen;
}

async function transaction(client: Client): Promise<unknown> {
  await client.expect('MULTI').ok();
  await client.expect('PING').status('QUEUED');
  return client.send('EXEC');
}
