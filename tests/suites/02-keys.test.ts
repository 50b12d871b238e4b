import {
  client,
  clientResp3,
  describe,
  expect,
  ioredis,
  items,
  onlyIf,
  resp,
  rng,
  server,
  target,
  test,
  until,
  type Client,
} from '../harness/suite.ts';
import { deadline, expectTtl, extremeTimes, isLeft } from '../harness/expire-times.ts';
import { fillKeys, scanAll } from '../harness/keys.ts';

/** How often a shared integer is referred to (Redis: `OBJ_SHARED_REFCOUNT`). */
const SHARED = 2 ** 31 - 1;

const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const OUT_OF_RANGE = 'ERR DB index is out of range';
const SAME = 'ERR source and destination objects are the same';
const SYNTAX = 'ERR syntax error';
const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
const MAX = '9223372036854775807';
const MIN = '-9223372036854775808';

/** One field of INFO. */
async function info(c: Client, field: string): Promise<string | undefined> {
  const text = String(await c.send('INFO'));
  return new RegExp(`^${field}:(.*)\r$`, 'm').exec(text)?.[1];
}

describe('DEL, UNLINK, EXISTS, TOUCH, TYPE', () => {
  test('a removed key leaves nothing for the next of its name', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('DEL', 'k').int(1);
    await c.expect('APPEND', 'k', 'w').int(1);
    await c.expect('TTL', 'k').int(-1);
  });

  test('wrong numbers of arguments', async () => {
    const c = await client();
    for (const [name, ...args] of [
      ['DEL'], ['UNLINK'], ['EXISTS'], ['TOUCH'], ['TYPE'], ['TYPE', 'a', 'b'], ['RENAME', 'a'],
      ['COPY', 'a'], ['TTL'], ['EXPIRE', 'k'],
    ]) {
      await c.expect(name!, ...args).error(`ERR wrong number of arguments for '${name!.toLowerCase()}' command`);
    }
  });
});

describe('EXPIRE and its kind', () => {
  test('EXPIRETIME and PEXPIRETIME tell the deadline, the former to the nearest second', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    for (const [at, seconds] of [['4000000000499', 4000000000], ['4000000000500', 4000000001]] as const) {
      await c.expect('PEXPIREAT', 'k', at).int(1);
      await c.expect('PEXPIRETIME', 'k').int(at);
      await c.expect('EXPIRETIME', 'k').int(seconds);
    }
    await c.expect('PEXPIREAT', 'k', MAX).int(1);
    await c.expect('PEXPIRETIME', 'k').int(MAX);
  });

  test('TTL is PTTL rounded to the nearest second', async () => {
    const c = await client();
    const random = rng();
    for (let i = 0; i < 20; i++) {
      await c.expect('SET', 'k', 'v', 'PX', random.int(100_000, 200_000)).ok();
      const asked = ['PTTL', 'TTL', 'PTTL'].map((name) => c.send(name, 'k'));
      const [before, seconds, after] = (await Promise.all(asked)).map(Number) as [number, number, number];
      expect(seconds).toBeLessThanOrEqual(Math.round(before / 1000));
      expect(seconds).toBeGreaterThanOrEqual(Math.round(after / 1000));
    }
  });

  test('NX, XX, GT and LT', async () => {
    const c = await client();
    const steps = [
      // A key without a deadline counts as one that lives for ever: no deadline is greater.
      ['100', 'XX', 0],
      ['100', 'GT', 0],
      ['100', 'NX', 1],
      ['200', 'NX', 0],
      ['200', 'XX', 1],
      ['100', 'GT', 0],
      ['300', 'GT', 1],
      ['400', 'LT', 0],
      ['100', 'lt', 1],
    ] as const;
    await c.expect('SET', 'k', 'v').ok();
    for (const [seconds, condition, done] of steps) await c.expect('EXPIRE', 'k', seconds, condition).int(done);
    await expectTtl(c, 'k', 100);
    await c.expect('EXPIRE', 'k', '150', 'XX', 'GT').int(1);
    await c.expect('EXPIRE', 'k', '120', 'XX', 'LT').int(1);
    await c.expect('PERSIST', 'k').int(1);
    await c.expect('EXPIRE', 'k', '100', 'XX', 'LT').int(0);
    await c.expect('EXPIRE', 'k', '100', 'LT').int(1);
  });

  test('GT and LT of just the same deadline do nothing', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PXAT', '4000000000000').ok();
    await c.expect('PEXPIREAT', 'k', '4000000000000', 'GT').int(0);
    await c.expect('PEXPIREAT', 'k', '4000000000000', 'LT').int(0);
    await c.expect('PEXPIREAT', 'k', '4000000000001', 'GT').int(1);
  });

  test('options that exclude each other, and unknown ones', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    for (const name of ['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT']) {
      for (const other of ['XX', 'GT', 'LT']) {
        const text = 'ERR NX and XX, GT or LT options at the same time are not compatible';
        await c.expect(name, 'k', '100', 'NX', other).error(text);
      }
      await c.expect(name, 'k', '100', 'GT', 'LT').error('ERR GT and LT options at the same time are not compatible');
      await c.expect(name, 'k', '100', 'nosuch').error('ERR Unsupported option nosuch');
      // Options are checked before the time.
      await c.expect(name, 'k', 'abc', 'nosuch').error('ERR Unsupported option nosuch');
      await c.expect(name, 'k', 'abc').error(NOT_AN_INTEGER);
    }
    await c.expect('TTL', 'k').int(-1);
  });

  test('NX and XX hold for times that have passed too', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('EXPIRE', 'k', '-1', 'XX').int(0);
    await c.expect('EXISTS', 'k').int(1);
    await c.expect('EXPIRE', 'k', '-1', 'NX').int(1);
    await c.expect('EXISTS', 'k').int(0);
  });

  test('a time beyond 64 bits is invalid, in either direction', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    const beyond = [
      ['EXPIRE', MAX], ['EXPIRE', '9223372036854775'], ['EXPIRE', MIN], ['PEXPIRE', MAX],
      ['EXPIREAT', '9223372036854776'], ['EXPIRE', '-9223372036854776'], ['EXPIREAT', '-9223372036854776'],
    ] as const;
    for (const [name, time] of beyond) {
      await c.expect(name, 'k', time).error(`ERR invalid expire time in '${name.toLowerCase()}' command`);
    }
    await c.expect('EXPIRE', 'k', '9223372036854775808').error(NOT_AN_INTEGER);
    await c.expect('TTL', 'k').int(-1);
  });

  for (const [name, unit, absolute] of [
    ['EXPIRE', 1_000n, false],
    ['PEXPIRE', 1n, false],
    ['EXPIREAT', 1_000n, true],
    ['PEXPIREAT', 1n, true],
  ] as const) {
    test(`${name}: a table of extreme times`, async () => {
      const c = await client();
      for (const time of extremeTimes()) {
        await c.expect('SET', 'k', 'v').ok();
        const at = deadline(time, unit, absolute ? 0n : BigInt(Date.now()));
        const reply = c.expect(name, 'k', time);
        if (at === undefined) await reply.error(`ERR invalid expire time in '${name.toLowerCase()}' command`);
        else await reply.int(1);
        await c.expect('PEXPIRETIME', 'k').matches((found) => isLeft(found, at), `what ${at} leaves, after ${name} ${time}`);
      }
    });
  }
});

describe('a key whose time has come', () => {
  test('goes in every database', async () => {
    const c = await client();
    for (const db of [0, 7, 15]) {
      await c.expect('SELECT', db).ok();
      await c.expect('SET', 'k', 'v', 'PX', '5').ok();
    }
    await until(async () => (await info(c, 'db(?:0|7|15)')) === undefined, 'three databases to empty');
  });

  test('a deadline stays with its key while others come and go', async () => {
    const c = await client();
    const random = rng();
    const keys = await fillKeys(c, 300, (i) => `k${i}`);
    const deadlines = new Map<string, number>();
    const far = Date.now() + 10_000_000;
    const give = async (key: string) => {
      deadlines.set(key, far + random.int(0, 1_000_000));
      await c.expect('PEXPIREAT', key, deadlines.get(key)!).int(1);
    };
    for (const key of keys) await give(key);
    for (const key of random.shuffle(keys).slice(0, 295)) {
      await c.expect('PERSIST', key).int(1);
      deadlines.delete(key);
    }
    for (const key of random.shuffle(keys).slice(0, 100)) await give(key);
    for (const key of keys) await c.expect('PEXPIRETIME', key).int(deadlines.get(key) ?? -1);
  });
});

describe('RENAME and RENAMENX', () => {
  test('RENAMENX wants a name that is free', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('RENAMENX', 'a', 'b').int(0);
    await c.expect('RENAMENX', 'a', 'c').int(1);
    await c.expect('MGET', 'a', 'b', 'c').array([null, '2', '1']);
  });

  test('a key may take its own name, if it exists', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('RENAME', 'k', 'k').ok();
    await c.expect('RENAMENX', 'k', 'k').int(0);
    await expectTtl(c, 'k', 100);
    for (const name of ['RENAME', 'RENAMENX']) {
      await c.expect(name, 'none', 'none').error('ERR no such key');
      await c.expect(name, 'none', 'k').error('ERR no such key');
    }
    await c.expect('GET', 'k').bulk('v');
  });
});

describe('COPY', () => {
  test('copies value and time to live, and replaces the target with REPLACE', async () => {
    const c = await client();
    await c.expect('SET', 'a', '1', 'EX', '100').ok();
    await c.expect('COPY', 'a', 'b').int(1);
    await c.expect('APPEND', 'a', '!').int(2);
    await c.expect('MGET', 'a', 'b').array(['1!', '1']);
    await expectTtl(c, 'b', 100);
    await c.expect('COPY', 'a', 'b').int(0);
    await c.expect('PERSIST', 'a').int(1);
    await c.expect('COPY', 'a', 'b', 'REPLACE').int(1);
    await c.expect('GET', 'b').bulk('1!');
    await c.expect('TTL', 'b').int(-1);
    await c.expect('COPY', 'none', 'b', 'REPLACE').int(0);
    await c.expect('EXISTS', 'b').int(1);
  });

  test('copies into another database', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('COPY', 'k', 'k', 'DB', '3').int(1);
    await c.expect('COPY', 'k', 'k', 'replace', 'db', '3').int(1);
    await c.expect('SELECT', '3').ok();
    await c.expect('GET', 'k').bulk('v');
    await expectTtl(c, 'k', 100);
  });

  test('its errors', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('COPY', 'k', 'k').error(SAME);
    await c.expect('COPY', 'none', 'none', 'DB', '0').error(SAME);
    await c.expect('COPY', 'k', 'b', 'DB', '16').error(OUT_OF_RANGE);
    await c.expect('COPY', 'k', 'b', 'DB', '-1').error(OUT_OF_RANGE);
    await c.expect('COPY', 'k', 'b', 'DB', 'x').error(NOT_AN_INTEGER);
    await c.expect('COPY', 'k', 'b', 'DB').error(SYNTAX);
    await c.expect('COPY', 'k', 'b', 'nosuch').error(SYNTAX);
  });
});

describe('databases', () => {
  test('numbers that SELECT refuses, and stays where it is', async () => {
    const c = await client();
    await c.expect('SELECT', '1').ok();
    for (const number of ['16', '-1', '2147483647']) await c.expect('SELECT', number).error(OUT_OF_RANGE);
    for (const text of ['abc', '1.5', '', ' 1', '9223372036854775808']) {
      await c.expect('SELECT', text).error(NOT_AN_INTEGER);
    }
    const notInt = 'ERR value is out of range, value must between -2147483648 and 2147483647';
    await c.expect('SELECT', '2147483648').error(notInt);
    await c.expect('SET', 'k', '1').ok();
    await c.expect('SELECT', '0').ok();
    await c.expect('DBSIZE').int(0);
  });

  test('MOVE takes a key with its time to live, unless the name is taken', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('MOVE', 'k', '1').int(1);
    await c.expect('MOVE', 'k', '1').int(0);
    await c.expect('SET', 'k', 'w').ok();
    await c.expect('MOVE', 'k', '1').int(0);
    await c.expect('GET', 'k').bulk('w');
    await c.expect('SELECT', '1').ok();
    await c.expect('GET', 'k').bulk('v');
    await expectTtl(c, 'k', 100);
  });

  test('the errors of MOVE', async () => {
    const c = await client();
    await c.expect('MOVE', 'k', '0').error(SAME);
    await c.expect('MOVE', 'k', '16').error(OUT_OF_RANGE);
    await c.expect('MOVE', 'k', '-1').error(OUT_OF_RANGE);
    await c.expect('MOVE', 'k', 'x').error(NOT_AN_INTEGER);
  });

  test('SWAPDB exchanges contents under the clients that look at them', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('SET', 'k', 'zero', 'EX', '100').ok();
    await other.expect('SELECT', '5').ok();
    await other.expect('MSET', 'k', 'five', 'l', 'five').ok();
    await c.expect('SWAPDB', '0', '5').ok();
    await c.expect('MGET', 'k', 'l').array(['five', 'five']);
    await c.expect('TTL', 'k').int(-1);
    await other.expect('MGET', 'k', 'l').array(['zero', null]);
    await expectTtl(other, 'k', 100);
    await c.expect('SWAPDB', '0', '0').ok();
    await c.expect('DBSIZE').int(2);
  });

  test('the errors of SWAPDB', async () => {
    const c = await client();
    for (const text of ['x', '', '2147483648']) {
      await c.expect('SWAPDB', text, '0').error('ERR invalid first DB index');
      await c.expect('SWAPDB', '0', text).error('ERR invalid second DB index');
    }
    for (const number of ['16', '-1']) {
      await c.expect('SWAPDB', number, '0').error(OUT_OF_RANGE);
      await c.expect('SWAPDB', '0', number).error(OUT_OF_RANGE);
    }
  });

  test('a mode that FLUSHALL does not know', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    for (const mode of [['NOW'], ['ASYNC', 'SYNC'], ['']]) {
      await c.expect('FLUSHALL', ...mode).error(SYNTAX);
      await c.expect('FLUSHDB', ...mode).error(SYNTAX);
    }
    await c.expect('DBSIZE').int(1);
  });

  test('--databases says how many there are', async () => {
    const c = await (await server('--databases', '3')).client();
    await c.expect('SELECT', '2').ok();
    await c.expect('SELECT', '3').error(OUT_OF_RANGE);
    await c.expect('MOVE', 'k', '3').error(OUT_OF_RANGE);
    await c.expect('SWAPDB', '0', '2').ok();
  });
});

describe('KEYS and RANDOMKEY', () => {
  test('KEYS answers an array in RESP3 too', async () => {
    const c = await clientResp3();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('KEYS', '*').array(['k']);
  });

  test('RANDOMKEY returns every key now and then, and nothing of nothing', async () => {
    const c = await client();
    await c.expect('RANDOMKEY').nil();
    const keys = await fillKeys(c, 8, (i) => `k${i}`);
    const seen = new Set<string>();
    for (let i = 0; i < 400 && seen.size < keys.length; i++) seen.add(String(await c.send('RANDOMKEY')));
    expect([...seen].sort()).toEqual(keys);
  });
});

describe('SCAN', () => {
  test('a call returns about COUNT keys, ten without it', async () => {
    const c = await client();
    await fillKeys(c, 3000, (i) => `key:${i}`);
    const [, few] = items(await c.send('SCAN', '0'));
    const [, more] = items(await c.send('SCAN', '0', 'COUNT', '500'));
    expect(items(few!).length).toBeLessThan(60);
    expect(items(more!).length).toBeGreaterThanOrEqual(400);
    expect(items(more!).length).toBeLessThan(800);
  });

  test('an empty database has nothing to scan', async () => {
    const c = await client();
    await c.expect('SCAN', '0').array(['0', []]);
  });

  test('the same when the keyspace grows tenfold or shrinks to a tenth meanwhile', async () => {
    const c = await client();
    const staying = await fillKeys(c, 300, (i) => `stays:${i}`);
    let calls = 0;
    const grown = await scanAll(c, ['COUNT', 50], async () => {
      if (++calls === 2) await fillKeys(c, 4000, (i) => `more:${i}`);
    });
    expect(staying.filter((key) => !grown.includes(key))).toEqual([]);
    calls = 0;
    const shrunk = await scanAll(c, ['COUNT', 50], async () => {
      if (++calls === 10) await c.expect('DEL', ...Array.from({ length: 4000 }, (_, i) => `more:${i}`)).int(4000);
    });
    expect(staying.filter((key) => !shrunk.includes(key))).toEqual([]);
  });

  test('no key is returned twice while nothing changes', async () => {
    const c = await client();
    await fillKeys(c, 700, (i) => `key:${i}`);
    const found = await scanAll(c);
    expect(found.length).toBe(new Set(found).size);
  });

  test('keys whose time has come are not returned', async () => {
    const c = await client();
    await fillKeys(c, 3, (i) => `k${i}`);
    await c.expect('SET', 'gone', 'v', 'PXAT', '1').ok();
    const found = await scanAll(c);
    expect(found.sort()).toEqual(['k0', 'k1', 'k2']);
  });

  test('its errors', async () => {
    const c = await client();
    for (const cursor of ['abc', '1.5', '-', ' 1', '18446744073709551616']) {
      await c.expect('SCAN', cursor).error('ERR invalid cursor');
    }
    await c.expect('SCAN', 'abc', 'COUNT', '0').error('ERR invalid cursor');
    for (const options of [
      ['COUNT'], ['COUNT', '0'], ['COUNT', '-5'], ['MATCH'], ['nosuch', '1'], ['MATCH', 'a', 'COUNT'],
    ]) {
      await c.expect('SCAN', '0', ...options).error(SYNTAX);
    }
    await c.expect('SCAN', '0', 'COUNT', 'abc').error(NOT_AN_INTEGER);
  });

  test('a cursor that was never given is no harm', async () => {
    const c = await client();
    await fillKeys(c, 300, (i) => `k${i}`);
    for (const cursor of ['12345', '4294967295', '4294967296', '18446744073709551615']) {
      await c.expect('SCAN', cursor).matches((reply) => items(reply).length === 2, 'a cursor and keys');
    }
  });
});

describe('OBJECT', () => {
  test('ENCODING of strings', async () => {
    const c = await client();
    const encodings = [
      ['123', 'int'], [MIN, 'int'], ['9223372036854775808', 'embstr'], ['01', 'embstr'], ['', 'embstr'],
      ['x'.repeat(44), 'embstr'], ['x'.repeat(45), 'raw'],
    ] as const;
    for (const [value, encoding] of encodings) {
      await c.expect('SET', 'k', value).ok();
      await c.expect('OBJECT', 'ENCODING', 'k').bulk(encoding);
    }
    await c.expect('SET', 'k', '1').ok();
    await c.expect('APPEND', 'k', '2').int(2);
    await c.expect('OBJECT', 'encoding', 'k').bulk('raw');
    await c.expect('INCR', 'k').int(13);
    await c.expect('OBJECT', 'ENCODING', 'k').bulk('int');
  });

  test('IDLETIME is 0 for a key just used, REFCOUNT counts', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('OBJECT', 'IDLETIME', 'k').matches((seconds) => Number(seconds) <= 1, '0 or 1');
    await c.expect('OBJECT', 'REFCOUNT', 'k').int(1);
  });

  test('REFCOUNT: small numbers are shared, everything else is not', async () => {
    const c = await client();
    for (const [value, count] of [['0', SHARED], ['9999', SHARED], ['10000', 1], ['-1', 1], ['text', 1], ['', 1], ['7x', 1]] as const) {
      await c.expect('SET', 'k', value).ok();
      await c.expect('OBJECT', 'REFCOUNT', 'k').int(count);
    }
  });

  test('a missing key is a null, for FREQ too', async () => {
    const c = await client();
    for (const name of ['ENCODING', 'IDLETIME', 'REFCOUNT', 'FREQ']) await c.expect('OBJECT', name, 'none').nil();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('OBJECT', 'FREQ', 'k').errorLike(/^ERR An LFU maxmemory policy is not selected/);
  });

  test('its errors and its help', async () => {
    const c = await client();
    await c.expect('OBJECT', 'nosuch', 'k').error("ERR unknown subcommand 'nosuch'. Try OBJECT HELP.");
    await c.expect('OBJECT', 'ENCODING').error("ERR wrong number of arguments for 'object|encoding' command");
    await c.expect('OBJECT', 'HELP').matches((lines) => items(lines).length > 8, 'the lines of the help');
  });
});

describe('INFO', () => {
  test('keyspace names the databases that hold keys', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('EXPIRE', 'a', '100').int(1);
    await c.expect('COPY', 'b', 'b', 'DB', '4').int(1);
    expect(await info(c, 'db0')).toMatch(/^keys=2,expires=1,avg_ttl=\d+$/);
    expect(await info(c, 'db4')).toMatch(/^keys=1,expires=0,avg_ttl=0$/);
    expect(await info(c, 'db1')).toBeUndefined();
  });

  test('avg_ttl is about what the keys have left, in ms', async () => {
    const c = await client();
    await c.expect('SET', 'a', '1', 'EX', '100').ok();
    await c.expect('SET', 'b', '1').ok();
    const average = async () => Number(/avg_ttl=(\d+)/.exec((await info(c, 'db0'))!)![1]);
    await until(async () => (await average()) > 70_000 && (await average()) <= 100_000, 'the mean of one deadline');
  });

  test('stats count hits, misses, and keys that expired', async () => {
    const c = await client();
    const fields = ['keyspace_hits', 'keyspace_misses', 'expired_keys'];
    const read = () => Promise.all(fields.map(async (field) => Number(await info(c, field))));
    const before = await read();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('MGET', 'k', 'none').array(['v', null]);
    await c.expect('EXISTS', 'k', 'none').int(1);
    await c.expect('TTL', 'k').int(-1);
    await c.expect('PEXPIRE', 'k', 1).int(1);
    await until(async () => Number(await info(c, 'expired_keys')) > before[2]!, 'the key to expire');
    const after = await read();
    expect(after.map((value, i) => value - before[i]!)).toEqual([4, 2, 1]);
  });

  test('memory grows with what is stored, and shrinks again', async () => {
    const c = await client();
    const used = async () => Number(await info(c, 'used_memory'));
    const before = await used();
    const text = 'x'.repeat(1_000_000);
    for (let i = 0; i < 8; i++) await c.expect('SET', `k${i}`, text).ok();
    await c.expect('SETRANGE', 'k0', 3_999_999, 'x').int(4_000_000);
    expect(await used()).toBeGreaterThan(before + 10_000_000);
    await until(async () => Number(await info(c, 'used_memory_peak')) > before + 10_000_000, 'the peak');
    await c.expect('FLUSHALL').ok();
    expect(await used()).toBeLessThan(before + 5_000_000);
    expect(Number(await info(c, 'used_memory_peak'))).toBeGreaterThan(before + 10_000_000);
    expect(Number.parseFloat((await info(c, 'used_memory_peak_perc'))!)).toBeLessThan(90);
  });

  test('what clients have not read counts as theirs', async () => {
    const [slow, c] = [await client(), await client()];
    const text = 'x'.repeat(1_000_000);
    const fields = ['mem_clients_normal', 'client_recent_max_output_buffer'];
    const read = () => Promise.all(fields.map(async (field) => Number(await info(c, field))));
    const before = await read();
    await c.expect('SET', 'k', text).ok();
    slow.pause();
    slow.write(resp('GET', 'k').repeat(20));
    await until(async () => (await read()).every((bytes, i) => bytes > before[i]! + 5_000_000), 'buffers that fill');
    slow.resume();
    for (let i = 0; i < 20; i++) await slow.receive().bulk(text);
  });
});

/** A reply, or the text of an error. */
function shown(reply: unknown): unknown {
  return reply instanceof Error ? `(error) ${reply.message}` : reply;
}

describe('--maxmemory', () => {
  test('more than the heap can hold is warned about, with the flag that makes the heap larger', async () => {
    onlyIf(target.kind === 'stage', 'Redis has no heap of V8');
    const large = await server('--maxmemory', '100gb');
    expect(large.output()).toMatch(/ # maxmemory is 100\.00G, .* node --max-old-space-size=170667, or NODE_OPTIONS=/);
    const small = await server('--maxmemory', '100mb');
    expect(small.output()).not.toContain(' # ');
  });

  test('lazyfree-* may say yes', async () => {
    const c = await (await server('--lazyfree-lazy-expire', 'yes', '--lazyfree-lazy-user-del', 'yes')).client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('DEL', 'k').int(1);
  });

  test('past it writes are refused, reads and DEL are not, and DEL makes room', async () => {
    const c = await (await server('--maxmemory', '20mb')).client();
    expect(await info(c, 'maxmemory')).toBe(String(20 * 1024 * 1024));
    const text = 'x'.repeat(200_000);
    for (let i = 0; i < 20; i++) await c.expect('SET', `k${i}`, text).ok();
    // The limit is checked before a request runs: so one request may exceed it.
    await c.expect('SETRANGE', 'large', 30_000_000, 'x').int(30_000_001);
    for (const write of [
      ['SET', 'k0', 'x'], ['APPEND', 'k0', 'x'], ['INCR', 'n'], ['MSET', 'a', '1'],
      ['SETRANGE', 'k0', '0', 'x'], ['COPY', 'k0', 'a'],
    ]) {
      await c.expect(...write).error(OOM);
    }
    await c.expect('GET', 'k0').bulk(text);
    await c.expect('EXPIRE', 'k0', '1000').int(1);
    await c.expect('RENAME', 'k0', 'k').ok();
    await c.expect('GETDEL', 'k1').bulk(text);
    await c.expect('DEL', 'large').int(1);
    await c.expect('SET', 'a', 'room').ok();
    await c.expect('GET', 'a').bulk('room');
  });

  test('COPY of what is half of all is refused or done, and the server goes on', async () => {
    const c = await (await server('--maxmemory', '20mb')).client();
    await c.expect('SETRANGE', 'k', 15_000_000, 'x').int(15_000_001);
    for (let i = 0; i < 3; i++) expect([1, `(error) ${OOM}`]).toContainEqual(shown(await c.send('COPY', 'k', `copy${i}`)));
    await c.expect('COPY', 'k', 'more').error(OOM);
    await c.expect('STRLEN', 'k').int(15_000_001);
  });

  test('a flood of small keys ends in refusals, and the server goes on', async () => {
    const c = await (await server('--maxmemory', '8mb')).client();
    const pairs = (round: number) => Array.from({ length: 2000 }, (_, i) => `key:${round}:${i >> 1}`);
    const flood = (round: number) => c.send('MSET', ...pairs(round));
    let round = 0;
    while (!String(await flood(round)).includes('OOM')) expect(++round).toBeLessThan(300);
    expect(round).toBeGreaterThan(10);
    await c.expect('PING').status('PONG');
    await c.expect('FLUSHALL').ok();
    await c.expect('SET', 'k', 'v').ok();
  });
});

describe('through ioredis', () => {
  test('a scan stream finds every key', async () => {
    const redis = await ioredis();
    await redis.mset(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`user:${i}`, 'v'])));
    const found = new Set<string>();
    for await (const keys of redis.scanStream({ match: 'user:*', count: 50 })) {
      for (const key of keys as string[]) found.add(key);
    }
    expect(found.size).toBe(500);
  });

  test('another database from the start', async () => {
    const redis = await ioredis({ db: 3 });
    await redis.set('k', 'three');
    const c = await client();
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('SELECT', '3').ok();
    await c.expect('GET', 'k').bulk('three');
  });
});
