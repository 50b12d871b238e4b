import { cache, evict, fill, infoNumber, keysLost, names, sendAll, VALUE } from '../harness/cache.ts';
import { client, clientResp3, expect, ioredis, rng, step, test, until } from '../harness/suite.ts';
import { fillKeys, scanAll } from '../harness/keys.ts';
import { expectTtl } from '../harness/expire-times.ts';

const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
const MAX = '9223372036854775807';
const MIN = '-9223372036854775808';

step(1, 'a map of strings', () => {
  test('a key holds what it was set to, until it is set again', async () => {
    const c = await client();
    await c.expect('GET', 'k').nil();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'other').ok();
    await c.expect('GET', 'k').bulk('other');
  });

  test('keys and values may be empty, and hold any byte', async () => {
    const c = await client();
    const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    await c.expect('SET', '', '').ok();
    await c.expect('GET', '').bulk('');
    await c.expect('SET', everyByte, everyByte + '\r\n').ok();
    await c.expect('GET', everyByte).bulk(everyByte + '\r\n');
    await c.expect('SET', 'k\0a', '1').ok();
    await c.expect('GET', 'k\0b').nil();
  });

  test('a missing key is a null in RESP3', async () => {
    const c = await clientResp3();
    await c.expect('GET', 'k').nil();
    await c.expect('SET', 'k', 'v', 'XX').nil();
    await c.expect('SET', 'k', 'v', 'GET').nil();
    await c.expect('MGET', 'k', 'none').array(['v', null]);
  });

  test('DEL and UNLINK remove keys, and count those that were there', async () => {
    const c = await client();
    for (const name of ['DEL', 'UNLINK']) {
      await fillKeys(c, 3, (i) => `k${i}`);
      await c.expect(name, 'k0', 'none', 'k1', 'k0').int(2);
      await c.expect('MGET', 'k0', 'k1', 'k2').array([null, null, 'v']);
    }
  });

  test('EXISTS and TOUCH count a key as often as it is named', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    for (const name of ['EXISTS', 'TOUCH']) {
      await c.expect(name, 'a', 'b', 'none', 'a').int(3);
      await c.expect(name, 'none').int(0);
    }
  });

  test('TYPE answers string, and none for a missing key', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('TYPE', 'k').status('string');
    await c.expect('TYPE', 'none').status('none');
  });

  test('SET with NX sets new keys only, with XX existing ones only', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'XX').nil();
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('SET', 'k', 'v', 'NX').ok();
    await c.expect('SET', 'k', 'w', 'NX').nil();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w', 'XX').ok();
    await c.expect('GET', 'k').bulk('w');
  });

  test('SET with GET answers the old value, whether or not the key is set', async () => {
    const c = await client();
    await c.expect('SET', 'k', '1', 'GET').nil();
    await c.expect('SET', 'k', '2', 'GET').bulk('1');
    await c.expect('SET', 'k', '3', 'NX', 'GET').bulk('2');
    await c.expect('GET', 'k').bulk('2');
    await c.expect('SET', 'new', '1', 'XX', 'GET').nil();
    await c.expect('SET', 'new', '1', 'NX', 'GET').nil();
    await c.expect('MGET', 'k', 'new').array(['2', '1']);
  });
});

step(2, 'a table that grows without stopping', () => {
  test('all of ten thousand keys are found again', async () => {
    const c = await client();
    const keys = Array.from({ length: 10_000 }, (_, i) => `key:${i}`);
    await Promise.all(keys.map((key) => c.expect('SET', key, `value of ${key}`).ok()));
    await Promise.all(keys.map((key) => c.expect('GET', key).bulk(`value of ${key}`)));
    await c.expect('DBSIZE').int(keys.length);
  });

  test('DBSIZE follows while thousands of keys come and go', async () => {
    const c = await client();
    const keys = await fillKeys(c, 5000, (i) => `key:${i}`);
    await c.expect('DEL', ...keys.filter((_, i) => i % 2 === 0)).int(2500);
    await c.expect('EXISTS', ...keys).int(2500);
    await c.expect('DBSIZE').int(2500);
    await c.expect('DEL', ...keys).int(2500);
    await c.expect('DBSIZE').int(0);
  });

  test('KEYS finds what the pattern matches', async () => {
    const c = await client();
    await fillKeys(c, 3, (i) => ['hello', 'hallo', 'h*llo'][i]!);
    const patterns: [string, string[]][] = [
      ['*', ['hello', 'hallo', 'h*llo']],
      ['h?llo', ['hello', 'hallo', 'h*llo']],
      ['h[ae]llo', ['hello', 'hallo']],
      ['h[^a]llo', ['hello', 'h*llo']],
      ['h[b-f]llo', ['hello']],
      ['h\\*llo', ['h*llo']],
      ['*e*', ['hello']],
      ['hell', []],
      ['HELLO', []],
      ['', []],
    ];
    for (const [pattern, keys] of patterns) await c.expect('KEYS', pattern).anyOrder(keys);
    await c.expect('SET', '', 'v').ok();
    await c.expect('KEYS', '').anyOrder(['']);
  });

  test('SCAN finds every key, whatever COUNT says', async () => {
    const c = await client();
    const keys = await fillKeys(c, 1000, (i) => `key:${i}`);
    for (const count of [1, 10, 300, 5000]) {
      const found = await scanAll(c, ['COUNT', count]);
      expect(new Set(found)).toEqual(new Set(keys));
    }
  });

  test('SCAN finds the keys that stay, while others come and go', async () => {
    const c = await client();
    const random = rng();
    const staying = await fillKeys(c, 500, (i) => `stays:${i}`);
    const passing = await fillKeys(c, 2000, (i) => `goes:${i}`);
    let born = 0;
    const found = await scanAll(c, ['COUNT', 20], async () => {
      await c.expect('DEL', ...Array.from({ length: 60 }, () => random.pick(passing))).success();
      await fillKeys(c, 40, () => `new:${born++}`);
    });
    const seen = new Set(found);
    expect(staying.filter((key) => !seen.has(key))).toEqual([]);
  });

  test('SCAN with MATCH and TYPE answers only the keys that fit', async () => {
    const c = await client();
    await fillKeys(c, 200, (i) => `${i % 2 ? 'odd' : 'even'}:${i}`);
    expect((await scanAll(c, ['MATCH', 'odd:*'])).length).toBe(100);
    expect((await scanAll(c, ['match', '*:1?', 'count', '7', 'type', 'STRING'])).length).toBe(10);
    expect((await scanAll(c, ['TYPE', 'string'])).length).toBe(200);
    expect(await scanAll(c, ['TYPE', 'list'])).toEqual([]);
    expect(await scanAll(c, ['MATCH', 'nothing'])).toEqual([]);
  });
});

step(3, 'nobody ever sees an expired key', () => {
  test('four ways to give a key a time to live', async () => {
    const c = await client();
    const now = Date.now();
    const ways = [
      ['EXPIRE', 100], ['PEXPIRE', 100_000], ['EXPIREAT', Math.floor(now / 1000) + 100],
      ['PEXPIREAT', now + 100_000],
    ] as const;
    for (const [name, time] of ways) {
      await c.expect('SET', 'k', 'v').ok();
      await c.expect(name, 'k', time).int(1);
      await expectTtl(c, 'k', 100);
      await c.expect(name, 'none', time).int(0);
    }
  });

  test('TTL, PTTL, EXPIRETIME and PEXPIRETIME answer -2 without a key, -1 without a deadline', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    for (const name of ['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']) {
      await c.expect(name, 'none').int(-2);
      await c.expect(name, 'k').int(-1);
    }
  });

  test('an expired key is gone for every command', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'b', '2', 'c', '3', 'd', '4').ok();
    for (const key of ['a', 'b', 'c', 'd']) await c.expect('PEXPIRE', key, 20).int(1);
    await until(async () => (await c.send('PTTL', 'd')) === -2, 'the keys to expire');
    await c.expect('GET', 'a').nil();
    await c.expect('EXISTS', 'a', 'b').int(0);
    await c.expect('TYPE', 'b').status('none');
    await c.expect('DEL', 'b').int(0);
    await c.expect('EXPIRE', 'c', '100').int(0);
    await c.expect('RENAME', 'c', 'x').error('ERR no such key');
    await c.expect('COPY', 'c', 'x').int(0);
    await c.expect('SETNX', 'c', 'new').int(1);
    await c.expect('TTL', 'c').int(-1);
    await c.expect('GETDEL', 'd').nil();
    await c.expect('KEYS', '*').anyOrder(['c']);
  });

  test('SET with EX, PX, EXAT and PXAT gives a time to live', async () => {
    const c = await client();
    const now = Date.now();
    await c.expect('SET', 'a', 'v', 'EX', '100').ok();
    await c.expect('SET', 'b', 'v', 'PX', '100000').ok();
    await c.expect('SET', 'c', 'v', 'EXAT', Math.floor(now / 1000) + 100).ok();
    await c.expect('SET', 'd', 'v', 'PXAT', now + 100_000).ok();
    for (const key of ['a', 'b', 'c', 'd']) await expectTtl(c, key, 100);
    await c.expect('PEXPIRETIME', 'd').int(now + 100_000);
  });

  test('the next SET removes a time to live, unless it says KEEPTTL', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('SET', 'k', 'w', 'KEEPTTL').ok();
    await expectTtl(c, 'k', 100);
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('TTL', 'k').int(-1);
    await c.expect('SET', 'new', 'x', 'KEEPTTL').ok();
    await c.expect('TTL', 'new').int(-1);
  });

  test('PERSIST takes the deadline away', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('PERSIST', 'k').int(1);
    await c.expect('PERSIST', 'k').int(0);
    await c.expect('PERSIST', 'none').int(0);
    await c.expect('TTL', 'k').int(-1);
  });

  test('EXPIRE with a time that has passed removes the key at once', async () => {
    const c = await client();
    const past = [
      ['EXPIRE', '0'], ['EXPIRE', '-1'], ['PEXPIRE', '-100'], ['EXPIREAT', '1'], ['PEXPIREAT', '0'],
      ['PEXPIRE', MIN], ['EXPIREAT', '-9223372036854775'],
    ] as const;
    for (const [name, time] of past) {
      await c.expect('SET', 'k', 'v').ok();
      await c.expect(name, 'k', time).int(1);
      await c.expect('DBSIZE').int(0);
    }
    await c.expect('EXPIRE', 'none', '-1').int(0);
  });

  test('RENAME moves the value with its time to live, and replaces what was there', async () => {
    const c = await client();
    await c.expect('SET', 'a', '1', 'EX', '100').ok();
    await c.expect('SET', 'b', '2').ok();
    await c.expect('RENAME', 'a', 'b').ok();
    await c.expect('MGET', 'a', 'b').array([null, '1']);
    await expectTtl(c, 'b', 100);
    await c.expect('SET', 'c', '3').ok();
    await c.expect('RENAME', 'c', 'b').ok();
    await c.expect('TTL', 'b').int(-1);
    await c.expect('DBSIZE').int(1);
  });
});

step(4, 'expired keys that nobody asks for', () => {
  test('expired keys are removed even if no command looks them up', async () => {
    const c = await client();
    await fillKeys(c, 300, (i) => `k${i}`);
    await c.expect('SET', 'stays', 'v').ok();
    for (let i = 0; i < 300; i++) await c.expect('PEXPIRE', `k${i}`, 1 + (i % 50)).int(1);
    await until(async () => (await c.send('DBSIZE')) === 1, 'DBSIZE to answer 1: the server removes expired keys by itself');
    await c.expect('GET', 'stays').bulk('v');
  });

  test('each of many keys expires at its own deadline', async () => {
    const c = await client();
    const random = rng();
    const keys = await fillKeys(c, 200, (i) => `k${i}`);
    const late = new Set(random.shuffle(keys).slice(0, 100));
    const far = () => random.int(100_000, 200_000);
    for (const key of random.shuffle(keys)) {
      await c.expect('PEXPIRE', key, late.has(key) ? far() : random.int(5, 60)).int(1);
    }
    for (const key of random.shuffle([...late]).slice(0, 50)) await c.expect('PEXPIRE', key, far()).int(1);
    await until(async () => (await c.send('DBSIZE')) === 100, 'DBSIZE to answer 100: the other half has expired');
    await c.expect('EXISTS', ...late).int(100);
  });
});

step(5, 'numbers in strings', () => {
  test('INCR and its kind count a missing key as 0', async () => {
    const c = await client();
    await c.expect('INCR', 'a').int(1);
    await c.expect('DECR', 'b').int(-1);
    await c.expect('INCRBY', 'c', '5').int(5);
    await c.expect('DECRBY', 'd', '5').int(-5);
    await c.expect('MGET', 'a', 'b', 'c', 'd').array(['1', '-1', '5', '-5']);
    for (const key of ['expired', 'expired too']) await c.expect('SET', key, '41', 'PX', 20).ok();
    await until(async () => (await c.send('PTTL', 'expired too')) === -2, 'the keys to expire');
    await c.expect('INCR', 'expired').int(1);
    await c.expect('TTL', 'expired').int(-1);
  });

  test('INCR and its kind take only integers, written as Redis writes them', async () => {
    const c = await client();
    for (const text of ['', 'abc', '1.0', ' 1', '1 ', '+1', '01', '-0', '0x10', '1e3', '9223372036854775808', '1\0']) {
      await c.expect('SET', 'k', text).ok();
      await c.expect('INCR', 'k').error(NOT_AN_INTEGER);
      await c.expect('INCRBY', 'n', text).error(NOT_AN_INTEGER);
      await c.expect('DECRBY', 'n', text).error(NOT_AN_INTEGER);
    }
    await c.expect('EXISTS', 'n').int(0);
  });

  test('INCR and its kind are exact over all of 64 bits', async () => {
    const c = await client();
    await c.expect('SET', 'k', '9007199254740991').ok();
    await c.expect('INCR', 'k').int('9007199254740992');
    await c.expect('INCR', 'k').int('9007199254740993');
    await c.expect('DECRBY', 'k', '2').int('9007199254740991');
    await c.expect('INCRBY', 'k', '9214364837600034816').int(MAX);
    await c.expect('DECRBY', 'k', MAX).int(0);
    await c.expect('INCRBY', 'k', MIN).int(MIN);
    await c.expect('GET', 'k').bulk(MIN);
    await c.expect('INCRBY', 'k', MAX).int(-1);
  });

  test('INCR and its kind refuse to overflow, and leave the value', async () => {
    const c = await client();
    const overflow = 'ERR increment or decrement would overflow';
    await c.expect('SET', 'k', MAX).ok();
    await c.expect('INCR', 'k').error(overflow);
    await c.expect('INCRBY', 'k', MAX).error(overflow);
    await c.expect('DECRBY', 'k', '-1').error(overflow);
    await c.expect('GET', 'k').bulk(MAX);
    await c.expect('SET', 'k', MIN).ok();
    await c.expect('DECR', 'k').error(overflow);
    await c.expect('INCRBY', 'k', '-1').error(overflow);
    await c.expect('DECRBY', 'k', MIN).error('ERR decrement would overflow');
    await c.expect('GET', 'k').bulk(MIN);
  });

  test('INCRBYFLOAT answers 0.3 for 0.1 and 0.2, and writes no zeros at the end', async () => {
    const c = await client();
    await c.expect('SET', 'k', '0.1').ok();
    await c.expect('INCRBYFLOAT', 'k', '0.2').bulk('0.3');
    await c.expect('INCRBYFLOAT', 'k', '-0.3').bulk('0');
    await c.expect('INCRBYFLOAT', 'k', '2.50').bulk('2.5');
    await c.expect('INCRBYFLOAT', 'k', '5.0e3').bulk('5002.5');
    await c.expect('GET', 'k').bulk('5002.5');
  });
});

step(6, 'parts of strings, many keys, many databases', () => {
  test('APPEND makes the key, or makes the string longer, and answers its length', async () => {
    const c = await client();
    await c.expect('STRLEN', 'k').int(0);
    await c.expect('APPEND', 'k', 'Hello').int(5);
    await c.expect('APPEND', 'k', ' World').int(11);
    await c.expect('APPEND', 'k', '').int(11);
    await c.expect('GET', 'k').bulk('Hello World');
    await c.expect('STRLEN', 'k').int(11);
    await c.expect('TYPE', 'k').status('string');
  });

  test('GETRANGE includes both ends, and negative ones count from the end', async () => {
    const c = await client();
    const text = 'This is a string';
    await c.expect('SET', 'k', text).ok();
    const ranges = [
      ['0', '3', 'This'],
      ['-3', '-1', 'ing'],
      ['0', '-1', text],
      ['10', '100', 'string'],
      ['0', '0', 'T'],
      ['-100', '3', 'This'],
      ['-100', '-100', 'T'],
      ['5', '3', ''],
      ['-1', '-3', ''],
      ['16', '20', ''],
      ['0', MAX, text],
      [MIN, '-15', 'Th'],
    ] as const;
    for (const [start, end, part] of ranges) {
      await c.expect('GETRANGE', 'k', start, end).bulk(part);
      await c.expect('SUBSTR', 'k', start, end).bulk(part);
    }
  });

  test('SETRANGE overwrites, makes longer, and answers the length', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'Hello World').ok();
    await c.expect('SETRANGE', 'k', '6', 'Redis').int(11);
    await c.expect('GET', 'k').bulk('Hello Redis');
    await c.expect('SETRANGE', 'k', '9', 'ording').int(15);
    await c.expect('GET', 'k').bulk('Hello Redording');
    await c.expect('SETRANGE', 'k', '0', 'J').int(15);
    await c.expect('GETRANGE', 'k', '0', '4').bulk('Jello');
  });

  test('MSET and MGET take several keys at once; missing ones are nulls', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('MGET', 'a', 'none', 'b', 'a').array(['1', null, '2', '1']);
  });

  test('MSETNX sets all or none', async () => {
    const c = await client();
    await c.expect('MSETNX', 'a', '1', 'b', '2').int(1);
    await c.expect('MSETNX', 'c', '3', 'a', '4').int(0);
    await c.expect('MGET', 'a', 'b', 'c').array(['1', '2', null]);
  });

  test('SELECT chooses one of sixteen databases, each with keys of its own', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('SET', 'k', '0').ok();
    await c.expect('SELECT', '15').ok();
    await c.expect('GET', 'k').nil();
    await c.expect('SET', 'k', '15').ok();
    await other.expect('GET', 'k').bulk('0');
    await c.expect('SELECT', '0').ok();
    await c.expect('GET', 'k').bulk('0');
  });

  test('FLUSHDB empties one database, FLUSHALL all, in any mode', async () => {
    const c = await client();
    for (const mode of [[], ['ASYNC'], ['sync']]) {
      await c.expect('SET', 'k', 'v', 'EX', '100').ok();
      await c.expect('COPY', 'k', 'k', 'DB', '9').int(1);
      await c.expect('FLUSHDB', ...mode).ok();
      await c.expect('DBSIZE').int(0);
      await c.expect('SELECT', '9').ok();
      await c.expect('DBSIZE').int(1);
      await c.expect('FLUSHALL', ...mode).ok();
      await c.expect('DBSIZE').int(0);
      await c.expect('SELECT', '0').ok();
    }
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('TTL', 'k').int(-1);
  });
});

step(7, 'when memory is full', () => {
  test('noeviction: nothing is evicted, writes are refused', async () => {
    const c = await cache('noeviction');
    expect(new Set(await fill(c, 'k', 1_000, 'EX', 1_000))).toEqual(new Set([OOM]));
    expect(await infoNumber(c, 'evicted_keys'), 'evicted_keys in INFO').toBe(0);
    await c.expect('GET', 'k:0').bulk(VALUE);
  });

  test('allkeys-lru: the keys used last stay', async () => {
    const c = await cache('allkeys-lru');
    for (const prefix of ['used', 'unused']) expect(await fill(c, prefix, 250)).toEqual([]);
    await until(async () => Number(await c.send('OBJECT', 'IDLETIME', 'unused:249')) >= 2, 'OBJECT IDLETIME of a key to reach 2');
    expect(await sendAll(c, names('used', 250).map((key) => ['GET', key]))).toEqual([]);
    await evict(c, 150);
    expect(await keysLost(c, 'unused', 250)).toBeGreaterThan(2 * (await keysLost(c, 'used', 250)));
  });

  test('volatile-ttl: the keys that expire next are evicted', async () => {
    const c = await cache('volatile-ttl');
    expect(await fill(c, 'late', 250, 'EX', 10_000)).toEqual([]);
    expect(await fill(c, 'soon', 250, 'EX', 1_000)).toEqual([]);
    await evict(c, 150, 'EX', 5_000);
    expect(await keysLost(c, 'soon', 250)).toBeGreaterThan(100);
    expect(await keysLost(c, 'late', 250)).toBeLessThan(10);
  });

  test('ioredis sets strings, counts, and asks for times to live', async () => {
    const redis = await ioredis();
    expect(await redis.set('k', 'grüße', 'EX', 100, 'NX')).toBe('OK');
    expect(await redis.set('k', 'x', 'NX')).toBeNull();
    expect(await redis.get('k')).toBe('grüße');
    expect(await redis.ttl('k')).toBeGreaterThan(80);
    expect(await redis.incrby('n', 41)).toBe(41);
    expect(Number(await redis.incrbyfloat('n', 0.5))).toBe(41.5);
    expect(await redis.mget('k', 'none', 'n')).toEqual(['grüße', null, '41.5']);
    const bytes = Buffer.from([0, 255, 13, 10]);
    await redis.set('bytes', bytes);
    expect(await redis.getBuffer('bytes')).toEqual(bytes);
  });
});
