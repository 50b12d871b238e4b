import { address, client, clientResp3, contents, describe, error, expect, items } from '../harness/suite.ts';
import { logged, onlyIf, reusedServer, server, test, until } from '../harness/suite.ts';
import { applied, caughtUp, companion, fakePrimary, follow, info, linkUp } from '../harness/replication.ts';
import { streamedFor, syncedReplica, tinyRdb } from '../harness/replication.ts';
import { refused, subscribe, subscriber } from '../harness/subscribers.ts';

describe('SUBSCRIBE and PUBLISH', () => {
  test('channels and messages may hold any bytes', async () => {
    const [reader, c] = [await client(), await client()];
    const bytes = '\x00\xff\r\n"';
    await reader.expect('SUBSCRIBE', bytes).array(['subscribe', bytes, 1]);
    await reader.expect('SUBSCRIBE', '').array(['subscribe', '', 2]);
    await c.expect('PUBLISH', bytes, bytes).int(1);
    await c.expect('PUBLISH', '', '').int(1);
    await reader.receive().array(['message', bytes, bytes]);
    await reader.receive().array(['message', '', '']);
  });

  test('wrong numbers of arguments', async () => {
    const c = await client();
    await c.expect('SUBSCRIBE').error("ERR wrong number of arguments for 'subscribe' command");
    await c.expect('PSUBSCRIBE').error("ERR wrong number of arguments for 'psubscribe' command");
    await c.expect('PUBLISH', 'a').error("ERR wrong number of arguments for 'publish' command");
    await c.expect('PUBLISH', 'a', 'b', 'c').error("ERR wrong number of arguments for 'publish' command");
  });
});

describe('patterns', () => {
  test('a pattern may hold ? and [classes]', async () => {
    const [reader, c] = [await client(), await client()];
    await reader.expect('PSUBSCRIBE', 'h?[ae]*').array(['psubscribe', 'h?[ae]*', 1]);
    await c.expect('PUBLISH', 'hxa', 'm').int(1);
    await c.expect('PUBLISH', 'hxi', 'm').int(0);
    await reader.receive().array(['pmessage', 'h?[ae]*', 'hxa', 'm']);
  });
});

describe('a RESP2 client that has subscribed', () => {
  test('gets the usual errors for wrong requests', async () => {
    const reader = await subscriber('a');
    await reader.expect('nosuch').error("ERR unknown command 'nosuch', with args beginning with: ");
    await reader.expect('GET').error("ERR wrong number of arguments for 'get' command");
  });

  test('may subscribe to more, and to less', async () => {
    const reader = await subscriber('a');
    await reader.expect('SUBSCRIBE', 'b').array(['subscribe', 'b', 2]);
    await reader.expect('PSUBSCRIBE', 'c*').array(['psubscribe', 'c*', 3]);
    await reader.expect('UNSUBSCRIBE', 'a').array(['unsubscribe', 'a', 2]);
  });

  test('RESET ends its subscriptions, without confirmations', async () => {
    const [reader, c] = [await subscriber('a', 'b'), await client()];
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 3]);
    await reader.expect('RESET').status('RESET');
    await c.expect('PUBLISH', 'a', 'm').int(0);
    await reader.expect('PING').status('PONG');
  });

  test('may QUIT', async () => {
    const reader = await subscriber('a');
    await reader.expect('QUIT').ok();
    await reader.closed();
  });
});

describe('RESP3', () => {
  test('one message, in both protocols', async () => {
    const [old, recent, c] = [await client(), await clientResp3(), await client()];
    await subscribe(old, 'a');
    await subscribe(recent, 'a');
    await c.expect('PUBLISH', 'a', 'm').int(2);
    await old.receive().array(['message', 'a', 'm']);
    await recent.receive().push(['message', 'a', 'm']);
  });

  test('a client that goes back to RESP2 is in subscribed mode', async () => {
    const reader = await clientResp3();
    await subscribe(reader, 'a');
    await reader.expect('HELLO', 2).success();
    reader.protocol = 2;
    await reader.expect('GET', 'k').error(refused('get'));
    await reader.expect('UNSUBSCRIBE').array(['unsubscribe', 'a', 0]);
    await reader.expect('GET', 'k').nil();
  });

  test('a subscriber that waits for a key gets messages meanwhile', async () => {
    const [reader, c] = [await clientResp3(), await client()];
    await subscribe(reader, 'a');
    reader.write(`BLPOP l 0\r\n`);
    await until(async () => (await info(undefined, 'clients'))['blocked_clients'] === '1', 'a blocked client');
    await c.expect('PUBLISH', 'a', 'm').int(1);
    await reader.receive().push(['message', 'a', 'm']);
    await c.expect('RPUSH', 'l', 'x').int(1);
    await reader.receive().array(['l', 'x']);
  });

  test.since('7.2', 'what a client publishes to itself comes after the reply', async () => {
    const reader = await clientResp3();
    await subscribe(reader, 'a');
    reader.write('PUBLISH a m\r\nPING\r\n');
    await reader.receive().int(1);
    await reader.receive().push(['message', 'a', 'm']);
    await reader.receive().status('PONG');
  });
});

describe('inside a transaction', () => {
  test('UNSUBSCRIBE, with nothing to end', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('UNSUBSCRIBE').status('QUEUED');
    await c.expect('PUNSUBSCRIBE').status('QUEUED');
    await c.expect('EXEC').array([
      ['unsubscribe', null, 0],
      ['punsubscribe', null, 0],
    ]);
  });

  test.since('7.2', 'what comes meanwhile does not stand among the elements of EXEC', async () => {
    const reader = await clientResp3();
    await subscribe(reader, 'a');
    await reader.expect('MULTI').ok();
    await reader.expect('PUBLISH', 'a', '1').status('QUEUED');
    await reader.expect('INCR', 'n').status('QUEUED');
    await reader.expect('PUBLISH', 'a', '2').status('QUEUED');
    await reader.expect('EXEC').array([1, 1, 1]);
    await reader.receive().push(['message', 'a', '1']);
    await reader.receive().push(['message', 'a', '2']);
  });

  test('what others send between MULTI and EXEC comes at once', async () => {
    const [reader, c] = [await clientResp3(), await client()];
    await subscribe(reader, 'a');
    await reader.expect('MULTI').ok();
    await c.expect('PUBLISH', 'a', 'm').int(1);
    await reader.receive().push(['message', 'a', 'm']);
    await reader.expect('EXEC').array([]);
  });
});

describe('shard channels', () => {
  test('they are apart from channels, and counted apart', async () => {
    const [reader, c] = [await subscriber('a', 'b'), await client()];
    await reader.expect('SSUBSCRIBE', 'a').array(['ssubscribe', 'a', 1]);
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 3]);
    await c.expect('SPUBLISH', 'a', 'm').int(1);
    await reader.receive().array(['smessage', 'a', 'm']);
    await reader.expect('UNSUBSCRIBE', 'a').array(['unsubscribe', 'a', 2]);
    await reader.expect('SUNSUBSCRIBE').array(['sunsubscribe', 'a', 0]);
    await c.expect('SPUBLISH', 'a', 'm').int(0);
  });

  test('they make subscribed mode, too', async () => {
    const c = await client();
    await c.expect('SSUBSCRIBE', 's').array(['ssubscribe', 's', 1]);
    await c.expect('GET', 'k').error(refused('get'));
    await c.expect('PING').array(['pong', '']);
    await c.expect('RESET').status('RESET');
    await c.expect('PUBSUB', 'SHARDCHANNELS').array([]);
  });

  test('in RESP3 they push', async () => {
    const c = await clientResp3();
    await c.expect('SSUBSCRIBE', 's').push(['ssubscribe', 's', 1]);
    await (await client()).expect('SPUBLISH', 's', 'm').int(1);
    await c.receive().push(['smessage', 's', 'm']);
  });

  test('not inside EXEC', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SSUBSCRIBE', 's').status('QUEUED');
    await c.expect('SUNSUBSCRIBE').status('QUEUED');
    await c.expect('EXEC').array([
      error("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"),
      ['sunsubscribe', null, 0],
    ]);
  });
});

describe('PUBSUB', () => {
  test('CHANNELS names those with subscribers', async () => {
    const c = await client();
    await c.expect('PUBSUB', 'CHANNELS').array([]);
    const reader = await subscriber('a1', 'a2', 'b');
    await subscriber('a1');
    await reader.expect('PSUBSCRIBE', 'p*').array(['psubscribe', 'p*', 4]);
    await c.expect('PUBSUB', 'CHANNELS').anyOrder(['a1', 'a2', 'b']);
    await c.expect('PUBSUB', 'CHANNELS', 'a*').anyOrder(['a1', 'a2']);
    await c.expect('PUBSUB', 'CHANNELS', 'a*', 'b').error(
      "ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.",
    );
  });

  test('NUMPAT counts patterns, however many clients have one', async () => {
    const c = await client();
    await c.expect('PUBSUB', 'NUMPAT').int(0);
    for (let i = 0; i < 2; i++) await (await client()).expect('PSUBSCRIBE', 'a').array(['psubscribe', 'a', 1]);
    await (await client()).expect('PSUBSCRIBE', 'b').array(['psubscribe', 'b', 1]);
    await c.expect('PUBSUB', 'NUMPAT').int(2);
  });

  test('SHARDCHANNELS and SHARDNUMSUB', async () => {
    const c = await client();
    const reader = await subscriber('a');
    await reader.expect('SSUBSCRIBE', 's1').array(['ssubscribe', 's1', 1]);
    await reader.expect('SSUBSCRIBE', 's2').array(['ssubscribe', 's2', 2]);
    await c.expect('PUBSUB', 'SHARDCHANNELS').anyOrder(['s1', 's2']);
    await c.expect('PUBSUB', 'SHARDCHANNELS', '*1').array(['s1']);
    await c.expect('PUBSUB', 'SHARDNUMSUB', 's1', 'a').array(['s1', 1, 'a', 0]);
    await c.expect('PUBSUB', 'SHARDNUMSUB').array([]);
  });

  test('HELP, and what there is not', async () => {
    const c = await client();
    await c.expect('PUBSUB', 'HELP').matches((lines) => items(lines).length > 5, 'lines of help');
    await c.expect('PUBSUB', 'nosuch').error("ERR unknown subcommand 'nosuch'. Try PUBSUB HELP.");
    await c.expect('PUBSUB').error("ERR wrong number of arguments for 'pubsub' command");
    await c.expect('PUBSUB', 'NUMPAT', 'x').error("ERR wrong number of arguments for 'pubsub|numpat' command");
  });

  test('INFO counts, and each subscription ends with its connection', async () => {
    const reader = await subscriber('a', 'b');
    await reader.expect('PSUBSCRIBE', 'p').array(['psubscribe', 'p', 3]);
    await reader.expect('SSUBSCRIBE', 's').array(['ssubscribe', 's', 1]);
    await subscriber('a');
    const counts = async () => {
      const stats = await info(undefined, 'stats');
      return [stats['pubsub_channels'], stats['pubsub_patterns'], stats['pubsubshard_channels']];
    };
    expect(await counts()).toEqual(['2', '1', '1']);
    await reader.close();
    await until(async () => (await counts()).join() === '1,0,0', 'the subscriptions to end');
  });

  test('INFO counts the clients that have subscribed', async () => {
    const counted = async () => (await info(undefined, 'clients'))['pubsub_clients'];
    onlyIf((await counted()) !== undefined, 'not on this Redis: INFO has no pubsub_clients');
    const [one, two] = [await subscriber('a', 'b'), await client()];
    await two.expect('SSUBSCRIBE', 's').array(['ssubscribe', 's', 1]);
    expect(await counted()).toBe('2');
    await two.expect('SUNSUBSCRIBE').array(['sunsubscribe', 's', 0]);
    expect(await counted()).toBe('1');
    await one.close();
    await until(async () => (await counted()) === '0', 'the subscriber to be gone');
  });
});

describe('slow and silent subscribers', () => {
  test('the limit of normal clients is not theirs', async () => {
    const own = await server('--client-output-buffer-limit', 'pubsub 0 0 0 normal 1mb 0 0');
    const [slow, c] = [await own.client(), await own.client()];
    await subscribe(slow, 'a');
    slow.pause();
    const text = 'x'.repeat(1_000_000);
    for (let i = 0; i < 20; i++) await c.expect('PUBLISH', 'a', text).int(1);
    slow.resume();
    for (let i = 0; i < 20; i++) await slow.receive().array(['message', 'a', text]);
  });
});

describe('replication and the log', () => {
  test('within a transaction it comes between the writes', async () => {
    const replica = await syncedReplica();
    expect(await streamedFor(replica, 'MULTI', 'SET k v', 'PUBLISH a m', 'GET k', 'EXEC')).toEqual([
      'MULTI',
      'SET k v',
      'PUBLISH a m',
      'EXEC',
    ]);
  });

  test('alone in a transaction', async () => {
    const replica = await syncedReplica();
    expect(await streamedFor(replica, 'MULTI', 'PUBLISH a m', 'EXEC', 'SET k v')).toEqual(expect.arrayContaining(['PUBLISH a m']));
  });

  test('subscriptions do not', async () => {
    const replica = await syncedReplica();
    const reader = await client();
    expect(
      await streamedFor(replica, async () => {
        await reader.expect('SUBSCRIBE', 'a').array(['subscribe', 'a', 1]);
        await reader.expect('UNSUBSCRIBE', 'a').array(['unsubscribe', 'a', 0]);
      }),
    ).toEqual([]);
  });

  test('a replica gives its subscribers what its primary streams', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync('0123456789'.repeat(4), 100, tinyRdb({}));
    await linkUp();
    const reader = await subscriber('a');
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 2]);
    await reader.expect('SSUBSCRIBE', 's').array(['ssubscribe', 's', 1]);
    link.stream('PUBLISH', 'a', 'm');
    link.stream('SPUBLISH', 's', 'n');
    await applied(link);
    await reader.receive().array(['message', 'a', 'm']);
    await reader.receive().array(['pmessage', '*', 'a', 'm']);
    await reader.receive().array(['smessage', 's', 'n']);
  });

  test('PUBLISH on a replica reaches its own subscribers', async () => {
    const { port } = await address();
    const second = await companion();
    const replica = await second.client();
    await replica.expect('REPLICAOF', '127.0.0.1', port).ok();
    await linkUp(second.port);
    const [above, below] = [await subscriber('a'), await second.client()];
    await subscribe(below, 'a');
    await replica.expect('PUBLISH', 'a', 'below').int(1);
    await below.receive().array(['message', 'a', 'below']);
    await above.silent();
    await (await client()).expect('PUBLISH', 'a', 'above').int(1);
    await above.receive().array(['message', 'a', 'above']);
    await below.receive().array(['message', 'a', 'above']);
  });

  test('a message goes down a chain of replicas', async () => {
    const { port } = await address();
    const [middle, last] = [await companion(0), await companion(1)];
    const [m, l] = [await middle.client(), await last.client()];
    await m.expect('REPLICAOF', '127.0.0.1', port).ok();
    await linkUp(middle.port);
    await l.expect('REPLICAOF', '127.0.0.1', middle.port).ok();
    await linkUp(last.port);
    const [inMiddle, atEnd] = [await middle.client(), await last.client()];
    await subscribe(inMiddle, 'a');
    await subscribe(atEnd, 'a');
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('PUBLISH', 'a', 'm').int(0);
    await c.expect('SET', 'k', 'w').ok();
    await inMiddle.receive().array(['message', 'a', 'm']);
    await atEnd.receive().array(['message', 'a', 'm']);
    // A message of the replica's own client stays on the replica.
    await m.expect('PUBLISH', 'a', 'n').int(1);
    await inMiddle.receive().array(['message', 'a', 'n']);
    await caughtUp(undefined, last.port);
    await l.expect('GET', 'k').bulk('w');
    await atEnd.silent();
  });

  test('the log does not get it', async () => {
    const s = await reusedServer('--save', '', '--appendonly', 'yes', '--appendfsync', 'always');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('PUBLISH', 'a', 'm').int(0);
    await c.expect('MULTI').ok();
    await c.expect('PUBLISH', 'a', 'm').status('QUEUED');
    await c.expect('INCR', 'n').status('QUEUED');
    await c.expect('EXEC').array([0, 1]);
    const before = await contents(c);
    const names = logged(s).map(([name]) => name!.toUpperCase());
    expect(names).toContain('INCR');
    expect(names).not.toContain('PUBLISH');
    await s.restart();
    expect(await contents(await s.client())).toEqual(before);
  });

  test.regression('an unknown command changes nothing either', 'PUBLISH is no change to be saved', async () => {
    const dirty = async () => (await info(undefined, 'persistence'))['rdb_changes_since_last_save'];
    const before = await dirty();
    const c = await client();
    await c.send('PUBLISH', 'a', 'm');
    expect(await dirty()).toBe(before);
  });
});
