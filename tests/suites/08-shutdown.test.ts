import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd, describe, expect, needsFlags, server, test, until, type Client, type OwnServer } from '../harness/suite.ts';
import { openFakeReplica } from '../harness/fake-replica.ts';
import { info, prompt, replicaLines, type FakeReplica } from '../harness/replication.ts';

/** SHUTDOWN of a primary whose replica, played by the test, has not acknowledged the last write. */

const GOES_ON = 'ERR Errors trying to SHUTDOWN. Check logs.';

interface Lagging {
  readonly own: OwnServer;
  readonly replica: FakeReplica;
  readonly c: Client;
}

/** A server whose replica lags behind `SET k old`. */
async function lagging(...flags: string[]): Promise<Lagging> {
  needsFlags();
  const own = await server('--save', '', '--shutdown-timeout', '300', ...flags);
  await prompt(own.port);
  const replica = await openFakeReplica('127.0.0.1', own.port);
  atEnd(() => replica.cut());
  await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
  await replica.psync();
  replica.ack();
  await until(async () => (await replicaLines(own.port)).some((line) => line.includes(',state=online,')), 'an online replica');
  const c = await own.client();
  await c.expect('SET', 'k', 'old').ok();
  return { own, replica, c };
}

/** The milliseconds that INFO shows, or undefined when no shutdown waits. */
async function left(own: OwnServer): Promise<number | undefined> {
  const shown = (await info(own.port, 'server'))['shutdown_in_milliseconds'];
  return shown === undefined ? undefined : Number(shown);
}

async function begun(own: OwnServer): Promise<void> {
  await until(async () => (await left(own)) !== undefined, 'the shutdown to wait');
}

async function blocked(own: OwnServer, count: number): Promise<void> {
  await until(async () => (await info(own.port, 'clients'))['blocked_clients'] === String(count), `${count} blocked clients`);
}

describe('a SHUTDOWN that waits for a replica', () => {
  test('serves reads, holds writes, and ends with ABORT', async () => {
    const { own, c } = await lagging();
    const [first, writer] = [await own.client(), await own.client()];
    expect(await left(own)).toBeUndefined();
    const shutdown = first.sendLater('SHUTDOWN');
    await blocked(own, 1);
    expect(await left(own)).toBeGreaterThan(0);
    expect(await left(own)).toBeLessThanOrEqual(300_000);
    await c.expect('PING').status('PONG');
    await c.expect('GET', 'k').bulk('old');
    const set = writer.sendLater('SET', 'k', 'new');
    await blocked(own, 2);
    await c.expect('GET', 'k').bulk('old');
    await c.expect('SHUTDOWN', 'ABORT').ok();
    await shutdown.error(GOES_ON);
    await set.ok();
    await c.expect('GET', 'k').bulk('new');
    expect(await left(own)).toBeUndefined();
    await blocked(own, 0);
    await c.expect('SHUTDOWN', 'ABORT').error('ERR No shutdown in progress.');
  });

  test('lets others that say SHUTDOWN wait, whatever their options', async () => {
    const { own, c } = await lagging();
    const replies = [];
    for (const words of [[], ['NOW'], ['SAVE'], ['NOSAVE', 'FORCE'], ['NOW', 'NOSAVE', 'FORCE']]) {
      replies.push((await own.client()).sendLater('SHUTDOWN', ...words));
      await blocked(own, replies.length);
    }
    await c.expect('SHUTDOWN', 'SAVE', 'NOSAVE').error('ERR syntax error');
    await c.expect('SHUTDOWN', 'ABORT', 'NOW').error('ERR syntax error');
    await c.expect('SHUTDOWN', 'ABORT').ok();
    for (const reply of replies) await reply.error(GOES_ON);
  });

  test('waits on when its client has hung up, and can begin again after ABORT', async () => {
    const { own, c } = await lagging();
    const first = await own.client();
    first.write('SHUTDOWN\r\n');
    await blocked(own, 1);
    await first.close();
    await blocked(own, 0);
    expect(await left(own)).toBeGreaterThan(0);
    await c.expect('SHUTDOWN', 'ABORT').ok();
    expect(await left(own)).toBeUndefined();
    const again = (await own.client()).sendLater('SHUTDOWN');
    await blocked(own, 1);
    await c.expect('SHUTDOWN', 'ABORT').ok();
    await again.error(GOES_ON);
  });

  test('can begin with SIGTERM; another one changes nothing', async () => {
    const { own, c } = await lagging();
    own.signal('SIGTERM');
    await begun(own);
    own.signal('SIGTERM');
    const writer = await own.client();
    const set = writer.sendLater('SET', 'k', 'new');
    const shutdown = (await own.client()).sendLater('SHUTDOWN', 'NOW');
    await blocked(own, 2);
    await c.expect('SHUTDOWN', 'ABORT').ok();
    await set.ok();
    await shutdown.error(GOES_ON);
    expect(own.ended()).toBeNull();
  });

  test('saves and ends when the replica has acknowledged everything; what waited is not done', async () => {
    const { own, replica } = await lagging();
    (await own.client()).write('SHUTDOWN SAVE\r\n');
    await blocked(own, 1);
    (await own.client()).write('SET k new\r\n');
    await blocked(own, 2);
    await until(async () => {
      if (own.ended() !== null) return true;
      const now = await info(own.port).catch(() => undefined);
      if (now !== undefined) replica.ack(Number(now['master_repl_offset']));
      return own.ended() !== null;
    }, 'the server to end');
    expect(own.ended()).toContain('0');
    replica.cut();
    await own.restart('--save', '');
    await (await own.client()).expect('GET', 'k').bulk('old');
  });

  test('ends when the replica has gone', async () => {
    const { own, replica } = await lagging();
    (await own.client()).write('SHUTDOWN NOSAVE\r\n');
    await blocked(own, 1);
    replica.cut();
    await until(() => own.ended() !== null, 'the server to end');
  });

  test('goes on when it cannot save in the end', async () => {
    const { own, replica, c } = await lagging('--dbfilename', 'folder');
    mkdirSync(join(own.dir, 'folder'));
    const shutdown = (await own.client()).sendLater('SHUTDOWN', 'SAVE');
    await blocked(own, 1);
    const set = (await own.client()).sendLater('SET', 'k', 'new');
    await blocked(own, 2);
    replica.cut();
    await shutdown.error(GOES_ON);
    await set.ok();
    expect(await left(own)).toBeUndefined();
    await c.expect('SHUTDOWN', 'ABORT').error('ERR No shutdown in progress.');
    await c.expect('GET', 'k').bulk('new');
  });

  test('is not what NOW asks for, nor shutdown-timeout 0', async () => {
    const { own, c } = await lagging();
    c.write('SHUTDOWN NOW\r\n');
    await until(() => own.ended() !== null, 'the server to end');
    const other = await lagging('--shutdown-timeout', '0');
    other.c.write('SHUTDOWN\r\n');
    await until(() => other.own.ended() !== null, 'the server to end');
  });
});
