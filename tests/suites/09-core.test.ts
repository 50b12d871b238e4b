import { client, clientResp3, expect, ioredis, items, server, step, test, until } from '../harness/suite.ts';
import { configured, info, streamedFor, syncedReplica } from '../harness/replication.ts';
import { refused, subscribe, subscriber } from '../harness/subscribers.ts';

step(1, 'a subscription', () => {
  test('SUBSCRIBE confirms each channel with a reply of its own', async () => {
    const c = await client();
    c.write('*4\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\na\r\n');
    await c.raw(
      '*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:2\r\n',
    );
  });

  test('UNSUBSCRIBE ends the subscriptions it names', async () => {
    const [reader, c] = [await subscriber('a', 'b', 'c'), await client()];
    reader.write('UNSUBSCRIBE a nosuch b\r\n');
    await reader.receive().array(['unsubscribe', 'a', 2]);
    await reader.receive().array(['unsubscribe', 'nosuch', 2]);
    await reader.receive().array(['unsubscribe', 'b', 1]);
    await c.expect('PUBLISH', 'a', 'm').int(0);
    await reader.expect('SUBSCRIBE', 'c').array(['subscribe', 'c', 1]);
  });

  test('UNSUBSCRIBE without names ends all of them', async () => {
    const [reader, c] = [await subscriber('a', 'b'), await client()];
    reader.write('UNSUBSCRIBE\r\n');
    const names = [items(await reader.receive().reply), items(await reader.receive().reply)];
    expect(names.map(([word, , left]) => [word, left])).toEqual([
      ['unsubscribe', 1],
      ['unsubscribe', 0],
    ]);
    expect(names.map(([, name]) => name).sort()).toEqual(['a', 'b']);
    await c.expect('PUBLISH', 'a', 'm').int(0);
  });

  test('UNSUBSCRIBE of nothing is confirmed, too', async () => {
    const c = await client();
    await c.expect('UNSUBSCRIBE').array(['unsubscribe', null, 0]);
    await c.expect('UNSUBSCRIBE', 'a').array(['unsubscribe', 'a', 0]);
  });

  test('a subscription ends with its connection', async () => {
    const [reader, c] = [await subscriber('a'), await client()];
    await reader.close();
    await until(async () => (await c.send('PUBLISH', 'a', 'm')) === 0, 'PUBLISH to answer 0: the subscription has ended');
  });
});

step(2, 'a message is delivered', () => {
  test('a message reaches a subscriber', async () => {
    const [reader, c] = [await client(), await client()];
    await reader.expect('SUBSCRIBE', 'news').array(['subscribe', 'news', 1]);
    await c.expect('PUBLISH', 'news', 'hello').int(1);
    await reader.receive().array(['message', 'news', 'hello']);
  });

  test('PUBLISH answers how many clients got it', async () => {
    const c = await client();
    await c.expect('PUBLISH', 'news', 'hello').int(0);
    const readers = [await subscriber('news'), await subscriber('news'), await subscriber('news')];
    await c.expect('PUBLISH', 'news', 'again').int(3);
    await c.expect('PUBLISH', 'other', 'x').int(0);
    for (const reader of readers) {
      await reader.receive().array(['message', 'news', 'again']);
      await reader.silent();
    }
  });

  test('messages come in the order in which they were sent', async () => {
    const [reader, c] = [await subscriber('a', 'b'), await client()];
    for (let i = 0; i < 100; i++) c.write(`PUBLISH ${i % 2 === 0 ? 'a' : 'b'} ${i}\r\n`);
    for (let i = 0; i < 100; i++) await c.receive().int(1);
    for (let i = 0; i < 100; i++) await reader.receive().array(['message', i % 2 === 0 ? 'a' : 'b', String(i)]);
  });

  test('a channel is the same in every database, and no key', async () => {
    const [reader, c] = [await client(), await client()];
    await reader.expect('SELECT', 3).ok();
    await subscribe(reader, 'a');
    await c.expect('PUBLISH', 'a', 'm').int(1);
    await c.expect('EXISTS', 'a').int(0);
    await reader.receive().array(['message', 'a', 'm']);
  });

  test('a long message arrives whole', async () => {
    const [reader, another, c] = [await subscriber('a'), await subscriber('a'), await client()];
    const text = 'x'.repeat(300_000);
    await c.expect('PUBLISH', 'a', text).int(2);
    await c.expect('PUBLISH', 'a', 'short').int(2);
    for (const each of [reader, another]) {
      await each.receive().array(['message', 'a', text]);
      await each.receive().array(['message', 'a', 'short']);
    }
  });
});

step(3, 'patterns', () => {
  test('PSUBSCRIBE takes all channels that a pattern matches', async () => {
    const [reader, c] = [await client(), await client()];
    await reader.expect('PSUBSCRIBE', 'news.*').array(['psubscribe', 'news.*', 1]);
    await c.expect('PUBLISH', 'news.art', 'm').int(1);
    await c.expect('PUBLISH', 'news', 'm').int(0);
    await c.expect('PUBLISH', 'news.', 'n').int(1);
    await reader.receive().array(['pmessage', 'news.*', 'news.art', 'm']);
    await reader.receive().array(['pmessage', 'news.*', 'news.', 'n']);
  });

  test('a message comes once for each subscription that fits, that to the channel first', async () => {
    const [reader, c] = [await client(), await client()];
    await reader.expect('PSUBSCRIBE', 'a*').array(['psubscribe', 'a*', 1]);
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 2]);
    await reader.expect('SUBSCRIBE', 'ab').array(['subscribe', 'ab', 3]);
    await c.expect('PUBLISH', 'ab', 'm').int(3);
    await reader.receive().array(['message', 'ab', 'm']);
    const rest = [items(await reader.receive().reply), items(await reader.receive().reply)];
    expect(rest.map(([, pattern]) => pattern).sort()).toEqual(['*', 'a*']);
    for (const each of rest) expect([each[0], each[2], each[3]]).toEqual(['pmessage', 'ab', 'm']);
  });

  test('channels and patterns are counted together, and unsubscribed separately', async () => {
    const [reader, c] = [await subscriber('a'), await client()];
    await reader.expect('PSUBSCRIBE', 'a').array(['psubscribe', 'a', 2]);
    await reader.expect('UNSUBSCRIBE').array(['unsubscribe', 'a', 1]);
    await c.expect('PUBLISH', 'a', 'm').int(1);
    await reader.receive().array(['pmessage', 'a', 'a', 'm']);
    await reader.expect('PUNSUBSCRIBE', 'a*').array(['punsubscribe', 'a*', 1]);
    await reader.expect('PUNSUBSCRIBE').array(['punsubscribe', 'a', 0]);
    await reader.expect('PUNSUBSCRIBE').array(['punsubscribe', null, 0]);
    await c.expect('PUBLISH', 'a', 'm').int(0);
  });

  test('PUBSUB NUMSUB counts the subscribers of channels, without those of patterns', async () => {
    const c = await client();
    await subscriber('a', 'b');
    await subscriber('a');
    await (await client()).expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 1]);
    await c.expect('PUBSUB', 'NUMSUB').array([]);
    await c.expect('PUBSUB', 'NUMSUB', 'a', 'b', 'c', 'a').array(['a', 2, 'b', 1, 'c', 0, 'a', 2]);
  });
});

step(4, 'messages among replies', () => {
  test('a RESP2 client that has subscribed may send nothing else', async () => {
    const reader = await subscriber('a');
    await reader.expect('GET', 'k').error(refused('get'));
    await reader.expect('PUBLISH', 'a', 'm').error(refused('publish'));
    await reader.expect('CLIENT', 'ID').error(refused('client|id'));
    await reader.expect('HELLO', 3).error(refused('hello'));
    await reader.expect('MULTI').error(refused('multi'));
    await reader.expect('EXEC').error(`EXECABORT Transaction discarded because of: ${refused('exec').slice(4)}`);
  });

  test('a RESP2 client that has subscribed gets an array from PING', async () => {
    const reader = await subscriber('a');
    await reader.expect('PING').array(['pong', '']);
    await reader.expect('PING', 'hello').array(['pong', 'hello']);
    await reader.expect('PING', 'a', 'b').error("ERR wrong number of arguments for 'ping' command");
  });

  test('a client is an ordinary one again when its last subscription has ended', async () => {
    const reader = await subscriber('a');
    await reader.expect('PSUBSCRIBE', 'b').array(['psubscribe', 'b', 2]);
    await reader.expect('UNSUBSCRIBE', 'a').array(['unsubscribe', 'a', 1]);
    await reader.expect('GET', 'k').error(refused('get'));
    await reader.expect('PUNSUBSCRIBE', 'b').array(['punsubscribe', 'b', 0]);
    await reader.expect('PING').status('PONG');
    await reader.expect('GET', 'k').nil();
  });

  test('in RESP3 confirmations and messages are pushes', async () => {
    const [reader, c] = [await clientResp3(), await client()];
    await reader.expect('SUBSCRIBE', 'a').push(['subscribe', 'a', 1]);
    await reader.expect('PSUBSCRIBE', '*').push(['psubscribe', '*', 2]);
    await c.expect('PUBLISH', 'a', 'm').int(2);
    await reader.receive().push(['message', 'a', 'm']);
    await reader.receive().push(['pmessage', '*', 'a', 'm']);
    await reader.expect('UNSUBSCRIBE').push(['unsubscribe', 'a', 1]);
    await reader.expect('PUNSUBSCRIBE', '*').push(['punsubscribe', '*', 0]);
  });

  test('in RESP3 a subscriber may send any command', async () => {
    const reader = await clientResp3();
    await reader.expect('SUBSCRIBE', 'a').push(['subscribe', 'a', 1]);
    await reader.expect('SET', 'k', 'v').ok();
    await reader.expect('GET', 'k').bulk('v');
    await reader.expect('PING').status('PONG');
    await reader.expect('PING', 'x').bulk('x');
  });

  test('PUBLISH is queued, and sent by EXEC', async () => {
    const [reader, c] = [await subscriber('a'), await client()];
    await c.expect('MULTI').ok();
    await c.expect('PUBLISH', 'a', 'm').status('QUEUED');
    await reader.silent();
    await c.expect('EXEC').array([1]);
    await reader.receive().array(['message', 'a', 'm']);
  });

  test('inside EXEC, SUBSCRIBE counts as one element, however many confirmations it has', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SUBSCRIBE', 'a', 'b').status('QUEUED');
    await c.expect('PING').status('QUEUED');
    c.write('*1\r\n$4\r\nEXEC\r\n');
    await c.raw(
      '*2\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n',
    );
    await c.expect('GET', 'k').error(refused('get'));
  });

  test('ioredis subscribes, by name and by pattern, and publishes', async () => {
    const [reader, writer] = [await ioredis(), await ioredis()];
    const got: string[][] = [];
    reader.on('message', (channel: string, message: string) => got.push([channel, message]));
    reader.on('pmessage', (pattern: string, channel: string, message: string) => got.push([pattern, channel, message]));
    expect(await reader.subscribe('a', 'b')).toBe(2);
    expect(await reader.psubscribe('c*')).toBe(3);
    expect(await writer.publish('a', '1')).toBe(1);
    expect(await writer.publish('cd', '2')).toBe(1);
    await until(() => got.length === 2, 'both messages');
    expect(got).toEqual([
      ['a', '1'],
      ['c*', 'cd', '2'],
    ]);
    await reader.unsubscribe('a', 'b');
    await reader.punsubscribe('c*');
    expect(await writer.publish('a', '3')).toBe(0);
  });
});

step(5, 'a subscriber that doesn\'t read', () => {
  test('a subscriber that leaves too much unread is disconnected', async () => {
    const own = await server('--client-output-buffer-limit', 'pubsub 1mb 0 0');
    const [slow, c] = [await own.client(), await own.client()];
    await subscribe(slow, 'a');
    slow.pause();
    const text = 'x'.repeat(200_000);
    await until(async () => {
      for (let i = 0; i < 10; i++) if ((await c.send('PUBLISH', 'a', text)) === 0) return true;
      return false;
    }, 'the slow subscriber to be gone');
    slow.destroy();
  });

  test('a subscriber may be silent for as long as it likes', async () => {
    const own = await server('--timeout', '1');
    const [reader, idle, c] = [await own.client(), await own.client(), await own.client()];
    await subscribe(reader, 'a');
    // The subscriber has been silent for at least as long as the idle client, which is closed.
    await until(async () => {
      await c.expect('PING').status('PONG');
      return (await info(own.port, 'clients'))['connected_clients'] === '3';
    }, 'the idle client to be closed');
    await idle.closed();
    await c.expect('PUBLISH', 'a', 'm').int(1);
    await reader.receive().array(['message', 'a', 'm']);
  });
});

step(6, 'beyond this server', () => {
  test('PUBLISH goes to the replicas as it was typed', async () => {
    const replica = await syncedReplica();
    expect(await streamedFor(replica, ['publish', 'a', 'm'], ['SPUBLISH', 's', 'n'], 'SET k v')).toEqual([
      'publish a m',
      'SPUBLISH s n',
      'SET k v',
    ]);
  });

  test('the channels of SSUBSCRIBE and SPUBLISH are not those of SUBSCRIBE and PUBLISH', async () => {
    const [reader, c] = [await client(), await client()];
    await reader.expect('SSUBSCRIBE', 's').array(['ssubscribe', 's', 1]);
    await c.expect('SPUBLISH', 's', 'm').int(1);
    await reader.receive().array(['smessage', 's', 'm']);
    await reader.expect('SUNSUBSCRIBE', 's').array(['sunsubscribe', 's', 0]);
    await c.expect('SPUBLISH', 's', 'm').int(0);
    await reader.expect('SUNSUBSCRIBE').array(['sunsubscribe', null, 0]);
  });
});

step(7, 'the keyspace speaks', () => {
  test('the channel of a key says which event it was', async () => {
    await configured({ 'notify-keyspace-events': 'KA' });
    const [reader, c] = [await client(), await client()];
    await reader.expect('SUBSCRIBE', '__keyspace@0__:k').array(['subscribe', '__keyspace@0__:k', 1]);
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('DEL', 'k').int(1);
    await c.expect('SET', 'other', 'v').ok();
    await reader.receive().array(['message', '__keyspace@0__:k', 'set']);
    await reader.receive().array(['message', '__keyspace@0__:k', 'del']);
  });

  test('the channel of an event says which key it was', async () => {
    await configured({ 'notify-keyspace-events': 'EA' });
    const [reader, c] = [await client(), await client()];
    await reader.expect('SUBSCRIBE', '__keyevent@0__:del').array(['subscribe', '__keyevent@0__:del', 1]);
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('DEL', 'a', 'nosuch', 'b').int(2);
    await reader.receive().array(['message', '__keyevent@0__:del', 'a']);
    await reader.receive().array(['message', '__keyevent@0__:del', 'b']);
  });

  test('by default no change is published', async () => {
    const [reader, c] = [await client(), await client()];
    await c.expect('CONFIG', 'GET', 'notify-keyspace-events').array(['notify-keyspace-events', '']);
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 1]);
    await c.expect('SET', 'k', 'v').ok();
    await reader.silent();
  });
});
