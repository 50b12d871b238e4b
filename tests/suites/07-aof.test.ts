import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contents, describe, expect, info, logged, manifest, needsFlags } from '../harness/suite.ts';
import { onlyIf, readFile, reusedServer, rewritten, rng, server, test, until } from '../harness/suite.ts';
import { AOF, FIRST, INCR, MANIFEST, survive } from '../harness/aof-files.ts';

describe('--appendonly yes', () => {
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
    const files = ['my.aof.1.base.rdb', 'my.aof.1.incr.aof', 'my.aof.manifest'];
    expect(readdirSync(join(s.dir, 'log')).sort()).toEqual(files);
    expect(manifest(s, 'log', 'my.aof')).toEqual(FIRST.map((line) => line.replace('appendonly.aof', 'my.aof')));
    await until(() => readFile(s, 'log', 'my.aof.1.incr.aof')!.includes('SET'), 'the request in the file');
    await (await survive(s)).expect('GET', 'k').bulk('v');
  });

  test('names that are paths, or empty, are refused', async () => {
    needsFlags();
    for (const name of ['appendfilename', 'appenddirname']) {
      const refusal = new RegExp(`${name} can't be a path, just a ${name.slice('append'.length)}`);
      await expect(server(...AOF, `--${name}`, 'a/b')).rejects.toThrow(refusal);
    }
    const c = await (await server(...AOF, '--appendfilename', 'a b.aof')).client();
    await c.expect('CONFIG', 'GET', 'appendfilename').array(['appendfilename', 'a b.aof']);
    await c.expect('CONFIG', 'SET', 'appendfilename', 'x').errorLike(/can't set immutable config$/);
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
    expect(s.output(), 'what the server prints').not.toMatch(/NaN|undefined/);
    expect(existsSync(join(s.dir, 'dump.rdb'))).toBe(true);
  });
});

describe('after a power cut', () => {
  for (const policy of ['always', 'everysec', 'no']) {
    test(`what was acknowledged is there, with appendfsync ${policy}`, async () => {
      // The process dies and the machine does not: everything that was written is there, synced or not.
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
