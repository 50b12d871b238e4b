import { client, describe, expect, items, test, type Client } from '../harness/suite.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

/** One key of each type that is no string: `list`, `hash`, `set`. */
async function otherTypes(c: Client): Promise<string[]> {
  await c.expect('RPUSH', 'list', 'a', 'b').int(2);
  await c.expect('HSET', 'hash', 'f', 'v').int(1);
  await c.expect('SADD', 'set', 'm').int(1);
  return ['list', 'hash', 'set'];
}

describe('string commands', () => {
  test('refuse keys of other types, and leave them', async () => {
    const c = await client();
    for (const key of await otherTypes(c)) {
      const commands = [
        ['GET', key],
        ['SET', key, 'v', 'GET'],
        ['SET', key, 'v', 'NX', 'GET'],
        ['GETSET', key, 'v'],
        ['GETDEL', key],
        ['GETEX', key],
        ['GETEX', key, 'EX', 'abc'],
        ['APPEND', key, 'v'],
        ['STRLEN', key],
        ['GETRANGE', key, '0', '-1'],
        ['SUBSTR', key, '0', '-1'],
        ['SETRANGE', key, '0', 'v'],
        ['SETRANGE', key, '0', ''],
        ['SETRANGE', key, '536870912', 'v'],
        ['INCR', key],
        ['DECR', key],
        ['INCRBY', key, '1'],
        ['DECRBY', key, '1'],
        ['INCRBYFLOAT', key, 'abc'],
      ];
      for (const command of commands) await c.expect(...command).error(WRONGTYPE);
      await c.expect('TYPE', key).status(key);
    }
  });

  test('say what is wrong with their arguments first where they look at them first', async () => {
    const c = await client();
    await otherTypes(c);
    await c.expect('SET', 'list', 'v', 'GET', 'nosuch').error('ERR syntax error');
    await c.expect('SET', 'list', 'v', 'EX', '0', 'GET').error("ERR invalid expire time in 'set' command");
    await c.expect('GETEX', 'list', 'nosuch').error('ERR syntax error');
    await c.expect('GETRANGE', 'list', 'x', '1').error('ERR value is not an integer or out of range');
    await c.expect('SETRANGE', 'list', '-1', 'v').error('ERR offset is out of range');
    await c.expect('INCRBY', 'list', 'x').error('ERR value is not an integer or out of range');
  });

  test('SET, SETEX and MSET overwrite any type', async () => {
    const c = await client();
    await otherTypes(c);
    await c.expect('SET', 'list', 'v').ok();
    await c.expect('SETEX', 'hash', '100', 'v').ok();
    await c.expect('MSET', 'set', 'v').ok();
    await c.expect('MGET', 'list', 'hash', 'set').array(['v', 'v', 'v']);
  });

  test('SETNX and MSETNX count keys of any type, and MGET sees none of them', async () => {
    const c = await client();
    await otherTypes(c);
    await c.expect('SETNX', 'list', 'v').int(0);
    await c.expect('SET', 'list', 'v', 'NX').nil();
    await c.expect('MSETNX', 'new', 'v', 'set', 'v').int(0);
    await c.expect('MGET', 'list', 'hash', 'set', 'new').array([null, null, null, null]);
  });
});

describe('a string that was changed in place', () => {
  test('is no list, hash or set', async () => {
    const c = await client();
    await c.expect('APPEND', 'k', 'a').int(1);
    await c.expect('APPEND', 'k', 'b').int(2);
    await c.expect('LPUSH', 'k', 'x').error(WRONGTYPE);
    await c.expect('HSET', 'k', 'f', 'v').error(WRONGTYPE);
    await c.expect('SADD', 'k', 'm').error(WRONGTYPE);
    await c.expect('GET', 'k').bulk('ab');
  });
});

describe('key commands', () => {
  test('TYPE, SCAN TYPE and RENAME know every type', async () => {
    const c = await client();
    const types = await otherTypes(c);
    await c.expect('SETRANGE', 'string', '0', 'v').int(1);
    for (const type of [...types, 'string']) {
      await c.expect('TYPE', type).status(type);
      await c.expect('SCAN', '0', 'TYPE', type).array(['0', [type]]);
      await c.expect('RENAME', type, `${type}2`).ok();
      await c.expect('TYPE', `${type}2`).status(type);
      await c.expect('EXISTS', type).int(0);
    }
  });

  test('a time to live stays when a container is added to, and goes with it', async () => {
    const c = await client();
    await otherTypes(c);
    await c.expect('EXPIRE', 'list', '100').int(1);
    await c.expect('RPUSH', 'list', 'c').int(3);
    await c.expect('TTL', 'list').matches((ttl) => Number(ttl) > 80, 'still there');
    await c.expect('LPOP', 'list', '3').array(['a', 'b', 'c']);
    await c.expect('RPUSH', 'list', 'again').int(1);
    await c.expect('TTL', 'list').int(-1);
    await c.expect('PEXPIRE', 'set', '-1').int(1);
    await c.expect('SADD', 'set', 'm').int(1);
  });

  test('COPY and MOVE take containers whole, a copy being independent', async () => {
    const c = await client();
    await otherTypes(c);
    await c.expect('COPY', 'list', 'copy').int(1);
    await c.expect('RPUSH', 'copy', 'c').int(3);
    await c.expect('LRANGE', 'list', '0', '-1').array(['a', 'b']);
    await c.expect('LRANGE', 'copy', '0', '-1').array(['a', 'b', 'c']);
    await c.expect('MOVE', 'hash', '2').int(1);
    await c.expect('COPY', 'set', 'set', 'DB', '2').int(1);
    await c.expect('SADD', 'set', 'n').int(1);
    await c.expect('SELECT', '2').ok();
    await c.expect('HGETALL', 'hash').map({ f: 'v' });
    await c.expect('SMEMBERS', 'set').set(['m']);
  });

  test('the memory of a container counts, and is given back', async () => {
    const c = await client();
    const used = async () => Number(/^used_memory:(\d+)/m.exec(String(await c.send('INFO', 'memory')))![1]);
    const before = await used();
    const large = 'x'.repeat(1_000_000);
    for (let i = 0; i < 6; i++) await c.expect('RPUSH', 'list', large + i).int(i + 1);
    await c.expect('HSET', 'hash', 'f', large, 'g', large).int(2);
    await c.expect('SADD', 'set', large).int(1);
    expect(await used()).toBeGreaterThan(before + 7_000_000);
    await c.expect('DEL', 'list', 'hash', 'set').int(3);
    expect(await used()).toBeLessThan(before + 4_000_000);
    expect(items(await c.send('SCAN', '0'))[1]).toEqual([]);
  });
});
