import { describe, expect, manifest, readFile, resp, reusedServer, server, test, until, type OwnServer } from '../harness/suite.ts';
import { AOF, BASE, INCR, MANIFEST, prepared, refused, survive, written } from '../harness/aof-files.ts';

/**
 * The challenge of chapter 07: seconds in the log, and a start that stops at one of them. Real Redis passes the first
 * group; the second it leaves to `redis-check-aof --truncate-to-timestamp`.
 */

const STAMPED = [...AOF, '--appendfsync', 'no', '--aof-timestamp-enabled', 'yes'];
/** How far the server's clock may be from the test's, in seconds. */
const SLACK = 5;

const log = (s: OwnServer) => readFile(s, 'appendonlydir', INCR) ?? '';
const seconds = (bytes: string) => [...bytes.matchAll(/^#TS:(\d+)\r\n/gm)].map((match) => Number(match[1]));
const stamp = (second: number) => `#TS:${second}\r\n`;

/** Waits until the log ends with this request. */
function ends(s: OwnServer, ...request: string[]): Promise<unknown> {
  return until(() => log(s).endsWith(resp(...request)), 'the request at the end of the file');
}

describe('seconds in the log', () => {
  test('a line with the second stands before the first command, and before its SELECT', async () => {
    const s = await server(...STAMPED);
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await ends(s, 'SET', 'k', 'v');
    const [second] = seconds(log(s));
    expect(Math.abs(second! - Date.now() / 1000)).toBeLessThan(SLACK);
    expect(log(s)).toBe(stamp(second!) + resp('SELECT', '0') + resp('SET', 'k', 'v'));
  });

  test('commands of the same second share a line, and no line goes back', async () => {
    const s = await server(...STAMPED);
    const c = await s.client();
    const began = Date.now();
    for (let at = 0; at < 50; at++) await c.expect('SET', 'k', at).ok();
    await ends(s, 'SET', 'k', '49');
    const found = seconds(log(s));
    const most = Math.ceil((Date.now() - began) / 1000) + 1;
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(most);
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
  });

  test('no line stands inside a transaction', async () => {
    const s = await server(...STAMPED);
    const c = await s.client();
    await c.expect('MULTI').ok();
    for (const key of ['a', 'b', 'c']) await c.expect('SET', key, '1').status('QUEUED');
    await c.expect('EXEC').success();
    await ends(s, 'EXEC');
    const unit = [['MULTI'], ['SET', 'a', '1'], ['SET', 'b', '1'], ['SET', 'c', '1'], ['EXEC']];
    const bytes = log(s).replace(resp('SELECT', '0'), '');
    expect(bytes.replace(/^#TS:\d+\r\n/, '')).toBe(unit.map((request) => resp(...request)).join(''));
  });

  test('there is none by default, and CONFIG SET begins with them', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'no');
    const c = await s.client();
    await c.expect('SET', 'k', '1').ok();
    await ends(s, 'SET', 'k', '1');
    expect(seconds(log(s))).toEqual([]);
    await c.expect('CONFIG', 'SET', 'aof-timestamp-enabled', 'yes').ok();
    await c.expect('SET', 'k', '2').ok();
    await ends(s, 'SET', 'k', '2');
    expect(seconds(log(s))).toHaveLength(1);
    await c.expect('CONFIG', 'SET', 'aof-timestamp-enabled', 'no').ok();
  });

  test('a log with them is loaded', async () => {
    const s = await server(...STAMPED);
    const c = await s.client();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await ends(s, 'RPUSH', 'l', 'a', 'b');
    await (await survive(s)).expect('LRANGE', 'l', 0, -1).array(['a', 'b']);
  });
});

describe('a start that stops at a second', () => {
  const EARLY = resp('SELECT', '0') + resp('SET', 'early', '1');
  const AT_1000 = stamp(1_000) + resp('SET', 'k', '1000');
  const AT_2000 = stamp(2_000) + resp('SET', 'k', '2000') + resp('SET', 'other', '1');
  const AT_3000 = stamp(3_000) + resp('SET', 'k', '3000');
  const WHOLE = EARLY + AT_1000 + AT_2000 + AT_3000;

  /** A server on a log with these bytes, started to load it until this second. */
  async function started(bytes: string, second: number): Promise<OwnServer> {
    const s = await prepared({ ...written(), [INCR]: bytes });
    await s.restart(...AOF, '--aof-load-until', String(second));
    return s;
  }

  test('what is later is not executed, and cut off', async () => {
    const s = await started(WHOLE, 2_000);
    await (await s.client()).expect('MGET', 'base', 'early', 'k', 'other').array(['1234', '1', '2000', '1']);
    expect(log(s)).toBe(EARLY + AT_1000 + AT_2000);
  });

  test('a second between two lines, and one before the first', async () => {
    const between = await started(WHOLE, 1_999);
    await (await between.client()).expect('MGET', 'early', 'k', 'other').array(['1', '1000', null]);
    expect(log(between)).toBe(EARLY + AT_1000);
    const before = await started(WHOLE, 1);
    await (await before.client()).expect('MGET', 'base', 'early', 'k').array(['1234', '1', null]);
    expect(log(before)).toBe(EARLY);
  });

  test('a second after the last line changes nothing', async () => {
    const s = await started(WHOLE, 3_000);
    await (await s.client()).expect('GET', 'k').bulk('3000');
    expect(log(s)).toBe(WHOLE);
  });

  test('the log goes on where it was cut', async () => {
    const s = await started(WHOLE, 2_000);
    await (await s.client()).expect('SET', 'new', '1').ok();
    await ends(s, 'SET', 'new', '1');
    await s.kill();
    await s.restart(...AOF);
    await (await s.client()).expect('MGET', 'k', 'other', 'new').array(['2000', '1', '1']);
  });

  test('of a transaction that has a later line inside nothing is executed', async () => {
    const unit = resp('MULTI') + resp('SET', 'k', 'half') + stamp(3_000) + resp('SET', 'other', 'half') + resp('EXEC');
    const s = await started(EARLY + AT_1000 + unit, 2_000);
    await (await s.client()).expect('MGET', 'k', 'other').array(['1000', null]);
    expect(log(s)).toBe(EARLY + AT_1000);
  });

  test('only the last file can be cut: otherwise the server does not start, and changes nothing', async () => {
    const next = 'appendonly.aof.2.incr.aof';
    const files = {
      'appendonly.aof.1.base.rdb': BASE,
      [INCR]: WHOLE,
      [next]: stamp(4_000) + resp('SELECT', '0') + resp('SET', 'k', '4000'),
      [MANIFEST]:
        `file appendonly.aof.1.base.rdb seq 1 type b\nfile ${INCR} seq 1 type i\n` + `file ${next} seq 2 type i\n`,
    };
    await refused([['a line in the first of two', files, /1\.incr\.aof/]], '--aof-load-until', '2000');
    const s = await prepared(files);
    await s.restart(...AOF, '--aof-load-until', '3000');
    await (await s.client()).expect('GET', 'k').bulk('3000');
    expect(readFile(s, 'appendonlydir', next)).toBe('');
    expect(manifest(s)).toHaveLength(3);
  });
});
