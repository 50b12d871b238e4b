import { client, clientResp3, describe, expect, ioredis, items, rng, test, type Client, type Decoded } from '../harness/suite.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';
/** Every byte there is. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

describe('SADD and SREM', () => {
  test('SREM counts what was there, each member once', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b', 'c').int(3);
    await c.expect('SREM', 's', 'a', 'a', 'x', 'b').int(2);
    await c.expect('SMEMBERS', 's').set(['c']);
    await c.expect('SREM', 'none', 'a').int(0);
  });

  test('SADD keeps the deadline of the key', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('EXPIRE', 's', '100').int(1);
    await c.expect('SADD', 's', 'b').int(1);
    await c.expect('TTL', 's').matches((ttl) => Number(ttl) > 90, 'a deadline still');
  });

  test('members may hold any byte, and be empty', async () => {
    const c = await client();
    await c.expect('SADD', 's', BYTES, '', '\r\n').int(3);
    await c.expect('SISMEMBER', 's', BYTES).int(1);
    await c.expect('SISMEMBER', 's', BYTES.slice(1)).int(0);
    await c.expect('SMEMBERS', 's').set([BYTES, '', '\r\n']);
    await c.expect('SREM', 's', '').int(1);
  });

  test('numbers are members as they are written', async () => {
    const c = await client();
    await c.expect('SADD', 's', '1', '01', '1.0', '+1', '-0', '0').int(6);
    await c.expect('SISMEMBER', 's', '1').int(1);
    await c.expect('SMEMBERS', 's').set(['1', '01', '1.0', '+1', '-0', '0']);
  });

  test('both want a member', async () => {
    const c = await client();
    await c.expect('SADD', 's').error("ERR wrong number of arguments for 'sadd' command");
    await c.expect('SREM', 's').error("ERR wrong number of arguments for 'srem' command");
  });

  test('a member of a megabyte comes back whole', async () => {
    const c = await client();
    const member = BYTES.repeat(4096);
    await c.expect('SADD', 's', member).int(1);
    await c.expect('SADD', 's', member).int(0);
    await c.expect('SPOP', 's').bulk(member);
  });
});

describe('SISMEMBER, SMISMEMBER, SCARD, SMEMBERS', () => {
  test('SISMEMBER is 1 or 0', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('SISMEMBER', 's', 'a').int(1);
    await c.expect('SISMEMBER', 's', 'A').int(0);
    await c.expect('SISMEMBER', 'none', 'a').int(0);
  });

  test('RESP3 keeps integers there', async () => {
    const c = await clientResp3();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('SISMEMBER', 's', 'a').int(1);
    await c.expect('SMISMEMBER', 's', 'a', 'b').array([1, 0]);
  });

  test('SCARD counts, and a missing key is 0', async () => {
    const c = await client();
    await c.expect('SCARD', 's').int(0);
    await c.expect('SADD', 's', 'a', 'b').int(2);
    await c.expect('SCARD', 's').int(2);
  });

  test('SMEMBERS of a missing key is empty', async () => {
    await (await client()).expect('SMEMBERS', 'none').array([]);
    await (await clientResp3()).expect('SMEMBERS', 'none').set([]);
  });

  test('RESP3 has a set of its own', async () => {
    const c = await clientResp3();
    await c.expect('SADD', 's', 'a', 'b').int(2);
    await c.expect('SMEMBERS', 's').set(['a', 'b']);
    await c.expect('SUNION', 's', 'none').set(['a', 'b']);
    await c.expect('SINTER', 's', 'none').set([]);
    await c.expect('SDIFF', 's').set(['a', 'b']);
    await c.expect('SPOP', 's', '2').set(['a', 'b']);
  });
});

describe('SPOP', () => {
  test('with a count: different members, and only those are gone', async () => {
    const c = await client();
    await fill(c, 's', 50);
    for (const count of [1, 5, 30]) {
      const before = items(await c.send('SMEMBERS', 's'));
      const popped = items(await c.send('SPOP', 's', count));
      expect(popped.length).toBe(count);
      expect(new Set(popped).size).toBe(count);
      await c.expect('SMEMBERS', 's').set(before.filter((member) => !popped.includes(member)) as string[]);
    }
  });

  test('with a count of all or more: the key is gone', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b').int(2);
    await c.expect('SPOP', 's', '2').anyOrder(['a', 'b']);
    await c.expect('EXISTS', 's').int(0);
    await c.expect('SADD', 's', 'a', 'b').int(2);
    await c.expect('SPOP', 's', INT64_MAX).anyOrder(['a', 'b']);
    await c.expect('EXISTS', 's').int(0);
  });

  test('with a count of 0, or a missing key: empty', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('SPOP', 's', '0').array([]);
    await c.expect('SPOP', 'none', '3').array([]);
    await c.expect('SCARD', 's').int(1);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    for (const count of ['-1', 'x', '1.5', '9223372036854775808', '']) {
      await c.expect('SPOP', 'k', count).error('ERR value is out of range, must be positive');
    }
    await c.expect('SPOP', 'k', '1', '2').error(SYNTAX);
    await c.expect('SPOP', 'k', '0').error(WRONGTYPE);
    await c.expect('SPOP', 'k').error(WRONGTYPE);
  });

  test('every member has its chance', async () => {
    const c = await client();
    const firsts = new Set<Decoded>();
    for (let round = 0; round < 60; round++) {
      await c.expect('SADD', 's', 'a', 'b', 'c').success();
      firsts.add(await c.send('SPOP', 's'));
    }
    expect(firsts).toEqual(new Set(['a', 'b', 'c']));
  });
});

describe('SRANDMEMBER', () => {
  test('without a count: one member that stays, or nil', async () => {
    const c = await client();
    await c.expect('SRANDMEMBER', 's').nil();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('SRANDMEMBER', 's').bulk('a');
    await c.expect('SCARD', 's').int(1);
  });

  test('with a count: that many different members, at most all', async () => {
    const c = await client();
    await fill(c, 's', 20);
    for (const count of [0, 1, 3, 10, 19, 20, 30]) {
      const members = items(await c.send('SRANDMEMBER', 's', count));
      expect(members.length).toBe(Math.min(count, 20));
      expect(new Set(members).size).toBe(members.length);
      for (const member of members) await c.expect('SISMEMBER', 's', String(member)).int(1);
    }
    await c.expect('SCARD', 's').int(20);
    await c.expect('SRANDMEMBER', 'none', '5').array([]);
  });

  test('with a negative count: exactly that many, repeats allowed', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a', 'b').int(2);
    const members = items(await c.send('SRANDMEMBER', 's', -50));
    expect(members.length).toBe(50);
    expect(new Set(members)).toEqual(new Set(['a', 'b']));
    await c.expect('SRANDMEMBER', 'none', '-5').array([]);
  });

  test('is an array in RESP3, since members may repeat', async () => {
    const c = await clientResp3();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('SRANDMEMBER', 's', '-2').array(['a', 'a']);
    await c.expect('SRANDMEMBER', 's', '2').array(['a']);
    await c.expect('SRANDMEMBER', 'none').nil();
  });

  test('every member has its chance', async () => {
    const c = await client();
    await fill(c, 's', 600);
    // So many that a fair choice misses none, and neither does the less fair one of Redis.
    const seen = new Set(items(await c.send('SRANDMEMBER', 's', -60_000)));
    expect(seen.size).toBe(600);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('SRANDMEMBER', 'k', 'foo').error(NOT_AN_INTEGER);
    await c.expect('SRANDMEMBER', 'k', '1', '2').error(SYNTAX);
    await c.expect('SRANDMEMBER', 'k', INT64_MIN).error(`ERR value is out of range, value must between -${INT64_MAX} and ${INT64_MAX}`);
    await c.expect('SRANDMEMBER', 'k', '1').error(WRONGTYPE);
  });
});

describe('SMOVE', () => {
  test('moves a member, and makes the target', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2').int(2);
    await c.expect('SMOVE', 'a', 'b', '1').int(1);
    await c.expect('SMOVE', 'a', 'b', '1').int(0);
    await c.expect('SMEMBERS', 'a').set(['2']);
    await c.expect('SMEMBERS', 'b').set(['1']);
  });

  test('a member that the target has is only removed', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2').int(2);
    await c.expect('SADD', 'b', '1').int(1);
    await c.expect('SMOVE', 'a', 'b', '1').int(1);
    await c.expect('SCARD', 'b').int(1);
    await c.expect('SMEMBERS', 'a').set(['2']);
  });

  test('the last member takes the source with it', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1').int(1);
    await c.expect('SMOVE', 'a', 'b', '1').int(1);
    await c.expect('EXISTS', 'a').int(0);
  });

  test('onto itself nothing moves', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1').int(1);
    await c.expect('SMOVE', 'a', 'a', '1').int(1);
    await c.expect('SMOVE', 'a', 'a', 'x').int(0);
    await c.expect('SMEMBERS', 'a').set(['1']);
  });

  test('types are checked when there is a source, even for a member that is not there', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('SADD', 'a', '1').int(1);
    await c.expect('SMOVE', 'none', 'k', '1').int(0);
    await c.expect('SMOVE', 'a', 'k', 'x').error(WRONGTYPE);
    await c.expect('SMOVE', 'k', 'a', '1').error(WRONGTYPE);
    await c.expect('SMEMBERS', 'a').set(['1']);
  });
});

describe('SINTER, SUNION, SDIFF', () => {
  const sets = async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2', '3', 'x').int(4);
    await c.expect('SADD', 'b', '2', '3', '4', 'x', 'y').int(5);
    await c.expect('SADD', 'c', '3', '5', 'x').int(3);
    return c;
  };

  test('SINTER is what all share', async () => {
    const c = await sets();
    await c.expect('SINTER', 'a', 'b').set(['2', '3', 'x']);
    await c.expect('SINTER', 'a', 'b', 'c').set(['3', 'x']);
    await c.expect('SINTER', 'a').set(['1', '2', '3', 'x']);
    await c.expect('SINTER', 'a', 'a').set(['1', '2', '3', 'x']);
    await c.expect('SINTER', 'a', 'none', 'b').array([]);
  });

  test('SUNION is what any has, once', async () => {
    const c = await sets();
    await c.expect('SUNION', 'a', 'b', 'c', 'none').set(['1', '2', '3', '4', '5', 'x', 'y']);
    await c.expect('SUNION', 'none').array([]);
    await c.expect('SUNION', 'c', 'c').set(['3', '5', 'x']);
  });

  test('SDIFF is what the first alone has', async () => {
    const c = await sets();
    await c.expect('SDIFF', 'a', 'b').set(['1']);
    await c.expect('SDIFF', 'b', 'a').set(['4', 'y']);
    await c.expect('SDIFF', 'b', 'a', 'c').set(['4', 'y']);
    await c.expect('SDIFF', 'a', 'none').set(['1', '2', '3', 'x']);
    await c.expect('SDIFF', 'none', 'a').array([]);
    await c.expect('SDIFF', 'a', 'a').array([]);
  });

  test('a large set without many small ones', async () => {
    const c = await client();
    await fill(c, 'large', 5000);
    const keys = Array.from({ length: 100 }, (_, i) => `small${i}`);
    for (const [i, key] of keys.entries()) await c.expect('SADD', key, `m${i * 7}`, 'other').int(2);
    const expected = Array.from({ length: 5000 }, (_, i) => i).filter((i) => i % 7 !== 0 || i >= 700);
    await c.expect('SDIFF', 'large', ...keys).set(expected.map((i) => `m${i}`));
  });

  test('a small set without a large one', async () => {
    const c = await client();
    await fill(c, 'large', 5000);
    await c.expect('SADD', 'small', 'm17', 'other', 'm4999').int(3);
    await c.expect('SDIFF', 'small', 'large', 'none').set(['other']);
    await c.expect('SINTER', 'large', 'small').set(['m17', 'm4999']);
    await c.expect('SUNION', 'small', 'large').matches((members) => items(members).length === 5001, '5001 members');
  });

  test('another type is refused, even after a missing key', async () => {
    const c = await sets();
    await c.expect('SET', 'k', 'text').ok();
    for (const command of ['SINTER', 'SUNION', 'SDIFF']) {
      await c.expect(command, 'a', 'k').error(WRONGTYPE);
      await c.expect(command, 'none', 'k').error(WRONGTYPE);
      await c.expect(command, 'k', 'none').error(WRONGTYPE);
    }
  });

  test('random sets agree with a model', async () => {
    const c = await client();
    const random = rng();
    for (let round = 0; round < 15; round++) {
      const size = random.pick([5, 30, 700]);
      const model = ['a', 'b', 'c'].map(() => new Set(Array.from({ length: random.int(1, size) }, () => String(random.int(0, size)))));
      await c.expect('DEL', 'a', 'b', 'c').success();
      for (const [i, key] of ['a', 'b', 'c'].entries()) await c.expect('SADD', key, ...model[i]!).int(model[i]!.size);
      const [a, b, d] = model as [Set<string>, Set<string>, Set<string>];
      await c.expect('SINTER', 'a', 'b', 'c').set([...a].filter((member) => b.has(member) && d.has(member)));
      await c.expect('SDIFF', 'a', 'b', 'c').set([...a].filter((member) => !b.has(member) && !d.has(member)));
      await c.expect('SUNION', 'a', 'b', 'c').set([...new Set([...a, ...b, ...d])]);
    }
  });
});

describe('SINTERSTORE, SUNIONSTORE, SDIFFSTORE', () => {
  test('store the result and count it', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2', '3').int(3);
    await c.expect('SADD', 'b', '2', '3', '4').int(3);
    await c.expect('SINTERSTORE', 'to', 'a', 'b').int(2);
    await c.expect('SMEMBERS', 'to').set(['2', '3']);
    await c.expect('SUNIONSTORE', 'to', 'a', 'b').int(4);
    await c.expect('SMEMBERS', 'to').set(['1', '2', '3', '4']);
    await c.expect('SDIFFSTORE', 'to', 'a', 'b').int(1);
    await c.expect('SMEMBERS', 'to').set(['1']);
  });

  test('the target stays when the sources change', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2').int(2);
    await c.expect('SUNIONSTORE', 'to', 'a').int(2);
    await c.expect('SADD', 'a', '3').int(1);
    await c.expect('SREM', 'a', '1').int(1);
    await c.expect('SMEMBERS', 'to').set(['1', '2']);
  });

  test('an empty result removes the target, whatever it was', async () => {
    const c = await client();
    for (const command of ['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']) {
      await c.expect('SET', 'to', 'text').ok();
      await c.expect(command, 'to', 'none', 'none').int(0);
      await c.expect('EXISTS', 'to').int(0);
    }
  });

  test('the target loses its old type and deadline', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1').int(1);
    await c.expect('SET', 'to', 'text', 'EX', '100').ok();
    await c.expect('SUNIONSTORE', 'to', 'a').int(1);
    await c.expect('TYPE', 'to').status('set');
    await c.expect('TTL', 'to').int(-1);
  });

  test('a source of another type leaves the target alone', async () => {
    const c = await client();
    await c.expect('SADD', 'to', 'old').int(1);
    await c.expect('SET', 'k', 'text').ok();
    for (const command of ['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']) await c.expect(command, 'to', 'none', 'k').error(WRONGTYPE);
    await c.expect('SMEMBERS', 'to').set(['old']);
  });
});

describe('SINTERCARD', () => {
  test('counts what all share', async () => {
    const c = await client();
    await c.expect('SADD', 'a', '1', '2', '3').int(3);
    await c.expect('SADD', 'b', '2', '3', '4').int(3);
    await c.expect('SINTERCARD', '2', 'a', 'b').int(2);
    await c.expect('SINTERCARD', '1', 'a').int(3);
    await c.expect('SINTERCARD', '2', 'a', 'none').int(0);
  });

  test('LIMIT stops the count; 0 is no limit', async () => {
    const c = await client();
    await fill(c, 'a', 1000);
    await fill(c, 'b', 900);
    await c.expect('SINTERCARD', '2', 'a', 'b').int(900);
    await c.expect('SINTERCARD', '2', 'a', 'b', 'LIMIT', '5').int(5);
    await c.expect('SINTERCARD', '2', 'a', 'b', 'limit', '0').int(900);
    await c.expect('SINTERCARD', '2', 'a', 'b', 'LIMIT', '901').int(900);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'text').ok();
    for (const count of ['0', '-1', 'x', '1.0']) {
      await c.expect('SINTERCARD', count, 'k').error('ERR numkeys should be greater than 0');
    }
    await c.expect('SINTERCARD', '2', 'k').error("ERR Number of keys can't be greater than number of args");
    await c.expect('SINTERCARD', '1', 'k', 'foo').error(SYNTAX);
    await c.expect('SINTERCARD', '1', 'k', 'LIMIT').error(SYNTAX);
    await c.expect('SINTERCARD', '1', 'k', 'LIMIT', '-1').error("ERR LIMIT can't be negative");
    await c.expect('SINTERCARD', '1', 'k', 'LIMIT', 'x').error("ERR LIMIT can't be negative");
    await c.expect('SINTERCARD', '1', 'k').error(WRONGTYPE);
  });
});

describe('SSCAN', () => {
  test('a small set of integers comes in one call, whatever COUNT says', async () => {
    const c = await client();
    await c.expect('SADD', 's', ...Array.from({ length: 100 }, (_, i) => i)).int(100);
    const [cursor, members] = items(await c.send('SSCAN', 's', '0', 'COUNT', '1'));
    expect(cursor).toBe('0');
    expect(items(members!).length).toBe(100);
  });

  test('a large set comes in parts, each member once when nothing changes', async () => {
    const c = await client();
    await fill(c, 's', 2000);
    const { members, calls } = await scanAll(c, 's', '100');
    expect(members.length).toBe(2000);
    expect(new Set(members).size).toBe(2000);
    expect(calls).toBeGreaterThan(10);
  });

  test('COUNT bounds what a call returns', async () => {
    const c = await client();
    await fill(c, 's', 5000);
    for (let [cursor, round] = ['0', 0]; round < 50; round++) {
      const [next, members] = items(await c.send('SSCAN', 's', cursor, 'COUNT', '10'));
      expect(items(members!).length).toBeLessThan(60);
      cursor = String(next);
    }
  });

  test('MATCH filters what is returned, not what is looked at', async () => {
    const c = await client();
    await fill(c, 's', 1000);
    const found: Decoded[] = [];
    let [cursor, calls] = ['0', 0];
    do {
      const [next, members] = items(await c.send('SSCAN', 's', cursor, 'MATCH', 'm99?', 'COUNT', '20'));
      found.push(...items(members!));
      cursor = String(next);
      calls++;
    } while (cursor !== '0');
    expect(new Set(found)).toEqual(new Set(Array.from({ length: 10 }, (_, i) => `m99${i}`)));
    expect(calls).toBeGreaterThan(10);
  });

  test('members that stay are found while the set grows', async () => {
    const c = await client();
    await fill(c, 's', 1200);
    const found = new Set<string>();
    let [cursor, round] = ['0', 0];
    do {
      const [next, members] = items(await c.send('SSCAN', 's', cursor, 'COUNT', '30'));
      for (const member of items(members!)) found.add(String(member));
      cursor = String(next);
      if (++round < 30) await c.send('SADD', 's', ...Array.from({ length: 150 }, (_, i) => `new${round}:${i}`));
    } while (cursor !== '0');
    for (let i = 0; i < 1200; i++) expect(found.has(`m${i}`), `m${i}`).toBe(true);
  });

  test('members that stay are found while the set shrinks', async () => {
    const c = await client();
    await fill(c, 's', 4000);
    const found = new Set<string>();
    let [cursor, doomed] = ['0', 400];
    do {
      const [next, members] = items(await c.send('SSCAN', 's', cursor, 'COUNT', '30'));
      for (const member of items(members!)) found.add(String(member));
      cursor = String(next);
      if (doomed < 4000) await c.send('SREM', 's', ...Array.from({ length: 200 }, () => `m${doomed++}`));
    } while (cursor !== '0');
    for (let i = 0; i < 400; i++) expect(found.has(`m${i}`), `m${i}`).toBe(true);
  });

  test('a missing key is empty, and errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('SADD', 's', '1').int(1);
    await c.expect('SSCAN', 'none', '0').array(['0', []]);
    await c.expect('SSCAN', 'none', '0', 'foo').array(['0', []]);
    await c.expect('SSCAN', 'k', 'x', 'foo').error('ERR invalid cursor');
    await c.expect('SSCAN', 'k', '0', 'foo').error(WRONGTYPE);
    await c.expect('SSCAN', 's', '0', 'foo', 'x').error(SYNTAX);
    await c.expect('SSCAN', 's', '0', 'COUNT', '0').error(SYNTAX);
    await c.expect('SSCAN', 's', '0', 'COUNT', 'x').error(NOT_AN_INTEGER);
  });

  test('is an array in RESP3 as well', async () => {
    const c = await clientResp3();
    await c.expect('SADD', 's', '1').int(1);
    await c.expect('SSCAN', 's', '0').array(['0', ['1']]);
  });
});

describe('a key of another type', () => {
  const commands = [
    'SADD k a', 'SREM k a', 'SISMEMBER k a', 'SMISMEMBER k a', 'SMEMBERS k', 'SCARD k', 'SPOP k', 'SPOP k 1', 'SRANDMEMBER k',
    'SRANDMEMBER k 1', 'SMOVE k other a', 'SSCAN k 0', 'SINTER k', 'SUNION k', 'SDIFF k', 'SINTERSTORE to k', 'SINTERCARD 1 k',
  ];
  test('is refused by every set command', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'text').ok();
    for (const line of commands) await c.expect(...line.split(' ')).error(WRONGTYPE);
    await c.expect('GET', 'k').bulk('text');
    await c.expect('EXISTS', 'to', 'other').int(0);
  });

  test('a set is refused by string commands, and replaced by SET', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('GET', 's').error(WRONGTYPE);
    await c.expect('INCR', 's').error(WRONGTYPE);
    await c.expect('SET', 's', 'text').ok();
    await c.expect('SCARD', 's').error(WRONGTYPE);
  });
});

describe('a set as a whole', () => {
  test('OBJECT ENCODING: no intset once a member is no integer', async () => {
    const c = await client();
    for (const member of ['x', '01', '9223372036854775808', '']) {
      await c.expect('SADD', 's', '1', '2', member).success();
      await c.expect('OBJECT', 'ENCODING', 's').matches((name) => name === 'listpack' || name === 'hashtable', 'listpack, or hashtable before 7.2');
      await c.expect('SREM', 's', member).int(1);
      await c.expect('OBJECT', 'ENCODING', 's').matches((name) => name !== 'intset', 'still no intset');
      await c.expect('DEL', 's').int(1);
    }
  });

  test('OBJECT ENCODING: a hashtable for 129 strings, or one longer than 64 bytes', async () => {
    const c = await client();
    await fill(c, 's', 129);
    await c.expect('OBJECT', 'ENCODING', 's').bulk('hashtable');
    await c.expect('SADD', 'long', 'x'.repeat(65)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'long').bulk('hashtable');
  });

  test('members stay what they are as the set changes its form', async () => {
    const c = await client();
    const r = rng();
    const integer = () => String(r.pick([r.int(-100, 100), r.int(-40_000, 40_000), r.int(-(2 ** 31), 2 ** 31), 2 ** 50 + r.int(0, 99)]));
    for (const [integers, others] of [[40, 0], [500, 0], [520, 0], [100, 20], [120, 20], [0, 127], [0, 140]]) {
      const model = new Set<string>();
      const add = async (member: string) => {
        await c.expect('SADD', 's', member).int(model.has(member) ? 0 : 1);
        model.add(member);
      };
      while (model.size < integers!) await add(integer());
      for (const edge of [INT64_MAX, INT64_MIN]) await add(edge);
      for (let i = 0; i < others!; i++) await add(r.bytes(r.int(0, 20)));
      if (others! > 100) await add('x'.repeat(r.int(60, 70)));
      for (const member of r.shuffle([...model]).slice(0, 20)) {
        await c.expect('SREM', 's', member).int(1);
        model.delete(member);
        await c.expect('SISMEMBER', 's', member).int(0);
      }
      await c.expect('SMISMEMBER', 's', ...model).array([...model].map(() => 1));
      await c.expect('SMEMBERS', 's').set([...model]);
      await c.expect('SCARD', 's').int(model.size);
      await c.expect('DEL', 's').int(1);
    }
  });

  test('COPY makes an independent set', async () => {
    const c = await client();
    await fill(c, 's', 600);
    await c.expect('COPY', 's', 'copy').int(1);
    await c.expect('SREM', 's', 'm1').int(1);
    await c.expect('SADD', 's', 'new').int(1);
    await c.expect('SMISMEMBER', 'copy', 'm1', 'new').array([1, 0]);
    await c.expect('SCARD', 'copy').int(600);
  });

  test('an expired set is gone', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('PEXPIREAT', 's', '1').int(1);
    await c.expect('SISMEMBER', 's', 'a').int(0);
    await c.expect('SADD', 's', 'b').int(1);
    await c.expect('SMEMBERS', 's').set(['b']);
  });

  test('a hundred thousand members, in and out', async () => {
    const c = await client();
    await fill(c, 's', 100_000);
    await c.expect('SCARD', 's').int(100_000);
    await c.expect('SINTERCARD', '2', 's', 's').int(100_000);
    expect(items(await c.send('SMEMBERS', 's')).length).toBe(100_000);
    const popped = new Set(items(await c.send('SPOP', 's', 60_000)));
    expect(popped.size).toBe(60_000);
    await c.expect('SCARD', 's').int(40_000);
    for (const member of items(await c.send('SPOP', 's', 39_999))) popped.add(member);
    const last = await c.send('SRANDMEMBER', 's');
    expect(popped.has(last)).toBe(false);
    await c.expect('SREM', 's', String(last)).int(1);
    await c.expect('EXISTS', 's').int(0);
  });

  test('random writes agree with a model', async () => {
    const c = await client();
    const random = rng();
    const model = new Set<string>();
    for (let i = 0; i < 1500; i++) {
      const member = random.chance(0.5) ? `m${random.int(0, 400)}` : String(random.int(-200, 200));
      if (random.chance(0.65)) {
        await c.expect('SADD', 's', member).int(model.has(member) ? 0 : 1);
        model.add(member);
      } else await c.expect('SREM', 's', member).int(model.delete(member) ? 1 : 0);
    }
    await c.expect('SCARD', 's').int(model.size);
    await c.expect('SMEMBERS', 's').set([...model]);
  });
});

describe('what programs see', () => {
  test('ioredis works with members as text', async () => {
    const redis = await ioredis();
    expect(await redis.sadd('tags', 'redis', 'naïve – ✓', '42')).toBe(3);
    expect((await redis.smembers('tags')).sort()).toEqual(['42', 'naïve – ✓', 'redis']);
    expect(await redis.smismember('tags', 'redis', 'none')).toEqual([1, 0]);
    expect(await redis.sunion('tags', 'none')).toHaveLength(3);
    await expect(redis.lpush('tags', 'x')).rejects.toThrow(WRONGTYPE);
  });

  test('ioredis walks a large set with its stream', async () => {
    const redis = await ioredis();
    await redis.sadd('s', ...Array.from({ length: 1000 }, (_, i) => `m${i}`));
    const found = new Set<string>();
    for await (const members of redis.sscanStream('s', { count: 50 }) as AsyncIterable<string[]>) {
      for (const member of members) found.add(member);
    }
    expect(found.size).toBe(1000);
  });
});

/** A set of the members m0, m1, …. */
async function fill(c: Client, key: string, count: number): Promise<void> {
  const members = Array.from({ length: count }, (_, i) => `m${i}`);
  for (let i = 0; i < count; i += 500) await c.expect('SADD', key, ...members.slice(i, i + 500)).success();
}

async function scanAll(c: Client, key: string, count: string): Promise<{ members: Decoded[]; calls: number }> {
  const members: Decoded[] = [];
  let [cursor, calls] = ['0', 0];
  do {
    const [next, part] = items(await c.send('SSCAN', key, cursor, 'COUNT', count));
    members.push(...items(part!));
    cursor = String(next);
    calls++;
  } while (cursor !== '0');
  return { members, calls };
}
