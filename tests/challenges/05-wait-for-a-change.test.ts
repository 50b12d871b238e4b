import { client, clientResp3, describe, nilArray, resp, status, test, type Client } from '../harness/suite.ts';

/** The challenge of chapter 05: BWATCH, which waits until a key changes. No Redis has it. */

const SHORT = '0.01';

/** A client that waits in BWATCH, and the reply that it will get. */
async function watching(...words: string[]) {
  const waiting = await client();
  const changed = waiting.sendLater('BWATCH', ...words);
  await waiting.blocked();
  return { waiting, changed };
}

/** Prepares, then waits for a change of `k`, makes one, and expects that the wait ends. */
async function wakes(c: Client, ...command: string[]): Promise<void> {
  const { changed } = await watching('k', '0');
  await c.expect(...command).success();
  await changed.bulk('k');
}

describe('BWATCH', () => {
  test('answers the key when another client changes it, and that once', async () => {
    const c = await client();
    const { waiting, changed } = await watching('k', '0');
    await c.expect('SET', 'k', 'a').ok();
    await changed.bulk('k');
    await c.expect('SET', 'k', 'b').ok();
    await waiting.silent();
  });

  test('any of several keys ends the wait, and the others are forgotten', async () => {
    const c = await client();
    for (const key of ['a', 'b', 'c']) {
      const { waiting, changed } = await watching('a', 'b', 'c', 'a', '0');
      await c.expect('INCR', key).success();
      await changed.bulk(key);
      await c.expect('MSET', 'a', '1', 'b', '1', 'c', '1').ok();
      await waiting.silent();
    }
  });

  test('whatever WATCH would see is a change, of every type', async () => {
    const c = await client();
    await wakes(c, 'RPUSH', 'k', 'a', 'b');
    await wakes(c, 'LPOP', 'k');
    await wakes(c, 'EXPIRE', 'k', '100');
    await wakes(c, 'PERSIST', 'k');
    await wakes(c, 'RENAME', 'k', 'other');
    await wakes(c, 'RENAME', 'other', 'k');
    await wakes(c, 'DEL', 'k');
    await wakes(c, 'HSET', 'k', 'f', 'v');
    await wakes(c, 'SET', 'k', 'text');
    await wakes(c, 'SET', 'k', 'text');
    await wakes(c, 'FLUSHALL');
  });

  test('what changes nothing wakes nobody', async () => {
    const c = await client();
    await c.expect('SADD', 'k', 'a').int(1);
    const { waiting, changed } = await watching('k', 'missing', '0');
    await c.expect('SREM', 'k', 'b').int(0);
    await c.expect('SADD', 'k', 'a').int(0);
    await c.expect('SMEMBERS', 'k').set(['a']);
    await c.expect('DEL', 'missing').int(0);
    await c.expect('SELECT', '1').ok();
    await c.expect('SET', 'k', 'in another database').ok();
    await c.expect('FLUSHDB').ok();
    await waiting.silent();
    await c.expect('SELECT', '0').ok();
    await c.expect('SREM', 'k', 'a').int(1);
    await changed.bulk('k');
  });

  test('a key that expires wakes, though nobody asks for it', async () => {
    const c = await client();
    // In one packet: the key cannot expire before the wait begins.
    c.write(resp('SET', 'k', 'v', 'PX', '50') + resp('BWATCH', 'k', '0'));
    await c.raw('+OK\r\n$1\r\nk\r\n');
    await c.expect('EXISTS', 'k').int(0);
  });

  test('SWAPDB wakes those whose key is in one of the two databases', async () => {
    const c = await client();
    await c.expect('SELECT', '1').ok();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SELECT', '0').ok();
    const { waiting } = await watching('missing', '0');
    const { changed } = await watching('k', '0');
    await c.expect('SWAPDB', '0', '1').ok();
    await changed.bulk('k');
    await waiting.silent();
  });

  test('answers the null array after its timeout', async () => {
    for (const c of [await client(), await clientResp3()]) await c.expect('BWATCH', 'a', 'b', SHORT).nilArray();
  });

  test('one change wakes everybody who waits for it', async () => {
    const c = await client();
    const all = [await watching('k', '0'), await watching('j', 'k', '0'), await watching('k', '0')];
    await c.expect('SET', 'k', 'v').ok();
    for (const { changed } of all) await changed.bulk('k');
  });

  test('inside a transaction it does not wait', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('BWATCH', 'k', '0').status('QUEUED');
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('EXEC').array([nilArray, status('OK')]);
  });

  test("after another client's transaction, the next request sees all of it", async () => {
    const c = await client();
    const { waiting, changed } = await watching('k', 'n', '0');
    const value = waiting.sendLater('GET', 'k');
    c.write(resp('MULTI') + resp('SET', 'k', 'a') + resp('INCR', 'n') + resp('SET', 'k', 'b') + resp('EXEC'));
    await c.raw('+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n+OK\r\n:1\r\n+OK\r\n');
    await changed.bulk('k');
    await value.bulk('b');
  });

  test("leaves the client's own WATCH alone", async () => {
    const [waiting, c] = [await client(), await client()];
    await waiting.expect('WATCH', 'w').ok();
    const changed = waiting.sendLater('BWATCH', 'k', '0');
    await waiting.blocked();
    await c.expect('SET', 'k', 'v').ok();
    await changed.bulk('k');
    await waiting.expect('MULTI').ok();
    await waiting.expect('EXEC').array([]);
    await waiting.expect('WATCH', 'w').ok();
    await waiting.expect('BWATCH', 'k', SHORT).nilArray();
    await c.expect('SET', 'w', 'v').ok();
    await waiting.expect('MULTI').ok();
    await waiting.expect('EXEC').nilArray();
  });

  test('refuses what is no timeout', async () => {
    const c = await client();
    await c.expect('BWATCH', 'k', 'x').error('ERR timeout is not a float or out of range');
    await c.expect('BWATCH', 'k', '-1').error('ERR timeout is negative');
    await c.expect('BWATCH', 'k').error("ERR wrong number of arguments for 'bwatch' command");
  });
});
