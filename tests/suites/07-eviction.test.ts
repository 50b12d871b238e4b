import { contents, describe, expect, logged, server, status, test, until } from '../harness/suite.ts';

const CACHE = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--maxmemory-policy', 'allkeys-random'];
const VALUE = 'x'.repeat(20_000);

describe('evicted keys', () => {
  test('are deleted in the log, each outside of the transaction that needs the room', async () => {
    const s = await server(...CACHE, '--maxmemory', '6mb');
    const c = await s.client();
    for (let i = 0; i < 400; i++) {
      await c.expect('MULTI').ok();
      for (const key of [`a:${i}`, `b:${i}`]) await c.expect('SET', key, VALUE).status('QUEUED');
      await c.expect('EXEC').array([status('OK'), status('OK')]);
    }
    const text = String(await c.send('INFO', 'stats'));
    const evicted = Number(/^evicted_keys:(\d+)/m.exec(text)![1]);
    expect(evicted).toBeGreaterThan(300);
    await c.expect('CONFIG', 'SET', 'maxmemory', 0).ok();
    const before = await contents(c);
    await s.stop();

    const requests = logged(s).map(([name, key]) => `${name!.toUpperCase()} ${key ?? ''}`.trim());
    expect(requests.filter((request) => request.startsWith('DEL ')).length).toBeGreaterThanOrEqual(evicted);
    let inTransaction = false;
    for (const request of requests) {
      if (request === 'MULTI') inTransaction = true;
      if (request === 'EXEC') inTransaction = false;
      if (inTransaction) expect(request).not.toMatch(/^DEL/);
    }
    await s.restart(...CACHE, '--maxmemory', '0');
    expect(await contents(await s.client())).toEqual(before);
  });

  test('stay away after a restart with more room', async () => {
    const s = await server(...CACHE);
    const c = await s.client();
    for (let i = 0; i < 100; i++) await c.expect('SET', `k:${i}`, VALUE).ok();
    await c.expect('CONFIG', 'SET', 'maxmemory', 1).ok();
    await until(async () => (await c.send('DBSIZE')) === 0, 'all keys to be evicted');
    await c.expect('CONFIG', 'SET', 'maxmemory', 0).ok();
    await c.expect('SET', 'new', 'v').ok();
    await s.restart(...CACHE);
    expect(Object.keys(await contents(await s.client())).length).toBe(1);
  });
});
