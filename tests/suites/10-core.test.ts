import { client, clientResp3, expect, ioredis, rng, server, step, test } from '../harness/suite.ts';
import { abcd, add, blockedClients, fill, two } from '../harness/sorted-sets.ts';

const NOT_A_FLOAT = 'ERR value is not a valid float';
const SYNTAX = 'ERR syntax error';
const INT64_MAX = '9223372036854775807';
/** Seconds of a wait that ends by its timeout. */
const SHORT = '0.01';

step(1, 'members with scores', () => {
  test('ZADD gives members their scores, and counts those that are new', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('ZADD', 'z', '2', 'b', '3', 'c').int(2);
    await c.expect('ZADD', 'z', '4', 'c', '5', 'd').int(1);
    await c.expect('ZSCORE', 'z', 'c').bulk('4');
    await c.expect('ZCARD', 'z').int(4);
    await c.expect('TYPE', 'z').status('zset');
  });

  test('ZSCORE of a member or key that is not there is nil', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('ZSCORE', 'z', 'b').nil();
    await c.expect('ZSCORE', 'none', 'a').nil();
    await c.expect('ZCARD', 'none').int(0);
  });

  test('a score that is a whole number is written without a point', async () => {
    const c = await client();
    const rows = [['1.0', '1'], ['1e3', '1000'], ['-5.00', '-5'], ['1e15', '1000000000000000'], ['9007199254740992', '9007199254740992']];
    for (const [text, shown] of rows as [string, string][]) {
      await c.expect('ZADD', 'z', text, 'm').success();
      await c.expect('ZSCORE', 'z', 'm').bulk(shown);
      await c.expect('ZADD', 'z', 'INCR', '0', 'm').bulk(shown);
    }
  });

  test('a score that is no number changes nothing', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', 'x', 'b').error(NOT_A_FLOAT);
    await c.expect('ZADD', 'z', '1', 'a', '2').error(SYNTAX);
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3').error(SYNTAX);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('ZREM counts what was there, each member once', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c').int(3);
    await c.expect('ZREM', 'z', 'a', 'a', 'x', 'c').int(2);
    await c.expect('ZMSCORE', 'z', 'a', 'b', 'c').array([null, '2', null]);
    await c.expect('ZCARD', 'z').int(1);
    await c.expect('ZREM', 'none', 'a').int(0);
  });

  test('the last member takes the key with it, and its deadline', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b').int(2);
    await c.expect('EXPIRE', 'z', '100').int(1);
    await c.expect('ZREM', 'z', 'a', 'b', 'c').int(2);
    await c.expect('EXISTS', 'z').int(0);
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('TTL', 'z').int(-1);
  });

  test('ZMSCORE answers for each member, in order', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1.5', 'a', '-2', 'b').int(2);
    await c.expect('ZMSCORE', 'z', 'b', 'x', 'a', 'b').array(['-2', null, '1.5', '-2']);
    await c.expect('ZMSCORE', 'none', 'a', 'b').array([null, null]);
  });

  test('ZINCRBY adds to a score, and to 0 where there is none', async () => {
    const c = await client();
    await c.expect('ZINCRBY', 'z', '5', 'a').bulk('5');
    await c.expect('ZINCRBY', 'z', '2.5', 'a').bulk('7.5');
    await c.expect('ZINCRBY', 'z', '-10', 'a').bulk('-2.5');
    await c.expect('ZCARD', 'z').int(1);
  });

  test('ZADD NX adds only, XX changes only', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await c.expect('ZADD', 'z', 'NX', '9', 'a', '2', 'b').int(1);
    await c.expect('ZMSCORE', 'z', 'a', 'b').array(['1', '2']);
    await c.expect('ZADD', 'z', 'XX', '5', 'a', '3', 'c').int(0);
    await c.expect('ZMSCORE', 'z', 'a', 'c').array(['5', null]);
    await c.expect('ZADD', 'none', 'XX', '1', 'a').int(0);
    await c.expect('EXISTS', 'none').int(0);
  });

  test('ZADD GT raises, LT lowers, and both add', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '5', 'a', '5', 'b').int(2);
    await c.expect('ZADD', 'z', 'GT', '4', 'a', '6', 'b', '1', 'c').int(1);
    await c.expect('ZMSCORE', 'z', 'a', 'b', 'c').array(['5', '6', '1']);
    await c.expect('ZADD', 'z', 'LT', '4', 'a', '7', 'b', '2', 'd').int(1);
    await c.expect('ZMSCORE', 'z', 'a', 'b', 'd').array(['4', '6', '2']);
  });

  test('ZADD CH counts those that changed as well', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b').int(2);
    await c.expect('ZADD', 'z', 'CH', '1', 'a', '3', 'b', '4', 'c').int(2);
    await c.expect('ZADD', 'z', 'XX', 'CH', '1', 'a', '5', 'b', '4', 'd').int(1);
    await c.expect('ZADD', 'z', 'GT', 'CH', '0', 'a', '6', 'b', '7', 'e').int(2);
  });
});

step(2, 'a skip list', () => {
  test('the order is by score', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '3', 'c', '1', 'a', '2', 'b').int(3);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['a', 'b', 'c']);
    await c.expect('ZADD', 'z', '0', 'c').int(0);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['c', 'a', 'b']);
  });

  test('WITHSCORES puts the score after each', async () => {
    const c = await client();
    await add(c, 'z', ['1.5', 'a'], [2, 'b'], ['inf', 'c']);
    await c.expect('ZRANGE', 'z', '0', '-1', 'WITHSCORES').array(['a', '1.5', 'b', '2', 'c', 'inf']);
    await c.expect('ZRANGE', 'z', '0', '1', 'REV', 'withscores').array(['c', 'inf', 'b', '2']);
    await c.expect('ZREVRANGE', 'z', '0', '0', 'WITHSCORES').array(['c', 'inf']);
  });

  test('members of equal score are in the order of their bytes', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '0', 'b', '0', 'a', '0', 'B', '0', '', '0', '\xff', '0', 'aa', '1', 'A').int(7);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['', 'B', 'a', 'aa', 'b', '\xff', 'A']);
  });

  test('ZRANGE takes two ranks, and negative ones count from the end', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd').int(4);
    await c.expect('ZRANGE', 'z', '0', '0').array(['a']);
    await c.expect('ZRANGE', 'z', '1', '2').array(['b', 'c']);
    await c.expect('ZRANGE', 'z', '-2', '-1').array(['c', 'd']);
    await c.expect('ZRANGE', 'z', '-100', '100').array(['a', 'b', 'c', 'd']);
    await c.expect('ZRANGE', 'z', '3', '1').array([]);
    await c.expect('ZRANGE', 'z', '0', '1', 'REV').array(['d', 'c']);
    await c.expect('ZREVRANGE', 'z', '0', '1').array(['d', 'c']);
    await c.expect('ZRANGE', 'none', '0', '-1').array([]);
  });
});

step(3, 'what is my rank?', () => {
  test('ZRANK answers nil without the member or the key', async () => {
    const c = await client();
    await add(c, 'z', [1, 'a']);
    await c.expect('ZRANK', 'z', 'x').nil();
    await c.expect('ZREVRANK', 'z', 'x').nil();
    await c.expect('ZRANK', 'none', 'a').nil();
    await (await clientResp3()).expect('ZRANK', 'none', 'a').nil();
  });

  test('ZRANK is right in a large set, also among equal scores', async () => {
    const c = await client();
    const random = rng();
    for (const spread of [1, 50, 100_000]) {
      await c.expect('DEL', 'z').success();
      const model = Array.from({ length: 3000 }, (_, i) => [random.int(0, spread), `m${i}`] as const);
      for (let i = 0; i < model.length; i += 500) await c.expect('ZADD', 'z', ...model.slice(i, i + 500).flat()).int(500);
      const sorted = [...model].sort(([x, a], [y, b]) => x - y || (a < b ? -1 : 1));
      for (let i = 0; i < 100; i++) {
        const rank = random.int(0, 2999);
        await c.expect('ZRANK', 'z', sorted[rank]![1]).int(rank);
        await c.expect('ZREVRANK', 'z', sorted[rank]![1]).int(2999 - rank);
        await c.expect('ZRANGE', 'z', rank, rank).array([sorted[rank]![1]]);
      }
    }
  });

  test('ZRANK counts from 0, and ZREVRANK from the other end', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c').int(3);
    await c.expect('ZRANK', 'z', 'a').int(0);
    await c.expect('ZRANK', 'z', 'c').int(2);
    await c.expect('ZREVRANK', 'z', 'c').int(0);
    await c.expect('ZADD', 'z', '9', 'a').int(0);
    await c.expect('ZRANK', 'z', 'a').int(2);
    await c.expect('ZREM', 'z', 'b').int(1);
    await c.expect('ZRANK', 'z', 'c').int(0);
  });
});

step(5, 'ranges by score, and by name', () => {
  test('a range by score has open and closed ends', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd').int(4);
    await c.expect('ZRANGEBYSCORE', 'z', '2', '3').array(['b', 'c']);
    await c.expect('ZRANGEBYSCORE', 'z', '(2', '+inf').array(['c', 'd']);
    await c.expect('ZRANGE', 'z', '-inf', '(3', 'BYSCORE').array(['a', 'b']);
    await c.expect('ZREVRANGEBYSCORE', 'z', '3', '2').array(['c', 'b']);
    await c.expect('ZRANGE', 'z', '3', '2', 'BYSCORE', 'REV').array(['c', 'b']);
    await c.expect('ZCOUNT', 'z', '(1', '3').int(2);
    await c.expect('ZRANGEBYSCORE', 'z', 'x', '3').error('ERR min or max is not a float');
  });

  test('LIMIT leaves out some members of a range and then counts', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd').int(4);
    await c.expect('ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', '1', '2').array(['b', 'c']);
    await c.expect('ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', '2', '-1').array(['c', 'd']);
    await c.expect('ZRANGE', 'z', '+inf', '-inf', 'BYSCORE', 'REV', 'LIMIT', '0', '1').array(['d']);
    await c.expect('ZRANGE', 'z', '0', '-1', 'LIMIT', '0', '1').error(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  });

  test('a range by name, where all scores are equal', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '0', 'alpha', '0', 'bar', '0', 'cool', '0', 'down').int(4);
    await c.expect('ZRANGEBYLEX', 'z', '-', '+').array(['alpha', 'bar', 'cool', 'down']);
    await c.expect('ZRANGEBYLEX', 'z', '[bar', '(down').array(['bar', 'cool']);
    await c.expect('ZRANGE', 'z', '(bar', '+', 'BYLEX').array(['cool', 'down']);
    await c.expect('ZREVRANGEBYLEX', 'z', '+', '[cool').array(['down', 'cool']);
    await c.expect('ZLEXCOUNT', 'z', '[b', '[c').int(1);
    await c.expect('ZRANGEBYLEX', 'z', 'bar', '+').error('ERR min or max not valid string range item');
  });

  test('ranges are removed by rank, by score and by name', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd', '5', 'e').int(5);
    await c.expect('ZREMRANGEBYRANK', 'z', '0', '0').int(1);
    await c.expect('ZREMRANGEBYSCORE', 'z', '(2', '3').int(1);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['b', 'd', 'e']);
    await c.expect('ZADD', 'names', '0', 'a', '0', 'b', '0', 'c').int(3);
    await c.expect('ZREMRANGEBYLEX', 'names', '[b', '+').int(2);
    await c.expect('ZREMRANGEBYRANK', 'names', '0', '-1').int(1);
    await c.expect('EXISTS', 'names').int(0);
  });
});

step(6, 'a queue with priorities', () => {
  test('ZPOPMIN and ZPOPMAX take the lowest and the highest, with its score', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('ZPOPMIN', 'z').array(['a', '1']);
    await c.expect('ZPOPMAX', 'z').array(['d', '4']);
    await c.expect('ZRANGE', 'z', '0', '-1', 'WITHSCORES').array(['b', '2', 'c', '3.5']);
  });

  test('ZPOPMIN with a count takes several, and at last the key', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('ZPOPMAX', 'z', '2').array(['d', '4', 'c', '3.5']);
    await c.expect('ZPOPMIN', 'z', '9').array(['a', '1', 'b', '2']);
    await c.expect('EXISTS', 'z').int(0);
    await abcd(c);
    await c.expect('ZPOPMIN', 'z', INT64_MAX).array(['a', '1', 'b', '2', 'c', '3.5', 'd', '4']);
  });

  test('BZPOPMIN takes at once what is there', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('BZPOPMIN', 'z', '0').array(['z', 'a', '1']);
    await c.expect('BZPOPMAX', 'none', 'z', '0').array(['z', 'd', '4']);
    await c.expect('BZPOPMAX', 'z', 'none', '0').array(['z', 'c', '3.5']);
    await c.expect('BZPOPMIN', 'z', '0').array(['z', 'b', '2']);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('BZPOPMIN waits for a member', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BZPOPMIN', 'z', '0');
    await waiting.blocked();
    await c.expect('ZADD', 'z', '1.5', 'a').int(1);
    await popped.array(['z', 'a', '1.5']);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('a timeout ends in the null array', async () => {
    for (const c of [await client(), await clientResp3()]) {
      await c.expect('BZPOPMIN', 'z', 'y', SHORT).nilArray();
      await c.expect('BZPOPMAX', 'z', SHORT).nilArray();
      await c.expect('BZMPOP', SHORT, '2', 'y', 'z', 'MIN').nilArray();
    }
  });

  test('first come, first served', async () => {
    const c = await client();
    const waiting = [await client(), await client(), await client()];
    const replies = [];
    for (let i = 0; i < waiting.length; i++) {
      replies.push(waiting[i]!.sendLater(i === 1 ? 'BZPOPMAX' : 'BZPOPMIN', 'z', '0'));
      await blockedClients(c, i + 1);
    }
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd').int(4);
    await replies[0]!.array(['z', 'a', '1']);
    await replies[1]!.array(['z', 'd', '4']);
    await replies[2]!.array(['z', 'b', '2']);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['c']);
  });
});

step(7, 'unions and intersections', () => {
  test('ZUNION has the members of all sets, each with the sum of its scores', async () => {
    const c = await two();
    await c.expect('ZUNION', '2', 'x', 'y').array(['a', 'b', 'c', 'd']);
    await c.expect('ZUNION', '2', 'x', 'y', 'WITHSCORES').array(['a', '1', 'b', '12', 'c', '23', 'd', '30']);
    await c.expect('ZUNION', '3', 'x', 'none', 'x', 'WITHSCORES').array(['a', '2', 'b', '4', 'c', '6']);
    await c.expect('ZUNION', '1', 'none').array([]);
  });

  test('ZINTER has the members that all sets share, each with the sum of its scores', async () => {
    const c = await two();
    await c.expect('ZINTER', '2', 'x', 'y').array(['b', 'c']);
    await c.expect('ZINTER', '2', 'x', 'y', 'WITHSCORES').array(['b', '12', 'c', '23']);
    await c.expect('ZINTER', '3', 'x', 'y', 'none').array([]);
    await c.expect('ZINTER', '1', 'x', 'WITHSCORES').array(['a', '1', 'b', '2', 'c', '3']);
    await c.expect('ZINTER', '3', 'x', 'y', 'x', 'WITHSCORES').array(['b', '14', 'c', '26']);
  });

  test('ZDIFF has the members of the first set that no other has, with their scores', async () => {
    const c = await two();
    await c.expect('ZDIFF', '2', 'x', 'y').array(['a']);
    await c.expect('ZDIFF', '2', 'y', 'x', 'WITHSCORES').array(['d', '30']);
    await c.expect('ZDIFF', '3', 'x', 'none', 'y', 'WITHSCORES').array(['a', '1']);
    await c.expect('ZDIFF', '2', 'x', 'x').array([]);
    await c.expect('ZDIFF', '2', 'none', 'x').array([]);
    await c.expect('ZDIFF', '1', 'x', 'WITHSCORES').array(['a', '1', 'b', '2', 'c', '3']);
  });

  test('WEIGHTS multiply the scores of each', async () => {
    const c = await two();
    await c.expect('ZUNION', '2', 'x', 'y', 'WEIGHTS', '2', '0.5', 'WITHSCORES').array(['a', '2', 'b', '9', 'd', '15', 'c', '16']);
    await c.expect('ZINTER', '2', 'x', 'y', 'WITHSCORES', 'WEIGHTS', '-1', '1').array(['b', '8', 'c', '17']);
    await c.expect('ZUNION', '1', 'x', 'weights', '0', 'withscores').array(['a', '0', 'b', '0', 'c', '0']);
    await c.expect('ZUNION', '1', 'x', 'WEIGHTS', 'inf', 'WITHSCORES').array(['a', 'inf', 'b', 'inf', 'c', 'inf']);
  });

  test('AGGREGATE takes the sum, the least or the greatest', async () => {
    const c = await two();
    await c.expect('ZUNION', '2', 'x', 'y', 'AGGREGATE', 'SUM', 'WITHSCORES').array(['a', '1', 'b', '12', 'c', '23', 'd', '30']);
    await c.expect('ZUNION', '2', 'x', 'y', 'AGGREGATE', 'MIN', 'WITHSCORES').array(['a', '1', 'b', '2', 'c', '3', 'd', '30']);
    await c.expect('ZINTER', '2', 'x', 'y', 'aggregate', 'max', 'WITHSCORES').array(['b', '10', 'c', '20']);
    await c.expect('ZINTER', '2', 'x', 'y', 'AGGREGATE', 'MIN', 'WEIGHTS', '1', '-1', 'WITHSCORES').array(['c', '-20', 'b', '-10']);
    await c.expect('ZINTER', '2', 'x', 'y', 'AGGREGATE', 'MIN', 'AGGREGATE', 'MAX', 'WITHSCORES').array(['b', '10', 'c', '20']);
  });

  test('ZUNIONSTORE and its family store the result and count it', async () => {
    const c = await two();
    await c.expect('ZUNIONSTORE', 'to', '2', 'x', 'y').int(4);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['a', '1', 'b', '12', 'c', '23', 'd', '30']);
    await c.expect('ZINTERSTORE', 'to', '2', 'x', 'y', 'WEIGHTS', '1', '2', 'AGGREGATE', 'MAX').int(2);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['b', '20', 'c', '40']);
    await c.expect('ZDIFFSTORE', 'to', '2', 'x', 'y').int(1);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['a', '1']);
  });
});

step(8, 'small ones are packed', () => {
  test('a listpack up to 128 members, then a skiplist for good', async () => {
    const c = await client();
    await fill(c, 'z', 128);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('listpack');
    await c.expect('ZADD', 'z', '5', 'm7').int(0);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('listpack');
    await c.expect('ZADD', 'z', '5', 'one more').int(1);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('skiplist');
    await c.expect('ZREMRANGEBYRANK', 'z', '1', '-1').int(128);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('skiplist');
  });

  test('a listpack for members up to 64 bytes', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '1', 'x'.repeat(64)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('listpack');
    await c.expect('ZADD', 'z', '1', 'x'.repeat(65)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('skiplist');
    await c.expect('ZADD', 'first', '1', 'x'.repeat(65)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'first').bulk('skiplist');
  });
});

step(9, 'everywhere else', () => {
  test('ioredis keeps a leaderboard', async () => {
    const redis = await ioredis();
    expect(await redis.zadd('board', 10, 'ada', 20, 'naïve – ✓', 15, 'grace')).toBe(3);
    expect(await redis.zincrby('board', 7.5, 'ada')).toBe('17.5');
    expect(await redis.zrevrange('board', 0, 1, 'WITHSCORES')).toEqual(['naïve – ✓', '20', 'ada', '17.5']);
    expect(await redis.zrevrank('board', 'grace')).toBe(2);
    await expect(redis.lpush('board', 'x')).rejects.toThrow('WRONGTYPE Operation against a key holding the wrong kind of value');
  });

  test('a sorted set comes back from a dump', async () => {
    const own = await server('--save', '');
    const c = await own.client();
    await c.expect('ZADD', 'small', '1', 'a', '2.5', 'b', '-inf', 'c').int(3);
    for (let i = 0; i < 200; i++) await c.expect('ZADD', 'large', i, `m${i}`).int(1);
    await c.expect('SAVE').ok();
    await own.restart();
    const again = await own.client();
    await again.expect('ZRANGE', 'small', '0', '-1', 'WITHSCORES').array(['c', '-inf', 'a', '1', 'b', '2.5']);
    await again.expect('ZCARD', 'large').int(200);
    await again.expect('ZRANK', 'large', 'm150').int(150);
  });
});
