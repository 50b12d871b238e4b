import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_DATABASES, contents, describe, expect, info, littleEndian, logged, manifest, needsFlags } from '../harness/suite.ts';
import { onlyIf, rdbFile, readFile, resp, reusedServer, rewritten, rng, server, test, until } from '../harness/suite.ts';
import { type Client, type OwnServer } from '../harness/suite.ts';

const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
const MANIFEST = 'appendonly.aof.manifest';
const INCR = 'appendonly.aof.1.incr.aof';
const FIRST = ['file appendonly.aof.1.base.rdb seq 1 type b', `file ${INCR} seq 1 type i`];
const BASE = rdbFile('\xfe\0\0\x04base\x041234');

/** Pulls the plug and starts again. */
async function survive(s: OwnServer): Promise<Client> {
  await s.kill();
  await s.restart();
  return s.client();
}

/** A server that has been killed, with these files in its folder for append-only files. */
async function prepared(files: Record<string, string>): Promise<OwnServer> {
  const s = await reusedServer(...AOF);
  await s.kill();
  place(s, files);
  return s;
}

function place(s: OwnServer, files: Record<string, string>): void {
  const dir = join(s.dir, 'appendonlydir');
  rmSync(dir, { recursive: true });
  mkdirSync(dir);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes, 'latin1');
}

/** A folder as a server leaves it: a base with `base`, and these requests behind it. */
function written(...requests: string[][]): Record<string, string> {
  const log = [['SELECT', '0'], ...requests].map((request) => resp(...request)).join('');
  return { 'appendonly.aof.1.base.rdb': BASE, [INCR]: log, [MANIFEST]: `${FIRST.join('\n')}\n` };
}

const SETS = Array.from({ length: 5 }, (_, at) => ['SET', `k${at}`, `v${at}`]);

/** Starts on each of the folders: exit code 1, the message, the files as they were. */
async function refused(rows: [what: string, files: Record<string, string>, message: RegExp][], ...flags: string[]) {
  const s = await prepared({});
  for (const [what, files, message] of rows) {
    place(s, files);
    const ending = await s.restart(...AOF, ...flags).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect([what, ending]).toEqual([what, expect.stringContaining('exit code 1 ')]);
    expect([what, ending]).toEqual([what, expect.stringMatching(message)]);
    for (const [name, bytes] of Object.entries(files)) expect(readFile(s, 'appendonlydir', name), what).toBe(bytes);
  }
  place(s, written());
  await s.restart(...AOF);
  await (await s.client()).expect('GET', 'base').bulk('1234');
}

describe('--appendonly yes', () => {
  test('makes a folder with a manifest, a base and an incremental file', async () => {
    const s = await server(...AOF);
    await s.client();
    expect(readdirSync(s.dir)).toEqual(['appendonlydir']);
    expect(readFile(s, 'appendonlydir', MANIFEST)).toBe(`${FIRST.join('\n')}\n`);
    expect(readFile(s, 'appendonlydir', INCR)).toBe('');
    expect(readFile(s, 'appendonlydir', 'appendonly.aof.1.base.rdb')).toMatch(/^REDIS\d{4}.*\xff.{8}$/s);
    expect(readdirSync(join(s.dir, 'appendonlydir'))).toHaveLength(3);
  });

  test('without it there is none', async () => {
    const s = await server('--save', '', '--appendonly', 'no');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    expect(readdirSync(s.dir)).toEqual([]);
    await c.expect('BGREWRITEAOF').success();
    await rewritten(c);
  });

  test('--appenddirname and --appendfilename name them', async () => {
    const s = await server(...AOF, '--appenddirname', 'log', '--appendfilename', 'my.aof');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    expect(readdirSync(s.dir)).toEqual(['log']);
    expect(readdirSync(join(s.dir, 'log')).sort()).toEqual(['my.aof.1.base.rdb', 'my.aof.1.incr.aof', 'my.aof.manifest']);
    expect(manifest(s, 'log', 'my.aof')).toEqual(FIRST.map((line) => line.replace('appendonly.aof', 'my.aof')));
    await until(() => readFile(s, 'log', 'my.aof.1.incr.aof')!.includes('SET'), 'the request in the file');
    await (await survive(s)).expect('GET', 'k').bulk('v');
  });

  test('names that are paths, or empty, are refused', async () => {
    needsFlags();
    await expect(server(...AOF, '--appendfilename', 'a/b')).rejects.toThrow(/appendfilename can't be a path, just a filename/);
    await expect(server(...AOF, '--appenddirname', 'a/b')).rejects.toThrow(/appenddirname can't be a path, just a dirname/);
    const c = await (await server(...AOF, '--appendfilename', 'a b.aof')).client();
    await c.expect('CONFIG', 'GET', 'appendfilename').array(['appendfilename', 'a b.aof']);
    await c.expect('CONFIG', 'SET', 'appendfilename', 'x').errorLike(/^ERR CONFIG SET failed .*can't set immutable config$/);
  });

  test('appendfsync is one of three', async () => {
    const c = await (await reusedServer(...AOF)).client();
    await c.expect('CONFIG', 'GET', 'appendfsync').array(['appendfsync', 'everysec']);
    for (const policy of ['always', 'no', 'everysec']) await c.expect('CONFIG', 'SET', 'appendfsync', policy).ok();
    await c
      .expect('CONFIG', 'SET', 'appendfsync', 'sometimes')
      .error(
        "ERR CONFIG SET failed (possibly related to argument 'appendfsync') - argument(s) must be one of the following: " +
          'everysec, always, no',
      );
  });

  test('a dump that is there is not loaded', async () => {
    const s = await server('--save', '');
    const c = await s.client();
    await c.expect('SET', 'k', 'from the dump').ok();
    await c.expect('SAVE').ok();
    await s.kill();
    await s.restart(...AOF);
    await (await s.client()).expect('DBSIZE').int(0);
    expect(manifest(s)).toEqual(FIRST);
    expect(existsSync(join(s.dir, 'dump.rdb'))).toBe(true);
  });
});

describe('after a power cut', () => {
  test('everything comes back', async () => {
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

  for (const policy of ['always', 'everysec', 'no']) {
    test(`what was acknowledged is there, with appendfsync ${policy}`, async () => {
      // The process dies, the machine lives: what was written counts, whether it was synced or not.
      const s = await reusedServer(...AOF, '--appendfsync', policy);
      const [c, other] = [await s.client(), await s.client()];
      const replies: Promise<unknown>[] = [];
      for (let at = 0; at < 200; at++) {
        replies.push(c.send('RPUSH', 'l', at));
        replies.push(other.send('SET', `k${at}`, at));
      }
      await Promise.all(replies);
      if (policy === 'everysec') await until(() => logged(s).length > 400, 'the requests in the file');
      const after = await survive(s);
      await after.expect('LLEN', 'l').int(200);
      await after.expect('DBSIZE').int(201);
    });
  }

  test('always: a reply means that its request is in the file', async () => {
    const s = await server(...AOF, '--appendfsync', 'always');
    const c = await s.client();
    for (let at = 0; at < 30; at++) {
      await c.expect('SET', 'k', at).ok();
      expect(logged(s).at(-1)).toEqual(['SET', 'k', String(at)]);
    }
    // Nothing but requests, as they come over the wire: no timestamps unless they are asked for.
    const start = resp('SELECT', '0') + resp('SET', 'k', '0') + resp('SET', 'k', '1');
    expect(readFile(s, 'appendonlydir', INCR)!.slice(0, start.length)).toBe(start);
  });

  test('always: of many clients at once, nothing acknowledged is lost', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'always');
    const clients = await Promise.all(Array.from({ length: 10 }, () => s.client()));
    const acknowledged: number[] = clients.map(() => 0);
    const work = clients.map(async (c, at) => {
      for (;;) {
        const reply = await c.send('INCR', `n${at}`).catch(() => null);
        if (typeof reply !== 'number') return;
        acknowledged[at] = reply;
      }
    });
    await until(() => acknowledged.every((count) => count > 5), 'some replies');
    await s.kill();
    await Promise.all(work);
    await s.restart();
    const after = await s.client();
    for (const [at, count] of acknowledged.entries()) {
      await after.expect('GET', `n${at}`).matches((value) => Number(value) >= count, `${count} or one more`);
    }
  });

  test('what comes afterwards is appended to the same files', async () => {
    const s = await server(...AOF, '--appendfsync', 'always');
    await (await s.client()).expect('SET', 'a', '1').ok();
    const second = await survive(s);
    await second.expect('SET', 'b', '2').ok();
    const third = await survive(s);
    await third.expect('MGET', 'a', 'b').array(['1', '2']);
    expect(manifest(s)).toEqual(FIRST);
    expect(logged(s).filter(([name]) => name !== 'SELECT')).toEqual([['SET', 'a', '1'], ['SET', 'b', '2']]);
  });

  test('keys whose deadline passed meanwhile are gone', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'always');
    const c = await s.client();
    const deadline = Date.now() + 300;
    await c.expect('SET', 'dying', 'v', 'PXAT', deadline).ok();
    await c.expect('SET', 'staying', 'v').ok();
    await s.kill();
    await until(() => Date.now() > deadline, 'the deadline');
    await s.restart();
    const after = await s.client();
    await after.expect('GET', 'dying').nil();
    await until(async () => (await after.send('DBSIZE')) === 1, 'one key left');
  });

  test('random writes of all types come back', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'no');
    const c = await s.client();
    const random = rng();
    const word = () => String.fromCharCode(97 + random.int(0, 5));
    for (let at = 0; at < 1_500; at++) {
      const rows = [
        ['SET', `str:${word()}`, word(), 'EX', '1000'],
        ['INCRBYFLOAT', `num:${word()}`, '0.1'],
        ['APPEND', `str:${word()}`, word()],
        ['GETDEL', `str:${word()}`],
        ['RPUSH', `list:${word()}`, word(), word()],
        ['LMPOP', '2', `list:${word()}`, `list:${word()}`, 'LEFT', 'COUNT', '2'],
        ['LMOVE', `list:${word()}`, `list:${word()}`, 'LEFT', 'RIGHT'],
        ['SADD', `set:${word()}`, word(), word()],
        ['SPOP', `set:${word()}`, '2'],
        ['SUNIONSTORE', `set:${word()}`, `set:${word()}`, `set:${word()}`],
        ['HINCRBYFLOAT', `hash:${word()}`, word(), '1.5'],
        ['HDEL', `hash:${word()}`, word()],
        ['XADD', `stream:${word()}`, 'MAXLEN', '~', '5', '*', word(), word()],
        ['RENAME', `list:${word()}`, `list:${word()}`],
        ['COPY', `set:${word()}`, `set:${word()}`, 'REPLACE'],
        ['EXPIRE', `hash:${word()}`, String(random.int(-1, 1_000))],
        ['DEL', `stream:${word()}`, `list:${word()}`],
      ];
      c.sendLater(...rows[random.int(0, rows.length - 1)]!);
    }
    await c.expect('PING').status('PONG');
    const before = await contents(c);
    expect(await contents(await survive(s))).toEqual(before);
  });

  test('SHUTDOWN and SIGTERM leave all in the file, and save no dump', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'a', '1').ok();
    c.write('SHUTDOWN\r\n');
    await c.closed();
    await until(() => s.ended() === 'ended with exit code 0', 'the end of the server');
    await s.restart();
    const second = await s.client();
    await second.expect('GET', 'a').bulk('1');
    await second.expect('SET', 'b', '2').ok();
    s.signal('SIGTERM');
    await until(() => s.ended() === 'ended with exit code 0', 'the end of the server');
    await s.restart();
    await (await s.client()).expect('MGET', 'a', 'b').array(['1', '2']);
    expect(readdirSync(s.dir)).toEqual(['appendonlydir']);
  });
});

describe('DEBUG LOADAOF', () => {
  test('empties the server and loads the files', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'no', '--enable-debug-command', 'yes');
    const c = await s.client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('EXPIRE', 'b', 1_000).int(1);
    await c.expect('SADD', 's', 'a', 'b', 'c').int(3);
    await c.expect('SPOP', 's', 2).success();
    const before = await contents(c);
    await c.expect('DEBUG', 'LOADAOF').ok();
    expect(await contents(c)).toEqual(before);
    await c.expect('INCR', 'a').int(2);
    await (await survive(s)).expect('GET', 'a').bulk('2');
  });
});

describe('while the files are loaded', () => {
  test('clients are told so', async () => {
    const s = await server(...AOF, '--key-load-delay', '200');
    const c = await s.client();
    for (let at = 0; at < 4_000; at++) c.sendLater('SET', `k${at}`, at);
    await c.expect('DBSIZE').int(4_000);
    await until(() => logged(s).length === 4_001, 'the requests in the file');
    await s.kill();
    await s.restartLoading();
    const during = await s.client();
    const [facts, reply] = await Promise.all([info(during), during.send('GET', 'k1')]);
    expect(reply).toMatchObject({ message: 'LOADING Redis is loading the dataset in memory' });
    expect(facts).toMatchObject({ loading: '1', loading_total_bytes: expect.stringMatching(/^\d{5,}$/) });
    await until(async () => (await info(during))['loading'] === '0', 'the end of loading');
    await during.expect('DBSIZE').int(4_000);
  });
});

describe('INFO persistence', () => {
  test('has the fields of the append-only file', async () => {
    const s = await server(...AOF, '--appendfsync', 'always');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    const base = readFile(s, 'appendonlydir', 'appendonly.aof.1.base.rdb')!.length;
    const incr = readFile(s, 'appendonlydir', INCR)!.length;
    const facts = await info(c);
    expect(facts).toMatchObject({
      aof_enabled: '1',
      aof_rewrite_in_progress: '0',
      aof_rewrite_scheduled: '0',
      aof_last_rewrite_time_sec: '-1',
      aof_current_rewrite_time_sec: '-1',
      aof_last_bgrewrite_status: 'ok',
      aof_rewrites: '0',
      aof_rewrites_consecutive_failures: '0',
      aof_last_write_status: 'ok',
      aof_pending_rewrite: '0',
      aof_buffer_length: '0',
      aof_delayed_fsync: '0',
    });
    // Redis counts a base that it made itself only from the next start on.
    expect([incr, base + incr]).toContain(Number(facts['aof_current_size']));
    const after = await survive(s);
    expect(await info(after)).toMatchObject({ aof_current_size: String(base + incr), aof_base_size: String(base) });
  });

  test('without an append-only file it has but some', async () => {
    const c = await (await reusedServer('--save', '')).client();
    const facts = await info(c);
    expect(facts).toMatchObject({ aof_enabled: '0', aof_rewrite_scheduled: '0', aof_last_write_status: 'ok' });
    expect(facts).not.toHaveProperty('aof_current_size');
    await c.expect('BGREWRITEAOF').success();
    await rewritten(c);
  });
});

describe('a folder that is there', () => {
  test('base, several incremental files, and comments in the manifest', async () => {
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

  test('history in the manifest is not loaded, and removed', async () => {
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

  test('timestamps between the requests are passed over', async () => {
    const files = written(['SET', 'a', '1']);
    const s = await prepared({ ...files, [INCR]: `#TS:1700000000\r\n${files[INCR]}#TS:1700000001\r\n${resp('SET', 'b', '2')}` });
    await s.restart();
    await (await s.client()).expect('MGET', 'a', 'b').array(['1', '2']);
  });

  test('deadlines, transactions and other databases in it', async () => {
    const deadline = Date.now() + 100_000;
    const s = await prepared(
      written(
        ['MULTI'],
        ['SET', 'a', '1', 'PXAT', String(deadline)],
        ['SELECT', '5'],
        ['RPUSH', 'l', 'x', 'y'],
        ['EXEC'],
        ['LPOP', 'l'],
        ['SET', 'dead', 'v', 'PXAT', '1'],
        ['SELECT', '0'],
        ['SET', 'b', '2'],
        ['PEXPIREAT', 'b', String(deadline)],
      ),
    );
    await s.restart();
    const c = await s.client();
    await c.expect('PEXPIRETIME', 'a').int(deadline);
    await c.expect('PEXPIRETIME', 'b').int(deadline);
    await c.expect('SELECT', 5).ok();
    await c.expect('LRANGE', 'l', 0, -1).array(['y']);
    await c.expect('EXISTS', 'dead').int(0);
  });

  test('an append-only file from before Redis 7 is taken into the folder', async () => {
    const s = await prepared({});
    rmSync(join(s.dir, 'appendonlydir'), { recursive: true });
    const plain = resp('SELECT', '0') + resp('SET', 'a', '1');
    writeFileSync(join(s.dir, 'appendonly.aof'), plain);
    await s.restart();
    const c = await s.client();
    await c.expect('GET', 'a').bulk('1');
    expect(readdirSync(s.dir)).toEqual(['appendonlydir']);
    expect(manifest(s)).toEqual(['file appendonly.aof seq 1 type b', FIRST[1]]);
    expect(readFile(s, 'appendonlydir', 'appendonly.aof')).toBe(plain);
    await c.expect('SET', 'b', '2').ok();
    await until(() => logged(s).length === 2, 'the request in the file');
    const after = await survive(s);
    await after.expect('MGET', 'a', 'b').array(['1', '2']);
    await after.expect('BGREWRITEAOF').success();
    await rewritten(after);
    await until(() => readFile(s, 'appendonlydir', 'appendonly.aof') === null, 'the old file to go');
  });

  test('and so is one that starts with a dump', async () => {
    const s = await prepared({});
    rmSync(join(s.dir, 'appendonlydir'), { recursive: true });
    const aux = '\xfa\x08aof-base\xc0\x01';
    writeFileSync(join(s.dir, 'appendonly.aof'), rdbFile(`${aux}\xfe\0\0\x04base\xc2${littleEndian(70_000, 4)}`) + resp('INCR', 'base'), 'latin1');
    await s.restart();
    await (await s.client()).expect('GET', 'base').bulk('70001');
  });
});

describe('a torn end', () => {
  test('is cut off, and the rest is loaded', async () => {
    const files = written(...SETS);
    const whole = files[INCR]!;
    const last = resp(...SETS.at(-1)!).length;
    for (const cut of [1, last - 1]) {
      const s = await prepared({ ...files, [INCR]: whole.slice(0, -cut) });
      await s.restart();
      const c = await s.client();
      await c.expect('MGET', 'k3', 'k4').array(['v3', null]);
      expect(readFile(s, 'appendonlydir', INCR)).toBe(whole.slice(0, -last));
      expect(s.output()).toMatch(/truncat/i);
      await c.expect('SET', 'k4', 'new').ok();
      await until(() => logged(s).at(-1)?.[1] === 'k4', 'the request in the file');
    }
  });

  test('inside a transaction: none of it is loaded', async () => {
    const files = written(...SETS);
    const s = await prepared({
      ...files,
      [INCR]: `${files[INCR]}${resp('MULTI')}${resp('SET', 'k1', 'changed')}${resp('DEL', 'k2')}${resp('EXEC').slice(0, -3)}`,
    });
    await s.restart();
    await (await s.client()).expect('MGET', 'k1', 'k2').array(['v1', 'v2']);
    // Redis cuts off what is torn; to cut off its MULTI as well is safer, since more will be appended.
    expect(readFile(s, 'appendonlydir', INCR)!.startsWith(files[INCR]!)).toBe(true);
  });

  test('a transaction without its EXEC is not loaded either', async () => {
    const files = written(...SETS);
    const s = await prepared({ ...files, [INCR]: `${files[INCR]}${resp('MULTI')}${resp('SET', 'k1', 'changed')}` });
    await s.restart();
    await (await s.client()).expect('GET', 'k1').bulk('v1');
    expect(readFile(s, 'appendonlydir', INCR)).toBe(files[INCR]);
  });

  test('is refused with aof-load-truncated no', async () => {
    const files = written(...SETS);
    const torn = { ...files, [INCR]: files[INCR]!.slice(0, -3) };
    await refused([['torn', torn, /unexpected end of file|truncated/i]], '--aof-load-truncated', 'no');
  });
});

describe('a folder that cannot be loaded', () => {
  const files = written(...SETS);
  const base = 'appendonly.aof.1.base.rdb';
  const without = (name: string) => Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));

  test('with damage in the middle', () =>
    refused([
      ['a length', { ...files, [INCR]: files[INCR]!.replace('$2\r\nk1', '$x\r\nk1') }, /format|malformed|offset/i],
      ['a command', { ...files, [INCR]: files[INCR]!.replace('SET\r\n$2\r\nk1', 'SEX\r\n$2\r\nk1') }, /unknown command.*SEX/i],
      ['rubbish at the end', { ...files, [INCR]: `${files[INCR]}rubbish\r\n` }, /format|malformed|offset/i],
    ]));

  test('without a file that the manifest names', () =>
    refused([
      ['base', without(base), /1\.base\.rdb/],
      ['incr', without(INCR), /1\.incr\.aof/],
    ]));

  test('with a base that is cut short', () =>
    refused([['base', { ...files, [base]: BASE.slice(0, -3) }, /rdb|eof|short|truncated/i]]));

  test('with a manifest that is none', () =>
    refused([
      ['empty', { ...files, [MANIFEST]: '' }, /manifest/i],
      ['a path', { ...files, [MANIFEST]: `file ../x seq 1 type b\n${FIRST[1]}\n` }, /manifest/i],
      ['sequence', { ...files, [MANIFEST]: `${FIRST.join('\n')}\n${FIRST[1]}\n` }, /manifest|seq/i],
    ]));
});

describe('redis-check-aof', () => {
  test('finds nothing wrong with what is written', async () => {
    onlyIf(spawnSync('redis-check-aof', ['--version']).error === undefined, 'needs redis-check-aof on the PATH');
    // The base as commands: its RDB version could be one that this redis-check-aof does not know yet.
    const s = await reusedServer(...AOF, '--appendfsync', 'always', '--aof-use-rdb-preamble', 'no');
    const c = await s.client();
    const check = () => execFileSync('redis-check-aof', [join(s.dir, 'appendonlydir', MANIFEST)], { encoding: 'utf8' });
    await c.expect('SET', 'k', 'v').ok();
    expect(check()).toContain('All AOF files and manifest are valid');
    await c.expect('MULTI').ok();
    await c.expect('RPUSH', 'l', 'a', '\0\r\n').status('QUEUED');
    await c.expect('EXPIRE', 'l', 100).status('QUEUED');
    await c.expect('EXEC').success();
    expect(check()).toContain('All AOF files and manifest are valid');
    await c.expect('BGREWRITEAOF').success();
    await rewritten(c);
    await c.expect('SADD', 's', 'a').int(1);
    expect(check()).toContain('All AOF files and manifest are valid');
  });
});
