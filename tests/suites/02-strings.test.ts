import { encodeRequest } from '../harness/client.ts';
import type { Expectation } from '../harness/expectation.ts';
import { LongValues } from '../harness/long-values.ts';
import { client, clientResp3, describe, expect, info, ioredis, items, resp, rng, server } from '../harness/suite.ts';
import { set, Status, status, test, until } from '../harness/suite.ts';
import { deadline, expectTtl, extremeTimes, isLeft } from '../harness/expire-times.ts';

const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
const MAX = '9223372036854775807';
const MIN = '-9223372036854775808';

function badTime(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}

describe('large values', () => {
  const KB = 1024;
  const SIZES = [16 * KB, 64 * KB, 128 * KB, 256 * KB, KB * KB].flatMap((size) => [size - 3, size - 2, size - 1, size, size + 1]);

  test('of sizes around every threshold come back as they went, and as parts', async () => {
    const c = await client();
    const random = rng();
    for (const size of SIZES) {
      const value = random.bytes(size);
      const at = random.int(0, size - 100);
      await c.expect('SET', 'k', value).ok();
      await c.expect('STRLEN', 'k').int(size);
      await c.expect('GET', 'k').bulk(value);
      await c.expect('GETRANGE', 'k', String(at), String(at + 99)).bulk(value.slice(at, at + 100));
      await c.expect('APPEND', 'k', 'end').int(size + 3);
      await c.expect('SETRANGE', 'k', String(at), 'part').int(size + 3);
      await c.expect('GETDEL', 'k').bulk(value.slice(0, at) + 'part' + value.slice(at + 4) + 'end');
    }
  });

  test('that arrive piece by piece in turns stay apart, in the next round too', async () => {
    const clients = [await client(), await client(), await client()];
    const control = await client();
    const random = rng();
    for (let round = 0; round < 3; round++) {
      const values = clients.map(() => random.bytes(random.int(70_000, 300_000)));
      const wires = values.map((value, i) => encodeRequest(['SET', `k${i}`, value]));
      for (let at = 0; wires.some((wire) => at < wire.length); at += 50_000) {
        for (const [i, c] of clients.entries()) c.write(wires[i]!.slice(at, at + 50_000));
        await control.expect('PING').status('PONG');
      }
      for (const c of clients) await c.receive().ok();
      for (const [i, value] of values.entries()) await control.expect('GET', `k${i}`).bulk(value);
    }
  });

  test('reach a slow reader as they were at the time of its request, even if they have changed since', async () => {
    const [slow, other] = [await client(), await client()];
    const first = 'x'.repeat(1_000_000);
    const last = 'y'.repeat(first.length);
    await slow.expect('SET', 'k', first).ok();
    slow.pause();
    const replies = Array.from({ length: 20 }, () => slow.sendLater('GET', 'k'));
    const done = slow.sendLater('SET', 'done', '');
    while ((await other.send('EXISTS', 'done')) !== 1);
    await other.expect('SETRANGE', 'k', 0, '-').int(first.length);
    await other.expect('SET', 'k', last).ok();
    for (let i = 0; i < 5; i++) await other.expect('SET', `other${i}`, last).ok();
    slow.resume();
    for (const reply of replies) await reply.bulk(first);
    await done.ok();
    await slow.expect('GET', 'k').bulk(last);
  });

  test('of 32 KB reach a slow reader too, while another client gets its replies', async () => {
    const [slow, other] = [await client(), await client()];
    const [value, another] = ['x'.repeat(32 * KB), 'y'.repeat(32 * KB)];
    await other.expect('MSET', 'k', value, 'other', another).ok();
    slow.pause();
    const replies = [];
    for (let i = 0; i < 400; i++) {
      replies.push(slow.sendLater('GET', 'k'));
      await other.expect('GET', 'other').bulk(another);
    }
    slow.resume();
    for (const reply of replies) await reply.bulk(value);
  });

  test('of several clients, in pipelines of random commands, stay what they are', async () => {
    const random = rng();
    const sides = await Promise.all(
      ['a', 'b', 'c'].map(async (prefix) => ({ c: await client(), values: new LongValues(random, prefix, 300 * KB) })),
    );
    for (let round = 0; round < 6; round++) {
      const due = sides.flatMap(({ c, values }) =>
        Array.from({ length: 12 }, () => {
          const { args, reply } = values.next();
          return { later: c.sendLater(...args), reply };
        }),
      );
      for (const { later, reply } of due) await expectValue(later, reply);
      for (const { c, values } of sides) for (const [key, value] of values.values) await c.expect('GET', key).bulk(value);
    }
  });
});

function expectValue(later: Expectation, reply: string | number | null): Promise<unknown> {
  if (reply === null) return later.nil();
  if (typeof reply === 'number') return later.int(reply);
  return reply === 'OK' ? later.ok() : later.bulk(reply);
}

describe('GET and SET', () => {
  test('keys differ by the case of their letters', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'small').ok();
    await c.expect('GET', 'K').nil();
  });

  test('random values of every length up to a few thousand come back as they went', async () => {
    const c = await client();
    const random = rng();
    for (let i = 0; i < 60; i++) {
      const [key, value] = [random.bytes(random.int(0, 40)), random.bytes(random.int(0, 3000))];
      await c.expect('SET', key, value).ok();
      await c.expect('GET', key).bulk(value);
    }
  });

  test('a value of 20 MB goes in and out', async () => {
    const c = await client();
    const large = 'abcdefghij'.repeat(2 * 1024 * 1024);
    await c.expect('SET', 'large', large).ok();
    await c.expect('STRLEN', 'large').int(large.length);
    await c.expect('GET', 'large').bulk(large);
  });

  test('a SET that NX refuses leaves the time to live', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('SET', 'k', 'w', 'NX', 'EX', '5000').nil();
    await expectTtl(c, 'k', 100);
  });

  test('options come in any order and any case; the same time option may come twice', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'ex', '50', 'nx', 'Ex', '100', 'get').nil();
    await expectTtl(c, 'k', 100);
  });

  test('options that exclude each other are a syntax error, and nothing is set', async () => {
    const c = await client();
    const wrong = [
      ['NX', 'XX'],
      ['XX', 'NX'],
      ['EX', '10', 'PX', '10'],
      ['PX', '10', 'EXAT', '10'],
      ['EX', '10', 'KEEPTTL'],
      ['KEEPTTL', 'PXAT', '10'],
      ['EX'],
      ['NX', 'PX'],
      ['PERSIST'],
      ['nosuch'],
      [''],
    ];
    for (const options of wrong) await c.expect('SET', 'k', 'v', ...options).error(SYNTAX);
    await c.expect('EXISTS', 'k').int(0);
  });

  test('a time must be a positive integer that fits', async () => {
    const c = await client();
    for (const option of ['EX', 'PX', 'EXAT', 'PXAT']) {
      for (const time of ['0', '-1', MIN]) await c.expect('SET', 'k', 'v', option, time).error(badTime('set'));
      for (const time of ['abc', '1.5', '', ' 1', '9223372036854775808']) {
        await c.expect('SET', 'k', 'v', option, time).error(NOT_AN_INTEGER);
      }
    }
    await c.expect('SET', 'k', 'v', 'EX', MAX).error(badTime('set'));
    await c.expect('SET', 'k', 'v', 'EX', '9223372036854775').error(badTime('set'));
    await c.expect('SET', 'k', 'v', 'PX', MAX).error(badTime('set'));
    await c.expect('SET', 'k', 'v', 'EXAT', '9223372036854776').error(badTime('set'));
    await c.expect('SET', 'k', 'v', 'EX', 'NX').error(NOT_AN_INTEGER);
    await c.expect('EXISTS', 'k').int(0);
  });

  for (const [option, unit, absolute] of [
    ['EX', 1_000n, false],
    ['PX', 1n, false],
    ['EXAT', 1_000n, true],
    ['PXAT', 1n, true],
  ] as const) {
    test(`${option}: a table of extreme times, in SET, GETEX, SETEX and PSETEX`, async () => {
      const c = await client();
      for (const time of extremeTimes()) {
        const at = time <= 0n ? undefined : deadline(time, unit, absolute ? 0n : BigInt(Date.now()));
        const requests = [['SET', 'k', 'v', option, time], ['GETEX', 'k', option, time]];
        if (!absolute) requests.push([option === 'EX' ? 'SETEX' : 'PSETEX', 'k', time, 'v']);
        for (const request of requests) {
          await c.expect('SET', 'k', 'v').ok();
          const reply = c.expect(...request);
          if (at === undefined) await reply.error(badTime(String(request[0]).toLowerCase()));
          else await reply.success();
          await c.expect('PEXPIRETIME', 'k').matches((found) => isLeft(found, at), `what ${at} leaves, after ${request.join(' ')}`);
        }
      }
    });
  }

  test('the latest deadline of all is exact', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PXAT', MAX).ok();
    await c.expect('PEXPIRETIME', 'k').int(MAX);
  });

  test('a deadline in the past sets a key that no command sees', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PXAT', '1').ok();
    await c.expect('GET', 'k').nil();
    await c.expect('EXISTS', 'k').int(0);
  });

  test('wrong numbers of arguments', async () => {
    const c = await client();
    for (const [name, ...args] of [
      ['GET'], ['GET', 'a', 'b'], ['SET', 'k'], ['STRLEN'], ['INCR', 'k', '1'], ['GETEX'], ['MGET'],
    ]) {
      await c.expect(name!, ...args).error(`ERR wrong number of arguments for '${name!.toLowerCase()}' command`);
    }
  });
});

describe('SETNX, SETEX, PSETEX', () => {
  test('SETNX sets a new key alone', async () => {
    const c = await client();
    await c.expect('SETNX', 'k', 'v').int(1);
    await c.expect('SETNX', 'k', 'w').int(0);
    await c.expect('GET', 'k').bulk('v');
  });

  test('SETEX and PSETEX set a time to live with the value', async () => {
    const c = await client();
    await c.expect('SETEX', 'a', '100', 'v').ok();
    await c.expect('PSETEX', 'b', '100000', 'w').ok();
    await c.expect('MGET', 'a', 'b').array(['v', 'w']);
    await expectTtl(c, 'a', 100);
    await expectTtl(c, 'b', 100);
  });

  test('their errors name the command', async () => {
    const c = await client();
    for (const time of ['0', '-1', MAX]) {
      await c.expect('SETEX', 'k', time, 'v').error(badTime('setex'));
      await c.expect('PSETEX', 'k', time, 'v').error(badTime('psetex'));
    }
    await c.expect('SETEX', 'k', 'x', 'v').error(NOT_AN_INTEGER);
    await c.expect('EXISTS', 'k').int(0);
  });
});

describe('GETSET and GETDEL', () => {
  test('GETSET answers the value before, and takes the time to live away', async () => {
    const c = await client();
    await c.expect('GETSET', 'k', '1').nil();
    await c.expect('EXPIRE', 'k', '100').int(1);
    await c.expect('GETSET', 'k', '2').bulk('1');
    await c.expect('TTL', 'k').int(-1);
    await c.expect('GET', 'k').bulk('2');
  });

  test('GETDEL answers the value and removes the key', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GETDEL', 'k').bulk('v');
    await c.expect('GETDEL', 'k').nil();
    await c.expect('DBSIZE').int(0);
  });
});

describe('GETEX', () => {
  test('without options it is GET', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('GETEX', 'k').bulk('v');
    await expectTtl(c, 'k', 100);
    await c.expect('GETEX', 'none').nil();
  });

  test('sets a time to live in any of four forms, or removes it', async () => {
    const c = await client();
    const now = Date.now();
    await c.expect('SET', 'k', 'v').ok();
    const forms = [['EX', 100], ['px', 100_000], ['EXAT', Math.floor(now / 1000) + 100], ['pxat', now + 100_000]];
    for (const form of forms) {
      await c.expect('GETEX', 'k', ...form).bulk('v');
      await expectTtl(c, 'k', 100);
      await c.expect('GETEX', 'k', 'PERSIST').bulk('v');
      await c.expect('TTL', 'k').int(-1);
    }
  });

  test('a deadline that has passed removes the key at once', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GETEX', 'k', 'PXAT', '1').bulk('v');
    await c.expect('DBSIZE').int(0);
  });

  test('its errors', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    for (const options of [
      ['EX', '1', 'PX', '1'], ['EX', '1', 'PERSIST'], ['PERSIST', 'EX', '1'], ['EX'], ['KEEPTTL'], ['NX'],
    ]) {
      await c.expect('GETEX', 'k', ...options).error(SYNTAX);
    }
    await c.expect('GETEX', 'k', 'EX', '0').error(badTime('getex'));
    await c.expect('GETEX', 'k', 'EX', 'x').error(NOT_AN_INTEGER);
    await c.expect('TTL', 'k').int(-1);
    // A missing key is noticed before the time is checked.
    await c.expect('GETEX', 'none', 'EX', 'x').nil();
  });
});

describe('MGET, MSET, MSETNX', () => {
  test('of a key that is named twice the last value stays', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'a', '2').ok();
    await c.expect('MSETNX', 'b', '1', 'b', '2').int(1);
    await c.expect('MGET', 'a', 'b').array(['2', '2']);
  });

  test('of a single key', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1').ok();
    await c.expect('MSETNX', 'b', '2').int(1);
    await c.expect('MSETNX', 'b', '3').int(0);
    await c.expect('MGET', 'a').array(['1']);
    await c.expect('MGET', 'b').array(['2']);
  });

  test('MSET takes times to live away', async () => {
    const c = await client();
    await c.expect('SET', 'a', '1', 'EX', '100').ok();
    await c.expect('MSET', 'a', '2').ok();
    await c.expect('TTL', 'a').int(-1);
  });

  test('a key without a value is an error', async () => {
    const c = await client();
    await c.expect('MSET', 'a', '1', 'b').error("ERR wrong number of arguments for 'mset' command");
    await c.expect('MSETNX', 'a', '1', 'b').error("ERR wrong number of arguments for 'msetnx' command");
    await c.expect('DBSIZE').int(0);
  });

  test('thousands of keys in one request', async () => {
    const c = await client();
    const keys = Array.from({ length: 5000 }, (_, i) => `k${i}`);
    await c.expect('MSET', ...keys.flatMap((key, i) => [key, String(i)])).ok();
    await c.expect('MGET', ...keys).array(keys.map((_, i) => String(i)));
  });
});

describe('INCR, DECR, INCRBY, DECRBY', () => {
  test('random sums near the limits', async () => {
    const c = await client();
    const random = rng();
    let value = 0n;
    for (let i = 0; i < 100; i++) {
      const size = BigInt(random.int(0, 2 ** 32 - 1)) << BigInt(random.int(0, 31));
      const step = random.chance(0.5) ? size : -size;
      const sum = value + step;
      const fits = sum === BigInt.asIntN(64, sum);
      if (fits) await c.expect('INCRBY', 'k', step).int((value = sum));
      else await c.expect('INCRBY', 'k', step).error('ERR increment or decrement would overflow');
    }
  });

  test('the time to live stays', async () => {
    const c = await client();
    await c.expect('SET', 'k', '1', 'EX', '100').ok();
    await c.expect('INCR', 'k').int(2);
    await c.expect('INCRBYFLOAT', 'k', '0.5').bulk('2.5');
    await expectTtl(c, 'k', 100);
  });

  test('of many clients at once none is lost', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => client()));
    await Promise.all(clients.flatMap((c) => Array.from({ length: 50 }, () => c.expect('INCR', 'k').success())));
    await clients[0]!.expect('GET', 'k').bulk('500');
  });
});

describe('INCRBYFLOAT', () => {
  test('adds decimals as people do', async () => {
    const c = await client();
    const sums = [
      ['0.1', '0.2', '0.3'],
      ['10.50', '0.1', '10.6'],
      ['5.0e3', '2.0e2', '5200'],
      ['3', '-3', '0'],
      ['-0', '-0', '0'],
      ['1e-18', '0', '0'],
      ['0x10', '0x.8', '16.5'],
      ['9007199254740992', '1', '9007199254740993'],
      ['18446744073709551616', '1', '18446744073709551616'],
      ['1e30', '0', '1000000000000000000024696061952'],
      ['0.3333333333333333', '0', '0.3333333333333333'],
      ['1', '0.00000000000000001', '1.00000000000000001'],
    ] as const;
    for (const [value, increment, sum] of sums) {
      await c.expect('SET', 'k', value).ok();
      await c.expect('INCRBYFLOAT', 'k', increment).bulk(sum);
      await c.expect('GET', 'k').bulk(sum);
    }
  });

  test('a missing key counts as 0, and the sum may be counted on', async () => {
    const c = await client();
    await c.expect('INCRBYFLOAT', 'k', '2.50').bulk('2.5');
    await c.expect('INCRBYFLOAT', 'k', '.5').bulk('3');
    await c.expect('INCR', 'k').int(4);
  });

  test('answers a bulk string in RESP3 too', async () => {
    const c = await clientResp3();
    await c.expect('INCRBYFLOAT', 'k', '1.25').bulk('1.25');
  });

  test('refuses what is no number, infinite, or out of range', async () => {
    const c = await client();
    for (const text of ['', 'abc', ' 1', '1 ', '1.5x', 'nan', '1e', '1e5000', '1e-5000']) {
      await c.expect('SET', 'k', text).ok();
      await c.expect('INCRBYFLOAT', 'k', '1').error('ERR value is not a valid float');
      await c.expect('INCRBYFLOAT', 'n', text).error('ERR value is not a valid float');
    }
    for (const text of ['inf', '-inf', '+Infinity']) {
      await c.expect('INCRBYFLOAT', 'n', text).error('ERR increment would produce NaN or Infinity');
    }
    await c.expect('EXISTS', 'n').int(0);
  });
});

describe('APPEND and STRLEN', () => {
  test('lengths are bytes, and any byte may be appended', async () => {
    const c = await client();
    await c.expect('SET', 'k', '\xe2\x82\xac').ok();
    await c.expect('STRLEN', 'k').int(3);
    await c.expect('APPEND', 'k', '\0\r\n\xff').int(7);
    await c.expect('GET', 'k').bulk('\xe2\x82\xac\0\r\n\xff');
  });

  test('appending nothing to a missing key makes an empty string', async () => {
    const c = await client();
    await c.expect('APPEND', 'k', '').int(0);
    await c.expect('EXISTS', 'k').int(1);
  });

  test('the time to live stays', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'a', 'EX', '100').ok();
    await c.expect('APPEND', 'k', 'b').int(2);
    await expectTtl(c, 'k', 100);
  });

  test('an appended number is one number', async () => {
    const c = await client();
    await c.expect('SET', 'k', '1').ok();
    await c.expect('APPEND', 'k', '2').int(2);
    await c.expect('INCR', 'k').int(13);
  });

  test('ten thousand small pieces make one string', async () => {
    const c = await client();
    const pieces = Array.from({ length: 10_000 }, (_, i) => `${i},`);
    let length = 0;
    await Promise.all(pieces.map((piece) => c.expect('APPEND', 'k', piece).int((length += piece.length))));
    await c.expect('GET', 'k').bulk(pieces.join(''));
    await c.expect('GETRANGE', 'k', '-6', '-1').bulk(pieces.join('').slice(-6));
  });
});

describe('GETRANGE', () => {
  test('of a missing or empty string it is empty', async () => {
    const c = await client();
    await c.expect('GETRANGE', 'none', '0', '-1').bulk('');
    await c.expect('SET', 'k', '').ok();
    await c.expect('GETRANGE', 'k', '0', '-1').bulk('');
  });

  test('wants integers, even of a missing key', async () => {
    const c = await client();
    await c.expect('GETRANGE', 'none', 'a', '1').error(NOT_AN_INTEGER);
    await c.expect('GETRANGE', 'none', '1', '1.5').error(NOT_AN_INTEGER);
    await c.expect('SUBSTR', 'none', '1', '').error(NOT_AN_INTEGER);
  });

  test('agrees with a slice of the string, wherever the ends are', async () => {
    const c = await client();
    const random = rng();
    const text = random.bytes(50);
    await c.expect('SET', 'k', text).ok();
    for (let i = 0; i < 200; i++) {
      const [start, end] = [random.int(0, 60), random.int(0, 60)];
      await c.expect('GETRANGE', 'k', start, end).bulk(text.slice(start, end + 1));
      await c.expect('GETRANGE', 'k', -start - 1, -1).bulk(text.slice(-start - 1));
    }
  });
});

describe('SETRANGE', () => {
  test('fills the gap with zeros', async () => {
    const c = await client();
    await c.expect('SETRANGE', 'k', '3', 'x').int(4);
    await c.expect('GET', 'k').bulk('\0\0\0x');
    await c.expect('SETRANGE', 'k', '6', 'y').int(7);
    await c.expect('GET', 'k').bulk('\0\0\0x\0\0y');
    // The spare room after an appended string is not part of the value.
    await c.expect('APPEND', 'a', 'long enough to leave room').int(25);
    await c.expect('APPEND', 'a', '!').int(26);
    await c.expect('SETRANGE', 'a', '30', 'z').int(31);
    await c.expect('GETRANGE', 'a', '24', '-1').bulk('m!\0\0\0\0z');
  });

  test('an empty part changes nothing and makes no key', async () => {
    const c = await client();
    await c.expect('SETRANGE', 'k', '10', '').int(0);
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('SET', 'k', 'abc').ok();
    await c.expect('SETRANGE', 'k', '10', '').int(3);
    await c.expect('SETRANGE', 'k', '536870912', '').int(3);
    await c.expect('GET', 'k').bulk('abc');
  });

  test('refuses offsets below 0, and strings over 512 MB', async () => {
    const c = await client();
    await c.expect('SETRANGE', 'k', '-1', 'x').error('ERR offset is out of range');
    await c.expect('SETRANGE', 'k', '-1', '').error('ERR offset is out of range');
    await c.expect('SETRANGE', 'k', 'x', 'x').error(NOT_AN_INTEGER);
    await c.expect('SETRANGE', 'k', '536870912', 'x').error(TOO_LONG);
    await c.expect('SETRANGE', 'k', '536870911', 'xx').error(TOO_LONG);
    await c.expect('SETRANGE', 'k', MAX, 'x').error(TOO_LONG);
    await c.expect('EXISTS', 'k').int(0);
  });

  test('the time to live stays', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'a', 'EX', '100').ok();
    await c.expect('SETRANGE', 'k', '1', 'b').int(2);
    await expectTtl(c, 'k', 100);
  });

  test('a copy of a changed string is another string', async () => {
    const c = await client();
    await c.expect('SETRANGE', 'k', '0', 'abc').int(3);
    await c.expect('COPY', 'k', 'copy').int(1);
    await c.expect('SETRANGE', 'k', '0', 'X').int(3);
    await c.expect('APPEND', 'copy', 'd').int(4);
    await c.expect('MGET', 'k', 'copy').array(['Xbc', 'abcd']);
  });

  test('random changes of a string in place', async () => {
    const c = await client();
    const random = rng();
    let text = '';
    for (let i = 0; i < 150; i++) {
      const part = random.bytes(random.int(1, 30));
      if (random.chance(0.5)) {
        text += part;
        await c.expect('APPEND', 'k', part).int(text.length);
      } else {
        const offset = random.int(0, text.length + 5);
        text = text.slice(0, offset).padEnd(offset, '\0') + part + text.slice(offset + part.length);
        await c.expect('SETRANGE', 'k', offset, part).int(text.length);
      }
    }
    await c.expect('GET', 'k').bulk(text);
    await c.expect('GETDEL', 'k').bulk(text);
  });
});

describe('--proto-max-bulk-len', () => {
  const LIMITED = ['--proto-max-bulk-len', '1mb'];
  const LONGEST = 'x'.repeat(1024 ** 2);

  test('limits what APPEND and SETRANGE may make', async () => {
    const c = await (await server(...LIMITED)).client();
    await c.expect('SET', 'k', LONGEST.slice(1)).ok();
    await c.expect('APPEND', 'k', 'xx').error(TOO_LONG);
    await c.expect('APPEND', 'k', 'x').int(LONGEST.length);
    await c.expect('SETRANGE', 'k', LONGEST.length, 'x').error(TOO_LONG);
    await c.expect('SETRANGE', 'k', LONGEST.length - 1, 'x').int(LONGEST.length);
  });

  test('limits each argument: a longer one ends the connection', async () => {
    const s = await server(...LIMITED);
    const c = await s.client();
    await c.expect('SET', 'k', LONGEST).ok();
    c.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${LONGEST.length + 1}\r\n`);
    await c.receive().error('ERR Protocol error: invalid bulk length');
    await c.closed();
    await (await s.client()).expect('STRLEN', 'k').int(LONGEST.length);
  });
});

describe('--client-output-buffer-limit', () => {
  test('a pipeline whose replies pass it is cut in the middle: what follows is not executed', async () => {
    const own = await server('--client-output-buffer-limit', 'normal 10mb 0 0');
    const [greedy, other] = [await own.client(), await own.client()];
    await other.expect('SET', 'big', 'x'.repeat(1_000_000)).ok();
    greedy.pause();
    greedy.write(resp('SET', 'before', '') + resp('GET', 'big').repeat(100) + resp('SET', 'after', ''));
    await until(async () => (await info(other, 'clients'))['connected_clients'] === '1', 'the client to be gone');
    greedy.destroy();
    await other.expect('EXISTS', 'before').int(1);
    await other.expect('EXISTS', 'after').int(0);
  });
});

describe('through ioredis', () => {
  test('a pipeline of many', async () => {
    const redis = await ioredis();
    const pipeline = redis.pipeline();
    for (let i = 0; i < 500; i++) pipeline.append('k', 'x').strlen('k');
    const replies = (await pipeline.exec())!;
    expect(replies.map(([, reply]) => reply)).toEqual(replies.map((_, i) => Math.floor(i / 2) + 1));
  });
});

describe('COMMAND INFO', () => {
  test('shows categories in the order of ACL CAT', async () => {
    const c = await client();
    const rows = items(await c.send('COMMAND', 'INFO', 'GET', 'APPEND', 'TYPE', 'FLUSHALL'));
    const categories = rows.map((row) => items(items(row!)[6]!).map((category) => (category as Status).text).join(' '));
    expect(categories).toEqual(['@read @string @fast', '@write @string @fast', '@keyspace @read @fast', '@keyspace @write @slow @dangerous']);
  });
});

describe('COMMAND DOCS', () => {
  test('says which command has taken the place of an old one', async () => {
    const c = await clientResp3();
    const docs = (await c.send('COMMAND', 'DOCS', 'GETSET', 'GET')) as Map<string, Map<string, unknown>>;
    expect(docs.get('getset')!.get('doc_flags')).toEqual(new Set([new Status('deprecated')]));
    expect(docs.get('getset')!.get('deprecated_since')).toBe('6.2.0');
    expect(docs.get('getset')!.get('replaced_by')).toMatch(/SET/);
    expect(docs.get('get')!.has('doc_flags')).toBe(false);
  });
});

describe('COMMAND GETKEYS', () => {
  test('finds the keys of string commands', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'MSET', 'a', '1', 'b', '2').array(['a', 'b']);
    await c.expect('COMMAND', 'GETKEYS', 'MGET', 'a', 'b').array(['a', 'b']);
    await c.expect('COMMAND', 'GETKEYS', 'SET', 'k', 'v', 'NX').array(['k']);
  });

  test('refuses a request of which it cannot tell the keys', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'GET', 'k', 'v').error('ERR Invalid number of arguments specified for command');
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'GET', 'k', 'v').error('ERR Invalid number of arguments specified for command');
  });

  test('GETKEYSANDFLAGS says what is done to each', async () => {
    const c = await clientResp3();
    const flags = (...words: string[]) => set(words.map(status));
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'GET', 'k').array([['k', flags('RO', 'access')]]);
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'MSET', 'a', '1', 'b', '2').array([
      ['a', flags('OW', 'update')],
      ['b', flags('OW', 'update')],
    ]);
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'COPY', 'a', 'b').array([
      ['a', flags('RO', 'access')],
      ['b', flags('OW', 'update')],
    ]);
  });

  test('SET reads its key with GET, and only overwrites it without', async () => {
    const c = await client();
    const flags = (...words: string[]) => set(words.map(status));
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'SET', 'k', 'v').array([['k', flags('OW', 'update')]]);
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'SET', 'k', 'GET').array([['k', flags('OW', 'update')]]);
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'SET', 'k', 'v', 'NX', 'get').array([['k', flags('RW', 'access', 'update')]]);
  });
});
