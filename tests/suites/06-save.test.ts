import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { client, describe, expect, field, readFile } from '../harness/suite.ts';
import { resp, reusedServer, saved, server, sleep } from '../harness/suite.ts';
import { test, until } from '../harness/suite.ts';
import { BUSY, dirty, ended, FAR, fill, obstruct, STARTED } from '../harness/rdb-files.ts';

const CANNOT_SHUT_DOWN = 'ERR Errors trying to SHUTDOWN. Check logs.';
/** A key takes 2,000 µs to save, so that a test can see the save while it runs. */
const SLOW = ['--rdb-key-save-delay', '2000'];

describe('SAVE', () => {
  test('writes the dump at once', async () => {
    const s = await reusedServer('--save', '');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    expect(readFile(s, 'dump.rdb')).toBeNull();
    await c.expect('SAVE').ok();
    expect(readFile(s, 'dump.rdb')).toMatch(/^REDIS00\d\d/);
  });

  test('takes no arguments', async () => {
    const c = await client();
    await c.expect('SAVE', 'now').error("ERR wrong number of arguments for 'save' command");
  });

  test('--dir and --dbfilename say where', async () => {
    const s = await server('--save', '');
    mkdirSync(join(s.dir, 'data'));
    await s.restart('--save', '', '--dir', join(s.dir, 'data'), '--dbfilename', 'my.rdb');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SAVE').ok();
    expect(readdirSync(join(s.dir, 'data'))).toEqual(['my.rdb']);
    await s.kill();
    await s.restart();
    await (await s.client()).expect('GET', 'k').bulk('v');
  });
});

describe('BGSAVE', () => {
  test('SCHEDULE starts at once where nothing is in the way', async () => {
    const c = await client();
    await c.expect('BGSAVE', 'SCHEDULE').status(STARTED);
    await saved(c);
    await c.expect('BGSAVE', 'schedule').status(STARTED);
    await saved(c);
  });

  test('other arguments are syntax errors', async () => {
    const c = await client();
    await c.expect('BGSAVE', 'NOW').error('ERR syntax error');
    await c.expect('BGSAVE', 'SCHEDULE', 'SCHEDULE').error('ERR syntax error');
  });

  test('while one runs: no second one, no SAVE', async () => {
    const c = await (await reusedServer('--save', '', ...SLOW)).client();
    await fill(c, 200);
    await c.expect('BGSAVE').status(STARTED);
    expect(await field(c, 'rdb_bgsave_in_progress')).toBe('1');
    await c.expect('BGSAVE').error(BUSY);
    await c.expect('BGSAVE', 'SCHEDULE').error(BUSY);
    await c.expect('SAVE').error(BUSY);
    await saved(c);
    await c.expect('SAVE').ok();
  });

  test('clients are served while it runs', async () => {
    const c = await (await reusedServer('--save', '', ...SLOW)).client();
    await fill(c, 200);
    await c.expect('BGSAVE').status(STARTED);
    const replies = await Promise.all(Array.from({ length: 20 }, () => c.send('INCR', 'n')));
    expect(replies).toEqual(replies.map((_, at) => at + 1));
    await c.expect('GET', 'key:7').bulk('7');
    expect(await field(c, 'rdb_bgsave_in_progress')).toBe('1');
    await saved(c);
    await c.expect('GET', 'n').bulk('20');
  });

  test('changes made meanwhile are still to be saved afterwards', async () => {
    const c = await (await reusedServer('--save', '', ...SLOW)).client();
    await fill(c, 150);
    await c.expect('BGSAVE').status(STARTED);
    for (const key of ['a', 'b', 'c']) await c.expect('SET', key, 'v').ok();
    expect(await dirty(c)).toBe('153');
    await saved(c);
    expect(await dirty(c)).toBe('3');
  });

  test('the server outlives one that cannot even remove what it has begun', async () => {
    const s = await server('--save', '');
    const c = await s.client();
    // A folder stands where this server writes its temporary file: it can be neither written nor unlinked.
    for (const name of [`temp-${s.pid}.rdb`, `temp-bg-${s.pid}.rdb`]) mkdirSync(join(s.dir, name));
    await c.expect('BGSAVE').status(STARTED);
    await saved(c);
    await c.expect('SET', 'k', 'v').ok();
    expect(s.ended()).toBeNull();
  });

  test('the old dump stays in its place until the new one is whole', async () => {
    const s = await reusedServer('--save', '', ...SLOW);
    const c = await s.client();
    await c.expect('SET', 'old', 'v').ok();
    await c.expect('SAVE').ok();
    const before = readFile(s, 'dump.rdb');
    await fill(c, 150);
    await c.expect('BGSAVE').status(STARTED);
    await sleep(30);
    expect(readFile(s, 'dump.rdb')).toBe(before);
    expect(await field(c, 'rdb_bgsave_in_progress')).toBe('1');
    await s.kill();
    await s.restart();
    await (await s.client()).expect('DBSIZE').int(1);
  });
});

describe('a start', () => {
  test('keeps a dump that is named as a temporary file, and bears what it cannot remove', async () => {
    // No process has such numbers.
    const flags = ['--save', '', '--dbfilename', 'temp-9999999.rdb'];
    const s = await server(...flags);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SAVE').ok();
    mkdirSync(join(s.dir, 'temp-9999998.rdb'));
    await s.restart(...flags);
    await (await s.client()).expect('GET', 'k').bulk('v');
  });
});

describe('LASTSAVE', () => {
  test('is the time of the start, in seconds, before anything was saved', async () => {
    const s = await server('--save', '');
    const c = await s.client();
    await c.expect('LASTSAVE').matches((value) => Math.abs(Number(value) - Date.now() / 1000) < 60, 'a time just past');
    expect(String(await c.send('LASTSAVE'))).toBe(await field(c, 'rdb_last_save_time'));
  });

  test('takes no arguments', async () => {
    const c = await client();
    await c.expect('LASTSAVE', 'x').error("ERR wrong number of arguments for 'lastsave' command");
  });
});

describe('SHUTDOWN', () => {
  test('saves nothing where there are none', async () => {
    const s = await reusedServer('--save', '');
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    c.write('SHUTDOWN\r\n');
    await c.closed();
    expect(await ended(s)).toBe('ended with exit code 0');
    expect(readdirSync(s.dir)).toEqual([]);
  });

  test('SAVE saves all the same, NOW and FORCE with it', async () => {
    const s = await reusedServer('--save', '');
    for (const [at, words] of ['SHUTDOWN SAVE', 'shutdown now save', 'SHUTDOWN SAVE FORCE'].entries()) {
      const c = await s.client();
      await c.expect('SET', 'k', at).ok();
      c.write(`${words}\r\n`);
      await c.closed();
      expect(await ended(s)).toBe('ended with exit code 0');
      await s.restart();
      await (await s.client()).expect('GET', 'k').bulk(String(at));
    }
  });

  test('NOSAVE does not save', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    c.write('SHUTDOWN NOSAVE\r\n');
    await c.closed();
    expect(await ended(s)).toBe('ended with exit code 0');
    expect(readdirSync(s.dir)).toEqual([]);
  });

  test('ends all connections without a word', async () => {
    const s = await reusedServer('--save', '');
    const [c, other] = [await s.client(), await s.client()];
    await other.expect('PING').status('PONG');
    c.write('SHUTDOWN NOW NOSAVE\r\n');
    await Promise.all([c.closed(), other.closed()]);
    expect(await ended(s)).toBe('ended with exit code 0');
  });

  test('what does not fit together is a syntax error', async () => {
    const c = await client();
    for (const words of [['SAVE', 'NOSAVE'], ['NOSAVE', 'SAVE'], ['LATER'], ['ABORT', 'NOW'], ['SAVE', 'ABORT']]) {
      await c.expect('SHUTDOWN', ...words).error('ERR syntax error');
    }
  });

  test('ABORT without a shutdown under way', async () => {
    const c = await client();
    await c.expect('SHUTDOWN', 'ABORT').error('ERR No shutdown in progress.');
  });

  test('is refused inside MULTI', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SHUTDOWN').error('ERR Command not allowed inside a transaction');
    await c.expect('DISCARD').ok();
  });

  test('does not end a server that cannot save, unless with FORCE', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    obstruct(s);
    await c.expect('SHUTDOWN').error(CANNOT_SHUT_DOWN);
    await c.expect('SHUTDOWN', 'NOW').error(CANNOT_SHUT_DOWN);
    await c.expect('SHUTDOWN', 'SAVE').error(CANNOT_SHUT_DOWN);
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w').ok();
    c.write('SHUTDOWN FORCE\r\n');
    await c.closed();
    expect(await ended(s)).toBe('ended with exit code 0');
    expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
  });

  test('NOSAVE ends a server that cannot save', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    obstruct(s);
    c.write('SHUTDOWN NOSAVE\r\n');
    await c.closed();
    expect(await ended(s)).toBe('ended with exit code 0');
  });

  test('right after BGSAVE leaves no temporary file', async () => {
    for (let i = 0; i < 5; i++) {
      const s = await reusedServer(...FAR);
      const c = await s.client();
      c.write(resp('SET', 'k', 'v') + resp('BGSAVE') + resp('SHUTDOWN'));
      await c.closed();
      expect(await ended(s)).toBe('ended with exit code 0');
      expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
    }
  });

  test('during a BGSAVE saves what is there now', async () => {
    const s = await reusedServer(...FAR, '--rdb-key-save-delay', '1000');
    const c = await s.client();
    await fill(c, 100);
    await c.expect('BGSAVE').status(STARTED);
    await c.expect('SET', 'late', 'v').ok();
    c.write('SHUTDOWN\r\n');
    await c.closed();
    expect(await ended(s)).toBe('ended with exit code 0');
    expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
    await s.restart();
    const after = await s.client();
    await after.expect('DBSIZE').int(101);
    await after.expect('GET', 'late').bulk('v');
  });
});

describe('SIGTERM', () => {
  test('saves where there are save points', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    s.signal('SIGTERM');
    expect(await ended(s)).toBe('ended with exit code 0');
    await s.restart();
    await (await s.client()).expect('GET', 'k').bulk('v');
  });

  test('does not end a server that cannot save', async () => {
    const s = await reusedServer(...FAR);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    const clear = obstruct(s);
    s.signal('SIGTERM');
    await until(() => /error trying to save the db/i.test(s.output()), 'the refusal in the log');
    await c.expect('GET', 'k').bulk('v');
    clear();
    s.signal('SIGTERM');
    expect(await ended(s)).toBe('ended with exit code 0');
    expect(readFile(s, 'dump.rdb')).toContain('v');
  });
});
