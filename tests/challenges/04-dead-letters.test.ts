import { client, describe, expect, items, resp, test, type Client } from '../harness/suite.ts';
import { entry, pending, prepared, read } from '../harness/streams.ts';

/** The challenge of chapter 04: XDEADLETTER moves entries that were delivered too often. No Redis has it. */

const NOT_POSITIVE = 'ERR value is not an integer or out of range';

/** The fields of the entries of a stream. */
async function fieldsOf(c: Client, key: string): Promise<unknown[]> {
  return items(await c.send('XRANGE', key, '-', '+')).map((found) => items(found)[1]);
}

/** Three entries: 1-0 was delivered three times, 2-0 twice, 3-0 once. */
async function delivered(): Promise<Client> {
  const c = await prepared(3);
  await read(c, 'ann', '1-0', '2-0', '3-0');
  await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', '2-0').array([entry('1-0'), entry('2-0')]);
  await c.expect('XCLAIM', 'x', 'g', 'ann', '0', '1-0').array([entry('1-0')]);
  return c;
}

describe('XDEADLETTER', () => {
  test('moves what was delivered often enough, in the order of IDs', async () => {
    const c = await delivered();
    await c.expect('XDEADLETTER', 'x', 'g', 'dead', '2').array(['1-0', '2-0']);
    expect(await fieldsOf(c, 'dead')).toEqual([entry('1-0')[1], entry('2-0')[1]]);
    await c.expect('XRANGE', 'x', '-', '+').array([entry('3-0')]);
    expect(await pending(c)).toEqual([['3-0', 'ann', 1]]);
    await c.expect('XDEADLETTER', 'x', 'g', 'dead', '2').array([]);
    await c.expect('XLEN', 'dead').int(2);
  });

  test('gives the entries new IDs, greater than those of the target', async () => {
    const c = await delivered();
    await c.expect('XADD', 'dead', '9999999999999-5', 'f', 'old').bulk('9999999999999-5');
    await c.expect('xdeadletter', 'x', 'g', 'dead', '3').array(['1-0']);
    await c.expect('XRANGE', 'dead', '-', '+').array([
      ['9999999999999-5', ['f', 'old']],
      ['9999999999999-6', ['f', '1-0']],
    ]);
  });

  test('moves nothing, and makes no stream, where nothing was delivered so often', async () => {
    const c = await delivered();
    await c.expect('XDEADLETTER', 'x', 'g', 'dead', '4').array([]);
    await c.expect('EXISTS', 'dead').int(0);
    await c.expect('XLEN', 'x').int(3);
  });

  test('forgets what is pending and was deleted', async () => {
    const c = await delivered();
    await c.expect('XDEL', 'x', '1-0').int(1);
    await c.expect('XDEADLETTER', 'x', 'g', 'dead', '2').array(['2-0']);
    expect(await fieldsOf(c, 'dead')).toEqual([entry('2-0')[1]]);
    expect(await pending(c)).toEqual([['3-0', 'ann', 1]]);
  });

  test('is one step: nobody sees an entry in both streams, or in neither, and who waits for the target is served', async () => {
    const c = await delivered();
    const waiting = await client();
    const reply = waiting.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'dead', '$');
    await waiting.blocked();
    c.write(resp('XDEADLETTER', 'x', 'g', 'dead', '3') + resp('XLEN', 'x') + resp('XLEN', 'dead'));
    await c.raw('*1\r\n$3\r\n1-0\r\n:2\r\n:1\r\n');
    await reply.matches((found) => {
      const [[key, entries]] = found as unknown as [[string, [string, string[]][]]];
      expect([key, entries.map(([, fields]) => fields)]).toEqual(['dead', [['f', '1-0']]]);
    }, 'the entry in the stream dead');
  });

  test('refuses what cannot be', async () => {
    const c = await delivered();
    await c.expect('XDEADLETTER', 'x', 'nog', 'dead', '1').error("NOGROUP No such key 'x' or consumer group 'nog'");
    await c.expect('XDEADLETTER', 'none', 'g', 'dead', '1').error("NOGROUP No such key 'none' or consumer group 'g'");
    await c.expect('XDEADLETTER', 'x', 'g', 'x', '1').error('ERR source and destination objects are the same');
    for (const number of ['0', '-1', 'two', '1.5']) await c.expect('XDEADLETTER', 'x', 'g', 'dead', number).error(NOT_POSITIVE);
    await c.expect('SET', 'text', 'v').ok();
    await c.expect('XDEADLETTER', 'x', 'g', 'text', '1').errorLike(/^WRONGTYPE/);
    await c.expect('XLEN', 'x').int(3);
    expect(await pending(c)).toHaveLength(3);
  });
});
