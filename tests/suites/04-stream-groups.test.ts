import { client, clientResp3, describe, expect, items, nilArray, rng, test, until, type Decoded } from '../harness/suite.ts';
import { add, entry, groupField, pending, prepared, read } from '../harness/streams.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const INVALID_ID = 'ERR Invalid stream ID specified as stream command argument';
const NO_KEY =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option ' +
  'to create an empty stream automatically.';
const LAST_ID = '18446744073709551615-18446744073709551615';
/** Every byte there is. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

describe('XGROUP', () => {
  test('CREATE with $ begins after the last entry', async () => {
    const c = await client();
    await add(c, 'x', '1-0');
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '$').ok();
    await add(c, 'x', '2-0');
    await read(c, 'ann', '2-0');
  });

  test('CREATE refuses bad options and IDs', async () => {
    const c = await prepared();
    const unknown = "ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.";
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '0', 'FOO').error(unknown);
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '0', 'ENTRIESREAD').error(unknown);
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '0', 'ENTRIESREAD', '-2').error('ERR value for ENTRIESREAD must be positive or -1');
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '0', 'ENTRIESREAD', 'abc').error(NOT_AN_INTEGER);
    await c.expect('XGROUP', 'CREATE', 'x', 'h', 'abc').error(INVALID_ID);
    await c.expect('XGROUP', 'CREATE', 'x', 'h', '-').error(INVALID_ID);
    await c.expect('XGROUP', 'CREATE', 'x', 'h').error("ERR wrong number of arguments for 'xgroup|create' command");
    await c.expect('XGROUP', 'FOO', 'x').error("ERR unknown subcommand 'FOO'. Try XGROUP HELP.");
  });

  test('SETID goes back and forth', async () => {
    const c = await prepared();
    await read(c, 'ann', '1-0', '2-0', '3-0');
    await c.expect('XGROUP', 'SETID', 'x', 'g', '1-0').ok();
    await read(c, 'bob', '2-0', '3-0');
    expect(await pending(c)).toEqual([['1-0', 'ann', 1], ['2-0', 'bob', 1], ['3-0', 'bob', 1]]);
    await c.expect('XGROUP', 'SETID', 'x', 'g', '$').ok();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>').nilArray();
    await c.expect('XGROUP', 'SETID', 'x', 'nog', '$').error("NOGROUP No such consumer group 'nog' for key name 'x'");
    await c.expect('XGROUP', 'SETID', 'none', 'g', '$').error(NO_KEY);
    await c.expect('XGROUP', 'SETID', 'x', 'g', '0', 'MKSTREAM').error("ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.");
  });

  test('CREATECONSUMER and DELCONSUMER', async () => {
    const c = await prepared();
    await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'ann').int(1);
    await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'ann').int(0);
    await read(c, 'ann', '1-0', '2-0');
    await read(c, 'bob', '3-0');
    await c.expect('XGROUP', 'DELCONSUMER', 'x', 'g', 'ann').int(2);
    await c.expect('XGROUP', 'DELCONSUMER', 'x', 'g', 'ann').int(0);
    expect(await pending(c)).toEqual([['3-0', 'bob', 1]]);
    await c.expect('XACK', 'x', 'g', '1-0').int(0);
    await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'nog', 'ann').error("NOGROUP No such consumer group 'nog' for key name 'x'");
  });

  test('DESTROY removes a group', async () => {
    const c = await prepared();
    await c.expect('XGROUP', 'DESTROY', 'x', 'g').int(1);
    await c.expect('XGROUP', 'DESTROY', 'x', 'g').int(0);
    await c.expect('XINFO', 'GROUPS', 'x').array([]);
    await c.expect('XGROUP', 'DESTROY', 'none', 'g').error(NO_KEY);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>').error("NOGROUP No such key 'x' or consumer group 'g' in XREADGROUP with GROUP option");
  });

  test('HELP names the sub-commands', async () => {
    const c = await client();
    await c.expect('XGROUP', 'HELP').matches((value) => JSON.stringify(value).includes('DELCONSUMER'), 'lines that name DELCONSUMER');
    await c.expect('XINFO', 'HELP').matches((value) => JSON.stringify(value).includes('CONSUMERS'), 'lines that name CONSUMERS');
  });

  test('refuses keys of other types', async () => {
    const c = await client();
    await c.expect('SET', 's', 'v').ok();
    for (const command of [
      ...['XGROUP CREATE s g 0 MKSTREAM', 'XGROUP SETID s g 0', 'XGROUP DESTROY s g', 'XGROUP CREATECONSUMER s g c'],
      ...['XREADGROUP GROUP g c STREAMS s >', 'XACK s g 1-1', 'XPENDING s g', 'XCLAIM s g c 0 1-1', 'XAUTOCLAIM s g c 0 0'],
      ...['XINFO STREAM s', 'XINFO GROUPS s', 'XINFO CONSUMERS s g'],
    ]) {
      await c.expect(...(command.split(' ') as [string])).error(WRONGTYPE);
    }
  });
});

describe('XREADGROUP', () => {
  test('a deleted entry that is pending has null for its fields', async () => {
    const c = await prepared(2);
    await read(c, 'ann', '1-0', '2-0');
    await c.expect('XDEL', 'x', '1-0').int(1);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '0').array([['x', [['1-0', nilArray], entry('2-0')]]]);
    expect(await pending(c)).toEqual([['1-0', 'ann', 1], ['2-0', 'ann', 2]]);
  });

  test('NOACK leaves nothing pending', async () => {
    const c = await prepared();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'NOACK', 'STREAMS', 'x', '>').array([['x', ['1-0', '2-0', '3-0'].map(entry)]]);
    await c.expect('XPENDING', 'x', 'g').array([0, null, null, nilArray]);
    expect(await groupField(c, 'last-delivered-id')).toBe('3-0');
    expect(await groupField(c, 'consumers')).toBe(1);
  });

  test('reads several streams', async () => {
    const c = await prepared(1);
    await add(c, 'y', '5-0');
    await c.expect('XGROUP', 'CREATE', 'y', 'g', '$').ok();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', 'y', '>', '>').array([['x', [entry('1-0')]]]);
    await add(c, 'y', '6-0');
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', 'y', '0', '>').array([
      ['x', [entry('1-0')]],
      ['y', [entry('6-0')]],
    ]);
  });

  test('a map in RESP3', async () => {
    await prepared(1);
    const c = await clientResp3();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>').orderedMap({ x: [entry('1-0')] });
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>').nil();
  });

  test('refuses what it does not understand', async () => {
    const c = await prepared();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '$').errorLike(/^ERR The \$ ID is meaningless in the context of XREADGROUP/);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', 'y', '>').errorLike(/^ERR Unbalanced/);
    await c.expect('XREADGROUP', 'COUNT', '1', 'BLOCK', '1', 'STREAMS', 'x', '>').error('ERR Missing GROUP option for XREADGROUP');
    await c.expect('XREADGROUP', 'GROUP', 'nog', 'ann', 'STREAMS', 'x', '>').error("NOGROUP No such key 'x' or consumer group 'nog' in XREADGROUP with GROUP option");
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'none', '>').error("NOGROUP No such key 'none' or consumer group 'g' in XREADGROUP with GROUP option");
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', 'abc').error(INVALID_ID);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'FOO', 'x', '>').error(SYNTAX);
  });

  test('names take any bytes', async () => {
    const c = await client();
    await c.expect('XGROUP', 'CREATE', BYTES, BYTES, '0', 'MKSTREAM').ok();
    await add(c, BYTES, '1-0');
    await c.expect('XREADGROUP', 'GROUP', BYTES, BYTES, 'STREAMS', BYTES, '>').array([[BYTES, [entry('1-0')]]]);
    await c.expect('XPENDING', BYTES, BYTES).array([1, '1-0', '1-0', [[BYTES, '1']]]);
  });
});

describe('XREADGROUP with BLOCK', () => {
  test('waits for an entry that no consumer was given yet', async () => {
    const [reader, writer] = [await client(), await prepared(1)];
    await read(writer, 'ann', '1-0');
    const reply = reader.sendLater('XREADGROUP', 'GROUP', 'g', 'bob', 'BLOCK', '0', 'STREAMS', 'x', '>');
    await reader.blocked();
    await add(writer, 'x', '2-0');
    await reply.array([['x', [entry('2-0')]]]);
    expect(await pending(writer)).toEqual([['1-0', 'ann', 1], ['2-0', 'bob', 1]]);
  });

  test('the client that has waited longest is served first', async () => {
    const writer = await prepared(1);
    await read(writer, 'ann', '1-0');
    const [first, second] = [await client(), await client()];
    const one = first.sendLater('XREADGROUP', 'GROUP', 'g', 'one', 'BLOCK', '0', 'STREAMS', 'x', '>');
    await first.blocked(1);
    const two = second.sendLater('XREADGROUP', 'GROUP', 'g', 'two', 'BLOCK', '0', 'STREAMS', 'x', '>');
    await second.blocked(2);
    await add(writer, 'x', '2-0');
    await one.array([['x', [entry('2-0')]]]);
    await second.silent();
    await add(writer, 'x', '3-0');
    await two.array([['x', [entry('3-0')]]]);
  });

  test.since('7.2', 'INFO counts the keys whose removal ends a wait', async () => {
    const [reader, c] = [await client(), await prepared(1)];
    await read(c, 'ann', '1-0');
    const reply = reader.sendLater('XREADGROUP', 'GROUP', 'g', 'bob', 'BLOCK', '0', 'STREAMS', 'x', '>');
    await reader.blocked();
    const popped = (await client()).sendLater('BLPOP', 'l', '0');
    await until(async () => String(await c.send('INFO', 'clients')).includes('\r\ntotal_blocking_keys:2\r\n'), 'two keys');
    expect(String(await c.send('INFO', 'clients'))).toContain('\r\ntotal_blocking_keys_on_nokey:1\r\n');
    await add(c, 'x', '2-0');
    await reply.success();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await popped.success();
  });

  test('never waits for its own history', async () => {
    const c = await prepared();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'BLOCK', '0', 'STREAMS', 'x', '0').array([['x', []]]);
  });

  test('times out with a null array', async () => {
    const c = await prepared(1);
    await read(c, 'ann', '1-0');
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'BLOCK', '20', 'STREAMS', 'x', '>').nilArray();
  });

  for (const [what, ...commands] of [
    ['the key is deleted', 'DEL x'],
    ['the group is destroyed', 'XGROUP DESTROY x g'],
    ['the key is overwritten', 'SET x text'],
    ['all keys are flushed', 'FLUSHALL'],
  ]) {
    test(`ends with an error when ${what}`, async () => {
      const [reader, writer] = [await client(), await prepared(1)];
      await read(writer, 'ann', '1-0');
      const reply = reader.sendLater('XREADGROUP', 'GROUP', 'g', 'bob', 'BLOCK', '0', 'STREAMS', 'x', '>');
      await reader.blocked();
      for (const command of commands) await writer.expect(...(command.split(' ') as [string])).success();
      await reply.errorLike(/^(NOGROUP|UNBLOCKED|WRONGTYPE) /);
    });
  }
});

describe('XACK', () => {
  test('checks every ID before it acknowledges any', async () => {
    const c = await prepared();
    await read(c, 'ann', '1-0');
    await c.expect('XACK', 'x', 'g', '1-0', 'abc').error(INVALID_ID);
    expect(await pending(c)).toHaveLength(1);
  });

  test('any of many, in any order', async () => {
    const c = await prepared(700);
    await c.send('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>');
    const ids = rng().shuffle(Array.from({ length: 700 }, (_, i) => i + 1));
    const [gone, left] = [ids.slice(0, 520), ids.slice(520).sort((a, b) => a - b)];
    await c.expect('XACK', 'x', 'g', ...gone.map((id) => `${id}-0`)).int(520);
    const expected = left.map((id) => [`${id}-0`, 'ann', 1]);
    expect(await pending(c)).toEqual(expected);
    expect(await pending(c, 'ann')).toEqual(expected);
    await c.expect('XPENDING', 'x', 'g').array([180, `${left[0]}-0`, `${left.at(-1)}-0`, [['ann', '180']]]);
  });
});

describe('XPENDING', () => {
  test('shows how long an entry has been idle', async () => {
    const c = await prepared(1);
    await read(c, 'ann', '1-0');
    await until(async () => Number(items(items(await c.send('XPENDING', 'x', 'g', '-', '+', '1'))[0]!)[2]) >= 5, 'an idle time of 5 ms');
  });

  test('refuses what it does not understand', async () => {
    const c = await prepared();
    await c.expect('XPENDING', 'x', 'g', '-').error(SYNTAX);
    await c.expect('XPENDING', 'x', 'g', '-', '+').error(SYNTAX);
    await c.expect('XPENDING', 'x', 'g', 'IDLE', '1', '-', '+').error(SYNTAX);
    await c.expect('XPENDING', 'x', 'g', '-', '+', 'abc').error(NOT_AN_INTEGER);
    await c.expect('XPENDING', 'x', 'g', 'abc', '+', '1').error(INVALID_ID);
    await c.expect('XPENDING', 'x', 'g', `(${LAST_ID}`, '+', '1').error('ERR invalid start ID for the interval');
    await c.expect('XPENDING', 'x', 'nog').error("NOGROUP No such key 'x' or consumer group 'nog'");
    await c.expect('XPENDING', 'none', 'g').error("NOGROUP No such key 'none' or consumer group 'g'");
  });
});

describe('XCLAIM', () => {
  test('leaves what is not idle for long enough', async () => {
    const c = await prepared(1);
    await read(c, 'ann', '1-0');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '3600000', '1-0').array([]);
    await c.expect('XCLAIM', 'x', 'g', 'ann', '0', '1-0', 'IDLE', '7200000').array([entry('1-0')]);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '3600000', '1-0').array([entry('1-0')]);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '-5', '1-0', 'TIME', '1000').array([entry('1-0')]);
    await c.expect('XPENDING', 'x', 'g', 'IDLE', '3600000', '-', '+', '10').matches((value) => items(value).length === 1, 'one idle entry');
  });

  test('JUSTID answers IDs and does not count', async () => {
    const c = await prepared(1);
    await read(c, 'ann', '1-0');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'JUSTID').array(['1-0']);
    expect(await pending(c)).toEqual([['1-0', 'bob', 1]]);
  });

  test('RETRYCOUNT sets the count', async () => {
    const c = await prepared(1);
    await read(c, 'ann', '1-0');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'RETRYCOUNT', '7').array([entry('1-0')]);
    expect(await pending(c)).toEqual([['1-0', 'bob', 7]]);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'retrycount', '9007199254740993', 'JUSTID').array(['1-0']);
    expect(await pending(c)).toEqual([['1-0', 'bob', 9007199254740993n]]);
  });

  test('FORCE claims what was never delivered, if it exists', async () => {
    const c = await prepared(1);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0').array([]);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', '5-0', 'FORCE', 'JUSTID').array(['1-0']);
    expect(await pending(c)).toEqual([['1-0', 'bob', 1]]);
  });

  test('LASTID moves the group on, never back', async () => {
    const c = await prepared(1);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '9-9', 'LASTID', '5-0').array([]);
    expect(await groupField(c, 'last-delivered-id')).toBe('5-0');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '9-9', 'LASTID', '4-0').array([]);
    expect(await groupField(c, 'last-delivered-id')).toBe('5-0');
  });

  test('forgets what the stream no longer has', async () => {
    const c = await prepared(2);
    await read(c, 'ann', '1-0', '2-0');
    await c.expect('XDEL', 'x', '1-0').int(1);
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', '2-0').array([entry('2-0')]);
    expect(await pending(c)).toEqual([['2-0', 'bob', 2]]);
  });

  test('refuses what it does not understand', async () => {
    const c = await prepared(1);
    await c.expect('XCLAIM', 'x', 'nog', 'bob', '0', '1-0').error("NOGROUP No such key 'x' or consumer group 'nog'");
    await c.expect('XCLAIM', 'x', 'g', 'bob', 'abc', '1-0').error('ERR Invalid min-idle-time argument for XCLAIM');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'FOO').error("ERR Unrecognized XCLAIM option 'FOO'");
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'IDLE', 'x').error('ERR Invalid IDLE option argument for XCLAIM');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'TIME', 'x').error('ERR Invalid TIME option argument for XCLAIM');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'RETRYCOUNT', 'x').error('ERR Invalid RETRYCOUNT option argument for XCLAIM');
    await c.expect('XCLAIM', 'x', 'g', 'bob', '0', '1-0', 'LASTID', 'x').error(INVALID_ID);
  });
});

describe('XAUTOCLAIM', () => {
  test('leaves what is not idle for long enough', async () => {
    const c = await prepared(2);
    await read(c, 'ann', '1-0', '2-0');
    await c.expect('XCLAIM', 'x', 'g', 'ann', '0', '2-0', 'IDLE', '7200000', 'JUSTID').array(['2-0']);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '3600000', '0').array(['0-0', [entry('2-0')], []]);
  });

  test('looks at ten entries for each one wanted', async () => {
    const c = await prepared(30);
    await c.send('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>');
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '3600000', '0', 'COUNT', '1').array(['11-0', [], []]);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '3600000', '11-0', 'COUNT', '2').array(['0-0', [], []]);
  });

  test('lists the IDs that it dropped because the stream no longer has their entries', async () => {
    const c = await prepared(3);
    await read(c, 'ann', '1-0', '2-0', '3-0');
    await c.expect('XDEL', 'x', '1-0', '3-0').int(2);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '0').array(['0-0', [entry('2-0')], ['1-0', '3-0']]);
    expect(await pending(c)).toEqual([['2-0', 'bob', 2]]);
  });

  test('refuses what it does not understand', async () => {
    const c = await prepared(1);
    await c.expect('XAUTOCLAIM', 'x', 'nog', 'bob', '0', '0').error("NOGROUP No such key 'x' or consumer group 'nog'");
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', 'abc', '0').error('ERR Invalid min-idle-time argument for XAUTOCLAIM');
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', 'abc').error(INVALID_ID);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '0', 'COUNT', '0').error('ERR COUNT must be > 0');
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '0', 'COUNT', 'abc').error('ERR COUNT must be > 0');
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', '0', 'FOO').error(SYNTAX);
    await c.expect('XAUTOCLAIM', 'x', 'g', 'bob', '0', `(${LAST_ID}`).error('ERR invalid start ID for the interval');
  });
});

describe('XINFO GROUPS and CONSUMERS', () => {
  test('groups are listed by name, with their lag', async () => {
    await prepared(3);
    const c = await clientResp3();
    await c.expect('XGROUP', 'CREATE', 'x', 'a', '$').ok();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'COUNT', '2', 'STREAMS', 'x', '>').success();
    const infos = items(await c.send('XINFO', 'GROUPS', 'x')) as Map<string, Decoded>[];
    expect(infos.map((info) => Object.fromEntries(info))).toEqual([
      { name: 'a', consumers: 0, pending: 0, 'last-delivered-id': '3-0', 'entries-read': null, lag: 0 },
      { name: 'g', consumers: 1, pending: 2, 'last-delivered-id': '2-0', 'entries-read': 2, lag: 1 },
    ]);
  });

  test('the lag is not known when entries yet to be read were deleted', async () => {
    const c = await prepared(5);
    await read(c, 'ann', '1-0');
    await c.expect('XDEL', 'x', '3-0').int(1);
    expect(await groupField(c, 'lag')).toBe(null);
    await read(c, 'ann', '2-0', '4-0', '5-0');
    expect(await groupField(c, 'lag')).toBe(0);
    expect(await groupField(c, 'entries-read')).toBe(5);
  });

  test('the lag is known before the first entry and at the last', async () => {
    const c = await prepared(5);
    await c.expect('XGROUP', 'SETID', 'x', 'g', '5-0').ok();
    expect(await groupField(c, 'lag')).toBe(0);
    await c.expect('XGROUP', 'SETID', 'x', 'g', '3-0').ok();
    expect(await groupField(c, 'lag')).toBe(null);
    await c.expect('XGROUP', 'SETID', 'x', 'g', '3-0', 'ENTRIESREAD', '3').ok();
    expect(await groupField(c, 'lag')).toBe(2);
    await c.expect('XTRIM', 'x', 'MAXLEN', '2').int(3);
    await c.expect('XGROUP', 'SETID', 'x', 'g', '0').ok();
    expect(await groupField(c, 'lag')).toBe(2);
  });

  test('consumers are listed by name, with what they have pending', async () => {
    const c = await prepared(3);
    await read(c, 'bob', '1-0', '2-0');
    await read(c, 'ann', '3-0');
    const infos = items(await c.send('XINFO', 'CONSUMERS', 'x', 'g')).map((info) => items(info).slice(0, 5));
    expect(infos).toEqual([['name', 'ann', 'pending', 1, 'idle'], ['name', 'bob', 'pending', 2, 'idle']]);
    await c.expect('XINFO', 'CONSUMERS', 'x', 'nog').error("NOGROUP No such consumer group 'nog' for key name 'x'");
    await c.expect('XINFO', 'GROUPS', 'none').error('ERR no such key');
    await c.expect('XINFO', 'CONSUMERS', 'none', 'g').error('ERR no such key');
  });

  test('XINFO STREAM FULL shows groups, consumers and what is pending', async () => {
    await prepared(3);
    const c = await clientResp3();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'COUNT', '2', 'STREAMS', 'x', '>').success();
    const info = (await c.send('XINFO', 'STREAM', 'x', 'FULL', 'COUNT', '1')) as Map<string, Decoded>;
    const group = items(info.get('groups')!)[0] as Map<string, Decoded>;
    expect([group.get('name'), group.get('pel-count'), group.get('lag')]).toEqual(['g', 2, 1]);
    const [first, ...more] = items(group.get('pending')!).map(items);
    expect(more).toEqual([]);
    expect([first![0], first![1], first![3]]).toEqual(['1-0', 'ann', 1]);
    const ann = items(group.get('consumers')!)[0] as Map<string, Decoded>;
    expect([ann.get('name'), ann.get('pel-count')]).toEqual(['ann', 2]);
    const own = items(items(ann.get('pending')!)[0]!);
    expect([own.length, own[0], own[2]]).toEqual([3, '1-0', 1]);
    expect(Math.abs(Number(own[1]) - Date.now())).toBeLessThan(60_000);
  });
});

describe('groups among the other features', () => {
  test('a RENAME takes the groups along', async () => {
    const c = await prepared(1);
    await read(c, 'ann', '1-0');
    await c.expect('RENAME', 'x', 'y').ok();
    await c.expect('XPENDING', 'y', 'g').array([1, '1-0', '1-0', [['ann', '1']]]);
  });

  test('XTRIM and XDEL leave pending entries', async () => {
    const c = await prepared(2);
    await read(c, 'ann', '1-0', '2-0');
    await c.expect('XTRIM', 'x', 'MAXLEN', '0').int(2);
    expect(await pending(c)).toHaveLength(2);
    await c.expect('XACK', 'x', 'g', '1-0', '2-0').int(2);
  });

  test('5,000 pending entries are read, listed and acknowledged', async () => {
    const c = await client();
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '0', 'MKSTREAM').ok();
    const ids = Array.from({ length: 5_000 }, (_, i) => `${i + 1}-0`);
    await add(c, 'x', ...ids);
    expect(items(items(items(await c.send('XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'x', '>'))[0]!)[1]!)).toHaveLength(5_000);
    await c.expect('XPENDING', 'x', 'g').array([5_000, '1-0', '5000-0', [['ann', '5000']]]);
    await c.expect('XPENDING', 'x', 'g', '2500-0', '2500-0', '1').matches((value) => items(value).length === 1, 'one entry');
    await c.expect('XACK', 'x', 'g', ...ids).int(5_000);
    await c.expect('XPENDING', 'x', 'g').array([0, null, null, nilArray]);
  });
});
