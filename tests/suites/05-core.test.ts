import { client, clientResp3, error, expect, ioredis, nilArray, resp, sleep, status, step, test } from '../harness/suite.ts';

const OK = status('OK');
const ABORTED = 'EXECABORT Transaction discarded because of previous errors.';

step(1, 'a guard that queues', () => {
  test('queued requests run at EXEC, in order, with a reply each', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('GET', 'k').status('QUEUED');
    await c.expect('INCR', 'n').status('QUEUED');
    await c.expect('EXEC').array([OK, 'v', 1]);
  });

  test('nothing has happened before EXEC', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await other.expect('EXISTS', 'k').int(0);
    await c.expect('EXEC').array([OK]);
    await other.expect('GET', 'k').bulk('v');
  });

  test('an empty transaction answers an empty array', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').array([]);
  });

  test('EXEC and DISCARD without MULTI are errors', async () => {
    const c = await client();
    await c.expect('EXEC').error('ERR EXEC without MULTI');
    await c.expect('DISCARD').error('ERR DISCARD without MULTI');
  });

  test('MULTI inside MULTI is an error, and the transaction goes on', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('MULTI').error('ERR MULTI calls can not be nested');
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('EXEC').array([OK]);
  });

  test('DISCARD forgets what was queued', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('DISCARD').ok();
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('EXEC').error('ERR EXEC without MULTI');
  });
});

step(2, 'EXEC runs them all', () => {
  test('EXEC ends the transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').array([status('PONG')]);
    await c.expect('EXEC').error('ERR EXEC without MULTI');
    await c.expect('PING').status('PONG');
  });

  test('an error inside EXEC takes the place of its reply, and undoes nothing', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'text').status('QUEUED');
    await c.expect('INCR', 'k').status('QUEUED');
    await c.expect('LPUSH', 'k', 'x').status('QUEUED');
    await c.expect('SET', 'after', '1').status('QUEUED');
    await c.expect('EXEC').array([
      OK,
      error('ERR value is not an integer or out of range'),
      error('WRONGTYPE Operation against a key holding the wrong kind of value'),
      OK,
    ]);
    await c.expect('MGET', 'k', 'after').array(['text', '1']);
  });

  test('an unknown command spoils the transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('NOSUCH').errorLike(/^ERR unknown command/);
    await c.expect('EXEC').error(ABORTED);
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('EXEC').error('ERR EXEC without MULTI');
  });

  test('a wrong number of arguments spoils the transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('GET').error("ERR wrong number of arguments for 'get' command");
    await c.expect('EXEC').error(ABORTED);
  });

  test('an error that is found only when the command runs does not spoil the transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('PING', 'a', 'b').status('QUEUED');
    await c.expect('EXEC').array([error("ERR wrong number of arguments for 'ping' command")]);
  });

  test('DISCARD ends a spoiled transaction, so that the next one is clean', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('NOSUCH').errorLike(/unknown command/);
    await c.expect('DISCARD').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').array([]);
  });

  test('a pipeline around a transaction keeps its order', async () => {
    const c = await client();
    const replies = ['SET a 1', 'MULTI', 'INCR a', 'INCR a', 'EXEC', 'GET a'].map((line) => c.send(...line.split(' ')));
    const decoded = await Promise.all(replies);
    expect(JSON.stringify(decoded.map((reply) => (reply instanceof Object && 'text' in reply ? reply.text : reply)))).toBe(
      '["OK","OK","QUEUED","QUEUED",[2,3],"3"]',
    );
  });

  test('RESP3 replies keep their types inside EXEC', async () => {
    const c = await clientResp3();
    await c.expect('HSET', 'h', 'f', 'v').int(1);
    await c.expect('MULTI').ok();
    await c.expect('HGETALL', 'h').status('QUEUED');
    await c.expect('GET', 'none').status('QUEUED');
    await c.expect('EXEC').matches((value) => {
      const [hash, none] = value as [Map<string, string>, null];
      return hash instanceof Map && hash.get('f') === 'v' && none === null;
    }, 'a map and a null');
  });
});

step(3, 'WATCH, a listener of the keyspace', () => {
  test("WATCH: the client's own change counts as well", async () => {
    const c = await client();
    await c.expect('WATCH', 'k').ok();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').nilArray();
  });

  test('WATCH: each of several keys counts', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'a', 'b', 'c').ok();
    await c.expect('WATCH', 'd').ok();
    await other.expect('SET', 'c', '1').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').nilArray();
  });

  test('EXEC forgets the watched keys, whether it ran or not', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'k').ok();
    await other.expect('SET', 'k', '1').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').nilArray();
    await other.expect('SET', 'k', '2').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').array([]);
  });

  test('UNWATCH forgets the watched keys', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'k').ok();
    await other.expect('SET', 'k', '1').ok();
    await c.expect('UNWATCH').ok();
    await c.expect('MULTI').ok();
    await c.expect('EXEC').array([]);
  });

  test('WATCH inside a transaction is an error that does not spoil it', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('WATCH', 'k').error('ERR WATCH inside MULTI is not allowed');
    await c.expect('EXEC').array([]);
  });

  test('a watched key that expires counts as changed', async () => {
    const c = await client();
    // In one packet: the key cannot expire before it is watched.
    c.write(resp('SET', 'k', 'v', 'PX', '30') + resp('WATCH', 'k'));
    await c.raw('+OK\r\n+OK\r\n');
    await sleep(60);
    await c.expect('MULTI').ok();
    await c.expect('EXEC').nilArray();
  });

  test('two clients that watch one key: the first EXEC wins', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('SET', 'n', '10').ok();
    for (const c of [a, b]) {
      await c.expect('WATCH', 'n').ok();
      await c.expect('GET', 'n').bulk('10');
      await c.expect('MULTI').ok();
      await c.expect('SET', 'n', '11').status('QUEUED');
    }
    await b.expect('EXEC').array([OK]);
    await a.expect('EXEC').nilArray();
  });

  test('increments by many clients that retry: none is lost', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => client()));
    await Promise.all(
      clients.map(async (c) => {
        for (let done = 0; done < 10; ) {
          await c.expect('WATCH', 'n').ok();
          const before = Number((await c.send('GET', 'n')) ?? 0);
          await c.expect('MULTI').ok();
          await c.expect('SET', 'n', String(before + 1)).status('QUEUED');
          if ((await c.send('EXEC')) !== null) done++;
        }
      }),
    );
    await clients[0]!.expect('GET', 'n').bulk('80');
  });
});

step(4, 'clients that wait', () => {
  test('a blocking command inside a transaction does not block', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('BLPOP', 'none', '0').status('QUEUED');
    await c.expect('BLMOVE', 'none', 'to', 'LEFT', 'LEFT', '0').status('QUEUED');
    await c.expect('XREAD', 'BLOCK', '0', 'STREAMS', 'none', '$').status('QUEUED');
    await c.expect('EXEC').array([nilArray, null, nilArray]);
  });

  test('a blocked client is served after the whole transaction', async () => {
    const [waiting, c] = [await client(), await client()];
    const pop = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('MULTI').ok();
    await c.expect('RPUSH', 'l', 'a').status('QUEUED');
    await c.expect('LPUSH', 'l', 'b').status('QUEUED');
    await c.expect('LLEN', 'l').status('QUEUED');
    await c.expect('EXEC').array([1, 2, 2]);
    await pop.array(['l', 'b']);
    await c.expect('LRANGE', 'l', '0', '-1').array(['a']);
  });

  test('ioredis: multi().exec() gives a result or an error for each', async () => {
    const redis = await ioredis();
    const results = await redis.multi().set('k', 'v').incr('k').get('k').exec();
    expect(results![0]).toEqual([null, 'OK']);
    expect(String(results![1]![0])).toContain('not an integer');
    expect(results![2]).toEqual([null, 'v']);
  });
});
