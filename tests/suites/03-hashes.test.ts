import { client, clientResp3, describe, expect, ioredis, items, rng, test, type Client } from '../harness/suite.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';
/** Every byte there is. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

describe('HSET', () => {
  test('the last value wins when a field comes twice', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1', 'a', '2').int(1);
    await c.expect('HGET', 'h', 'a').bulk('2');
  });

  test('an odd number of fields and values is refused, before the type is looked at', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('HSET', 'h', 'a', '1', 'b').error("ERR wrong number of arguments for 'hset' command");
    await c.expect('HSET', 's', 'a', '1', 'b').error("ERR wrong number of arguments for 'hset' command");
    await c.expect('HSET', 'h', 'a').error("ERR wrong number of arguments for 'hset' command");
    await c.expect('EXISTS', 'h').int(0);
  });

  test('fields and values may hold any byte, and be empty', async () => {
    const c = await client();
    await c.expect('HSET', 'h', BYTES, BYTES, '', '').int(2);
    await c.expect('HGET', 'h', BYTES).bulk(BYTES);
    await c.expect('HGET', 'h', '').bulk('');
    await c.expect('HEXISTS', 'h', BYTES.slice(1)).int(0);
  });

  test('makes a key of type hash', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('TYPE', 'h').status('hash');
  });

  test('keeps the deadline of the key', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('EXPIRE', 'h', '100').int(1);
    await c.expect('HSET', 'h', 'b', '1').int(1);
    await c.expect('TTL', 'h').matches((ttl) => Number(ttl) > 90, 'a deadline still');
  });

  test('a value of a megabyte comes back whole', async () => {
    const c = await client();
    const value = BYTES.repeat(4096);
    await c.expect('HSET', 'h', 'big', value).int(1);
    await c.expect('HGET', 'h', 'big').bulk(value);
    await c.expect('HSTRLEN', 'h', 'big').int(1024 * 1024);
  });
});

describe('HMSET', () => {
  test('answers OK whether or not fields are new', async () => {
    const c = await client();
    await c.expect('HMSET', 'h', 'a', '1', 'b', '2').ok();
    await c.expect('HMSET', 'h', 'a', '3').ok();
    await c.expect('HMGET', 'h', 'a', 'b').array(['3', '2']);
  });

  test('names itself when an argument is missing', async () => {
    const c = await client();
    await c.expect('HMSET', 'h', 'a', '1', 'b').error("ERR wrong number of arguments for 'hmset' command");
  });
});

describe('HSETNX', () => {
  test('adds a field once', async () => {
    const c = await client();
    await c.expect('HSETNX', 'h', 'a', '1').int(1);
    await c.expect('HSETNX', 'h', 'a', '2').int(0);
    await c.expect('HGET', 'h', 'a').bulk('1');
  });

  test('takes exactly three arguments', async () => {
    const c = await client();
    await c.expect('HSETNX', 'h', 'a', '1', 'b', '2').error("ERR wrong number of arguments for 'hsetnx' command");
  });
});

describe('HGET and HMGET', () => {
  test('a field that is not there is nil', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HGET', 'h', 'b').nil();
    await c.expect('HGET', 'none', 'a').nil();
  });

  test('nil has its own form in RESP3', async () => {
    const c = await clientResp3();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HGET', 'h', 'b').nil();
    await c.expect('HMGET', 'h', 'a', 'b').array(['1', null]);
  });
});

describe('HGETALL, HKEYS, HVALS', () => {
  test('belong together', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1', 'b', '2', 'c', '3').int(3);
    await c.expect('HGETALL', 'h').map({ a: '1', b: '2', c: '3' });
    await c.expect('HKEYS', 'h').anyOrder(['a', 'b', 'c']);
    await c.expect('HVALS', 'h').anyOrder(['1', '2', '3']);
  });

  test('HKEYS and HVALS keep the same order', async () => {
    const c = await client();
    const pairs = Array.from({ length: 700 }, (_, i) => [`f${i}`, `v${i}`]).flat();
    await c.expect('HSET', 'h', ...pairs).int(700);
    await c.expect('HDEL', 'h', 'f3', 'f500').int(2);
    const [keys, values] = [items(await c.send('HKEYS', 'h')), items(await c.send('HVALS', 'h'))];
    expect(keys.length).toBe(698);
    expect(values).toEqual(keys.map((key) => `v${String(key).slice(1)}`));
  });

  test('a missing key is empty', async () => {
    const c = await client();
    await c.expect('HGETALL', 'none').array([]);
    await c.expect('HKEYS', 'none').array([]);
    await c.expect('HVALS', 'none').array([]);
  });

  test('a small hash keeps the order of arrival', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'z', '1', 'a', '2', 'm', '3').int(3);
    await c.expect('HSET', 'h', 'z', '4').int(0);
    await c.expect('HKEYS', 'h').array(['z', 'a', 'm']);
    await c.expect('HDEL', 'h', 'a').int(1);
    await c.expect('HGETALL', 'h').orderedMap({ z: '4', m: '3' });
  });
});

describe('HDEL', () => {
  test('counts what was there, each field once', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1', 'b', '2', 'c', '3').int(3);
    await c.expect('HDEL', 'h', 'a', 'a', 'x', 'b').int(2);
    await c.expect('HGETALL', 'h').map({ c: '3' });
    await c.expect('HDEL', 'none', 'a').int(0);
  });
});

describe('a small hash of more than 8 KB', () => {
  const numbers = Array.from({ length: 120 }, (_, n) => n);
  const field = (n: number) => `f${n}:`.padEnd(60, 'f');
  const value = (n: number) => `v${n}:`.padEnd(60, 'v');

  test('keeps all other fields when one is added, changed or removed', async () => {
    const c = await client();
    const expected = new Map<string, string>();
    for (const n of numbers) {
      await c.expect('HSET', 'h', field(n), value(n)).int(1);
      expected.set(field(n), value(n));
    }
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('listpack');
    await c.expect('HGETALL', 'h').array([...expected].flat());
    for (const n of [0, 50, 119]) {
      await c.expect('HSET', 'h', field(n), `new ${n}`).int(0);
      expected.set(field(n), `new ${n}`);
    }
    await c.expect('HGETALL', 'h').array([...expected].flat());
    for (const n of [119, 0, 70]) {
      await c.expect('HDEL', 'h', field(n)).int(1);
      expected.delete(field(n));
    }
    await c.expect('HGETALL', 'h').array([...expected].flat());
    for (const n of numbers.slice(10)) {
      expected.delete(field(n));
      await c.send('HDEL', 'h', field(n));
    }
    await c.expect('HGETALL', 'h').array([...expected].flat());
  });
});

describe('HLEN, HEXISTS, HSTRLEN', () => {
  test('HLEN counts fields', async () => {
    const c = await client();
    await c.expect('HLEN', 'h').int(0);
    await c.expect('HSET', 'h', 'a', '1', 'b', '2').int(2);
    await c.expect('HLEN', 'h').int(2);
  });

  test('HEXISTS is 1 or 0', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '').int(1);
    await c.expect('HEXISTS', 'h', 'a').int(1);
    await c.expect('HEXISTS', 'h', 'A').int(0);
    await c.expect('HEXISTS', 'none', 'a').int(0);
  });

  test('HSTRLEN counts bytes', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', BYTES, 'e', '').int(2);
    await c.expect('HSTRLEN', 'h', 'a').int(256);
    await c.expect('HSTRLEN', 'h', 'e').int(0);
    await c.expect('HSTRLEN', 'h', 'x').int(0);
    await c.expect('HSTRLEN', 'none', 'a').int(0);
  });
});

describe('HINCRBY', () => {
  test('is exact over 64 bits', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'n', '9007199254740993').int(1);
    await c.expect('HINCRBY', 'h', 'n', '2').int('9007199254740995');
    await c.expect('HINCRBY', 'h', 'n', '9214364837600034812').int(INT64_MAX);
    await c.expect('HGET', 'h', 'n').bulk(INT64_MAX);
  });

  test('an overflow is an error and changes nothing', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'max', INT64_MAX, 'min', INT64_MIN).int(2);
    await c.expect('HINCRBY', 'h', 'max', '1').error('ERR increment or decrement would overflow');
    await c.expect('HINCRBY', 'h', 'min', '-1').error('ERR increment or decrement would overflow');
    await c.expect('HMGET', 'h', 'max', 'min').array([INT64_MAX, INT64_MIN]);
  });

  test('a field that holds no integer stays as it is', async () => {
    const c = await client();
    for (const text of ['foo', '1.5', ' 1', '1 ', '01', '+1', '', '-0', '9223372036854775808']) {
      await c.expect('HSET', 'h', 'n', text).success();
      await c.expect('HINCRBY', 'h', 'n', '1').error('ERR hash value is not an integer');
      await c.expect('HGET', 'h', 'n').bulk(text);
    }
  });

  test('the increment is checked first, before the type', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('HINCRBY', 's', 'n', 'foo').error(NOT_AN_INTEGER);
    await c.expect('HINCRBY', 'h', 'n', '1.0').error(NOT_AN_INTEGER);
    await c.expect('HINCRBY', 'h', 'n', '9223372036854775808').error(NOT_AN_INTEGER);
    await c.expect('EXISTS', 'h').int(0);
  });
});

describe('HINCRBYFLOAT', () => {
  test('adds decimals as people do', async () => {
    const c = await client();
    await c.expect('HINCRBYFLOAT', 'h', 'n', '0.1').bulk('0.1');
    await c.expect('HINCRBYFLOAT', 'h', 'n', '0.2').bulk('0.3');
    await c.expect('HGET', 'h', 'n').bulk('0.3');
    await c.expect('HSET', 'h', 'n', '5.0e3').int(0);
    await c.expect('HINCRBYFLOAT', 'h', 'n', '-2.0e2').bulk('4800');
  });

  test('a whole sum has no point', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'n', '10.50').int(1);
    await c.expect('HINCRBYFLOAT', 'h', 'n', '1.5').bulk('12');
    await c.expect('HINCRBY', 'h', 'n', '1').int(13);
  });

  test('has 64 bits of mantissa and 17 digits after the point', async () => {
    const c = await client();
    await c.expect('HINCRBYFLOAT', 'h', 'n', '3000').bulk('3000');
    await c.expect('HINCRBYFLOAT', 'h', 'n', '0.1').bulk('3000.10000000000000009');
    await c.expect('HINCRBYFLOAT', 'h', 'tiny', '1e-20').bulk('0');
    await c.expect('HINCRBYFLOAT', 'h', 'big', '1e25').bulk('10000000000000000000000000');
  });

  test('is a bulk string in RESP3 too', async () => {
    const c = await clientResp3();
    await c.expect('HINCRBYFLOAT', 'h', 'n', '1.5').bulk('1.5');
  });

  test('what is no number is refused, each in its words', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'word', 'foo', 'blank', ' 1', 'n', '1').int(3);
    await c.expect('HINCRBYFLOAT', 'h', 'n', 'foo').error('ERR value is not a valid float');
    await c.expect('HINCRBYFLOAT', 'h', 'n', 'nan').error('ERR value is not a valid float');
    await c.expect('HINCRBYFLOAT', 'h', 'n', ' 1').error('ERR value is not a valid float');
    await c.expect('HINCRBYFLOAT', 'h', 'n', '-inf').error('ERR value is NaN or Infinity');
    await c.expect('HINCRBYFLOAT', 'h', 'word', '1').error('ERR hash value is not a float');
    await c.expect('HINCRBYFLOAT', 'h', 'blank', '1').error('ERR hash value is not a float');
    await c.expect('HGET', 'h', 'n').bulk('1');
  });

  test('a sum out of range is refused', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'n', 'inf', 'm', '1e4932').int(2);
    await c.expect('HINCRBYFLOAT', 'h', 'n', '1').error('ERR increment would produce NaN or Infinity');
    await c.expect('HINCRBYFLOAT', 'h', 'm', '1e4932').error('ERR increment would produce NaN or Infinity');
  });
});

describe('HRANDFIELD', () => {
  test('without a count: one field, or nil', async () => {
    const c = await client();
    await c.expect('HRANDFIELD', 'h').nil();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HRANDFIELD', 'h').bulk('a');
  });

  test('with a count: that many different fields, at most all', async () => {
    const c = await client();
    await fill(c, 'h', 20);
    for (const count of [0, 1, 3, 10, 19, 20, 30]) {
      const fields = items(await c.send('HRANDFIELD', 'h', count));
      expect(fields.length).toBe(Math.min(count, 20));
      expect(new Set(fields).size).toBe(fields.length);
      for (const field of fields) expect(field).toMatch(/^f\d+$/);
    }
    await c.expect('HRANDFIELD', 'none', '5').array([]);
  });

  test('with a negative count: exactly that many, repeats allowed', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1', 'b', '2').int(2);
    const fields = items(await c.send('HRANDFIELD', 'h', -50));
    expect(fields.length).toBe(50);
    expect(new Set(fields)).toEqual(new Set(['a', 'b']));
    await c.expect('HRANDFIELD', 'none', '-5').array([]);
  });

  test('WITHVALUES gives pairs that belong together', async () => {
    const c = await client();
    await fill(c, 'h', 300);
    for (const count of ['5', '250', '-20']) {
      const flat = items(await c.send('HRANDFIELD', 'h', count, 'withvalues'));
      expect(flat.length).toBe(Math.abs(Number(count)) * 2);
      for (let i = 0; i < flat.length; i += 2) expect(flat[i + 1]).toBe(`v${String(flat[i]).slice(1)}`);
    }
  });

  test('RESP3 nests the pairs', async () => {
    const c = await clientResp3();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HRANDFIELD', 'h', '1', 'WITHVALUES').array([['a', '1']]);
    await c.expect('HRANDFIELD', 'h', '-2', 'WITHVALUES').array([['a', '1'], ['a', '1']]);
    await c.expect('HRANDFIELD', 'none', '1', 'WITHVALUES').array([]);
    await c.expect('HRANDFIELD', 'none').nil();
  });

  test('every field has its chance', async () => {
    const c = await client();
    await fill(c, 'h', 600);
    const seen = new Set<unknown>();
    // So many that a fair choice misses none, and neither does the less fair one of Redis.
    for (const field of items(await c.send('HRANDFIELD', 'h', -60_000))) seen.add(field);
    expect(seen.size).toBe(600);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('HRANDFIELD', 's', 'foo', 'bar').error(NOT_AN_INTEGER);
    await c.expect('HRANDFIELD', 's', '1', 'bar').error(SYNTAX);
    await c.expect('HRANDFIELD', 's', '1', 'WITHVALUES', 'x').error(SYNTAX);
    await c.expect('HRANDFIELD', 's', INT64_MIN).error(`ERR value is out of range, value must between -${INT64_MAX} and ${INT64_MAX}`);
    await c.expect('HRANDFIELD', 's', INT64_MAX, 'WITHVALUES').error('ERR value is out of range');
    await c.expect('HRANDFIELD', 's', '1', 'WITHVALUES').error(WRONGTYPE);
  });
});

describe('HSCAN', () => {
  test('a small hash comes in one call, whatever COUNT says', async () => {
    const c = await client();
    await fill(c, 'h', 100);
    const [cursor, flat] = items(await c.send('HSCAN', 'h', '0', 'COUNT', '1'));
    expect(cursor).toBe('0');
    expect(items(flat!).length).toBe(200);
  });

  test('fields and values are flat in both protocols', async () => {
    for (const c of [await client(), await clientResp3()]) {
      await c.send('HSET', 'h', 'a', '1', 'b', '2');
      await c.expect('HSCAN', 'h', '0').array(['0', ['a', '1', 'b', '2']]);
    }
  });

  test('a large hash comes in parts, each field once when nothing changes', async () => {
    const c = await client();
    await fill(c, 'h', 2000);
    const { fields, calls } = await scanAll(c, 'HSCAN', 'h', '100');
    expect(fields.length).toBe(2000);
    expect(new Set(fields).size).toBe(2000);
    expect(calls).toBeGreaterThan(10);
  });

  test('MATCH looks at fields, not at values', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'apple', 'x', 'x', 'apple', 'avocado', '1').int(3);
    await c.expect('HSCAN', 'h', '0', 'MATCH', 'a*').array(['0', ['apple', 'x', 'avocado', '1']]);
    await c.expect('HSCAN', 'h', '0', 'match', 'a*', 'MATCH', 'x').array(['0', ['x', 'apple']]);
  });

  test('fields that stay are found while others come and go', async () => {
    const c = await client();
    const random = rng();
    await fill(c, 'h', 1500);
    await Promise.all(Array.from({ length: 1500 }, (_, i) => c.send('HSET', 'h', `temporary${i}`, '')));
    const found = new Set<string>();
    let [cursor, round] = ['0', 0];
    do {
      const [next, flat] = items(await c.send('HSCAN', 'h', cursor, 'COUNT', '50'));
      items(flat!).forEach((field, at) => at % 2 === 0 && found.add(String(field)));
      cursor = String(next);
      const doomed = Array.from({ length: 60 }, () => `temporary${random.int(0, 1499)}`);
      await c.send('HDEL', 'h', ...doomed);
      if (++round < 40) await c.send('HSET', 'h', ...Array.from({ length: 20 }, (_, i) => [`new${round}:${i}`, '']).flat());
    } while (cursor !== '0');
    for (let i = 0; i < 1500; i++) expect(found.has(`f${i}`), `f${i}`).toBe(true);
  });

  test('a missing key is empty, even with options that are wrong', async () => {
    const c = await client();
    await c.expect('HSCAN', 'none', '0').array(['0', []]);
    await c.expect('HSCAN', 'none', '0', 'foo').array(['0', []]);
    await c.expect('HSCAN', 'none', 'x').error('ERR invalid cursor');
  });

  test('errors come in the order of Redis: cursor, type, options', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HSCAN', 's', 'x', 'foo').error('ERR invalid cursor');
    await c.expect('HSCAN', 's', '0', 'foo').error(WRONGTYPE);
    await c.expect('HSCAN', 'h', '0', 'foo').error(SYNTAX);
    await c.expect('HSCAN', 'h', '0', 'COUNT').error(SYNTAX);
    await c.expect('HSCAN', 'h', '0', 'COUNT', '0').error(SYNTAX);
    await c.expect('HSCAN', 'h', '0', 'COUNT', 'x').error(NOT_AN_INTEGER);
    await c.expect('HSCAN', 'h', '0', 'TYPE', 'string').error(SYNTAX);
    await c.expect('HSCAN', 'h', '18446744073709551616').error('ERR invalid cursor');
  });

  test('a cursor that no reply contained does no harm', async () => {
    const c = await client();
    await fill(c, 'h', 600);
    await c.expect('HSCAN', 'h', '18446744073709551615').success();
    await c.expect('HSCAN', 'h', '4294967296').success();
    await c.expect('HLEN', 'h').int(600);
  });
});

describe('a key of another type', () => {
  const commands = [
    'HSET s a 1', 'HMSET s a 1', 'HSETNX s a 1', 'HGET s a', 'HMGET s a', 'HGETALL s', 'HKEYS s', 'HVALS s', 'HDEL s a', 'HLEN s',
    'HEXISTS s a', 'HSTRLEN s a', 'HINCRBY s a 1', 'HINCRBYFLOAT s a 1', 'HRANDFIELD s', 'HRANDFIELD s 1', 'HSCAN s 0',
  ];
  test('is refused by every hash command', async () => {
    const c = await client();
    await c.expect('SET', 's', 'text').ok();
    for (const line of commands) await c.expect(...line.split(' ')).error(WRONGTYPE);
    await c.expect('GET', 's').bulk('text');
  });

  test('a hash is refused by string commands, and replaced by SET', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('GET', 'h').error(WRONGTYPE);
    await c.expect('APPEND', 'h', 'x').error(WRONGTYPE);
    await c.expect('SET', 'h', 'text').ok();
    await c.expect('TYPE', 'h').status('string');
  });
});

describe('a hash as a whole', () => {
  test('fields and values stay what they are as the hash outgrows a listpack', async () => {
    const c = await client();
    const r = rng();
    for (const long of [false, true]) {
      const model = new Map<string, string>();
      const set = async (field: string, value: string) => {
        await c.expect('HSET', 'h', field, value).int(model.has(field) ? 0 : 1);
        model.set(field, value);
      };
      // Around 512 fields, and around 64 bytes; integers of all sizes, which a listpack keeps as such.
      for (let i = 0; i < (long ? 100 : 508); i++) await set(`f${i}`, String(r.int(-(2 ** i % 62), 2 ** i % 62)));
      for (let i = 0; i < 10; i++) await set(long ? 'f'.repeat(60 + i) : `g${i}`, long ? 'v'.repeat(70 - i) : `${10n ** BigInt(i * 2)}`);
      for (let i = 0; i < 40; i++) await set(`f${r.int(0, 99)}`, r.bytes(r.int(0, 30)));
      for (const field of r.shuffle([...model.keys()]).slice(0, 30)) {
        await c.expect('HGET', 'h', field).bulk(model.get(field)!);
        await c.expect('HDEL', 'h', field).int(1);
        model.delete(field);
      }
      await c.expect('HGETALL', 'h').map(Object.fromEntries(model));
      await c.expect('DEL', 'h').int(1);
    }
  });

  test('a reply, and a field that is set again, in a small hash with entries of every length', async () => {
    const c = await client();
    const texts = [0, 1, 12, 13, 62, 63, 64].map((length) => 'x'.repeat(length));
    const numbers = ['0', '127', '128', '-1', '4095', '4096', '-4097', '32768', '-8388609', '2147483648', INT64_MIN, INT64_MAX];
    const values = [...texts, ...numbers, '007', '-0', BYTES.slice(192)];
    await c.expect('HSET', 'h', ...values.flatMap((value) => [`f${value}`.slice(0, 64), value])).int(values.length - 1);
    for (const value of values.slice(0, -1)) {
      const field = `f${value}`.slice(0, 64);
      if (!texts.includes(value)) await c.expect('HGET', 'h', field).bulk(value);
      await c.expect('HSET', 'h', field, 'between').int(0);
      await c.expect('HGET', 'h', field).bulk('between');
    }
    await c.expect('HSTRLEN', 'h', `f${BYTES.slice(192)}`.slice(0, 64)).int(64);
    await c.expect('HLEN', 'h').int(values.length - 1);
  });

  test('COPY makes an independent hash', async () => {
    const c = await client();
    await fill(c, 'h', 600);
    await c.expect('COPY', 'h', 'copy').int(1);
    await c.expect('HSET', 'h', 'f1', 'changed').int(0);
    await c.expect('HDEL', 'h', 'f2').int(1);
    await c.expect('HMGET', 'copy', 'f1', 'f2').array(['v1', 'v2']);
    await c.expect('HLEN', 'copy').int(600);
  });

  test('RENAME takes it along', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('RENAME', 'h', 'g').ok();
    await c.expect('HGETALL', 'g').map({ a: '1' });
    await c.expect('HLEN', 'h').int(0);
  });

  test('small hashes stay apart while they change, are renamed, and go', async () => {
    const c = await client();
    const change = async (key: string, ...names: string[]) => {
      await c.expect('HSET', key, 'name', key, 'born', '1815').int(2);
      for (const name of names) await c.expect('HSET', key, 'name', name).int(0);
      await c.expect('HGETALL', key).map({ name: names.at(-1)!, born: '1815' });
    };
    await change('old', 'ada lovelace', 'ada');
    await c.expect('RENAME', 'old', 'new').ok();
    for (const key of ['a', 'b', 'c']) await change(key, key.repeat(12), key.repeat(10), key.repeat(14));
    await c.expect('DEL', 'b').int(1);
    await change('d', 'd'.repeat(12), 'd'.repeat(40), 'd'.repeat(14));
    await c.expect('HGETALL', 'new').map({ name: 'ada', born: '1815' });
    for (const key of ['a', 'c', 'd']) await c.expect('HGETALL', key).map({ name: key.repeat(14), born: '1815' });
  });

  test('and while they grow in turn', async () => {
    const c = await client();
    const keys = ['a', 'b', 'c', 'd'];
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    for (const n of numbers) {
      for (const key of keys) await c.expect('HSET', key, `${key}${n}`, `value ${n} of ${key}`).int(1);
    }
    for (const key of keys) {
      await c.expect('HGETALL', key).array(numbers.flatMap((n) => [`${key}${n}`, `value ${n} of ${key}`]));
    }
  });

  test('an expired hash is gone', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('PEXPIREAT', 'h', '1').int(1);
    await c.expect('HGET', 'h', 'a').nil();
    await c.expect('HSET', 'h', 'b', '2').int(1);
    await c.expect('HGETALL', 'h').map({ b: '2' });
  });

  test('SCAN TYPE hash finds it', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('SET', 's', 'x').ok();
    await c.expect('SCAN', '0', 'COUNT', '1000', 'TYPE', 'hash').array(['0', ['h']]);
  });

  test('a hundred thousand fields', async () => {
    const c = await client();
    await fill(c, 'h', 100_000);
    await c.expect('HLEN', 'h').int(100_000);
    await c.expect('HGET', 'h', 'f77777').bulk('v77777');
    expect(items(await c.send('HKEYS', 'h')).length).toBe(100_000);
    await c.expect('HDEL', 'h', ...Array.from({ length: 99_999 }, (_, i) => `f${i}`)).int(99_999);
    await c.expect('HGETALL', 'h').map({ f99999: 'v99999' });
    await c.expect('HRANDFIELD', 'h').bulk('f99999');
  });

  test('random writes agree with a model', async () => {
    const c = await client();
    const random = rng();
    const model = new Map<string, string>();
    for (let i = 0; i < 1500; i++) {
      const field = `f${random.int(0, 700)}`;
      if (random.chance(0.7)) {
        const value = random.bytes(random.int(0, 12));
        await c.expect('HSET', 'h', field, value).int(model.has(field) ? 0 : 1);
        model.set(field, value);
      } else await c.expect('HDEL', 'h', field).int(model.delete(field) ? 1 : 0);
    }
    await c.expect('HLEN', 'h').int(model.size);
    await c.expect('HGETALL', 'h').map(Object.fromEntries(model));
  });
});

describe('what programs see', () => {
  test('COMMAND GETKEYS finds the key of each command', async () => {
    const c = await client();
    for (const [name, ...rest] of COMMANDS) await c.expect('COMMAND', 'GETKEYS', name!, 'key', ...rest).array(['key']);
  });

  test('ioredis takes and gives objects', async () => {
    const redis = await ioredis();
    expect(await redis.hset('user:1', { name: 'Ada Lovelace', born: 1815, note: 'naïve – ✓' })).toBe(3);
    expect(await redis.hgetall('user:1')).toEqual({ name: 'Ada Lovelace', born: '1815', note: 'naïve – ✓' });
    expect(await redis.hincrby('user:1', 'born', 1)).toBe(1816);
    expect(await redis.hmget('user:1', 'name', 'none')).toEqual(['Ada Lovelace', null]);
    await expect(redis.get('user:1')).rejects.toThrow(WRONGTYPE);
  });

  test('ioredis walks a large hash with its stream', async () => {
    const redis = await ioredis();
    await redis.hset('h', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, `v${i}`])));
    const found = new Map<string, string>();
    for await (const flat of redis.hscanStream('h', { count: 100 }) as AsyncIterable<string[]>) {
      for (let i = 0; i < flat.length; i += 2) found.set(flat[i]!, flat[i + 1]!);
    }
    expect(found.size).toBe(1000);
    expect(found.get('f321')).toBe('v321');
  });
});

/** Every command of hashes, with what may follow its key. */
const COMMANDS = [
  ['HSET', 'f', 'v'],
  ['HSETNX', 'f', 'v'],
  ['HMSET', 'f', 'v'],
  ['HGET', 'f'],
  ['HMGET', 'f', 'g'],
  ['HGETALL'],
  ['HKEYS'],
  ['HVALS'],
  ['HDEL', 'f', 'g'],
  ['HLEN'],
  ['HEXISTS', 'f'],
  ['HSTRLEN', 'f'],
  ['HINCRBY', 'f', '1'],
  ['HINCRBYFLOAT', 'f', '1'],
  ['HRANDFIELD', '1'],
  ['HSCAN', '0'],
];

/** A hash with the fields f0, f1, … and the values v0, v1, …. */
async function fill(c: Client, key: string, count: number): Promise<void> {
  const pairs = Array.from({ length: count }, (_, i) => [`f${i}`, `v${i}`]);
  for (let i = 0; i < count; i += 250) await c.expect('HSET', key, ...pairs.slice(i, i + 250).flat()).success();
}

async function scanAll(c: Client, command: string, key: string, count: string): Promise<{ fields: string[]; calls: number }> {
  const fields: string[] = [];
  let [cursor, calls] = ['0', 0];
  do {
    const [next, flat] = items(await c.send(command, key, cursor, 'COUNT', count));
    items(flat!).forEach((field, at) => at % 2 === 0 && fields.push(String(field)));
    cursor = String(next);
    calls++;
  } while (cursor !== '0');
  return { fields, calls };
}
