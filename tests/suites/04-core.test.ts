import { client, expect, ioredis, items, step, test } from '../harness/suite.ts';
import { add, entry, fill, groupField, pending, prepared, read } from '../harness/streams.ts';

const NOT_GREATER = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
const SYNTAX = 'ERR syntax error';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const NO_KEY =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option ' +
  'to create an empty stream automatically.';
const UINT64_MAX = '18446744073709551615';
const LAST_ID = `${UINT64_MAX}-${UINT64_MAX}`;
const IDS = ['1-1', '1-2', '2-0', '3-5', '10-0'];

step(1, 'entries that stay', () => {
  test('XADD adds entries and answers their IDs', async () => {
    const c = await client();
    await c.expect('XADD', 'x', '1-1', 'name', 'Ada', 'age', '36').bulk('1-1');
    await c.expect('XADD', 'x', '1-2', 'name', 'Bob').bulk('1-2');
    await c.expect('XLEN', 'x').int(2);
    await c.expect('XRANGE', 'x', '-', '+').array([
      ['1-1', ['name', 'Ada', 'age', '36']],
      ['1-2', ['name', 'Bob']],
    ]);
    await c.expect('TYPE', 'x').status('stream');
    await c.expect('OBJECT', 'ENCODING', 'x').bulk('stream');
  });

  test('an entry keeps its fields in order, repeated ones and empty ones too', async () => {
    const c = await client();
    await c.expect('XADD', 'x', '1-0', 'b', '1', 'a', '2', 'b', '3', '', '').bulk('1-0');
    await c.expect('XADD', 'x', '2-0', 'b', '4', 'a', '5', 'b', '6', '', 'x').bulk('2-0');
    await c.expect('XADD', 'x', '3-0', 'a', '7').bulk('3-0');
    await c.expect('XRANGE', 'x', '-', '+').array([
      ['1-0', ['b', '1', 'a', '2', 'b', '3', '', '']],
      ['2-0', ['b', '4', 'a', '5', 'b', '6', '', 'x']],
      ['3-0', ['a', '7']],
    ]);
  });

  test('XADD refuses fields without values', async () => {
    const c = await client();
    const error = "ERR wrong number of arguments for 'xadd' command";
    await c.expect('XADD', 'x', '*', 'f').error(error);
    await c.expect('XADD', 'x', '*', 'f', 'v', 'g').error(error);
    await c.expect('XADD', 'x', 'NOMKSTREAM', '*', 'f').error(error);
  });

  test('XADD with NOMKSTREAM makes no key', async () => {
    const c = await client();
    await c.expect('XADD', 'x', 'NOMKSTREAM', '1-1', 'f', 'v').nil();
    await c.expect('EXISTS', 'x').int(0);
    await add(c, 'x', '1-1');
    await c.expect('XADD', 'x', 'nomkstream', '2-2', 'f', 'v').bulk('2-2');
  });

  test('XDEL counts the entries that were there', async () => {
    const c = await client();
    await add(c, 'x', '1-0', '2-0', '3-0');
    await c.expect('XDEL', 'x', '2-0', '2-0', '9-9').int(1);
    await c.expect('XRANGE', 'x', '-', '+').array([entry('1-0'), entry('3-0')]);
    await c.expect('XREVRANGE', 'x', '+', '-').array([entry('3-0'), entry('1-0')]);
    await c.expect('XDEL', 'none', '1-0').int(0);
  });

  test('a stream without entries is still there', async () => {
    const c = await client();
    await add(c, 'x', '5-0');
    await c.expect('XDEL', 'x', '5').int(1);
    await c.expect('XLEN', 'x').int(0);
    await c.expect('TYPE', 'x').status('stream');
    await c.expect('XRANGE', 'x', '-', '+').array([]);
    await c.expect('EXISTS', 'x').int(1);
  });
});

step(2, 'IDs, and a clock that goes back', () => {
  test('XADD with * makes an ID of the time now', async () => {
    const c = await client();
    const before = Date.now();
    const id = String(await c.send('XADD', 'x', '*', 'f', 'v'));
    expect(id).toMatch(/^\d{13}-0$/);
    expect(Math.abs(Number(id.split('-')[0]) - before)).toBeLessThan(60_000);
  });

  test('XADD with * makes a greater ID even when the clock stands still or has gone back', async () => {
    const c = await client();
    await add(c, 'x', '9999999999999-5');
    await c.expect('XADD', 'x', '*', 'f', 'v').bulk('9999999999999-6');
    await c.expect('XADD', 'x', '*', 'f', 'v').bulk('9999999999999-7');
  });

  test('XADD with ms-* chooses the sequence number alone', async () => {
    const c = await client();
    await c.expect('XADD', 'x', '0-*', 'f', 'v').bulk('0-1');
    await c.expect('XADD', 'x', '5-*', 'f', 'v').bulk('5-0');
    await c.expect('XADD', 'x', '5-*', 'f', 'v').bulk('5-1');
    await c.expect('XADD', 'x', '4-*', 'f', 'v').error(NOT_GREATER);
    await c.expect('XADD', 'x', `6-${UINT64_MAX}`, 'f', 'v').bulk(`6-${UINT64_MAX}`);
    // Redis 7.0 refuses this with a text that belongs to another error.
    await c.expect('XADD', 'x', '6-*', 'f', 'v').errorLike(/^ERR /);
  });

  test('XADD refuses an ID that is not greater than the last one', async () => {
    const c = await client();
    await add(c, 'x', '5-5');
    for (const id of ['5-5', '5-4', '4-9']) await c.expect('XADD', 'x', id, 'f', 'v').error(NOT_GREATER);
    await c.expect('XDEL', 'x', '5-5').int(1);
    await c.expect('XADD', 'x', '5-5', 'f', 'v').error(NOT_GREATER);
    await c.expect('XADD', 'x', '5-6', 'f', 'v').bulk('5-6');
  });

  test('XADD refuses 0-0, and makes no key', async () => {
    const c = await client();
    await c.expect('XADD', 'x', '0-0', 'f', 'v').error('ERR The ID specified in XADD must be greater than 0-0');
    await c.expect('XADD', 'x', '0', 'f', 'v').error('ERR The ID specified in XADD must be greater than 0-0');
    await c.expect('EXISTS', 'x').int(0);
  });
});

step(3, 'a range by ID', () => {
  test('XRANGE answers the entries between two IDs, both included', async () => {
    const c = await client();
    await add(c, 'x', ...IDS);
    await c.expect('XRANGE', 'x', '1-2', '3-5').array(['1-2', '2-0', '3-5'].map(entry));
    await c.expect('XREVRANGE', 'x', '3-5', '1-2').array(['3-5', '2-0', '1-2'].map(entry));
    await c.expect('XRANGE', 'x', '3-5', '1-2').array([]);
    await c.expect('XRANGE', 'x', '4', '9').array([]);
    await c.expect('XRANGE', 'none', '-', '+').array([]);
  });

  test('in a range, ms alone stands for the whole millisecond', async () => {
    const c = await client();
    await add(c, 'x', ...IDS);
    await c.expect('XRANGE', 'x', '1', '1').array([entry('1-1'), entry('1-2')]);
    await c.expect('XREVRANGE', 'x', '2', '1').array(['2-0', '1-2', '1-1'].map(entry));
  });

  test('COUNT limits how many entries XRANGE answers', async () => {
    const c = await client();
    await add(c, 'x', ...IDS);
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT', '2').array([entry('1-1'), entry('1-2')]);
    await c.expect('XREVRANGE', 'x', '+', '-', 'count', '2').array([entry('10-0'), entry('3-5')]);
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT', '0').nilArray();
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT', '-5').nilArray();
    await c.expect('XRANGE', 'none', '-', '+', 'COUNT', '0').array([]);
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT').error(SYNTAX);
    await c.expect('XRANGE', 'x', '-', '+', 'LIMIT', '1').error(SYNTAX);
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT', 'abc').error(NOT_AN_INTEGER);
  });

  test('XRANGE finds any entry of many, from both sides', async () => {
    const c = await client();
    await fill(c, 'x', 1050);
    for (const at of [1, 99, 100, 101, 102, 500, 999, 1000, 1001, 1050]) {
      await c.expect('XRANGE', 'x', `${at}-0`, `${at}-0`).array([[`${at}-0`, ['f', 'v']]]);
      await c.expect('XREVRANGE', 'x', `(${at + 1}-0`, '-', 'COUNT', '1').array([[`${at}-0`, ['f', 'v']]]);
    }
    const forward = items(await c.send('XRANGE', 'x', '-', '+')).map((item) => items(item)[0]);
    const backward = items(await c.send('XREVRANGE', 'x', '+', '-')).map((item) => items(item)[0]);
    expect(forward).toEqual(Array.from({ length: 1050 }, (_, i) => `${i + 1}-0`));
    expect(backward).toEqual(forward.reverse());
  });
});

step(4, 'a reader that waits', () => {
  test('XREAD answers what comes after an ID, for each stream that has it', async () => {
    const c = await client();
    await add(c, 'a', '1-0', '2-0');
    await add(c, 'b', '1-0');
    await c.expect('XREAD', 'STREAMS', 'a', 'b', '1-0', '0').array([
      ['a', [entry('2-0')]],
      ['b', [entry('1-0')]],
    ]);
    await c.expect('XREAD', 'STREAMS', 'a', 'b', '2-0', '0-1').array([['b', [entry('1-0')]]]);
    await c.expect('XREAD', 'COUNT', '1', 'STREAMS', 'a', '0').array([['a', [entry('1-0')]]]);
    await c.expect('XREAD', 'COUNT', '0', 'STREAMS', 'a', '0').array([['a', [entry('1-0'), entry('2-0')]]]);
  });

  test('XREAD answers a null array when there is nothing', async () => {
    const c = await client();
    await add(c, 'a', '1-0');
    await c.expect('XREAD', 'STREAMS', 'a', '1-0').nilArray();
    await c.expect('XREAD', 'STREAMS', 'a', '$').nilArray();
    await c.expect('XREAD', 'STREAMS', 'none', '0').nilArray();
    await c.expect('XREAD', 'STREAMS', 'a', LAST_ID).nilArray();
  });

  test('XREAD with BLOCK waits for an entry after the ID', async () => {
    const [reader, writer] = [await client(), await client()];
    await add(writer, 'a', '5-0');
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'a', '7-0');
    await reader.blocked();
    await add(writer, 'a', '6-0');
    await reader.silent();
    await add(writer, 'a', '8-0');
    await reply.array([['a', [entry('8-0')]]]);
  });

  test('in XREAD, $ means what comes after this moment', async () => {
    const [reader, writer] = [await client(), await client()];
    await add(writer, 'a', '1-0');
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'a', 'none', '$', '$');
    await reader.blocked();
    await add(writer, 'a', '2-0');
    await reply.array([['a', [entry('2-0')]]]);
  });

  test('every client that waits gets the entry', async () => {
    const [writer, ...readers] = [await client(), await client(), await client(), await client()];
    const replies = readers.map((reader) => reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'a', '$'));
    await writer.send('PING');
    await readers[0]!.blocked(3);
    await add(writer, 'a', '1-0');
    for (const reply of replies) await reply.array([['a', [entry('1-0')]]]);
  });

  test('the timeout of BLOCK is in milliseconds, and ends in a null array', async () => {
    const c = await client();
    await c.expect('XREAD', 'BLOCK', '20', 'STREAMS', 'a', '$').nilArray();
    await c.expect('PING').status('PONG');
  });
});

step(5, 'a group of consumers', () => {
  test('XGROUP CREATE makes a group, once', async () => {
    const c = await client();
    await add(c, 'x', '1-0', '2-0');
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '1-0').ok();
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').error('BUSYGROUP Consumer Group name already exists');
    await read(c, 'ann', '2-0');
    expect(await groupField(c, 'last-delivered-id')).toBe('2-0');
  });

  test('XGROUP CREATE needs the key, or MKSTREAM', async () => {
    const c = await client();
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '$').error(NO_KEY);
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '$', 'MKSTREAM').ok();
    await c.expect('TYPE', 'x').status('stream');
    await c.expect('XLEN', 'x').int(0);
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '0', 'mkstream').ok();
  });

  test('XREADGROUP gives each entry to one consumer', async () => {
    const c = await prepared();
    await read(c, 'ann', '1-0', '2-0');
    await read(c, 'bob', '3-0');
    await c.expect('XREADGROUP', 'GROUP', 'g', 'cid', 'STREAMS', 'x', '>').nilArray();
    expect(await pending(c)).toEqual([['1-0', 'ann', 1], ['2-0', 'ann', 1], ['3-0', 'bob', 1]]);
  });

  test('each group gets every entry', async () => {
    const c = await prepared(1);
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '0').ok();
    await read(c, 'ann', '1-0');
    await c.expect('XREADGROUP', 'GROUP', 'h', 'ann', 'STREAMS', 'x', '>').array([['x', [entry('1-0')]]]);
  });

  test('XREADGROUP with another ID than > asks for what the consumer has pending', async () => {
    const c = await prepared(4);
    await read(c, 'ann', '1-0', '2-0', '3-0');
    await read(c, 'bob', '4-0');
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '0').array([['x', ['1-0', '2-0', '3-0'].map(entry)]]);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'COUNT', '1', 'STREAMS', 'x', '1-0').array([['x', [entry('2-0')]]]);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '3-0').array([['x', []]]);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'new', 'STREAMS', 'x', '0').array([['x', []]]);
    expect(await pending(c)).toEqual([['1-0', 'ann', 2], ['2-0', 'ann', 3], ['3-0', 'ann', 2], ['4-0', 'bob', 1]]);
  });

  test('XACK counts what was pending, and takes it from the consumer', async () => {
    const c = await prepared();
    await read(c, 'ann', '1-0', '2-0');
    await c.expect('XACK', 'x', 'g', '1-0', '1-0', '3-0', '9-9').int(1);
    expect(await pending(c)).toEqual([['2-0', 'ann', 1]]);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '0').array([['x', [entry('2-0')]]]);
    await c.expect('XACK', 'x', 'nog', '2-0').int(0);
    await c.expect('XACK', 'none', 'g', '2-0').int(0);
  });

  test('XPENDING in its short form: the number, both ends, and the consumers', async () => {
    const c = await prepared(4);
    await read(c, 'bob', '1-0');
    await read(c, 'ann', '2-0', '3-0');
    await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'idle').int(1);
    await c.expect('XPENDING', 'x', 'g').array([3, '1-0', '3-0', [['ann', '2'], ['bob', '1']]]);
  });

  test('XPENDING in its long form: each entry of a range', async () => {
    const c = await prepared(4);
    await read(c, 'ann', '1-0', '2-0');
    await read(c, 'bob', '3-0', '4-0');
    const ids = async (...args: string[]) => items(await c.send('XPENDING', 'x', 'g', ...args)).map((item) => items(item)[0]);
    expect(await ids('-', '+', '10')).toEqual(['1-0', '2-0', '3-0', '4-0']);
    expect(await ids('2', '3', '10')).toEqual(['2-0', '3-0']);
    expect(await ids('(1-0', '(4-0', '10')).toEqual(['2-0', '3-0']);
    expect(await ids('-', '+', '1')).toEqual(['1-0']);
    expect(await ids('-', '+', '0')).toEqual([]);
    expect(await ids('-', '+', '10', 'bob')).toEqual(['3-0', '4-0']);
    expect(await ids('-', '+', '10', 'nobody')).toEqual([]);
    expect(await ids('IDLE', '3600000', '-', '+', '10')).toEqual([]);
    expect(await ids('idle', '0', '-', '+', '10', 'ann')).toEqual(['1-0', '2-0']);
  });

  test('XCLAIM gives entries to another consumer and counts the delivery', async () => {
    const c = await prepared();
    await read(c, 'ann', '1-0', '2-0');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '2-0', '3-0', '9-9').array([entry('2-0')]);
    expect(await pending(c)).toEqual([['1-0', 'ann', 1], ['2-0', 'bob', 2]]);
    expect(await pending(c, 'ann')).toEqual([['1-0', 'ann', 1]]);
    expect(await pending(c, 'bob')).toEqual([['2-0', 'bob', 2]]);
  });

  test('XAUTOCLAIM takes over what is idle, page by page', async () => {
    const c = await prepared(5);
    await read(c, 'ann', '1-0', '2-0', '3-0', '4-0', '5-0');
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '-', 'COUNT', '2').array(['3-0', [entry('1-0'), entry('2-0')], []]);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '3-0', 'COUNT', '2', 'JUSTID').array(['5-0', ['3-0', '4-0'], []]);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '(4-0').array(['0-0', [entry('5-0')], []]);
    expect(await pending(c)).toEqual([1, 2, 3, 4, 5].map((id) => [`${id}-0`, 'bob', id === 3 || id === 4 ? 1 : 2]));
  });

  test('ioredis works as a consumer', async () => {
    const redis = await ioredis();
    await redis.xgroup('CREATE', 'x', 'g', '$', 'MKSTREAM');
    const id = await redis.xadd('x', '*', 'task', 'one');
    expect(await redis.xreadgroup('GROUP', 'g', 'ann', 'COUNT', 10, 'STREAMS', 'x', '>')).toEqual([['x', [[id, ['task', 'one']]]]]);
    expect(await redis.xack('x', 'g', id!)).toBe(1);
    expect(await redis.xpending('x', 'g')).toEqual([0, null, null, null]);
  });
});

step(6, 'a log that ends', () => {
  test('XADD with MAXLEN keeps the latest entries', async () => {
    const c = await client();
    await add(c, 'x', '1-0', '2-0', '3-0');
    await c.expect('XADD', 'x', 'MAXLEN', '2', '4-0', 'f', '4-0').bulk('4-0');
    await c.expect('XRANGE', 'x', '-', '+').array([entry('3-0'), entry('4-0')]);
    await c.expect('XADD', 'x', 'maxlen', '=', '1', '5-0', 'f', '5-0').bulk('5-0');
    await c.expect('XRANGE', 'x', '-', '+').array([entry('5-0')]);
    await c.expect('XADD', 'x', 'MAXLEN', '0', '6-0', 'f', '6-0').bulk('6-0');
    await c.expect('XLEN', 'x').int(0);
    await c.expect('XADD', 'x', '6-*', 'f', 'v').bulk('6-1');
    await c.expect('XADD', 'x', 'MAXLEN', '5', '*').error("ERR wrong number of arguments for 'xadd' command");
  });

  test('XADD with MINID keeps the entries from an ID on', async () => {
    const c = await client();
    await add(c, 'x', '1-0', '2-0', '2-1', '3-0');
    await c.expect('XTRIM', 'x', 'MINID', '2-1').int(2);
    await c.expect('XRANGE', 'x', '-', '+').array([entry('2-1'), entry('3-0')]);
    await c.expect('XADD', 'x', 'MINID', '=', '3', '4-0', 'f', '4-0').bulk('4-0');
    await c.expect('XRANGE', 'x', '-', '+').array([entry('3-0'), entry('4-0')]);
    await c.expect('XTRIM', 'x', 'MINID', '1').int(0);
  });

  test('XTRIM counts what it removes', async () => {
    const c = await client();
    await fill(c, 'x', 250);
    await c.expect('XTRIM', 'x', 'MAXLEN', '300').int(0);
    await c.expect('XTRIM', 'x', 'MAXLEN', '120').int(130);
    await c.expect('XLEN', 'x').int(120);
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT', '1').array([['131-0', ['f', 'v']]]);
    await c.expect('XTRIM', 'none', 'MAXLEN', '1').int(0);
  });

  test('XTRIM with ~ removes whole nodes of a hundred entries', async () => {
    const c = await client();
    await fill(c, 'x', 350);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '260').int(0);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '149').int(200);
    await c.expect('XTRIM', 'x', 'MINID', '~', '300').int(0);
    await c.expect('XTRIM', 'x', 'MINID', '~', '301').int(100);
    await c.expect('XLEN', 'x').int(50);
  });
});
