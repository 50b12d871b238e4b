import { client, clientResp3, describe, double, expect, ioredis, resp, status } from '../harness/suite.ts';
import { test } from '../harness/suite.ts';
import { abcd, blockedClients } from '../harness/sorted-sets.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_POSITIVE = 'ERR value is out of range, must be positive';
const NUMKEYS = 'ERR numkeys should be greater than 0';
const COUNT = 'ERR count should be greater than 0';
const NOT_A_FLOAT = 'ERR timeout is not a float or out of range';
const NEGATIVE = 'ERR timeout is negative';
const UNBLOCKED = 'UNBLOCKED client unblocked via CLIENT UNBLOCK';
/** A short timeout, in seconds. */
const SHORT = '0.01';

describe('ZPOPMIN and ZPOPMAX', () => {
  test('of equal scores the first name, or the last', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '0', 'b', '0', 'a', '0', 'c').int(3);
    await c.expect('ZPOPMIN', 'z').array(['a', '0']);
    await c.expect('ZPOPMAX', 'z').array(['c', '0']);
  });

  test('a missing key, or a count of 0: empty', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('ZPOPMIN', 'none').array([]);
    await c.expect('ZPOPMAX', 'none', '2').array([]);
    await c.expect('ZPOPMIN', 'z', '0').array([]);
    await c.expect('ZCARD', 'z').int(4);
  });

  test('RESP3: a pair without a count, an array of pairs with one', async () => {
    const c = await clientResp3();
    await abcd(c);
    await c.expect('ZPOPMIN', 'z').array(['a', double('1')]);
    await c.expect('ZPOPMIN', 'z', '1').array([['b', double('2')]]);
    await c.expect('ZPOPMAX', 'z', '9').array([['d', double('4')], ['c', double('3.5')]]);
    await c.expect('ZPOPMAX', 'none').array([]);
    await c.expect('ZPOPMAX', 'none', '3').array([]);
  });

  test('a large one, to its end', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', ...Array.from({ length: 1000 }, (_, i) => [i, `m${i}`]).flat()).int(1000);
    for (let i = 0; i < 100; i++) await c.expect('ZPOPMIN', 'z').array([`m${i}`, String(i)]);
    await c.expect('ZPOPMAX', 'z', '2').array(['m999', '999', 'm998', '998']);
    await c.expect('ZRANK', 'z', 'm500').int(400);
    await c.expect('ZPOPMIN', 'z', '898').success();
    await c.expect('EXISTS', 'z').int(0);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZPOPMIN', 'k', '1', '2').error(SYNTAX);
    for (const count of ['-1', 'x', '1.5', '9223372036854775808', '']) await c.expect('ZPOPMAX', 'k', count).error(NOT_POSITIVE);
    await c.expect('ZPOPMIN', 'k', '0').error(WRONGTYPE);
    await c.expect('ZPOPMAX', 'k').error(WRONGTYPE);
    await c.expect('ZPOPMIN').error("ERR wrong number of arguments for 'zpopmin' command");
  });
});

describe('ZMPOP', () => {
  test('takes from the first key that has something', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('ZMPOP', '2', 'none', 'z', 'MIN').array(['z', [['a', '1']]]);
    await c.expect('ZMPOP', '1', 'z', 'max', 'count', '2').array(['z', [['d', '4'], ['c', '3.5']]]);
    await c.expect('ZMPOP', '3', 'none', 'z', 'none', 'MIN', 'COUNT', '10').array(['z', [['b', '2']]]);
    await c.expect('ZMPOP', '2', 'none', 'z', 'MIN').nilArray();
    await c.expect('DBSIZE').int(0);
  });

  test('RESP3 has doubles in it', async () => {
    const c = await clientResp3();
    await abcd(c);
    await c.expect('ZMPOP', '1', 'z', 'MIN').array(['z', [['a', double('1')]]]);
    await c.expect('ZMPOP', '1', 'none', 'MIN').nilArray();
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    for (const count of ['0', '-1', 'x', '1.0']) await c.expect('ZMPOP', count, 'k', 'UP').error(NUMKEYS);
    await c.expect('ZMPOP', '2', 'k', 'MIN').error(SYNTAX);
    await c.expect('ZMPOP', '1', 'k', 'UP', 'COUNT', '0').error(SYNTAX);
    await c.expect('ZMPOP', '1', 'k', 'MIN', 'COUNT').error(SYNTAX);
    await c.expect('ZMPOP', '1', 'k', 'MIN', 'FOO', '1').error(SYNTAX);
    await c.expect('ZMPOP', '1', 'k', 'MIN', 'COUNT', '1', 'COUNT', '1').error(SYNTAX);
    for (const count of ['0', '-1', 'x']) await c.expect('ZMPOP', '1', 'k', 'MIN', 'COUNT', count).error(COUNT);
    await c.expect('ZMPOP', '2', 'none', 'k', 'MIN').error(WRONGTYPE);
    await c.expect('ZMPOP', '1', 'k').error("ERR wrong number of arguments for 'zmpop' command");
  });

  test('a key of another type is refused only if no key before it has members', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZMPOP', '2', 'z', 'k', 'MIN').array(['z', [['a', '1']]]);
    await c.expect('ZMPOP', '2', 'k', 'z', 'MIN').error(WRONGTYPE);
  });
});

describe('BZPOPMIN and BZPOPMAX', () => {
  test('after a ZADD of several, the lowest or the highest', async () => {
    const [low, high, c] = [await client(), await client(), await client()];
    const first = low.sendLater('BZPOPMIN', 'y', '0');
    const last = high.sendLater('BZPOPMAX', 'z', '0');
    await blockedClients(c, 2);
    await c.expect('ZADD', 'y', '3', 'c', '1', 'a', '2', 'b').int(3);
    await c.expect('ZADD', 'z', '3', 'c', '1', 'a', '2', 'b').int(3);
    await first.array(['y', 'a', '1']);
    await last.array(['z', 'c', '3']);
    await c.expect('ZRANGE', 'z', '0', '-1').array(['a', 'b']);
  });

  test('RESP3 has a double', async () => {
    const [waiting, c] = [await clientResp3(), await client()];
    const popped = waiting.sendLater('BZPOPMAX', 'z', '0');
    await waiting.blocked();
    await c.expect('ZADD', 'z', 'inf', 'a').int(1);
    await popped.array(['z', 'a', double('inf')]);
    await waiting.expect('BZPOPMIN', 'z', SHORT).nilArray();
  });

  test('the ZADD is answered as if no client had waited', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BZPOPMIN', 'z', '0');
    await waiting.blocked();
    c.write(resp('ZADD', 'z', '1', 'a', '2', 'b') + resp('ZCARD', 'z') + resp('ZPOPMIN', 'z') + resp('EXISTS', 'z'));
    await c.raw(':2\r\n:1\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n:0\r\n');
    await popped.array(['z', 'a', '1']);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await abcd(c);
    await c.expect('BZPOPMIN', 'k', 'x').error(NOT_A_FLOAT);
    await c.expect('BZPOPMAX', 'k', '-1').error(NEGATIVE);
    await c.expect('BZPOPMIN', 'none', 'k', 'z', '0').error(WRONGTYPE);
    await c.expect('BZPOPMIN', '0').error("ERR wrong number of arguments for 'bzpopmin' command");
    await c.expect('BZPOPMAX').error("ERR wrong number of arguments for 'bzpopmax' command");
  });
});

describe('BZMPOP', () => {
  test('takes at once what is there', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('BZMPOP', '0', '2', 'none', 'z', 'MIN').array(['z', [['a', '1']]]);
    await c.expect('BZMPOP', '0', '1', 'z', 'MAX', 'COUNT', '9').array(['z', [['d', '4'], ['c', '3.5'], ['b', '2']]]);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('waits, and takes as many as it may', async () => {
    const [first, second, c] = [await client(), await client(), await client()];
    const some = first.sendLater('BZMPOP', '0', '2', 'y', 'z', 'MIN', 'COUNT', '2');
    await blockedClients(c, 1);
    const rest = second.sendLater('BZMPOP', '0', '1', 'z', 'MAX', 'COUNT', '9');
    await blockedClients(c, 2);
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd').int(4);
    await some.array(['z', [['a', '1'], ['b', '2']]]);
    await rest.array(['z', [['d', '4'], ['c', '3']]]);
    await c.expect('EXISTS', 'z').int(0);
  });

  test('looks at the keys and the count before the timeout', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('BZMPOP', 'x', '0', 'k', 'UP').error(NUMKEYS);
    await c.expect('BZMPOP', 'x', '2', 'k', 'MIN').error(SYNTAX);
    await c.expect('BZMPOP', 'x', '1', 'k', 'MIN', 'COUNT', '0').error(COUNT);
    await c.expect('BZMPOP', 'x', '1', 'k', 'UP').error(SYNTAX);
    await c.expect('BZMPOP', 'x', '1', 'k', 'MIN').error(NOT_A_FLOAT);
    await c.expect('BZMPOP', '-1', '1', 'k', 'MIN').error(NEGATIVE);
    await c.expect('BZMPOP', '0', '1', 'k', 'MIN').error(WRONGTYPE);
    await c.expect('BZMPOP', '0', '1', 'k').error("ERR wrong number of arguments for 'bzmpop' command");
  });
});

describe('clients that wait', () => {
  test('any of several keys ends the wait, and a key named twice gives one member', async () => {
    const [waiting, c] = [await client(), await client()];
    for (const key of ['x', 'y', 'z']) {
      const popped = waiting.sendLater('BZPOPMIN', 'x', 'y', 'y', 'z', '0');
      await waiting.blocked();
      await c.expect('ZADD', key, '1', 'a', '2', 'b').int(2);
      await popped.array([key, 'a', '1']);
      await c.expect('ZCARD', key).int(1);
      await c.expect('DEL', key).int(1);
    }
    await waiting.silent();
  });

  const makers: [name: string, commands: string[][]][] = [
    ['ZADD INCR', [['ZADD', 'z', 'INCR', '1', 'x']]],
    ['ZINCRBY', [['ZINCRBY', 'z', '1', 'x']]],
    ['ZUNIONSTORE', [['ZADD', 'other', '1', 'x'], ['ZUNIONSTORE', 'z', '1', 'other']]],
    ['ZINTERSTORE', [['ZADD', 'other', '1', 'x'], ['ZINTERSTORE', 'z', '1', 'other']]],
    ['ZDIFFSTORE', [['ZADD', 'other', '1', 'x'], ['ZDIFFSTORE', 'z', '1', 'other']]],
    ['ZRANGESTORE', [['ZADD', 'other', '1', 'x'], ['ZRANGESTORE', 'z', 'other', '0', '-1']]],
    ['RENAME', [['ZADD', 'other', '1', 'x'], ['RENAME', 'other', 'z']]],
    ['COPY', [['ZADD', 'other', '1', 'x'], ['COPY', 'other', 'z']]],
    ['MOVE', [['SELECT', '1'], ['ZADD', 'z', '1', 'x'], ['MOVE', 'z', '0']]],
    ['SWAPDB', [['SELECT', '1'], ['ZADD', 'z', '1', 'x'], ['SWAPDB', '0', '1']]],
  ];
  for (const [name, commands] of makers) {
    test(`${name} makes a key ready`, async () => {
      const [waiting, c] = [await client(), await client()];
      const popped = waiting.sendLater('BZPOPMIN', 'z', '0');
      await waiting.blocked();
      for (const command of commands) await c.expect(...command).success();
      await popped.array(['z', 'x', '1']);
    });
  }

  test('a key of another type does not: only a sorted set', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BZPOPMIN', 'z', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'z', 'x').int(1);
    await c.expect('DEL', 'z').int(1);
    await c.expect('SADD', 'z', 'x').int(1);
    await c.expect('SET', 'z', 'x').ok();
    await waiting.silent();
    await c.expect('DEL', 'z').int(1);
    await c.expect('ZADD', 'z', 'XX', '1', 'a').int(0);
    await waiting.silent();
    await c.expect('ZADD', 'z', '1', 'a').int(1);
    await popped.array(['z', 'a', '1']);
  });

  test('one key, three types: each gets its own', async () => {
    const c = await client();
    const [forList, forStream, forZset] = [await client(), await client(), await client()];
    const popped = forList.sendLater('BLPOP', 'k', '0');
    await blockedClients(c, 1);
    const read = forStream.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'k', '0');
    await blockedClients(c, 2);
    const taken = forZset.sendLater('BZPOPMIN', 'k', '0');
    await blockedClients(c, 3);
    await c.expect('ZADD', 'k', '1', 'a').int(1);
    await taken.array(['k', 'a', '1']);
    await c.expect('RPUSH', 'k', 'x').int(1);
    await popped.array(['k', 'x']);
    await c.expect('XADD', 'k', '1-1', 'f', 'v').bulk('1-1');
    await read.array([['k', [['1-1', ['f', 'v']]]]]);
  });

  test('a member that is added and removed inside MULTI serves no client', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BZPOPMIN', 'z', '0');
    await waiting.blocked();
    await c.expect('MULTI').ok();
    await c.expect('ZADD', 'z', '1', 'a').status('QUEUED');
    await c.expect('ZREM', 'z', 'a').status('QUEUED');
    await c.expect('EXEC').array([1, 1]);
    await waiting.silent();
    await c.expect('MULTI').ok();
    await c.expect('ZADD', 'z', '2', 'b').status('QUEUED');
    await c.expect('ZADD', 'z', '1', 'a').status('QUEUED');
    await c.expect('EXEC').array([1, 1]);
    await popped.array(['z', 'a', '1']);
  });

  test('inside MULTI no command waits', async () => {
    const c = await client();
    await abcd(c);
    await c.expect('MULTI').ok();
    await c.expect('BZPOPMIN', 'none', '0').status('QUEUED');
    await c.expect('BZPOPMAX', 'none', 'z', '0').status('QUEUED');
    await c.expect('BZMPOP', '0', '1', 'none', 'MIN').status('QUEUED');
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').matches((replies) => Array.isArray(replies) && replies[0] === null && replies[2] === null, 'nil twice');
    await c.expect('ZCARD', 'z').int(3);
    await c.expect('MULTI').ok();
    await c.expect('BZPOPMAX', 'z', '0').status('QUEUED');
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').array([['z', 'c', '3.5'], status('PONG')]);
  });

  test('what is sent after a wait is answered after it', async () => {
    const [waiting, c] = [await client(), await client()];
    waiting.write(resp('BZPOPMIN', 'z', '0') + resp('ZCARD', 'z') + resp('BZMPOP', '0', '1', 'z', 'MAX') + resp('PING'));
    await blockedClients(c, 1);
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b').int(2);
    await waiting.raw('*3\r\n$1\r\nz\r\n$1\r\na\r\n$1\r\n1\r\n:1\r\n*2\r\n$1\r\nz\r\n*1\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n+PONG\r\n');
  });

  const waits: [name: string, command: string[]][] = [
    ['BZPOPMIN', ['BZPOPMIN', 'y', 'z', '0']],
    ['BZPOPMAX', ['BZPOPMAX', 'z', '100']],
    ['BZMPOP', ['BZMPOP', '0', '2', 'y', 'z', 'MIN']],
  ];
  for (const [name, command] of waits) {
    test(`CLIENT UNBLOCK ends ${name} as a timeout would, or with an error`, async () => {
      const [waiting, c] = [await client(), await client()];
      const id = String(await waiting.send('CLIENT', 'ID'));
      const first = waiting.sendLater(...command);
      await waiting.blocked();
      await c.expect('CLIENT', 'UNBLOCK', id).int(1);
      await first.nilArray();
      const second = waiting.sendLater(...command);
      await waiting.blocked();
      await c.expect('CLIENT', 'UNBLOCK', id, 'ERROR').int(1);
      await second.error(UNBLOCKED);
      await c.expect('ZADD', 'z', '1', 'a').int(1);
      await c.expect('ZCARD', 'z').int(1);
    });
  }

  test('a hundred clients share a hundred members', async () => {
    const c = await client();
    const waiting = await Promise.all(Array.from({ length: 100 }, () => client()));
    const replies = waiting.map((one) => one.sendLater('BZPOPMIN', 'z', '0').reply);
    await blockedClients(c, 100);
    await c.expect('ZADD', 'z', ...Array.from({ length: 100 }, (_, i) => [i, `m${i}`]).flat()).int(100);
    const popped = (await Promise.all(replies)).map((reply) => Number((reply as string[])[2]));
    expect(popped.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    await c.expect('EXISTS', 'z').int(0);
  });

  test('a worker in ioredis takes the most urgent job first', async () => {
    const [worker, boss] = [await ioredis(), await ioredis()];
    await boss.zadd('jobs', 3, 'later', 1, 'now', 2, 'soon');
    const jobs = [];
    for (let i = 0; i < 3; i++) jobs.push((await worker.bzpopmin('jobs', 0))?.[1]);
    expect(jobs).toEqual(['now', 'soon', 'later']);
    expect(await worker.bzpopmin('jobs', 0.01)).toBeNull();
  });
});
