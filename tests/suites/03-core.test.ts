import { blockedClients, clientWithList, listIs, numbers } from '../harness/lists.ts';
import { client, clientResp3, expect, ioredis, resp, step, test } from '../harness/suite.ts';

/** A timeout in seconds. */
const SHORT = '0.01';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

step(1, 'lists, at both ends and in the middle', () => {
  test('RPUSH adds after the last, LPUSH before the first, one element after the other', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'c', 'd').int(2);
    await c.expect('LPUSH', 'l', 'b', 'a').int(4);
    await c.expect('RPUSH', 'l', 'e').int(5);
    await listIs(c, 'a', 'b', 'c', 'd', 'e');
    await c.expect('TYPE', 'l').status('list');
  });

  test('LPOP and RPOP take from their end', async () => {
    const c = await clientWithList('a', 'b', 'c', 'd');
    await c.expect('LPOP', 'l').bulk('a');
    await c.expect('RPOP', 'l').bulk('d');
    await listIs(c, 'b', 'c');
  });

  test('LPOP and RPOP with a count take an array, from their end inwards', async () => {
    const c = await clientWithList('a', 'b', 'c', 'd', 'e');
    await c.expect('LPOP', 'l', '2').array(['a', 'b']);
    await c.expect('RPOP', 'l', '2').array(['e', 'd']);
    await c.expect('RPOP', 'l', '1').array(['c']);
    await c.expect('EXISTS', 'l').int(0);
  });

  test('LPOP and RPOP of a missing key answer nil, with a count the null array', async () => {
    for (const c of [await client(), await clientResp3()]) {
      await c.expect('LPOP', 'none').nil();
      await c.expect('RPOP', 'none').nil();
      await c.expect('LPOP', 'none', '1').nilArray();
      await c.expect('RPOP', 'none', '0').nilArray();
    }
  });

  test('LINDEX counts from 0, and back from -1', async () => {
    const c = await clientWithList('a', 'b', 'c');
    const at = { '0': 'a', '1': 'b', '2': 'c', '-1': 'c', '-2': 'b', '-3': 'a' };
    for (const [index, element] of Object.entries(at)) await c.expect('LINDEX', 'l', index).bulk(element);
    for (const index of ['3', '-4', '100', INT64_MAX, INT64_MIN]) await c.expect('LINDEX', 'l', index).nil();
  });

  test('LRANGE answers both ends and what is between them', async () => {
    const c = await clientWithList('a', 'b', 'c', 'd', 'e');
    await c.expect('LRANGE', 'l', '0', '0').array(['a']);
    await c.expect('LRANGE', 'l', '1', '3').array(['b', 'c', 'd']);
    await c.expect('LRANGE', 'l', '-2', '-1').array(['d', 'e']);
    await c.expect('LRANGE', 'l', '-4', '2').array(['b', 'c']);
  });

  test('LRANGE leaves out indexes beyond the ends, and is empty if nothing is left', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('LRANGE', 'l', '-100', '100').array(['a', 'b', 'c']);
    await c.expect('LRANGE', 'l', INT64_MIN, INT64_MAX).array(['a', 'b', 'c']);
    await c.expect('LRANGE', 'l', '2', '100').array(['c']);
    await c.expect('LRANGE', 'l', '3', '100').array([]);
    await c.expect('LRANGE', 'l', '2', '1').array([]);
    await c.expect('LRANGE', 'l', '0', '-4').array([]);
    await c.expect('LRANGE', 'none', '0', '-1').array([]);
  });

  test('LSET replaces one element, counted from either end', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('LSET', 'l', '0', 'A').ok();
    await c.expect('LSET', 'l', '-1', BYTES).ok();
    await listIs(c, 'A', 'b', BYTES);
    await c.expect('LLEN', 'l').int(3);
  });

  test('LREM removes equal elements: the first, the last, or all', async () => {
    const c = await clientWithList('a', 'b', 'a', 'c', 'a');
    await c.expect('LREM', 'l', '1', 'a').int(1);
    await listIs(c, 'b', 'a', 'c', 'a');
    await c.expect('LREM', 'l', '-1', 'a').int(1);
    await listIs(c, 'b', 'a', 'c');
    await c.expect('RPUSH', 'l', 'a').int(4);
    await c.expect('LREM', 'l', '0', 'a').int(2);
    await listIs(c, 'b', 'c');
  });

  test('LMOVE moves an element from an end to an end', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('LMOVE', 'l', 'other', 'LEFT', 'RIGHT').bulk('a');
    await c.expect('LMOVE', 'l', 'other', 'RIGHT', 'LEFT').bulk('c');
    await listIs(c, 'b');
    await c.expect('LRANGE', 'other', '0', '-1').array(['c', 'a']);
  });

  test('a queue that never empties keeps its order', async () => {
    const c = await clientWithList(...numbers(1000));
    const replies = numbers(3000).map((number) => {
      const pushed = c.expect('RPUSH', 'l', String(Number(number) + 1000));
      return [pushed.int(1001), c.expect('LPOP', 'l').bulk(number)];
    });
    await Promise.all(replies.flat());
    await c.expect('LLEN', 'l').int(1000);
    await c.expect('LINDEX', 'l', '500').bulk('3500');
  });
});

step(2, 'hashes', () => {
  test('HSET counts the fields that are new', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HSET', 'h', 'a', '2', 'b', '2', 'c', '3').int(2);
    await c.expect('HGETALL', 'h').map({ a: '2', b: '2', c: '3' });
  });

  test('HMGET answers in the order of the request, repeats included', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1', 'b', '2').int(2);
    await c.expect('HMGET', 'h', 'b', 'x', 'a', 'b').array(['2', null, '1', '2']);
    await c.expect('HMGET', 'none', 'a', 'b').array([null, null]);
  });

  test('HGETALL in RESP3 is a map, also an empty one; HKEYS and HVALS are arrays', async () => {
    const c = await clientResp3();
    await c.expect('HGETALL', 'none').orderedMap({});
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('HGETALL', 'h').orderedMap({ a: '1' });
    await c.expect('HKEYS', 'h').array(['a']);
    await c.expect('HVALS', 'h').array(['1']);
  });

  test('HINCRBY counts from 0 in a field that is not there', async () => {
    const c = await client();
    await c.expect('HINCRBY', 'h', 'n', '5').int(5);
    await c.expect('HINCRBY', 'h', 'n', '-12').int(-7);
    await c.expect('HGET', 'h', 'n').bulk('-7');
  });
});

step(3, 'sets', () => {
  test('SADD counts the members that are new', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b', 'a').int(2);
    await c.expect('SADD', 's', 'b', 'c').int(1);
    await c.expect('SADD', 's', 'a', 'b').int(0);
    await c.expect('SMEMBERS', 's').set(['a', 'b', 'c']);
    await c.expect('TYPE', 's').status('set');
  });

  test('SMISMEMBER answers for each, in order', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b').int(2);
    await c.expect('SMISMEMBER', 's', 'b', 'x', 'a', 'b').array([1, 0, 1, 1]);
    await c.expect('SMISMEMBER', 'none', 'a', 'b').array([0, 0]);
  });

  test('SPOP takes a member out, and at last the key', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b', 'c').int(3);
    const popped = [await c.send('SPOP', 's'), await c.send('SPOP', 's')];
    await c.expect('SCARD', 's').int(1);
    popped.push(await c.send('SPOP', 's'));
    expect(new Set(popped)).toEqual(new Set(['a', 'b', 'c']));
    await c.expect('EXISTS', 's').int(0);
    await c.expect('SPOP', 's').nil();
  });

  test('SINTER, SUNION and SDIFF: what all share, what any has, what the first alone has', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2', '3').int(3);
    await c.expect('SADD', 'b', '2', '3', '4').int(3);
    await c.expect('SINTER', 'a', 'b').set(['2', '3']);
    await c.expect('SUNION', 'a', 'b').set(['1', '2', '3', '4']);
    await c.expect('SDIFF', 'a', 'b').set(['1']);
    await c.expect('SINTER', 'a', 'none').set([]);
  });

  test('the target of SINTERSTORE and its kind may be one of the sources', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2', '3').int(3);
    await c.expect('SADD', 'b', '2', '3', '4').int(3);
    await c.expect('SDIFFSTORE', 'a', 'a', 'b').int(1);
    await c.expect('SMEMBERS', 'a').set(['1']);
    await c.expect('SUNIONSTORE', 'b', 'a', 'b').int(4);
    await c.expect('SINTERSTORE', 'b', 'b', 'b').int(4);
    await c.expect('SMEMBERS', 'b').set(['1', '2', '3', '4']);
  });
});

step(4, 'types, and keys that vanish', () => {
  test('other types refuse a list, and SET replaces it', async () => {
    const c = await clientWithList('a');
    await c.expect('GET', 'l').error(WRONGTYPE);
    await c.expect('APPEND', 'l', 'x').error(WRONGTYPE);
    await c.expect('SADD', 'l', 'x').error(WRONGTYPE);
    await c.expect('HSET', 'l', 'f', 'v').error(WRONGTYPE);
    await c.expect('SET', 'l', 'x').ok();
    await c.expect('LLEN', 'l').error(WRONGTYPE);
  });

  test('the last element takes the key with it, and its deadline', async () => {
    const c = await clientWithList('a', 'b');
    await c.expect('EXPIRE', 'l', '100').int(1);
    await c.expect('LPOP', 'l').bulk('a');
    await c.expect('RPOP', 'l').bulk('b');
    await c.expect('EXISTS', 'l').int(0);
    await c.expect('DBSIZE').int(0);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('TTL', 'l').int(-1);
  });

  test('the last field takes the key with it, and its deadline', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'a', '1', 'b', '2').int(2);
    await c.expect('EXPIRE', 'h', '100').int(1);
    await c.expect('HDEL', 'h', 'a', 'b', 'c').int(2);
    await c.expect('EXISTS', 'h').int(0);
    await c.expect('TYPE', 'h').status('none');
    await c.expect('HSET', 'h', 'a', '1').int(1);
    await c.expect('TTL', 'h').int(-1);
    await c.expect('HDEL', 'h', 'a').int(1);
    await c.expect('EXISTS', 'h').int(0);
  });

  test('the last member takes the key with it, and its deadline', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b').int(2);
    await c.expect('EXPIRE', 's', '100').int(1);
    await c.expect('SREM', 's', 'a', 'b', 'c').int(2);
    await c.expect('EXISTS', 's').int(0);
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('TTL', 's').int(-1);
  });
});

step(5, 'small values are packed', () => {
  test('OBJECT ENCODING: a hash is a listpack up to 512 fields', async () => {
    const c = await client();
    await c.expect('HSET', 'h', ...numbers(512).flatMap((number) => [`f${number}`, number])).int(512);
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('listpack');
    await c.expect('HSET', 'h', 'one more', '').int(1);
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('hashtable');
    await c.expect('HDEL', 'h', 'one more', 'f1', 'f2').int(3);
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('hashtable');
  });

  test('OBJECT ENCODING: a hash is a listpack up to 64 bytes a field or value', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'f'.repeat(64), 'v'.repeat(64)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('listpack');
    await c.expect('HSET', 'h', 'f'.repeat(64), 'v'.repeat(65)).int(0);
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('hashtable');
    await c.expect('HSETNX', 'h2', 'f'.repeat(65), '').int(1);
    await c.expect('OBJECT', 'ENCODING', 'h2').bulk('hashtable');
  });

  test('OBJECT ENCODING: a set of 64-bit integers is an intset, up to 512 of them', async () => {
    const c = await client();
    await c.expect('SADD', 's', ...Array.from({ length: 510 }, (_, i) => i * 1000), INT64_MAX, INT64_MIN).int(512);
    await c.expect('OBJECT', 'ENCODING', 's').bulk('intset');
    await c.expect('SADD', 's', '7').int(1);
    await c.expect('OBJECT', 'ENCODING', 's').bulk('hashtable');
    await c.expect('SREM', 's', '7').int(1);
    await c.expect('OBJECT', 'ENCODING', 's').bulk('hashtable');
  });
});

step(6, 'a client that waits', () => {
  test('BLPOP and BRPOP take at once what is there', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a', 'b', 'c').int(3);
    await c.expect('BLPOP', 'l', '0').array(['l', 'a']);
    await c.expect('BRPOP', 'l', '0').array(['l', 'c']);
    await c.expect('LRANGE', 'l', '0', '-1').array(['b']);
  });

  test('BLPOP and BRPOP wait for a push', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await popped.array(['l', 'a']);
    await c.expect('EXISTS', 'l').int(0);
  });

  test('timeouts end in the null array, whatever the command', async () => {
    for (const c of [await client(), await clientResp3()]) {
      await c.expect('BLPOP', 'l', 'm', SHORT).nilArray();
      await c.expect('BRPOP', 'l', SHORT).nilArray();
      await c.expect('BLMOVE', 'l', 'm', 'LEFT', 'LEFT', SHORT).nilArray();
      await c.expect('BRPOPLPUSH', 'l', 'm', SHORT).nilArray();
      await c.expect('BLMPOP', SHORT, '2', 'l', 'm', 'LEFT').nilArray();
    }
  });

  test('a push is answered as if no client had waited, and its element is taken before the next command', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    c.write(resp('RPUSH', 'l', 'a', 'b') + resp('LLEN', 'l') + resp('LPOP', 'l') + resp('EXISTS', 'l'));
    await c.raw(':2\r\n:1\r\n$1\r\nb\r\n:0\r\n');
    await popped.array(['l', 'a']);
  });

  test('BLMOVE and BRPOPLPUSH wait for the source', async () => {
    const [waiting, c] = [await client(), await client()];
    const moved = waiting.sendLater('BLMOVE', 'l', 'm', 'RIGHT', 'LEFT', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'm', 'old').int(1);
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await moved.bulk('b');
    await c.expect('LRANGE', 'l', '0', '-1').array(['a']);
    await c.expect('LRANGE', 'm', '0', '-1').array(['b', 'old']);
  });

  test('a client that waits and goes away takes nothing any more', async () => {
    const [polite, rude, c] = [await client(), await client(), await client()];
    polite.write(resp('BLPOP', 'l', '0'));
    rude.write(resp('BLPOP', 'l', 'm', '0'));
    const last = await client();
    const popped = last.sendLater('BLPOP', 'm', '0');
    await blockedClients(c, 3);
    await polite.close();
    rude.destroy();
    await blockedClients(c, 1);
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('LRANGE', 'l', '0', '-1').array(['a', 'b']);
    await c.expect('RPUSH', 'm', 'x').int(1);
    await popped.array(['m', 'x']);
  });
});

step(7, 'first come, first served', () => {
  test('BLPOP of several keys: any of them ends the wait', async () => {
    const [waiting, c] = [await client(), await client()];
    for (const key of ['a', 'b', 'c']) {
      const popped = waiting.sendLater('BLPOP', 'a', 'b', 'c', '0');
      await waiting.blocked();
      await c.expect('RPUSH', key, 'x').int(1);
      await popped.array([key, 'x']);
    }
  });

  test('BLPOP of several keys: once one of them has served the client, it waits for none', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'a', 'b', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'a', '1').int(1);
    await popped.array(['a', '1']);
    await c.expect('RPUSH', 'b', '2').int(1);
    await c.expect('LLEN', 'b').int(1);
    await waiting.silent();
  });

  test('each push serves the client that has waited longest', async () => {
    const c = await client();
    const waiting = [await client(), await client(), await client()];
    const replies = [];
    for (let i = 0; i < waiting.length; i++) {
      replies.push(waiting[i]!.sendLater(i === 1 ? 'BRPOP' : 'BLPOP', 'l', '0'));
      await blockedClients(c, i + 1);
    }
    for (let i = 0; i < replies.length; i++) {
      await c.expect('RPUSH', 'l', i).int(1);
      await replies[i]!.array(['l', String(i)]);
    }
  });

  test('one push serves several clients, in their order', async () => {
    const c = await client();
    const waiting = [await client(), await client(), await client()];
    const replies = [];
    for (let i = 0; i < waiting.length; i++) {
      replies.push(waiting[i]!.sendLater('BLPOP', 'l', '0'));
      await blockedClients(c, i + 1);
    }
    await c.expect('RPUSH', 'l', 'a', 'b', 'c', 'd').int(4);
    await replies[0]!.array(['l', 'a']);
    await replies[1]!.array(['l', 'b']);
    await replies[2]!.array(['l', 'c']);
    await c.expect('LRANGE', 'l', '0', '-1').array(['d']);
  });

  test('ioredis pushes, reads and pops', async () => {
    const redis = await ioredis();
    expect(await redis.rpush('l', 'a', 'b', 'ü')).toBe(3);
    expect(await redis.lrange('l', 0, -1)).toEqual(['a', 'b', 'ü']);
    expect(await redis.lpos('l', 'b')).toBe(1);
    expect(await redis.lmove('l', 'm', 'RIGHT', 'LEFT')).toBe('ü');
    expect(await redis.lpop('l', 5)).toEqual(['a', 'b']);
    expect(await redis.lpop('l')).toBeNull();
    const results = await redis.pipeline().lpush('p', '1', '2').lindex('p', 0).rpop('p').llen('p').exec();
    expect(results).toEqual([[null, 2], [null, '2'], [null, '1'], [null, 1]]);
  });
});
