import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { items } from '../harness/expectation.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { hasRedis } from '../interop/servers.ts';
import { transactions } from './transactions.ts';
import { startTrio, texts, type Trio } from './trio.ts';
import { waitingClients } from './waiting-clients.ts';

/**
 * What one feature means for another: transactions, waiting clients, expiry and chance, in the append-only file and on
 * replicas. A primary of each kind, with replicas of both.
 */

const seed = chooseSeed();
const last = builtStages().filter(({ number }) => number >= '08').at(-1);
const stage = last?.dir;
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

  describe('transactions', () => transactions(() => trio));
  describe('clients that wait', () => waitingClients(() => trio, last?.number ?? '08'));

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

    test('XADD * and trims by ~ are streamed as their results', async () => {
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
