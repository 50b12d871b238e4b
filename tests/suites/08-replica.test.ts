import { atEnd, client, describe, expect, logged, needsFlags, resp, rewritten, server, status, test, until } from '../harness/suite.ts';
import { applied, companion, configured, fakePrimary, follow, info, linkUp, syncedReplica, tinyRdb } from '../harness/replication.ts';
import { followed, HISTORY, READONLY } from '../harness/replication-pairs.ts';

/** The replica's side of the wire: the test plays the primary. */

describe('REPLICAOF', () => {
  test('SLAVEOF is its old name', async () => {
    const primary = await fakePrimary();
    const c = await client();
    await follow(primary.port);
    await c.expect('SLAVEOF', '127.0.0.1', primary.port).status('OK Already connected to specified master');
    await c.expect('SLAVEOF', 'NO', 'ONE').ok();
  });

  test('the same primary again is no new start', async () => {
    const { primary } = await followed();
    const c = await client();
    await c.expect('REPLICAOF', '127.0.0.1', primary.port).status('OK Already connected to specified master');
    expect(primary.opened()).toBe(1);
  });

  test('NO ONE on a primary changes nothing', async () => {
    const before = await info();
    const c = await client();
    await c.expect('REPLICAOF', 'NO', 'ONE').ok();
    expect((await info())['master_replid']).toBe(before['master_replid']);
  });

  test('CONFIG GET shows the primary', async () => {
    const primary = await fakePrimary();
    const c = await client();
    await follow(primary.port);
    await c.expect('CONFIG', 'GET', 'replicaof').array(['replicaof', `127.0.0.1 ${primary.port}`]);
    await c.expect('REPLICAOF', 'NO', 'ONE').ok();
    await c.expect('CONFIG', 'GET', 'replicaof').array(['replicaof', '']);
  });

  test('refuses what is no port', async () => {
    const c = await client();
    await c.expect('REPLICAOF', '127.0.0.1', 'x').error('ERR Invalid master port');
    await c.expect('REPLICAOF', '127.0.0.1', '65536').error('ERR Invalid master port');
    await c.expect('REPLICAOF', '127.0.0.1').error("ERR wrong number of arguments for 'replicaof' command");
    expect((await info())['role']).toBe('master');
  });

  test('clients that wait for a key are sent away', async () => {
    const primary = await fakePrimary();
    const waiting = await client();
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await follow(primary.port);
    await popped.error('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)');
    await waiting.closed();
  });

  test('and so are those that wait for replicas', async () => {
    const primary = await fakePrimary();
    const waiting = await client();
    const acknowledged = waiting.sendLater('WAIT', '1', '0');
    await waiting.blocked();
    await follow(primary.port);
    await acknowledged.error(
      'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    );
    await waiting.closed();
  });

  test('another primary replaces the first', async () => {
    const { link } = await followed({ keys: { first: '1' } });
    const second = await followed({ keys: { second: '2' } });
    await link.closed();
    const c = await client();
    await c.expect('MGET', 'first', 'second').array([null, '2']);
    expect(second.link.isOpen()).toBe(true);
  });
});

describe('the handshake', () => {
  test('an older primary that knows no capabilities is one all the same', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    for (;;) {
      const [name] = await link.next();
      if (name === 'PSYNC') break;
      link.write(name === 'PING' ? '+PONG\r\n' : '-ERR Unrecognized REPLCONF option: capa\r\n');
    }
    link.fullSync(HISTORY, 1, tinyRdb({ keys: { k: 'v' } }));
    await linkUp();
    await (await client()).expect('GET', 'k').bulk('v');
  });

  test('a line may end with a line feed alone, and be empty', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    for (;;) {
      const [name] = await link.next();
      if (name === 'PSYNC') break;
      link.write(name === 'PING' ? '+PONG\n' : '+OK\n');
    }
    const rdb = tinyRdb({ keys: { k: 'v' } });
    link.write(`\r\n\n+FULLRESYNC ${HISTORY} 1\n\r\n\n$${rdb.length}\n${rdb}`);
    link.continueAt(1);
    link.stream('SELECT', '0');
    link.stream('SET', 'later', 'w');
    await applied(link);
    const c = await client();
    await c.expect('MGET', 'k', 'later').array(['v', 'w']);
    expect((await info())['master_replid']).toBe(HISTORY);
  });

  test('a primary that refuses PING is tried again', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.next();
    link.write('-ERR not today\r\n');
    await link.closed();
    const again = await primary.link();
    await again.handshake();
    again.fullSync(HISTORY, 1, tinyRdb());
    await linkUp();
  });

  test('and again each second, however often it has refused', async () => {
    const [primary, clock] = [await fakePrimary(), await companion()];
    // A second primary pings its replicas at regular times: these pings are the clock of this test.
    const ticks = await syncedReplica(clock.port);
    const c = await clock.client();
    await c.expect('CONFIG', 'SET', 'repl-ping-replica-period', '1').ok();
    atEnd(async () => void (await c.send('CONFIG', 'SET', 'repl-ping-replica-period', '10')));
    const pings = () => [...ticks.unread().matchAll(/\bping\r\n/gi)].length;
    const refused = async () => {
      const link = await primary.link();
      await link.next();
      link.write('-ERR not today\r\n');
      await link.closed();
    };
    await follow(primary.port);
    // The first tries follow one another faster.
    for (let tries = 0; tries < 3; tries++) await refused();
    const before = pings();
    for (let tries = 0; tries < 6; tries++) await refused();
    expect(pings() - before).toBeGreaterThanOrEqual(2);
    // Six pings, if both processes ran all the time.
    expect(pings() - before).toBeLessThanOrEqual(18);
  }, 60_000);

  for (const refusal of [
    "NOMASTERLINK Can't SYNC while not connected with my master",
    'LOADING Redis is loading the dataset in memory',
  ]) {
    test(`so is one that cannot serve PSYNC yet: ${refusal.split(' ')[0]}`, async () => {
      const primary = await fakePrimary();
      await follow(primary.port);
      const link = await primary.link();
      await link.handshake();
      link.write(`-${refusal}\r\n`);
      await link.closed();
      const again = await primary.link();
      expect((await again.handshake()).at(-1)![0]).toBe('PSYNC');
      again.fullSync(HISTORY, 1, tinyRdb({ keys: { k: 'v' } }));
      await linkUp();
      await (await client()).expect('GET', 'k').bulk('v');
    });
  }

  test('one that is not there at first is found later', async () => {
    const gone = await fakePrimary();
    await gone.refuse();
    await follow(gone.port);
    const fields = await info();
    expect(fields).toMatchObject({ role: 'slave', master_link_status: 'down', master_sync_in_progress: '0' });
    await gone.accept();
    const link = await gone.link();
    await link.handshake();
    link.fullSync(HISTORY, 1, tinyRdb({ keys: { k: 'v' } }));
    await linkUp();
    await (await client()).expect('GET', 'k').bulk('v');
  });
});

describe('full sync', () => {
  for (const form of ['length', 'eof'] as const) {
    test(`replaces all data by the RDB's (${form})`, async () => {
      const c = await client();
      await c.expect('SET', 'before', '1').ok();
      const primary = await fakePrimary();
      await follow(primary.port);
      const link = await primary.link();
      await link.handshake();
      link.fullSync(HISTORY, 3, tinyRdb({ keys: { a: '1', b: 'two' }, db: 6 }), form);
      await linkUp();
      await c.expect('EXISTS', 'before').int(0);
      await c.expect('SELECT', '6').ok();
      await c.expect('MGET', 'a', 'b').array(['1', 'two']);
      await c.expect('DBSIZE').int(2);
    });

    test(`an RDB that arrives byte by byte, and the stream after it (${form})`, async () => {
      const primary = await fakePrimary();
      await follow(primary.port);
      const link = await primary.link();
      await link.handshake();
      const mark = 'e'.repeat(40);
      const rdb = tinyRdb({ keys: { k: 'v'.repeat(70) } });
      const framed = form === 'eof' ? `$EOF:${mark}\r\n${rdb}${mark}` : `$${rdb.length}\r\n${rdb}`;
      const all = `+FULLRESYNC ${HISTORY} 50\r\n\n\n${framed}`;
      for (const byte of all) {
        link.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      link.continueAt(50);
      // After an EOF mark a primary waits for the replica's acknowledgement before it goes on.
      if (form === 'eof') await linkUp();
      link.stream('SELECT', '0');
      link.stream('APPEND', 'k', '!');
      await applied(link);
      await (await client()).expect('GET', 'k').bulk(`${'v'.repeat(70)}!`);
    });
  }

  test('the stream in one packet with the RDB', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    const rdb = tinyRdb({ keys: { n: '41' } });
    const stream = '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n';
    link.write(`+FULLRESYNC ${HISTORY} 50\r\n$${rdb.length}\r\n${rdb}${stream}`);
    link.continueAt(50 + stream.length);
    await applied(link);
    await (await client()).expect('GET', 'n').bulk('42');
  });

  test('the mark may come in pieces, and pieces of it may stand in the data', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    const mark = 'abcd'.repeat(10);
    const rdb = tinyRdb({ keys: { k: mark.slice(0, 39), l: mark.slice(4) } });
    link.write(`+FULLRESYNC ${HISTORY} 50\r\n$EOF:${mark}\r\n${rdb}${mark.slice(0, 17)}`);
    await until(async () => (await info())['master_sync_in_progress'] === '1', 'the sync to be under way');
    link.write(mark.slice(17));
    await linkUp();
    await (await client()).expect('MGET', 'k', 'l').array([mark.slice(0, 39), mark.slice(4)]);
  });

  test('is shown in INFO while it runs, and the old data can be read', async () => {
    const c = await client();
    await c.expect('SET', 'before', '1').ok();
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.write(`+FULLRESYNC ${HISTORY} 50\r\n$1000\r\nREDIS0009`);
    await until(async () => (await info())['master_sync_in_progress'] === '1', 'the sync to be under way');
    const fields = await info();
    expect(fields['master_link_status']).toBe('down');
    expect(fields['master_sync_total_bytes']).toBe('1000');
    expect(Number(fields['master_sync_left_bytes'])).toBe(1_000 - Number(fields['master_sync_read_bytes']));
    await c.expect('GET', 'before').bulk('1');
    await c.expect('ROLE').array(['slave', '127.0.0.1', primary.port, 'sync', -1]);
  });

  test('a link that breaks in the middle of it is tried again', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.write(`+FULLRESYNC ${HISTORY} 50\r\n$1000\r\nREDIS0009`);
    await until(async () => (await info())['master_sync_in_progress'] === '1', 'the sync to be under way');
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.fullSync(HISTORY, 60, tinyRdb({ keys: { k: 'v' } }));
    await linkUp();
    await (await client()).expect('GET', 'k').bulk('v');
  });

  test('what is no RDB is refused, and the server lives', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 50, 'NOT AN RDB AT ALL');
    await link.closed();
    await (await client()).expect('PING').status('PONG');
  });
});

describe('the first acknowledgement', () => {
  const set = resp('SET', 'k', 'v');
  const getAck = resp('REPLCONF', 'GETACK', '*');

  test('comes at once after an RDB with an EOF mark: the primary waits for it', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 100, tinyRdb(), 'eof');
    await linkUp();
    link.streamBytes(set + getAck);
    await until(() => link.acks.includes(100 + set.length), 'an answer to GETACK');
    expect(link.acks[0]).toBe(100);
  });

  test('does not after one with a length', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    const rdb = tinyRdb();
    link.write(`+FULLRESYNC ${HISTORY} 100\r\n$${rdb.length}\r\n${rdb}${set}${getAck}`);
    await until(() => link.acks.length > 0, 'an acknowledgement');
    expect(link.acks[0]).toBe(100 + set.length);
  });

  test('nor where the stream goes on', async () => {
    const { primary, link } = await followed({}, 100);
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.write(`+CONTINUE\r\n${set}${getAck}`);
    await until(() => again.acks.length > 0, 'an acknowledgement');
    expect(again.acks[0]).toBe(100 + set.length);
  });
});

describe('the stream', () => {
  test('in pieces of any size', async () => {
    const { link } = await followed();
    const bytes = '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\nv\r\nw\r\n';
    for (const byte of bytes) {
      link.streamBytes(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await applied(link);
    await (await client()).expect('GET', 'k').bulk('v\r\nw');
  });

  test('evicts nothing by itself, and makes room when it is a primary', async () => {
    const { link } = await followed({ keys: { a: '1', b: '2' } });
    const c = await client();
    await configured({ 'maxmemory-policy': 'allkeys-random', maxmemory: '1' });
    link.stream('SELECT', '0');
    link.stream('SET', 'c', '3');
    await applied(link);
    await c.expect('MGET', 'a', 'b', 'c').array(['1', '2', '3']);
    await c.expect('REPLICAOF', 'NO', 'ONE').ok();
    await until(async () => (await c.send('DBSIZE')) === 0, 'all keys to be evicted');
  });

  test('a transaction happens at its EXEC', async () => {
    const { link } = await followed({ keys: { a: '1' } });
    const c = await client();
    link.stream('SELECT', '0');
    link.stream('MULTI');
    link.stream('INCR', 'a');
    await until(async () => (await info())['slave_read_repl_offset'] === String(link.offset()), 'INCR to be read');
    await c.expect('GET', 'a').bulk('1');
    link.stream('SET', 'b', '1');
    link.stream('EXEC');
    await applied(link);
    await c.expect('MGET', 'a', 'b').array(['2', '1']);
  });

  test('is applied whatever this server refuses to its own clients', async () => {
    const { link } = await followed();
    const c = await client();
    const list = Array.from({ length: 40 }, () => 'x'.repeat(50_000));
    link.stream('SELECT', '0');
    link.stream('RPUSH', 'l', ...list);
    await applied(link);
    await configured({ maxmemory: '3mb', 'client-query-buffer-limit': '1mb' });
    link.stream('COPY', 'l', 'copy');
    link.stream('MULTI');
    for (const key of ['a', 'b', 'c']) link.stream('SET', key, 'x'.repeat(500_000));
    link.stream('EXEC');
    await applied(link);
    await c.expect('LLEN', 'copy').int(40);
    await c.expect('EXISTS', 'a', 'b', 'c').int(3);
  });

  test('a link that breaks inside a transaction undoes nothing but it', async () => {
    const { primary, link } = await followed({ keys: { a: '1' } });
    link.stream('SELECT', '0');
    link.stream('INCR', 'a');
    await applied(link);
    const before = link.offset();
    link.stream('MULTI');
    link.stream('INCR', 'a');
    link.cut();
    const again = await primary.link();
    const psync = (await again.handshake()).at(-1)!;
    // Redis counts what was applied: the transaction comes again whole.
    expect(psync).toEqual(['PSYNC', HISTORY, String(before + 1)]);
    again.write(`+CONTINUE ${HISTORY}\r\n`);
    again.continueAt(before);
    for (const words of [['MULTI'], ['INCR', 'a'], ['EXEC']]) again.stream(...words);
    await applied(again);
    await (await client()).expect('GET', 'a').bulk('3');
  });

  test('commands that fail count as read', async () => {
    const { link } = await followed({ keys: { a: 'text' } });
    link.stream('SELECT', '0');
    link.stream('LPUSH', 'a', 'x');
    link.stream('SET', 'b', '1');
    await applied(link);
    await (await client()).expect('MGET', 'a', 'b').array(['text', '1']);
  });

  test('an inexact trim that the primary made exact keeps its LIMIT, which means nothing then', async () => {
    const { link } = await followed();
    link.stream('SELECT', '0');
    link.stream('XADD', 'x', '1-1', 'a', '1');
    link.stream('XADD', 'x', 'MAXLEN', '=', '1', 'LIMIT', '5', '2-1', 'a', '2');
    link.stream('XADD', 'x', '3-1', 'a', '3');
    link.stream('XTRIM', 'x', 'MAXLEN', '=', '1', 'LIMIT', '1');
    await applied(link);
    await (await client()).expect('XRANGE', 'x', '-', '+').array([['3-1', ['a', '3']]]);
  });

  test('PING keeps the link, and counts', async () => {
    const { link } = await followed();
    link.stream('PING');
    link.stream('PING');
    await applied(link);
    expect((await info())['master_link_status']).toBe('up');
  });

  test('gets no replies', async () => {
    const { link } = await followed();
    link.stream('SELECT', '0');
    link.stream('SET', 'k', 'v');
    link.stream('PING');
    link.stream('NONSENSE');
    await link.getAck();
    // Only acknowledgements have come: anything else would be read here as the next command.
    link.stream('REPLCONF', 'GETACK', '*');
    await until(() => link.acks.at(-1)! >= link.offset() - 37, 'another acknowledgement');
    expect(link.waiting()).toEqual([]);
  });

  test('INFO counts its bytes apart, and the errors that it led to', async () => {
    const { link } = await followed({ keys: { k: 'v' } });
    const fields = ['total_net_repl_input_bytes', 'unexpected_error_replies'];
    const read = async () => {
      const stats = await info(undefined, 'stats');
      return fields.map((field) => Number(stats[field]));
    };
    const before = await read();
    const start = link.offset();
    link.stream('SELECT', '0');
    link.stream('SET', 'l', 'x'.repeat(100_000));
    link.stream('LPUSH', 'k', 'x');
    await applied(link);
    expect((await read()).map((value, i) => value - before[i]!)).toEqual([link.offset() - start, 1]);
  });

  test('REPLCONF ACK comes each second, unasked', async () => {
    const { link } = await followed({}, 2_000);
    link.stream('SELECT', '0');
    link.stream('SET', 'k', 'v');
    await link.acknowledged();
    const count = link.acks.length;
    await until(() => link.acks.length > count, 'the next acknowledgement');
    expect(link.acks.at(-1)).toBe(link.offset());
  });

  test('it goes on through a SELECT of each database, SWAPDB and FLUSHALL', async () => {
    const { link } = await followed({ keys: { a: '1' } });
    link.stream('SELECT', '0');
    link.stream('SWAPDB', '0', '9');
    link.stream('SET', 'b', '2');
    await applied(link);
    const c = await client();
    await c.expect('KEYS', '*').array(['b']);
    await c.expect('SELECT', '9').ok();
    await c.expect('GET', 'a').bulk('1');
    link.stream('FLUSHALL');
    await applied(link);
    await c.expect('DBSIZE').int(0);
  });

  test('WATCH sees what it changes', async () => {
    const { link } = await followed({ keys: { a: '1' } });
    await configured({ 'replica-read-only': 'no' });
    const c = await client();
    await c.expect('WATCH', 'a').ok();
    link.stream('SELECT', '0');
    link.stream('INCR', 'a');
    await applied(link);
    await c.expect('MULTI').ok();
    await c.expect('GET', 'a').status('QUEUED');
    await c.expect('EXEC').nilArray();
  });
});

describe('a link that breaks', () => {
  test('+CONTINUE with another ID: the replica goes over to it', async () => {
    const { primary, link } = await followed({}, 300);
    link.stream('PING');
    await applied(link);
    const offset = link.offset();
    link.cut();
    const again = await primary.link();
    await again.handshake();
    const renamed = 'f'.repeat(40);
    again.write(`+CONTINUE ${renamed}\r\n`);
    again.continueAt(offset);
    again.stream('PING');
    await applied(again);
    expect(await info()).toMatchObject({
      master_replid: renamed,
      master_replid2: HISTORY,
      second_repl_offset: String(offset + 1),
    });
  });

  test('+FULLRESYNC instead replaces the data', async () => {
    const { primary, link } = await followed({ keys: { old: '1' } }, 300);
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.fullSync('f'.repeat(40), 7, tinyRdb({ keys: { new: '2' } }));
    await linkUp();
    await (await client()).expect('MGET', 'old', 'new').array([null, '2']);
    expect(await info()).toMatchObject({ master_replid: 'f'.repeat(40), master_repl_offset: '7' });
  });

  test('the data stay readable meanwhile', async () => {
    const { primary, link } = await followed({ keys: { k: 'v' } });
    await primary.refuse();
    link.cut();
    await until(async () => (await info())['master_link_status'] === 'down', 'the link to be down');
    const c = await client();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w').error(READONLY);
    expect(Number((await info())['master_link_down_since_seconds'])).toBeGreaterThanOrEqual(0);
  });

  test('a primary that says nothing for repl-timeout seconds is left', async () => {
    const { primary, link } = await followed();
    await configured({ 'repl-timeout': '1' });
    await link.closed();
    const again = await primary.link();
    expect((await again.handshake()).at(-1)![0]).toBe('PSYNC');
  });
});

describe('INFO and ROLE', () => {
  test('tell the primary, the link and the offsets', async () => {
    const { primary, link } = await followed({}, 400);
    link.stream('PING');
    await applied(link);
    const offset = String(link.offset());
    expect(await info()).toMatchObject({
      role: 'slave',
      master_host: '127.0.0.1',
      master_port: String(primary.port),
      master_link_status: 'up',
      master_last_io_seconds_ago: expect.stringMatching(/^\d$/),
      master_sync_in_progress: '0',
      slave_read_repl_offset: offset,
      slave_repl_offset: offset,
      slave_priority: '100',
      slave_read_only: '1',
      replica_announced: '1',
      connected_slaves: '0',
      master_replid: HISTORY,
      master_repl_offset: offset,
      repl_backlog_active: '1',
    });
    const c = await client();
    await c.expect('ROLE').array(['slave', '127.0.0.1', primary.port, 'connected', Number(offset)]);
  });

  test('ROLE while nothing is connected', async () => {
    const gone = await fakePrimary();
    await gone.refuse();
    await follow(gone.port);
    const c = await client();
    await c.expect('ROLE').matches((role) => {
      const [name, host, port, state, offset] = role as unknown[];
      expect([name, host, port, offset]).toEqual(['slave', '127.0.0.1', gone.port, -1]);
      expect(['connect', 'connecting']).toContain(state);
    }, 'a replica that is not connected');
  });

  test('INFO shows replica-priority', async () => {
    await configured({ 'replica-priority': '7' });
    await followed();
    expect((await info())['slave_priority']).toBe('7');
  });

  test('after NO ONE it is a primary with its data, a new ID and the old one second', async () => {
    const { link } = await followed({ keys: { k: 'v' } }, 500);
    link.stream('PING');
    await applied(link);
    const c = await client();
    await c.expect('REPLICAOF', 'NO', 'ONE').ok();
    await link.closed();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w').ok();
    expect(await info()).toMatchObject({
      role: 'master',
      master_replid: expect.not.stringContaining(HISTORY),
      master_replid2: HISTORY,
      second_repl_offset: String(link.offset() + 1),
    });
  });
});

describe('clients of a replica', () => {
  test('nor in a transaction', async () => {
    await followed({ keys: { k: 'v' } });
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('GET', 'k').status('QUEUED');
    await c.expect('SET', 'k', 'w').error(READONLY);
    await c.expect('EXEC').error('EXECABORT Transaction discarded because of previous errors.');
  });

  test('one that was queued while it was a primary is refused', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'w').status('QUEUED');
    await followed({ keys: { k: 'v' } });
    await c.expect('EXEC').error(`EXECABORT Transaction discarded because of: ${READONLY}`);
    await c.expect('GET', 'k').bulk('v');
  });

  test('a transaction of reads waits until the data of a full sync are loaded', async () => {
    const LOADING = 'LOADING Redis is loading the dataset in memory';
    // The replica loads for about 0.7 s, and looks at its clients every 2 MB.
    const keys = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`k${i}`, 'v'.repeat(400_000)]));
    await configured({ 'key-load-delay': '30000' });
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('EXISTS', 'k0', 'k23').status('QUEUED');
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 100, tinyRdb({ keys }));
    await until(async () => (await info(undefined, 'persistence'))['loading'] === '1', 'the replica to load');
    await c.expect('EXEC').error(`EXECABORT Transaction discarded because of: ${LOADING}`);
    await linkUp();
    await c.expect('EXISTS', 'k0', 'k23').int(2);
  });

  test('may write where replica-read-only says no', async () => {
    const { link } = await followed({ keys: { k: 'v' } });
    await configured({ 'replica-read-only': 'no' });
    const c = await client();
    await c.expect('SET', 'own', '1').ok();
    await c.expect('GET', 'own').bulk('1');
    expect((await info())['slave_read_only']).toBe('0');
    // A replica's own writes are no part of the primary's history.
    expect((await info())['master_repl_offset']).toBe(String(link.offset()));
  });

  test('writes again to a key of the primary that has expired', async () => {
    const { link } = await followed({ keys: { k: 'v' } });
    await configured({ 'replica-read-only': 'no' });
    const c = await client();
    link.stream('SELECT', '0');
    link.stream('SET', 'n', '5', 'PXAT', String(Date.now() + 1));
    await applied(link);
    await until(async () => (await c.send('EXISTS', 'n')) === 0, 'n to have expired');
    await c.expect('INCR', 'n').int(1);
    await c.expect('TTL', 'n').int(-1);
    await c.expect('GET', 'n').bulk('1');
  });

  test('removes by itself what its own clients let expire, and nothing else', async () => {
    const { link } = await followed({ keys: { k: 'v' } });
    await configured({ 'replica-read-only': 'no' });
    const c = await client();
    link.stream('SELECT', '0');
    link.stream('SET', 'theirs', 'v', 'PXAT', String(Date.now() + 1));
    await applied(link);
    await c.expect('SET', 'own', 'v', 'PX', 1).ok();
    await c.expect('SET', 'stays', 'v', 'PX', 1_000_000).ok();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'queued', 'v').status('QUEUED');
    await c.expect('PEXPIRE', 'queued', 1).status('QUEUED');
    await c.expect('EXEC').array([status('OK'), 1]);
    await until(async () => (await c.send('DBSIZE')) === 3, 'the keys k, theirs and stays alone');
    await c.expect('EXISTS', 'stays').int(1);
  });

  test('a client that waits for a stream is served by what is streamed', async () => {
    const { link } = await followed();
    const c = await client();
    const read = c.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'x', '$');
    await c.blocked();
    link.stream('SELECT', '0');
    link.stream('XADD', 'x', '1-1', 'a', '1');
    await read.array([['x', [['1-1', ['a', '1']]]]]);
  });

  test('WAIT is for primaries', async () => {
    await followed();
    const c = await client();
    await c
      .expect('WAIT', '1', '0')
      .error(
        'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is ' +
          'configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
      );
  });

  test('with replica-serve-stale-data no, they get -MASTERDOWN while the link is down', async () => {
    const { primary, link } = await followed({ keys: { k: 'v' } });
    await configured({ 'replica-serve-stale-data': 'no' });
    const c = await client();
    await c.expect('GET', 'k').bulk('v');
    await primary.refuse();
    link.cut();
    await until(async () => (await info())['master_link_status'] === 'down', 'the link to be down');
    const down = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    await c.expect('GET', 'k').error(down);
    await c.expect('PING').error(down);
    await c.expect('SET', 'k', 'w').error(READONLY);
    await c.expect('ROLE').success();
    await c.expect('MULTI').ok();
    await c.expect('DISCARD').ok();
    await c.expect('CONFIG', 'SET', 'replica-serve-stale-data', 'yes').ok();
    await c.expect('GET', 'k').bulk('v');
  });
});

describe('expiry on a replica', () => {
  /** An RDB with a key whose deadline has already passed. */
  const OVER = { keys: { over: 'v', k: 'v' }, deadlines: { over: 1_000 } };

  test('the primary\'s commands find it still', async () => {
    const { link } = await followed(OVER);
    link.stream('SELECT', '0');
    link.stream('APPEND', 'over', 'w');
    link.stream('PERSIST', 'over');
    await applied(link);
    await (await client()).expect('GET', 'over').bulk('vw');
  });

  test('one that ends while it is a replica', async () => {
    const { link } = await followed();
    const c = await client();
    link.stream('SELECT', '0');
    link.stream('SET', 'k', 'v', 'PXAT', Date.now() + 40);
    await applied(link);
    await until(async () => (await c.send('GET', 'k')) === null, 'the key to be hidden');
    await c.expect('DBSIZE').int(1);
    await c.expect('RANDOMKEY').matches((key) => key === null || key === 'k', 'no key, or the hidden one');
    link.stream('DEL', 'k');
    await applied(link);
    await c.expect('DBSIZE').int(0);
  });

  test('as a primary again it deletes such keys itself', async () => {
    await followed(OVER);
    const c = await client();
    await c.expect('DBSIZE').int(2);
    await c.expect('REPLICAOF', 'NO', 'ONE').ok();
    await until(async () => (await c.send('DBSIZE')) === 1, 'the key to be deleted');
  });
});

describe('a replica that is restarted', () => {
  test('--replicaof makes a replica from the start', async () => {
    needsFlags();
    const primary = await fakePrimary();
    const own = await server('--replicaof', '127.0.0.1', String(primary.port));
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 100, tinyRdb({ keys: { k: 'v' } }));
    await linkUp(own.port);
    const c = await own.client();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w').error(READONLY);
  });

  test('goes on where its RDB file ends', async () => {
    needsFlags();
    const primary = await fakePrimary();
    const flags = ['--replicaof', '127.0.0.1', String(primary.port)];
    const own = await server(...flags);
    const link = await primary.link();
    expect((await link.handshake()).at(-1)).toEqual(['PSYNC', '?', '-1']);
    link.fullSync(HISTORY, 100, tinyRdb({ keys: { k: 'v' } }));
    link.stream('SELECT', '3');
    link.stream('SET', 'in3', '1');
    await until(async () => (await info(own.port))['slave_repl_offset'] === String(link.offset()), 'the offset');
    const offset = link.offset();
    (await own.client()).sendLater('SHUTDOWN', 'SAVE');
    await until(() => own.ended() !== null, 'the server to end');
    await own.restart(...flags);
    const again = await primary.link();
    expect((await again.handshake()).at(-1)).toEqual(['PSYNC', HISTORY, String(offset + 1)]);
    again.write(`+CONTINUE ${HISTORY}\r\n`);
    again.continueAt(offset);
    again.stream('INCR', 'in3');
    await until(async () => (await info(own.port))['slave_repl_offset'] === String(again.offset()), 'the offset');
    const c = await own.client();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SELECT', '3').ok();
    await c.expect('GET', 'in3').bulk('2');
  });
});

describe('a replica with an append-only file', () => {
  // Under everysec Redis puts a write off while the disk is busy, and acknowledges all the same.
  for (const policy of ['always', 'no']) {
    test(`has in the file what it acknowledges (appendfsync ${policy})`, async () => {
      needsFlags();
      const primary = await fakePrimary();
      const flags = ['--replicaof', '127.0.0.1', String(primary.port), '--save', ''];
      // With hz 1 the background tasks run once a second: they must not be what writes the file.
      const own = await server(...flags, '--appendonly', 'yes', '--appendfsync', policy, '--hz', '1');
      const link = await primary.link();
      await link.handshake();
      link.fullSync(HISTORY, 100, tinyRdb({ keys: { k: 'v' } }));
      await linkUp(own.port);
      await rewritten(await own.client());
      for (let n = 1; n <= 5; n++) {
        link.stream('SET', `k${n}`, String(n));
        await link.getAck();
        expect(logged(own)).toContainEqual(['SET', `k${n}`, String(n)]);
      }
    });
  }

  for (const policy of ['always', 'everysec']) {
    test.since('7.2', `says what of it is on disk (FACK, appendfsync ${policy})`, async () => {
      needsFlags();
      const primary = await fakePrimary();
      const flags = ['--replicaof', '127.0.0.1', String(primary.port), '--save', ''];
      const own = await server(...flags, '--appendonly', 'yes', '--appendfsync', policy);
      const link = await primary.link();
      await link.handshake();
      link.fullSync(HISTORY, 100, tinyRdb({ keys: { k: 'v' } }));
      await linkUp(own.port);
      await until(() => link.facks.includes(100), 'all data on disk');
      link.stream('SET', 'a', '1');
      await link.getAck();
      await until(() => link.facks.at(-1) === link.offset(), 'the write on disk');
    });
  }

  test.since('7.2', 'says so of nothing that it has not synced', async () => {
    needsFlags();
    const primary = await fakePrimary();
    const flags = ['--replicaof', '127.0.0.1', String(primary.port), '--save', ''];
    const own = await server(...flags, '--appendonly', 'yes', '--appendfsync', 'no');
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 100, tinyRdb({ keys: { k: 'v' } }));
    await linkUp(own.port);
    await until(() => link.facks.length > 0, 'all data on disk');
    const start = link.offset();
    link.stream('SET', 'a', '1');
    expect(await link.getAck()).toBe(start + resp('SET', 'a', '1').length);
    expect(link.facks.at(-1)).toBe(start);
    await (await own.client()).expect('CONFIG', 'SET', 'appendfsync', 'everysec').ok();
    await until(() => link.facks.at(-1) === link.offset(), 'the write on disk');
  });

  test.since('7.2', 'is not mentioned where there is none', async () => {
    const { link } = await followed();
    await link.getAck();
    expect(link.facks).toEqual([]);
  });
});
