import { clientWithList, listIs, numbers } from '../harness/lists.ts';
import { client, clientResp3, describe, rng, test } from '../harness/suite.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const NOT_POSITIVE = 'ERR value is out of range, must be positive';
const SYNTAX = 'ERR syntax error';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';
/** Every byte there is. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

describe('LPUSH and RPUSH', () => {
  test('equal elements stay, and so do empty ones', async () => {
    const c = await clientWithList('a', 'a', '', 'a', '');
    await listIs(c, 'a', 'a', '', 'a', '');
  });

  test('elements may hold any byte', async () => {
    const c = await clientWithList(BYTES, '\r\n', '\0');
    await listIs(c, BYTES, '\r\n', '\0');
    await c.expect('LREM', 'l', '0', BYTES).int(1);
  });

  test('numbers come back as they were written', async () => {
    const c = await clientWithList('1', '01', '1.0', '-0', '+1', INT64_MAX, `${INT64_MAX}0`);
    await listIs(c, '1', '01', '1.0', '-0', '+1', INT64_MAX, `${INT64_MAX}0`);
    await c.expect('LPOS', 'l', '01').int(1);
  });

  test('keep the deadline of the key', async () => {
    const c = await clientWithList('a');
    await c.expect('EXPIRE', 'l', '100').int(1);
    await c.expect('RPUSH', 'l', 'b').int(2);
    await c.expect('LPUSH', 'l', 'b').int(3);
    await c.expect('TTL', 'l').matches((ttl) => Number(ttl) > 90, 'a deadline still');
  });

  test('an element of a megabyte comes back whole', async () => {
    const c = await client();
    const big = rng().bytes(1024 * 1024);
    await c.expect('RPUSH', 'l', 'a', big, 'b').int(3);
    await c.expect('LINDEX', 'l', '1').bulk(big);
    await c.expect('LRANGE', 'l', '0', '-1').array(['a', big, 'b']);
  });

  test('want an element and a list', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    for (const name of ['LPUSH', 'RPUSH', 'LPUSHX', 'RPUSHX']) {
      await c.expect(name, 'l').error(wrongArity(name.toLowerCase()));
      await c.expect(name, 's', 'a').error(WRONGTYPE);
    }
    await c.expect('GET', 's').bulk('x');
  });

  test('LPUSHX and RPUSHX add to a list that exists, and make none', async () => {
    const c = await client();
    await c.expect('LPUSHX', 'l', 'a').int(0);
    await c.expect('RPUSHX', 'l', 'a', 'b').int(0);
    await c.expect('EXISTS', 'l').int(0);
    await c.expect('RPUSH', 'l', 'm').int(1);
    await c.expect('LPUSHX', 'l', 'b', 'a').int(3);
    await c.expect('RPUSHX', 'l', 'n', 'o').int(5);
    await listIs(c, 'a', 'b', 'm', 'n', 'o');
  });
});

describe('LPOP and RPOP', () => {
  test('a count beyond the length takes everything', async () => {
    const c = await clientWithList('a', 'b');
    await c.expect('LPOP', 'l', '100').array(['a', 'b']);
    await c.expect('RPUSH', 'l', 'c', 'd').int(2);
    await c.expect('RPOP', 'l', INT64_MAX).array(['d', 'c']);
    await c.expect('EXISTS', 'l').int(0);
  });

  test('a count of 0 is an empty array, and takes nothing', async () => {
    const c = await clientWithList('a');
    await c.expect('LPOP', 'l', '0').array([]);
    await c.expect('RPOP', 'l', '0').array([]);
    await listIs(c, 'a');
  });

  test('a bad count is refused before the key is looked at', async () => {
    const c = await clientWithList('a');
    await c.expect('SET', 's', 'x').ok();
    for (const count of ['-1', 'x', '1.5', '', ' 1', '9223372036854775808']) {
      await c.expect('LPOP', 'l', count).error(NOT_POSITIVE);
      await c.expect('RPOP', 's', count).error(NOT_POSITIVE);
    }
    await listIs(c, 'a');
  });

  test('want a list, and no more than a count', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    for (const name of ['LPOP', 'RPOP']) {
      await c.expect(name).error(wrongArity(name.toLowerCase()));
      await c.expect(name, 's', '1', '2').error(wrongArity(name.toLowerCase()));
      await c.expect(name, 's').error(WRONGTYPE);
      await c.expect(name, 's', '0').error(WRONGTYPE);
    }
  });
});

describe('LLEN, LINDEX and LRANGE', () => {
  test('LLEN counts the elements', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('LLEN', 'l').int(3);
    await c.expect('LLEN', 'none').int(0);
  });

  test('LINDEX looks at the key before it looks at the index', async () => {
    const c = await clientWithList('a');
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LINDEX', 'none', 'x').nil();
    await c.expect('LINDEX', 's', 'x').error(WRONGTYPE);
    await c.expect('LINDEX', 'l', 'x').error(NOT_AN_INTEGER);
    await c.expect('LINDEX', 'l', '01').error(NOT_AN_INTEGER);
  });

  test('LRANGE looks at the indexes before it looks at the key', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LRANGE', 'none', 'x', '0').error(NOT_AN_INTEGER);
    await c.expect('LRANGE', 's', '0', '1.5').error(NOT_AN_INTEGER);
    await c.expect('LRANGE', 's', '0', '1').error(WRONGTYPE);
    await c.expect('LLEN', 's').error(WRONGTYPE);
  });

  test('want their arguments', async () => {
    const c = await client();
    await c.expect('LLEN').error(wrongArity('llen'));
    await c.expect('LLEN', 'a', 'b').error(wrongArity('llen'));
    await c.expect('LINDEX', 'a').error(wrongArity('lindex'));
    await c.expect('LRANGE', 'a', '0').error(wrongArity('lrange'));
  });
});

describe('LSET and LTRIM', () => {
  test('LSET refuses an index outside, and makes no list', async () => {
    const c = await clientWithList('a');
    for (const index of ['1', '-2', INT64_MAX, INT64_MIN]) {
      await c.expect('LSET', 'l', index, 'x').error('ERR index out of range');
    }
    await c.expect('LSET', 'none', '0', 'x').error('ERR no such key');
    await c.expect('LSET', 'none', 'x', 'x').error('ERR no such key');
    await c.expect('LSET', 'l', 'x', 'x').error(NOT_AN_INTEGER);
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LSET', 's', 'x', 'x').error(WRONGTYPE);
    await c.expect('LSET', 'l', '0').error(wrongArity('lset'));
    await listIs(c, 'a');
  });

  const trims: [start: string, stop: string, left: string[]][] = [
    ['0', '-1', ['a', 'b', 'c', 'd', 'e']],
    ['1', '3', ['b', 'c', 'd']],
    ['-2', '-1', ['d', 'e']],
    ['0', '0', ['a']],
    ['-100', '100', ['a', 'b', 'c', 'd', 'e']],
    ['4', INT64_MAX, ['e']],
    [INT64_MIN, '-4', ['a', 'b']],
  ];
  test('LTRIM keeps a range', async () => {
    const c = await client();
    for (const [start, stop, left] of trims) {
      await c.expect('DEL', 'l').success();
      await c.expect('RPUSH', 'l', 'a', 'b', 'c', 'd', 'e').int(5);
      await c.expect('LTRIM', 'l', start, stop).ok();
      await listIs(c, ...left);
    }
  });

  test('LTRIM to nothing removes the key', async () => {
    const c = await client();
    for (const [start, stop] of [['5', '10'], ['2', '1'], ['0', '-6'], ['-1', '-2']]) {
      await c.expect('RPUSH', 'l', 'a', 'b', 'c', 'd', 'e').int(5);
      await c.expect('LTRIM', 'l', start!, stop!).ok();
      await c.expect('EXISTS', 'l').int(0);
    }
    await c.expect('LTRIM', 'none', '0', '1').ok();
    await c.expect('EXISTS', 'none').int(0);
  });

  test('LTRIM looks at the indexes before it looks at the key', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LTRIM', 'none', 'x', '0').error(NOT_AN_INTEGER);
    await c.expect('LTRIM', 's', '0', 'x').error(NOT_AN_INTEGER);
    await c.expect('LTRIM', 's', '0', '1').error(WRONGTYPE);
    await c.expect('LTRIM', 's', '0').error(wrongArity('ltrim'));
  });

  test('LPUSH and LTRIM keep the latest', async () => {
    const c = await client();
    for (const number of numbers(50)) {
      await c.expect('LPUSH', 'l', number).success();
      await c.expect('LTRIM', 'l', '0', '2').ok();
    }
    await listIs(c, '49', '48', '47');
  });
});

describe('LINSERT', () => {
  test('puts an element before or after the first one that equals the pivot', async () => {
    const c = await clientWithList('a', 'b', 'a');
    await c.expect('LINSERT', 'l', 'BEFORE', 'a', '1').int(4);
    await c.expect('LINSERT', 'l', 'AFTER', 'a', '2').int(5);
    await c.expect('LINSERT', 'l', 'aFtEr', 'b', '3').int(6);
    await listIs(c, '1', 'a', '2', 'b', '3', 'a');
  });

  test('at the ends of the list', async () => {
    const c = await clientWithList('a');
    await c.expect('LINSERT', 'l', 'before', 'a', 'first').int(2);
    await c.expect('LINSERT', 'l', 'after', 'a', 'last').int(3);
    await listIs(c, 'first', 'a', 'last');
  });

  test('-1 without the pivot, 0 without the list', async () => {
    const c = await clientWithList('a');
    await c.expect('LINSERT', 'l', 'BEFORE', 'x', 'y').int(-1);
    await c.expect('LINSERT', 'none', 'BEFORE', 'a', 'y').int(0);
    await c.expect('EXISTS', 'none').int(0);
    await listIs(c, 'a');
  });

  test('the place must be BEFORE or AFTER, whatever the key', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LINSERT', 's', 'BETWEEN', 'a', 'b').error(SYNTAX);
    await c.expect('LINSERT', 'none', '', 'a', 'b').error(SYNTAX);
    await c.expect('LINSERT', 's', 'AFTER', 'a', 'b').error(WRONGTYPE);
    await c.expect('LINSERT', 's', 'AFTER', 'a').error(wrongArity('linsert'));
  });

  test('thousands of times at one place', async () => {
    const c = await clientWithList('first', 'last');
    const added = numbers(3000);
    const replies = added.map((number) => c.expect('LINSERT', 'l', 'BEFORE', 'last', number));
    for (let i = 0; i < replies.length; i++) await replies[i]!.int(i + 3);
    await listIs(c, 'first', ...added, 'last');
  });

  test('hundreds of times at one place, with thousands of elements after it', async () => {
    const rest = numbers(3000).map((number) => `rest ${number}`);
    const c = await clientWithList('first', 'pivot', ...rest);
    const added = numbers(1500);
    const replies = added.map((number) => c.expect('LINSERT', 'l', 'BEFORE', 'pivot', number));
    for (let i = 0; i < replies.length; i++) await replies[i]!.int(3003 + i);
    await listIs(c, 'first', ...added, 'pivot', ...rest);
  });
});

describe('LREM', () => {
  const removals: [count: string, removed: number, left: string][] = [
    ['0', 4, 'bcd'],
    ['2', 2, 'bcada'],
    ['1', 1, 'bacada'],
    ['-1', 1, 'abacad'],
    ['-2', 2, 'abacd'],
    ['100', 4, 'bcd'],
    [INT64_MIN, 4, 'bcd'],
    [INT64_MAX, 4, 'bcd'],
  ];
  test('removes equal elements: the first, the last, or all', async () => {
    const c = await client();
    for (const [count, removed, left] of removals) {
      await c.expect('DEL', 'l').success();
      await c.expect('RPUSH', 'l', ...'abacada').int(7);
      await c.expect('LREM', 'l', count, 'a').int(removed);
      await listIs(c, ...left);
    }
  });

  test('the last element takes the key with it', async () => {
    const c = await clientWithList('a', 'a');
    await c.expect('LREM', 'l', '0', 'b').int(0);
    await c.expect('LREM', 'l', '0', 'a').int(2);
    await c.expect('EXISTS', 'l').int(0);
    await c.expect('LREM', 'l', '0', 'a').int(0);
  });

  test('looks at the count before it looks at the key', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LREM', 's', 'x', 'a').error(NOT_AN_INTEGER);
    await c.expect('LREM', 'none', '1.5', 'a').error(NOT_AN_INTEGER);
    await c.expect('LREM', 's', '0', 'a').error(WRONGTYPE);
    await c.expect('LREM', 's', '0').error(wrongArity('lrem'));
  });
});

describe('LPOS', () => {
  test('is the index of the first equal element, or nil', async () => {
    for (const c of [await client(), await clientResp3()]) {
      await c.expect('DEL', 'l').success();
      await c.expect('RPUSH', 'l', ...'abcabc').int(6);
      await c.expect('LPOS', 'l', 'c').int(2);
      await c.expect('LPOS', 'l', 'x').nil();
      await c.expect('LPOS', 'none', 'c').nil();
    }
  });

  test('RANK skips matches; a negative one looks from the end', async () => {
    const c = await clientWithList(...'abcabcab');
    await c.expect('LPOS', 'l', 'a', 'RANK', '2').int(3);
    await c.expect('LPOS', 'l', 'a', 'rank', '-1').int(6);
    await c.expect('LPOS', 'l', 'a', 'RANK', '-2').int(3);
    await c.expect('LPOS', 'l', 'c', 'RANK', '3').nil();
    await c.expect('LPOS', 'l', 'c', 'RANK', INT64_MAX).nil();
  });

  test('COUNT answers an array, with 0 of all matches', async () => {
    const c = await clientWithList(...'abcabcab');
    await c.expect('LPOS', 'l', 'a', 'COUNT', '2').array([0, 3]);
    await c.expect('LPOS', 'l', 'a', 'COUNT', '0').array([0, 3, 6]);
    await c.expect('LPOS', 'l', 'a', 'COUNT', '0', 'RANK', '-2').array([3, 0]);
    await c.expect('LPOS', 'l', 'a', 'RANK', '2', 'COUNT', '5').array([3, 6]);
    await c.expect('LPOS', 'l', 'x', 'COUNT', '1').array([]);
    await c.expect('LPOS', 'none', 'x', 'COUNT', '1').array([]);
  });

  test('MAXLEN bounds how many elements are compared', async () => {
    const c = await clientWithList(...'abcabcab');
    await c.expect('LPOS', 'l', 'c', 'MAXLEN', '2').nil();
    await c.expect('LPOS', 'l', 'c', 'MAXLEN', '3').int(2);
    await c.expect('LPOS', 'l', 'c', 'MAXLEN', '0').int(2);
    await c.expect('LPOS', 'l', 'a', 'COUNT', '0', 'MAXLEN', '4').array([0, 3]);
    await c.expect('LPOS', 'l', 'a', 'RANK', '-1', 'COUNT', '0', 'MAXLEN', '5').array([6, 3]);
    await c.expect('LPOS', 'l', 'c', 'RANK', '-1', 'MAXLEN', '2').nil();
  });

  test('the last of an option given twice counts', async () => {
    const c = await clientWithList(...'aaa');
    await c.expect('LPOS', 'l', 'a', 'RANK', '1', 'RANK', '3').int(2);
    await c.expect('LPOS', 'l', 'a', 'COUNT', '1', 'COUNT', '2').array([0, 1]);
  });

  test('refuses options that are wrong, whatever the key', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    const zero =
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
      'or use negative to start from the end of the list';
    await c.expect('LPOS', 's', 'a', 'RANK', '0').error(zero);
    await c.expect('LPOS', 's', 'a', 'RANK', 'x').error(NOT_AN_INTEGER);
    await c.expect('LPOS', 's', 'a', 'COUNT', '-1').error("ERR COUNT can't be negative");
    await c.expect('LPOS', 's', 'a', 'COUNT', 'x').error("ERR COUNT can't be negative");
    await c.expect('LPOS', 'none', 'a', 'MAXLEN', '-1').error("ERR MAXLEN can't be negative");
    await c.expect('LPOS', 'none', 'a', 'MAXLEN').error(SYNTAX);
    await c.expect('LPOS', 'none', 'a', 'FIRST', '1').error(SYNTAX);
    await c.expect('LPOS', 's', 'a').error(WRONGTYPE);
    await c.expect('LPOS', 's').error(wrongArity('lpos'));
  });
});

describe('LMOVE and RPOPLPUSH', () => {
  const moves: [from: string, to: string, element: string, source: string, target: string][] = [
    ['LEFT', 'LEFT', 'a', 'bc', 'a12'],
    ['LEFT', 'RIGHT', 'a', 'bc', '12a'],
    ['RIGHT', 'LEFT', 'c', 'ab', 'c12'],
    ['right', 'Right', 'c', 'ab', '12c'],
  ];
  test('LMOVE moves an element from an end to an end', async () => {
    const c = await client();
    for (const [from, to, element, source, target] of moves) {
      await c.expect('DEL', 'l', 'target').success();
      await c.expect('RPUSH', 'l', 'a', 'b', 'c').int(3);
      await c.expect('RPUSH', 'target', '1', '2').int(2);
      await c.expect('LMOVE', 'l', 'target', from, to).bulk(element);
      await listIs(c, ...source);
      await c.expect('LRANGE', 'target', '0', '-1').array([...target]);
    }
  });

  test('RPOPLPUSH moves the last to the front', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('RPOPLPUSH', 'l', 'target').bulk('c');
    await c.expect('RPOPLPUSH', 'l', 'target').bulk('b');
    await listIs(c, 'a');
    await c.expect('LRANGE', 'target', '0', '-1').array(['b', 'c']);
  });

  test('on one list they turn it', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('RPOPLPUSH', 'l', 'l').bulk('c');
    await listIs(c, 'c', 'a', 'b');
    await c.expect('LMOVE', 'l', 'l', 'LEFT', 'RIGHT').bulk('c');
    await listIs(c, 'a', 'b', 'c');
    await c.expect('LMOVE', 'l', 'l', 'LEFT', 'LEFT').bulk('a');
    await listIs(c, 'a', 'b', 'c');
  });

  test('a list of one element survives its turn, with its deadline', async () => {
    const c = await clientWithList('a');
    await c.expect('EXPIRE', 'l', '100').int(1);
    await c.expect('RPOPLPUSH', 'l', 'l').bulk('a');
    await listIs(c, 'a');
    await c.expect('TTL', 'l').matches((ttl) => Number(ttl) > 90, 'a deadline still');
  });

  test('the source goes with its last element', async () => {
    const c = await clientWithList('a');
    await c.expect('LMOVE', 'l', 'target', 'LEFT', 'LEFT').bulk('a');
    await c.expect('EXISTS', 'l').int(0);
    await c.expect('LLEN', 'target').int(1);
  });

  test('no source is nil, and makes no target', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LMOVE', 'none', 'target', 'LEFT', 'LEFT').nil();
    await c.expect('RPOPLPUSH', 'none', 'target').nil();
    await c.expect('RPOPLPUSH', 'none', 's').nil();
    await c.expect('EXISTS', 'target').int(0);
  });

  test('want lists on both sides, and lose nothing', async () => {
    const c = await clientWithList('a');
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LMOVE', 's', 'l', 'LEFT', 'LEFT').error(WRONGTYPE);
    await c.expect('LMOVE', 'l', 's', 'LEFT', 'LEFT').error(WRONGTYPE);
    await c.expect('RPOPLPUSH', 's', 'l').error(WRONGTYPE);
    await c.expect('RPOPLPUSH', 'l', 's').error(WRONGTYPE);
    await listIs(c, 'a');
  });

  test('the ends are LEFT or RIGHT, whatever the keys', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LMOVE', 's', 's', 'UP', 'LEFT').error(SYNTAX);
    await c.expect('LMOVE', 'none', 's', 'LEFT', 'BEFORE').error(SYNTAX);
    await c.expect('LMOVE', 'none', 's', 'LEFT').error(wrongArity('lmove'));
    await c.expect('RPOPLPUSH', 'none').error(wrongArity('rpoplpush'));
  });
});

describe('LMPOP', () => {
  test('names its keys only where there are as many as it says', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'LMPOP', '2', 'a', 'b', 'LEFT').array(['a', 'b']);
    for (const count of ['0', '-1', '4', 'x']) {
      await c.expect('COMMAND', 'GETKEYS', 'LMPOP', count, 'a', 'b', 'LEFT').error('ERR Invalid arguments specified for command');
    }
  });

  test('takes from the first list that has elements', async () => {
    const c = await clientWithList('a', 'b', 'c');
    await c.expect('RPUSH', 'm', '1').int(1);
    await c.expect('LMPOP', '3', 'none', 'l', 'm', 'LEFT').array(['l', ['a']]);
    await c.expect('LMPOP', '2', 'l', 'm', 'right', 'count', '2').array(['l', ['c', 'b']]);
    await c.expect('EXISTS', 'l').int(0);
    await c.expect('LMPOP', '2', 'l', 'm', 'RIGHT', 'COUNT', INT64_MAX).array(['m', ['1']]);
    await c.expect('LMPOP', '2', 'l', 'm', 'RIGHT').nilArray();
  });

  test('no elements are the null array in both protocols', async () => {
    await (await client()).expect('LMPOP', '1', 'none', 'LEFT').nilArray();
    await (await clientResp3()).expect('LMPOP', '1', 'none', 'LEFT').nilArray();
  });

  test('stops at a key of another type, but not if a list comes before it', async () => {
    const c = await clientWithList('a');
    await c.expect('SET', 's', 'x').ok();
    await c.expect('LMPOP', '3', 'none', 's', 'l', 'LEFT').error(WRONGTYPE);
    await c.expect('LMPOP', '2', 'l', 's', 'LEFT').array(['l', ['a']]);
  });

  test('refuses what does not add up', async () => {
    const c = await client();
    for (const numkeys of ['0', '-1', 'x', '1.5', '']) {
      await c.expect('LMPOP', numkeys, 'l', 'LEFT').error('ERR numkeys should be greater than 0');
    }
    for (const count of ['0', '-1', 'x']) {
      await c.expect('LMPOP', '1', 'l', 'LEFT', 'COUNT', count).error('ERR count should be greater than 0');
    }
    await c.expect('LMPOP', '2', 'l', 'LEFT').error(SYNTAX);
    await c.expect('LMPOP', INT64_MAX, 'l', 'LEFT').error(SYNTAX);
    await c.expect('LMPOP', '1', 'l', 'm', 'LEFT').error(SYNTAX);
    await c.expect('LMPOP', '1', 'l', 'LEFT', 'COUNT').error(SYNTAX);
    await c.expect('LMPOP', '1', 'l', 'LEFT', 'COUNT', '1', 'COUNT', '1').error(SYNTAX);
    await c.expect('LMPOP', '1', 'l', 'LEFT', 'COUNT', '1', 'x').error(SYNTAX);
    await c.expect('BLMPOP', '0', '1', 'l', 'LEFT', 'COUNT', '1', 'x').error(SYNTAX);
    await c.expect('LMPOP', '1', 'l').error(wrongArity('lmpop'));
  });
});

describe('lists and the rest', () => {
  test('COPY makes an independent list', async () => {
    const c = await clientWithList(...numbers(2000));
    await c.expect('COPY', 'l', 'copy').int(1);
    await c.expect('LPOP', 'l').bulk('0');
    await c.expect('LSET', 'copy', '-1', 'last').ok();
    await c.expect('RPUSH', 'copy', 'new').int(2001);
    await listIs(c, ...numbers(2000).slice(1));
    await c.expect('LRANGE', 'copy', '0', '-1').array([...numbers(1999), 'last', 'new']);
  });

  test('a list that has expired is gone for every command', async () => {
    const c = await clientWithList('a');
    await c.expect('PEXPIREAT', 'l', '1').int(1);
    await c.expect('RPUSHX', 'l', 'b').int(0);
    await c.expect('LLEN', 'l').int(0);
    await c.expect('RPUSH', 'l', 'new').int(1);
    await listIs(c, 'new');
  });

  test('a list of 100,000 elements is right at every place', async () => {
    const c = await client();
    const elements = numbers(100_000);
    for (let at = 0; at < elements.length; at += 10_000) {
      await c.expect('RPUSH', 'l', ...elements.slice(at, at + 10_000)).int(at + 10_000);
    }
    for (const index of [0, 511, 512, 513, 49_999, 50_000, 99_487, 99_999]) {
      await c.expect('LINDEX', 'l', index).bulk(String(index));
      await c.expect('LINDEX', 'l', index - 100_000).bulk(String(index));
    }
    await c.expect('LRANGE', 'l', '50000', '51999').array(elements.slice(50_000, 52_000));
    await listIs(c, ...elements);
    await c.expect('LPOS', 'l', '99999').int(99_999);
    await c.expect('LTRIM', 'l', '40000', '-40001').ok();
    await listIs(c, ...elements.slice(40_000, 60_000));
  });

  test('a large list that shrinks at either end keeps what is left, in order', async () => {
    const c = await client();
    const model = Array.from({ length: 600 }, (_, i) => `element ${i % 50} ${'x'.repeat(i % 40)}`);
    await c.expect('RPUSH', 'l', ...model).int(model.length);
    for (let round = 0; model.length > 75; round++) {
      await c.expect('LPOP', 'l', '40').array(model.splice(0, 40));
      await c.expect('RPOP', 'l', '30').array(model.splice(-30).toReversed());
      model.push(`new ${round}`);
      await c.expect('RPUSH', 'l', `new ${round}`).int(model.length);
      const removed = model[Math.floor(model.length / 2)]!;
      await c.expect('LREM', 'l', '-1', removed).int(1);
      model.splice(model.lastIndexOf(removed), 1);
      await c.expect('LRANGE', 'l', '0', '-1').array(model);
    }
  });

  test('random changes leave what they leave in an array', async () => {
    const c = await client();
    const r = rng();
    const model: string[] = [];
    for (let step = 0; step < 400; step++) {
      const some = Array.from({ length: r.pick([1, 2, 40, 300]) }, () => String(r.int(0, 20)));
      const one = String(r.int(0, 20));
      const kind = r.int(0, 7);
      if (kind <= 1) {
        model.push(...some);
        await c.expect('RPUSH', 'l', ...some).int(model.length);
      } else if (kind === 2) {
        model.unshift(...some.toReversed());
        await c.expect('LPUSH', 'l', ...some).int(model.length);
      } else if (kind === 3 && model.length > 0) {
        await c.expect('LPOP', 'l', some.length).array(model.splice(0, some.length));
      } else if (kind === 4 && model.length > 0) {
        const taken = model.splice(Math.max(0, model.length - some.length)).toReversed();
        await c.expect('RPOP', 'l', some.length).array(taken);
      } else if (kind === 5 && model.includes(one)) {
        model.splice(model.indexOf(one), 0, 'new');
        await c.expect('LINSERT', 'l', 'BEFORE', one, 'new').int(model.length);
      } else if (kind === 6 && r.chance(0.2)) {
        const left = model.filter((element) => element !== one);
        await c.expect('LREM', 'l', '0', one).int(model.length - left.length);
        model.splice(0, model.length, ...left);
      } else if (kind === 7 && model.length > 0) {
        const index = r.int(0, model.length - 1);
        model[index] = one;
        await c.expect('LSET', 'l', index, one).ok();
      }
      if (step % 20 === 0) await listIs(c, ...model);
    }
    await listIs(c, ...model);
  });

  test('elements stay in order as the list grows beyond 8 KB and shrinks again', async () => {
    const c = await client();
    const r = rng();
    const element = () => r.pick([() => String(r.int(-5000, 5000)), () => r.bytes(r.int(0, 40)), () => 'x'.repeat(r.pick([63, 64, 200, 4095, 4096]))])();
    const model: string[] = [];
    for (let round = 0; round < 6; round++) {
      while (model.join('').length < 10_000) {
        const some = Array.from({ length: r.int(1, 20) }, element);
        if (r.chance(0.5)) {
          model.push(...some);
          await c.expect('RPUSH', 'l', ...some).int(model.length);
        } else {
          model.unshift(...some.toReversed());
          await c.expect('LPUSH', 'l', ...some).int(model.length);
        }
      }
      await listIs(c, ...model);
      while (model.length > 5) {
        const count = r.int(1, Math.min(20, model.length - 1));
        const taken = r.chance(0.5) ? 'LPOP' : 'RPOP';
        const some = taken === 'LPOP' ? model.splice(0, count) : model.splice(-count).reverse();
        await c.expect(taken, 'l', count).array(some);
        await c.expect('LINDEX', 'l', '-1').bulk(model.at(-1)!);
      }
      await listIs(c, ...model);
    }
  });

  test('a small list is searched and changed everywhere', async () => {
    const c = await client();
    const long = 'x'.repeat(100);
    await c.expect('RPUSH', 'l', '1', 'a', '-5000', long, 'a', '70000', '1', 'a').int(8);
    await c.expect('LPOS', 'l', '1', 'COUNT', '0').array([0, 6]);
    await c.expect('LPOS', 'l', 'a', 'RANK', '-1', 'COUNT', '2').array([7, 4]);
    await c.expect('LPOS', 'l', '01').nil();
    await c.expect('LINSERT', 'l', 'BEFORE', '-5000', 'new').int(9);
    await c.expect('LINSERT', 'l', 'AFTER', long, '4096').int(10);
    await c.expect('LREM', 'l', '-2', 'a').int(2);
    await c.expect('LSET', 'l', '-1', '').ok();
    await listIs(c, '1', 'a', 'new', '-5000', long, '4096', '70000', '');
    await c.expect('LTRIM', 'l', '1', '-3').ok();
    await listIs(c, 'a', 'new', '-5000', long, '4096');
    await c.expect('RPOPLPUSH', 'l', 'l').bulk('4096');
    await listIs(c, '4096', 'a', 'new', '-5000', long);
  });

  test('a small list with long elements is read and changed from its end', async () => {
    const c = await client();
    const elements = ['first', ...[125, 126, 127, 128, 300, 1000].map((length) => 'x'.repeat(length))];
    await c.expect('RPUSH', 'l', ...elements).int(7);
    await c.expect('RPUSH', 'l', 'last').int(8);
    for (const [i, element] of elements.entries()) await c.expect('LINDEX', 'l', i - 8).bulk(element);
    await c.expect('LRANGE', 'l', '-3', '-2').array(elements.slice(-2));
    await c.expect('LSET', 'l', '-2', 'short').ok();
    await c.expect('LTRIM', 'l', '0', '-2').ok();
    await c.expect('RPOP', 'l').bulk('short');
    for (const element of elements.slice(1, -1).reverse()) await c.expect('RPOP', 'l').bulk(element);
    await listIs(c, 'first');
  });
});
