import { client, describe, expect, ioredis, onlyIf, resp, server, sleep, status, target, test } from '../harness/suite.ts';

const OK = status('OK');
const ABORTED = 'EXECABORT Transaction discarded because of previous errors.';
const WRONG_EXEC = "wrong number of arguments for 'exec' command";

describe('MULTI and EXEC', () => {
  test('a queue of many small requests is refused past client-query-buffer-limit, and nothing of it runs', async () => {
    onlyIf(target.kind === 'stage', 'Redis lets the queue grow');
    const own = await server('--client-query-buffer-limit', '1mb');
    const c = await own.client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', '1').status('QUEUED');
    const replies = await Promise.all(Array.from({ length: 8_000 }, () => c.send('PING')));
    expect(replies.slice(0, 4_000).every((reply) => !(reply instanceof Error)), 'half a megabyte is queued').toBe(true);
    await c.expect('EXEC').error('EXECABORT Transaction discarded because of previous errors.');
    await c.expect('GET', 'k').nil();
  });

  test('all of it is executed, even if its replies pass client-output-buffer-limit and the client gets none', async () => {
    const own = await server('--client-output-buffer-limit', 'normal 10mb 0 0');
    const [greedy, other] = [await own.client(), await own.client()];
    await other.expect('SET', 'big', 'x'.repeat(1_000_000)).ok();
    greedy.write(resp('MULTI') + resp('GET', 'big').repeat(100) + resp('SET', 'after', '') + resp('EXEC'));
    await greedy.closed();
    await other.expect('EXISTS', 'after').int(1);
  });

  test('long values are queued as they were typed, whatever comes between, and changed one after the other', async () => {
    const [c, other] = [await client(), await client()];
    const [value, another] = ['x'.repeat(100_000), 'y'.repeat(100_000)];
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', value).status('QUEUED');
    await c.expect('GET', 'k').status('QUEUED');
    await c.expect('SETRANGE', 'k', 10, '-').status('QUEUED');
    await c.expect('GET', 'k').status('QUEUED');
    await c.expect('GETDEL', 'k').status('QUEUED');
    await c.expect('RPUSH', 'list', value).status('QUEUED');
    for (let i = 0; i < 5; i++) await other.expect('SET', `other${i}`, another).ok();
    const changed = `${value.slice(0, 10)}-${value.slice(11)}`;
    await c.expect('EXEC').array([OK, value, 100_000, changed, changed, 1]);
    await c.expect('LINDEX', 'list', 0).bulk(value);
    await other.expect('GET', 'other0').bulk(another);
  });

  test('the arity of each command', async () => {
    const c = await client();
    await c.expect('EXEC', 'x').error(`EXECABORT Transaction discarded because of: ${WRONG_EXEC}`);
    for (const name of ['MULTI', 'DISCARD', 'UNWATCH']) {
      await c.expect(name, 'x').error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
    }
    await c.expect('WATCH').error("ERR wrong number of arguments for 'watch' command");
  });

  test('an unknown sub-command spoils it', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('CLIENT', 'NOSUCH').errorLike(/^ERR unknown subcommand 'NOSUCH'/);
    await c.expect('EXEC').error(ABORTED);
  });

  test('a refused EXEC ends the transaction and says why', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('EXEC', 'x').error(`EXECABORT Transaction discarded because of: ${WRONG_EXEC}`);
    await c.expect('EXEC').error('ERR EXEC without MULTI');
  });

  test('SELECT inside works, and lasts', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SELECT', '3').status('QUEUED');
    await c.expect('SET', 'k', 'three').status('QUEUED');
    await c.expect('EXEC').array([OK, OK]);
    await c.expect('GET', 'k').bulk('three');
    await c.expect('SELECT', '0').ok();
    await c.expect('GET', 'k').nil();
  });

  test('any byte survives the queue', async () => {
    const c = await client();
    const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    await c.expect('MULTI').ok();
    await c.expect('SET', bytes, bytes).status('QUEUED');
    await c.expect('GET', bytes).status('QUEUED');
    await c.expect('EXEC').array([OK, bytes]);
  });

  test('ten thousand requests in one transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    const queued = Array.from({ length: 10_000 }, (_, i) => c.expect('RPUSH', 'l', `e${i}`).status('QUEUED'));
    await Promise.all(queued);
    await c.expect('EXEC').array(queued.map((_, i) => i + 1));
    await c.expect('LLEN', 'l').int(10_000);
  });
});

describe('DISCARD', () => {
  test('forgets the watched keys too', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'k').ok();
    await other.expect('SET', 'k', '1').ok();
    await c.expect('MULTI').ok();
    await c.expect('DISCARD').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').array([]);
  });

  test('RESET and QUIT run at once inside a transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('RESET').status('RESET');
    await c.expect('EXEC').error('ERR EXEC without MULTI');
    await c.expect('MULTI').ok();
    await c.expect('QUIT').ok();
    await c.closed();
  });

  test('a client that disconnects in the middle leaves no transaction', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    c.destroy();
    await other.expect('EXISTS', 'k').int(0);
    await other.expect('MULTI').ok();
    await other.expect('EXEC').array([]);
  });
});

/** Each way to change what client A watches: with it EXEC answers nil, without it EXEC runs. */
const TOUCHES: [what: string, before: string[], touch: string[]][] = [
  ['SET', [], ['SET k new']],
  ['SET to the same value', ['SET k v'], ['SET k v']],
  ['DEL', ['SET k v'], ['DEL k']],
  ['APPEND', ['SET k v'], ['APPEND k x']],
  ['INCR', [], ['INCR k']],
  ['EXPIRE', ['SET k v'], ['EXPIRE k 100']],
  ['PERSIST', ['SET k v EX 100'], ['PERSIST k']],
  ['RENAME away', ['SET k v'], ['RENAME k other']],
  ['RENAME onto it', ['SET other v'], ['RENAME other k']],
  ['COPY onto it', ['SET other v'], ['COPY other k']],
  ['MOVE away', ['SET k v'], ['MOVE k 1']],
  ['RPUSH', [], ['RPUSH k a']],
  ['LSET', ['RPUSH k a'], ['LSET k 0 b']],
  ['LPOP of the last element', ['RPUSH k a'], ['LPOP k']],
  ['LMOVE onto it', ['RPUSH other a'], ['LMOVE other k LEFT LEFT']],
  ['HSET', [], ['HSET k f v']],
  ['HDEL', ['HSET k f v g w'], ['HDEL k f']],
  ['SADD', [], ['SADD k m']],
  ['SPOP', ['SADD k a b'], ['SPOP k']],
  ['SMOVE onto it', ['SADD other a'], ['SMOVE other k a']],
  ['SUNIONSTORE', ['SADD other a'], ['SUNIONSTORE k other']],
  ['XADD', [], ['XADD k * f v']],
  ['FLUSHALL of an existing key', ['SET k v'], ['FLUSHALL']],
  ['FLUSHDB of an existing key', ['SET k v'], ['FLUSHDB']],
  ['SWAPDB that takes it away', ['SET k v'], ['SWAPDB 0 1']],
  ['SWAPDB that brings it', ['SELECT 1', 'SET k v', 'SELECT 0'], ['SWAPDB 0 1']],
  ['an EXEC of another client', [], ['MULTI', 'SET k v', 'EXEC']],
  ['a deletion and a new key', ['SET k v'], ['DEL k', 'SET k v']],
];

const HARMLESS: [what: string, before: string[], touch: string[]][] = [
  ['GET', ['SET k v'], ['GET k']],
  ['a change of another key', [], ['SET other v']],
  ['a change of the same key in another database', [], ['SELECT 1', 'SET k v']],
  ['DEL of a missing key', [], ['DEL k']],
  ['SETNX of an existing key', ['SET k v'], ['SETNX k w']],
  ['SET NX of an existing key', ['SET k v'], ['SET k w NX']],
  ['SADD of a member it has', ['SADD k m'], ['SADD k m']],
  ['SREM of a member it has not', ['SADD k m'], ['SREM k x']],
  ['HDEL of a field it has not', ['HSET k f v'], ['HDEL k x']],
  ['LPUSHX on a missing key', [], ['LPUSHX k v']],
  ['PERSIST without a deadline', ['SET k v'], ['PERSIST k']],
  ['TOUCH', ['SET k v'], ['TOUCH k']],
  ['FLUSHALL without the key', ['SET other v'], ['FLUSHALL']],
  ['SWAPDB of databases without the key', ['SET other v'], ['SWAPDB 0 1']],
  ['SWAPDB of a database with itself', ['SET k v'], ['SWAPDB 0 0']],
  ['a discarded transaction', [], ['MULTI', 'SET k v', 'DISCARD']],
];

describe('WATCH', () => {
  for (const [what, before, touch] of TOUCHES) {
    test(`EXEC answers nil after ${what}`, async () => {
      const [c, other] = [await client(), await client()];
      for (const line of before) await other.expect(...words(line)).success();
      await c.expect('WATCH', 'k').ok();
      for (const line of touch) await other.expect(...words(line)).success();
      await c.expect('MULTI').ok();
      await c.expect('SET', 'mine', '1').status('QUEUED');
      await c.expect('EXEC').nilArray();
      await c.expect('EXISTS', 'mine').int(0);
    });
  }

  for (const [what, before, touch] of HARMLESS) {
    test(`EXEC runs after ${what}`, async () => {
      const [c, other] = [await client(), await client()];
      for (const line of before) await other.expect(...words(line)).success();
      await c.expect('WATCH', 'k').ok();
      for (const line of touch) await other.send(...words(line));
      await c.expect('MULTI').ok();
      await c.expect('PING').status('QUEUED');
      await c.expect('EXEC').array([status('PONG')]);
    });
  }

  test('UNWATCH inside the transaction is too late', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'k').ok();
    await other.expect('SET', 'k', '1').ok();
    await c.expect('MULTI').ok();
    await c.expect('UNWATCH').status('QUEUED');
    await c.expect('EXEC').nilArray();
  });

  test('a key that had expired before WATCH does not', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PX', '1').ok();
    await sleep(20);
    await c.expect('WATCH', 'k').ok();
    await sleep(150);
    await c.expect('MULTI').ok();
    await c.expect('EXEC').array([]);
  });

  test('no key expires between two commands of a transaction', async () => {
    const c = await client();
    const long = 'x'.repeat(1_000_000);
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v', 'PX', '1').status('QUEUED');
    for (let i = 0; i < 10; i++) await c.expect('SETRANGE', 'long', i * long.length, long).status('QUEUED');
    await c.expect('GET', 'k').status('QUEUED');
    await c.expect('EXEC').array([status('OK'), ...Array.from({ length: 10 }, (_, i) => (i + 1) * long.length), 'v']);
  });

  test('a spoiled transaction answers EXECABORT even if a watched key has changed', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'k').ok();
    await other.expect('SET', 'k', '1').ok();
    await c.expect('MULTI').ok();
    await c.expect('NOSUCH').errorLike(/unknown command/);
    await c.expect('EXEC').error(ABORTED);
  });
});

describe('combined with blocked clients', () => {
  test('it takes what is there', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('MULTI').ok();
    await c.expect('BLPOP', 'l', '0').status('QUEUED');
    await c.expect('EXEC').array([['l', 'a']]);
  });

  test('it goes on waiting when the transaction takes the element away again', async () => {
    const [waiting, c] = [await client(), await client()];
    const pop = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('MULTI').ok();
    await c.expect('RPUSH', 'l', 'a').status('QUEUED');
    await c.expect('DEL', 'l').status('QUEUED');
    await c.expect('EXEC').array([1, 1]);
    await c.expect('RPUSH', 'l', 'later').int(1);
    await pop.array(['l', 'later']);
  });

  test('CLIENT UNBLOCK inside ends a wait before it is served', async () => {
    const [waiting, c] = [await client(), await client()];
    const id = String(await waiting.send('CLIENT', 'ID'));
    const pop = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('MULTI').ok();
    await c.expect('RPUSH', 'l', 'a').status('QUEUED');
    await c.expect('CLIENT', 'UNBLOCK', id, 'ERROR').status('QUEUED');
    await c.expect('EXEC').array([1, 1]);
    await pop.error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
    await c.expect('LRANGE', 'l', '0', '-1').array(['a']);
  });

  test('a blocked pop that is served touches a watched key', async () => {
    const [waiting, c, other] = [await client(), await client(), await client()];
    const pop = waiting.sendLater('BLMOVE', 'from', 'k', 'LEFT', 'LEFT', '0');
    await waiting.blocked();
    await c.expect('WATCH', 'k').ok();
    await other.expect('RPUSH', 'from', 'a').int(1);
    await pop.bulk('a');
    await c.expect('MULTI').ok();
    await c.expect('EXEC').nilArray();
  });
});

describe('limits', () => {
  test('a queue counts towards --maxmemory-clients', async () => {
    const s = await server('--maxmemory-clients', '4mb');
    const [large, other] = [await s.client(), await s.client()];
    await large.expect('MULTI').ok();
    for (let i = 0; i < 35; i++) await large.expect('ECHO', 'x'.repeat(100_000)).status('QUEUED');
    large.write(`*3\r\n$4\r\nECHO\r\n$1000000\r\n${'x'.repeat(1_000_000)}\r\n`);
    await large.closed();
    await other.expect('PING').status('PONG');
  });

  test('past maxmemory a queued write is refused, and EXEC with it', async () => {
    const s = await server('--maxmemory', '3mb');
    const c = await s.client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'queued', 'v').status('QUEUED');
    await fill(await s.client());
    await c.expect('EXEC').errorLike(/^EXECABORT Transaction discarded because of: OOM/);
    await c.expect('EXISTS', 'queued').int(0);
    await c.expect('MULTI').ok();
    await c.expect('GET', 'k').errorLike(/^OOM command not allowed/);
    await c.expect('EXEC').error(ABORTED);
  });

  test('past maxmemory nothing that a transaction goes on after is let in: not MULTI, not WATCH, not UNWATCH', async () => {
    const s = await server('--maxmemory', '3mb');
    const c = await s.client();
    await c.expect('WATCH', 'k').ok();
    await c.expect('MULTI').ok();
    await fill(await s.client());
    for (const refused of [['MULTI'], ['WATCH', 'k'], ['UNWATCH']]) await c.expect(...refused).errorLike(/^OOM command not allowed/);
    await c.expect('EXEC').error(ABORTED);
    for (const ending of ['DISCARD', 'RESET']) {
      await c.expect('MULTI').ok();
      await c.expect('WATCH', 'k').errorLike(/^OOM command not allowed/);
      await c.expect(ending).success();
      await c.expect('EXEC').error('ERR EXEC without MULTI');
    }
  });
});

test('COMMAND GETKEYS finds every key of WATCH', async () => {
  const c = await client();
  await c.expect('COMMAND', 'GETKEYS', 'WATCH', 'a', 'b', 'c').array(['a', 'b', 'c']);
  await c.expect('COMMAND', 'GETKEYS', 'WATCH', 'a').array(['a']);
});

describe('ioredis', () => {
  test('exec() after a change of a watched key gives null', async () => {
    const redis = await ioredis();
    const other = await ioredis();
    await redis.watch('k');
    await other.set('k', 'changed');
    expect(await redis.multi().set('k', 'mine').exec()).toBeNull();
    expect(await redis.get('k')).toBe('changed');
  });

  test('a blocked command is counted once, however often it is tried; an error that ends its wait is a failure of it', async () => {
    const [waiting, c] = [await client(), await client()];
    const id = String(await waiting.send('CLIENT', 'ID'));
    const read = async () => {
      const text = String(await c.send('INFO', 'everything'));
      const find = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
      return [
        find(/^cmdstat_blmove:calls=(\d+)/m),
        find(/^cmdstat_blmove:.*failed_calls=(\d+)/m),
        find(/^errorstat_UNBLOCKED:count=(\d+)/m),
      ];
    };
    const before = await read();
    const ended = waiting.sendLater('BLMOVE', 'l', 'm', 'LEFT', 'LEFT', '0');
    await waiting.blocked();
    for (let i = 0; i < 3; i++) {
      await c.expect('MULTI').ok();
      await c.expect('RPUSH', 'l', 'a').status('QUEUED');
      await c.expect('DEL', 'l').status('QUEUED');
      await c.expect('EXEC').array([1, 1]);
    }
    await c.expect('CLIENT', 'UNBLOCK', id, 'ERROR').int(1);
    await ended.error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
    expect((await read()).map((value, i) => value - before[i]!)).toEqual([1, 1, 1]);
  });
});

function words(line: string): [string, ...string[]] {
  return line.split(' ') as [string, ...string[]];
}

/** Writes until memory is used up, and then gives every key a deadline: that takes memory too, and is not refused. */
async function fill(c: Awaited<ReturnType<typeof client>>): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    const reply = await c.send('SET', `fill:${i}`, 'x'.repeat(1_000));
    if (!(reply instanceof Error)) continue;
    await Promise.all(Array.from({ length: i }, (_, n) => c.send('EXPIRE', `fill:${n}`, '1000')));
    return;
  }
  throw new Error('ten megabytes went in past --maxmemory 3mb');
}
