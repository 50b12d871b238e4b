import { join } from 'node:path';
import { contents, describe, expect, field, lastIncr, logged, needsFlags, rewritten } from '../harness/suite.ts';
import { server, test, until, type Client, type OwnServer } from '../harness/suite.ts';
import { INCR } from '../harness/aof-files.ts';
import { growOnly, limitFiles, needsFileLimit } from '../harness/file-limit.ts';

/** An append-only file that can't be written. */

const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
const MISCONF = 'MISCONF Errors writing to the AOF file: File too large';

/** A server with the key `a`, whose log is written and may grow by at most this number of bytes. */
async function full(policy: string, room = 0): Promise<{ s: OwnServer; c: Client }> {
  needsFlags();
  needsFileLimit();
  const s = await server(...AOF, '--appendfsync', policy);
  const c = await s.client();
  await c.expect('SET', 'a', '1').ok();
  await until(() => logged(s).length === 2, 'the request in the file');
  limitFiles(s, lastIncr(s).length + room);
  return { s, c };
}

const status = (c: Client, expected: string) =>
  until(async () => (await field(c, 'aof_last_write_status')) === expected, `aof_last_write_status:${expected}`);

/** After a power cut everything is there that the server said was there, and nothing else. */
async function survives(s: OwnServer, c: Client): Promise<void> {
  const before = await contents(c);
  await s.kill();
  await s.restart();
  const after = await s.client();
  expect(await contents(after)).toEqual(before);
  await status(after, 'ok');
}

describe('an append-only file that can not grow', () => {
  for (const policy of ['everysec', 'no']) {
    test(`${policy}: writes are refused until it can`, async () => {
      const { s, c } = await full(policy);
      // This write is the first to fail. It is answered all the same: these policies promise nothing about the disk.
      await c.expect('SET', 'b', '2').ok();
      await status(c, 'err');
      await until(() => s.output().includes('Error writing to the AOF file'), 'the error among what the server prints');
      await c.expect('SET', 'c', '3').error(MISCONF);
      await c.expect('DEL', 'a').error(MISCONF);
      await c.expect('EXPIRE', 'a', 100).error(MISCONF);
      await c.expect('FLUSHALL').error(MISCONF);
      await c.expect('PING').error(MISCONF);
      await c.expect('GET', 'b').bulk('2');
      await c.expect('ECHO', 'x').bulk('x');
      await c.expect('DBSIZE').int(2);
      limitFiles(s, 'unlimited');
      await status(c, 'ok');
      await c.expect('PING').status('PONG');
      await c.expect('SET', 'd', '4').ok();
      const requests = [['SELECT', '0'], ['SET', 'a', '1'], ['SET', 'b', '2'], ['SET', 'd', '4']];
      await until(() => logged(s).length >= requests.length, 'the requests in the file');
      expect(logged(s)).toEqual(requests);
      await survives(s, c);
    });
  }

  test('half a command that cannot be taken back stays, and only the rest is written after it', async () => {
    const { s, c } = await full('everysec', 10);
    growOnly(join(s.dir, 'appendonlydir', INCR));
    await c.expect('SET', 'b', '2').ok();
    await until(() => /Could not remove a? ?short write/.test(s.output()), 'the second error among what the server prints');
    await status(c, 'err');
    limitFiles(s, 'unlimited');
    await status(c, 'ok');
    await c.expect('SET', 'd', '4').ok();
    await until(() => logged(s).length >= 4, 'the requests in the file');
    expect(logged(s).slice(2)).toEqual([['SET', 'b', '2'], ['SET', 'd', '4']]);
    await survives(s, c);
  });

  test('half a command does not stay in the file', async () => {
    const { s, c } = await full('everysec', 10);
    const before = lastIncr(s);
    await c.expect('SET', 'b', '2').ok();
    await status(c, 'err');
    await c.expect('SET', 'c', '3').errorLike(/^MISCONF Errors writing to the AOF file: /);
    await until(() => lastIncr(s) === before, 'the half to be taken back');
    limitFiles(s, 'unlimited');
    await status(c, 'ok');
    await c.expect('SET', 'd', '4').ok();
    await until(() => logged(s).length >= 4, 'the requests in the file');
    expect(logged(s).slice(2)).toEqual([['SET', 'b', '2'], ['SET', 'd', '4']]);
    await survives(s, c);
  });

  test('transactions that write are refused, those that read are not', async () => {
    const { s, c } = await full('everysec');
    const late = await s.client();
    await late.expect('MULTI').ok();
    await late.expect('SET', 'x', '1').status('QUEUED');
    await c.expect('SET', 'b', '2').ok();
    await status(c, 'err');
    await late.expect('EXEC').error(`EXECABORT Transaction discarded because of: ${MISCONF}`);
    await c.expect('MULTI').ok();
    await c.expect('SET', 'x', '1').error(MISCONF);
    await c.expect('GET', 'a').status('QUEUED');
    await c.expect('EXEC').error('EXECABORT Transaction discarded because of previous errors.');
    await c.expect('MULTI').ok();
    await c.expect('GET', 'a').status('QUEUED');
    await c.expect('EXEC').array(['1']);
    await c.expect('EXISTS', 'x').int(0);
  });

  test('without it the server takes writes, and a new one has them all', async () => {
    const { s, c } = await full('everysec');
    await c.expect('SET', 'b', '2').ok();
    await status(c, 'err');
    await c.expect('CONFIG', 'SET', 'appendonly', 'no').ok();
    await c.expect('SET', 'c', '3').ok();
    await c.expect('PING').status('PONG');
    limitFiles(s, 'unlimited');
    await c.expect('CONFIG', 'SET', 'appendonly', 'yes').ok();
    await rewritten(c);
    await status(c, 'ok');
    await c.expect('SET', 'd', '4').ok();
    await until(() => logged(s).some(([, key]) => key === 'd'), 'the request in the file');
    await c.expect('MGET', 'a', 'b', 'c', 'd').array(['1', '2', '3', '4']);
    await survives(s, c);
  });

  for (const room of [0, 10]) {
    test(`always: the server ends before it says what is not so (${room} bytes left)`, async () => {
      const { s, c } = await full('always', room);
      c.write('*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n');
      await c.closed();
      await until(() => s.ended() === 'ended with exit code 1', 'the end of the server');
      await s.restart();
      const after = await s.client();
      await after.expect('MGET', 'a', 'b').array(['1', null]);
      await after.expect('SET', 'c', '3').ok();
      await survives(s, after);
    });
  }

  test('always: of many clients at once, nothing acknowledged is lost', async () => {
    const { s } = await full('always', 2_000);
    const clients = await Promise.all(Array.from({ length: 5 }, () => s.client()));
    const acknowledged: number[] = clients.map(() => 0);
    const work = clients.map(async (c, at) => {
      for (;;) {
        const reply = await c.send('INCR', `n${at}`).catch(() => null);
        if (typeof reply !== 'number') return;
        acknowledged[at] = reply;
      }
    });
    await Promise.all(work);
    expect(Math.max(...acknowledged)).toBeGreaterThan(0);
    await until(() => s.ended() === 'ended with exit code 1', 'the end of the server');
    await s.restart();
    const after = await s.client();
    for (const [at, count] of acknowledged.entries()) {
      await after.expect('GET', `n${at}`).matches((value) => Number(value) >= count, `${count} or one more`);
    }
  });
});
