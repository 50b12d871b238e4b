import { contents, describe, expect, logged } from '../harness/suite.ts';
import { payload, sleep, test, until } from '../harness/suite.ts';
import { becomes, log, mark, unselected, withTimes } from '../harness/aof-effects.ts';

describe('the append-only file holds', () => {
  test('any bytes', async () => {
    const { s, of } = await log();
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at));
    await of(['SET', all, `${all}\r\n$5\r\n`], ['SET', '', '']);
    expect(logged(s)).toContainEqual(['SET', all, `${all}\r\n$5\r\n`]);
    expect(logged(s)).toContainEqual(['SET', '', '']);
  });

  test('long values as they were typed, in transactions too, whatever becomes of them', async () => {
    const { of } = await log();
    const [x, y] = ['x'.repeat(100_000), 'y'.repeat(100_000)];
    const short = (request: string) => request.replaceAll(x, 'XXX').replaceAll(y, 'YYY');
    const setAndChange = [['SET', 'k', x], ['SETRANGE', 'k', '5', '-'], ['SET', 'k', y], ['APPEND', 'k', x]];
    const requests = await of(...setAndChange, 'MULTI', ...setAndChange, ['GETSET', 'k', x], ['RPUSH', 'l', y], 'EXEC');
    const changes = ['SET k XXX', 'SETRANGE k 5 -', 'SET k YYY', 'APPEND k XXX'];
    expect(unselected(requests).map(short)).toEqual([...changes, 'MULTI', ...changes, 'SET k XXX', 'RPUSH l YYY', 'EXEC']);
  });

  test('inline requests like any others', async () => {
    const { c, during } = await log();
    const came = await during(async () => {
      c.write('set "a b" 1\r\n');
      await c.receive().ok();
    });
    expect(unselected(came)).toEqual(['set a b 1']);
  });
});

describe('it holds effects:', () => {
  test('a deadline that has passed is a DEL', async () => {
    await becomes([
      ['SET a 1', 'SET a 1'],
      ['EXPIRE a -1', 'DEL a'],
      ['SET a 1', 'SET a 1'],
      ['PEXPIREAT a 1', 'DEL a'],
      ['SET a 1', 'SET a 1'],
      ['GETEX a EXAT 1', 'DEL a'],
      ['GET a'],
    ]);
  });

  test('SET keeps NX, XX and KEEPTTL, and not GET', async () => {
    await becomes([
      ['SET a 1 NX', 'SET a 1 NX'],
      ['SET a 2 XX KEEPTTL', 'SET a 2 XX KEEPTTL'],
      ['SET a 3 GET', 'SET a 3'],
      ['SET a 4 XX GET', 'SET a 4 XX'],
      ['GETSET a 5', 'SET a 5'],
      ['GETDEL a', 'DEL a'],
    ]);
  });

  test('a pop that waited comes after the push that served it', async () => {
    const { s, c, during } = await log();
    const [left, mover] = [await s.client(), await s.client()];
    const came = await during(async () => {
      const popped = left.sendLater('BLPOP', 'l', 0);
      await left.blocked(1);
      await c.expect('RPUSH', 'l', 'a', 'b').int(2);
      await popped.array(['l', 'a']);
      const moved = mover.sendLater('BLMOVE', 'm', 'n', 'LEFT', 'RIGHT', 0);
      await mover.blocked(1);
      await c.expect('RPUSH', 'm', 'x').int(1);
      await moved.bulk('x');
    });
    expect(unselected(came).map((request) => request.toUpperCase())).toEqual([
      'RPUSH L A B',
      'LPOP L',
      'RPUSH M X',
      'LMOVE M N LEFT RIGHT',
    ]);
  });

  test('a pop served by a transaction comes after it', async () => {
    const { s, c, during } = await log();
    const waiting = await s.client();
    const came = await during(async () => {
      const popped = waiting.sendLater('BRPOP', 'l', 0);
      await waiting.blocked(1);
      await c.expect('MULTI').ok();
      await c.expect('RPUSH', 'l', 'a', 'b').status('QUEUED');
      await c.expect('SET', 'k', 'v').status('QUEUED');
      await c.expect('EXEC').success();
      await popped.array(['l', 'b']);
    });
    expect(unselected(came)).toEqual(['MULTI', 'RPUSH l a b', 'SET k v', 'EXEC', 'RPOP l']);
  });

  test('a read by a group is a claim', async () => {
    const { of, c } = await log();
    await of('XADD x 1-1 f v', 'XADD x 2-1 f v', 'XGROUP CREATE x g 0', 'XGROUP CREATECONSUMER x g c');
    // Redis 7.2 adds an XGROUP SETID, which keeps entries-read.
    const read = await of('XREADGROUP GROUP g c COUNT 1 STREAMS x >');
    const claims = read.filter((request) => request.startsWith('XCLAIM'));
    expect(claims.map((request) => withTimes(request, 'XCLAIM x g c 0 1-1 TIME T+0'))).toEqual([
      'XCLAIM x g c 0 1-1 TIME T+0 RETRYCOUNT 1 FORCE JUSTID LASTID 1-1',
    ]);
    const noAck = unselected(await of('XREADGROUP GROUP g c NOACK STREAMS x >'));
    expect(noAck).toEqual(['XGROUP SETID x g 2-1 ENTRIESREAD 2']);
    expect(unselected(await of('XREADGROUP GROUP g c STREAMS x >'))).toEqual([]);
    await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'd').int(1);
    const claimed = unselected(await of('XAUTOCLAIM x g d 0 0'));
    expect(claimed.map((request) => withTimes(request, 'XCLAIM x g d 0 1-1 TIME T+0'))).toEqual([
      'XCLAIM x g d 0 1-1 TIME T+0 RETRYCOUNT 2 FORCE JUSTID LASTID 2-1',
    ]);
    expect(unselected(await of('XACK x g 1-1', 'XACK x g 1-1'))).toEqual(['XACK x g 1-1']);
  });

  test('RESTORE has an absolute deadline', async () => {
    const { of } = await log();
    const dump = payload('\0\x05hello');
    const [came] = unselected(await of(['RESTORE', 'k', '100000', dump]));
    expect(withTimes(came!, 'RESTORE k T+100')).toBe(`RESTORE k T+100 ${dump} ABSTTL`);
    expect(unselected(await of(['RESTORE', 'k', '0', dump, 'REPLACE']))).toEqual([`RESTORE k 0 ${dump} REPLACE`]);
    expect(unselected(await of(['RESTORE', 'k', '1000', dump, 'ABSTTL', 'REPLACE']))).toEqual(['DEL k']);
  });
});

describe('expired keys', () => {
  test('that a read comes upon are a DEL', async () => {
    const { c, of } = await log();
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '0').ok();
    for (const key of ['a', 'b', 'c']) await c.expect('SET', key, 'v', 'PX', 1).ok();
    await sleep(5);
    expect(unselected(await of('GET a'))).toEqual(['DEL a']);
    expect(unselected(await of('GET a'))).toEqual([]);
    expect(unselected(await of('MGET b c'))).toEqual(['MULTI', 'DEL b', 'DEL c', 'EXEC']);
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '1').ok();
  });

  test('that a write comes upon: a DEL in one unit with it', async () => {
    const { c, of } = await log();
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '0').ok();
    for (const key of ['a', 'b']) await c.expect('SET', key, '5', 'PX', 1).ok();
    await sleep(5);
    expect(unselected(await of('INCR a'))).toEqual(['MULTI', 'DEL a', 'INCR a', 'EXEC']);
    expect(unselected(await of('RPUSH b x'))).toEqual(['MULTI', 'DEL b', 'RPUSH b x', 'EXEC']);
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '1').ok();
  });

  test('that SWAPDB brings to a watched name: no DEL before the exchange, where it would remove another value', async () => {
    const { c, of } = await log();
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '0').ok();
    await c.expect('SET', 'k', 'expired', 'PX', 1).ok();
    await c.expect('SELECT', 1).ok();
    await c.expect('SET', 'k', 'v').ok();
    await sleep(5);
    await c.expect('WATCH', 'k').ok();
    expect(unselected(await of('SWAPDB 1 0'))).toEqual(['SWAPDB 1 0']);
    await c.expect('DEBUG', 'LOADAOF').ok();
    await c.expect('SELECT', 0).ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '1').ok();
  });

  test('that no command looks up are a DEL when they are found', async () => {
    const { c, during } = await log();
    const came = await during(async () => {
      await c.expect('SET', 'a', 'v', 'PX', 1).ok();
      await c.expect('SET', 'b', 'v').ok();
      await until(async () => (await c.send('DBSIZE')) === 1, 'the end of the key');
    });
    expect(unselected(came).filter((request) => request.startsWith('DEL'))).toEqual(['DEL a']);
  });
});

describe('a transaction', () => {
  async function transaction(...commands: string[]): Promise<string[]> {
    const { c, during } = await log();
    const came = await during(async () => {
      await c.expect('MULTI').ok();
      for (const command of commands) await c.expect(...command.split(' ')).status('QUEUED');
      await c.expect('EXEC').success();
    });
    return unselected(came);
  }

  test('with several writes is one unit', async () => {
    expect(await transaction('SET a 1', 'GET a', 'INCR a')).toEqual(['MULTI', 'SET a 1', 'INCR a', 'EXEC']);
  });

  test('with one write is that write', async () => {
    expect(await transaction('GET a', 'SET a 1', 'GET a')).toEqual(['SET a 1']);
  });

  test('that changes nothing leaves nothing', async () => {
    expect(await transaction('GET a', 'DEL a', 'EXPIRE a 100')).toEqual([]);
    expect(await transaction()).toEqual([]);
  });

  test('holds effects too', async () => {
    const strings = ['SET a 1', 'EXPIRE a 100', 'INCRBYFLOAT a 1.5'];
    const came = await transaction(...strings, 'RPUSH l x y', 'BLPOP l 0', 'SADD s m', 'SPOP s 5');
    expect(came.map((request) => withTimes(request, 'PEXPIREAT a T+100'))).toEqual([
      'MULTI',
      'SET a 1',
      'PEXPIREAT a T+100',
      'SET a 2.5 KEEPTTL',
      'RPUSH l x y',
      'LPOP l',
      'SADD s m',
      'DEL s',
      'EXEC',
    ]);
  });

  test('leaves out what failed', async () => {
    const came = await transaction('SET a text', 'INCR a', 'LPUSH a x', 'SET b 1');
    expect(came).toEqual(['MULTI', 'SET a text', 'SET b 1', 'EXEC']);
  });

  test('has its SELECT inside', async () => {
    const { c, during } = await log();
    await c.expect('SET', 'here', '0').ok();
    const came = await during(async () => {
      await c.expect('SET', 'before', '0').ok();
      await c.expect('MULTI').ok();
      for (const command of ['SET a 1', 'SELECT 2', 'SET a 2']) await c.expect(...command.split(' ')).status('QUEUED');
      await c.expect('EXEC').success();
    });
    expect(came).toEqual(['SELECT 0', 'SET before 0', 'MULTI', 'SET a 1', 'SELECT 2', 'SET a 2', 'EXEC']);
  });

  test('discarded, spoiled or stopped by WATCH leaves nothing', async () => {
    const { s, c, during } = await log();
    const other = await s.client();
    const came = await during(async () => {
      await c.expect('MULTI').ok();
      await c.expect('SET', 'a', '1').status('QUEUED');
      await c.expect('DISCARD').ok();
      await c.expect('MULTI').ok();
      await c.expect('SET', 'a', '2').status('QUEUED');
      await c.expect('NONSENSE').errorLike(/unknown command/);
      await c.expect('EXEC').errorLike(/EXECABORT/);
      await c.expect('WATCH', 'w').ok();
      await other.expect('SET', 'w', '1').ok();
      await c.expect('MULTI').ok();
      await c.expect('SET', 'a', '3').status('QUEUED');
      await c.expect('EXEC').nilArray();
    });
    expect(unselected(came)).toEqual(['SET w 1']);
  });

  test('of two clients stay apart', async () => {
    const { s, c, during } = await log();
    const other = await s.client();
    const came = await during(async () => {
      await c.expect('MULTI').ok();
      await c.expect('SET', 'a', '1').status('QUEUED');
      await other.expect('SET', 'between', '1').ok();
      await c.expect('SET', 'b', '1').status('QUEUED');
      await c.expect('EXEC').success();
      await other.expect('SET', 'after', '1').ok();
    });
    expect(unselected(came)).toEqual(['SET between 1', 'MULTI', 'SET a 1', 'SET b 1', 'EXEC', 'SET after 1']);
  });

  test('comes back whole', async () => {
    const { s, c } = await log();
    await c.expect('MULTI').ok();
    for (const command of ['SET a 1', 'RPUSH l x', 'SELECT 3', 'SET a 3', 'EXPIRE a 1000']) {
      await c.expect(...command.split(' ')).status('QUEUED');
    }
    await c.expect('EXEC').success();
    const before = await contents(c, [0, 3]);
    await mark(s);
    await s.kill();
    await s.restart();
    expect(await contents(await s.client(), [0, 3])).toEqual(before);
  });
});
