import { client, clientResp3, contents, describe, error, expect, ioredis, items, rng, server, test } from '../harness/suite.ts';
import { type Client } from '../harness/suite.ts';
import { streamedFor, syncedReplica } from '../harness/replication.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const NOT_NUMBERS = "ERR One or more scores can't be converted into double";
const INT64_MAX = '9223372036854775807';

/** A list of names with a weight each, as a string and in a hash. */
async function weighed(c: Client): Promise<void> {
  await c.expect('RPUSH', 'l', 'a', 'b', 'c').int(3);
  await c.expect('MSET', 'w_a', '3', 'w_b', '1', 'w_c', '2').ok();
  await c.expect('HSET', 'h_a', 'weight', '2', 'name', 'ada').int(2);
  await c.expect('HSET', 'h_b', 'weight', '1').int(1);
  await c.expect('HSET', 'h_c', 'weight', '3', 'name', 'carl').int(2);
}

describe('SORT', () => {
  test('numbers by their value, up or down', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '3', '1', '10', '-2', '2').int(5);
    await c.expect('SORT', 'l').array(['-2', '1', '2', '3', '10']);
    await c.expect('SORT', 'l', 'ASC').array(['-2', '1', '2', '3', '10']);
    await c.expect('SORT', 'l', 'DESC').array(['10', '3', '2', '1', '-2']);
    await c.expect('LRANGE', 'l', '0', '-1').array(['3', '1', '10', '-2', '2']);
  });

  test('ALPHA: by their bytes', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '10', 'b', '9', 'B', '', 'aa', 'a').int(7);
    await c.expect('SORT', 'l', 'ALPHA').array(['', '10', '9', 'B', 'a', 'aa', 'b']);
    await c.expect('SORT', 'l', 'alpha', 'desc').array(['b', 'aa', 'a', 'B', '9', '10', '']);
  });

  test('of a set and a sorted set, whose scores do not matter', async () => {
    const c = await client();
    await c.expect('SADD', 's', '5', '3', '40', '1').int(4);
    await c.expect('SORT', 's', 'DESC').array(['40', '5', '3', '1']);
    await c.expect('SADD', 'words', 'b', 'a').int(2);
    await c.expect('SORT', 'words', 'ALPHA').array(['a', 'b']);
    await c.expect('ZADD', 'z', '1', '30', '2', '4', '3', '20').int(3);
    await c.expect('SORT', 'z').array(['4', '20', '30']);
  });

  test('LIMIT leaves out and then counts', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '3', '1', '2', '10').int(4);
    const rows: [offset: string | number, count: string | number, found: string[]][] = [
      [0, 2, ['1', '2']], [1, 2, ['2', '3']], [2, 10, ['3', '10']], [4, 1, []], [100, 1, []], [0, 0, []], [1, -1, ['2', '3', '10']],
      [-1, 2, ['1', '2']], [-5, -5, ['1', '2', '3', '10']], [INT64_MAX, INT64_MAX, []], [1, INT64_MAX, ['2', '3', '10']],
    ];
    for (const [offset, count, found] of rows) await c.expect('SORT', 'l', 'LIMIT', offset, count).array(found);
    await c.expect('SORT', 'l', 'LIMIT', '0', '2', 'DESC').array(['10', '3']);
    await c.expect('SORT', 'l', 'LIMIT', '0', '1', 'LIMIT', '1', '1').array(['2']);
  });

  test('doubles, as C reads them', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '1.5', '-inf', '1e1', '0.5', '+2', 'inf', '-1', '').int(8);
    await c.expect('SORT', 'l').array(['-inf', '-1', '', '0.5', '1.5', '+2', '1e1', 'inf']);
  });

  test('equal numbers are in the order of their bytes', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '2', '1.0', '1', '01', '1e0', '0').int(6);
    await c.expect('SORT', 'l').array(['0', '01', '1', '1.0', '1e0', '2']);
    await c.expect('SORT', 'l', 'DESC').array(['2', '1e0', '1.0', '1', '01', '0']);
  });

  test('a word among numbers is an error', async () => {
    const c = await client();
    for (const word of ['x', '1x', 'nan', '1 ', '--1', '1,5']) {
      await c.expect('RPUSH', 'l', '1', word).int(2);
      await c.expect('SORT', 'l').error(NOT_NUMBERS);
      await c.expect('SORT', 'l', 'STORE', 'to').error(NOT_NUMBERS);
      await c.expect('SORT', 'l', 'ALPHA').success();
      await c.expect('DEL', 'l', 'to').int(1);
    }
  });

  test('a missing key is empty', async () => {
    const c = await client();
    await c.expect('SORT', 'none').array([]);
    await c.expect('SORT', 'none', 'ALPHA', 'LIMIT', '0', '5', 'GET', '#').array([]);
  });

  test('RESP3 has an array, too', async () => {
    const c = await clientResp3();
    await c.expect('SADD', 's', '2', '1').int(2);
    await c.expect('SORT', 's').array(['1', '2']);
    await c.expect('SORT', 's', 'GET', 'none_*').array([null, null]);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('SORT', 'k', 'FOO').error(SYNTAX);
    await c.expect('SORT', 'k', 'LIMIT').error(SYNTAX);
    await c.expect('SORT', 'k', 'LIMIT', '1').error(SYNTAX);
    await c.expect('SORT', 'k', 'LIMIT', 'x', '1').error(NOT_AN_INTEGER);
    await c.expect('SORT', 'k', 'LIMIT', '0', '9223372036854775808').error(NOT_AN_INTEGER);
    await c.expect('SORT', 'k', 'BY').error(SYNTAX);
    await c.expect('SORT', 'k', 'GET').error(SYNTAX);
    await c.expect('SORT', 'k', 'STORE').error(SYNTAX);
    await c.expect('SORT', 'k', 'LIMIT', '0', '1', 'FOO').error(SYNTAX);
    await c.expect('SORT', 'k').error(WRONGTYPE);
    await c.expect('SORT', 'k', 'STORE', 'to').error(WRONGTYPE);
    await c.expect('SORT').error("ERR wrong number of arguments for 'sort' command");
  });

  test('random lists agree with a model', async () => {
    const c = await client();
    const random = rng();
    for (const size of [5, 50, 1000]) {
      const numbers = Array.from({ length: size }, () => random.int(-100 * size, 100 * size) / 4);
      await c.expect('DEL', 'l').success();
      await c.expect('RPUSH', 'l', ...numbers).int(size);
      const sorted = [...new Set(numbers)].length === size ? [...numbers].sort((a, b) => a - b) : null;
      if (sorted !== null) {
        await c.expect('SORT', 'l').array(sorted.map(String));
        await c.expect('SORT', 'l', 'LIMIT', '2', '3', 'DESC').array(sorted.reverse().slice(2, 5).map(String));
      }
      await c.expect('SORT', 'l', 'ALPHA').array(numbers.map(String).sort());
    }
  });
});

describe('BY', () => {
  test('weights that stand in other keys', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('SORT', 'l', 'BY', 'w_*').array(['b', 'c', 'a']);
    await c.expect('SORT', 'l', 'BY', 'w_*', 'DESC').array(['a', 'c', 'b']);
    await c.expect('SORT', 'l', 'by', 'w_*', 'LIMIT', '1', '1').array(['c']);
  });

  test('a field of a hash', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('SORT', 'l', 'BY', 'h_*->weight').array(['b', 'a', 'c']);
    await c.expect('SORT', 'l', 'BY', 'h_*->weight', 'DESC', 'LIMIT', '0', '2').array(['c', 'a']);
  });

  test('ALPHA compares the weights as text; none is least', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('MSET', 'w_a', '10', 'w_b', '9').ok();
    await c.expect('SORT', 'l', 'BY', 'w_*', 'ALPHA').array(['a', 'c', 'b']);
    await c.expect('SORT', 'l', 'BY', 'h_*->name', 'ALPHA').array(['b', 'a', 'c']);
    await c.expect('SORT', 'l', 'BY', 'h_*->name', 'ALPHA', 'DESC').array(['c', 'a', 'b']);
  });

  test('a weight that is missing, or in a key of another type, is 0', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('MSET', 'w_a', '-1', 'w_c', '1').ok();
    await c.expect('DEL', 'w_b').int(1);
    await c.expect('SORT', 'l', 'BY', 'w_*').array(['a', 'b', 'c']);
    await c.expect('RPUSH', 'w_b', 'x').int(1);
    await c.expect('SORT', 'l', 'BY', 'w_*', 'DESC').array(['c', 'b', 'a']);
    await c.expect('SORT', 'l', 'BY', 'w_*->field').array(['a', 'b', 'c']);
    await c.expect('SORT', 'l', 'BY', 'h_*').array(['a', 'b', 'c']);
    await c.expect('SORT', 'l', 'BY', 'none_*', 'DESC').array(['c', 'b', 'a']);
  });

  test('a weight that is no number is an error', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('SORT', 'l', 'BY', 'h_*->name').error(NOT_NUMBERS);
    await c.expect('SET', 'w_a', 'heavy').ok();
    await c.expect('SORT', 'l', 'BY', 'w_*').error(NOT_NUMBERS);
  });

  test('the first asterisk stands for the element; an arrow right at the end is a part of the name', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('MSET', 'x_a_*', '2', 'x_b_*', '1', 'y_a->', '2', 'y_b->', '1', '->_a', '2', '->_b', '1').ok();
    await c.expect('SORT', 'l', 'BY', 'x_*_*').array(['b', 'a']);
    await c.expect('SORT', 'l', 'BY', 'y_*->').array(['b', 'a']);
    await c.expect('SORT', 'l', 'BY', '->_*').array(['b', 'a']);
    await c.expect('HSET', 'h_a_x', 'f->g', '2').int(1);
    await c.expect('HSET', 'h_b_x', 'f->g', '1').int(1);
    await c.expect('SORT', 'l', 'BY', 'h_*_x->f->g').array(['b', 'a']);
  });

  test('a pattern without an asterisk: not sorted at all', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'c', 'a', 'b', 'x').int(4);
    await c.expect('SORT', 'l', 'BY', 'nosort').array(['c', 'a', 'b', 'x']);
    await c.expect('SORT', 'l', 'BY', 'nosort', 'DESC').array(['x', 'b', 'a', 'c']);
    await c.expect('SORT', 'l', 'BY', 'nosort', 'LIMIT', '1', '2').array(['a', 'b']);
    await c.expect('SORT', 'l', 'BY', 'nosort', 'LIMIT', '1', '2', 'DESC').array(['b', 'a']);
    await c.expect('SORT', 'l', 'BY', 'nosort', 'LIMIT', '3', '9').array(['x']);
    await c.expect('SORT', 'l', 'BY', 'nosort', 'LIMIT', '4', '9').array([]);
    await c.expect('SORT', 'l', 'BY', 'nosort', 'BY', 'w_*').array(['c', 'a', 'b', 'x']);
  });

  test('a sorted set that is not sorted is in its own order', async () => {
    const c = await client();
    for (const long of [[], [['0', 'long'.repeat(20)]]]) {
      await c.expect('DEL', 'z').success();
      await c.expect('ZADD', 'z', '3', 'a', '1', 'b', '2', 'c', ...long.flat()).success();
      if (long.length > 0) await c.expect('ZREM', 'z', long[0]![1]!).int(1);
      await c.expect('SORT', 'z', 'BY', 'nosort').array(['b', 'c', 'a']);
      await c.expect('SORT', 'z', 'BY', 'nosort', 'DESC').array(['a', 'c', 'b']);
      await c.expect('SORT', 'z', 'BY', 'nosort', 'LIMIT', '1', '1').array(['c']);
      await c.expect('SORT', 'z', 'BY', 'nosort', 'DESC', 'LIMIT', '0', '2').array(['a', 'c']);
      await c.expect('SORT', 'z', 'BY', 'nosort', 'LIMIT', '5', '2').array([]);
      await c.expect('SORT', 'z', 'BY', 'nosort', 'LIMIT', '-2', '2', 'GET', '#').array(['b', 'c']);
    }
  });

  test('a set that is not sorted is in any order', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b', 'c').int(3);
    await c.expect('SORT', 's', 'BY', 'nosort').anyOrder(['a', 'b', 'c']);
    await c.expect('SORT', 's', 'BY', 'nosort', 'LIMIT', '0', '2').matches((found) => items(found).length === 2, 'two of them');
  });
});

describe('GET', () => {
  test('what other keys say of each element', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('SORT', 'l', 'BY', 'w_*', 'GET', 'w_*').array(['1', '2', '3']);
    await c.expect('SORT', 'l', 'BY', 'w_*', 'GET', 'h_*->name').array([null, 'carl', 'ada']);
    await c.expect('SORT', 'l', 'ALPHA', 'GET', '#', 'GET', 'w_*', 'get', 'none_*').array(['a', '3', null, 'b', '1', null, 'c', '2', null]);
    await c.expect('SORT', 'l', 'ALPHA', 'DESC', 'LIMIT', '0', '1', 'GET', 'h_*->name', 'GET', '#').array(['carl', 'c']);
  });

  test('nil without an asterisk, a key or a field, and for another type', async () => {
    const c = await client();
    await weighed(c);
    for (const pattern of ['w_a', 'h_*', 'h_*->', 'h_*->none', 'w_*->weight', 'none_*', '', '##', 'l']) {
      await c.expect('SORT', 'l', 'BY', 'nosort', 'GET', pattern).array([null, null, null]);
    }
  });

  test('integers come as they are written', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '1', '2').int(2);
    await c.expect('MSET', 'v_1', '100', 'v_2', '007').ok();
    await c.expect('SORT', 'l', 'GET', 'v_*').array(['100', '007']);
  });
});

describe('STORE', () => {
  test('keeps the result as a list, and counts it', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('SORT', 'l', 'BY', 'w_*', 'STORE', 'to').int(3);
    await c.expect('TYPE', 'to').status('list');
    await c.expect('LRANGE', 'to', '0', '-1').array(['b', 'c', 'a']);
    await c.expect('SORT', 'l', 'BY', 'w_*', 'GET', 'h_*->name', 'GET', '#', 'STORE', 'to').int(6);
    await c.expect('LRANGE', 'to', '0', '-1').array(['', 'b', 'carl', 'c', 'ada', 'a']);
  });

  test('onto itself, and over another type with a deadline', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '3', '1', '2').int(3);
    await c.expect('SORT', 'l', 'STORE', 'l').int(3);
    await c.expect('LRANGE', 'l', '0', '-1').array(['1', '2', '3']);
    await c.expect('SET', 'k', 'x', 'EX', '100').ok();
    await c.expect('SORT', 'l', 'DESC', 'STORE', 'k').int(3);
    await c.expect('LRANGE', 'k', '0', '-1').array(['3', '2', '1']);
    await c.expect('TTL', 'k').int(-1);
  });

  test('an empty result removes the target', async () => {
    const c = await client();
    await c.expect('SET', 'to', 'x').ok();
    await c.expect('SORT', 'none', 'STORE', 'to').int(0);
    await c.expect('EXISTS', 'to').int(0);
    await c.expect('RPUSH', 'l', '1').int(1);
    await c.expect('SET', 'to', 'x').ok();
    await c.expect('SORT', 'l', 'LIMIT', '5', '1', 'STORE', 'to').int(0);
    await c.expect('EXISTS', 'to').int(0);
  });

  test('the last of several counts', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', '2', '1').int(2);
    await c.expect('SORT', 'l', 'STORE', 'one', 'STORE', 'two').int(2);
    await c.expect('EXISTS', 'one').int(0);
    await c.expect('LRANGE', 'two', '0', '-1').array(['1', '2']);
  });

  test('a set that is not sorted is stored in the order of its bytes, the same on every replica', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'b', '10', 'a', '9').int(4);
    await c.expect('SORT', 's', 'BY', 'nosort', 'STORE', 'to').int(4);
    await c.expect('LRANGE', 'to', '0', '-1').array(['10', '9', 'a', 'b']);
    await c.expect('SORT', 's', 'BY', 'nosort', 'DESC', 'LIMIT', '0', '1', 'STORE', 'to').int(1);
    await c.expect('LRANGE', 'to', '0', '-1').array(['b']);
  });

  test('a client that waits for the list gets its first element', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'to', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'l', '3', '1', '2').int(3);
    await c.expect('SORT', 'l', 'STORE', 'to').int(3);
    await popped.array(['to', '1']);
    await c.expect('LRANGE', 'to', '0', '-1').array(['2', '3']);
  });

  test('WATCH sees it, replicas and the log get it as it was typed', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'to').ok();
    await other.expect('RPUSH', 'l', '2', '1').int(2);
    await other.expect('SORT', 'l', 'STORE', 'to').int(2);
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').nilArray();
    const replica = await syncedReplica();
    const steps = ['SORT l', 'SORT l DESC STORE to', 'SORT l LIMIT 7 1 STORE none', 'SORT none STORE to', 'SORT_RO l'];
    expect(await streamedFor(replica, ...steps)).toEqual(['SORT l DESC STORE to', 'SORT none STORE to']);
  });

  test('comes back from the log', async () => {
    const s = await server('--save', '', '--appendonly', 'yes');
    const c = await s.client();
    await weighed(c);
    await c.expect('SORT', 'l', 'BY', 'h_*->weight', 'GET', '#', 'GET', 'w_*', 'STORE', 'to').int(6);
    const before = await contents(c);
    await s.kill();
    await s.restart();
    expect(await contents(await s.client())).toEqual(before);
  });

  test('inside MULTI', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    for (const line of ['RPUSH l 2 x 1', 'SORT l', 'SORT l ALPHA STORE to', 'LRANGE to 0 -1']) {
      await c.expect(...line.split(' ')).matches((reply) => String((reply as { text: string }).text) === 'QUEUED', 'QUEUED');
    }
    await c.expect('EXEC').array([3, error(NOT_NUMBERS), 3, ['1', '2', 'x']]);
  });
});

describe('SORT_RO', () => {
  test('is SORT without STORE', async () => {
    const c = await client();
    await weighed(c);
    await c.expect('SORT_RO', 'l', 'ALPHA', 'DESC', 'LIMIT', '0', '2').array(['c', 'b']);
    await c.expect('SORT_RO', 'l', 'BY', 'w_*', 'GET', '#', 'GET', 'w_*').array(['b', '1', 'c', '2', 'a', '3']);
    await c.expect('SORT_RO', 'none').array([]);
    await c.expect('SORT_RO', 'l', 'STORE', 'to').error(SYNTAX);
    await c.expect('SORT_RO', 'l').error(NOT_NUMBERS);
    await c.expect('SORT_RO', 'w_a').error(WRONGTYPE);
    await c.expect('EXISTS', 'to').int(0);
  });
});

describe('what programs see', () => {
  test('COMMAND GETKEYS finds the target; patterns are no keys', async () => {
    const c = await client();
    const rows: [line: string, keys: string[]][] = [
      ['SORT l', ['l']],
      ['SORT l ALPHA STORE to', ['l', 'to']],
      ['SORT l BY w_* GET # LIMIT 0 1 STORE to', ['l', 'to']],
      ['SORT l STORE one STORE two', ['l', 'two']],
      ['SORT l BY STORE STORE to', ['l', 'to']],
      ['SORT l GET STORE x', ['l']],
      ['SORT l STORE', ['l']],
      ['SORT_RO l GET y', ['l']],
    ];
    for (const [line, keys] of rows) await c.expect('COMMAND', 'GETKEYS', ...line.split(' ')).array(keys);
  });

  test('ioredis reads a table with one request', async () => {
    const redis = await ioredis();
    await redis.zadd('board', 10, 'u1', 30, 'u2', 20, 'u3');
    for (const [id, name] of [['u1', 'Ada'], ['u2', 'Bob'], ['u3', 'Cyd']] as const) await redis.hset(`user:${id}`, 'name', name);
    expect(await redis.sort('board', 'BY', 'nosort', 'LIMIT', 0, 2, 'GET', '#', 'GET', 'user:*->name', 'DESC')).toEqual(['u2', 'Bob', 'u3', 'Cyd']);
  });
});
