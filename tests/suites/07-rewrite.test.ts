import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_DATABASES, describe, expect, field } from '../harness/suite.ts';
import { info, logged, manifest, parseAof } from '../harness/suite.ts';
import { readFile, rewritten, saved, server, status } from '../harness/suite.ts';
import { onlyIf, target, test, until, type OwnServer } from '../harness/suite.ts';
import { AOF } from '../harness/aof-files.ts';
import { everyType, fill, pair, PLAIN, rewrite, SCHEDULED, SLOW, STARTED, survives, tidy } from '../harness/aof-rewrite.ts';

describe('BGREWRITEAOF', () => {
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

  test('that fails leaves the files that are, and says so in INFO', async () => {
    const s = await server(...AOF);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    const obstacle = join(s.dir, 'appendonlydir', 'appendonly.aof.2.base.rdb');
    mkdirSync(obstacle);
    await c.expect('BGREWRITEAOF').status(STARTED);
    await rewritten(c);
    expect(await info(c)).toMatchObject({ aof_last_bgrewrite_status: 'err', aof_rewrites_consecutive_failures: '1' });
    await c.expect('CONFIG', 'RESETSTAT').ok();
    expect(await field(c, 'aof_rewrites_consecutive_failures')).toBe('0');
    await c.expect('SET', 'k', 'w').ok();
    rmSync(obstacle, { recursive: true });
    await rewrite(c, s);
    expect(await info(c)).toMatchObject({ aof_last_bgrewrite_status: 'ok', aof_rewrites_consecutive_failures: '0' });
    await (await survives(s, c)).expect('GET', 'k').bulk('w');
  });

  for (const policy of ['always', 'everysec', 'no']) {
    test(`leaves only the last file of the log open, with appendfsync ${policy}`, async () => {
      onlyIf(existsSync('/proc/self/fd') && target.kind !== 'cmd', 'looks at the open files of the server itself, on Linux');
      const s = await server(...AOF, '--appendfsync', policy);
      const c = await s.client();
      for (const round of ['1', '2', '3']) {
        await c.expect('SET', 'k', round).ok();
        await rewrite(c, s);
      }
      await c.expect('SET', 'k', 'last').ok();
      await until(() => openLogs(s).length === 1, 'the files before to be closed');
      expect(openLogs(s)[0]).toMatch(/appendonly\.aof\.4\.incr\.aof$/);
    });
  }
});

/** The files of the log that the server's process has open. */
function openLogs({ pid }: OwnServer): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      const path = readlinkSync(join(folder, fd));
      return path.includes('appendonlydir') ? [path] : [];
    } catch {
      // The server has closed this file meanwhile.
      return [];
    }
  });
}

describe('aof-use-rdb-preamble no', () => {
  test('the base is a file of commands that rebuild the data', async () => {
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
