import { address, client, expect, step, test, until } from '../harness/suite.ts';
import { applied, caughtUp, companion, configured, fakePrimary, fakeReplica, follow, fullSync, info, linkUp, syncedReplica } from '../harness/replication.ts';
import { followed, HISTORY, leftBehind, OLD_HISTORY, pair, promoted, READONLY, write } from '../harness/replication-pairs.ts';

const REFUSED = 'NOREPLICAS Not enough good replicas to write.';
/** An RDB with a key whose deadline has already passed. */
const OVER = { keys: { over: 'v', k: 'v' }, deadlines: { over: 1_000 } };

step(1, 'copy, then follow', () => {
  test('REPLICAOF makes a replica, and NO ONE a primary again', async () => {
    const primary = await fakePrimary();
    const c = await client();
    await follow(primary.port);
    expect((await info())['role'], 'role in INFO').toBe('slave');
    await c.expect('REPLICAOF', 'no', 'one').ok();
    expect((await info())['role'], 'role in INFO').toBe('master');
  });

  test('+FULLRESYNC names the replication ID and offset of INFO', async () => {
    const replica = await fakeReplica();
    const sync = await replica.psync();
    const fields = await info();
    expect(sync).toMatchObject({ kind: 'full', replid: fields['master_replid'] });
    expect(fields['master_replid']).toMatch(/^[0-9a-f]{40}$/);
  });

  test('the RDB of a full sync holds the data', async () => {
    const c = await client();
    await c.expect('SET', 'a-key-to-find', 'its-value').ok();
    const sync = await fullSync(await fakeReplica());
    expect(sync.rdb).toMatch(/^REDIS00\d\d/);
    expect(sync.rdb).toContain('\x0da-key-to-find\x09its-value');
    expect(sync.rdb.at(-9)).toBe('\xff');
  });

  test('the stream after the RDB begins with a SELECT', async () => {
    const c = await client();
    const first = await syncedReplica();
    await c.expect('SELECT', '3').ok();
    await c.expect('SET', 'k', '1').ok();
    expect(await first.readUntil((command) => command[0] === 'SET')).toContainEqual(['SELECT', '3']);
    const second = await syncedReplica();
    await c.expect('SET', 'k', '2').ok();
    expect(await second.readUntil((command) => command[0] === 'SET')).toContainEqual(['SELECT', '3']);
  });

  test('master_repl_offset counts the bytes of the stream', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SELECT', '3').ok();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SET', 'end', '').ok();
    await replica.readUntil(([, key]) => key === 'end');
    await until(async () => Number((await info())['master_repl_offset']) === replica.offset(), 'INFO replication to count the bytes of the stream in master_repl_offset');
  });

  test('a replica applies the stream, in the database that it selected', async () => {
    const { link } = await followed();
    link.stream('SELECT', '5');
    link.stream('SET', 'k', 'v');
    link.stream('RPUSH', 'l', 'a', 'b');
    link.stream('SELECT', '0');
    link.stream('HSET', 'h', 'f', '1');
    await applied(link);
    const c = await client();
    await c.expect('HGETALL', 'h').map({ f: '1' });
    await c.expect('SELECT', '5').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('LRANGE', 'l', '0', '-1').array(['a', 'b']);
  });

  test('a replica gets the keys of its primary, and each later write', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('HSET', 'h', 'f', 'v').int(1);
    await c.expect('SADD', 's', 'x').int(1);
    await c.expect('XADD', 'x', '1-1', 'a', '1').bulk('1-1');
    await c.expect('SET', 'k', '\x00\xff\r\n').ok();
    const { primary, replica, second } = await pair();
    await primary.expect('SET', 'later', '1').ok();
    await caughtUp(undefined, second.port);
    await replica.expect('LRANGE', 'l', '0', '-1').array(['a', 'b']);
    await replica.expect('HGETALL', 'h').map({ f: 'v' });
    await replica.expect('SMEMBERS', 's').set(['x']);
    await replica.expect('XRANGE', 'x', '-', '+').array([['1-1', ['a', '1']]]);
    await replica.expect('GET', 'k').bulk('\x00\xff\r\n');
    await replica.expect('GET', 'later').bulk('1');
  });
});

step(2, 'the handshake', () => {
  test('a replica sends PING, REPLCONF listening-port, REPLCONF capa and PSYNC', async () => {
    const { port } = await address();
    const primary = await fakePrimary();
    await follow(primary.port);
    const [ping, ...others] = await (await primary.link()).handshake();
    expect(ping).toEqual(['PING']);
    const psync = others.pop();
    const received = others.map((words) => words.map((word) => word.toLowerCase()));
    expect(received).toContainEqual(['replconf', 'listening-port', String(port)]);
    expect(received).toContainEqual(['replconf', 'capa', 'eof', 'capa', 'psync2']);
    expect(received.every(([name]) => name === 'replconf')).toBe(true);
    // A server that was a primary before asks for a partial sync of its own history.
    expect(psync![0]).toBe('PSYNC');
    expect(psync).toHaveLength(3);
  });

  test('each step of the handshake waits for the answer to the one before', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    expect(await link.next()).toEqual(['PING']);
    link.write('+PO');
    link.write('NG\r\n');
    expect((await link.next())[0]!.toUpperCase()).toBe('REPLCONF');
  });

  test('a primary answers PING and REPLCONF', async () => {
    const replica = await fakeReplica();
    expect(await replica.ask('PING')).toBe('+PONG');
    expect(await replica.ask('REPLCONF', 'listening-port', '6399')).toBe('+OK');
    expect(await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2')).toBe('+OK');
  });

  test('PSYNC wants a replication ID and a number', async () => {
    const c = await client();
    await c.expect('PSYNC', '?').error("ERR wrong number of arguments for 'psync' command");
    await c.expect('PSYNC', '?', 'x').error('ERR value is not an integer or out of range');
    await c.expect('PING').status('PONG');
  });

  test('the RDB comes with a length to a replica that does not know the EOF mark', async () => {
    await configured({ 'repl-diskless-sync': 'yes' });
    expect(await (await fakeReplica()).psync()).toMatchObject({ kind: 'full', form: 'length' });
  });

  test('the RDB comes with an EOF mark to a replica that knows it', async () => {
    await configured({ 'repl-diskless-sync': 'yes' });
    const replica = await fakeReplica();
    await replica.ask('REPLCONF', 'capa', 'eof');
    expect(await replica.psync()).toMatchObject({ kind: 'full', form: 'eof' });
  });
});

step(3, 'a link that breaks', () => {
  test('+CONTINUE, then exactly the bytes that were missed', async () => {
    const { replid, offset, observer, at } = await leftBehind('a');
    const replica = await fakeReplica();
    await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
    expect(await replica.psync(replid, offset + 1)).toEqual({ kind: 'partial', replid });
    await replica.readUntil(([, key]) => key === 'a-missed-3');
    expect(replica.streamed()).toBe(observer.streamed().slice(at));
    expect(replica.offset()).toBe(observer.offset());
  });

  test('where nothing was missed the stream goes on', async () => {
    const { replid, observer } = await leftBehind('d');
    const replica = await fakeReplica();
    expect(await replica.psync(replid, observer.offset() + 1)).toMatchObject({ kind: 'partial' });
    await write(observer, 'd-after-', 1);
    expect((await replica.next()).at(-2)).toBe('d-after-1');
  });

  test('no partial sync for another history', async () => {
    const { replid, offset } = await leftBehind('g');
    expect(await (await fakeReplica()).psync('f'.repeat(40), offset + 1)).toMatchObject({ kind: 'full', replid });
  });

  test('no partial sync for an offset that has left the backlog', async () => {
    await configured({ 'repl-backlog-size': '16384' });
    const { replid, offset, observer } = await leftBehind('i');
    await write(observer, 'i-much-', 20, 'x'.repeat(2_000));
    expect(await (await fakeReplica()).psync(replid, offset + 1)).toMatchObject({ kind: 'full', replid });
  });

  test('a replica connects again, and asks for what is missing', async () => {
    const { primary, link } = await followed({}, 300);
    link.stream('SELECT', '2');
    link.stream('SET', 'a', '1');
    await applied(link);
    const offset = link.offset();
    link.cut();
    const again = await primary.link();
    expect((await again.handshake()).at(-1)).toEqual(['PSYNC', HISTORY, String(offset + 1)]);
    again.write('+CONTINUE\r\n');
    again.continueAt(offset);
    // The replica remembers which database was selected.
    again.stream('SET', 'b', '2');
    await applied(again);
    const c = await client();
    await c.expect('SELECT', '2').ok();
    await c.expect('MGET', 'a', 'b').array(['1', '2']);
  });

  test('a command that was half received when the link broke is sent again in whole', async () => {
    const { primary, link } = await followed({}, 300);
    link.stream('SELECT', '0');
    link.stream('SET', 'a', '1');
    await applied(link);
    const offset = link.offset();
    link.streamBytes('*3\r\n$3\r\nSET\r\n$1\r\nb\r');
    await until(async () => (await info())['slave_read_repl_offset'] === String(link.offset()), `INFO replication to show slave_read_repl_offset:${link.offset()}`);
    link.cut();
    const again = await primary.link();
    expect((await again.handshake()).at(-1)).toEqual(['PSYNC', HISTORY, String(offset + 1)]);
    again.write(`+CONTINUE ${HISTORY}\r\n`);
    again.continueAt(offset);
    again.stream('SET', 'b', '2');
    await applied(again);
    await (await client()).expect('MGET', 'a', 'b').array(['1', '2']);
  });
});

step(4, 'promotion', () => {
  test('after a promotion the old history is the second one', async () => {
    const { offset, replid } = await promoted();
    const fields = await info();
    expect(fields['role']).toBe('master');
    expect(replid).not.toBe(OLD_HISTORY);
    expect(fields['master_replid2']).toBe(OLD_HISTORY);
    expect(fields['second_repl_offset']).toBe(String(offset + 1));
    expect(fields['master_repl_offset']).toBe(String(offset));
  });

  test('the old primary returns as a replica, without a full sync', async () => {
    const { primary, replica, second } = await pair();
    await primary.expect('SET', 'k', '1').ok();
    await caughtUp(undefined, second.port);
    await replica.expect('REPLICAOF', 'NO', 'ONE').ok();
    await replica.expect('SET', 'k', '2').ok();
    const before = await info(second.port, 'stats');
    await primary.expect('REPLICAOF', '127.0.0.1', second.port).ok();
    await linkUp();
    await caughtUp(second.port, undefined);
    const after = await info(second.port, 'stats');
    await primary.expect('GET', 'k').bulk('2');
    await primary.expect('REPLICAOF', 'NO', 'ONE').ok();
    expect(after['sync_full']).toBe(before['sync_full']);
    expect(Number(after['sync_partial_ok'])).toBe(Number(before['sync_partial_ok']) + 1);
  });

  test('an old primary with writes that no other server has needs a full sync', async () => {
    const { primary, replica, second } = await pair();
    await primary.expect('SET', 'k', '1').ok();
    await caughtUp(undefined, second.port);
    await replica.expect('REPLICAOF', 'NO', 'ONE').ok();
    await primary.expect('SET', 'lost', '1').ok();
    await replica.expect('SET', 'kept', '1').ok();
    const before = await info(second.port, 'stats');
    await primary.expect('REPLICAOF', '127.0.0.1', second.port).ok();
    await linkUp();
    await caughtUp(second.port, undefined);
    const after = await info(second.port, 'stats');
    await primary.expect('MGET', 'k', 'lost', 'kept').array(['1', null, '1']);
    await primary.expect('REPLICAOF', 'NO', 'ONE').ok();
    expect(Number(after['sync_full'])).toBe(Number(before['sync_full']) + 1);
  });
});

step(5, 'WAIT, and what it does not promise', () => {
  test('a replica answers REPLCONF GETACK with the offset before it', async () => {
    const { link } = await followed({}, 1_000);
    link.stream('SELECT', '0');
    link.stream('SET', 'k', 'v');
    const before = link.offset();
    expect(await link.getAck()).toBe(before);
    const later = link.offset();
    expect(await link.getAck()).toBe(later);
  });

  test('WAIT asks the replicas with REPLCONF GETACK, and waits for their answer', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    const waiting = c.sendLater('WAIT', '1', '0');
    await replica.readUntil(([name, word]) => name === 'REPLCONF' && word === 'GETACK');
    expect(replica.streamed().endsWith('*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n')).toBe(true);
    replica.ack();
    await waiting.int(1);
  });

  test('after its timeout WAIT answers how many replicas have acknowledged', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    const mute = await syncedReplica();
    await c.expect('SET', 'k', 'v').ok();
    const waiting = c.sendLater('WAIT', '2', '80');
    await replica.readUntil(([name, word]) => name === 'REPLCONF' && word === 'GETACK');
    replica.ack();
    await waiting.int(1);
    expect(mute.isOpen()).toBe(true);
  });

  test('with too few replicas writes are refused, and reads are not', async () => {
    await configured({ 'min-replicas-to-write': '1' });
    const c = await client();
    await c.expect('SET', 'k', 'v').error(REFUSED);
    await c.expect('GET', 'k').nil();
    await c.expect('PING').status('PONG');
  });
});

step(6, 'chains, and expiry on replicas', () => {
  test('clients of a replica may read, but not write', async () => {
    await followed({ keys: { k: 'v' } });
    const c = await client();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w').error(READONLY);
    await c.expect('DEL', 'k').error(READONLY);
    await c.expect('EXPIRE', 'k', '10').error(READONLY);
    await c.expect('BLPOP', 'l', '0').error(READONLY);
    await c.expect('FLUSHALL').error(READONLY);
    await c.expect('GET', 'k').bulk('v');
  });

  test("the last replica of a chain has the first server's history", async () => {
    const { primary, second } = await pair();
    const third = await companion(1);
    const last = await third.client();
    await primary.expect('SET', 'before', '1').ok();
    await last.expect('REPLICAOF', '127.0.0.1', second.port).ok();
    await linkUp(third.port);
    await primary.expect('SET', 'after', '2').ok();
    await primary.expect('MULTI').ok();
    await primary.expect('RPUSH', 'l', 'a').status('QUEUED');
    await primary.expect('LPOP', 'l').status('QUEUED');
    await primary.expect('EXEC').array([1, 'a']);
    await caughtUp(undefined, third.port);
    await last.expect('MGET', 'before', 'after').array(['1', '2']);
    const [first, bottom] = [await info(), await info(third.port)];
    expect(bottom['master_replid']).toBe(first['master_replid']);
    expect((await info(second.port))['connected_slaves'], 'connected_slaves in INFO').toBe('1');
    expect(first['connected_slaves']).toBe('1');
  });

  test('deadlines arrive as points in time', async () => {
    const c = await client();
    await c.expect('SET', 'before', 'v', 'PX', '60000').ok();
    const { primary, replica, second } = await pair();
    await primary.expect('SET', 'after', 'v', 'EX', '60').ok();
    await primary.expect('EXPIRE', 'before', '100').int(1);
    await caughtUp(undefined, second.port);
    for (const key of ['before', 'after']) {
      const [ours, theirs] = [await primary.send('PEXPIRETIME', key), await replica.send('PEXPIRETIME', key)];
      expect(theirs).toBe(ours);
    }
  });

  test('a replica hides a key whose deadline has passed', async () => {
    await followed(OVER);
    const c = await client();
    await c.expect('GET', 'over').nil();
    await c.expect('EXISTS', 'over').int(0);
    await c.expect('TTL', 'over').int(-2);
    await c.expect('TYPE', 'over').status('none');
    await c.expect('STRLEN', 'over').int(0);
    await c.expect('KEYS', '*').array(['k']);
    await c.expect('SCAN', '0', 'COUNT', '100').array(['0', ['k']]);
  });

  test('a replica keeps an expired key until the primary deletes it', async () => {
    const { link } = await followed(OVER);
    const c = await client();
    await c.expect('GET', 'over').nil();
    await c.expect('DBSIZE').int(2);
    link.stream('SELECT', '0');
    link.stream('DEL', 'over');
    await applied(link);
    await c.expect('DBSIZE').int(1);
  });

  test('a key that expires on the primary is deleted on the replica', async () => {
    const { primary, replica, second } = await pair();
    await primary.expect('SET', 'k', 'v', 'PX', '30').ok();
    await caughtUp(undefined, second.port);
    await until(async () => (await replica.send('DBSIZE')) === 0, 'the key to be deleted on the replica');
    await caughtUp(undefined, second.port);
    await primary.expect('DBSIZE').int(0);
  });
});
