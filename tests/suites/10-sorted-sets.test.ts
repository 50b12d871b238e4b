import { client, clientResp3, describe, double, expect, ioredis, items, rng, test } from '../harness/suite.ts';
import { type Client, type Decoded } from '../harness/suite.ts';
import { fill } from '../harness/sorted-sets.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_A_FLOAT = 'ERR value is not a valid float';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const NAN = 'ERR resulting score is not a number (NaN)';
const XX_NX = 'ERR XX and NX options at the same time are not compatible';
const GT_LT_NX = 'ERR GT, LT, and/or NX options at the same time are not compatible';
const ONE_PAIR = 'ERR INCR option supports a single increment-element pair';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';
/** Every byte there is. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
/** A member that no listpack holds, so that the set is a skip list. */
const LONG = 'long'.repeat(20);

/** Runs a test for both encodings: a set packed while small, and a skip list from the first member on. */
function inBothEncodings(name: string, body: (c: Client, key: string) => Promise<void>): void {
  test(`${name} (listpack)`, async () => body(await client(), 'z'));
  test(`${name} (skiplist)`, async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '0', LONG).int(1);
    await c.expect('ZADD', 'z', '0', 'other').int(1);
    await c.expect('ZREM', 'z', LONG).int(1);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('skiplist');
    await c.expect('ZADD', 'z', '-inf', 'other').int(0);
    await body(c, 'z');
  });
}

describe('ZADD, ZSCORE, ZCARD, ZREM', () => {
  test('a member named twice in one ZADD has the last score', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'a', '3', 'a').int(1);
    await c.expect('ZSCORE', 'z', 'a').bulk('3');
    await c.expect('ZCARD', 'z').int(1);
  });

  test('ZADD keeps the deadline of the key', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('EXPIRE', 'z', '100').int(1);
    await c.expect('ZADD', 'z', '2', 'a', '1', 'b').int(1);
    await c.expect('TTL', 'z').matches((ttl) => Number(ttl) > 90, 'a deadline still');
  });

  inBothEncodings('a member that moves past others is there once', async (c, key) => {
    await c.expect('ZADD', key, '1', 'a', '2', 'b', '3', 'c').int(3);
    for (const score of ['10', '1', '2.5', '2.75', '-7']) await c.expect('ZADD', key, score, 'b').int(0);
    await c.expect('ZRANGE', key, '0', '-1').matches((all) => items(all).filter((one) => one === 'b').length === 1, 'b once');
    await c.expect('ZSCORE', key, 'b').bulk('-7');
    await c.expect('ZCOUNT', key, '-7', '3').int(3);
  });

  test('members may hold any byte, and be empty', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', BYTES, '2', '', '3', '\r\n').int(3);
    await c.expect('ZSCORE', 'z', BYTES).bulk('1');
    await c.expect('ZSCORE', 'z', BYTES.slice(1)).nil();
    await c.expect('ZRANGE', 'z', '0', '-1').array([BYTES, '', '\r\n']);
    await c.expect('ZREM', 'z', '').int(1);
  });

  test('numbers are members as they are written', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '0', '1', '0', '01', '0', '1.0', '0', '+1', '0', '-0', '0', '0').int(6);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['+1', '-0', '0', '01', '1', '1.0']);
  });

  test('want their arguments', async () => {
    const c = await client();
    await c.expect('ZADD', 'z').error("ERR wrong number of arguments for 'zadd' command");
    await c.expect('ZADD', 'z', '1').error("ERR wrong number of arguments for 'zadd' command");
    await c.expect('ZSCORE', 'z').error("ERR wrong number of arguments for 'zscore' command");
    await c.expect('ZMSCORE', 'z').error("ERR wrong number of arguments for 'zmscore' command");
    await c.expect('ZCARD').error("ERR wrong number of arguments for 'zcard' command");
    await c.expect('ZREM', 'z').error("ERR wrong number of arguments for 'zrem' command");
  });

  test('another type is refused, after the scores are read', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZADD', 'k', 'x', 'a').error(NOT_A_FLOAT);
    await c.expect('ZADD', 'k', '1', 'a').error(WRONGTYPE);
    await c.expect('ZSCORE', 'k', 'a').error(WRONGTYPE);
    await c.expect('ZMSCORE', 'k', 'a').error(WRONGTYPE);
    await c.expect('ZCARD', 'k').error(WRONGTYPE);
    await c.expect('ZREM', 'k', 'a').error(WRONGTYPE);
    await c.expect('ZINCRBY', 'k', '1', 'a').error(WRONGTYPE);
  });
});

describe('ZINCRBY', () => {
  inBothEncodings('moves the member to its place', async (c, key) => {
    await c.expect('ZADD', key, '1', 'a', '2', 'b', '3', 'c').int(3);
    await c.expect('ZINCRBY', key, '10', 'a').bulk('11');
    await c.expect('ZRANGEBYSCORE', key, '0', '100').array(['b', 'c', 'a']);
    await c.expect('ZINCRBY', key, '-11.5', 'a').bulk('-0.5');
    await c.expect('ZRANGEBYSCORE', key, '-1', '100').array(['a', 'b', 'c']);
  });

  test('meets the infinities', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', 'inf', 'top', '1e308', 'high').int(2);
    await c.expect('ZINCRBY', 'z', '1', 'top').bulk('inf');
    await c.expect('ZINCRBY', 'z', '1e308', 'high').bulk('inf');
    await c.expect('ZINCRBY', 'z', '-inf', 'low').bulk('-inf');
    await c.expect('ZINCRBY', 'z', '-inf', 'top').error(NAN);
    await c.expect('ZADD', 'z', 'INCR', '-inf', 'top').error(NAN);
    await c.expect('ZSCORE', 'z', 'top').bulk('inf');
  });

  test('is exact where doubles are, and no farther', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '9007199254740992', 'a').int(1);
    await c.expect('ZINCRBY', 'z', '1', 'a').bulk('9007199254740992');
    await c.expect('ZINCRBY', 'z', '2', 'a').bulk('9007199254740994');
    await c.expect('ZADD', 'z', '0.1', 'b').int(1);
    await c.expect('ZINCRBY', 'z', '0.2', 'b').double(0.1 + 0.2);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZINCRBY', 'k', 'x', 'a').error(NOT_A_FLOAT);
    await c.expect('ZINCRBY', 'k', 'nan', 'a').error(NOT_A_FLOAT);
    await c.expect('ZINCRBY', 'k', '1', 'a').error(WRONGTYPE);
    await c.expect('ZINCRBY', 'z', '1').error("ERR wrong number of arguments for 'zincrby' command");
    await c.expect('ZINCRBY', 'z', '1', 'a', 'b').error("ERR wrong number of arguments for 'zincrby' command");
  });
});

describe('the options of ZADD', () => {
  test('INCR is ZINCRBY, and nil when the options forbid it', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', 'INCR', '2', 'a').bulk('2');
    await c.expect('ZADD', 'z', 'INCR', '1.5', 'a').bulk('3.5');
    await c.expect('ZADD', 'z', 'NX', 'INCR', '1', 'a').nil();
    await c.expect('ZADD', 'z', 'NX', 'INCR', '1', 'b').bulk('1');
    await c.expect('ZADD', 'z', 'XX', 'INCR', '1', 'c').nil();
    await c.expect('ZADD', 'none', 'XX', 'INCR', '1', 'c').nil();
    await c.expect('ZADD', 'z', 'GT', 'INCR', '-1', 'a').nil();
    await c.expect('ZADD', 'z', 'LT', 'INCR', '-1', 'a').bulk('2.5');
    await c.expect('ZADD', 'z', 'LT', 'INCR', '1', 'a').nil();
    await c.expect('ZADD', 'z', 'GT', 'INCR', '0', 'a').nil();
    await c.expect('ZADD', 'z', 'LT', 'INCR', '0', 'a').nil();
    await c.expect('ZMSCORE', 'z', 'a', 'b', 'c').array(['2.5', '1', null]);
  });

  // Of a member with the score 5: what ZADD OPTIONS SCORE answers, and its score afterwards.
  const table: [options: string, lower: [number, string], same: [number, string], higher: [number, string], added: number][] = [
    ['', [0, '4'], [0, '5'], [0, '6'], 1],
    ['CH', [1, '4'], [0, '5'], [1, '6'], 1],
    ['NX', [0, '5'], [0, '5'], [0, '5'], 1],
    ['NX CH', [0, '5'], [0, '5'], [0, '5'], 1],
    ['XX', [0, '4'], [0, '5'], [0, '6'], 0],
    ['XX CH', [1, '4'], [0, '5'], [1, '6'], 0],
    ['GT', [0, '5'], [0, '5'], [0, '6'], 1],
    ['GT CH', [0, '5'], [0, '5'], [1, '6'], 1],
    ['LT', [0, '4'], [0, '5'], [0, '5'], 1],
    ['LT CH', [1, '4'], [0, '5'], [0, '5'], 1],
    ['XX GT', [0, '5'], [0, '5'], [0, '6'], 0],
    ['XX GT CH', [0, '5'], [0, '5'], [1, '6'], 0],
    ['LT XX', [0, '4'], [0, '5'], [0, '5'], 0],
    ['CH LT XX', [1, '4'], [0, '5'], [0, '5'], 0],
  ];
  inBothEncodings('every combination', async (c, key) => {
    for (const [options, lower, same, higher, added] of table) {
      const words = options.split(' ').filter((word) => word !== '');
      for (const [score, [reply, after]] of [['4', lower], ['5', same], ['6', higher]] as const) {
        await c.expect('ZADD', key, '5', 'a').success();
        await c.expect('ZADD', key, ...words, score, 'a').int(reply);
        await c.expect('ZSCORE', key, 'a').bulk(after);
      }
      await c.expect('ZADD', key, ...words, '7', 'new').int(added);
      await c.expect('ZREM', key, 'new').int(added);
    }
  });

  test('in any case, any order and more than once, before the scores', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', 'nx', 'ch', 'Nx', 'CH', '1', 'a').int(1);
    await c.expect('ZADD', 'z', 'ch', 'gt', 'xx', '2', 'a').int(1);
    await c.expect('ZADD', 'z', '3', 'XX').int(1);
    await c.expect('ZADD', 'z', '3', 'a', 'NX', 'b').error(NOT_A_FLOAT);
    await c.expect('ZSCORE', 'z', 'XX').bulk('3');
  });

  test('those that exclude each other are refused', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', 'NX', 'XX', '1', 'a').error(XX_NX);
    await c.expect('ZADD', 'z', 'GT', 'LT', '1', 'a').error(GT_LT_NX);
    await c.expect('ZADD', 'z', 'NX', 'GT', '1', 'a').error(GT_LT_NX);
    await c.expect('ZADD', 'z', 'LT', 'NX', '1', 'a').error(GT_LT_NX);
    await c.expect('ZADD', 'z', 'INCR', '1', 'a', '2', 'b').error(ONE_PAIR);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZADD', 'k', 'NX', 'XX').error(SYNTAX);
    await c.expect('ZADD', 'k', 'INCR', 'NX').error(SYNTAX);
    await c.expect('ZADD', 'k', 'NX', 'GT', '1', 'a', '2').error(SYNTAX);
    await c.expect('ZADD', 'k', 'NX', 'XX', 'GT', 'INCR', 'x', 'a', 'y', 'b').error(XX_NX);
    await c.expect('ZADD', 'k', 'NX', 'GT', 'INCR', 'x', 'a', 'y', 'b').error(GT_LT_NX);
    await c.expect('ZADD', 'k', 'INCR', 'x', 'a', 'y', 'b').error(ONE_PAIR);
    await c.expect('ZADD', 'k', 'INCR', 'x', 'a').error(NOT_A_FLOAT);
    await c.expect('ZADD', 'k', 'XX', '1', 'a').error(WRONGTYPE);
    await c.expect('ZADD', 'k', 'INCR', '1', 'a').error(WRONGTYPE);
  });
});

describe('scores', () => {
  /** A score as typed, and the double that it means. */
  const accepted: [text: string, value: number][] = [
    ['1', 1], ['-1.5', -1.5], ['+3', 3], ['.5', 0.5], ['5.', 5], ['+.25', 0.25], ['1e3', 1000], ['1E-2', 0.01], ['0001', 1],
    ['inf', Infinity], ['+inf', Infinity], ['-inf', -Infinity], ['INF', Infinity], ['Infinity', Infinity], ['-iNFINITY', -Infinity],
    ['1.7976931348623157e308', Number.MAX_VALUE], ['5e-324', 5e-324], ['2.2250738585072014e-308', 2.2250738585072014e-308],
    ['0.1', 0.1], ['0.30000000000000004', 0.1 + 0.2], ['3.141592653589793238462643383', Math.PI], ['1e21', 1e21], ['1e20', 1e20],
    ['123456789012345678', 123456789012345680], ['9223372036854775807', 2 ** 63], ['18446744073709551616', 2 ** 64], ['1e17', 1e17],
    ['4294967296.5', 4294967296.5], ['-9007199254740993', -9007199254740992], ['1e-5', 1e-5], ['0.0001', 0.0001], ['1e-7', 1e-7],
    [`0.${'0'.repeat(300)}1`, 1e-301], ['1'.padEnd(300, '0'), 1e299],
  ];
  inBothEncodings('are doubles, and come back as they are', async (c, key) => {
    for (const [text, value] of accepted) {
      await c.expect('ZADD', key, text, 'm').success();
      await c.expect('ZSCORE', key, 'm').double(value);
    }
  });

  const odd: [text: string, shown: string][] = [
    ['0.1', '0.1'], ['1e21', '1e+21'], ['1e20', '1e+20'], ['1e-7', '1e-7'], ['5e-324', '5e-324'], ['0.00001', '0.00001'],
    ['3.141592653589793', '3.141592653589793'], ['123456789012345678', '123456789012345680'], ['1e17', '100000000000000000'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'], ['-1.5e-9', '-1.5e-9'], ['0.0000001234', '1.234e-7'], ['1.5e300', '1.5e+300'],
  ];
  for (const protocol of [2, 3]) {
    test.since('7.2', `others in the fewest digits that tell them apart, in RESP${protocol}`, async () => {
      const c = protocol === 2 ? await client() : await clientResp3();
      for (const [text, shown] of odd) {
        await c.expect('ZADD', 'z', text, 'm').success();
        await c.expect('ZSCORE', 'z', 'm').double(shown);
      }
    });
  }

  test('the minus of -0 is lost in a listpack, and kept in a skip list', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '-0', 'a').int(1);
    await c.expect('ZSCORE', 'z', 'a').bulk('0');
    await c.expect('ZADD', 'skip', '1', LONG, '-0', 'a').int(2);
    await c.expect('ZSCORE', 'skip', 'a').bulk('-0');
    await c.expect('ZINCRBY', 'skip', '0', 'a').bulk('0');
  });

  const refused = ['', ' ', 'x', '1x', ' 1', '1 ', '1_0', '--1', '+-1', '1e', 'e1', '.', '+', 'nan', 'NaN', '-nan', 'infin', '1e400', '-1e400', '1e-400', '0b1', '1,5'];
  test('what is no number is refused, and NaN and what no double holds, too', async () => {
    const c = await client();
    for (const score of refused) {
      await c.expect('ZADD', 'z', score, 'a').error(NOT_A_FLOAT);
      await c.expect('ZINCRBY', 'z', score, 'a').error(NOT_A_FLOAT);
    }
    await c.expect('EXISTS', 'z').int(0);
  });

  test('RESP3 has doubles', async () => {
    const c = await clientResp3();
    await c.expect('ZADD', 'z', '1.5', 'a', 'inf', 'b', '-inf', 'c', '3', 'd').int(4);
    await c.expect('ZSCORE', 'z', 'a').double('1.5');
    await c.expect('ZSCORE', 'z', 'b').double('inf');
    await c.expect('ZSCORE', 'z', 'none').nil();
    await c.expect('ZMSCORE', 'z', 'c', 'x', 'd').array([double('-inf'), null, double('3')]);
    await c.expect('ZINCRBY', 'z', '1', 'a').double('2.5');
    await c.expect('ZADD', 'z', 'INCR', '1', 'a').double('3.5');
    await c.expect('ZADD', 'z', 'NX', 'INCR', '1', 'a').nil();
  });

  test('random doubles come back bit for bit', async () => {
    const c = await client();
    const random = rng();
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 400; i++) {
      for (let at = 0; at < 8; at++) view.setUint8(at, random.int(0, 255));
      const value = view.getFloat64(0);
      if (Number.isNaN(value) || value === 0) continue;
      await c.expect('ZADD', 'z', String(value), `m${i}`).int(1);
      await c.expect('ZSCORE', 'z', `m${i}`).double(value);
    }
  });
});

describe('ZRANDMEMBER', () => {
  test('without a count: one member that stays, or nil', async () => {
    const c = await client();
    await c.expect('ZRANDMEMBER', 'z').nil();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('ZRANDMEMBER', 'z').bulk('a');
    await c.expect('ZCARD', 'z').int(1);
  });

  test('with a count: that many different members, at most all', async () => {
    const c = await client();
    for (const size of [20, 300]) {
      await fill(c, `z${size}`, size);
      for (const count of [0, 1, 3, size / 2, size - 1, size, size * 2]) {
        const members = items(await c.send('ZRANDMEMBER', `z${size}`, count));
        expect(members.length).toBe(Math.min(count, size));
        expect(new Set(members).size).toBe(members.length);
        if (members.length > 0) await c.expect('ZMSCORE', `z${size}`, ...members.map(String)).matches((scores) => !items(scores).includes(null), 'members');
      }
      await c.expect('ZCARD', `z${size}`).int(size);
    }
    await c.expect('ZRANDMEMBER', 'none', '5').array([]);
  });

  test('with a negative count: exactly that many, repeats allowed', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b').int(2);
    const members = items(await c.send('ZRANDMEMBER', 'z', -50));
    expect(members.length).toBe(50);
    expect(new Set(members)).toEqual(new Set(['a', 'b']));
    await c.expect('ZRANDMEMBER', 'none', '-5').array([]);
  });

  test('WITHSCORES puts the score after each, in RESP3 in a pair', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1.5', 'a').int(1);
    await c.expect('ZRANDMEMBER', 'z', '3', 'WITHSCORES').array(['a', '1.5']);
    await c.expect('ZRANDMEMBER', 'z', '-2', 'withscores').array(['a', '1.5', 'a', '1.5']);
    const three = await clientResp3();
    await three.expect('ZRANDMEMBER', 'z', '3', 'WITHSCORES').array([['a', double('1.5')]]);
    await three.expect('ZRANDMEMBER', 'z', '-2', 'WITHSCORES').array([['a', double('1.5')], ['a', double('1.5')]]);
    await three.expect('ZRANDMEMBER', 'none', '2', 'WITHSCORES').array([]);
  });

  test('every member has its chance', async () => {
    const c = await client();
    for (const size of [5, 300]) {
      await fill(c, `z${size}`, size);
      const seen = new Set(items(await c.send('ZRANDMEMBER', `z${size}`, -size * 100)));
      expect(seen.size).toBe(size);
    }
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZRANDMEMBER', 'k', 'foo', 'foo').error(NOT_AN_INTEGER);
    await c.expect('ZRANDMEMBER', 'k', INT64_MIN).error(`ERR value is out of range, value must between -${INT64_MAX} and ${INT64_MAX}`);
    await c.expect('ZRANDMEMBER', 'k', '1', 'foo').error(SYNTAX);
    await c.expect('ZRANDMEMBER', 'k', '1', 'WITHSCORES', 'x').error(SYNTAX);
    await c.expect('ZRANDMEMBER', 'k', '4611686018427387905', 'WITHSCORES').error('ERR value is out of range');
    await c.expect('ZRANDMEMBER', 'k', '1').error(WRONGTYPE);
    await c.expect('ZRANDMEMBER', 'k').error(WRONGTYPE);
  });
});

describe('ZSCAN', () => {
  test('a small set comes in one call with its scores, by score, whatever COUNT says', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '3', 'c', '1.5', 'a', '2', 'b').int(3);
    await c.expect('ZSCAN', 'z', '0', 'COUNT', '1').array(['0', ['a', '1.5', 'b', '2', 'c', '3']]);
    await c.expect('ZSCAN', 'z', '0', 'MATCH', '[ab]').array(['0', ['a', '1.5', 'b', '2']]);
    await (await clientResp3()).expect('ZSCAN', 'z', '0').array(['0', ['a', '1.5', 'b', '2', 'c', '3']]);
  });

  test('a large set comes in parts, each member once when nothing changes', async () => {
    const c = await client();
    await fill(c, 'z', 2000);
    const { pairs, calls } = await scanAll(c, 'z', '100');
    expect(pairs.length).toBe(2000);
    expect(new Map(pairs).size).toBe(2000);
    expect(pairs.every(([member, score]) => `m${String(score)}` === member)).toBe(true);
    expect(calls).toBeGreaterThan(10);
  });

  test('members that stay are found while the set grows and shrinks', async () => {
    const c = await client();
    await fill(c, 'z', 1500);
    const found = new Set<Decoded>();
    let [cursor, round] = ['0', 0];
    do {
      const [next, part] = items(await c.send('ZSCAN', 'z', cursor, 'COUNT', '30'));
      items(part!).forEach((item, at) => at % 2 === 0 && found.add(item));
      cursor = String(next);
      if (++round < 30) {
        await c.send('ZADD', 'z', ...Array.from({ length: 100 }, (_, i) => [i, `new${round}:${i}`]).flat());
        await c.send('ZREM', 'z', ...Array.from({ length: 20 }, (_, i) => `m${500 + round * 20 + i}`));
      }
    } while (cursor !== '0');
    for (let i = 0; i < 500; i++) expect(found.has(`m${i}`), `m${i}`).toBe(true);
  });

  test('a missing key is empty, and errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('ZSCAN', 'none', '0').array(['0', []]);
    await c.expect('ZSCAN', 'none', '0', 'foo').array(['0', []]);
    await c.expect('ZSCAN', 'k', 'x', 'foo').error('ERR invalid cursor');
    await c.expect('ZSCAN', 'k', '0', 'foo').error(WRONGTYPE);
    await c.expect('ZSCAN', 'z', '0', 'foo', 'x').error(SYNTAX);
    await c.expect('ZSCAN', 'z', '0', 'COUNT', '0').error(SYNTAX);
    await c.expect('ZSCAN', 'z', '0', 'COUNT', 'x').error(NOT_AN_INTEGER);
    await c.expect('ZSCAN', 'z', '0', 'TYPE', 'zset').error(SYNTAX);
  });
});

describe('packed while small', () => {
  test('the first ZADD decides by its own number of pairs and its first member', async () => {
    const c = await client();
    const pairs = Array.from({ length: 129 }, (_, i) => [i, 'same']).flat();
    await c.expect('ZADD', 'z', ...pairs).int(1);
    await c.expect('OBJECT', 'ENCODING', 'z').matches((name) => name === 'listpack' || name === 'skiplist', 'skiplist since 7.2');
    await c.expect('ZADD', 'ordinary', '1', 'a', '2', LONG).int(2);
    await c.expect('OBJECT', 'ENCODING', 'ordinary').bulk('skiplist');
  });

  inBothEncodings('what is found does not depend on it', async (c, key) => {
    await c.expect('ZADD', key, '2', 'b', '1', 'a', '2', 'bb', '2', '', '3', 'c').int(5);
    await c.expect('ZRANGEBYSCORE', key, '0', '9', 'WITHSCORES').array(['a', '1', '', '2', 'b', '2', 'bb', '2', 'c', '3']);
    await c.expect('ZREVRANGEBYSCORE', key, '9', '0', 'LIMIT', '1', '2').array(['bb', 'b']);
    await c.expect('ZCOUNT', key, '(1', '2').int(3);
    await c.expect('ZREMRANGEBYSCORE', key, '2', '(3').int(3);
    await c.expect('ZPOPMAX', key).array(['c', '3']);
    await c.expect('ZREM', key, 'a').int(1);
  });
});

describe('a sorted set as a whole', () => {
  test('is refused by commands of other types, and replaced by SET', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    for (const line of ['GET z', 'INCR z', 'LPUSH z x', 'SADD z x', 'HGET z f', 'SMEMBERS z', 'XADD z * f v', 'LLEN z']) {
      await c.expect(...line.split(' ')).error(WRONGTYPE);
    }
    await c.expect('SET', 'z', 'text').ok();
    await c.expect('ZCARD', 'z').error(WRONGTYPE);
  });

  const commands = [
    'ZADD k 1 a', 'ZINCRBY k 1 a', 'ZREM k a', 'ZCARD k', 'ZSCORE k a', 'ZMSCORE k a', 'ZRANK k a', 'ZREVRANK k a', 'ZCOUNT k 0 1',
    'ZLEXCOUNT k - +', 'ZRANGE k 0 -1', 'ZRANGE k 0 1 BYSCORE', 'ZRANGE k - + BYLEX', 'ZREVRANGE k 0 -1', 'ZRANGEBYSCORE k 0 1',
    'ZREVRANGEBYSCORE k 1 0', 'ZRANGEBYLEX k - +', 'ZREVRANGEBYLEX k + -', 'ZRANGESTORE to k 0 -1', 'ZREMRANGEBYRANK k 0 1',
    'ZREMRANGEBYSCORE k 0 1', 'ZREMRANGEBYLEX k - +', 'ZPOPMIN k', 'ZPOPMAX k', 'ZMPOP 1 k MIN', 'BZPOPMIN k 1', 'BZPOPMAX k 1',
    'BZMPOP 1 1 k MIN', 'ZUNION 1 k', 'ZINTER 1 k', 'ZDIFF 1 k', 'ZUNIONSTORE to 1 k', 'ZINTERSTORE to 1 k', 'ZDIFFSTORE to 1 k',
    'ZINTERCARD 1 k', 'ZRANDMEMBER k', 'ZRANDMEMBER k 1', 'ZSCAN k 0',
  ];
  test('another type is refused by every command', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'text').ok();
    for (const line of commands) await c.expect(...line.split(' ')).error(WRONGTYPE);
    await c.expect('GET', 'k').bulk('text');
    await c.expect('EXISTS', 'to').int(0);
  });

  test('COPY makes an independent one, of either encoding', async () => {
    const c = await client();
    for (const size of [5, 600]) {
      await fill(c, 'z', size);
      await c.expect('COPY', 'z', 'copy', 'REPLACE').int(1);
      await c.expect('ZREM', 'z', 'm1').int(1);
      await c.expect('ZADD', 'z', '-5', 'new').int(1);
      await c.expect('ZMSCORE', 'copy', 'm1', 'new').array(['1', null]);
      await c.expect('ZCARD', 'copy').int(size);
      await c.expect('ZRANK', 'copy', 'm3').int(3);
      await c.expect('DEL', 'z').int(1);
    }
  });

  test('RENAME keeps it', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '2', 'b', '1', 'a').int(2);
    await c.expect('RENAME', 'z', 'y').ok();
    await c.expect('ZRANGE', 'y', '0', '-1', 'WITHSCORES').array(['a', '1', 'b', '2']);
  });

  test('an expired one is gone', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('PEXPIREAT', 'z', '1').int(1);
    await c.expect('ZSCORE', 'z', 'a').nil();
    await c.expect('ZADD', 'z', '2', 'b').int(1);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['b']);
  });

  test('random writes agree with a model', async () => {
    const c = await client();
    const random = rng();
    const model = new Map<string, number>();
    for (let i = 0; i < 1500; i++) {
      const member = `m${random.int(0, 400)}`;
      const score = random.int(-20, 20) / 4;
      if (random.chance(0.4)) {
        await c.expect('ZADD', 'z', score, member).int(model.has(member) ? 0 : 1);
        model.set(member, score);
      } else if (random.chance(0.5)) {
        const sum = (model.get(member) ?? 0) + score;
        await c.expect('ZINCRBY', 'z', score, member).bulk(String(sum));
        model.set(member, sum);
      } else await c.expect('ZREM', 'z', member).int(model.delete(member) ? 1 : 0);
    }
    const sorted = [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    await c.expect('ZRANGE', 'z', '0', '-1', 'WITHSCORES').array(sorted.flatMap(([member, score]) => [member, String(score)]));
    await c.expect('ZCARD', 'z').int(model.size);
  });

  test('a hundred thousand members, in and out', async () => {
    const c = await client();
    await fill(c, 'z', 100_000);
    await c.expect('ZCARD', 'z').int(100_000);
    await c.expect('ZRANK', 'z', 'm77777').int(77_777);
    await c.expect('ZRANGE', 'z', '50000', '50001').array(['m50000', 'm50001']);
    await c.expect('ZREMRANGEBYRANK', 'z', '10', '99989').int(99_980);
    await c.expect('ZRANK', 'z', 'm99990').int(10);
    await c.expect('ZREMRANGEBYSCORE', 'z', '-inf', '+inf').int(20);
    await c.expect('EXISTS', 'z').int(0);
  });
});

describe('what programs see', () => {
  test('ioredis walks a large one with its stream', async () => {
    const redis = await ioredis();
    await redis.zadd('z', ...Array.from({ length: 1000 }, (_, i) => [i, `m${i}`]).flat());
    const found = new Map<string, string>();
    for await (const part of redis.zscanStream('z', { count: 50 }) as AsyncIterable<string[]>) {
      for (let i = 0; i < part.length; i += 2) found.set(part[i]!, part[i + 1]!);
    }
    expect(found.size).toBe(1000);
    expect(found.get('m77')).toBe('77');
  });
});


async function scanAll(c: Client, key: string, count: string): Promise<{ pairs: [Decoded, Decoded][]; calls: number }> {
  const pairs: [Decoded, Decoded][] = [];
  let [cursor, calls] = ['0', 0];
  do {
    const [next, part] = items(await c.send('ZSCAN', key, cursor, 'COUNT', count));
    const flat = items(part!);
    for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i]!, flat[i + 1]!]);
    cursor = String(next);
    calls++;
  } while (cursor !== '0');
  return { pairs, calls };
}
