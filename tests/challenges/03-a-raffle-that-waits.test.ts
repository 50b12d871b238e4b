import { client, clientResp3, describe, expect, resp, test } from '../harness/suite.ts';

/** The challenge of chapter 03: BSPOP, SPOP that waits. No Redis has it. */

const SHORT = '0.01';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

describe('BSPOP', () => {
  test('takes a member at once, of the first key that has a set', async () => {
    const c = await client();
    await c.expect('SADD', 'b', 'x').int(1);
    await c.expect('SADD', 'c', 'y').int(1);
    await c.expect('BSPOP', 'a', 'b', 'c', '0').array(['b', 'x']);
    await c.expect('EXISTS', 'b').int(0);
    await c.expect('bspop', 'a', 'b', 'c', '0').array(['c', 'y']);
  });

  test('waits for a member, which the others then do not see', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BSPOP', 's', '0');
    await waiting.blocked();
    c.write(resp('SADD', 's', 'a') + resp('EXISTS', 's'));
    await c.raw(':1\r\n:0\r\n');
    await popped.array(['s', 'a']);
  });

  test('answers the null array after its timeout', async () => {
    for (const c of [await client(), await clientResp3()]) await c.expect('BSPOP', 'a', 'b', SHORT).nilArray();
  });

  test('one SADD serves as many clients as it has members, each with another', async () => {
    const c = await client();
    const waiting = [await client(), await client(), await client()];
    const replies = [];
    for (const each of waiting) {
      replies.push(each.sendLater('BSPOP', 's', '0'));
      await each.blocked();
    }
    await c.expect('SADD', 's', 'a', 'b').int(2);
    const got = [await replies[0]!.success(), await replies[1]!.success()].map((reply) => (reply as string[])[1]);
    expect(got.sort()).toEqual(['a', 'b']);
    await waiting[2]!.silent();
    await c.expect('SADD', 's', 'c').int(1);
    await replies[2]!.array(['s', 'c']);
  });

  test('a client that is served leaves the queues of its other keys', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BSPOP', 'a', 'b', 'a', '0');
    await waiting.blocked();
    await c.expect('SADD', 'b', 'x').int(1);
    await popped.array(['b', 'x']);
    await c.expect('SADD', 'a', 'y').int(1);
    await c.expect('SCARD', 'a').int(1);
    await waiting.silent();
  });

  test('each waits for its own type: a set for BSPOP, a list for BLPOP', async () => {
    const [pops, draws, c] = [await client(), await client(), await client()];
    const popped = pops.sendLater('BLPOP', 'k', '0');
    await pops.blocked();
    const drawn = draws.sendLater('BSPOP', 'k', '0');
    await draws.blocked();
    await c.expect('SADD', 'k', 'member').int(1);
    await drawn.array(['k', 'member']);
    await pops.silent();
    await c.expect('RPUSH', 'k', 'element').int(1);
    await popped.array(['k', 'element']);
  });

  test('another type is an error at the beginning, and no reason to wake up later', async () => {
    const [waiting, c] = [await client(), await client()];
    await c.expect('RPUSH', 'list', 'x').int(1);
    await c.expect('BSPOP', 'none', 'list', '0').error(WRONGTYPE);
    const popped = waiting.sendLater('BSPOP', 's', '0');
    await waiting.blocked();
    await c.expect('SET', 's', 'text').ok();
    await waiting.silent();
    await c.expect('DEL', 's').int(1);
    await c.expect('SADD', 's', 'a').int(1);
    await popped.array(['s', 'a']);
  });

  test('sets come in many ways: SMOVE, SUNIONSTORE, RENAME and COPY serve as well', async () => {
    const [waiting, c] = [await client(), await client()];
    await c.expect('SADD', 'from', 'x').int(1);
    for (const [reply, ...command] of [
      [1, 'COPY', 'from', 's'],
      [1, 'SUNIONSTORE', 's', 'from'],
      [1, 'SMOVE', 'from', 's', 'x'],
    ] as const) {
      const popped = waiting.sendLater('BSPOP', 's', '0');
      await waiting.blocked();
      await c.expect(...command).int(reply);
      await popped.array(['s', 'x']);
    }
    const popped = waiting.sendLater('BSPOP', 's', '0');
    await waiting.blocked();
    await c.expect('SADD', 'from', 'y').int(1);
    await c.expect('RENAME', 'from', 's').ok();
    await popped.array(['s', 'y']);
  });

  test('refuses what is no timeout, and looks at it first', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'a').int(1);
    await c.expect('BSPOP', 's', 'x').error('ERR timeout is not a float or out of range');
    await c.expect('BSPOP', 's', '-1').error('ERR timeout is negative');
    await c.expect('BSPOP', 's').error("ERR wrong number of arguments for 'bspop' command");
    await c.expect('SCARD', 's').int(1);
  });

  test('later requests of the client that waits are answered after it', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BSPOP', 's', '0');
    const pong = waiting.sendLater('PING');
    await waiting.blocked(1);
    await waiting.silent();
    await c.expect('SADD', 's', 'a').int(1);
    await popped.array(['s', 'a']);
    await pong.status('PONG');
  });
});
