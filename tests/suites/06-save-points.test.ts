import { readdirSync } from 'node:fs';
import { client, contents, describe, expect, field, info } from '../harness/suite.ts';
import { needsFlags, readFile, reusedServer, saved, server, sleep } from '../harness/suite.ts';
import { test, until } from '../harness/suite.ts';
import { dirty, failed, FAR, fill, MISCONF, STARTED } from '../harness/rdb-files.ts';

/** A key takes 2,000 µs to save, so that a test can see the save while it runs. */
const SLOW = ['--rdb-key-save-delay', '2000'];

describe('save points', () => {
  test('each point needs its number of changes', async () => {
    const s = await server('--save', '3600 1', '--save', '1 10');
    const c = await s.client();
    await fill(c, 9);
    await sleep(2_200);
    expect(await dirty(c)).toBe('9');
    await c.expect('SET', 'tenth', 'v').ok();
    await until(async () => (await dirty(c)) === '0', 'the tenth change to be saved');
    expect(readFile(s, 'dump.rdb')).toContain('tenth');
  });

  test('flags give them one by one, or several at once', async () => {
    const c = await (await server('--save', '60', '1000')).client();
    await c.expect('CONFIG', 'GET', 'save').array(['save', '60 1000']);
    const other = await (await server('--save', '60 1000 3600 1')).client();
    await other.expect('CONFIG', 'GET', 'save').array(['save', '60 1000 3600 1']);
  });

  test('FLUSHALL saves the emptiness where there are save points', async () => {
    const c = await (await reusedServer(...FAR, '--enable-debug-command', 'yes')).client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SAVE').ok();
    await c.expect('FLUSHALL').ok();
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('DBSIZE').int(0);
  });

  test('FLUSHALL leaves no change to save, since it has saved', async () => {
    const c = await (await reusedServer(...FAR)).client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('FLUSHALL').ok();
    expect(await info(c)).toMatchObject({ rdb_changes_since_last_save: '0' });
  });

  test('FLUSHALL saves nothing where there are none', async () => {
    const c = await (await reusedServer('--save', '', '--enable-debug-command', 'yes')).client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SAVE').ok();
    await c.expect('FLUSHALL').ok();
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('GET', 'k').bulk('v');
  });

  test('bad save points are refused', async () => {
    needsFlags();
    for (const points of ['abc', '0 1']) {
      await expect(server('--save', points)).rejects.toThrow(/exit code 1 [^]*save/);
    }
    await (await server('--save', '1 0', '--save', '')).client();
  });
});

describe('a BGSAVE that failed', () => {
  test('makes the server refuse writes', () =>
    failed(FAR, async ({ c }) => {
      await c.expect('SET', 'k', 'w').error(MISCONF);
      await c.expect('DEL', 'k').error(MISCONF);
      await c.expect('RPUSH', 'l', 'a').error(MISCONF);
      await c.expect('FLUSHALL').error(MISCONF);
      await c.expect('GET', 'k').bulk('v');
      await c.expect('EXISTS', 'k', 'l').int(1);
    }));

  test('PING reports it too', () =>
    failed(FAR, async ({ c }) => {
      await c.expect('PING').error(MISCONF);
      await c.expect('ECHO', 'hi').bulk('hi');
    }));

  test('spoils a transaction with a write', () =>
    failed(FAR, async ({ c }) => {
      await c.expect('MULTI').ok();
      await c.expect('SET', 'k', 'w').error(MISCONF);
      await c.expect('EXEC').error('EXECABORT Transaction discarded because of previous errors.');
      await c.expect('MULTI').ok();
      await c.expect('GET', 'k').status('QUEUED');
      await c.expect('EXEC').array(['v']);
    }));

  test('keeps the changes counted, and leaves no temporary file', () =>
    failed(FAR, async ({ s, c }) => {
      expect(await dirty(c)).toBe('1');
      expect(readdirSync(s.dir)).toEqual(['dump.rdb']);
    }));

  test('is forgiven by a SAVE that succeeds', () =>
    failed(FAR, async ({ c, clear }) => {
      clear();
      await c.expect('SAVE').ok();
      await c.expect('SET', 'k', 'w').ok();
    }));

  test('does not matter with stop-writes-on-bgsave-error no', () =>
    failed(FAR, async ({ c }) => {
      await c.expect('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no').ok();
      await c.expect('SET', 'k', 'w').ok();
      await c.expect('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'yes').ok();
      await c.expect('SET', 'k', 'x').error(MISCONF);
    }));

  test('does not matter where there are no save points', () =>
    failed(['--save', ''], async ({ c }) => {
      await c.expect('SET', 'k', 'w').ok();
      await c.expect('CONFIG', 'SET', 'save', '3600 100').ok();
      await c.expect('SET', 'k', 'x').error(MISCONF);
      await c.expect('CONFIG', 'SET', 'save', '').ok();
    }));
});

describe('INFO persistence', () => {
  test('has its fields, as Redis names them', async () => {
    const c = await (await server('--save', '')).client();
    expect(await info(c)).toMatchObject({
      loading: '0',
      rdb_changes_since_last_save: '0',
      rdb_bgsave_in_progress: '0',
      rdb_last_bgsave_status: 'ok',
      rdb_last_bgsave_time_sec: '-1',
      rdb_current_bgsave_time_sec: '-1',
      rdb_saves: '0',
      rdb_last_load_keys_expired: '0',
      rdb_last_load_keys_loaded: '0',
      aof_enabled: '0',
    });
  });

  test('rdb_saves counts SAVE and BGSAVE', async () => {
    const c = await (await reusedServer('--save', '')).client();
    const before = Number(await field(c, 'rdb_saves'));
    await c.expect('SAVE').ok();
    expect(await field(c, 'rdb_saves')).toBe(String(before + 1));
    await c.expect('BGSAVE').status(STARTED);
    await saved(c);
    expect(await field(c, 'rdb_saves')).toBe(String(before + 2));
    expect(Number(await field(c, 'rdb_last_bgsave_time_sec'))).toBeGreaterThanOrEqual(0);
  });

  test('rdb_current_bgsave_time_sec is a time while one runs', async () => {
    const c = await (await reusedServer('--save', '', ...SLOW)).client();
    await fill(c, 100);
    await c.expect('BGSAVE').status(STARTED);
    expect(Number(await field(c, 'rdb_current_bgsave_time_sec'))).toBeGreaterThanOrEqual(0);
    await saved(c);
    expect(await field(c, 'rdb_current_bgsave_time_sec')).toBe('-1');
  });

  test('is part of INFO without a section, and of INFO everything', async () => {
    const c = await client();
    for (const section of [[], ['everything'], ['all'], ['default']]) {
      expect(String(await c.send('INFO', ...section))).toContain('# Persistence\r\nloading:0\r\n');
    }
  });
});

describe('rdb_changes_since_last_save', () => {
  /** Each command after a SAVE, with the number of changes it makes. */
  async function changes(rows: [string, number][]): Promise<void> {
    const c = await client();
    await c.expect('SAVE').ok();
    const counted: [string, number][] = [];
    let before = Number(await dirty(c));
    for (const [command] of rows) {
      await c.expect(...command.split(' ')).success();
      const now = Number(await dirty(c));
      counted.push([command, now - before]);
      before = now;
    }
    expect(counted).toEqual(rows);
  }

  test('of strings', () =>
    changes([
      ['SET a 1', 1],
      ['SET a 1 EX 100', 1],
      ['SET a 1 NX', 0],
      ['SETEX a 100 1', 1],
      ['PSETEX a 100000 1', 1],
      ['MSET a 1 b 2 c 3', 3],
      ['MSETNX a 1 d 2', 0],
      ['INCR a', 1],
      ['INCRBYFLOAT a 1.5', 1],
      ['APPEND a x', 1],
      ['SETRANGE a 0 y', 1],
      ['GETSET b 9', 1],
      ['GETEX c', 0],
      ['GETEX c EX 100', 1],
      ['GETEX c PERSIST', 1],
      ['GETDEL c', 1],
      ['GETDEL c', 0],
      ['GET a', 0],
    ]));

  test('of keys', () =>
    changes([
      ['MSET a 1 b 2 c 3', 3],
      ['DEL a none', 1],
      ['UNLINK a', 0],
      ['EXPIRE b 100', 1],
      ['EXPIRE none 100', 0],
      ['EXPIRE b 50 GT', 0],
      ['PERSIST b', 1],
      ['PERSIST b', 0],
      ['EXPIRE b -1', 1],
      ['COPY c d', 1],
      ['COPY c d', 0],
      ['RENAME d e', 1],
      ['RENAMENX c e', 0],
      ['MOVE c 1', 1],
      ['MOVE c 1', 0],
      ['SWAPDB 0 1', 1],
      ['FLUSHDB', 1],
    ]));

  test('of lists', () =>
    changes([
      ['RPUSH l 1 2 3 4 5 6', 6],
      ['LPUSHX none 1', 0],
      ['LPOP l', 1],
      ['RPOP l 2', 2],
      ['LSET l 0 x', 1],
      ['LINSERT l BEFORE x y', 1],
      ['LINSERT l BEFORE none y', 0],
      ['LREM l 0 none', 0],
      ['LREM l 0 y', 1],
      ['LTRIM l 0 1', 1],
      ['LTRIM l 0 5', 0],
      ['LMOVE l m LEFT RIGHT', 1],
      ['RPOPLPUSH m m', 1],
      ['LMPOP 1 m LEFT', 1],
      ['BLPOP l 0', 1],
    ]));

  test('of hashes and sets', () =>
    changes([
      ['HSET h a 1 b 2', 2],
      ['HSET h a 1', 1],
      ['HSETNX h a 2', 0],
      ['HINCRBY h a 1', 1],
      ['HINCRBYFLOAT h a 1.5', 1],
      ['HDEL h a none', 1],
      ['SADD s 1 2 3 4 5', 5],
      ['SADD s 1 6', 1],
      ['SREM s 6 7', 1],
      ['SPOP s', 1],
      ['SPOP s 2', 2],
      ['SMOVE s s 1', 0],
      ['SINTERSTORE d none s', 0],
      ['SUNIONSTORE d s', 1],
      ['SINTERSTORE d none s', 1],
    ]));

  test('of streams', () =>
    changes([
      ['XADD x 1-1 f v', 1],
      ['XADD x NOMKSTREAM 2-1 f v', 1],
      ['XADD none NOMKSTREAM 2-1 f v', 0],
      ['XADD x MAXLEN 2 3-1 f v', 1],
      ['XDEL x 9-9', 0],
      ['XDEL x 2-1', 1],
      ['XTRIM x MAXLEN 0', 1],
      ['XADD x 4-1 f v', 1],
      ['XGROUP CREATE x g 0', 1],
      ['XGROUP CREATECONSUMER x g c', 1],
      ['XREADGROUP GROUP g c STREAMS x >', 1],
      ['XREADGROUP GROUP g c STREAMS x 0', 1],
      ['XACK x g 4-1', 1],
      ['XACK x g 4-1', 0],
      ['XSETID x 5-1', 1],
      ['XGROUP DELCONSUMER x g c', 1],
      ['XGROUP DESTROY x g', 1],
    ]));

  test('FLUSHDB counts the keys it removes; expiry counts nothing', async () => {
    const c = await client();
    await c.expect('SAVE').ok();
    await fill(c, 5);
    await c.expect('FLUSHDB').ok();
    expect(await dirty(c)).toBe('10');
    await c.expect('SET', 'k', 'v', 'PX', '1').ok();
    await until(async () => (await c.send('EXISTS', 'k')) === 0, 'the end of the key');
    expect(await dirty(c)).toBe('11');
  });

  test('is 0 after a save, by either command', async () => {
    const c = await client();
    await fill(c, 3);
    await c.expect('SAVE').ok();
    expect(await dirty(c)).toBe('0');
    await fill(c, 3);
    await c.expect('BGSAVE').status(STARTED);
    await saved(c);
    expect(await dirty(c)).toBe('0');
    expect(Object.keys(await contents(c))).toHaveLength(3);
  });
});
