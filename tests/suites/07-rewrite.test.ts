import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_DATABASES, contents, describe, expect, field } from '../harness/suite.ts';
import { info, logged, manifest, parseAof } from '../harness/suite.ts';
import { readFile, rewritten, saved, server, status } from '../harness/suite.ts';
import { test, until, type Client, type OwnServer } from '../harness/suite.ts';

const STARTED = 'Background append only file rewriting started';
const SCHEDULED = 'Background append only file rewriting scheduled';
const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
const PLAIN = [...AOF, '--aof-use-rdb-preamble', 'no'];
/** µs for each key that is saved. */
const SLOW = [...AOF, '--rdb-key-save-delay', '2000'];

const folder = (s: OwnServer) => readdirSync(join(s.dir, 'appendonlydir')).sort();
const names = (s: OwnServer) => manifest(s).map((line) => line.split(' ')[1]!).sort();

/** The manifest of a folder with one base and one incremental file. */
const pair = (seq: number, base = 'rdb') => [
  `file appendonly.aof.${seq}.base.${base} seq ${seq} type b`,
  `file appendonly.aof.${seq}.incr.aof seq ${seq} type i`,
];

async function fill(c: Client, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => c.send('SET', `key:${at}`, at)));
}

/** Adds 1 to the first keys, all at once: a save goes on meanwhile, and must not be over first. */
async function increment(c: Client, count: number): Promise<void> {
  const replies = await Promise.all(Array.from({ length: count }, (_, at) => c.send('INCR', `key:${at}`)));
  expect(replies).toEqual(replies.map((_, at) => at + 1));
}

/** Rewrites, and waits until all that belongs to it is done. */
async function rewrite(c: Client, s: OwnServer): Promise<void> {
  await c.expect('BGREWRITEAOF').status(STARTED);
  await rewritten(c);
  await tidy(s);
}

/** Waits until nothing lies in the folder that the manifest does not name. */
async function tidy(s: OwnServer): Promise<void> {
  await until(() => {
    const named = [...names(s), 'appendonly.aof.manifest'].sort();
    return !manifest(s).some((line) => line.endsWith('type h')) && folder(s).join() === named.join();
  }, 'the old files to go');
}

/** Pulls the plug, starts again and expects everything to be there. */
async function survives(s: OwnServer, c: Client, databases = [0]): Promise<Client> {
  const before = await contents(c, databases);
  await s.kill();
  await s.restart();
  const after = await s.client();
  expect(await contents(after, databases)).toEqual(before);
  return after;
}

async function everyType(c: Client): Promise<void> {
  await c.expect('MSET', 'a', 'text', 'n', '-5', 'zz', 'z'.repeat(1_000), 'bin', '\0\r\n\xff', 'empty', '').ok();
  await c.expect('SET', 'timed', 'v', 'PXAT', Date.now() + 1_000_000).ok();
  await c.expect('RPUSH', 'l', ...Array.from({ length: 200 }, (_, at) => `element ${at}`)).int(200);
  await c.expect('SADD', 's', ...Array.from({ length: 150 }, (_, at) => `member ${at}`)).int(150);
  await c.expect('SADD', 'ints', '1', '-2', '70000').int(3);
  await c.expect('HSET', 'h', ...Array.from({ length: 150 }, (_, at) => [`f${at}`, `v${at}`]).flat()).int(150);
  await c.expect('EXPIRE', 'h', 5_000).int(1);
  for (let at = 1; at <= 100; at++) await c.expect('XADD', 'x', `${at}-1`, 'f', at, 'g', 'v').success();
  await c.expect('XDEL', 'x', '5-1', '100-1').int(2);
  await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
  await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'idle').int(1);
  await c.expect('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 3, 'STREAMS', 'x', '>').success();
  await c.expect('XACK', 'x', 'g', '2-1').int(1);
  await c.expect('XADD', 'gone', 'MAXLEN', '0', '7-7', 'f', 'v').bulk('7-7');
  await c.expect('SELECT', 11).ok();
  await c.expect('SET', 'other', 'db').ok();
  await c.expect('SELECT', 0).ok();
}

describe('BGREWRITEAOF', () => {
  test('puts a new pair of files in the place of the old ones', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'k', 'before').ok();
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(2));
    expect(readFile(s, 'appendonlydir', 'appendonly.aof.2.base.rdb')).toMatch(/^REDIS\d{4}.*before/s);
    expect(readFile(s, 'appendonlydir', 'appendonly.aof.2.incr.aof')).toBe('');
    await c.expect('SET', 'k', 'after').ok();
    await until(() => logged(s).length > 1, 'the request in the file');
    expect(logged(s)).toEqual([['SELECT', '0'], ['SET', 'k', 'after']]);
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(3));
    await survives(s, c);
  });

  test('takes no arguments', async () => {
    const c = await (await server(...AOF)).client();
    await c.expect('BGREWRITEAOF', 'now').error("ERR wrong number of arguments for 'bgrewriteaof' command");
    await c.expect('MULTI').ok();
    await c.expect('BGREWRITEAOF').status('QUEUED');
    await c.expect('EXEC').array([status(SCHEDULED)]);
    await until(async () => (await field(c, 'aof_rewrites')) === '1', 'the rewrite');
    await rewritten(c);
  });

  test('while it runs: no second one, no BGSAVE, but SAVE', async () => {
    const s = await server(...SLOW);
    const c = await s.client();
    await fill(c, 150);
    await c.expect('BGREWRITEAOF').status(STARTED);
    expect(await field(c, 'aof_rewrite_in_progress')).toBe('1');
    await c.expect('BGREWRITEAOF').error('ERR Background append only file rewriting already in progress');
    await c
      .expect('BGSAVE')
      .error(
        "ERR Another child process is active (AOF?): can't BGSAVE right now. " +
          'Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.',
      );
    await c.expect('BGSAVE', 'SCHEDULE').status('Background saving scheduled');
    await rewritten(c);
    await until(async () => (await field(c, 'rdb_saves')) === '1', 'the scheduled save');
    await saved(c);
    expect(readdirSync(s.dir).sort()).toEqual(['appendonlydir', 'dump.rdb']);
  });

  test('during a BGSAVE it is scheduled', async () => {
    const s = await server(...SLOW);
    const c = await s.client();
    await fill(c, 100);
    await c.expect('BGSAVE').status('Background saving started');
    await c.expect('BGREWRITEAOF').status(SCHEDULED);
    expect(await info(c)).toMatchObject({ aof_rewrite_scheduled: '1', aof_rewrite_in_progress: '0' });
    await saved(c);
    await until(async () => (await field(c, 'aof_rewrites')) === '1', 'the rewrite');
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(2));
  });

  test('writes that come meanwhile are in the new incremental file, and are done once', async () => {
    const s = await server(...SLOW);
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
    expect(await field(c, 'aof_rewrite_in_progress')).toBe('1');
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(2));
    const after = await survives(s, c);
    await after.expect('LRANGE', 'l', 0, -1).array(['a', 'b']);
    await after.expect('GET', 'key:7').bulk('8');
  });

  test('a power cut in the middle of it loses nothing', async () => {
    const s = await server(...SLOW, '--appendfsync', 'always');
    const c = await s.client();
    await fill(c, 150);
    await c.expect('BGREWRITEAOF').status(STARTED);
    await increment(c, 20);
    expect(await field(c, 'aof_rewrite_in_progress')).toBe('1');
    const after = await survives(s, c);
    await rewrite(after, s);
    await survives(s, after);
  });

  test('everything comes back from a base in RDB format', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await everyType(c);
    await rewrite(c, s);
    await survives(s, c, ALL_DATABASES);
  });

  test('that fails leaves the files that are, and says so in INFO', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    const obstacle = join(s.dir, 'appendonlydir', 'appendonly.aof.2.base.rdb');
    mkdirSync(obstacle);
    await c.expect('BGREWRITEAOF').status(STARTED);
    await rewritten(c);
    expect(await info(c)).toMatchObject({ aof_last_bgrewrite_status: 'err', aof_rewrites_consecutive_failures: '1' });
    await c.expect('SET', 'k', 'w').ok();
    rmSync(obstacle, { recursive: true });
    await rewrite(c, s);
    expect(await info(c)).toMatchObject({ aof_last_bgrewrite_status: 'ok', aof_rewrites_consecutive_failures: '0' });
    await (await survives(s, c)).expect('GET', 'k').bulk('w');
  });
});

describe('aof-use-rdb-preamble no', () => {
  test('the base is a file of commands that make the data anew', async () => {
    const s = await server(...PLAIN);
    const c = await s.client();
    expect(manifest(s)).toEqual(pair(1, 'aof'));
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SET', 'timed', '5', 'PXAT', '33177117420000').ok();
    await c.expect('INCR', 'timed').int(6);
    await c.expect('SELECT', 3).ok();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('LPOP', 'l').bulk('a');
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(2, 'aof'));
    const base = parseAof(readFile(s, 'appendonlydir', 'appendonly.aof.2.base.aof')!);
    expect(base[0]).toEqual(['SELECT', '0']);
    expect(base).toContainEqual(['SET', 'k', 'v']);
    const timed = base.findIndex((request) => request[0] === 'SET' && request[1] === 'timed');
    expect(base.slice(timed, timed + 2)).toEqual([['SET', 'timed', '6'], ['PEXPIREAT', 'timed', '33177117420000']]);
    expect(base.slice(-2)).toEqual([['SELECT', '3'], ['RPUSH', 'l', 'b']]);
    await survives(s, c, [0, 3]);
  });

  test('everything comes back, and no command is longer than 64 elements', async () => {
    const s = await server(...PLAIN);
    const c = await s.client();
    await everyType(c);
    await rewrite(c, s);
    const base = parseAof(readFile(s, 'appendonlydir', 'appendonly.aof.2.base.aof')!);
    const pushes = base.filter(([name]) => name === 'RPUSH');
    expect(pushes.map((request) => request.length - 2)).toEqual([64, 64, 64, 8]);
    expect(Math.max(...base.map((request) => request.length))).toBeLessThanOrEqual(2 + 2 * 64);
    await survives(s, c, ALL_DATABASES);
  });

  test('CONFIG SET changes the form of the next base', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('CONFIG', 'SET', 'aof-use-rdb-preamble', 'no').ok();
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(2, 'aof'));
    await c.expect('CONFIG', 'SET', 'aof-use-rdb-preamble', 'yes').ok();
    await rewrite(c, s);
    expect(manifest(s)).toEqual(pair(3));
    await survives(s, c);
  });
});

describe('the automatic rewrite', () => {
  test('comes when the files have grown by the percentage, and are of the least size', async () => {
    const s = await server(...AOF, '--auto-aof-rewrite-percentage', '100', '--auto-aof-rewrite-min-size', '10kb');
    const c = await s.client();
    for (let at = 0; at < 30; at++) await c.expect('SET', 'k', 'v'.repeat(100)).ok();
    expect(Number(await field(c, 'aof_current_size'))).toBeGreaterThan(3_000);
    expect(await field(c, 'aof_rewrites')).toBe('0');
    for (let at = 0; at < 90; at++) await c.expect('SET', 'k', 'v'.repeat(100)).ok();
    await until(async () => (await field(c, 'aof_rewrites')) === '1', 'the rewrite');
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(2));
    // What came during the rewrite and after it is in the size as well.
    expect(Number(await field(c, 'aof_current_size'))).toBeLessThan(10 * 1_024);
    await survives(s, c);
  });

  test('does not come with a percentage of 0', async () => {
    const s = await server(...AOF, '--auto-aof-rewrite-min-size', '1');
    const c = await s.client();
    for (let at = 0; at < 50; at++) await c.expect('SET', 'k', 'v'.repeat(100)).ok();
    await until(() => logged(s).length > 50, 'the requests in the file');
    const none = { aof_rewrites: '0', aof_rewrite_scheduled: '0', aof_rewrite_in_progress: '0' };
    expect(await info(c)).toMatchObject(none);
  });
});

describe('CONFIG SET appendonly', () => {
  test('yes: what is there goes into a base, and what comes is appended', async () => {
    const s = await server('--save', '');
    const c = await s.client();
    await c.expect('SET', 'before', '1').ok();
    expect(readdirSync(s.dir)).toEqual([]);
    await c.expect('CONFIG', 'SET', 'appendonly', 'yes').ok();
    expect(await field(c, 'aof_enabled')).toBe('1');
    await c.expect('SET', 'after', '2').ok();
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(1));
    await until(() => readFile(s, 'appendonlydir', 'appendonly.aof.1.base.rdb')!.includes('before'), 'the base');
    await s.kill();
    await s.restart('--save', '', '--appendonly', 'yes');
    await (await s.client()).expect('MGET', 'before', 'after').array(['1', '2']);
  });

  test('no: what comes is not appended; yes again: it is all there', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'a', '1').ok();
    await c.expect('CONFIG', 'SET', 'appendonly', 'no').ok();
    expect(await field(c, 'aof_enabled')).toBe('0');
    expect(manifest(s)).toEqual(pair(1));
    await c.expect('SET', 'b', '2').ok();
    expect(logged(s)).toEqual([['SELECT', '0'], ['SET', 'a', '1']]);
    await c.expect('CONFIG', 'SET', 'appendonly', 'yes').ok();
    await rewritten(c);
    await tidy(s);
    expect(manifest(s)).toEqual(pair(2));
    await c.expect('SET', 'c', '3').ok();
    await until(() => logged(s).length > 1, 'the request in the file');
    const after = await survives(s, c);
    await after.expect('MGET', 'a', 'b', 'c').array(['1', '2', '3']);
  });
});
