import { client, describe, test } from '../harness/suite.ts';
import { expectTtl } from '../harness/expire-times.ts';

/** The challenge of chapter 02: SET with IFEQ, as Valkey 8.1 has it. Redis 7 has no such option. */

const SYNTAX = 'ERR syntax error';

describe('SET with IFEQ', () => {
  test('sets a key that holds exactly the value expected', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'a').ok();
    await c.expect('SET', 'k', 'b', 'IFEQ', 'a').ok();
    await c.expect('SET', 'k', 'c', 'ifeq', 'a').nil();
    await c.expect('SET', 'k', 'c', 'IFEQ', 'B').nil();
    await c.expect('GET', 'k').bulk('b');
  });

  test('compares bytes: the empty value, an option\'s name, numbers written differently', async () => {
    const c = await client();
    await c.expect('SET', 'k', '').ok();
    await c.expect('SET', 'k', '10', 'IFEQ', '').ok();
    await c.expect('SET', 'k', 'x', 'IFEQ', '10.0').nil();
    await c.expect('APPEND', 'k', '\0\r\n').int(5);
    await c.expect('SET', 'k', 'GET', 'IFEQ', '10\0\r\n').ok();
    await c.expect('SET', 'k', 'IFEQ', 'IFEQ', 'GET').ok();
    await c.expect('GET', 'k').bulk('IFEQ');
  });

  test('a missing key equals nothing, and is not created', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'IFEQ', '').nil();
    await c.expect('SET', 'k', 'v', 'IFEQ', 'v', 'GET').nil();
    await c.expect('EXISTS', 'k').int(0);
  });

  test('with GET the reply is the old value, set or not', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'a').ok();
    await c.expect('SET', 'k', 'b', 'IFEQ', 'x', 'GET').bulk('a');
    await c.expect('SET', 'k', 'b', 'GET', 'IFEQ', 'a').bulk('a');
    await c.expect('GET', 'k').bulk('b');
  });

  test('works with a time to live: an owner extends the lock, others do not', async () => {
    const c = await client();
    await c.expect('SET', 'lock', 'ann', 'NX', 'PX', 10_000).ok();
    await c.expect('SET', 'lock', 'bob', 'IFEQ', 'bob', 'PX', 500_000).nil();
    await expectTtl(c, 'lock', 10);
    await c.expect('SET', 'lock', 'ann', 'IFEQ', 'ann', 'PX', 100_000).ok();
    await expectTtl(c, 'lock', 100);
    await c.expect('SET', 'lock', 'eve', 'IFEQ', 'ann', 'KEEPTTL').ok();
    await expectTtl(c, 'lock', 100);
  });

  test('refuses NX, XX, a second IFEQ, and a missing value', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'a').ok();
    const wrong = [['IFEQ', 'a', 'NX'], ['XX', 'IFEQ', 'a'], ['NX', 'IFEQ', 'a'], ['IFEQ', 'a', 'IFEQ', 'a'], ['IFEQ']];
    for (const options of wrong) await c.expect('SET', 'k', 'b', ...options).error(SYNTAX);
    await c.expect('GET', 'k').bulk('a');
  });
});
