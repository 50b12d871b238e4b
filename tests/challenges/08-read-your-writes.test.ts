import { client, describe, expect, test, type Client } from '../harness/suite.ts';
import { applied, caughtUp, info, linkUp, tinyRdb } from '../harness/replication.ts';
import { followed, HISTORY, OLD_HISTORY, pair, promoted } from '../harness/replication-pairs.ts';

/** The challenge of chapter 08: WAITOFFSET, by which a client reads its own writes from a replica. Redis has no such command. */

const NOHISTORY = 'NOHISTORY This server does not have that history';

/** What a client carries along: the name and the length of the history that its writes are in. */
async function token(port?: number): Promise<[replid: string, offset: string]> {
  const { master_replid: replid, master_repl_offset: offset } = await info(port);
  return [replid!, offset!];
}

/** A request that waits, sent by a client of its own. */
async function waiting(replid: string, offset: number | string, timeout: number | string = 0) {
  const c = await client();
  const reply = c.sendLater('WAITOFFSET', replid, offset, timeout);
  return { c, reply };
}

describe('WAITOFFSET on a primary', () => {
  test('answers 1 at once for what it has', async () => {
    const { primary } = await pair();
    await primary.expect('SET', 'k', 'v').ok();
    const [replid, offset] = await token();
    await primary.expect('WAITOFFSET', replid, offset, '0').int(1);
    await primary.expect('waitoffset', replid, '0', '0').int(1);
  });

  test('checks its arguments', async () => {
    const c = await client();
    const [replid] = await token();
    await c.expect('WAITOFFSET', replid, '1').error("ERR wrong number of arguments for 'waitoffset' command");
    await c.expect('WAITOFFSET', replid, 'x', '0').error('ERR value is not an integer or out of range');
    await c.expect('WAITOFFSET', replid, '0', 'x').error('ERR timeout is not an integer or out of range');
    await c.expect('WAITOFFSET', replid, '0', '-1').error('ERR timeout is negative');
  });
});

describe('WAITOFFSET on a replica', () => {
  test('answers 1 at once for what has been applied', async () => {
    const { link } = await followed({}, 500);
    link.stream('SELECT', '0');
    link.stream('SET', 'k', 'v');
    await applied(link);
    const c = await client();
    await c.expect('WAITOFFSET', HISTORY, link.offset(), '0').int(1);
    await c.expect('WAITOFFSET', HISTORY, '500', '0').int(1);
  });

  test('waits until the write has been applied: then a read shows it', async () => {
    const { link } = await followed({}, 500);
    link.stream('SELECT', '0');
    await applied(link);
    const set = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\nnew\r\n';
    const { c, reply } = await waiting(HISTORY, link.offset() + set.length);
    await c.blocked(1);
    link.streamBytes(set.slice(0, -1));
    await (await client()).expect('PING').status('PONG');
    link.streamBytes(set.slice(-1));
    await reply.int(1);
    await c.expect('GET', 'k').bulk('new');
  });

  test('a transaction counts when its EXEC has come', async () => {
    const { link } = await followed({}, 500);
    link.stream('SELECT', '0');
    link.stream('MULTI');
    link.stream('SET', 'k', 'v');
    const inside = link.offset();
    const { c, reply } = await waiting(HISTORY, inside);
    await c.blocked(1);
    link.stream('EXEC');
    await reply.int(1);
    await c.expect('GET', 'k').bulk('v');
  });

  test('answers 0 when its timeout is over', async () => {
    const { link } = await followed({}, 500);
    await (await client()).expect('WAITOFFSET', HISTORY, '501', '40').int(0);
    link.stream('SELECT', '0');
    await applied(link);
    await (await client()).expect('WAITOFFSET', HISTORY, '501', '40').int(1);
  });

  test('several clients wait, each for its own offset', async () => {
    const { link } = await followed({}, 500);
    link.stream('SELECT', '0');
    await applied(link);
    const first = await waiting(HISTORY, link.offset() + 1);
    const second = await waiting(HISTORY, link.offset() + 1_000);
    await second.c.blocked(2);
    link.stream('SET', 'k', '1');
    await first.reply.int(1);
    link.stream('SET', 'k', 'x'.repeat(1_000));
    await second.reply.int(1);
  });

  test('does not wait inside a transaction', async () => {
    await followed({}, 500);
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('WAITOFFSET', HISTORY, '501', '0').status('QUEUED');
    await c.expect('WAITOFFSET', HISTORY, '500', '0').status('QUEUED');
    await c.expect('EXEC').array([0, 1]);
  });
});

describe('WAITOFFSET and histories', () => {
  test('another name is another history, however short', async () => {
    await followed({}, 500);
    await (await client()).expect('WAITOFFSET', 'f'.repeat(40), '0', '0').error(NOHISTORY);
  });

  test('after a promotion the old name is good for what it had', async () => {
    const { offset, replid } = await promoted();
    const c = await client();
    await c.expect('WAITOFFSET', OLD_HISTORY, offset, '0').int(1);
    await c.expect('WAITOFFSET', OLD_HISTORY, offset + 1, '0').error(NOHISTORY);
    await c.expect('WAITOFFSET', replid, offset, '0').int(1);
  });

  test('a full sync with another history ends the wait with the error', async () => {
    const { primary, link } = await followed({}, 500);
    const { c, reply } = await waiting(HISTORY, 501);
    await c.blocked(1);
    link.cut();
    const again = await primary.link();
    await again.handshake();
    again.fullSync('e'.repeat(40), 9_000, tinyRdb({}));
    await reply.error(NOHISTORY);
    await linkUp();
    await c.expect('WAITOFFSET', 'e'.repeat(40), '9000', '0').int(1);
  });

  test('a client writes to a primary, and reads what it wrote from the replica', async () => {
    const { primary, replica, second } = await pair();
    await caughtUp(undefined, second.port);
    for (let n = 1; n <= 20; n++) {
      await primary.expect('SET', 'k', n).ok();
      await readsOwn(replica, await token(), String(n));
    }
  });
});

async function readsOwn(replica: Client, [replid, offset]: [string, string], value: string): Promise<void> {
  await replica.expect('WAITOFFSET', replid, offset, '5000').int(1);
  const reply = await replica.send('GET', 'k');
  expect(reply).toBe(value);
}
