import { client, clientResp3, describe, double, items, rng, test, type Client } from '../harness/suite.ts';
import { add, type Pair } from '../harness/sorted-sets.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const NOT_A_SCORE = 'ERR min or max is not a float';
const NOT_A_NAME = 'ERR min or max not valid string range item';
const LIMIT_ALONE = 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
const SCORES_BY_LEX = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';

/** As `add`, but a skip list. */
async function addUnpacked(c: Client, key: string, ...pairs: Pair[]): Promise<void> {
  const long = 'long'.repeat(20);
  await c.expect('ZADD', key, '0', long, ...pairs.flat()).int(pairs.length + 1);
  await c.expect('ZREM', key, long).int(1);
  await c.expect('OBJECT', 'ENCODING', key).bulk('skiplist');
}

/** Runs a test with both encodings. */
function inBothEncodings(name: string, body: (c: Client, fill: typeof add) => Promise<void>): void {
  test(`${name} (listpack)`, async () => body(await client(), add));
  test(`${name} (skiplist)`, async () => body(await client(), addUnpacked));
}

const FIVE: Pair[] = [[1, 'a'], [2, 'b'], [3, 'c'], [4, 'd'], [5, 'e']];
const NAMES: Pair[] = ['alpha', 'bar', 'cool', 'down', 'elephant', 'foo', 'great', 'hill', 'omega'].map((name) => [0, name]);

describe('order', () => {
  inBothEncodings('equal scores are in the order of their bytes', async (c, fill) => {
    await fill(c, 'z', [0, 'b'], [0, 'a'], [0, 'B'], [0, ''], [0, '\xff'], [0, 'aa'], [0, '10'], [0, '9'], [0, '\0'], [0, 'é'], [-1, 'z'], [1, 'A']);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['z', '', '\0', '10', '9', 'B', 'a', 'aa', 'b', 'é', '\xff', 'A']);
  });

  inBothEncodings('scores are numbers, not text', async (c, fill) => {
    await fill(c, 'z', [10, 'ten'], [9, 'nine'], [-1, 'minus'], ['1e3', 'thousand'], ['-inf', 'least'], ['inf', 'most'], ['0.5', 'half']);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['least', 'minus', 'half', 'nine', 'ten', 'thousand', 'most']);
  });

  inBothEncodings('0 and -0 are the same place', async (c, fill) => {
    await fill(c, 'z', ['0', 'b'], ['-0', 'c'], ['0', 'a']);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['a', 'b', 'c']);
    await c.expect('ZCOUNT', 'z', '-0', '0').int(3);
    await c.expect('ZRANK', 'z', 'c').int(2);
  });
});

describe('ZRANGE by rank', () => {
  inBothEncodings('from the start, from the end, both included', async (c, fill) => {
    await fill(c, 'z', ...FIVE);
    const rows: [from: number | string, to: number | string, found: string][] = [
      [0, -1, 'abcde'], [0, 0, 'a'], [1, 3, 'bcd'], [-2, -1, 'de'], [-1, -1, 'e'], [3, 100, 'de'], [-100, 1, 'ab'], [-100, 100, 'abcde'],
      [3, 1, ''], [5, 9, ''], [-1, 0, ''], [0, -6, ''], [0, -5, 'a'], [INT64_MIN, INT64_MAX, 'abcde'], [INT64_MAX, INT64_MAX, ''],
    ];
    for (const [from, to, found] of rows) {
      await c.expect('ZRANGE', 'z', from, to).array([...found]);
      await c.expect('ZREVRANGE', 'z', from, to).array(mirrored(found));
      await c.expect('ZRANGE', 'z', from, to, 'REV').array(mirrored(found));
    }
  });

  test('WITHSCORES makes pairs in RESP3, with doubles', async () => {
    const c = await clientResp3();
    await add(c, 'z', ['1.5', 'a'], [2, 'b'], ['-inf', 'c']);
    await c.expect('ZRANGE', 'z', '0', '-1', 'WITHSCORES').array([['c', double('-inf')], ['a', double('1.5')], ['b', double('2')]]);
    await c.expect('ZREVRANGE', 'z', '0', '0', 'WITHSCORES').array([['b', double('2')]]);
    await c.expect('ZRANGEBYSCORE', 'z', '1', '2', 'WITHSCORES').array([['a', double('1.5')], ['b', double('2')]]);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['c', 'a', 'b']);
    await c.expect('ZRANGE', 'none', '0', '-1', 'WITHSCORES').array([]);
  });

  test('a missing key is empty', async () => {
    const c = await client();
    await c.expect('ZRANGE', 'none', '0', '-1').array([]);
    await c.expect('ZREVRANGE', 'none', '0', '-1', 'WITHSCORES').array([]);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZRANGE', 'k', 'a', 'b', 'FOO').error(SYNTAX);
    await c.expect('ZRANGE', 'k', 'a', 'b', 'LIMIT', '1').error(SYNTAX);
    await c.expect('ZRANGE', 'k', 'a', 'b', 'LIMIT', 'x', '1').error(NOT_AN_INTEGER);
    await c.expect('ZRANGE', 'k', 'a', 'b', 'LIMIT', '0', '1').error(LIMIT_ALONE);
    await c.expect('ZRANGE', 'k', 'a', 'b', 'LIMIT', '0', '-1').error(NOT_AN_INTEGER);
    await c.expect('ZRANGE', 'k', '0', 'b').error(NOT_AN_INTEGER);
    await c.expect('ZRANGE', 'none', '0', '1.5').error(NOT_AN_INTEGER);
    await c.expect('ZRANGE', 'none', '0', '9223372036854775808').error(NOT_AN_INTEGER);
    await c.expect('ZRANGE', 'k', '0', '-1').error(WRONGTYPE);
    await c.expect('ZRANGE', 'k', '0').error("ERR wrong number of arguments for 'zrange' command");
  });

  test('ZREVRANGE knows WITHSCORES alone', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('ZREVRANGE', 'z', '0', '-1', 'REV').error(SYNTAX);
    await c.expect('ZREVRANGE', 'z', '0', '-1', 'BYSCORE').error(SYNTAX);
    await c.expect('ZREVRANGE', 'z', '0', '-1', 'LIMIT', '0', '1').error(LIMIT_ALONE);
    await c.expect('ZREVRANGE', 'z', '0').error("ERR wrong number of arguments for 'zrevrange' command");
  });
});

describe('ZRANK and ZREVRANK', () => {
  inBothEncodings('count from 0, from either end', async (c, fill) => {
    await fill(c, 'z', ...FIVE);
    for (const [rank, [, member]] of FIVE.entries()) {
      await c.expect('ZRANK', 'z', member).int(rank);
      await c.expect('ZREVRANK', 'z', member).int(4 - rank);
    }
    await c.expect('ZREM', 'z', 'b').int(1);
    await c.expect('ZRANK', 'z', 'c').int(1);
    await c.expect('ZADD', 'z', '9', 'a').int(0);
    await c.expect('ZRANK', 'z', 'a').int(3);
  });

  test('another type is refused', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZRANK', 'k', 'a').error(WRONGTYPE);
    await c.expect('ZREVRANK', 'k', 'a').error(WRONGTYPE);
    await c.expect('ZRANK', 'k').error("ERR wrong number of arguments for 'zrank' command");
    await c.expect('ZREVRANK', 'k').error("ERR wrong number of arguments for 'zrevrank' command");
  });

  test.since('7.2', 'WITHSCORE adds the score, and makes the nil an array', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE, ['6.5', 'f']);
    await c.expect('ZRANK', 'z', 'c', 'WITHSCORE').array([2, '3']);
    await c.expect('ZREVRANK', 'z', 'f', 'withscore').array([0, '6.5']);
    await c.expect('ZRANK', 'z', 'x', 'WITHSCORE').nilArray();
    await c.expect('ZRANK', 'none', 'x', 'WITHSCORE').nilArray();
    const three = await clientResp3();
    await three.expect('ZRANK', 'z', 'c', 'WITHSCORE').array([2, double('3')]);
    await three.expect('ZREVRANK', 'z', 'x', 'WITHSCORE').nilArray();
  });

  test.since('7.2', 'errors of WITHSCORE', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZRANK', 'k', 'a', 'WITHSCORES').error(SYNTAX);
    await c.expect('ZRANK', 'k', 'a', 'WITHSCORE', 'x').error("ERR wrong number of arguments for 'zrank' command");
    await c.expect('ZREVRANK', 'k', 'a', 'WITHSCORE').error(WRONGTYPE);
  });
});

describe('ranges by score', () => {
  const rows: [min: string, max: string, found: string][] = [
    ['-inf', '+inf', 'abcde'], ['2', '4', 'bcd'], ['(2', '4', 'cd'], ['2', '(4', 'bc'], ['(2', '(4', 'c'], ['(2', '(3', ''], ['3', '3', 'c'],
    ['(3', '3', ''], ['4', '2', ''], ['2.5', '3.5', 'c'], ['6', 'inf', ''], ['-inf', '0.999', ''], ['-inf', '(1', ''], ['(5', 'inf', ''],
    ['-inf', '1', 'a'], ['5', '+inf', 'e'], ['inf', '-inf', ''], ['(-inf', '(inf', 'abcde'], ['1e0', '2e0', 'ab'], ['+1', '+2', 'ab'],
  ];

  inBothEncodings('with open and closed ends', async (c, fill) => {
    await fill(c, 'z', ...FIVE);
    for (const [min, max, found] of rows) {
      const backwards = [...found].reverse();
      await c.expect('ZRANGEBYSCORE', 'z', min, max).array([...found]);
      await c.expect('ZRANGE', 'z', min, max, 'BYSCORE').array([...found]);
      await c.expect('ZREVRANGEBYSCORE', 'z', max, min).array(backwards);
      await c.expect('ZRANGE', 'z', max, min, 'BYSCORE', 'REV').array(backwards);
      await c.expect('ZCOUNT', 'z', min, max).int(found.length);
    }
  });

  inBothEncodings('the infinities are scores, too', async (c, fill) => {
    await fill(c, 'z', ['-inf', 'least'], [0, 'zero'], ['inf', 'most']);
    await c.expect('ZRANGEBYSCORE', 'z', '-inf', 'inf').array(['least', 'zero', 'most']);
    await c.expect('ZREVRANGEBYSCORE', 'z', 'inf', '-inf').array(['most', 'zero', 'least']);
    await c.expect('ZRANGEBYSCORE', 'z', '(-inf', '(inf').array(['zero']);
    await c.expect('ZRANGEBYSCORE', 'z', 'inf', 'inf').array(['most']);
    await c.expect('ZCOUNT', 'z', '(inf', 'inf').int(0);
  });

  inBothEncodings('LIMIT leaves out and then counts', async (c, fill) => {
    await fill(c, 'z', ...FIVE);
    const limits: [offset: number | string, count: number | string, forward: string, backward: string][] = [
      [0, 2, 'ab', 'ed'], [1, 2, 'bc', 'dc'], [3, 10, 'de', 'ba'], [4, 1, 'e', 'a'], [5, 1, '', ''], [100, 1, '', ''], [0, 0, '', ''],
      [1, -1, 'bcde', 'dcba'], [2, -7, 'cde', 'cba'], [0, INT64_MAX, 'abcde', 'edcba'], [INT64_MAX, 1, '', ''],
    ];
    for (const [offset, count, forward, backward] of limits) {
      const limit = ['LIMIT', offset, count];
      await c.expect('ZRANGEBYSCORE', 'z', '1', '5', ...limit).array([...forward]);
      await c.expect('ZRANGE', 'z', '-inf', 'inf', 'BYSCORE', ...limit).array([...forward]);
      await c.expect('ZREVRANGEBYSCORE', 'z', '5', '1', ...limit).array([...backward]);
      await c.expect('ZRANGE', 'z', 'inf', '-inf', ...limit, 'REV', 'BYSCORE').array([...backward]);
    }
    await c.expect('ZRANGEBYSCORE', 'z', '(1', '(5', 'LIMIT', '1', '1', 'WITHSCORES').array(['c', '3']);
  });

  test('options in any case and order; the last LIMIT counts', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('ZRANGE', 'z', '1', '5', 'limit', '1', '2', 'withscores', 'byscore').array(['b', '2', 'c', '3']);
    await c.expect('ZRANGEBYSCORE', 'z', '1', '5', 'LIMIT', '0', '1', 'LIMIT', '2', '1', 'WITHSCORES').array(['c', '3']);
  });

  test('a negative offset finds nothing', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('ZRANGEBYSCORE', 'z', '1', '5', 'LIMIT', '-1', '2').array([]);
    await c.expect('ZREVRANGEBYSCORE', 'z', '5', '1', 'LIMIT', '-1', '2').array([]);
    await c.expect('ZRANGEBYLEX', 'z', '-', '+', 'LIMIT', '-1', '-1').array([]);
  });

  test('an empty end is 0, as C reads it', async () => {
    const c = await client();
    await add(c, 'z', [-1, 'a'], [0, 'b'], [1, 'c']);
    await c.expect('ZRANGEBYSCORE', 'z', '', '5').array(['b', 'c']);
    await c.expect('ZRANGEBYSCORE', 'z', '(', '5').array(['c']);
    await c.expect('ZCOUNT', 'z', '-inf', '').int(2);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    for (const bad of ['x', 'nan', '(nan', '1 ', '[1', '((1', '1x', '+', '1_0', '1,5']) {
      await c.expect('ZRANGEBYSCORE', 'k', bad, '1').error(NOT_A_SCORE);
      await c.expect('ZREVRANGEBYSCORE', 'k', '1', bad).error(NOT_A_SCORE);
      await c.expect('ZRANGE', 'k', bad, '1', 'BYSCORE').error(NOT_A_SCORE);
      await c.expect('ZCOUNT', 'k', '1', bad).error(NOT_A_SCORE);
      await c.expect('ZREMRANGEBYSCORE', 'k', bad, '1').error(NOT_A_SCORE);
    }
    await c.expect('ZRANGEBYSCORE', 'k', 'x', '1', 'LIMIT', 'y', '1').error(NOT_AN_INTEGER);
    await c.expect('ZRANGEBYSCORE', 'k', 'x', '1', 'LIMIT', '1').error(SYNTAX);
    await c.expect('ZRANGEBYSCORE', 'k', 'x', '1', 'REV').error(SYNTAX);
    await c.expect('ZRANGEBYSCORE', 'k', 'x', '1', 'BYSCORE').error(SYNTAX);
    await c.expect('ZREVRANGEBYSCORE', 'k', 'x', '1', 'FOO').error(SYNTAX);
    await c.expect('ZRANGE', 'k', 'x', '1', 'BYSCORE', 'BYLEX').error(SYNTAX);
    await c.expect('ZRANGE', 'k', 'x', '1', 'BYSCORE', 'BYSCORE').error(SYNTAX);
    await c.expect('ZRANGE', 'k', 'x', '1', 'REV', 'REV').error(SYNTAX);
    for (const line of ['ZRANGEBYSCORE k 1 2', 'ZREVRANGEBYSCORE k 2 1', 'ZRANGE k 1 2 BYSCORE', 'ZCOUNT k 1 2']) {
      await c.expect(...line.split(' ')).error(WRONGTYPE);
    }
    await c.expect('ZRANGEBYSCORE', 'none', 'x', '1').error(NOT_A_SCORE);
    await c.expect('ZRANGEBYSCORE', 'none', '0', '1').array([]);
    await c.expect('ZCOUNT', 'none', '0', '1').int(0);
    await c.expect('ZCOUNT', 'k', '1').error("ERR wrong number of arguments for 'zcount' command");
  });

  test('random ranges agree with a model', async () => {
    const c = await client();
    const random = rng();
    for (const size of [30, 2000]) {
      const model = Array.from({ length: size }, (_, i) => [random.int(0, size) / 2, `m${i}`] as const);
      for (let i = 0; i < size; i += 500) await c.expect('ZADD', `z${size}`, ...model.slice(i, i + 500).flat()).success();
      const sorted = [...model].sort(([x, a], [y, b]) => x - y || (a < b ? -1 : 1));
      for (let i = 0; i < 150; i++) {
        const [low, high] = [random.int(-5, size) / 2, random.int(-5, size) / 2];
        const [openLow, openHigh] = [random.chance(0.3), random.chance(0.3)];
        const inside = sorted.filter(([x]) => (openLow ? x > low : x >= low) && (openHigh ? x < high : x <= high)).map(([, name]) => name);
        const [min, max] = [`${openLow ? '(' : ''}${low}`, `${openHigh ? '(' : ''}${high}`];
        const [offset, count] = [random.int(0, 20), random.int(0, 20)];
        await c.expect('ZCOUNT', `z${size}`, min, max).int(inside.length);
        await c.expect('ZRANGEBYSCORE', `z${size}`, min, max, 'LIMIT', offset, count).array(inside.slice(offset, offset + count));
        await c.expect('ZREVRANGEBYSCORE', `z${size}`, max, min, 'LIMIT', offset, count).array(inside.reverse().slice(offset, offset + count));
      }
    }
  });
});

describe('ranges by name', () => {
  const names = NAMES.map(([, name]) => name);
  const rows: [min: string, max: string, from: number, to: number][] = [
    ['-', '+', 0, 9], ['[bar', '[down', 1, 4], ['(bar', '[down', 2, 4], ['[bar', '(down', 1, 3], ['(bar', '(down', 2, 3], ['-', '[cool', 0, 3],
    ['-', '(cool', 0, 2], ['[hill', '+', 7, 9], ['(hill', '+', 8, 9], ['[c', '[d', 2, 3], ['[', '[cool', 0, 3], ['(', '+', 0, 9],
    ['[omega', '[omega', 8, 9], ['(omega', '[omega', 0, 0], ['+', '-', 0, 0], ['+', '[c', 0, 0], ['[c', '-', 0, 0], ['[zzz', '+', 0, 0],
    ['-', '[aaa', 0, 0], ['[down', '[bar', 0, 0], ['-', '-', 0, 0], ['+', '+', 0, 0],
  ];

  inBothEncodings('with open and closed ends', async (c, fill) => {
    await fill(c, 'z', ...NAMES);
    for (const [min, max, from, to] of rows) {
      const found = names.slice(from, to);
      await c.expect('ZRANGEBYLEX', 'z', min, max).array(found);
      await c.expect('ZRANGE', 'z', min, max, 'BYLEX').array(found);
      await c.expect('ZREVRANGEBYLEX', 'z', max, min).array([...found].reverse());
      await c.expect('ZRANGE', 'z', max, min, 'REV', 'BYLEX').array([...found].reverse());
      await c.expect('ZLEXCOUNT', 'z', min, max).int(found.length);
    }
  });

  inBothEncodings('LIMIT leaves out and then counts', async (c, fill) => {
    await fill(c, 'z', ...NAMES);
    await c.expect('ZRANGEBYLEX', 'z', '[bar', '[foo', 'LIMIT', '0', '2').array(['bar', 'cool']);
    await c.expect('ZRANGEBYLEX', 'z', '-', '+', 'LIMIT', '7', '10').array(['hill', 'omega']);
    await c.expect('ZRANGEBYLEX', 'z', '-', '+', 'LIMIT', '1', '-1').array(names.slice(1));
    await c.expect('ZREVRANGEBYLEX', 'z', '+', '(bar', 'LIMIT', '1', '2').array(['hill', 'great']);
    await c.expect('ZRANGE', 'z', '[z', '-', 'BYLEX', 'REV', 'LIMIT', '0', '1').array(['omega']);
  });

  test('names are bytes', async () => {
    const c = await client();
    await add(c, 'z', [0, ''], [0, '\0'], [0, 'A'], [0, 'a'], [0, '\x80'], [0, '\xff\xff']);
    await c.expect('ZRANGEBYLEX', 'z', '[\0', '[a').array(['\0', 'A', 'a']);
    await c.expect('ZRANGEBYLEX', 'z', '(a', '(\xff\xff').array(['\x80']);
    await c.expect('ZLEXCOUNT', 'z', '-', '(\0').int(1);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    for (const bad of ['', 'x', '-x', '+x', '--', 'bar', '0', '\0']) {
      await c.expect('ZRANGEBYLEX', 'k', bad, '+').error(NOT_A_NAME);
      await c.expect('ZREVRANGEBYLEX', 'k', '+', bad).error(NOT_A_NAME);
      await c.expect('ZRANGE', 'k', bad, '+', 'BYLEX').error(NOT_A_NAME);
      await c.expect('ZLEXCOUNT', 'k', '-', bad).error(NOT_A_NAME);
      await c.expect('ZREMRANGEBYLEX', 'k', bad, '+').error(NOT_A_NAME);
    }
    await c.expect('ZRANGE', 'k', 'x', '+', 'BYLEX', 'WITHSCORES').error(SCORES_BY_LEX);
    await c.expect('ZRANGEBYLEX', 'k', '-', '+', 'WITHSCORES').error(SCORES_BY_LEX);
    await c.expect('ZRANGEBYLEX', 'k', '-', '+', 'FOO').error(SYNTAX);
    await c.expect('ZRANGEBYLEX', 'k', '-', '+', 'LIMIT', '1').error(SYNTAX);
    await c.expect('ZRANGEBYLEX', 'k', '-', '+', 'LIMIT', 'x', '1').error(NOT_AN_INTEGER);
    for (const line of ['ZRANGEBYLEX k - +', 'ZREVRANGEBYLEX k + -', 'ZRANGE k - + BYLEX', 'ZLEXCOUNT k - +']) {
      await c.expect(...line.split(' ')).error(WRONGTYPE);
    }
    await c.expect('ZRANGEBYLEX', 'none', '-', '+').array([]);
    await c.expect('ZLEXCOUNT', 'none', '-', '+').int(0);
  });

  test('random ranges agree with a model', async () => {
    const c = await client();
    const random = rng();
    const name = () => Array.from({ length: random.int(0, 3) }, () => random.pick(['a', 'b', 'c', '\xfe'])).join('');
    for (const size of [20, 400]) {
      const model = [...new Set(Array.from({ length: size }, () => name() + (size > 100 ? random.int(0, 999) : '')))].sort();
      await c.expect('ZADD', `z${size}`, ...model.flatMap((member) => ['7', member])).int(model.length);
      for (let i = 0; i < 100; i++) {
        const [low, high] = [name(), name()];
        const [openLow, openHigh] = [random.chance(0.4), random.chance(0.4)];
        const inside = model.filter((one) => (openLow ? one > low : one >= low) && (openHigh ? one < high : one <= high));
        const [min, max] = [(openLow ? '(' : '[') + low, (openHigh ? '(' : '[') + high];
        await c.expect('ZLEXCOUNT', `z${size}`, min, max).int(inside.length);
        await c.expect('ZRANGEBYLEX', `z${size}`, min, max).array(inside);
        await c.expect('ZREVRANGEBYLEX', `z${size}`, max, min, 'LIMIT', '1', '3').array(inside.reverse().slice(1, 4));
      }
    }
  });
});

describe('ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX', () => {
  inBothEncodings('remove a range and count it', async (c, fill) => {
    await fill(c, 'z', ...FIVE);
    await c.expect('ZREMRANGEBYRANK', 'z', '1', '2').int(2);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['a', 'd', 'e']);
    await c.expect('ZREMRANGEBYRANK', 'z', '-1', '-1').int(1);
    await c.expect('ZREMRANGEBYRANK', 'z', '5', '9').int(0);
    await c.expect('ZREMRANGEBYRANK', 'z', '1', '0').int(0);
    await c.expect('ZREMRANGEBYSCORE', 'z', '(1', '(4').int(0);
    await c.expect('ZREMRANGEBYSCORE', 'z', '(1', '4').int(1);
    await c.expect('ZREMRANGEBYSCORE', 'z', '-inf', '+inf').int(1);
    await c.expect('EXISTS', 'z').int(0);
  });

  inBothEncodings('by name', async (c, fill) => {
    await fill(c, 'z', ...NAMES);
    await c.expect('ZREMRANGEBYLEX', 'z', '[bar', '(elephant').int(3);
    await c.expect('ZREMRANGEBYLEX', 'z', '(great', '+').int(2);
    await c.expect('ZREMRANGEBYLEX', 'z', '+', '-').int(0);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['alpha', 'elephant', 'foo', 'great']);
    await c.expect('ZSCORE', 'z', 'bar').nil();
    await c.expect('ZREMRANGEBYLEX', 'z', '-', '+').int(4);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('what is removed from a large set leaves ranks right', async () => {
    const c = await client();
    const random = rng();
    let model = Array.from({ length: 2000 }, (_, i) => i);
    for (let i = 0; i < 2000; i += 500) await c.expect('ZADD', 'z', ...model.slice(i, i + 500).flatMap((n) => [n, `m${n}`])).int(500);
    while (model.length > 20) {
      const from = random.int(0, model.length - 1);
      const gone = model.slice(from, from + random.int(1, 60));
      if (random.chance(0.5)) await c.expect('ZREMRANGEBYRANK', 'z', from, from + gone.length - 1).int(gone.length);
      else await c.expect('ZREMRANGEBYSCORE', 'z', gone[0]!, gone.at(-1)!).int(gone.length);
      model = model.filter((n) => !gone.includes(n));
      if (model.length === 0) break;
      const rank = random.int(0, model.length - 1);
      await c.expect('ZRANK', 'z', `m${model[rank]}`).int(rank);
      await c.expect('ZRANGE', 'z', rank, rank).array([`m${model[rank]}`]);
    }
    await c.expect('ZRANGE', 'z', '0', '-1').array(model.map((n) => `m${n}`));
  });

  test('a missing key is 0, and errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZREMRANGEBYRANK', 'none', '0', '-1').int(0);
    await c.expect('ZREMRANGEBYSCORE', 'none', '0', '1').int(0);
    await c.expect('ZREMRANGEBYLEX', 'none', '-', '+').int(0);
    await c.expect('ZREMRANGEBYRANK', 'k', 'x', '1').error(NOT_AN_INTEGER);
    await c.expect('ZREMRANGEBYRANK', 'k', '0', '1').error(WRONGTYPE);
    await c.expect('ZREMRANGEBYSCORE', 'k', '0', '1').error(WRONGTYPE);
    await c.expect('ZREMRANGEBYLEX', 'k', '-', '+').error(WRONGTYPE);
    await c.expect('ZREMRANGEBYRANK', 'k', '0').error("ERR wrong number of arguments for 'zremrangebyrank' command");
    await c.expect('ZREMRANGEBYRANK', 'k', '0', '1', 'x').error("ERR wrong number of arguments for 'zremrangebyrank' command");
  });
});

describe('ZRANGESTORE', () => {
  test('stores a range and counts it', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('ZRANGESTORE', 'to', 'z', '1', '2').int(2);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['b', '2', 'c', '3']);
    await c.expect('ZRANGESTORE', 'to', 'z', '(2', '+inf', 'BYSCORE', 'LIMIT', '1', '2').int(2);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['d', '4', 'e', '5']);
    await c.expect('ZRANGESTORE', 'to', 'z', '0', '1', 'REV').int(2);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['d', '4', 'e', '5']);
    await c.expect('ZRANGESTORE', 'to', 'z', '5', '1', 'BYSCORE', 'REV', 'LIMIT', '0', '1').int(1);
    await c.expect('ZRANGE', 'to', '0', '-1').array(['e']);
    await add(c, 'names', ...NAMES);
    await c.expect('ZRANGESTORE', 'to', 'names', '[b', '(d', 'BYLEX').int(2);
    await c.expect('ZRANGE', 'to', '0', '-1').array(['bar', 'cool']);
  });

  test('the target loses its old value, type and deadline', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('SET', 'to', 'text', 'EX', '100').ok();
    await c.expect('ZRANGESTORE', 'to', 'z', '0', '0').int(1);
    await c.expect('TYPE', 'to').status('zset');
    await c.expect('TTL', 'to').int(-1);
  });

  test('an empty range removes the target, whatever it was', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('SET', 'to', 'text').ok();
    await c.expect('ZRANGESTORE', 'to', 'z', '9', '10').int(0);
    await c.expect('EXISTS', 'to').int(0);
    await c.expect('SET', 'to', 'text').ok();
    await c.expect('ZRANGESTORE', 'to', 'none', '0', '-1').int(0);
    await c.expect('EXISTS', 'to').int(0);
  });

  test('onto itself', async () => {
    const c = await client();
    await add(c, 'z', ...FIVE);
    await c.expect('ZRANGESTORE', 'z', 'z', '1', '3').int(3);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['b', 'c', 'd']);
    await c.expect('ZRANGESTORE', 'z', 'z', '9', '9').int(0);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('the encoding follows from the result', async () => {
    const c = await client();
    const pairs = Array.from({ length: 300 }, (_, i) => [i, `m${i}`]).flat();
    await c.expect('ZADD', 'z', ...pairs).int(300);
    await c.expect('ZRANGESTORE', 'to', 'z', '0', '199').int(200);
    await c.expect('OBJECT', 'ENCODING', 'to').bulk('skiplist');
    await c.expect('ZRANK', 'to', 'm150').int(150);
    await c.expect('ZRANGESTORE', 'to', 'z', '0', '9', 'BYSCORE').int(10);
    await c.expect('ZRANGE', 'to', '0', '-1').matches((all) => items(all).length === 10, 'ten members');
  });

  test('errors come in the order of Redis, and leave the target alone', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('SET', 'to', 'text').ok();
    await c.expect('ZRANGESTORE', 'to', 'k', 'a', 'b', 'WITHSCORES').error(SYNTAX);
    await c.expect('ZRANGESTORE', 'to', 'k', 'a', 'b', 'LIMIT', '0', '1').error(LIMIT_ALONE);
    await c.expect('ZRANGESTORE', 'to', 'k', 'a', 'b').error(NOT_AN_INTEGER);
    await c.expect('ZRANGESTORE', 'to', 'k', 'a', 'b', 'BYSCORE').error(NOT_A_SCORE);
    await c.expect('ZRANGESTORE', 'to', 'k', 'a', 'b', 'BYLEX').error(NOT_A_NAME);
    await c.expect('ZRANGESTORE', 'to', 'k', '0', '1').error(WRONGTYPE);
    await c.expect('ZRANGESTORE', 'to', 'k', '0').error("ERR wrong number of arguments for 'zrangestore' command");
    await c.expect('GET', 'to').bulk('text');
  });
});

/** The members at the same ranks of abcde, counted from the other end. */
function mirrored(found: string): string[] {
  return [...found].map((member) => 'edcba'['abcde'.indexOf(member)]!);
}
