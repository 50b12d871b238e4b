import { contents, describe, expect, items, logged } from '../harness/suite.ts';
import { payload, reusedServer, sleep, test, until } from '../harness/suite.ts';
import { type Client, type OwnServer } from '../harness/suite.ts';

const AOF = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--enable-debug-command', 'yes'];
/** How far the server's clock may be from the test's, in ms. */
const SLACK_MS = 5_000;

interface Log {
  s: OwnServer;
  c: Client;
  /** Runs the requests, which may be texts, and resolves to what came into the file meanwhile. */
  of(...commands: (string | string[])[]): Promise<string[]>;
  /** What came into the file while this went on. */
  during(body: () => Promise<unknown>): Promise<string[]>;
}

let markers = 0;

/** A server with an append-only file, and a look into it. */
async function log(): Promise<Log> {
  const s = await reusedServer(...AOF);
  const c = await s.client();
  const during: Log['during'] = async (body) => {
    const before = await mark(s);
    await body();
    const after = await mark(s);
    // A marker is `SET marker:N`, in database 9, which nobody else uses.
    const requests = logged(s).map((request) => request.join(' '));
    const [start, end] = [requests.indexOf(before), requests.indexOf(after)];
    return requests.slice(start + 1, end).filter((request) => request !== 'SELECT 9');
  };
  const of: Log['of'] = (...commands) =>
    during(async () => {
      for (const command of commands) await c.send(...(typeof command === 'string' ? command.split(' ') : command));
    });
  return { s, c, of, during };
}

async function mark(s: OwnServer): Promise<string> {
  const marker = `SET marker:${++markers} x`;
  const c = await s.client();
  await c.expect('SELECT', 9).ok();
  await c.expect(...marker.split(' ')).ok();
  await until(() => logged(s).some((request) => request.join(' ') === marker), 'the request in the file');
  return marker;
}

/** Without SELECT, where it does not matter. */
const unselected = (requests: string[]) => requests.filter((request) => !/^SELECT /i.test(request));

/** Each command as typed, and what of it must be in the file; `T+100` is a time in ms, 100 s from now. */
async function becomes(rows: [command: string, ...file: string[]][]): Promise<void> {
  const { of } = await log();
  for (const [command, ...file] of rows) {
    const came = unselected(await of(command));
    expect([command, ...came.map((request, at) => withTimes(request, file[at] ?? ''))]).toEqual([command, ...file]);
  }
}

/** The request with `T+N` in the places where the model has it and the time is right. */
function withTimes(request: string, model: string): string {
  const words = model.split(' ');
  return request
    .split(' ')
    .map((word, at) => {
      const seconds = /^T\+(\d+)$/.exec(words[at] ?? '')?.[1];
      const right = Math.abs(Number(word) - Date.now() - Number(seconds) * 1_000) < SLACK_MS;
      return seconds !== undefined && right ? words[at] : word;
    })
    .join(' ');
}

describe('the append-only file holds', () => {
  test('writes as they were typed, in lower case too', () =>
    becomes([
      ['SET a 1', 'SET a 1'],
      ['set b 2', 'set b 2'],
      ['MSET a 1 b 2', 'MSET a 1 b 2'],
      ['INCRBY a 5', 'INCRBY a 5'],
      ['APPEND a x', 'APPEND a x'],
      ['SETRANGE a 0 y', 'SETRANGE a 0 y'],
      ['DEL a none', 'DEL a none'],
      ['UNLINK b', 'UNLINK b'],
      ['RPUSH l a b c d', 'RPUSH l a b c d'],
      ['LSET l 0 x', 'LSET l 0 x'],
      ['LINSERT l AFTER x y', 'LINSERT l AFTER x y'],
      ['LTRIM l 0 2', 'LTRIM l 0 2'],
      ['LREM l 0 y', 'LREM l 0 y'],
      ['HSET h f 1 g 2', 'HSET h f 1 g 2'],
      ['HINCRBY h f 5', 'HINCRBY h f 5'],
      ['HDEL h g none', 'HDEL h g none'],
      ['SADD s a b', 'SADD s a b'],
      ['SREM s a none', 'SREM s a none'],
      ['SMOVE s t b', 'SMOVE s t b'],
      ['SUNIONSTORE u s t', 'SUNIONSTORE u s t'],
      ['RENAME u v', 'RENAME u v'],
      ['COPY v w DB 3', 'COPY v w DB 3'],
      ['MOVE v 1', 'MOVE v 1'],
      ['SWAPDB 0 1', 'SWAPDB 0 1'],
      ['FLUSHDB', 'FLUSHDB'],
    ]));

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

  test('no reads, no requests that change nothing, no failed ones', async () => {
    const { of } = await log();
    await of('SET k text', 'RPUSH l a', 'SADD s a', 'HSET h f v', 'XADD x 1-1 f v');
    const came = await of(
      ...['GET k', 'GETEX k', 'LRANGE l 0 -1', 'EXISTS k', 'TOUCH k', 'OBJECT ENCODING k', 'PING', 'TTL k', 'KEYS *'],
      ...['DEL none', 'EXPIRE none 100', 'PERSIST k', 'SET k v NX', 'SET none v XX', 'SADD s a', 'HSETNX h f w'],
      ...['HDEL h none', 'LREM l 0 none', 'SREM s none', 'LPUSHX none a', 'RENAMENX k l', 'MSETNX k 1 new 2'],
      ...['LPOP none', 'SPOP none', 'SMOVE s t none', 'XDEL x 9-9', 'XTRIM x MAXLEN 5', 'MOVE none 1', 'COPY none k'],
      ...['INCR k', 'LPUSH k a', 'SET k', 'HINCRBY h f 1', 'XADD x 1-1 f v', 'SETRANGE none 0 ', 'NONSENSE'],
      ...['SET k v EX 0', 'GETDEL none', 'LTRIM l 0 5'],
      ...['SINTERSTORE none2 none1', 'EXPIRE k 100 XX', 'CONFIG SET save ', 'SELECT 0', 'XGROUP CREATE none g 0'],
    );
    expect(came.filter((request) => !/^SELECT/.test(request))).toEqual([]);
  });

  test('SELECT where the database changes, and only there', async () => {
    const { s, c, during } = await log();
    const other = await s.client();
    await other.expect('SELECT', 5).ok();
    const came = await during(async () => {
      await c.expect('SET', 'a', '1').ok();
      await c.expect('SET', 'b', '1').ok();
      await other.expect('SET', 'a', '5').ok();
      await other.expect('GET', 'a').bulk('5');
      await c.expect('GET', 'a').bulk('1');
      await other.expect('SET', 'b', '5').ok();
      await c.expect('DEL', 'b').int(1);
    });
    expect(came).toEqual(['SELECT 0', 'SET a 1', 'SET b 1', 'SELECT 5', 'SET a 5', 'SET b 5', 'SELECT 0', 'DEL b']);
  });
});

describe('it holds effects:', () => {
  test('a time to live becomes a deadline in ms', () =>
    becomes([
      ['SET a 1 EX 100', 'SET a 1 PXAT T+100'],
      ['SET a 1 PX 100000', 'SET a 1 PXAT T+100'],
      ['SET a 1 EXAT 33177117420', 'SET a 1 PXAT 33177117420000'],
      ['SET a 1 XX EX 100', 'SET a 1 PXAT T+100'],
      ['SETEX a 100 1', 'SET a 1 PXAT T+100'],
      ['PSETEX a 100000 1', 'SET a 1 PXAT T+100'],
      ['GETEX a EX 200', 'PEXPIREAT a T+200'],
      ['GETEX a PXAT 33177117420000', 'PEXPIREAT a 33177117420000'],
      ['GETEX a PERSIST', 'PERSIST a'],
      ['EXPIRE a 100', 'PEXPIREAT a T+100'],
      ['PEXPIRE a 200000', 'PEXPIREAT a T+200'],
      ['EXPIREAT a 33177117420', 'PEXPIREAT a 33177117420000'],
      ['EXPIRE a 100 LT', 'PEXPIREAT a T+100 LT'],
      ['EXPIRE a 50 GT'],
      ['PERSIST a', 'PERSIST a'],
    ]));

  test('a deadline that has passed is a DEL', () =>
    becomes([
      ['SET a 1', 'SET a 1'],
      ['EXPIRE a -1', 'DEL a'],
      ['SET a 1', 'SET a 1'],
      ['PEXPIREAT a 1', 'DEL a'],
      ['SET a 1', 'SET a 1'],
      ['GETEX a EXAT 1', 'DEL a'],
      ['GET a'],
    ]));

  test('SET keeps NX, XX and KEEPTTL, and not GET', () =>
    becomes([
      ['SET a 1 NX', 'SET a 1 NX'],
      ['SET a 2 XX KEEPTTL', 'SET a 2 XX KEEPTTL'],
      ['SET a 3 GET', 'SET a 3'],
      ['SET a 4 XX GET', 'SET a 4 XX'],
      ['GETSET a 5', 'SET a 5'],
      ['GETDEL a', 'DEL a'],
    ]));

  test('sums of floats are their results', () =>
    becomes([
      ['SET f 1', 'SET f 1'],
      ['INCRBYFLOAT f 0.1', 'SET f 1.1 KEEPTTL'],
      ['INCRBYFLOAT new 3', 'SET new 3 KEEPTTL'],
      ['HINCRBYFLOAT h f 2.5', 'HSET h f 2.5'],
    ]));

  test('SPOP is an SREM of what came out, or a DEL when nothing is left', async () => {
    const { c, during, of } = await log();
    await c.expect('SADD', 's', 'a', 'b', 'c', 'd', 'e').int(5);
    let popped: string[] = [];
    const one = await during(async () => (popped = [String(await c.send('SPOP', 's'))]));
    expect(unselected(one)).toEqual([`SREM s ${popped[0]}`]);
    const two = await during(async () => (popped = items(await c.send('SPOP', 's', 2)).map(String)));
    const removals = two.filter((request) => request.startsWith('SREM s '));
    const removed = removals.flatMap((request) => request.split(' ').slice(2));
    expect(removed.sort()).toEqual(popped.sort());
    expect(unselected(await of('SPOP s 9'))).toEqual(['DEL s']);
    await c.expect('SADD', 's', 'last').int(1);
    expect(unselected(await of('SPOP s'))).toEqual(['SREM s last']);
    expect(unselected(await of('SRANDMEMBER s'))).toEqual([]);
  });

  test('pops that may wait are pops', () =>
    becomes([
      ['RPUSH l 1 2 3 4 5 6 7 8 9', 'RPUSH l 1 2 3 4 5 6 7 8 9'],
      ['LPOP l', 'LPOP l'],
      ['RPOP l 2', 'RPOP l 2'],
      ['BLPOP none l 0', 'LPOP l'],
      ['BRPOP l 0', 'RPOP l'],
      ['LMPOP 2 none l LEFT COUNT 2', 'LPOP l 2'],
      ['BLMPOP 0 1 l RIGHT', 'RPOP l 1'],
      ['BLMOVE l m LEFT RIGHT 0', 'LMOVE l m LEFT RIGHT'],
      ['BRPOPLPUSH m l 0', 'RPOPLPUSH m l'],
      ['BLPOP none 0.01'],
    ]));

  test('a pop that waited stands behind the push that served it', async () => {
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

  test('a pop served by a transaction stands behind it', async () => {
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

  test('a stream entry has its ID, and trimming its exact size', async () => {
    const { c, during, of } = await log();
    let id = '';
    const came = await during(async () => (id = String(await c.send('XADD', 'x', '*', 'f', 'v'))));
    expect(unselected(came)).toEqual([`XADD x ${id} f v`]);
    expect(unselected(await of('XADD x 99999999999999-* f v'))).toEqual(['XADD x 99999999999999-0 f v']);
    expect(unselected(await of('XADD x NOMKSTREAM MAXLEN = 2 99999999999999-5 f v'))).toEqual([
      'XADD x NOMKSTREAM MAXLEN = 2 99999999999999-5 f v',
    ]);
    expect(unselected(await of('XADD x MAXLEN ~ 1 99999999999999-7 f v'))).toEqual([
      'XADD x MAXLEN = 3 99999999999999-7 f v',
    ]);
    expect(unselected(await of('XTRIM x MAXLEN 1'))).toEqual(['XTRIM x MAXLEN 1']);
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

  test('that nobody touches are a DEL when they are found', async () => {
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
