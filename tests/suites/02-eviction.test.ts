import { cache, evict, fieldOf, fill, infoNumber, keysLost, LIMIT, names, sendAll, VALUE } from '../harness/cache.ts';
import { describe, expect, server, test, until } from '../harness/suite.ts';

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
const SWITCHING =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const VOLATILE = ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'];
const POLICIES = [...VOLATILE, 'allkeys-lru', 'allkeys-lfu', 'allkeys-random'];
describe('past maxmemory', () => {
  for (const policy of POLICIES) {
    test(`${policy}: keys make room for new ones`, async () => {
      const c = await cache(policy);
      expect(await fill(c, 'k', 2_000, ...(VOLATILE.includes(policy) ? ['EX', 1_000] : []))).toEqual([]);
      const text = String(await c.send('INFO'));
      expect(fieldOf(text, 'maxmemory_policy')).toBe(policy);
      const [keys, expires] = fieldOf(text, 'db0')!.match(/\d+/g)!.map(Number);
      expect(keys).toBeGreaterThan(500);
      expect(keys).toBeLessThan(LIMIT / VALUE.length);
      expect(expires).toBe(VOLATILE.includes(policy) ? keys : 0);
      expect(Number(fieldOf(text, 'evicted_keys'))).toBe(2_000 - keys!);
      expect(Number(fieldOf(text, 'used_memory'))).toBeLessThan(LIMIT * 1.01 + VALUE.length);
    });
  }

  for (const policy of VOLATILE) {
    test(`${policy}: a key without a deadline stays, and when there are no others writes are refused`, async () => {
      const c = await cache(policy);
      expect(await fill(c, 'stays', 300)).toEqual([]);
      expect(await fill(c, 'goes', 800, 'EX', 1_000)).toEqual([]);
      expect(await keysLost(c, 'stays', 300)).toBe(0);
      expect(await keysLost(c, 'goes', 800)).toBeGreaterThan(200);
      const errors = await fill(c, 'stays', 1_000);
      expect(new Set(errors)).toEqual(new Set([OOM]));
      expect(await keysLost(c, 'goes', 800)).toBe(800);
      await c.expect('GET', 'stays:0').bulk(VALUE);
      await c.expect('DEL', ...names('stays', 100)).int(100);
      await c.expect('SET', 'k', 'v').ok();
    });
  }

  test('keys of every database make room', async () => {
    const c = await cache('allkeys-random');
    for (const db of [0, 3]) {
      await c.expect('SELECT', db).ok();
      expect(await fill(c, 'k', 350)).toEqual([]);
    }
    await c.expect('SELECT', 5).ok();
    await evict(c, 200);
    for (const db of [0, 3]) {
      await c.expect('SELECT', db).ok();
      expect(await keysLost(c, 'k', 350)).toBeGreaterThan(10);
    }
  });

  test('a value as large as half of all drives out what it takes, and requests are served meanwhile', async () => {
    const c = await cache('volatile-random');
    expect(await sendAll(c, names('k', 30_000).map((key) => ['SET', key, 'v'.repeat(100), 'EX', 1_000]))).toEqual([]);
    await c.expect('SETRANGE', 'large', LIMIT / 2, 'x').int(LIMIT / 2 + 1);
    await c.expect('PING').status('PONG');
    await until(async () => (await infoNumber(c, 'used_memory')) < LIMIT * 1.01, 'room to be made');
    expect(await infoNumber(c, 'evicted_keys')).toBeGreaterThan(5_000);
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('STRLEN', 'large').int(LIMIT / 2 + 1);
  });

  test('a value is copied though memory is full, as it always is', async () => {
    const c = await cache('allkeys-random');
    expect(await fill(c, 'k', 1_000)).toEqual([]);
    await c.expect('SETRANGE', 'raw', 1_000, 'x').int(1_001);
    for (let i = 0; i < 50; i++) await c.expect('COPY', 'raw', `copy${i}`).success();
  });
});

test('--maxmemory-clients may be a share of maxmemory: the largest of many unfinished requests are given up', async () => {
  const own = await server('--maxmemory', '40mb', '--maxmemory-clients', '10%');
  const [idle, large] = [await own.client(), await own.client()];
  const others = await Promise.all(Array.from({ length: 3 }, () => own.client()));
  const argument = `$10000\r\n${'x'.repeat(10_000)}\r\n`;
  large.write(`*1000\r\n$4\r\nPING\r\n${argument.repeat(300)}`);
  for (const other of others) other.write(`*1000\r\n$4\r\nPING\r\n${argument.repeat(90)}`);
  await large.closed();
  await idle.expect('PING').status('PONG');
});

describe('which key is evicted first', () => {
  test('volatile-lru: what was not used for longest', async () => {
    const c = await cache('volatile-lru');
    for (const prefix of ['used', 'unused']) expect(await fill(c, prefix, 250, 'EX', 1_000)).toEqual([]);
    await until(async () => Number(await c.send('OBJECT', 'IDLETIME', 'unused:249')) >= 2, 'two seconds to pass');
    expect(await sendAll(c, names('used', 250).map((key) => ['GET', key]))).toEqual([]);
    await evict(c, 150, 'EX', 1_000);
    expect(await keysLost(c, 'unused', 250)).toBeGreaterThan(2 * (await keysLost(c, 'used', 250)));
  });

  for (const policy of ['allkeys-lfu', 'volatile-lfu']) {
    test(`${policy}: what is used least`, async () => {
      const options = policy === 'volatile-lfu' ? ['EX', 1_000] : [];
      const c = await cache(policy);
      for (const prefix of ['often', 'once']) expect(await fill(c, prefix, 250, ...options)).toEqual([]);
      for (let i = 0; i < 20; i++) await sendAll(c, names('often', 250).map((key) => ['GETRANGE', key, 0, 0]));
      await evict(c, 300, ...options);
      expect(await keysLost(c, 'once', 250)).toBeGreaterThan(4 * (await keysLost(c, 'often', 250)));
    });
  }
});

describe('OBJECT FREQ and IDLETIME', () => {
  /** Requests that are sent after `SET k 1`, and as how many uses of `k` they count. */
  const USES: [number, ...(string | number)[][]][] = [
    [0, ['EXISTS', 'k']],
    [0, ['TYPE', 'k']],
    [0, ['TTL', 'k']],
    [0, ['OBJECT', 'ENCODING', 'k'], ['OBJECT', 'FREQ', 'k']],
    [1, ['GET', 'k']],
    [1, ['TOUCH', 'k']],
    [2, ['MGET', 'k', 'k']],
    [1, ['GETRANGE', 'k', 0, 0]],
    [1, ['SET', 'k', '2']],
    [1, ['SET', 'k', '2', 'EX', 100]],
    [1, ['SET', 'k', '2', 'XX']],
    [1, ['SET', 'k', '2', 'NX']],
    [1, ['SET', 'k', '2', 'KEEPTTL']],
    [2, ['SET', 'k', '2', 'GET']],
    [1, ['SETEX', 'k', 100, '2']],
    [1, ['SETNX', 'k', '2']],
    [1, ['MSET', 'k', '2']],
    [2, ['GETSET', 'k', '2']],
    [1, ['GETEX', 'k', 'EX', 100]],
    [1, ['INCR', 'k']],
    [1, ['INCRBYFLOAT', 'k', '0.5']],
    [1, ['APPEND', 'k', '2']],
    [2, ['APPEND', 'k', '2'], ['APPEND', 'k', '3']],
    [1, ['SETRANGE', 'k', 3, '2']],
    [1, ['EXPIRE', 'k', 100]],
    [2, ['EXPIRE', 'k', 100], ['PERSIST', 'k']],
    [2, ['GET', 'k'], ['COPY', 'k', 'copy']],
    [2, ['RENAME', 'k', 'other'], ['RENAME', 'other', 'k']],
  ];

  test('a new key has been used 5 times, and each use counts one more while --lfu-log-factor is 0', async () => {
    const c = await cache('allkeys-lfu', '--lfu-log-factor', '0');
    const expected: string[] = [];
    const found: string[] = [];
    for (const [uses, ...requests] of USES) {
      await c.expect('DEL', 'k', 'copy').reply;
      await c.expect('SET', 'k', '1').ok();
      for (const request of requests) await c.send(...request);
      const text = requests.map((request) => request.join(' ')).join(', ');
      expected.push(`${text}: ${5 + uses}`);
      found.push(`${text}: ${String(await c.send('OBJECT', 'FREQ', 'k'))}`);
    }
    expect(found).toEqual(expected);
    await c.expect('COPY', 'k', 'copy').int(1);
    await c.expect('OBJECT', 'FREQ', 'copy').int(5);
    await c.expect('MOVE', 'k', 3).int(1);
    await c.expect('SELECT', 3).ok();
    expect(Number(await c.send('OBJECT', 'FREQ', 'k'))).toBeGreaterThan(6);
  });

  test('a count ends at 255', async () => {
    const c = await cache('volatile-lfu', '--lfu-log-factor', '0');
    await c.expect('SET', 'k', 'v').ok();
    expect(await sendAll(c, Array.from({ length: 300 }, () => ['GET', 'k']))).toEqual([]);
    await c.expect('OBJECT', 'FREQ', 'k').int(255);
  });

  test('usually the next count takes more and more uses', async () => {
    const c = await cache('allkeys-lfu');
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('OBJECT', 'FREQ', 'k').int(6);
    expect(await sendAll(c, Array.from({ length: 1_000 }, () => ['GET', 'k']))).toEqual([]);
    await c.expect('OBJECT', 'FREQ', 'k').matches((count) => Number(count) > 7 && Number(count) < 60, 'between 7 and 60');
  });

  test('each is an error under a policy that counts the other', async () => {
    const lfu = await cache('allkeys-lfu');
    await lfu.expect('OBJECT', 'IDLETIME', 'none').nil();
    await lfu.expect('SET', 'k', 'v').ok();
    const notIdle = `ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`;
    await lfu.expect('OBJECT', 'IDLETIME', 'k').error(notIdle);
    const lru = await cache('volatile-lru');
    await lru.expect('SET', 'k', 'v').ok();
    await lru.expect('OBJECT', 'IDLETIME', 'k').matches((seconds) => Number(seconds) <= 5, 'some seconds at most');
    const notCounted = `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`;
    await lru.expect('OBJECT', 'FREQ', 'k').error(notCounted);
  });
});
