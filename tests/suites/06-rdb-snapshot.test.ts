import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_DATABASES, contents, describe, expect, field } from '../harness/suite.ts';
import { info, readFile, reusedServer, rng, saved } from '../harness/suite.ts';
import { test, until, type Client, type OwnServer } from '../harness/suite.ts';

/** µs for each key: two hundred keys take 0.6 s to save. */
const SLOW = ['--save', '', '--rdb-key-save-delay', '3000', '--enable-debug-command', 'yes'];
const KEYS = 200;

interface Moment {
  s: OwnServer;
  c: Client;
}

/**
 * Fills a server with `prepare`, notes what it holds, and starts a BGSAVE; `meanwhile` goes on while it runs. The file
 * must hold what was noted.
 */
async function snapshot(prepare: (c: Client) => Promise<void>, meanwhile: (moment: Moment) => Promise<void>) {
  const s = await reusedServer(...SLOW);
  const c = await s.client();
  for (let at = 0; at < KEYS; at++) c.sendLater('SET', `filler:${at}`, at);
  await prepare(c);
  const before = await contents(c, ALL_DATABASES);
  await c.expect('BGSAVE').status('Background saving started');
  await meanwhile({ s, c });
  const { rdb_bgsave_in_progress: running } = await info(c);
  expect(running, 'what went on meanwhile must end before the save does').toBe('1');
  await saved(c);
  expect(await field(c, 'rdb_last_bgsave_status')).toBe('ok');
  await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
  expect(await contents(c, ALL_DATABASES)).toEqual(before);
}

/** Sends all at once and waits for the replies, none of which may be an error. */
async function all(c: Client, commands: (string | number)[][]): Promise<void> {
  const replies = await Promise.all(commands.map((command) => c.send(...command)));
  for (const [at, reply] of replies.entries()) {
    if (reply instanceof Error) throw new Error(`${commands[at]!.join(' ')}: ${reply.message}`);
  }
}

function times(make: (at: number) => (string | number)[], count = KEYS): (string | number)[][] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** How much of the dump has been written so far, in bytes. */
function unfinishedBytes({ dir }: OwnServer): number {
  const name = readdirSync(dir).find((file) => file.startsWith('temp-'));
  return name === undefined ? 0 : statSync(join(dir, name)).size;
}

describe('BGSAVE saves the moment of the command, whatever follows', () => {
  test('writes over strings, and new keys', () =>
    snapshot(
      async () => {},
      async ({ c }) => {
        await all(c, times((at) => ['SET', `filler:${at}`, 'changed']));
        await all(c, times((at) => ['SET', `new:${at}`, 'v']));
        await all(c, times((at) => ['APPEND', `filler:${at}`, '!']));
      },
    ));

  test('changes inside strings', () =>
    snapshot(
      (c) => all(c, times((at) => ['SET', `s:${at}`, 'abc'], 60)),
      async ({ c }) => {
        await all(c, times((at) => ['APPEND', `s:${at}`, 'def'], 20));
        await all(c, times((at) => ['SETRANGE', `s:${at + 20}`, 1, 'XYZ'], 20));
        await all(c, times((at) => ['GETDEL', `s:${at + 40}`], 20));
        await all(c, times((at) => ['INCR', `filler:${at}`]));
      },
    ));

  test('keys that are evicted', () =>
    snapshot(
      (c) => all(c, times((at) => ['SET', `s:${at}`, 'abc', 'EX', 1_000], 60)),
      async ({ c }) => {
        await c.expect('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random', 'maxmemory', 1).ok();
        await until(async () => (await c.send('DBSIZE')) === 0, 'all keys to be evicted');
        await c.expect('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', 0).ok();
      },
    ));

  test('changes inside lists', () =>
    snapshot(
      (c) => all(c, times((at) => ['RPUSH', `l:${at}`, 'a', 'b', 'c', 'd'], 100)),
      async ({ c }) => {
        await all(c, times((at) => ['RPUSH', `l:${at}`, 'e'], 20));
        await all(c, times((at) => ['LPOP', `l:${at + 20}`, 4], 20));
        await all(c, times((at) => ['LSET', `l:${at + 40}`, 1, 'X'], 20));
        await all(c, times((at) => ['LTRIM', `l:${at + 60}`, 1, 2], 20));
        await all(c, times((at) => ['LMOVE', `l:${at + 80}`, `l:${at}`, 'LEFT', 'RIGHT'], 20));
      },
    ));

  test('changes inside hashes and sets', () =>
    snapshot(
      async (c) => {
        await all(c, times((at) => ['HSET', `h:${at}`, 'f', 'v', 'n', 1], 60));
        await all(c, times((at) => ['SADD', `s:${at}`, 'a', 'b', 'c'], 60));
      },
      async ({ c }) => {
        await all(c, times((at) => ['HSET', `h:${at}`, 'f', 'X', 'new', 'Y'], 20));
        await all(c, times((at) => ['HDEL', `h:${at + 20}`, 'f', 'n'], 20));
        await all(c, times((at) => ['HINCRBY', `h:${at + 40}`, 'n', 5], 20));
        await all(c, times((at) => ['SADD', `s:${at}`, 'd'], 20));
        await all(c, times((at) => ['SPOP', `s:${at + 20}`, 2], 20));
        await all(c, times((at) => ['SMOVE', `s:${at + 40}`, 's:0', 'a'], 20));
        await all(c, times((at) => ['SUNIONSTORE', `s:${at + 20}`, 's:0', 's:1'], 20));
      },
    ));

  test('changes inside a large hash that is half written, and of keys after it', () =>
    snapshot(
      async (c) => {
        const fields = times((at) => [`field ${at}`, at], 60_000).flat();
        await c.expect('HSET', 'later', ...fields.slice(0, 10_000)).int(5_000);
        // These keys come after the large hash in the file.
        await c.expect('SWAPDB', 0, 1).ok();
        await c.expect('HSET', 'large', ...fields).int(60_000);
      },
      async ({ s, c }) => {
        const fields = times((at) => [`field ${at}`], 30_000).flat();
        await until(() => unfinishedBytes(s) > 50_000, 'the first fields in the file');
        await all(c, [['SELECT', 1], ['SET', 'filler:0', 'changed'], ['DEL', 'filler:1'], ['HDEL', 'later', ...fields], ['SELECT', 0]]);
        await c.expect('HDEL', 'large', ...fields).int(30_000);
      },
    ));

  test('changes inside streams', () =>
    snapshot(
      async (c) => {
        await all(c, times((at) => ['XADD', `x:${at}`, '1-1', 'f', 'v'], 60));
        await all(c, times((at) => ['XADD', `x:${at}`, '2-1', 'f', 'v'], 60));
        await all(c, times((at) => ['XGROUP', 'CREATE', `x:${at}`, 'g', 0], 60));
        await all(c, times((at) => ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 1, 'STREAMS', `x:${at}`, '>'], 60));
      },
      async ({ c }) => {
        await all(c, times((at) => ['XADD', `x:${at}`, '3-1', 'f', 'v'], 10));
        await all(c, times((at) => ['XDEL', `x:${at + 10}`, '1-1'], 10));
        await all(c, times((at) => ['XACK', `x:${at + 20}`, 'g', '1-1'], 10));
        await all(c, times((at) => ['XREADGROUP', 'GROUP', 'g', 'd', 'STREAMS', `x:${at + 30}`, '>'], 10));
        await all(c, times((at) => ['XGROUP', 'DESTROY', `x:${at + 40}`, 'g'], 10));
        await all(c, times((at) => ['XTRIM', `x:${at + 50}`, 'MAXLEN', 0], 10));
      },
    ));

  test('deletions and renames', () =>
    snapshot(
      async (c) => {
        await all(c, times((at) => ['RPUSH', `l:${at}`, 'a'], 60));
      },
      async ({ c }) => {
        await all(c, times((at) => ['RENAME', `l:${at}`, `renamed:${at}`], 30));
        await all(c, times((at) => ['RENAME', `l:${at + 30}`, `filler:${at}`], 30));
        await all(c, times((at) => ['DEL', `filler:${at + 60}`], 70));
        await all(c, times((at) => ['UNLINK', `filler:${at + 130}`], 70));
      },
    ));

  test('new deadlines, and old ones taken away', () =>
    snapshot(
      async (c) => {
        await all(c, times((at) => ['SET', `k:${at}`, 'v', 'EX', 1_000 + at], 60));
      },
      async ({ c }) => {
        await all(c, times((at) => ['PERSIST', `k:${at}`], 20));
        await all(c, times((at) => ['EXPIRE', `k:${at + 20}`, 9_000], 20));
        await all(c, times((at) => ['EXPIRE', `k:${at + 40}`, -1], 20));
        await all(c, times((at) => ['EXPIRE', `filler:${at}`, 9_000]));
      },
    ));

  test('keys moved and copied between databases, and databases swapped', () =>
    snapshot(
      async (c) => {
        await c.expect('SELECT', 3).ok();
        await all(c, times((at) => ['SET', `three:${at}`, at], 40));
        await c.expect('SELECT', 0).ok();
      },
      async ({ c }) => {
        await all(c, times((at) => ['MOVE', `filler:${at}`, 3], 60));
        await all(c, times((at) => ['COPY', `filler:${at + 60}`, `three:${at}`, 'DB', 3, 'REPLACE'], 40));
        await c.expect('SWAPDB', 0, 3).ok();
        await c.expect('SWAPDB', 3, 7).ok();
        await all(c, times((at) => ['SET', `filler:${at}`, 'changed']));
      },
    ));

  test('FLUSHDB of each database, and new data in them', () =>
    snapshot(
      async (c) => {
        await c.expect('SELECT', 5).ok();
        await all(c, times((at) => ['RPUSH', `five:${at}`, at], 40));
      },
      async ({ c }) => {
        await c.expect('SELECT', 5).ok();
        await c.expect('FLUSHDB').ok();
        await c.expect('SELECT', 0).ok();
        await c.expect('FLUSHDB', 'ASYNC').ok();
        await all(c, times((at) => ['SADD', `filler:${at}`, 'other']));
      },
    ));

  test('a transaction, and a client that was waiting', () =>
    snapshot(
      async (c) => {
        await c.expect('RPUSH', 'source', 'a', 'b').int(2);
      },
      async ({ s, c }) => {
        const waiting = await s.client();
        const moved = waiting.sendLater('BLMOVE', 'empty', 'target', 'LEFT', 'LEFT', 0);
        await waiting.blocked();
        await c.expect('MULTI').ok();
        await c.expect('RPUSH', 'empty', 'x').status('QUEUED');
        await c.expect('DEL', 'source').status('QUEUED');
        await c.expect('SET', 'filler:0', 'changed').status('QUEUED');
        await c.expect('EXEC').success();
        await moved.bulk('x');
      },
    ));

  test('random writes from a second connection', () =>
    snapshot(
      async (c) => {
        await all(c, times((at) => ['RPUSH', `l:${at}`, 'a', 'b'], 40));
        await all(c, times((at) => ['HSET', `h:${at}`, 'f', 'v'], 40));
      },
      async ({ s }) => {
        const other = await s.client();
        const random = rng();
        const commands = times(() => {
          const at = random.int(0, 39);
          const rows = [
            ['SET', `filler:${random.int(0, KEYS)}`, 'x'],
            ['DEL', `filler:${random.int(0, KEYS)}`, `l:${at}`],
            ['RPUSH', `l:${at}`, 'x', 'y'],
            ['LPOP', `l:${at}`],
            ['HSET', `h:${at}`, `f${random.int(0, 3)}`, 'x'],
            ['HDEL', `h:${at}`, 'f'],
            ['COPY', `h:${at}`, `filler:${random.int(0, KEYS)}`, 'REPLACE'],
            ['EXPIRE', `filler:${random.int(0, KEYS)}`, random.int(-1, 100)],
          ];
          return rows[random.int(0, rows.length - 1)]!;
        }, 1_500);
        // Some commands meet a key of another type: they get an error, and change nothing.
        await Promise.all(commands.map((command) => other.send(...command)));
      },
    ));
});

describe('a BGSAVE', () => {
  test('holds keys that expire meanwhile, with their deadline', async () => {
    const s = await reusedServer(...SLOW);
    const c = await s.client();
    const deadline = Date.now() + 150;
    await all(c, times((at) => ['SET', `dying:${at}`, at, 'PXAT', deadline], 50));
    await all(c, times((at) => ['SET', `filler:${at}`, at]));
    await c.expect('BGSAVE').status('Background saving started');
    await until(async () => (await c.send('DBSIZE')) === KEYS, 'the end of the keys');
    expect(await field(c, 'rdb_bgsave_in_progress')).toBe('1');
    await saved(c);
    for (let at = 0; at < 50; at++) expect(readFile(s, 'dump.rdb')).toContain(`dying:${at}`);
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('DBSIZE').int(KEYS);
    expect(await info(c)).toMatchObject({ rdb_last_load_keys_expired: '50' });
  });

  test('meets FLUSHALL: the file holds the moment of the command, or stays as it was', async () => {
    // Redis ends the child that saves; a server that goes on saving is right as well.
    const s = await reusedServer(...SLOW);
    const c = await s.client();
    await c.expect('SET', 'before', 'v').ok();
    await c.expect('SAVE').ok();
    await all(c, times((at) => ['SET', `filler:${at}`, at]));
    await c.expect('BGSAVE').status('Background saving started');
    await c.expect('FLUSHALL').ok();
    await c.expect('SET', 'after', 'v').ok();
    await saved(c);
    expect(await field(c, 'rdb_last_bgsave_status')).toBe('ok');
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    const size = await c.send('DBSIZE');
    expect([1, KEYS + 1]).toContain(size);
    await c.expect('EXISTS', 'before', 'after').int(1);
  });

  test('leaves a size in rdb_last_cow_size, also after changes', async () => {
    const s = await reusedServer(...SLOW);
    const c = await s.client();
    await all(c, times((at) => ['SET', `filler:${at}`, at]));
    await c.expect('BGSAVE').status('Background saving started');
    await all(c, times((at) => ['SET', `filler:${at}`, 'changed']));
    await saved(c);
    expect(await field(c, 'rdb_last_cow_size')).toMatch(/^\d+$/);
  });

  test('can follow another at once', async () => {
    const s = await reusedServer('--save', '', '--rdb-key-save-delay', '500', '--enable-debug-command', 'yes');
    const c = await s.client();
    for (const round of ['one', 'two', 'three']) {
      await all(c, times((at) => ['SET', `filler:${at}`, round], 100));
      await c.expect('BGSAVE').status('Background saving started');
      await all(c, times((at) => ['SET', `filler:${at}`, 'spoiled'], 100));
      await saved(c);
    }
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('DBSIZE').int(100);
    for (const at of [0, 50, 99]) await c.expect('GET', `filler:${at}`).bulk('three');
  });
});
