import { client, contents, describe, expect, payload, rng, status, test, type Client } from '../harness/suite.ts';
import { valueOf } from '../harness/rdb-files.ts';
import { deadline, extremeTimes, isLeft } from '../harness/expire-times.ts';

const WRONG = 'ERR DUMP payload version or checksum are wrong';
const BAD = 'ERR Bad data format';
const INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
/** A string value: type 0, a length, the bytes. */
const HELLO = payload('\0\x05hello');

/** Dumps each key, restores it under another name and expects the same value there. */
async function roundTrip(c: Client): Promise<void> {
  const before = await contents(c);
  const keys = Object.keys(before).map((name) => name.slice(2));
  expect(keys.length).toBeGreaterThan(0);
  const dumps = await Promise.all(keys.map((key) => c.send('DUMP', key)));
  await c.expect('FLUSHALL').ok();
  for (const [at, key] of keys.entries()) await c.expect('RESTORE', key, 0, String(dumps[at])).ok();
  expect(await contents(c)).toEqual(before);
}

describe('DUMP', () => {
  test('of a key that is not there', async () => {
    const c = await client();
    await c.expect('DUMP', 'none').nil();
  });

  test('takes one key', async () => {
    const c = await client();
    await c.expect('DUMP').error("ERR wrong number of arguments for 'dump' command");
    await c.expect('DUMP', 'a', 'b').error("ERR wrong number of arguments for 'dump' command");
  });

  test('what only looks like an integer stays a string', async () => {
    const c = await client();
    for (const text of ['2147483648', '-2147483649', '01', '-0', '+1', '1 ', '', '-', '12345678901']) {
      await c.expect('SET', 'k', text).ok();
      expect([text, await valueOf(c, 'k')]).toEqual([text, `\0${String.fromCharCode(text.length)}${text}`]);
    }
  });

  test('an integer takes one, two or four bytes', async () => {
    const c = await client();
    const forms = { '\xc0': [-128, 127], '\xc1': [-32768, -129, 128, 32767], '\xc2': [-2147483648, -32769, 32768, 2147483647] };
    for (const [form, numbers] of Object.entries(forms)) {
      for (const number of numbers) {
        await c.expect('SET', 'k', number).ok();
        expect([number, (await valueOf(c, 'k'))[1]]).toEqual([number, form]);
      }
    }
  });

  test('longer strings are compressed where that helps', async () => {
    const c = await client();
    await c.expect('SET', 'long', 'ab'.repeat(500)).ok();
    const dump = await valueOf(c, 'long');
    expect(dump.slice(0, 2)).toBe('\0\xc3');
    expect(dump.length).toBeLessThan(60);
    await c.expect('SET', 'short', 'a'.repeat(20)).ok();
    expect(await valueOf(c, 'short')).toBe(`\0\x14${'a'.repeat(20)}`);
    await c.expect('SET', 'varied', 'x1y2z3w4q5r6t7u8i9o0p').ok();
    expect(await valueOf(c, 'varied')).toBe('\0\x15x1y2z3w4q5r6t7u8i9o0p');
  });

  test('does not hold the deadline', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'hello').ok();
    const dump = await c.send('DUMP', 'k');
    await c.expect('PEXPIRE', 'k', 100_000).int(1);
    await c.expect('DUMP', 'k').bulk(String(dump));
  });

  test('of an expired key is nil', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PXAT', '1').ok();
    await c.expect('DUMP', 'k').nil();
  });
});

describe('DUMP and RESTORE', () => {
  test('strings: empty, binary, long, integers', async () => {
    const c = await client();
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at));
    await c.expect('MSET', 'empty', '', 'binary', all, 'long', 'a b '.repeat(50_000)).ok();
    await c.expect('MSET', 'int', '-70000', 'zero', '0').ok();
    await c.expect('SET', 'big', '9223372036854775807').ok();
    await roundTrip(c);
  });

  test('random strings, that compress more or less', async () => {
    const c = await client();
    const random = rng();
    for (let at = 0; at < 60; at++) {
      const letters = random.int(1, 40);
      const codes = Array.from({ length: random.int(0, 900) }, () => random.int(0, letters));
      const text = String.fromCharCode(...codes);
      await c.expect('SET', `k${at}`, text).ok();
    }
    await roundTrip(c);
  });

  test('strings, compressed and not, where the form of their length changes', async () => {
    const c = await client();
    for (const length of [63, 64, 65, 16383, 16384, 16385]) {
      await c.expect('SET', `x${length}`, 'x'.repeat(length)).ok();
      await c.expect('SET', `random${length}`, rng().bytes(length)).ok();
    }
    await roundTrip(c);
  });

  test('lists, short and long', async () => {
    const c = await client();
    const many = Array.from({ length: 3_000 }, (_, at) => `element ${at}`);
    const numbers = ['1', '-1', '127', '128', '4095', '4096', '70000', '9'.repeat(18)];
    await c.expect('RPUSH', 'short', '', 'a', ...numbers).int(10);
    await c.expect('RPUSH', 'long', ...many).int(3_000);
    await c.expect('RPUSH', 'wide', 'x'.repeat(70_000), 'y', 'z'.repeat(9_000)).int(3);
    await roundTrip(c);
  });

  test('sets: of integers, small, large', async () => {
    const c = await client();
    const many = Array.from({ length: 1_500 }, (_, at) => `member ${at}`);
    await c.expect('SADD', 'ints', '1', '-5', '300', '70000', '9223372036854775807').int(5);
    await c.expect('SADD', 'small', 'a', '', '1').int(3);
    await c.expect('SADD', 'large', ...many).int(1_500);
    await roundTrip(c);
  });

  test('hashes, small and large', async () => {
    const c = await client();
    const many = Array.from({ length: 1_200 }, (_, at) => [`field ${at}`, String(at)]).flat();
    await c.expect('HSET', 'small', 'f', 'v', '', '', '1', '2').int(3);
    await c.expect('HSET', 'large', ...many).int(1_200);
    await c.expect('HSET', 'wide', 'f', 'x'.repeat(10_000)).int(1);
    await roundTrip(c);
  });

  test('streams, with deleted entries, groups, consumers and what is pending', async () => {
    const c = await client();
    for (let at = 1; at <= 250; at++) await c.expect('XADD', 's', `${at}-1`, 'f', String(at), 'g', 'x').bulk(`${at}-1`);
    await c.expect('XADD', 's', '250-2', 'other', 'field').bulk('250-2');
    await c.expect('XDEL', 's', '3-1', '250-2').int(2);
    await c.expect('XGROUP', 'CREATE', 's', 'g', '0').ok();
    await c.expect('XGROUP', 'CREATE', 's', 'h', '$').ok();
    await c.expect('XGROUP', 'CREATECONSUMER', 's', 'h', 'idle').int(1);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '5', 'STREAMS', 's', '>').success();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'bob', 'COUNT', '2', 'STREAMS', 's', '>').success();
    await c.expect('XACK', 's', 'g', '2-1').int(1);
    await c.expect('XADD', 'gone', 'MAXLEN', '0', '5-5', 'f', 'v').bulk('5-5');
    await roundTrip(c);
    await c.expect('XADD', 'gone', '5-5', 'f', 'v').errorLike(/equal or smaller/);
    await c.expect('XPENDING', 's', 'g').array([6, '1-1', '8-1', [['alice', '4'], ['bob', '2']]]);
  });

  test('a payload keeps its value when the key changes', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    const dump = String(await c.send('DUMP', 'l'));
    await c.expect('RPUSH', 'l', 'c').int(3);
    await c.expect('RESTORE', 'l', 0, dump, 'REPLACE').ok();
    await c.expect('LRANGE', 'l', 0, -1).array(['a', 'b']);
  });
});

describe('RESTORE', () => {
  test('needs a key, a time and a payload', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 0).error("ERR wrong number of arguments for 'restore' command");
  });

  test('over an expired key needs no REPLACE', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PXAT', '1').ok();
    await c.expect('RESTORE', 'k', 0, HELLO).ok();
  });

  test('a time to live in ms', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 100_000, HELLO).ok();
    await c.expect('PTTL', 'k').matches((ms) => Number(ms) > 90_000 && Number(ms) <= 100_000, 'about 100 s');
    await c.expect('RESTORE', 'k', 0, HELLO, 'replace').ok();
    await c.expect('PTTL', 'k').int(-1);
  });

  test('ABSTTL: a deadline in ms since 1970', async () => {
    const c = await client();
    const deadline = Date.now() + 100_000;
    await c.expect('RESTORE', 'k', deadline, HELLO, 'ABSTTL').ok();
    await c.expect('PEXPIRETIME', 'k').int(deadline);
    await c.expect('RESTORE', 'k', 0, HELLO, 'ABSTTL', 'REPLACE').ok();
    await c.expect('PEXPIRETIME', 'k').int(-1);
  });

  test('a deadline that has passed leaves no key', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 1_000, HELLO, 'ABSTTL').ok();
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('RESTORE', 'k', 1_000, HELLO, 'ABSTTL', 'REPLACE').ok();
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('DBSIZE').int(0);
  });

  test('times that are none', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', -1, HELLO).error('ERR Invalid TTL value, must be >= 0');
    await c.expect('RESTORE', 'k', '1.5', HELLO).error(INTEGER);
    await c.expect('RESTORE', 'k', 'soon', HELLO).error(INTEGER);
    await c.expect('RESTORE', 'k', '9223372036854775808', HELLO).error(INTEGER);
  });

  for (const absolute of [false, true]) {
    test(`a table of extreme times${absolute ? ', with ABSTTL' : ''}`, async () => {
      const c = await client();
      for (const time of extremeTimes()) {
        const at = time === 0n ? undefined : deadline(time, 1n, absolute ? 0n : BigInt(Date.now()));
        // Beyond 64 bits real Redis goes on at the other end.
        if (at === undefined && time !== 0n) continue;
        const reply = c.expect('RESTORE', 'k', time, HELLO, 'REPLACE', ...(absolute ? ['ABSTTL'] : []));
        if (time < 0n) {
          await reply.error('ERR Invalid TTL value, must be >= 0');
          continue;
        }
        await reply.ok();
        await c.expect('PEXPIRETIME', 'k').matches((found) => isLeft(found, at), `what ${at} leaves, after RESTORE k ${time}`);
      }
    });
  }

  test('IDLETIME sets the time without use, in seconds', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 0, HELLO, 'IDLETIME', 1_000).ok();
    await c.expect('OBJECT', 'IDLETIME', 'k').matches((s) => Number(s) >= 1_000 && Number(s) < 1_030, 'about 1000 s');
    await c.expect('GET', 'k').bulk('hello');
    await c.expect('OBJECT', 'IDLETIME', 'k').matches((s) => Number(s) < 30, 'about 0 s');
  });

  test('IDLETIME and FREQ: their bounds', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 0, HELLO, 'IDLETIME', -1).error('ERR Invalid IDLETIME value, must be >= 0');
    await c.expect('RESTORE', 'k', 0, HELLO, 'IDLETIME', 'x').error(INTEGER);
    for (const freq of [-1, 256]) {
      await c.expect('RESTORE', 'k', 0, HELLO, 'FREQ', freq).error('ERR Invalid FREQ value, must be >= 0 and <= 255');
    }
    await c.expect('RESTORE', 'k', 0, HELLO, 'FREQ', 255).ok();
  });

  test('options that do not fit are syntax errors', async () => {
    const c = await client();
    const rows = [['IDLETIME'], ['FREQ'], ['NX'], ['IDLETIME', '1', 'FREQ', '1'], ['FREQ', '1', 'IDLETIME', '1']];
    for (const options of rows) await c.expect('RESTORE', 'k', 0, HELLO, ...options).error(SYNTAX);
    await c.expect('RESTORE', 'k', 'x', 'rubbish', 'NX').error(SYNTAX);
  });

  test('a payload cut short, or none', async () => {
    const c = await client();
    for (let length = 0; length < HELLO.length; length++) {
      await c.expect('RESTORE', 'k', 0, HELLO.slice(0, length)).error(WRONG);
    }
  });

  test('a version from the future', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 0, payload('\0\x05hello', 99)).error(WRONG);
    await c.expect('RESTORE', 'k', 0, payload('\0\x05hello', 256)).error(WRONG);
  });

  test('older versions are welcome', async () => {
    const c = await client();
    for (const version of [1, 6, 9, 10]) {
      await c.expect('RESTORE', 'k', 0, payload('\0\x05hello', version), 'REPLACE').ok();
    }
  });

  test('empty collections', async () => {
    const c = await client();
    for (const type of ['\x01', '\x02', '\x04', '\x0e', '\x12']) {
      await c.expect('RESTORE', 'k', 0, payload(`${type}\0`)).error(BAD);
    }
  });

  test('a set with a member twice', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 0, payload('\x02\x02\x01a\x01a')).error(BAD);
  });

  test('packed values that are damaged', async () => {
    const c = await client();
    for (const type of ['\x0b', '\x0d', '\x10']) {
      await c.expect('RESTORE', 'k', 0, payload(`${type}\x04abcd`)).error(BAD);
      await c.expect('RESTORE', 'k', 0, payload(`${type}\0`)).error(BAD);
    }
    await c.expect('RESTORE', 'k', 0, payload('\x12\x01\x02\x04abcd')).error(BAD);
    await c.expect('RESTORE', 'k', 0, payload('\0\xc3\x03\x0a\xff\xff\xff')).error(BAD);
    await c.expect('RESTORE', 'k', 0, payload('\0\xc4\x03')).error(BAD);
  });

  test('is a write: WATCH sees it, and a waiting BLPOP is served', async () => {
    const [c, other, waiting] = [await client(), await client(), await client()];
    const list = payload('\x01\x02\x01a\x01b');
    await c.expect('WATCH', 'k').ok();
    await other.expect('RESTORE', 'k', 0, HELLO).ok();
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').nilArray();
    const popped = waiting.sendLater('BLPOP', 'l', 0);
    await waiting.blocked();
    await other.expect('RESTORE', 'l', 0, list).ok();
    await popped.array(['l', 'a']);
  });

  test('inside a transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('RESTORE', 'k', 0, HELLO).status('QUEUED');
    await c.expect('EXEC').array([status('OK')]);
    expect(await valueOf(c, 'k')).toBe('\0\x05hello');
  });
});
