import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import type { Decoded } from '#shared/resp/decoder.ts';
import type { Client } from '../harness/client.ts';
import { items } from '../harness/expectation.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { hasRedis } from '../interop/servers.ts';
import type { Durable } from './servers.ts';
import { startTrio, texts, type Trio } from './trio.ts';

/**
 * What one feature means for another: transactions, waiting clients, expiry and chance, in the append-only file and on
 * replicas. A primary of each kind, with replicas of both.
 */

const seed = chooseSeed();
const stage = builtStages().filter(({ number }) => number >= '08').at(-1)?.dir;
const redis = hasRedis('the combinations were not tried with it') ? 'redis' : undefined;
const kinds = [stage, redis].filter((kind) => kind !== undefined);

describe.each(kinds)(`a primary: %s, SEED=${seed}`, (kind) => {
  let trio: Trio;
  beforeAll(async () => {
    trio = await startTrio(kind, kinds);
  });
  afterAll(() => trio.stop());

  describe('databases', () => {
    test('FLUSHALL, SWAPDB, MOVE and COPY DB', async () => {
      await trio.run('SET old x', 'SELECT 3', 'SET old3 x', 'FLUSHALL', 'SELECT 0');
      await trio.run('SET a 0', 'SET b 0 EX 1000', 'SELECT 1', 'SET a 1', 'RPUSH l x', 'SELECT 2', 'HSET h f v');
      await trio.run('SWAPDB 0 1', 'SELECT 0', 'MOVE l 2', 'COPY a a2 DB 2', 'SELECT 1', 'COPY b b DB 0', 'MOVE b 5');
      await trio.run('SWAPDB 1 2', 'MULTI', 'SELECT 4', 'SET in:4 x', 'SWAPDB 4 6', 'SET in:4 y', 'EXEC', 'SELECT 0');
      const expected: Record<number, string[]> = {
        0: ['a', 'b'], 1: ['a2', 'h', 'l'], 2: ['a'], 4: ['in:4'], 5: ['b'], 6: ['in:4'],
      };
      await trio.settled();
      for (const server of [trio.primary, ...trio.replicas]) {
        const client = await trio.client(server);
        for (const [database, keys] of Object.entries(expected)) {
          await client.expect('SELECT', database).ok();
          await client.expect('KEYS', '*').anyOrder(keys);
        }
        await client.expect('GET', 'in:4').bulk('x');
      }
      await trio.agree();
    });
  });

  describe('transactions', () => {
    test('EXEC stands in the file as one unit, whatever others write meanwhile', async () => {
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
      const writer = await trio.client();
      let running = true;
      const readers = trio.replicas.map((replica) => readPairs(replica, trio, () => running));
      // Far larger than what a socket hands over at once.
      const padding = '.'.repeat(2_000_000);
      for (let n = 10; n < 40; n++) {
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
      await trio.run('DEL half:a half:b');
    });

    test('one that WATCH calls off is nowhere', async () => {
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
  });

  describe('clients that wait', () => {
    const pops: [wait: string, push: string, ...effects: (string | RegExp)[]][] = [
      ['BLPOP p:l 0', 'RPUSH p:l a b', 'RPUSH p:l a b', 'LPOP p:l'],
      ['BRPOP p:r 0', 'RPUSH p:r a b', 'RPUSH p:r a b', 'RPOP p:r'],
      ['BLMOVE p:m p:to LEFT RIGHT 0', 'RPUSH p:m a b', 'RPUSH p:m a b', 'LMOVE p:m p:to LEFT RIGHT'],
      ['BRPOPLPUSH p:q p:to 0', 'RPUSH p:q a b', 'RPUSH p:q a b', 'RPOPLPUSH p:q p:to'],
      ['BLMPOP 0 2 p:none p:mp RIGHT COUNT 2', 'RPUSH p:mp a b c', 'RPUSH p:mp a b c', 'RPOP p:mp 2'],
      [
        'XREADGROUP GROUP g c BLOCK 0 STREAMS p:x >',
        'XADD p:x 5-1 f v',
        'XADD p:x 5-1 f v',
        /^XCLAIM p:x g c 0 5-1 TIME \d{13} RETRYCOUNT 1 FORCE JUSTID LASTID 5-1$/,
      ],
    ];
    test.each(pops)('%s, served by %s', async (wait, push, ...effects) => {
      await trio.run('DEL p:l p:r p:m p:q p:mp p:x p:to', 'XGROUP CREATE p:x g $ MKSTREAM');
      if (wait.startsWith('XREADGROUP')) await trio.run('XGROUP CREATECONSUMER p:x g c');
      const waiting = await trio.client();
      const came = await trio.during(async () => {
        const served = waiting.sendLater(...wait.split(' '));
        await blocked(trio.primary, 1);
        await trio.run(push);
        await served.success();
      });
      expect(commands(came)).toEqual(effects.map((effect) => (typeof effect === 'string' ? effect : matching(effect))));
      await trio.agree();
    });

    test('two that wait for one push, and a third that finds nothing', async () => {
      await trio.run('DEL p:l');
      const waiting = await Promise.all([1, 2, 3].map(() => trio.client()));
      const came = await trio.during(async () => {
        const served = [];
        for (const [at, client] of waiting.entries()) {
          served.push(client.sendLater('BLPOP', 'p:l', at < 2 ? '0' : '0.05'));
          await blocked(trio.primary, at + 1);
        }
        await trio.run('RPUSH p:l a b');
        await served[0]!.array(['p:l', 'a']);
        await served[1]!.array(['p:l', 'b']);
        await served[2]!.nilArray();
      });
      expect(commands(came)).toEqual(['RPUSH p:l a b', 'LPOP p:l', 'LPOP p:l']);
      await trio.agree();
    });

    test('a pop that EXEC serves comes behind it', async () => {
      await trio.run('DEL p:l');
      const [waiting, pusher] = [await trio.client(), await trio.client()];
      const came = await trio.during(async () => {
        const served = waiting.sendLater('BLMOVE', 'p:l', 'p:to', 'LEFT', 'LEFT', '0');
        await blocked(trio.primary, 1);
        for (const words of [['MULTI'], ['RPUSH', 'p:l', 'a'], ['INCR', 'p:n'], ['EXEC']]) await pusher.send(...words);
        await served.bulk('a');
      });
      expect(commands(came)).toEqual(['RPUSH p:l a', 'INCR p:n', 'LMOVE p:l p:to LEFT LEFT']);
      await trio.agree();
    });
  });

  describe('expiry', () => {
    test('a replica hides the key, and keeps it until the primary\'s DEL', async () => {
      await trio.run('FLUSHALL', 'DEBUG SET-ACTIVE-EXPIRE 0', 'SET stays x');
      const before = await trio.during(async () => {
        await trio.run('SET e:k x PX 20', 'RPUSH e:l a', 'PEXPIRE e:l 20');
        await trio.settled();
        await sleep(25);
        for (const { client } of trio.replicas) {
          await client.expect('GET', 'e:k').nil();
          await client.expect('EXISTS', 'e:k', 'e:l').int(0);
          await client.expect('LRANGE', 'e:l', '0', '-1').array([]);
          await client.expect('DBSIZE').int(3);
        }
        await trio.primary.client.expect('DBSIZE').int(3);
      });
      expect(before.filter((request) => request.startsWith('DEL'))).toEqual([]);
      const found = await trio.during(async () => {
        await trio.primary.client.expect('GET', 'e:k').nil();
        await trio.primary.client.expect('RPUSH', 'e:l', 'b').int(1);
      });
      expect(found.filter((request) => !/^(MULTI|EXEC)$/.test(request))).toEqual(['DEL e:k', 'DEL e:l', 'RPUSH e:l b']);
      await trio.settled();
      for (const { client } of trio.replicas) {
        await client.expect('DBSIZE').int(2);
        await client.expect('LRANGE', 'e:l', '0', '-1').array(['b']);
        await client.expect('TTL', 'e:l').int(-1);
      }
    });

    test('by itself the primary finds it too', async () => {
      await trio.run('DEBUG SET-ACTIVE-EXPIRE 1');
      const came = await trio.during(async () => {
        await trio.run('SET e:self x PX 10');
        await until(() => texts(trio.primary).includes('DEL e:self'), 'the deletion in the file');
      });
      expect(came.filter((request) => request.includes('e:self'))).toHaveLength(2);
      await trio.agree();
    });

    test('inside a transaction the deletion comes before the write that found it', async () => {
      await trio.run('DEBUG SET-ACTIVE-EXPIRE 0', 'SET e:n 41 PX 5');
      await sleep(10);
      const came = await trio.during(() => trio.run('MULTI', 'SET e:first x', 'INCR e:n', 'EXEC'));
      expect(came).toEqual(['MULTI', 'SET e:first x', 'DEL e:n', 'INCR e:n', 'EXEC']);
      await trio.run('DEBUG SET-ACTIVE-EXPIRE 1');
      await trio.agree();
      await trio.primary.client.expect('GET', 'e:n').bulk('1');
    });

    test('deadlines are the same points in time everywhere', async () => {
      const requests = ['SET e:1 x EX 100', 'SETEX e:2 100 x', 'SET e:3 x', 'EXPIRE e:3 100', 'GETEX e:3 PX 70000'];
      const came = await trio.during(() => trio.run(...requests, 'SET e:4 x PX 50000', 'SET e:4 y KEEPTTL'));
      expect(came.filter((request) => /^(EXPIRE|SETEX|GETEX)| (EX|PX) /.test(request))).toEqual([]);
      await trio.agree();
    });
  });

  describe('chance and the moment', () => {
    test('SPOP takes the same everywhere; SRANDMEMBER leaves no trace', async () => {
      const rng = createRng(seed);
      const members = Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? `m${n}` : String(n)));
      await trio.primary.client.expect('SADD', 'r:set', ...members).int(300);
      const taken: string[] = [];
      const came = await trio.during(async () => {
        while (taken.length < 250) {
          const count = rng.int(1, 12);
          const reply = await trio.primary.client.send('SPOP', 'r:set', ...(count === 1 ? [] : [count]));
          taken.push(...(typeof reply === 'string' ? [reply] : (items(reply) as string[])));
          await trio.primary.client.expect('SRANDMEMBER', 'r:set', '3').success();
        }
      });
      const removed = came.filter((request) => request.startsWith('SREM r:set ')).flatMap((r) => r.split(' ').slice(2));
      expect(removed.sort()).toEqual(taken.sort());
      expect(came.filter((request) => !/^(SREM r:set |MULTI$|EXEC$)/.test(request))).toEqual([]);
      await trio.agree();
      const rest = await trio.during(() => trio.run('SPOP r:set 1000'));
      expect(rest.map((request) => request.replace('UNLINK', 'DEL'))).toEqual(['DEL r:set']);
      await trio.agree();
    });

    test('XADD * and trims by ~ are told as what they did', async () => {
      const came = await trio.during(async () => {
        for (let n = 0; n < 350; n++) await trio.primary.client.send('XADD', 'r:x', 'MAXLEN', '~', '120', '*', 'n', n);
        await trio.run('XTRIM r:x MAXLEN ~ 50', 'XADD r:x 9999999999999-* n x');
      });
      expect(came).not.toEqual([]);
      expect(came.filter((request) => /[~*]/.test(request))).toEqual([]);
      await trio.agree();
    });

    test('floats as their sums', async () => {
      const rng = createRng(seed);
      const came = await trio.during(async () => {
        for (let n = 0; n < 50; n++) {
          await trio.run(`INCRBYFLOAT r:f ${rng.int(-999, 999) / 7}`, `HINCRBYFLOAT r:h f ${rng.int(-999, 999) / 7}`);
        }
      });
      expect(came.filter((request) => request.includes('INCRBYFLOAT'))).toEqual([]);
      await trio.agree();
    });
  });

  test('and what starts from the file holds all of it', async () => {
    await trio.agree();
    // That Redis starts from its own is no question.
    await trio.agreeFromFiles(kinds.filter((other) => [kind, other].includes(stage!)));
  });
});

/**
 * The commands that change data: without MULTI and EXEC, which may stand around a pop and its push; ends of lists in
 * capitals; without a group's counter, which servers before 7.4 do not tell behind a claim.
 */
function commands(requests: readonly string[]): string[] {
  const changes = requests.filter((request) => !/^(MULTI$|EXEC$|XGROUP SETID )/.test(request));
  return changes.map((request) => request.replace(/ (left|right)\b/g, (end) => end.toUpperCase()));
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

/** Waits until so many clients of a server wait for a key. */
async function blocked(server: Durable, count: number): Promise<void> {
  await until(async () => (await server.info('clients'))['blocked_clients'] === String(count), `${count} blocked clients`);
}

function matching(pattern: RegExp): string {
  return expect.stringMatching(pattern) as string;
}
