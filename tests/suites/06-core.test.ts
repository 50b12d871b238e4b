import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_DATABASES, client, contents, expect, field, hex, info, items, payload, rdbFile, readFile } from '../harness/suite.ts';
import { resp, reusedServer, saved, server, status, step, test, until } from '../harness/suite.ts';
import type { Expected } from '../harness/expected.ts';
import { BUSY, dirty, ended, FAR, failed, fill, key, MADE_BY_REDIS, milliseconds, MISCONF, NO_SAVE, numbered } from '../harness/rdb-files.ts';
import { obstruct, refused, STARTED, survive, valueOf } from '../harness/rdb-files.ts';

const BAD = 'ERR Bad data format';
const BUSYKEY = 'BUSYKEY Target key name already exists.';
const WRONG = 'ERR DUMP payload version or checksum are wrong';
/** A string value: type 0, a length, the bytes. */
const HELLO = payload('\0\x05hello');
/** A dump with two keys. */
const whole = rdbFile(`\xfe\0${key('name', 'value')}${key('other', 'x'.repeat(100))}`);
const unset = (name: string, reason: string) => `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;

step(1, 'a file, byte by byte', () => {
  test('SAVE writes a file that starts with REDIS and a version, and ends with a checksum', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await c.expect('SET', 'key', 'value').ok();
    await c.expect('SAVE').ok();
    const file = readFile(s, 'dump.rdb')!;
    expect(file).toMatch(/^REDIS00(09|1[012])\xfa/);
    const version = file.slice(5, 9);
    expect(file).toBe(rdbFile(file.slice(9, -9), { version }));
  });

  test('the file holds AUX fields, SELECTDB, RESIZEDB and the keys', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await c.expect('SET', 'plain', 'value').ok();
    await c.expect('SELECT', '9').ok();
    const deadline = Date.now() + 100_000;
    await c.expect('SET', 'timed', 'later', 'PXAT', deadline).ok();
    await c.expect('SAVE').ok();
    const file = readFile(s, 'dump.rdb')!;
    expect(file).toContain('\xfa\x09redis-ver');
    expect(file).toContain('\xfa\x0aredis-bits');
    expect(file).toContain('\xfa\x05ctime');
    expect(file).toContain('\xfa\x08used-mem');
    expect(file).toContain('\xfe\x00\xfb\x01\x00\0\x05plain\x05value');
    expect(file).toContain(`\xfe\x09\xfb\x01\x01${milliseconds(deadline)}\0\x05timed\x05later`);
  });

  test('strings come back after a restart', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at));
    await c.expect('MSET', 'empty', '', 'binary', all, all, 'binary key', 'long', 'lorem ipsum '.repeat(9_000)).ok();
    await c.expect('MSET', 'i8', '-128', 'i16', '3000', 'i32', '-2000000000', 'i64', '9223372036854775807').ok();
    await c.expect('MSET', 'zeros', '007', 'float', '3.14', '', 'the empty key', '123', 'a number for a name').ok();
    await c.expect('SETRANGE', 'hole', '70000', 'x').int(70_001);
    const before = await contents(c);
    expect(await contents(await survive(s, c))).toEqual(before);
  });

  test('all sixteen databases come back', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    for (const db of ALL_DATABASES) {
      await c.expect('SELECT', db).ok();
      await c.expect('SET', `own ${db}`, db).ok();
      await c.expect('SET', 'same name', `db ${db}`).ok();
    }
    const before = await contents(c, ALL_DATABASES);
    expect(Object.keys(before)).toHaveLength(32);
    expect(await contents(await survive(s, c), ALL_DATABASES)).toEqual(before);
  });

  test('deadlines come back as points in time', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    const deadline = Date.now() + 100_000;
    await c.expect('SET', 'k', 'v', 'PXAT', deadline).ok();
    await c.expect('SET', 'l', 'v').ok();
    await c.expect('EXPIREAT', 'l', '33177117420').int(1);
    await c.expect('SET', 's', 'v').ok();
    await c.expect('PEXPIREAT', 's', deadline + 1).int(1);
    await c.expect('SET', 'persistent', 'v').ok();
    const after = await survive(s, c);
    await after.expect('PEXPIRETIME', 'k').int(deadline);
    await after.expect('EXPIRETIME', 'l').int('33177117420');
    await after.expect('PEXPIRETIME', 's').int(deadline + 1);
    await after.expect('PEXPIRETIME', 'persistent').int(-1);
    expect(await info(after, 'keyspace')).toMatchObject({ db0: expect.stringMatching(/^keys=4,expires=3,/) });
  });

  test('keys whose deadline passed while the server was down are gone, and counted', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    const deadline = Date.now() + 300;
    for (const key of ['a', 'b', 'c']) await c.expect('SET', key, 'v', 'PXAT', deadline).ok();
    await c.expect('SET', 'stays', 'v').ok();
    await c.expect('SAVE').ok();
    await s.kill();
    await until(() => Date.now() > deadline, 'the deadline');
    await s.restart();
    const after = await s.client();
    await after.expect('KEYS', '*').array(['stays']);
    await after.expect('DBSIZE').int(1);
    expect(await info(after)).toMatchObject({ rdb_last_load_keys_expired: '3', rdb_last_load_keys_loaded: '1' });
  });
});

step(2, 'the bytes of each type', () => {
  test('DUMP answers a type, the value, the RDB version in two bytes and a CRC-64', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'hello').ok();
    const dump = String(await c.send('DUMP', 'k'));
    const version = dump.charCodeAt(dump.length - 10);
    expect(version).toBeGreaterThanOrEqual(9);
    expect(version).toBeLessThanOrEqual(12);
    expect(dump).toBe(payload('\0\x05hello', version));
  });

  test('integers are written in the fewest bytes', async () => {
    const c = await client();
    const rows = [
      ['0', '00c000'],
      ['-1', '00c0ff'],
      ['127', '00c07f'],
      ['128', '00c18000'],
      ['-128', '00c080'],
      ['-129', '00c17fff'],
      ['32767', '00c1ff7f'],
      ['32768', '00c200800000'],
      ['2147483647', '00c2ffffff7f'],
      ['-2147483648', '00c200000080'],
    ] as const;
    for (const [text, bytes] of rows) {
      await c.expect('SET', 'k', text).ok();
      expect([text, await valueOf(c, 'k')]).toEqual([text, hex(bytes)]);
    }
  });

  test('RESTORE creates the key', async () => {
    const c = await client();
    await c.expect('RESTORE', 'k', 0, HELLO).ok();
    await c.expect('GET', 'k').bulk('hello');
    await c.expect('TTL', 'k').int(-1);
  });

  test('RESTORE refuses a key that is there, unless with REPLACE', async () => {
    const c = await client();
    await c.expect('RPUSH', 'k', 'a').int(1);
    await c.expect('RESTORE', 'k', 0, HELLO).error(BUSYKEY);
    await c.expect('RESTORE', 'k', 0, 'rubbish').error(BUSYKEY);
    await c.expect('LRANGE', 'k', 0, -1).array(['a']);
    await c.expect('RESTORE', 'k', 0, HELLO, 'REPLACE').ok();
    await c.expect('GET', 'k').bulk('hello');
  });

  test('a length is read in each of its encodings', async () => {
    const c = await client();
    for (const length of ['\x02', '\x40\x02', '\x80\0\0\0\x02', `\x81${'\0'.repeat(7)}\x02`]) {
      await c.expect('RESTORE', 'k', 0, payload(`\0${length}hi`), 'REPLACE').ok();
      await c.expect('GET', 'k').bulk('hi');
    }
  });

  test('collections are read in their plain and in their packed forms', async () => {
    const c = await client();
    const packed = '\x11\0\0\0\x04\0\x81a\x02\x01\x01\x81b\x02\x02\x01\xff';
    await c.expect('RESTORE', 'list', 0, payload('\x01\x02\x01a\xc0\x05')).ok();
    await c.expect('RESTORE', 'set', 0, payload('\x02\x02\x01a\x01b')).ok();
    await c.expect('RESTORE', 'hash', 0, payload('\x04\x01\x01f\x01v')).ok();
    await c.expect('RESTORE', 'ints', 0, payload('\x0b\x0c\x02\0\0\0\x02\0\0\0\x01\0\x02\0')).ok();
    await c.expect('RESTORE', 'packed hash', 0, payload(`\x10\x11${packed}`)).ok();
    await c.expect('RESTORE', 'packed list', 0, payload(`\x12\x01\x02\x11${packed}`)).ok();
    await c.expect('LRANGE', 'list', 0, -1).array(['a', '5']);
    await c.expect('SMEMBERS', 'set').set(['a', 'b']);
    await c.expect('HGETALL', 'hash').map({ f: 'v' });
    await c.expect('SMEMBERS', 'ints').set(['1', '2']);
    await c.expect('HGETALL', 'packed hash').map({ a: '1', b: '2' });
    await c.expect('LRANGE', 'packed list', 0, -1).array(['a', '1', 'b', '2']);
  });

  test('compressed strings are read', async () => {
    const c = await client();
    const compressed = hex('c3 09 26 01 61 61 e0 19 00 01 61 61');
    await c.expect('RESTORE', 'k', 0, payload(`\0${compressed}`)).ok();
    await c.expect('GET', 'k').bulk('a'.repeat(38));
    await c.expect('RESTORE', 'l', 0, payload(`\x01\x02\x01x${compressed}`)).ok();
    await c.expect('LRANGE', 'l', 0, -1).array(['x', 'a'.repeat(38)]);
  });

  test('a file that Redis has made is loaded at the start', async () => {
    const s = await reusedServer(...NO_SAVE);
    await s.kill();
    writeFileSync(join(s.dir, 'dump.rdb'), MADE_BY_REDIS, 'latin1');
    await s.restart();
    const c = await s.client();
    await c.expect('MGET', 'greeting', 'laugh', 'year').array(['hello', 'ha'.repeat(16), '1984']);
    await c.expect('PEXPIRETIME', 'year').int('4102444800000');
    await c.expect('LRANGE', 'queue', 0, -1).array(['job-1', '300', '-7']);
    await c.expect('HGETALL', 'user').map({ name: 'ada', born: '1815' });
    await c.expect('SMEMBERS', 'ids').set(['1', '2', '70000']);
    await c.expect('DBSIZE').int(6);
    await c.expect('SELECT', 3).ok();
    await c.expect('SMEMBERS', 'words').set(['a', 'b']);
  });

  test('lists, hashes and sets come back, short and long', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await c.expect('RPUSH', 'small list', 'b', '', '12', '-1', '4095', '70000', '9223372036854775807', '1.5').int(8);
    await c.expect('RPUSH', 'large list', ...numbered(5_000, (at) => [`element ${at % 700}`])).int(5_000);
    await c.expect('RPUSH', 'wide list', 'x'.repeat(100_000), 'small', 'y'.repeat(9_000)).int(3);
    await c.expect('HSET', 'small hash', 'f', 'v', '', 'empty', 'n', '12', '300', '').int(4);
    await c.expect('HSET', 'large hash', ...numbered(2_000, (at) => [`field ${at}`, `value ${at}`])).int(2_000);
    await c.expect('PEXPIREAT', 'small hash', '33177117420000').int(1);
    await c.expect('SADD', 'integers', '1', '-70000', '9223372036854775807').int(3);
    await c.expect('SADD', 'small set', 'a', 'b', '', '5').int(4);
    await c.expect('SADD', 'large set', ...numbered(2_000, (at) => [`member ${at}`])).int(2_000);
    const before = await contents(c);
    expect(await contents(await survive(s, c))).toEqual(before);
  });

  test('a stream comes back, with its last ID, its groups and what is pending', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    for (let at = 1; at <= 300; at++) await c.expect('XADD', 's', `${at}-1`, 'n', at, 'text', 'x'.repeat(at % 50)).bulk(`${at}-1`);
    await c.expect('XADD', 's', '300-2', 'other', '1', 'fields', '').bulk('300-2');
    await c.expect('XDEL', 's', '7-1', '300-2').int(2);
    await c.expect('XGROUP', 'CREATE', 's', 'g', '0').ok();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '20', 'STREAMS', 's', '>').success();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'bob', 'COUNT', '2', 'STREAMS', 's', '>').success();
    await c.expect('XACK', 's', 'g', '2-1').int(1);
    const [entries, pending] = [await c.send('XRANGE', 's', '-', '+'), await c.send('XPENDING', 's', 'g')];
    expect(items(entries)).toHaveLength(299);
    const after = await survive(s, c);
    await after.expect('XRANGE', 's', '-', '+').array(items(entries) as Expected[]);
    await after.expect('XPENDING', 's', 'g').array(items(pending) as Expected[]);
    await after.expect('XADD', 's', '300-2', 'f', 'v').errorLike(/equal or smaller/);
    const next = [['s', [['24-1', ['n', '24', 'text', 'x'.repeat(24)]]]]];
    await after.expect('XREADGROUP', 'GROUP', 'g', 'bob', 'COUNT', '1', 'STREAMS', 's', '>').array(next);
  });
});

step(3, 'stop the world', () => {
  test('only what was there at the SAVE comes back', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('SAVE').ok();
    await c.expect('SET', 'a', 'changed').ok();
    await c.expect('DEL', 'b').int(1);
    await c.expect('SET', 'c', 'new').ok();
    await s.kill();
    await s.restart();
    const after = await s.client();
    await after.expect('MGET', 'a', 'b', 'c').array(['1', '2', null]);
  });

  test('changes are counted, and SAVE sets the count to 0', async () => {
    const c = await (await reusedServer(...NO_SAVE)).client();
    const before = Number(await dirty(c));
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('RPUSH', 'l', 'x', 'y', 'z').int(3);
    await c.expect('GET', 'a').bulk('1');
    await c.expect('DEL', 'a', 'none').int(1);
    expect(Number(await dirty(c)) - before, 'rdb_changes_since_last_save in INFO, compared with before').toBe(6);
    await c.expect('SAVE').ok();
    expect(await dirty(c), 'rdb_changes_since_last_save in INFO').toBe('0');
  });

  test('LASTSAVE answers the time of the last save that succeeded', async () => {
    const s = await reusedServer('--save', '');
    const c = await s.client();
    const start = Number(await c.send('LASTSAVE'));
    // The server's clock may lag some milliseconds: time(2) answers with the last tick.
    await until(() => Date.now() / 1000 >= start + 1.05, 'the next second');
    const clear = obstruct(s);
    await c.expect('SAVE').errorLike(/^ERR/);
    await c.expect('LASTSAVE').int(start);
    clear();
    await c.expect('SAVE').ok();
    await c.expect('LASTSAVE').matches((value) => Number(value) > start, `a time after ${start}`);
  });

  test('SAVE is refused inside MULTI, and spoils it', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SAVE').error('ERR Command not allowed inside a transaction');
    await c.expect('EXEC').error('EXECABORT Transaction discarded because of previous errors.');
  });
});

step(4, 'a snapshot without stopping', () => {
  test('BGSAVE answers at once, and the dump comes', async () => {
    const s = await reusedServer('--save', '');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('BGSAVE').status(STARTED);
    await saved(c);
    expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
    expect(await field(c, 'rdb_last_bgsave_status'), 'rdb_last_bgsave_status in INFO').toBe('ok');
  });

  test('clients are served while a BGSAVE runs, which refuses a second one and SAVE', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await fill(c, 20_000);
    // In one piece, so that the save cannot end in between.
    const requests = [['BGSAVE'], ['INFO', 'persistence'], ['INCR', 'n'], ['GET', 'key:7'], ['BGSAVE'], ['SAVE']];
    c.write(requests.map((request) => resp(...request)).join(''));
    await c.receive().status(STARTED);
    await c.receive().matches((text) => /^rdb_bgsave_in_progress:1\r$/m.test(String(text)), 'rdb_bgsave_in_progress:1');
    await c.receive().int(1);
    await c.receive().bulk('7');
    await c.receive().error(BUSY);
    await c.receive().error(BUSY);
    await saved(c);
    await c.expect('SAVE').ok();
  });

  test('the file shows the moment of BGSAVE, whatever changes while it is written', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await fill(c, 4_000);
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('HSET', 'h', 'f', 'v').int(1);
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('SET', 'timed', 'v', 'PXAT', '33177117420000').ok();
    const before = await contents(c);
    await c.expect('BGSAVE').status(STARTED);
    const changes = [['RPUSH', 'l', 'c'], ['HSET', 'h', 'f', 'w'], ['SMOVE', 's', 't', 'a'], ['PERSIST', 'timed'], ['RENAME', 'timed', 'other']];
    for (const change of changes) await c.expect(...change).success();
    // Strides through the keys, so that some have been written at any moment, and some have not.
    for (let round = 0; round < 100; round++) {
      const at = (round * 7_919) % 4_000;
      await c.expect('SET', `key:${at}`, 'changed').ok();
      await c.expect('DEL', `key:${(at + 1) % 4_000}`).int(1);
      await c.expect('SET', `new:${round}`, 'v').ok();
    }
    await saved(c);
    await s.kill();
    await s.restart();
    expect(await contents(await s.client())).toEqual(before);
  });

  test('the file shows the databases as they were, whatever is flushed or swapped', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await fill(c, 20_000);
    await c.expect('SELECT', '3').ok();
    await c.expect('MSET', 'three', '3', 'more', '33').ok();
    await c.expect('BGSAVE').status(STARTED);
    await c.expect('SWAPDB', '0', '3').ok();
    await c.expect('FLUSHDB').ok();
    await c.expect('SET', 'three', 'changed').ok();
    await saved(c);
    await s.kill();
    await s.restart();
    const after = await s.client();
    await after.expect('DBSIZE').int(20_000);
    await after.expect('GET', 'key:19999').bulk('19999');
    await after.expect('SELECT', '3').ok();
    await after.expect('DBSIZE').int(2);
    await after.expect('MGET', 'three', 'more').array(['3', '33']);
  });

  test('changes made while a BGSAVE runs are still to be saved', async () => {
    const c = await (await reusedServer(...NO_SAVE)).client();
    await fill(c, 150);
    c.write(resp('BGSAVE') + resp('SET', 'a', 'v') + resp('SET', 'b', 'v') + resp('SET', 'c', 'v'));
    await c.receive().status(STARTED);
    for (let i = 0; i < 3; i++) await c.receive().ok();
    await saved(c);
    expect(await dirty(c), 'rdb_changes_since_last_save in INFO').toBe('3');
  });

  test('inside a transaction BGSAVE is scheduled: it starts after EXEC', async () => {
    const c = await client();
    const before = Number(await field(c, 'rdb_saves'));
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('BGSAVE').status('QUEUED');
    await c.expect('EXEC').array([status('OK'), status('Background saving scheduled')]);
    await until(async () => Number(await field(c, 'rdb_saves')) === before + 1, 'INFO persistence to count one more save in rdb_saves');
    await saved(c);
    expect(await field(c, 'rdb_last_bgsave_status'), 'rdb_last_bgsave_status in INFO').toBe('ok');
  });
});

step(5, 'a file that is whole or not there', () => {
  test('SAVE replaces the dump, and leaves nothing else in the folder', async () => {
    const s = await reusedServer('--save', '');
    const c = await s.client();
    await c.expect('SET', 'k', 'first').ok();
    await c.expect('SAVE').ok();
    await c.expect('SET', 'k', 'second').ok();
    await c.expect('SAVE').ok();
    expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
    expect(readFile(s, 'dump.rdb')).toContain('second');
    expect(readFile(s, 'dump.rdb')).not.toContain('first');
  });

  test('a power cut during a BGSAVE leaves the old dump or the new one', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await c.expect('SET', 'old', 'v').ok();
    await c.expect('SAVE').ok();
    await fill(c, 20_000);
    await c.expect('BGSAVE').status(STARTED);
    await s.kill();
    await s.restart();
    const after = await s.client();
    await after.expect('GET', 'old').bulk('v');
    await after.expect('DBSIZE').matches((size) => size === 1 || size === 20_001, '1 or 20001');
  });

  test('a SAVE that fails is an error, keeps the count of changes, and leaves no temporary file', async () => {
    const s = await reusedServer('--save', '');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    const clear = obstruct(s);
    await c.expect('SAVE').errorLike(/^ERR/);
    expect(await dirty(c), 'rdb_changes_since_last_save in INFO').toBe('1');
    expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
    clear();
    await c.expect('SAVE').ok();
    expect(await dirty(c), 'rdb_changes_since_last_save in INFO').toBe('0');
  });

  test('a BGSAVE that fails makes the server refuse writes, until one succeeds', async () => {
    await failed(FAR, async ({ c, clear }) => {
      await c.expect('SET', 'k', 'w').error(MISCONF);
      await c.expect('DEL', 'k').error(MISCONF);
      await c.expect('PING').error(MISCONF);
      await c.expect('GET', 'k').bulk('v');
      await c.expect('ECHO', 'hi').bulk('hi');
      clear();
      await c.expect('BGSAVE').status(STARTED);
      await saved(c);
      expect(await field(c, 'rdb_last_bgsave_status'), 'rdb_last_bgsave_status in INFO').toBe('ok');
      await c.expect('SET', 'k', 'w').ok();
    });
  });
});

step(6, 'damaged files', () => {
  test('RESTORE refuses a wrong checksum', async () => {
    const c = await client();
    for (let at = 0; at < HELLO.length; at++) {
      const flipped = HELLO.slice(0, at) + String.fromCharCode(HELLO.charCodeAt(at) ^ 1) + HELLO.slice(at + 1);
      await c.expect('RESTORE', 'k', 0, flipped).error(WRONG);
    }
    await c.expect('EXISTS', 'k').int(0);
  });

  test('RESTORE refuses a right checksum over something that is no value', async () => {
    const c = await client();
    const rows = ['', '\0', '\x63\x05hello', '\xfe\0', '\xff', '\xfc' + '\0'.repeat(8) + '\0\x01a', '\x07\x05hello'];
    for (const row of rows) await c.expect('RESTORE', 'k', 0, payload(row)).error(BAD);
    await c.expect('EXISTS', 'k').int(0);
  });

  test('RESTORE refuses a length beyond the bytes that are there', async () => {
    const c = await client();
    const huge = `\x81\x7f${'\0'.repeat(7)}`;
    for (const type of ['\0', '\x01', '\x02', '\x04', '\x0b', '\x0e', '\x10', '\x12', '\x13']) {
      await c.expect('RESTORE', 'k', 0, payload(`${type}${huge}hi`)).error(BAD);
    }
  });

  test('a server does not start with a dump of another magic, of an unknown version, or cut short', async () => {
    await refused([
      ['magic', `REDIX${whole.slice(5)}`, /signature/i],
      ['version without digits', `REDISv011${whole.slice(9)}`, /version/i],
      ['too new', rdbFile(`\xfe\0${key('k', 'v')}`, { version: '0099' }), /version.*99/i],
      ['cut in a key', whole.slice(0, 16), /rdb|eof|short|truncated/i],
      ['cut in the checksum', whole.slice(0, -1), /rdb|eof|short|truncated/i],
    ]);
  });

  test('a server does not start with a dump that has a wrong checksum, or a wrong type, database or length', async () => {
    await refused([
      ['a value', whole.replace('value', 'valve'), /checksum/i],
      ['type', rdbFile('\xfe\0\x63\x01a\x01b', { checksum: false }), /type|99|rdb/i],
      ['database', rdbFile(`\xfe\x10${key('k', 'v')}`, { checksum: false }), /database|16/i],
      ['length', rdbFile(`\xfe\0\0\x01k\x81\x7f${'\0'.repeat(7)}`, { checksum: false }), /rdb|eof|short|length/i],
    ]);
  });
});

step(7, 'when to save, and configuration', () => {
  test('a save point: a change after a second is saved without a command', async () => {
    const s = await server('--save', '1 1');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await until(() => readFile(s, 'dump.rdb')?.includes('v'), 'dump.rdb to hold the new value');
    await until(async () => (await dirty(c)) === '0', 'INFO persistence to show rdb_changes_since_last_save:0');
    await s.kill();
    await s.restart();
    await (await s.client()).expect('GET', 'k').bulk('v');
  });

  test('SHUTDOWN saves where there are save points, and ends the server', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    c.write('SHUTDOWN\r\n');
    await c.closed();
    expect(await ended(s)).toBe('ended with exit code 0');
    await s.restart();
    await (await s.client()).expect('GET', 'k').bulk('v');
  });

  test('FLUSHALL saves the empty keyspace where there are save points', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SAVE').ok();
    await c.expect('FLUSHALL').ok();
    await s.kill();
    await s.restart();
    await (await s.client()).expect('DBSIZE').int(0);
  });

  test('CONFIG GET shows the save points, and CONFIG SET changes them', async () => {
    const c = await (await server('--save', '1 10', '--save', '60 1000')).client();
    await c.expect('CONFIG', 'GET', 'save').array(['save', '1 10 60 1000']);
    await c.expect('CONFIG', 'SET', 'save', '').ok();
    await c.expect('CONFIG', 'GET', 'save').array(['save', '']);
    await fill(c, 20);
    await c.expect('CONFIG', 'SET', 'save', '1 10 3600 1').ok();
    await c.expect('CONFIG', 'GET', 'save').array(['save', '1 10 3600 1']);
    await until(async () => (await dirty(c)) === '0', 'INFO persistence to show rdb_changes_since_last_save:0');
    await c.expect('CONFIG', 'SET', 'save', '60').error(unset('save', 'Invalid save parameters'));
  });

  test('CONFIG SET sets all options, or none', async () => {
    const c = await (await server()).client();
    await c.expect('CONFIG', 'SET', 'rdbcompression', 'no', 'save', '60 5').ok();
    await c.expect('CONFIG', 'GET', 'rdbcompression').array(['rdbcompression', 'no']);
    await c.expect('CONFIG', 'GET', 'save').array(['save', '60 5']);
    const wrong = unset('rdbcompression', "argument must be 'yes' or 'no'");
    await c.expect('CONFIG', 'SET', 'save', '60 6', 'rdbcompression', 'maybe').error(wrong);
    await c.expect('CONFIG', 'GET', 'save').array(['save', '60 5']);
    const unknown = "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'";
    await c.expect('CONFIG', 'SET', 'save', '60 6', 'nosuch', '1').error(unknown);
    await c.expect('CONFIG', 'GET', 'save').array(['save', '60 5']);
  });
});
