import { address, atEnd, client, describe, expect, resp, rewritten, server, sleep, status, test, until } from '../harness/suite.ts';
import { openFakeReplica } from '../harness/fake-replica.ts';
import {
  applied,
  configured,
  fakePrimary,
  fakeReplica,
  follow,
  info,
  isPing,
  linkUp,
  replicaLines,
  syncedReplica,
  tinyRdb,
  type FakeReplica,
} from '../harness/replication.ts';
import { leftBehind, OLD_HISTORY, promoted, write } from '../harness/replication-pairs.ts';

/** The primary's side of the wire: the test plays the replica. */

describe('the handshake', () => {
  test('REPLCONF takes ip-address, and capabilities that it does not know', async () => {
    const replica = await fakeReplica();
    expect(await replica.ask('REPLCONF', 'ip-address', '10.0.0.9')).toBe('+OK');
    expect(await replica.ask('REPLCONF', 'capa', 'of-the-future')).toBe('+OK');
  });

  test('REPLCONF refuses what it does not know', async () => {
    const c = await client();
    await c.expect('REPLCONF', 'nonsense', '1').error('ERR Unrecognized REPLCONF option: nonsense');
    await c.expect('REPLCONF', 'listening-port').error('ERR syntax error');
    await c.expect('REPLCONF', 'listening-port', 'x').error('ERR value is not an integer or out of range');
  });

  test('INFO and ROLE show the replica with the address that it announced', async () => {
    const replica = await fakeReplica();
    await replica.ask('REPLCONF', 'listening-port', '6399');
    await replica.ask('REPLCONF', 'ip-address', '10.0.0.9');
    await replica.psync();
    await until(async () => (await replicaLines())[0]?.includes('online'), 'the replica to be online');
    const [line] = await replicaLines();
    expect(line).toMatch(/^ip=10\.0\.0\.9,port=6399,state=online,offset=\d+,lag=[01]$/);
    const { master_repl_offset: offset } = await info();
    const c = await client();
    await c.expect('ROLE').matches((role) => {
      const [name, , replicas] = role as [string, number, string[][]];
      expect(name).toBe('master');
      expect(replicas).toEqual([['10.0.0.9', '6399', expect.stringMatching(/^\d+$/)]]);
      expect(Number(replicas[0]![2])).toBeLessThanOrEqual(Number(offset) + 200);
    }, 'a primary with this replica');
  });

  test('without one, the address it comes from', async () => {
    await (await fakeReplica()).psync();
    await until(async () => (await replicaLines())[0]?.includes('online'), 'the replica to be online');
    expect((await replicaLines())[0]).toMatch(/^ip=(::ffff:)?127\.0\.0\.1,port=0,state=online,/);
  });

  test('ROLE of a primary without replicas', async () => {
    const { master_repl_offset: offset } = await info();
    const c = await client();
    await c.expect('ROLE').array(['master', Number(offset), []]);
  });
});

describe('full sync', () => {
  test('with a length where repl-diskless-sync says no', async () => {
    await configured({ 'repl-diskless-sync': 'no' });
    const replica = await fakeReplica();
    await replica.ask('REPLCONF', 'capa', 'eof');
    expect(await replica.psync()).toMatchObject({ kind: 'full', form: 'length' });
  });

  for (const form of ['length', 'eof'] as const) {
    test(`each write during the sync is in the RDB or in the stream, in order (${form})`, async () => {
      const [replica, c] = [await fakeReplica(), await client()];
      await configured({ 'repl-diskless-sync': form === 'eof' ? 'yes' : 'no' });
      await replica.ask('REPLCONF', 'capa', 'eof');
      const value = 'x'.repeat(200);
      const key = (n: number) => `write-${String(n).padStart(4, '0')}`;
      const numbers = Array.from({ length: 1_000 }, (_, n) => n);
      const syncing = replica.psync();
      for (const n of numbers) {
        await c.expect('SET', key(n), value).ok();
        // Writes go on until the sync is through, and a little longer.
        if (n > 500 && (await replicaLines())[0]?.includes('online')) break;
      }
      const sync = await syncing;
      if (sync.kind !== 'full') throw new Error('no full sync');
      expect(sync.form).toBe(form);
      await until(async () => (await replicaLines())[0]?.includes('online'), 'the replica to be online');
      replica.ack();
      await c.expect('SET', 'end', '1').ok();
      const streamed = (await replica.readUntil(([, name]) => name === 'end'))
        .filter(([name]) => name === 'SET')
        .map(([, name]) => name!);
      const written = (await c.send('KEYS', 'write-*')) as string[];
      const expected = written.sort().filter((name) => !sync.rdb.includes(name));
      expect(streamed).toEqual(expected);
      expect(streamed.length).toBeGreaterThan(0);
    });
  }

  test('all replicas get the same bytes', async () => {
    const replicas = [await syncedReplica(), await syncedReplica(), await syncedReplica()];
    const c = await client();
    for (const n of [1, 2, 3]) await c.expect('SET', `k${n}`, 'v').ok();
    for (const replica of replicas) await replica.readUntil(([, key]) => key === 'k3');
    const [first, ...others] = replicas.map((replica) => replica.streamed());
    for (const other of others) expect(first!.endsWith(other.slice(other.indexOf('*3')))).toBe(true);
    expect(new Set(replicas.map((replica) => replica.offset())).size).toBe(1);
  });

  for (const diskless of ['no', 'yes'] as const) {
    test(`is a background save while it goes on (repl-diskless-sync ${diskless})`, async () => {
      const [replica, c] = [await fakeReplica(), await client()];
      await configured({ 'repl-diskless-sync': diskless, 'rdb-key-save-delay': '5000' });
      const keys = Array.from({ length: 200 }, (_, n) => [`slow-${n}`, 'v']);
      await c.expect('MSET', ...keys.flat()).ok();
      const total = await c.send('DBSIZE');
      await replica.ask('REPLCONF', 'capa', 'eof');
      const syncing = replica.psync();
      const running = async () => (await info(undefined, 'persistence'))['rdb_bgsave_in_progress'] === '1';
      await until(running, 'the snapshot for the replica');
      const during = await info(undefined, 'persistence');
      expect(during).toMatchObject({ rdb_bgsave_in_progress: '1', current_save_keys_total: String(total) });
      expect(during['rdb_current_bgsave_time_sec']).toMatch(/^[01]$/);
      await c.expect('BGSAVE').error('ERR Background save already in progress');
      await syncing;
      await until(async () => !(await running()), 'its end');
      expect(await info(undefined, 'persistence')).toMatchObject({ rdb_current_bgsave_time_sec: '-1' });
    });
  }

  test('does not wait for more replicas than repl-diskless-sync-max-replicas', async () => {
    const [first, second] = [await fakeReplica(), await fakeReplica()];
    await configured({
      'repl-diskless-sync': 'yes',
      'repl-diskless-sync-delay': '3600',
      'repl-diskless-sync-max-replicas': '2',
    });
    for (const replica of [first, second]) await replica.ask('REPLCONF', 'capa', 'eof');
    const before = Number((await info(undefined, 'stats'))['sync_full']);
    const syncing = first.psync();
    await until(async () => (await replicaLines())[0]?.includes('state=wait_bgsave'), 'the first replica to wait');
    expect(await info(undefined, 'persistence')).toMatchObject({ rdb_bgsave_in_progress: '0' });
    const syncs = [await second.psync(), await syncing];
    for (const sync of syncs) expect(sync).toMatchObject({ kind: 'full', form: 'eof' });
    expect(Number((await info(undefined, 'stats'))['sync_full'])).toBe(before + 2);
  });

  test('a save to disk may take longer than repl-timeout', async () => {
    const [replica, c] = [await fakeReplica(), await client()];
    await configured({ 'repl-diskless-sync': 'no', 'repl-timeout': '1', 'rdb-key-save-delay': '100000' });
    await c.expect('MSET', ...Array.from({ length: 30 }, (_, n) => [`slow-${n}`, 'v']).flat()).ok();
    expect(await replica.psync()).toMatchObject({ kind: 'full', form: 'length' });
  });

  test('a replica may stop reading in the middle for less than repl-timeout', async () => {
    const [replica, c] = [await fakeReplica(), await client()];
    await configured({ 'repl-diskless-sync': 'yes', rdbcompression: 'no' });
    const value = 'x'.repeat(2 ** 20);
    for (let n = 0; n < 24; n++) await c.expect('SET', `large-${n}`, value).ok();
    await replica.ask('REPLCONF', 'capa', 'eof');
    replica.pause();
    replica.send('PSYNC', '?', -1);
    // A primary looks for silent replicas once a second.
    await sleep(2_500);
    replica.resume();
    await until(async () => (await replicaLines())[0]?.includes('online'), 'the replica to have all data');
    expect(replica.unread().length).toBeGreaterThan(24 * value.length);
  });

  test('one that reads nothing for repl-timeout seconds is left', async () => {
    const [replica, c] = [await fakeReplica(), await client()];
    await configured({ 'repl-diskless-sync': 'yes', rdbcompression: 'no', 'repl-timeout': '1' });
    const value = 'x'.repeat(2 ** 20);
    for (let n = 0; n < 24; n++) await c.expect('SET', `large-${n}`, value).ok();
    await replica.ask('REPLCONF', 'capa', 'eof');
    replica.pause();
    replica.send('PSYNC', '?', -1);
    await until(async () => (await replicaLines()).length === 1, 'the replica in INFO');
    await until(async () => (await replicaLines()).length === 0, 'the primary to give the replica up');
  });

  test('is counted in INFO stats', async () => {
    const before = await info(undefined, 'stats');
    await syncedReplica();
    const after = await info(undefined, 'stats');
    expect(Number(after['sync_full'])).toBe(Number(before['sync_full']) + 1);
    expect(after['sync_partial_ok']).toBe(before['sync_partial_ok']);
  });
});

describe('the stream', () => {
  test('is not held up by a replica that comes in the same moment', async () => {
    const [replica, other] = [await syncedReplica(), await fakeReplica()];
    other.send('SET', 'k', 'v');
    other.send('PSYNC', '?', '-1');
    // The next thing in the stream would be a PING after 10 s.
    await until(() => replica.unread().includes('SET'), 'the write in the stream', 3000);
  });

  test('INFO shows the replica\'s acknowledgement', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    await replica.readUntil(([, key]) => key === 'k');
    replica.ack();
    await until(async () => (await replicaLines())[0]?.includes(`,offset=${replica.offset()},`), 'the offset in INFO');
  });

  test('INFO counts its bytes apart', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    const sent = async () => Number((await info(undefined, 'stats'))['total_net_repl_output_bytes']);
    const before = await sent();
    await c.expect('SET', 'k', 'x'.repeat(100_000)).ok();
    await replica.readUntil(([, key]) => key === 'k');
    await until(async () => (await sent()) >= before + 100_000, 'the bytes in INFO');
    expect(await sent()).toBeLessThan(before + 101_000);
  });

  test('an acknowledgement gets no reply', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    replica.ack();
    replica.ack();
    await c.expect('SET', 'k', 'v').ok();
    const commands = await replica.readUntil(([, key]) => key === 'k');
    expect(commands.every(([name]) => isPing(name) || name === 'SELECT')).toBe(true);
  });

  test('a line feed each second while the replica waits for its RDB, the first one a second after the start', async () => {
    const spawned = Date.now();
    const own = await server('--hz', '4');
    const replica = await openFakeReplica('127.0.0.1', own.port);
    atEnd(() => replica.cut());
    // Without that option a primary waits 5 s for further replicas.
    await replica.ask('REPLCONF', 'capa', 'eof');
    replica.send('PSYNC', '?', -1);
    await until(() => replica.unread() === '\n', 'a line feed');
    expect(Date.now() - spawned).toBeGreaterThanOrEqual(1_000);
  });

  test('PING each repl-ping-replica-period seconds', async () => {
    await configured({ 'repl-ping-replica-period': '1' });
    const replica = await syncedReplica();
    await replica.next();
    expect(replica.streamed().toUpperCase()).toBe('*1\r\n$4\r\nPING\r\n');
  });

  test('a replica that says nothing for repl-timeout seconds is left', async () => {
    await configured({ 'repl-timeout': '1', 'repl-ping-replica-period': '10' });
    const replica = await syncedReplica();
    await replica.closed();
    await until(async () => (await info())['connected_slaves'] === '0', 'the primary to forget the replica');
  });

  test('a replica that reads too slowly is left (client-output-buffer-limit replica)', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await configured({ 'client-output-buffer-limit': 'replica 2mb 0 0' });
    replica.pause();
    const value = 'x'.repeat(2 ** 20);
    await until(async () => {
      await c.expect('SET', 'k', value).ok();
      return (await info())['connected_slaves'] === '0';
    }, 'the primary to give the replica up');
    await c.expect('STRLEN', 'k').int(value.length);
  });

  for (const request of ['PING', 'GET k', 'TYPE k', 'SET k new', 'DEL k', 'FLUSHALL', 'RANDOMKEY', 'BLPOP l 0', 'NOSUCH']) {
    test(`a replica that sends ${request} is cut off, and nothing happens`, async () => {
      const [replica, c] = [await syncedReplica(), await client()];
      await c.expect('SET', 'k', 'old').ok();
      await replica.readUntil(([, key]) => key === 'k');
      replica.send(...request.split(' '));
      await replica.closed();
      expect(replica.unread()).toBe('');
      await c.expect('GET', 'k').bulk('old');
      expect((await info())['connected_slaves']).toBe('0');
    });
  }

  test('so is one that waits for its RDB still, with all that it sent', async () => {
    await configured({ 'repl-diskless-sync-delay': '3600' });
    const { host, port } = await address();
    const replica = await openFakeReplica(host, port);
    atEnd(() => replica.cut());
    await replica.ask('REPLCONF', 'capa', 'eof');
    replica.send('PSYNC', '?', -1);
    await until(async () => (await replicaLines()).length === 1, 'the replica in INFO');
    replica.send('MULTI');
    replica.send('SET', 'k', 'v');
    replica.send('EXEC');
    await replica.closed();
    await (await client()).expect('EXISTS', 'k').int(0);
  });

  test('what was kept for a replica alone is freed when it has left', async () => {
    const [replica, c] = [await fakeReplica(), await client()];
    await configured({ 'rdb-key-save-delay': '20000', 'client-output-buffer-limit': 'replica 0 0 0' });
    await c.expect('MSET', ...Array.from({ length: 200 }, (_, n) => [`slow-${n}`, 'v']).flat()).ok();
    const size = async () => Number((await info(undefined, 'memory'))['mem_total_replication_buffers']);
    replica.send('PSYNC', '?', -1);
    await until(async () => (await info(undefined, 'persistence'))['rdb_bgsave_in_progress'] === '1', 'the full sync');
    for (let n = 0; n < 30; n++) await c.expect('SET', 'k', 'x'.repeat(100_000)).ok();
    expect(await size()).toBeGreaterThan(3_000_000);
    replica.cut();
    await until(async () => (await size()) < 2_000_000, 'the stream to be as long as repl-backlog-size');
  });

  test('a replica that left is forgotten', async () => {
    const replica = await syncedReplica();
    expect((await info())['connected_slaves']).toBe('1');
    replica.cut();
    await until(async () => (await info())['connected_slaves'] === '0', 'the replica to be forgotten');
    expect(await replicaLines()).toEqual([]);
  });
});

describe('partial sync', () => {
  test('+CONTINUE without an ID for a replica without capa psync2', async () => {
    const { replid, offset } = await leftBehind('b');
    const replica = await fakeReplica();
    expect(await replica.psync(replid, offset + 1)).toEqual({ kind: 'partial', replid: null });
    await replica.readUntil(([, key]) => key === 'b-missed-3');
  });

  test('from the middle of a command', async () => {
    const { replid, offset, observer, at } = await leftBehind('c');
    const replica = await fakeReplica();
    expect(await replica.psync(replid, offset + 1 - 10)).toMatchObject({ kind: 'partial' });
    const missed = observer.streamed().slice(at - 10);
    await until(() => replica.unread().length >= missed.length, 'the bytes that were missed');
    expect(replica.unread().slice(0, missed.length)).toBe(missed);
  });

  test('of the whole backlog', async () => {
    const { replid } = await leftBehind('e');
    const { repl_backlog_first_byte_offset: first, repl_backlog_histlen: length } = await info();
    const replica = await fakeReplica();
    expect(await replica.psync(replid, Number(first))).toMatchObject({ kind: 'partial' });
    await until(() => replica.unread().length >= Number(length), 'the whole backlog');
  });

  test('the replication ID may be of any case', async () => {
    const { replid, offset } = await leftBehind('f');
    const replica = await fakeReplica();
    expect(await replica.psync(replid.toUpperCase(), offset + 1)).toMatchObject({ kind: 'partial' });
  });

  test('no: an offset that is still to come', async () => {
    const { replid, observer } = await leftBehind('h');
    expect(await (await fakeReplica()).psync(replid, observer.offset() + 2)).toMatchObject({ kind: 'full', replid });
  });

  test('the backlog keeps the last repl-backlog-size bytes, and INFO shows their offsets', async () => {
    await configured({ 'repl-backlog-size': '16384' });
    const observer = await syncedReplica();
    await write(observer, 'much', 20, 'x'.repeat(2_000));
    const fields = await info();
    expect(fields['repl_backlog_active']).toBe('1');
    expect(fields['repl_backlog_size']).toBe('16384');
    const [first, length] = [Number(fields['repl_backlog_first_byte_offset']), Number(fields['repl_backlog_histlen'])];
    expect(first + length - 1).toBe(Number(fields['master_repl_offset']));
    expect(length).toBeGreaterThanOrEqual(16_384);
    // Redis drops whole blocks, so it may keep some more.
    expect(length).toBeLessThan(16_384 * 3);
    expect(await (await fakeReplica()).psync(fields['master_replid'], first - 1)).toMatchObject({ kind: 'full' });
  });

  test('is counted in INFO stats, with the refused ones apart', async () => {
    const { replid, offset } = await leftBehind('j');
    const before = await info(undefined, 'stats');
    await (await fakeReplica()).psync(replid, offset + 1);
    await (await fakeReplica()).psync('f'.repeat(40), offset + 1);
    const after = await info(undefined, 'stats');
    const counters = ['sync_full', 'sync_partial_ok', 'sync_partial_err'];
    expect(counters.map((name) => Number(after[name]) - Number(before[name]))).toEqual([1, 1, 1]);
  });
});

describe('after a promotion', () => {
  test('a server that was never a replica has no second history', async () => {
    const own = await server();
    const fields = await info(own.port);
    expect(fields['master_replid2']).toBe('0'.repeat(40));
    expect(fields['second_repl_offset']).toBe('-1');
  });

  test('replicas of the old primary continue, and learn the new ID', async () => {
    const { offset, replid } = await promoted();
    const replica = await fakeReplica();
    await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
    expect(await replica.psync(OLD_HISTORY, offset + 1)).toEqual({ kind: 'partial', replid });
    const c = await client();
    await c.expect('SET', 'new', '1').ok();
    await replica.readUntil(([, key]) => key === 'new');
    expect(replica.offset()).toBeGreaterThan(offset);
  });

  test('those that had less continue from the old primary\'s bytes', async () => {
    const { offset } = await promoted();
    const last = '*3\r\n$3\r\nSET\r\n$8\r\nstreamed\r\n$1\r\n1\r\n';
    const replica = await fakeReplica();
    expect(await replica.psync(OLD_HISTORY, offset + 1 - last.length)).toMatchObject({ kind: 'partial' });
    await until(() => replica.unread().length >= last.length, 'the old primary\'s last command');
    expect(replica.unread().slice(0, last.length)).toBe(last);
  });

  test('those that had more of it do not', async () => {
    const { offset, replid } = await promoted();
    expect(await (await fakeReplica()).psync(OLD_HISTORY, offset + 2)).toMatchObject({ kind: 'full', replid });
  });

  test('nor does the old ID hold for what came after', async () => {
    const { offset } = await promoted();
    const c = await client();
    await c.expect('SET', 'after', '1').ok();
    expect(await (await fakeReplica()).psync(OLD_HISTORY, offset + 5)).toMatchObject({ kind: 'full' });
  });
});

describe('a replica as a primary', () => {
  const HISTORY = 'b'.repeat(40);

  test('passes its own primary\'s stream on, byte for byte, with its ID and offset', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 700, tinyRdb({ keys: { k: '1' } }));
    await linkUp();
    const replica = await fakeReplica();
    await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
    expect(await replica.psync()).toMatchObject({ kind: 'full', replid: HISTORY, offset: 700 });
    await until(async () => (await replicaLines())[0]?.includes('online'), 'the sub-replica to be online');
    replica.ack();
    const commands = [['SELECT', '4'], ['set', 'K', 'Some Value'], ['PING'], ['incr', 'end']];
    for (const command of commands) link.stream(...command);
    await replica.readUntil(([, key]) => key === 'end');
    expect(replica.streamed()).toBe(commands.map((command) => resp(...command)).join(''));
    expect(replica.offset()).toBe(link.offset());
  });

  test('and each command as soon as it is there in whole', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 700, tinyRdb());
    await linkUp();
    const replica = await syncedReplica();
    const bytes = ['SELECT 0', 'SET a 1', 'SET b 2', 'SET c 3', 'SET d 4'].map((command) => resp(...command.split(' ')));
    const half = (at: number) => [bytes[at]!.slice(0, 9), bytes[at]!.slice(9)] as const;
    const [[b1, b2], [c1, c2]] = [half(2), half(3)];
    link.streamBytes(bytes[0]! + bytes[1]! + b1);
    await replica.readUntil(([, key]) => key === 'a');
    expect(replica.unread()).toBe('');
    link.streamBytes(b2 + c1);
    await replica.readUntil(([, key]) => key === 'b');
    expect(replica.unread()).toBe('');
    link.streamBytes(c2 + bytes[4]!);
    await replica.readUntil(([, key]) => key === 'd');
    expect(replica.streamed()).toBe(bytes.join(''));
    expect(replica.offset()).toBe(link.offset());
  });

  test('a partial sync from it', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 700, tinyRdb());
    link.stream('SELECT', '0');
    link.stream('SET', 'k', 'v');
    await applied(link);
    const replica = await fakeReplica();
    expect(await replica.psync(HISTORY, 701)).toMatchObject({ kind: 'partial' });
    await replica.readUntil(([, key]) => key === 'k');
    expect(replica.offset()).toBe(link.offset());
  });

  test('has nothing to give while its own link is down', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const replica = await fakeReplica();
    expect(await replica.psync()).toEqual({
      kind: 'error',
      text: "-NOMASTERLINK Can't SYNC while not connected with my master",
    });
  });

  test('cuts its replicas when its own full sync brings another history', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 700, tinyRdb());
    await linkUp();
    const replica = await fakeReplica();
    await replica.psync();
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.fullSync('c'.repeat(40), 10, tinyRdb());
    await replica.closed();
  });

  test('and when its primary goes on under another ID, so that they learn it', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 700, tinyRdb());
    await linkUp();
    const replica = await fakeReplica();
    await replica.psync();
    await until(async () => (await replicaLines())[0]?.includes('online'), 'the sub-replica to be online');
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.write(`+CONTINUE ${'d'.repeat(40)}\r\n`);
    await replica.closed();
    const back = await fakeReplica();
    await back.ask('REPLCONF', 'capa', 'psync2');
    expect(await back.psync(HISTORY, 701)).toEqual({ kind: 'partial', replid: 'd'.repeat(40) });
  });

  test('keeps them when its primary goes on under the same one', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(HISTORY, 700, tinyRdb());
    await linkUp();
    const replica = await fakeReplica();
    await replica.psync();
    await until(async () => (await replicaLines())[0]?.includes('online'), 'the sub-replica to be online');
    replica.ack();
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.write(`+CONTINUE ${HISTORY}\r\n`);
    again.continueAt(700);
    again.stream('SELECT', '0');
    again.stream('SET', 'k', 'v');
    await replica.readUntil(([, key]) => key === 'k');
    expect(replica.offset()).toBe(again.offset());
  });
});

describe('WAIT', () => {
  test('answers at once how many replicas have all writes, if none is required', async () => {
    const c = await client();
    await c.expect('WAIT', '0', '0').int(0);
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('WAIT', '0', '100').int(0);
  });

  test('an acknowledgement of less does not count', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    const before = replica.offset();
    await c.expect('SET', 'k', 'v').ok();
    const waiting = c.sendLater('WAIT', '1', '0');
    await replica.readUntil(([name, word]) => name === 'REPLCONF' && word === 'GETACK');
    replica.ack(before);
    await sleep(20);
    expect(c.pending).toBe(true);
    replica.ack();
    await waiting.int(1);
  });

  test('CLIENT UNBLOCK ends it before its time: with the number so far, or with an error', async () => {
    const [early, late] = [await syncedReplica(), await syncedReplica()];
    const [c, other] = [await client(), await client()];
    const id = String(await c.send('CLIENT', 'ID'));
    const acknowledge = async (replica: typeof early, index: number) => {
      await replica.readUntil(([name, word]) => name === 'REPLCONF' && word === 'GETACK');
      replica.ack();
      const line = `,offset=${replica.offset()},`;
      await until(async () => (await replicaLines())[index]?.includes(line), 'the acknowledgement');
    };
    await c.expect('SET', 'k', 'v').ok();
    let waiting = c.sendLater('WAIT', '2', '0');
    await acknowledge(early, 0);
    await other.expect('CLIENT', 'UNBLOCK', id).int(1);
    await waiting.int(1);
    waiting = c.sendLater('WAIT', '2', '0');
    await c.blocked();
    await other.expect('CLIENT', 'UNBLOCK', id, 'ERROR').int(1);
    await waiting.error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
    await acknowledge(late, 1);
    await c.expect('PING').status('PONG');
  });

  test('what was acknowledged before needs no waiting', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    await replica.readUntil(([, key]) => key === 'k');
    replica.ack();
    await until(async () => (await replicaLines())[0]?.includes(`,offset=${replica.offset()},`), 'the acknowledgement');
    await c.expect('WAIT', '1', '0').int(1);
  });

  test('inside MULTI it does not wait', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('WAIT', '1', '0').status('QUEUED');
    await c.expect('EXEC').array([status('OK'), 0]);
  });

  test('refuses wrong numbers', async () => {
    const c = await client();
    await c.expect('WAIT', 'x', '0').error('ERR value is not an integer or out of range');
    await c.expect('WAIT', '1', 'x').error('ERR timeout is not an integer or out of range');
    await c.expect('WAIT', '1', '-1').error('ERR timeout is negative');
    await c.expect('WAIT', '1').error("ERR wrong number of arguments for 'wait' command");
  });
});

describe('WAITAOF', () => {
  const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
  const NO_LOG = 'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.';

  /** Acknowledges the whole stream, and up to where the replica's own log is on disk. */
  async function asked(replica: FakeReplica, synced: (offset: number) => number): Promise<void> {
    await replica.readUntil(([name, word]) => name === 'REPLCONF' && word === 'GETACK');
    replica.ack(undefined, synced(replica.offset()));
  }

  test.since('7.2', 'answers whether the log is on disk, and on how many replicas, when it need not wait', async () => {
    const c = await client();
    await c.expect('WAITAOF', '0', '0', '0').array([0, 0]);
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('WAITAOF', '0', '0', '0').array([0, 0]);
    await c.expect('WAITAOF', '0', '1', '10').array([0, 0]);
  });

  for (const policy of ['always', 'everysec']) {
    test.since('7.2', `waits until this server has synced its log (appendfsync ${policy})`, async () => {
      const c = await (await server(...AOF, '--appendfsync', policy)).client();
      await c.expect('SET', 'k', 'v').ok();
      await c.expect('WAITAOF', '1', '0', '0').array([1, 0]);
      // Once more in one pipeline: nothing can be synced between the two requests.
      c.write(resp('SET', 'k', 'w') + resp('WAITAOF', '1', '0', '0'));
      await c.receive().ok();
      await c.receive().array([1, 0]);
    });
  }

  test.since('7.2', 'under appendfsync no it waits until that is changed', async () => {
    const s = await server(...AOF, '--appendfsync', 'no');
    const [c, other] = [await s.client(), await s.client()];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('WAITAOF', '1', '0', '20').array([0, 0]);
    const waiting = c.sendLater('WAITAOF', '1', '0', '0');
    await until(async () => /blocked_clients:1\r/.test(String(await other.send('INFO', 'clients'))), 'a client that waits');
    await other.expect('CONFIG', 'SET', 'appendfsync', 'everysec').ok();
    await waiting.array([1, 0]);
  });

  test.since('7.2', 'a client that has written nothing waits for nothing, whatever others have written', async () => {
    const s = await server(...AOF, '--appendfsync', 'no');
    const [c, other] = [await s.client(), await s.client()];
    await other.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('WAITAOF', '1', '0', '0').array([1, 0]);
    await other.expect('WAITAOF', '1', '0', '10').array([0, 0]);
  });

  test.since('7.2', 'a log that is switched off ends the wait for it', async () => {
    const s = await server(...AOF, '--appendfsync', 'no');
    const [c, other] = [await s.client(), await s.client()];
    await c.expect('SET', 'k', 'v').ok();
    const waiting = c.sendLater('WAITAOF', '1', '0', '0');
    await until(async () => /blocked_clients:1\r/.test(String(await other.send('INFO', 'clients'))), 'a client that waits');
    await other.expect('CONFIG', 'SET', 'appendonly', 'no').ok();
    await waiting.error(NO_LOG);
    await c.expect('WAITAOF', '1', '0', '0').error(NO_LOG);
    await c.expect('WAITAOF', '0', '0', '0').array([0, 0]);
  });

  test.since('7.2', 'a log that is switched on counts when all data are in it', async () => {
    const s = await server('--save', '', '--appendfsync', 'everysec');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('CONFIG', 'SET', 'appendonly', 'yes').ok();
    await c.expect('SET', 'k', 'w').ok();
    await c.expect('WAITAOF', '1', '0', '0').array([1, 0]);
    await rewritten(c);
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('WAITAOF', '1', '0', '0').array([1, 0]);
  });

  test.since('7.2', 'waits for replicas that say their log is on disk (FACK)', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    const waiting = c.sendLater('WAITAOF', '0', '1', '0');
    await asked(replica, () => 0);
    const id = String(replica.offset());
    await until(async () => (await replicaLines())[0]!.includes(`,offset=${id},`), 'the acknowledgement');
    expect(c.pending).toBe(true);
    replica.ack(undefined, replica.offset());
    await waiting.array([0, 1]);
    await c.expect('WAIT', '1', '0').int(1);
  });

  test.since('7.2', 'an acknowledgement without FACK is none of a log', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    const waiting = c.sendLater('WAITAOF', '0', '1', '100');
    await replica.readUntil(([name, word]) => name === 'REPLCONF' && word === 'GETACK');
    replica.ack();
    await waiting.array([0, 0]);
  });

  test.since('7.2', 'an offset that is on disk stays so, and an older one does not count', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    let waiting = c.sendLater('WAITAOF', '0', '1', '0');
    await asked(replica, (offset) => offset);
    await waiting.array([0, 1]);
    replica.ack(undefined, 1);
    await c.expect('WAITAOF', '0', '1', '0').array([0, 1]);
    await c.expect('SET', 'k', 'w').ok();
    waiting = c.sendLater('WAITAOF', '0', '1', '100');
    await asked(replica, (offset) => offset - 200);
    await waiting.array([0, 0]);
  });

  test.since('7.2', 'two clients, one for the replica and one for the log, each get theirs', async () => {
    const s = await server(...AOF, '--appendfsync', 'no');
    const replica = await syncedReplica(s.port);
    const [one, two] = [await s.client(), await s.client()];
    await one.expect('SET', 'a', '1').ok();
    await two.expect('SET', 'b', '2').ok();
    const first = one.sendLater('WAITAOF', '0', '1', '0');
    const second = two.sendLater('WAITAOF', '1', '1', '0');
    await asked(replica, (offset) => offset);
    await first.array([0, 1]);
    await one.expect('CONFIG', 'SET', 'appendfsync', 'everysec').ok();
    await second.array([1, 1]);
  });

  test.since('7.2', 'inside MULTI it does not wait', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('WAITAOF', '0', '1', '0').status('QUEUED');
    await c.expect('EXEC').array([status('OK'), [0, 0]]);
  });

  test.since('7.2', 'CLIENT UNBLOCK ends it, and so does a change of role', async () => {
    const [c, other] = [await client(), await client()];
    const id = String(await c.send('CLIENT', 'ID'));
    let waiting = c.sendLater('WAITAOF', '0', '1', '0');
    await c.blocked();
    await other.expect('CLIENT', 'UNBLOCK', id).int(1);
    await waiting.array([0, 0]);
    waiting = c.sendLater('WAITAOF', '0', '1', '0');
    await c.blocked();
    const primary = await fakePrimary();
    await follow(primary.port);
    await waiting.errorLike(/^UNBLOCKED /);
    await c.closed();
    await other.expect('WAITAOF', '0', '0', '0').errorLike(/^ERR WAITAOF cannot be used with replica instances\. /);
  });

  test.since('7.2', 'refuses what it cannot read', async () => {
    const c = await client();
    await c.expect('WAITAOF', '2', '0', '0').error('ERR value is out of range, value must between 0 and 1');
    await c.expect('WAITAOF', '-1', '0', '0').error('ERR value is out of range, value must between 0 and 1');
    await c.expect('WAITAOF', 'x', 'y', 'z').error('ERR value is not an integer or out of range');
    await c.expect('WAITAOF', '0', '-1', '0').error('ERR value is out of range, must be positive');
    await c.expect('WAITAOF', '0', 'x', '0').error('ERR value is out of range, must be positive');
    await c.expect('WAITAOF', '0', '0', 'x').error('ERR timeout is not an integer or out of range');
    await c.expect('WAITAOF', '0', '0', '-1').error('ERR timeout is negative');
    await c.expect('WAITAOF', '0', '0', '9223372036854775807').error('ERR timeout is out of range');
    await c.expect('WAITAOF', '1', '0', '0').error(NO_LOG);
    await c.expect('WAITAOF', '0', '0').error("ERR wrong number of arguments for 'waitaof' command");
  });
});

describe('min-replicas-to-write', () => {
  const REFUSED = 'NOREPLICAS Not enough good replicas to write.';

  test('nor in a transaction', async () => {
    await configured({ 'min-replicas-to-write': '1' });
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').error(REFUSED);
    await c.expect('EXEC').error('EXECABORT Transaction discarded because of previous errors.');
  });

  test('one that came before the limit was set is refused as a whole', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await configured({ 'min-replicas-to-write': '1' });
    await c.expect('EXEC').error(`EXECABORT Transaction discarded because of: ${REFUSED}`);
  });

  test('a replica that acknowledges lets them pass', async () => {
    await configured({ 'min-replicas-to-write': '1', 'min-replicas-max-lag': '10' });
    const [replica, c] = [await syncedReplica(), await client()];
    replica.ack();
    await until(async () => (await info())['min_slaves_good_slaves'] === '1', 'a good replica');
    await c.expect('SET', 'k', 'v').ok();
    await configured({ 'min-replicas-to-write': '2' });
    await c.expect('SET', 'k', 'v').error(REFUSED);
  });

  test('one that has not for more than min-replicas-max-lag seconds does not', async () => {
    await configured({ 'min-replicas-to-write': '1', 'min-replicas-max-lag': '1' });
    const [replica, c] = [await syncedReplica(), await client()];
    replica.ack();
    await until(async () => (await info())['min_slaves_good_slaves'] === '1', 'a good replica');
    await until(async () => (await info())['min_slaves_good_slaves'] === '0', 'its acknowledgement to age');
    await c.expect('SET', 'k', 'v').error(REFUSED);
    expect(replica.isOpen()).toBe(true);
  });
});
