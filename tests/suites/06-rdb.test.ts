import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contents, describe, expect, hex } from '../harness/suite.ts';
import { info, items, littleEndian, rdbFile, rdbString } from '../harness/suite.ts';
import { readFile, reusedServer, rng, server, test, until, type Client, type OwnServer } from '../harness/suite.ts';
import { key, milliseconds, NO_SAVE, numbered, survive } from '../harness/rdb-files.ts';

const DEBUG = [...NO_SAVE, '--enable-debug-command', 'yes'];

/** Saves, empties the server and loads what was saved: what `survive` does, without the wait for a start. */
async function reload(c: Client): Promise<Client> {
  await c.expect('SAVE').ok();
  await c.expect('FLUSHALL').ok();
  await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
  return c;
}

/** A server that has loaded this dump. */
async function loaded(file: string): Promise<Client> {
  const s = await reusedServer(...DEBUG);
  writeFileSync(join(s.dir, 'dump.rdb'), file, 'latin1');
  const c = await s.client();
  await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
  return c;
}

/** The opcode of a deadline in seconds, in front of a key. */
const seconds = (time: number) => `\xfd${littleEndian(time, 4)}`;

describe('after SAVE and a power cut', () => {
  test('lists come back in order', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await c.expect('RPUSH', 'small', 'b', '', '12', '-1', '70000', '9223372036854775807', '1.5').int(7);
    await c.expect('LPUSH', 'small', 'a').int(8);
    await c.expect('RPUSH', 'large', ...numbered(5_000, (at) => [`element ${at % 700}`])).int(5_000);
    await c.expect('RPUSH', 'wide', 'x'.repeat(100_000), 'small', 'y'.repeat(9_000)).int(3);
    const before = await contents(c);
    expect(await contents(await reload(c))).toEqual(before);
  });

  test('hashes come back', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await c.expect('HSET', 'small', 'f', 'v', '', 'empty', 'n', '12', '300', '').int(4);
    await c.expect('HSET', 'large', ...numbered(2_000, (at) => [`field ${at}`, `value ${at}`])).int(2_000);
    await c.expect('HSET', 'wide', 'f', 'x'.repeat(70_000), 'g', '1').int(2);
    const before = await contents(c);
    expect(await contents(await reload(c))).toEqual(before);
  });

  test('sets come back', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await c.expect('SADD', 'int16', '1', '-2', '3').int(3);
    await c.expect('SADD', 'int32', '1', '-70000').int(2);
    await c.expect('SADD', 'int64', '1', '-9223372036854775808', '9223372036854775807').int(3);
    await c.expect('SADD', 'small', 'a', 'b', '', '5').int(4);
    await c.expect('SADD', 'large', ...numbered(2_000, (at) => [`member ${at}`])).int(2_000);
    await c.expect('SADD', 'many ints', ...numbered(1_000, (at) => [String(at * at)])).int(1_000);
    const before = await contents(c);
    expect(await contents(await reload(c))).toEqual(before);
  });

  test('streams come back, with groups, consumers and what is pending', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    for (let at = 1; at <= 300; at++) c.sendLater('XADD', 's', `${at}-${at % 3}`, 'n', at, 'text', 'x'.repeat(at % 50));
    await c.expect('XADD', 's', '18446744073709551615-5', 'other', '1', 'fields', '2', 'here', '').success();
    await c.expect('XDEL', 's', '7-1', '8-2').int(2);
    await c.expect('XGROUP', 'CREATE', 's', 'g', '0').ok();
    await c.expect('XGROUP', 'CREATE', 's', 'later', '100-1', 'ENTRIESREAD', '98').ok();
    await c.expect('XGROUP', 'CREATECONSUMER', 's', 'later', 'nothing yet').int(1);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '20', 'STREAMS', 's', '>').success();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'bob', 'COUNT', '3', 'STREAMS', 's', '>').success();
    await c.expect('XCLAIM', 's', 'g', 'bob', '0', '1-1', 'TIME', '1000', 'RETRYCOUNT', '7').success();
    await c.expect('XACK', 's', 'g', '2-2').int(1);
    await c.expect('XGROUP', 'CREATE', 'empty', 'g', '$', 'MKSTREAM').ok();
    const before = await contents(c);
    const after = await reload(c);
    expect(await contents(after)).toEqual(before);
    await after.expect('XPENDING', 's', 'g', '1-1', '1-1', '1').matches((found) => {
      expect(items(items(found)[0]!)[3]).toBe(7);
    }, '7 deliveries of 1-1');
    await after.expect('XADD', 's', '18446744073709551615-5', 'f', 'v').errorLike(/equal or smaller/);
  });

  test('a stream goes on counting where it was', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await c.expect('XADD', 's', '5-1', 'f', 'v').bulk('5-1');
    await c.expect('XADD', 's', '6-1', 'f', 'v').bulk('6-1');
    await c.expect('XDEL', 's', '6-1').int(1);
    await c.expect('XSETID', 's', '9-9', 'ENTRIESADDED', '40', 'MAXDELETEDID', '8-8').ok();
    const after = await reload(c);
    await after.expect('XINFO', 'STREAM', 's').matches((reply) => {
      const facts = items(reply);
      const fact = (name: string) => facts[facts.indexOf(name) + 1];
      expect(fact('last-generated-id')).toBe('9-9');
      expect(fact('max-deleted-entry-id')).toBe('8-8');
      expect(fact('entries-added')).toBe(40);
      expect(fact('length')).toBe(1);
    }, 'the counters as they were');
    await after.expect('XADD', 's', '9-*', 'f', 'v').bulk('9-10');
  });

  test('a key that came back with a deadline dies at it', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    const deadline = Date.now() + 2_000;
    await c.expect('SET', 'k', 'v', 'PXAT', deadline).ok();
    const after = await reload(c);
    await after.expect('GET', 'k').bulk('v');
    await until(async () => (await after.send('DBSIZE')) === 0, 'the end of the key');
    expect(Date.now()).toBeGreaterThanOrEqual(deadline);
  });

  test('values can be changed on, like any others', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await c.expect('MSET', 'n', '41', 'text', 'abc').ok();
    await c.expect('RPUSH', 'l', ...numbered(500, (at) => [String(at)])).int(500);
    await c.expect('HSET', 'h', 'n', '1').int(1);
    await c.expect('SADD', 's', '1', '2').int(2);
    const after = await reload(c);
    await after.expect('INCR', 'n').int(42);
    await after.expect('APPEND', 'text', 'd').int(4);
    await after.expect('LPUSH', 'l', 'first').int(501);
    await after.expect('RPOP', 'l').bulk('499');
    await after.expect('LINDEX', 'l', '250').bulk('249');
    await after.expect('HINCRBY', 'h', 'n', '1').int(2);
    await after.expect('SADD', 's', 'word').int(1);
    await after.expect('SISMEMBER', 's', '2').int(1);
  });

  test('random data of all types, twice over', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    const random = rng();
    const codes = () => Array.from({ length: random.int(0, 80) }, () => random.int(0, 255));
    const word = () => String.fromCharCode(...codes());
    for (let at = 0; at < 300; at++) {
      const words = [...new Set(Array.from({ length: random.int(1, 30) }, word))];
      const rows = [
        ['SET', `string ${at}`, word()],
        ['SET', `number ${at}`, String(random.int(0, 2 ** 32) - 2 ** 31)],
        ['RPUSH', `list ${at}`, ...words],
        ['SADD', `set ${at}`, ...words],
        ['HSET', `hash ${at}`, ...words.flatMap((field) => [field, word()])],
        ['XADD', `stream ${at % 9}`, '*', ...words.flatMap((field) => [field, word()])],
      ];
      await c.expect(...rows[random.int(0, rows.length - 1)]!).success();
    }
    const before = await contents(c);
    const second = await survive(s, c);
    expect(await contents(second)).toEqual(before);
    expect(await contents(await survive(s, second))).toEqual(before);
  });
});

describe('the file', () => {
  test('holds integers as such, and long strings compressed', async () => {
    const s = await reusedServer(...NO_SAVE);
    const c = await s.client();
    await c.expect('MSET', 'i8', '5', 'i16', '-300', 'zz', 'z'.repeat(5_000)).ok();
    await c.expect('SAVE').ok();
    const file = readFile(s, 'dump.rdb')!;
    expect(file).toContain('\0\x02i8\xc0\x05');
    expect(file).toContain('\0\x03i16\xc1\xd4\xfe');
    expect(file).toMatch(/\0\x02zz\xc3/);
    expect(file.length).toBeLessThan(400);
  });

  test('rdbcompression no: no string is compressed', async () => {
    const s = await reusedServer(...NO_SAVE, '--rdbcompression', 'no');
    const c = await s.client();
    await c.expect('SET', 'zz', 'z'.repeat(5_000)).ok();
    await c.expect('SAVE').ok();
    expect(readFile(s, 'dump.rdb')).toContain('z'.repeat(5_000));
  });

  test('rdbchecksum no: the checksum is 0', async () => {
    const s = await reusedServer(...DEBUG, '--rdbchecksum', 'no');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SAVE').ok();
    expect(readFile(s, 'dump.rdb')!.slice(-9)).toBe(`\xff${'\0'.repeat(8)}`);
    await c.expect('SET', 'k', 'w').ok();
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('GET', 'k').bulk('v');
  });

  test('of an empty keyspace is a dump too', async () => {
    const s = await reusedServer(...DEBUG);
    await (await reload(await s.client())).expect('DBSIZE').int(0);
    expect(readFile(s, 'dump.rdb')).toMatch(/\xff.{8}$/s);
  });
});

describe('a dump made by hand', () => {
  test('with deadlines in seconds and in ms, past and to come', async () => {
    const soon = Math.floor(Date.now() / 1_000) + 1_000;
    const c = await loaded(
      rdbFile(
        `\xfe\0${key('s', '1', seconds(soon))}${key('ms', '2', milliseconds(soon * 1_000 + 7))}` +
          key('gone', '3', seconds(5)) +
          key('gone too', '4', milliseconds(5)) +
          key('k', '5'),
      ),
    );
    await c.expect('EXPIRETIME', 's').int(soon);
    await c.expect('PEXPIRETIME', 'ms').int(soon * 1_000 + 7);
    await c.expect('MGET', 'gone', 'gone too', 'k').array([null, null, '5']);
    await c.expect('TTL', 'k').int(-1);
    await c.expect('DBSIZE').int(3);
  });

  test('keys in front of which no database is named are in database 0', async () => {
    const c = await loaded(rdbFile(`${key('k', 'v')}\xfe\x01${key('other', 'w')}`));
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SELECT', '1').ok();
    await c.expect('KEYS', '*').array(['other']);
  });

  test('without a checksum, of version 1, with an unknown field', async () => {
    const c = await loaded(rdbFile(`\xfe\0${key('k', 'v')}`, { checksum: false }));
    await c.expect('GET', 'k').bulk('v');
    // The checksum came with version 5.
    const old = await loaded(rdbFile(`\xfe\0${key('k', 'old')}`, { version: '0001' }).slice(0, -8));
    await old.expect('GET', 'k').bulk('old');
    const aux = `\xfa${rdbString('no-such-field')}${rdbString('hello')}\xfa${rdbString('number')}\xc0\x05`;
    const strange = await loaded(rdbFile(`${aux}\xfe\0${key('k', 'aux')}`));
    await strange.expect('GET', 'k').bulk('aux');
  });

  test('with the opcodes of eviction, sizes, and databases in any order', async () => {
    const c = await loaded(
      rdbFile(
        `\xfe\x0f\xfb\x01\0${key('last', '1')}` +
          `\xfe\x02${key('a', '2', '\xf9\x05')}${key('b', '3', '\xf8\x40\x64')}`,
      ),
    );
    await c.expect('SELECT', 15).ok();
    await c.expect('GET', 'last').bulk('1');
    await c.expect('SELECT', 2).ok();
    await c.expect('MGET', 'a', 'b').array(['2', '3']);
  });

  test('with strings in all forms', async () => {
    const c = await loaded(
      rdbFile(
        `\xfe\0\0\x02i8\xc0\x80\0\x03i16\xc1\x39\x30\0\x03i32\xc2\0\0\0\x80` +
          `\0\x02ln\x40\x03abc\0\x03ln4\x80\0\0\0\x02hi` +
          `\0\x03lzf\xc3\x09\x26${hex('01 61 61 e0 19 00 01 61 61')}`,
      ),
    );
    await c.expect('MGET', 'i8', 'i16', 'i32').array(['-128', '12345', '-2147483648']);
    await c.expect('MGET', 'ln', 'ln4', 'lzf').array(['abc', 'hi', 'a'.repeat(38)]);
  });
});

describe('a dump that cannot be loaded', () => {
  test('because it is a folder', async () => {
    const s = await reusedServer(...NO_SAVE);
    await (await s.client()).expect('SAVE').ok();
    await s.stop();
    rmSync(join(s.dir, 'dump.rdb'));
    mkdirSync(join(s.dir, 'dump.rdb'));
    await expect(s.restart()).rejects.toThrow(/exit code 1 /);
    rmdirSync(join(s.dir, 'dump.rdb'));
    await s.restart();
    expect(existsSync(join(s.dir, 'dump.rdb'))).toBe(false);
  });

  test('because a folder given with --dir is not there', async () => {
    const s = await server(...NO_SAVE, '--dbfilename', 'other.rdb');
    await expect(s.restart(...NO_SAVE, '--dir', join(s.dir, 'nowhere'))).rejects.toThrow(/exit code 1 [^]*nowhere/);
    await s.restart(...NO_SAVE, '--dir', s.dir);
  });
});

describe('while the dump is loaded', () => {
  const LOADING = 'LOADING Redis is loading the dataset in memory';
  const KEYS = 24;

  /** A server that is loading for about 0.7 s, and looks at its clients every 2 MB. */
  async function loading(body: (s: OwnServer, c: Client) => Promise<void>): Promise<void> {
    const s = await reusedServer(...NO_SAVE, '--rdbcompression', 'no', '--key-load-delay', '30000');
    const c = await s.client();
    for (let at = 0; at < KEYS; at++) {
      await c.expect('SET', `k${at}`, String(at).repeat(400_000 / String(at).length)).ok();
    }
    await c.expect('SAVE').ok();
    await s.kill();
    await s.restartLoading();
    await body(s, await s.client());
  }

  const done = (c: Client) => until(async () => (await info(c))['loading'] === '0', 'the end of loading');

  test('clients get an error that says so, and are served afterwards', () =>
    loading(async (_s, c) => {
      const replies = [c.send('GET', 'k1'), c.send('SET', 'k', 'v'), c.send('PING'), c.send('DBSIZE'), c.send('SAVE')];
      for (const reply of await Promise.all(replies)) expect(String((reply as Error).message)).toBe(LOADING);
      await done(c);
      await c.expect('DBSIZE').int(KEYS);
      await c.expect('GET', 'k5').bulk('5'.repeat(400_000));
    }));

  test('INFO shows the progress; some commands are answered', () =>
    loading(async (_s, c) => {
      const [during, lastSave, select, multi, badExec] = await Promise.all([
        info(c),
        c.send('LASTSAVE'),
        c.send('SELECT', 1),
        c.send('MULTI'),
        c.send('GET', 'k'),
      ]);
      const time = expect.stringMatching(/^\d+$/);
      expect(during).toMatchObject({ loading: '1', async_loading: '0', loading_start_time: time });
      expect(Number(during['loading_total_bytes'])).toBeGreaterThan(KEYS * 400_000);
      expect(Number(during['loading_loaded_bytes'])).toBeLessThan(Number(during['loading_total_bytes']));
      expect(Number(during['loading_loaded_perc'])).toBeLessThan(100);
      expect(during).toHaveProperty('loading_eta_seconds');
      expect(typeof lastSave).toBe('number');
      expect(select).toMatchObject({ text: 'OK' });
      expect(multi).toMatchObject({ text: 'OK' });
      expect(badExec).toMatchObject({ message: LOADING });
      await c.expect('DISCARD').ok();
      await done(c);
      expect(await info(c)).not.toHaveProperty('loading_start_time');
      expect(await info(c)).toMatchObject({ rdb_last_load_keys_loaded: String(KEYS) });
    }));

  test('SHUTDOWN ends it, and the dump stays', () =>
    loading(async (s, c) => {
      const before = readFile(s, 'dump.rdb');
      c.write('SHUTDOWN NOSAVE\r\n');
      await c.closed();
      await until(() => s.ended(), 'the end of the server');
      expect(readFile(s, 'dump.rdb')).toBe(before);
    }));
});
