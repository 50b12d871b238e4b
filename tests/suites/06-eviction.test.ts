import { describe, payload, reusedServer, test, until, type Client } from '../harness/suite.ts';

const FLAGS = ['--save', '', '--enable-debug-command', 'yes'];
const HELLO = payload('\0\x05hello');

/** A client of a server under this policy. */
async function under(policy: string): Promise<Client> {
  const c = await (await reusedServer(...FLAGS)).client();
  await c.expect('CONFIG', 'SET', 'maxmemory-policy', policy, 'maxmemory', 0, 'lfu-log-factor', 0).ok();
  return c;
}

/** The seconds since a key was used, when they are not less than `least` and not much more. */
async function expectIdle(c: Client, key: string, least: number): Promise<void> {
  const isNear = (seconds: unknown) => Number(seconds) >= least && Number(seconds) < least + 30;
  await c.expect('OBJECT', 'IDLETIME', key).matches(isNear, `about ${least} s`);
}

describe('CONFIG SET', () => {
  test('a lower maxmemory has keys evicted, without waiting for a write', async () => {
    const c = await under('volatile-random');
    for (let i = 0; i < 50; i++) await c.expect('SET', `k${i}`, 'x'.repeat(1_000), 'EX', 1_000).ok();
    await c.expect('SET', 'stays', 'v').ok();
    await c.expect('CONFIG', 'SET', 'maxmemory', 1).ok();
    await until(async () => (await c.send('DBSIZE')) === 1, 'the keys with a deadline to be evicted');
    await c.expect('SET', 'k', 'v').errorLike(/^OOM/);
    await c.expect('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru').ok();
    await until(async () => (await c.send('DBSIZE')) === 0, 'the last key to be evicted');
    await c.expect('CONFIG', 'SET', 'maxmemory', 0).ok();
    await c.expect('SET', 'k', 'v').ok();
  });

  test('another policy counts from now on', async () => {
    const c = await under('noeviction');
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('OBJECT', 'FREQ', 'k').errorLike(/^ERR An LFU maxmemory policy is not selected/);
    await c.expect('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lfu').ok();
    await c.expect('SET', 'new', 'v').ok();
    await c.expect('GET', 'new').bulk('v');
    await c.expect('OBJECT', 'FREQ', 'new').int(6);
    await c.expect('OBJECT', 'IDLETIME', 'new').errorLike(/^ERR An LFU maxmemory policy is selected/);
  });

  test('the bounds of its options', async () => {
    const c = await under('noeviction');
    const failed = (name: string, reason: string) =>
      `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
    const between = (low: number, high: number) => `argument must be between ${low} and ${high} inclusive`;
    const rows: [string, number, string][] = [
      ['maxmemory-samples', 0, between(1, 2 ** 31 - 1)],
      ['maxmemory-eviction-tenacity', 101, between(0, 100)],
      ['lfu-log-factor', -1, between(0, 2 ** 31 - 1)],
      ['lfu-decay-time', -1, between(0, 2 ** 31 - 1)],
    ];
    for (const [name, value, reason] of rows) await c.expect('CONFIG', 'SET', name, value).error(failed(name, reason));
    const policies =
      'argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, ' +
      'allkeys-lru, allkeys-lfu, allkeys-random, noeviction';
    await c.expect('CONFIG', 'SET', 'maxmemory-policy', 'lru').error(failed('maxmemory-policy', policies));
    await c.expect('CONFIG', 'SET', 'maxmemory-policy', 'ALLKEYS-LRU').ok();
    await c.expect('CONFIG', 'GET', 'maxmemory-policy').array(['maxmemory-policy', 'allkeys-lru']);
  });
});

describe('how a key was used', () => {
  test('RESTORE sets it: FREQ under an LFU policy, IDLETIME under others', async () => {
    const lfu = await under('allkeys-lfu');
    await lfu.expect('RESTORE', 'k', 0, HELLO, 'FREQ', 200).ok();
    await lfu.expect('OBJECT', 'FREQ', 'k').int(200);
    await lfu.expect('RESTORE', 'idle', 0, HELLO, 'IDLETIME', 1_000).ok();
    await lfu.expect('OBJECT', 'FREQ', 'idle').int(5);
    const lru = await under('allkeys-lru');
    await lru.expect('RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME', 1_000).ok();
    await expectIdle(lru, 'k', 1_000);
    await lru.expect('RESTORE', 'k', 0, HELLO, 'REPLACE', 'FREQ', 200).ok();
    await expectIdle(lru, 'k', 0);
  });

  test('a dump keeps the count of an LFU policy', async () => {
    const c = await under('volatile-lfu');
    await c.expect('RESTORE', 'often', 0, HELLO, 'FREQ', 200).ok();
    await c.expect('SET', 'once', 'v', 'EX', 1_000).ok();
    await c.expect('RPUSH', 'list', 'a').int(1);
    await c.expect('DEBUG', 'RELOAD').ok();
    await c.expect('OBJECT', 'FREQ', 'often').int(200);
    await c.expect('OBJECT', 'FREQ', 'once').int(5);
    await c.expect('OBJECT', 'FREQ', 'list').int(5);
    await c.expect('TTL', 'once').matches((seconds) => Number(seconds) > 900, 'about 1000 s');
  });

  test('a dump keeps the time of the last use under an LRU policy, and only there', async () => {
    const c = await under('allkeys-lru');
    for (const [policy, idle] of [['allkeys-lru', 500], ['volatile-lru', 500], ['volatile-ttl', 0]] as const) {
      await c.expect('CONFIG', 'SET', 'maxmemory-policy', policy).ok();
      await c.expect('RESTORE', 'k', 0, HELLO, 'REPLACE', 'IDLETIME', 500).ok();
      await c.expect('SET', 'l', 'v').ok();
      await c.expect('DEBUG', 'RELOAD').ok();
      await expectIdle(c, 'k', idle);
      await expectIdle(c, 'l', 0);
    }
  });
});
