import { client, clientResp3, describe, rng, test } from '../harness/suite.ts';

/** The challenge of chapter 10: ZPLACE, where members with the same score share a place. Redis has no such command. */

describe('ZPLACE', () => {
  test('the highest score has place 1', async () => {
    const c = await client();
    await c.expect('ZADD', 'race', '10', 'ann', '30', 'bob', '20', 'eve').int(3);
    await c.expect('ZPLACE', 'race', 'bob').array([1, 1]);
    await c.expect('ZPLACE', 'race', 'eve').array([2, 1]);
    await c.expect('ZPLACE', 'race', 'ann').array([3, 1]);
  });

  test('the same score is the same place, and the places after it are left out', async () => {
    const c = await client();
    await c.expect('ZADD', 'race', '30', 'a', '30', 'b', '20', 'c', '20', 'd', '20', 'e', '10', 'f').int(6);
    for (const member of ['a', 'b']) await c.expect('ZPLACE', 'race', member).array([1, 2]);
    for (const member of ['c', 'd', 'e']) await c.expect('ZPLACE', 'race', member).array([3, 3]);
    await c.expect('ZPLACE', 'race', 'f').array([6, 1]);
  });

  test('with ASC the lowest score has place 1', async () => {
    const c = await client();
    await c.expect('ZADD', 'golf', '70', 'a', '68', 'b', '70', 'c', '71', 'd').int(4);
    await c.expect('ZPLACE', 'golf', 'b', 'ASC').array([1, 1]);
    await c.expect('ZPLACE', 'golf', 'a', 'asc').array([2, 2]);
    await c.expect('ZPLACE', 'golf', 'd', 'ASC').array([4, 1]);
    await c.expect('ZPLACE', 'golf', 'd', 'desc').array([1, 1]);
  });

  test('0 and -0 are the same score; inf and -inf are scores', async () => {
    const c = await client();
    await c.expect('ZADD', 'k', '0', 'a', '-0', 'b', 'inf', 'c', '-inf', 'd', '-inf', 'e').int(5);
    await c.expect('ZPLACE', 'k', 'c').array([1, 1]);
    for (const member of ['a', 'b']) await c.expect('ZPLACE', 'k', member).array([2, 2]);
    for (const member of ['d', 'e']) await c.expect('ZPLACE', 'k', member).array([4, 2]);
  });

  test('among 10,000 members, against a count made by hand', async () => {
    const c = await client();
    const scores = Array.from({ length: 10_000 }, () => rng().int(1, 500));
    for (let from = 0; from < scores.length; from += 1000) {
      await c.expect('ZADD', 'big', ...scores.slice(from, from + 1000).flatMap((score, i) => [score, `m${from + i}`])).int(1000);
    }
    for (let i = 0; i < scores.length; i += 101) {
      const higher = scores.filter((score) => score > scores[i]!).length;
      const same = scores.filter((score) => score === scores[i]).length;
      await c.expect('ZPLACE', 'big', `m${i}`).array([higher + 1, same]);
    }
  });

  test('a changed score is another place', async () => {
    const c = await client();
    await c.expect('ZADD', 'race', '1', 'a', '2', 'b').int(2);
    await c.expect('ZINCRBY', 'race', '1', 'a').bulk('2');
    await c.expect('ZPLACE', 'race', 'b').array([1, 2]);
    await c.expect('ZREM', 'race', 'a').int(1);
    await c.expect('ZPLACE', 'race', 'b').array([1, 1]);
  });

  test('a missing member, and a missing key, have none', async () => {
    const [two, three] = [await client(), await clientResp3()];
    await two.expect('ZADD', 'race', '1', 'a').int(1);
    for (const c of [two, three]) {
      await c.expect('ZPLACE', 'race', 'b').nilArray();
      await c.expect('ZPLACE', 'nosuch', 'a').nilArray();
    }
  });

  test('another type, and what is asked wrongly', async () => {
    const c = await client();
    await c.expect('SET', 'text', 'x').ok();
    await c.expect('ZPLACE', 'text', 'a').error('WRONGTYPE Operation against a key holding the wrong kind of value');
    await c.expect('ZPLACE', 'race', 'a', 'UP').error('ERR syntax error');
    await c.expect('ZPLACE', 'race', 'a', 'ASC', 'DESC').error('ERR syntax error');
    await c.expect('ZPLACE', 'race').error("ERR wrong number of arguments for 'zplace' command");
    await c.expect('COMMAND', 'GETKEYS', 'ZPLACE', 'race', 'a').array(['race']);
  });
});
