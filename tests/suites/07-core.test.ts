import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_DATABASES, contents, expect, field, items, logged, manifest, readFile, resp, reusedServer, rewritten, server, step, test, until } from '../harness/suite.ts';
import { becomes, log, unselected } from '../harness/aof-effects.ts';
import { AOF, BASE, FIRST, INCR, MANIFEST, prepared, refused, SETS, survive, written } from '../harness/aof-files.ts';
import { everyType, fill, increment, pair, rewrite, SLOW, STARTED, survives, tidy } from '../harness/aof-rewrite.ts';

const files = written(...SETS);
const base = 'appendonly.aof.1.base.rdb';
const without = (name: string) => Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));

step(1, 'the effect, not the command', () => {
  test('the log holds writes as they were typed', async () => {
    await becomes([
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
    ]);
  });

  test('the log holds no reads, no requests that change nothing, no failed ones', async () => {
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

  test('the log holds SELECT where the database changes, and only there', async () => {
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

  test('a time to live becomes a deadline in ms', async () => {
    await becomes([
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
    ]);
  });

  test('sums of floats are logged as their results', async () => {
    await becomes([
      ['SET f 1', 'SET f 1'],
      ['INCRBYFLOAT f 0.1', 'SET f 1.1 KEEPTTL'],
      ['INCRBYFLOAT new 3', 'SET new 3 KEEPTTL'],
      ['HINCRBYFLOAT h f 2.5', 'HSET h f 2.5'],
    ]);
  });

  test('SPOP is logged as an SREM of what came out', async () => {
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

  test('pops that may wait are logged as pops', async () => {
    await becomes([
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
    ]);
  });

  test('a stream entry is logged with its ID, and trimming with its exact size', async () => {
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
});

step(2, 'write, fsync, and who waits', () => {
  test('--appendonly yes makes a folder with a manifest, a base and an incremental file', async () => {
    const s = await server(...AOF);
    await s.client();
    expect(readdirSync(s.dir)).toEqual(['appendonlydir']);
    expect(readFile(s, 'appendonlydir', MANIFEST)).toBe(`${FIRST.join('\n')}\n`);
    expect(readFile(s, 'appendonlydir', INCR)).toBe('');
    expect(readFile(s, 'appendonlydir', 'appendonly.aof.1.base.rdb')).toMatch(/^REDIS\d{4}.*\xff.{8}$/s);
    expect(readdirSync(join(s.dir, 'appendonlydir'))).toHaveLength(3);
  });

  test('after a power cut everything comes back', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'no');
    const c = await s.client();
    await c.expect('MSET', 'a', 'text', 'n', '41', 'bin', '\0\r\n\xff').ok();
    await c.expect('INCR', 'n').int(42);
    await c.expect('SET', 'timed', 'v', 'EX', 1_000).ok();
    await c.expect('EXPIRE', 'a', 2_000).int(1);
    await c.expect('RPUSH', 'l', 'a', 'b', 'c', 'd').int(4);
    await c.expect('LPOP', 'l').bulk('a');
    await c.expect('SADD', 's', 'a', 'b', 'c', 'd').int(4);
    await c.expect('SPOP', 's', 2).success();
    await c.expect('HSET', 'h', 'f', '1.5').int(1);
    await c.expect('HINCRBYFLOAT', 'h', 'f', '0.1').bulk('1.6');
    await c.expect('XADD', 'x', '*', 'f', 'v').success();
    await c.expect('XADD', 'x', '*', 'f', 'w').success();
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
    await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'c').int(1);
    await c.expect('SELECT', 9).ok();
    await c.expect('SET', 'ninth', 'v').ok();
    await c.expect('COPY', 'ninth', 'copy', 'DB', 2).int(1);
    const before = await contents(c, ALL_DATABASES);
    expect(await contents(await survive(s), ALL_DATABASES)).toEqual(before);
  });

  test('what is pending in a group comes back', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'no');
    const c = await s.client();
    for (let at = 1; at <= 5; at++) await c.expect('XADD', 'x', `${at}-1`, 'f', 'v').success();
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
    for (const name of ['alice', 'bob']) {
      await c.expect('XREADGROUP', 'GROUP', 'g', name, 'COUNT', 2, 'STREAMS', 'x', '>').success();
    }
    await c.expect('XACK', 'x', 'g', '1-1').int(1);
    await c.expect('XCLAIM', 'x', 'g', 'bob', 0, '2-1').success();
    const after = await survive(s);
    await after.expect('XPENDING', 'x', 'g').array([3, '2-1', '4-1', [['bob', '3']]]);
    await after.expect('XREADGROUP', 'GROUP', 'g', 'bob', 'STREAMS', 'x', '>').array([['x', [['5-1', ['f', 'v']]]]]);
  });

  test('appendfsync takes always, everysec and no, and nothing else', async () => {
    const c = await (await reusedServer(...AOF)).client();
    await c.expect('CONFIG', 'GET', 'appendfsync').array(['appendfsync', 'everysec']);
    for (const policy of ['always', 'no', 'everysec']) await c.expect('CONFIG', 'SET', 'appendfsync', policy).ok();
    await c
      .expect('CONFIG', 'SET', 'appendfsync', 'sometimes')
      .error(
        "ERR CONFIG SET failed (possibly related to argument 'appendfsync') - " +
          'argument(s) must be one of the following: everysec, always, no',
      );
  });

  test('with appendfsync always, a reply means that its request is in the file', async () => {
    const s = await server(...AOF, '--appendfsync', 'always');
    const c = await s.client();
    for (let at = 0; at < 30; at++) {
      await c.expect('SET', 'k', at).ok();
      expect(logged(s).at(-1)).toEqual(['SET', 'k', String(at)]);
    }
    // Nothing but requests, as they come over the wire: no timestamps unless an option turns them on.
    const start = resp('SELECT', '0') + resp('SET', 'k', '0') + resp('SET', 'k', '1');
    expect(readFile(s, 'appendonlydir', INCR)!.slice(0, start.length)).toBe(start);
  });
});

step(3, 'a log that only grows', () => {
  test('BGREWRITEAOF puts a new pair of files in the place of the old ones', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'k', 'before').ok();
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(2));
    expect(readFile(s, 'appendonlydir', 'appendonly.aof.2.base.rdb')).toMatch(/^REDIS\d{4}.*before/s);
    expect(readFile(s, 'appendonlydir', 'appendonly.aof.2.incr.aof')).toBe('');
    await c.expect('SET', 'k', 'after').ok();
    await until(() => logged(s).length > 1, 'the request in the log');
    expect(logged(s)).toEqual([['SELECT', '0'], ['SET', 'k', 'after']]);
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(3));
    await survives(s, c);
  });

  test('everything comes back from a base in RDB format', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await everyType(c);
    await rewrite(c, s);
    await survives(s, c, ALL_DATABASES);
  });

  test('writes during a rewrite are in the new incremental file, and are applied once', async () => {
    // A second and a half: the writes have to come before its end on a busy machine, too.
    const s = await server(...SLOW, '--rdb-key-save-delay', '10000');
    const c = await s.client();
    await fill(c, 150);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('BGREWRITEAOF').status(STARTED);
    await until(() => manifest(s).length === 3, 'the manifest to name the new file');
    expect(manifest(s)).toEqual([...pair(1), 'file appendonly.aof.2.incr.aof seq 2 type i']);
    await increment(c, 150);
    await c.expect('RPUSH', 'l', 'b').int(2);
    await c.expect('DEL', 'key:0', 'key:149').int(2);
    await c.expect('SADD', 'new', 'member').int(1);
    expect(await field(c, 'aof_rewrite_in_progress'), 'aof_rewrite_in_progress in INFO').toBe('1');
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(2));
    const after = await survives(s, c);
    await after.expect('LRANGE', 'l', 0, -1).array(['a', 'b']);
    await after.expect('GET', 'key:7').bulk('8');
  });

  test('a rewrite begins by itself when the files have grown', async () => {
    const s = await server(...AOF, '--auto-aof-rewrite-percentage', '100', '--auto-aof-rewrite-min-size', '10kb');
    const c = await s.client();
    for (let at = 0; at < 30; at++) await c.expect('SET', 'k', 'v'.repeat(100)).ok();
    expect(Number(await field(c, 'aof_current_size')), 'aof_current_size in INFO').toBeGreaterThan(3_000);
    expect(await field(c, 'aof_rewrites'), 'aof_rewrites in INFO').toBe('0');
    for (let at = 0; at < 90; at++) await c.expect('SET', 'k', 'v'.repeat(100)).ok();
    await until(async () => (await field(c, 'aof_rewrites')) === '1', 'INFO persistence to show aof_rewrites:1');
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(2));
    // What came during the rewrite and after it is in the size as well.
    expect(Number(await field(c, 'aof_current_size')), 'aof_current_size in INFO').toBeLessThan(10 * 1_024);
    await survives(s, c);
  });
});

step(4, 'the switch, file by file', () => {
  test('the manifest says which files are loaded, and in which order', async () => {
    const s = await prepared({
      'appendonly.aof.4.base.rdb': BASE,
      'appendonly.aof.7.incr.aof': resp('SELECT', '0') + resp('SET', 'a', '1') + resp('RPUSH', 'l', 'x'),
      'appendonly.aof.8.incr.aof': resp('SELECT', '3') + resp('SET', 'b', '2'),
      'appendonly.aof.9.incr.aof': '',
      [MANIFEST]:
        '# a comment\nfile appendonly.aof.4.base.rdb seq 4 type b\nfile appendonly.aof.7.incr.aof seq 7 type i\n' +
        'file appendonly.aof.8.incr.aof seq 8 type i\nfile appendonly.aof.9.incr.aof seq 9 type i\n',
    });
    await s.restart();
    const c = await s.client();
    await c.expect('MGET', 'base', 'a').array(['1234', '1']);
    await c.expect('LRANGE', 'l', 0, -1).array(['x']);
    await c.expect('SELECT', 3).ok();
    await c.expect('GET', 'b').bulk('2');
    await c.expect('SET', 'new', '1').ok();
    await until(() => logged(s).length === 2, 'the request in the last file');
    expect(logged(s)).toEqual([['SELECT', '3'], ['SET', 'new', '1']]);
  });

  test('files of history are not loaded, and are removed', async () => {
    const old = 'appendonly.aof.1.incr.aof';
    const lines = ['file appendonly.aof.2.base.rdb seq 2 type b', 'file appendonly.aof.2.incr.aof seq 2 type i'];
    const s = await prepared({
      'appendonly.aof.2.base.rdb': BASE,
      'appendonly.aof.2.incr.aof': resp('SELECT', '0') + resp('SET', 'a', '1'),
      [old]: resp('SELECT', '0') + resp('SET', 'old', '1'),
      [MANIFEST]: `${lines[0]}\nfile ${old} seq 1 type h\n${lines[1]}\n`,
    });
    await s.restart();
    await (await s.client()).expect('MGET', 'base', 'a', 'old').array(['1234', '1', null]);
    await until(() => readFile(s, 'appendonlydir', old) === null, 'the old file to go');
    expect(manifest(s)).toEqual(lines);
  });

  test('a power cut in the middle of a rewrite loses nothing', async () => {
    // A second and a half: each of the writes waits for the disk, and they have to come before its end.
    const s = await server(...SLOW, '--appendfsync', 'always', '--rdb-key-save-delay', '10000');
    const c = await s.client();
    await fill(c, 150);
    await c.expect('BGREWRITEAOF').status(STARTED);
    await increment(c, 20);
    expect(await field(c, 'aof_rewrite_in_progress'), 'aof_rewrite_in_progress in INFO').toBe('1');
    const after = await survives(s, c);
    await rewrite(after, s);
    await survives(s, after);
  });

  test('the server does not start without a file that the manifest names', async () => {
    await refused([
      ['no base', without(base), /1\.base\.rdb/],
      ['no increment', without(INCR), /1\.incr\.aof/],
    ]);
  });
});

step(5, 'a torn tail', () => {
  test('a torn tail is cut off, and the rest is loaded', async () => {
    const files = written(...SETS);
    const whole = files[INCR]!;
    const last = resp(...SETS.at(-1)!).length;
    for (const cut of [1, last - 1]) {
      const s = await prepared({ ...files, [INCR]: whole.slice(0, -cut) });
      await s.restart();
      const c = await s.client();
      await c.expect('MGET', 'k3', 'k4').array(['v3', null]);
      const left = readFile(s, 'appendonlydir', INCR)!;
      expect(left.length, 'the length of the file, in bytes, after the start').toBe(whole.length - last);
      expect(left).toBe(whole.slice(0, -last));
      expect(s.output(), 'what the server printed').toMatch(/truncat/i);
      await c.expect('SET', 'k4', 'new').ok();
      await until(() => logged(s).at(-1)?.[1] === 'k4', 'the request in the log');
    }
  });

  test('of a transaction that is torn nothing is loaded', async () => {
    const files = written(...SETS);
    const unit = resp('MULTI') + resp('SET', 'k1', 'changed') + resp('DEL', 'k2') + resp('EXEC');
    const start = async (cut: number) => {
      const s = await prepared({ ...files, [INCR]: `${files[INCR]}${unit.slice(0, -cut)}` });
      await s.restart();
      await (await s.client()).expect('MGET', 'k1', 'k2').array(['v1', 'v2']);
      return readFile(s, 'appendonlydir', INCR)!;
    };
    // Inside a command, Redis cuts off that command; to cut off its MULTI as well is safer, since more will be appended.
    expect((await start(3)).startsWith(files[INCR]!)).toBe(true);
    // Between two commands, Redis also cuts before the MULTI.
    const left = await start(resp('EXEC').length);
    expect(left.length, 'the length of the file, in bytes, when it ended just before EXEC').toBe(files[INCR]!.length);
  });

  test('a torn tail is refused with aof-load-truncated no', async () => {
    const files = written(...SETS);
    const torn = { ...files, [INCR]: files[INCR]!.slice(0, -3) };
    await refused([['a torn tail', torn, /unexpected end of file|truncated/i]], '--aof-load-truncated', 'no');
  });

  test('damage in the middle is refused', async () => {
    await refused([
      ['$x as a length', { ...files, [INCR]: files[INCR]!.replace('$2\r\nk1', '$x\r\nk1') }, /format|malformed|offset/i],
      ['an unknown command', { ...files, [INCR]: files[INCR]!.replace('SET', 'SEQ') }, /unknown command.*SEQ/i],
      ['rubbish at the end', { ...files, [INCR]: `${files[INCR]}rubbish\r\n` }, /format|malformed|offset/i],
    ]);
  });
});
