import { client, clientResp3, describe, expect, ioredis, items, nilArray, rng, server, test, until, type Decoded } from '../harness/suite.ts';
import { add, entry, fill } from '../harness/streams.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const INVALID_ID = 'ERR Invalid stream ID specified as stream command argument';
const NOT_GREATER = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
const UINT64_MAX = '18446744073709551615';
const LAST_ID = `${UINT64_MAX}-${UINT64_MAX}`;
/** Every byte there is. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

describe('XADD', () => {
  test('* goes to the next millisecond after the last sequence number', async () => {
    const c = await client();
    await add(c, 'x', `9999999999999-${UINT64_MAX}`);
    await c.expect('XADD', 'x', '*', 'f', 'v').bulk('10000000000000-0');
  });

  test('ms alone has the sequence number 0', async () => {
    const c = await client();
    await c.expect('XADD', 'x', '7', 'f', 'v').bulk('7-0');
    await c.expect('XADD', 'x', '7', 'f', 'v').error(NOT_GREATER);
  });

  test('takes both parts over the whole range of 64 bits, exactly', async () => {
    const c = await client();
    const ids = ['9007199254740992-9007199254740993', '9007199254740993-0', '9223372036854775808-1', `${UINT64_MAX}-0`, LAST_ID];
    await add(c, 'x', ...ids);
    await c.expect('XRANGE', 'x', '9007199254740993', '+').array(ids.slice(1).map(entry));
    await c.expect('XREVRANGE', 'x', '+', `(${UINT64_MAX}-0`).array([entry(LAST_ID)]);
    await c.expect('XADD', 'x', '*', 'f', 'v').error('ERR The stream has exhausted the last possible ID, unable to add more items');
    await c.expect('XADD', 'y', '18446744073709551616-0', 'f', 'v').error(INVALID_ID);
  });

  test('refuses what is no ID', async () => {
    const c = await client();
    for (const id of ['abc', '1-abc', '1-2-3', '-', '+', '1-', '-1', '*-1', '1-**', '']) {
      await c.expect('XADD', 'x', id, 'f', 'v').error(INVALID_ID);
    }
    await c.expect('EXISTS', 'x').int(0);
  });

  test('keys, fields and values take any bytes', async () => {
    const c = await client();
    await c.expect('XADD', BYTES, '1-1', BYTES, '\r\n$-1\r\n').bulk('1-1');
    await c.expect('XRANGE', BYTES, '-', '+').array([['1-1', [BYTES, '\r\n$-1\r\n']]]);
    await c.expect('XREAD', 'STREAMS', BYTES, '0').array([[BYTES, [['1-1', [BYTES, '\r\n$-1\r\n']]]]]);
  });

  test('a value of a megabyte comes back as it was', async () => {
    const c = await client();
    const value = BYTES.repeat(4096);
    await c.expect('XADD', 'x', '1-1', 'f', value).bulk('1-1');
    await c.expect('XRANGE', 'x', '1', '1').array([['1-1', ['f', value]]]);
  });

  test('refuses keys of other types, after errors in the arguments', async () => {
    const c = await client();
    await c.expect('SET', 's', 'v').ok();
    await c.expect('XADD', 's', '*', 'f', 'v').error(WRONGTYPE);
    await c.expect('XADD', 's', 'abc', 'f', 'v').error(INVALID_ID);
    await c.expect('XADD', 's', '0-0', 'f', 'v').error('ERR The ID specified in XADD must be greater than 0-0');
    for (const command of ['XLEN s', 'XRANGE s - +', 'XREVRANGE s + -', 'XDEL s 1-1', 'XTRIM s MAXLEN 1', 'XREAD STREAMS s 0', 'XSETID s 1-1']) {
      await c.expect(...(command.split(' ') as [string])).error(WRONGTYPE);
    }
  });
});

describe('XADD with a limit, and XTRIM', () => {
  test('~ removes nodes that are full by their bytes', async () => {
    const c = await client();
    await fill(c, 'x', 100, 'x'.repeat(500));
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '50').int(49);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '40').int(7);
  });

  test('XADD with ~ lets a stream grow past the limit by less than a node', async () => {
    const c = await client();
    for (let i = 1; i <= 320; i++) void c.send('XADD', 'x', 'MAXLEN', '~', '100', `${i}-0`, 'f', 'v');
    await c.expect('XLEN', 'x').int(120);
  });

  test('LIMIT bounds what ~ removes', async () => {
    const c = await client();
    await fill(c, 'x', 450);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '0', 'LIMIT', '99').int(0);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '0', 'LIMIT', '250').int(200);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '0', 'LIMIT', '0').int(250);
  });

  test('stream-node-max-entries says how many entries a node has, and ~ alone removes a hundred nodes', async () => {
    const c = await (await server('--stream-node-max-entries', '10')).client();
    await fill(c, 'x', 35);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '26').int(0);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '14').int(20);
    await fill(c, 'y', 1250);
    await c.expect('XTRIM', 'y', 'MAXLEN', '~', '0').int(1000);
    await c.expect('XTRIM', 'y', 'MAXLEN', '~', '0').int(250);
  });

  test('stream-node-max-bytes says how large a node is; 0 means as many entries as there are', async () => {
    const c = await (await server('--stream-node-max-bytes', '1kb', '--stream-node-max-entries', '0')).client();
    await fill(c, 'x', 20, 'x'.repeat(300));
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '18').int(0);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '16').int(3);
    const large = await (await server('--stream-node-max-bytes', '0', '--stream-node-max-entries', '0')).client();
    await fill(large, 'x', 300, 'x'.repeat(300));
    await large.expect('XTRIM', 'x', 'MAXLEN', '~', '1').int(0);
    await large.expect('XTRIM', 'x', 'MAXLEN', '~', '0').int(300);
  });

  test('refuses options that contradict each other', async () => {
    const c = await client();
    const both = 'ERR syntax error, MAXLEN and MINID options at the same time are not compatible';
    await c.expect('XTRIM', 'x', 'MAXLEN', '1', 'MINID', '1').error(both);
    await c.expect('XADD', 'x', 'MINID', '1', 'MINID', '1', '*', 'f', 'v').error(both);
    await c.expect('XTRIM', 'x', 'MAXLEN', '5', 'LIMIT', '5').error('ERR syntax error, LIMIT cannot be used without the special ~ option');
    await c.expect('XADD', 'x', 'LIMIT', '5', '*', 'f', 'v').error('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
    await c.expect('XTRIM', 'x', 'LIMIT', '0').error('ERR syntax error, XTRIM must be called with a trimming strategy');
    await c.expect('XTRIM', 'x', 'MAXLEN', '-1').error('ERR The MAXLEN argument must be >= 0.');
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '1', 'LIMIT', '-1').error('ERR The LIMIT argument must be >= 0.');
    await c.expect('XTRIM', 'x', 'MAXLEN', 'abc').error(NOT_AN_INTEGER);
    await c.expect('XTRIM', 'x', 'MINID', 'abc').error(INVALID_ID);
    await c.expect('XTRIM', 'x', 'NOMKSTREAM', '1').error(SYNTAX);
    await c.expect('XTRIM', 'x', 'MAXLEN', '=').error(NOT_AN_INTEGER);
  });
});

describe('XRANGE and XREVRANGE', () => {
  const IDS = ['1-1', '1-2', '2-0', '3-5', '10-0'];

  test('( excludes an end', async () => {
    const c = await client();
    await add(c, 'x', ...IDS);
    await c.expect('XRANGE', 'x', '(1-1', '(3-5').array([entry('1-2'), entry('2-0')]);
    await c.expect('XREVRANGE', 'x', '(3-5', '(1-2').array([entry('2-0')]);
    await c.expect('XRANGE', 'x', '(1', '(2').array([entry('1-1'), entry('1-2'), entry('2-0')]);
    await c.expect('XRANGE', 'x', `(${LAST_ID}`, '+').error('ERR invalid start ID for the interval');
    await c.expect('XRANGE', 'x', '-', '(0-0').error('ERR invalid end ID for the interval');
    await c.expect('XRANGE', 'x', '(-', '+').error(INVALID_ID);
    await c.expect('XRANGE', 'x', '(', '+').error(INVALID_ID);
  });

  test('walk through a stream page by page', async () => {
    const c = await client();
    await fill(c, 'x', 330);
    let seen = 0;
    for (let start = '-'; ; ) {
      const page = items(await c.send('XRANGE', 'x', start, '+', 'COUNT', '47'));
      if (page.length === 0) break;
      seen += page.length;
      start = `(${items(page.at(-1)!)[0]}`;
    }
    expect(seen).toBe(330);
  });
});

describe('XDEL', () => {
  test('checks every ID before it removes any', async () => {
    const c = await client();
    await add(c, 'x', '1-0');
    await c.expect('XDEL', 'x', '1-0', 'abc').error(INVALID_ID);
    await c.expect('XLEN', 'x').int(1);
  });

  test('any entries of many can go, in any order', async () => {
    const c = await client();
    await fill(c, 'x', 500);
    const ids = rng().shuffle(Array.from({ length: 500 }, (_, i) => i + 1));
    const gone = ids.slice(0, 380);
    const left = ids.slice(380).sort((a, b) => a - b);
    await c.expect('XDEL', 'x', ...gone.map((id) => `${id}-0`)).int(380);
    await c.expect('XLEN', 'x').int(120);
    const ranged = items(await c.send('XRANGE', 'x', '-', '+')).map((item) => items(item)[0]);
    expect(ranged).toEqual(left.map((id) => `${id}-0`));
    await c.expect('XTRIM', 'x', 'MAXLEN', '100').int(20);
    await c.expect('XRANGE', 'x', '-', '+', 'COUNT', '1').array([[`${left[20]}-0`, ['f', 'v']]]);
  });
});

describe('XREAD', () => {
  test('a map in RESP3', async () => {
    const c = await clientResp3();
    await add(c, 'a', '1-0');
    await c.expect('XREAD', 'STREAMS', 'a', '0').orderedMap({ a: [entry('1-0')] });
    await c.expect('XREAD', 'STREAMS', 'a', '$').nil();
  });

  test('refuses what it does not understand', async () => {
    const c = await client();
    await c.expect('XREAD', 'STREAMS', 'a', 'b', '0').errorLike(/^ERR Unbalanced .*list of streams: for each stream key an ID or '.' must be specified\.$/);
    await c.expect('XREAD', 'STREAMS', 'a', '>').error('ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.');
    await c.expect('XREAD', 'GROUP', 'g', 'c', 'STREAMS', 'a', '0').error('ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.');
    await c.expect('XREAD', 'NOACK', 'STREAMS', 'a', '0').error('ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.');
    await c.expect('XREAD', 'COUNT', 'x', 'STREAMS', 'a', '0').error(NOT_AN_INTEGER);
    await c.expect('XREAD', 'BLOCK', '-1', 'STREAMS', 'a', '0').error('ERR timeout is negative');
    await c.expect('XREAD', 'BLOCK', '1.5', 'STREAMS', 'a', '0').error('ERR timeout is not an integer or out of range');
    await c.expect('XREAD', 'COUNT', '1', 'BLOCK', 'x').error('ERR timeout is not an integer or out of range');
    await c.expect('XREAD', 'BLOCK', '1', 'COUNT', 'x').error(NOT_AN_INTEGER);
    await c.expect('XREAD', 'BLOCK', '1', 'STREAMS', 'a').errorLike(/^ERR Unbalanced/);
    await c.expect('XREAD', 'STREAMS', 'a', 'abc').error(INVALID_ID);
    await c.expect('XREAD', 'STREAMS', 'a', '-').error(INVALID_ID);
    await c.expect('XREAD', 'COUNT', '1', 'FOO', 'a', '0').error(SYNTAX);
    await c.expect('XREAD', 'COUNT', '1', 'BLOCK', '0').error(SYNTAX);
  });
});

describe('XREAD with BLOCK', () => {
  test('answers at once what is there', async () => {
    const c = await client();
    await add(c, 'a', '1-0');
    await c.expect('XREAD', 'BLOCK', '0', 'STREAMS', 'a', '0').array([['a', [entry('1-0')]]]);
  });

  test('CLIENT UNBLOCK ends it', async () => {
    const [reader, c] = [await client(), await client()];
    const id = String(await reader.send('CLIENT', 'ID'));
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'a', '$');
    await reader.blocked();
    await c.expect('CLIENT', 'UNBLOCK', id).int(1);
    await reply.nilArray();
  });

  test('waits for a stream that does not exist yet', async () => {
    const [reader, writer] = [await client(), await client()];
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'COUNT', '5', 'STREAMS', 'new', '$');
    await reader.blocked();
    await writer.expect('SET', 'new', 'text').ok();
    await writer.expect('DEL', 'new').int(1);
    await reader.silent();
    await add(writer, 'new', '1-0');
    await reply.array([['new', [entry('1-0')]]]);
  });

  test('renaming a stream wakes clients that wait for the new name', async () => {
    const [reader, writer] = [await client(), await client()];
    await add(writer, 'a', '5-0');
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'b', '0');
    await reader.blocked();
    await writer.expect('RENAME', 'a', 'b').ok();
    await reply.array([['b', [entry('5-0')]]]);
  });

  test('in RESP3 the late answer is a map too', async () => {
    const [reader, writer] = [await clientResp3(), await client()];
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'a', '$');
    await reader.blocked();
    await add(writer, 'a', '1-0');
    await reply.orderedMap({ a: [entry('1-0')] });
  });

  test('later requests of the client wait', async () => {
    const [reader, writer] = [await client(), await client()];
    const reply = reader.sendLater('XREAD', 'BLOCK', '0', 'STREAMS', 'a', '$');
    const pong = reader.sendLater('PING');
    await reader.blocked();
    await add(writer, 'a', '1-0');
    await reply.array([['a', [entry('1-0')]]]);
    await pong.status('PONG');
  });
});

describe('XSETID', () => {
  test('sets the last ID', async () => {
    const c = await client();
    await add(c, 'x', '5-0');
    await c.expect('XSETID', 'x', '9-9').ok();
    await c.expect('XADD', 'x', '9-9', 'f', 'v').error(NOT_GREATER);
    await c.expect('XADD', 'x', '9-*', 'f', 'v').bulk('9-10');
    await c.expect('XSETID', 'x', '9-9').error('ERR The ID specified in XSETID is smaller than the target stream top item');
    await c.expect('XSETID', 'none', '1-1').error('ERR no such key');
    await c.expect('XSETID', 'x', 'abc').error(INVALID_ID);
  });

  test('sets the counters', async () => {
    const c = await client();
    await add(c, 'x', '5-0', '6-0');
    await c.expect('XSETID', 'x', '7-0', 'ENTRIESADDED', '20', 'MAXDELETEDID', '6-5').ok();
    await c.expect('XINFO', 'STREAM', 'x').matches((value) => {
      const text = JSON.stringify(value);
      return text.includes('"entries-added",20') && text.includes('"max-deleted-entry-id","6-5"') && text.includes('"last-generated-id","7-0"');
    }, 'the counters set');
    await c.expect('XSETID', 'x', '7-0', 'ENTRIESADDED', '1').error('ERR The entries_added specified in XSETID is smaller than the target stream length');
    await c.expect('XSETID', 'x', '7-0', 'ENTRIESADDED', '-1').error('ERR entries_added must be positive');
    await c.expect('XSETID', 'x', '7-0', 'MAXDELETEDID', '8-0').error('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
    await c.expect('XSETID', 'x', '7-0', 'ENTRIESADDED').error(SYNTAX);
  });
});

describe('XINFO STREAM', () => {
  test('shows the counters and both ends', async () => {
    const c = await clientResp3();
    await add(c, 'x', '1-0', '2-0', '3-0');
    await c.expect('XDEL', 'x', '2-0').int(1);
    await c.expect('XINFO', 'STREAM', 'x').orderedMap({
      length: 2,
      'radix-tree-keys': 1,
      'radix-tree-nodes': 2,
      'last-generated-id': '3-0',
      'max-deleted-entry-id': '2-0',
      'entries-added': 3,
      'recorded-first-entry-id': '1-0',
      groups: 0,
      'first-entry': entry('1-0'),
      'last-entry': entry('3-0'),
    });
  });

  test('an empty stream has no ends', async () => {
    const c = await client();
    await add(c, 'x', '1-0');
    await c.expect('XTRIM', 'x', 'MAXLEN', '0').int(1);
    await c.expect('XINFO', 'STREAM', 'x').array([
      ...['length', 0, 'radix-tree-keys', 0, 'radix-tree-nodes', 1, 'last-generated-id', '1-0', 'max-deleted-entry-id', '0-0'],
      ...['entries-added', 1, 'recorded-first-entry-id', '0-0', 'groups', 0, 'first-entry', null, 'last-entry', null],
    ]);
  });

  test('FULL shows ten entries, COUNT as many, COUNT 0 all', async () => {
    const c = await clientResp3();
    await fill(c, 'x', 15);
    for (const [options, count] of [[[], 10], [['COUNT', '3'], 3], [['COUNT', '0'], 15]] as const) {
      const info = (await c.send('XINFO', 'STREAM', 'x', 'FULL', ...options)) as Map<string, Decoded>;
      expect(items(info.get('entries')!)).toHaveLength(count);
    }
    const unknown = "ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.";
    await c.expect('XINFO', 'STREAM', 'x', 'ALL').error(unknown);
    await c.expect('XINFO', 'STREAM', 'x', 'FULL', 'COUNT').error(unknown);
    await c.expect('XINFO', 'STREAM', 'none').error('ERR no such key');
  });
});

describe('streams among the other features', () => {
  test('COPY makes an independent stream, groups included', async () => {
    const c = await client();
    await add(c, 'x', '1-0', '2-0');
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
    await c.expect('XREADGROUP', 'GROUP', 'g', 'ann', 'COUNT', '1', 'STREAMS', 'x', '>').array([['x', [entry('1-0')]]]);
    await c.expect('COPY', 'x', 'y').int(1);
    await add(c, 'y', '3-0');
    await c.expect('XDEL', 'x', '1-0').int(1);
    await c.expect('XACK', 'x', 'g', '1-0').int(1);
    await c.expect('XRANGE', 'x', '-', '+').array([entry('2-0')]);
    await c.expect('XRANGE', 'y', '-', '+').array(['1-0', '2-0', '3-0'].map(entry));
    await c.expect('XPENDING', 'y', 'g').array([1, '1-0', '1-0', [['ann', '1']]]);
    await c.expect('XPENDING', 'x', 'g').array([0, null, null, nilArray]);
    await c.expect('XREADGROUP', 'GROUP', 'g', 'bob', 'STREAMS', 'y', '>').array([['y', [entry('2-0'), entry('3-0')]]]);
  });

  test('a deadline stays through XADD', async () => {
    const c = await client();
    await add(c, 'x', '1-0');
    await c.expect('EXPIRE', 'x', '100').int(1);
    await add(c, 'x', '2-0');
    await c.expect('TTL', 'x').matches((ttl) => Number(ttl) > 90, 'a TTL near 100');
  });

  test('commands of other types refuse a stream', async () => {
    const c = await client();
    await add(c, 'x', '1-0');
    for (const command of ['GET x', 'LPUSH x a', 'HGET x f', 'SADD x a']) await c.expect(...(command.split(' ') as [string])).error(WRONGTYPE);
    await c.expect('SET', 'x', 'text').ok();
    await c.expect('TYPE', 'x').status('string');
  });

  test('COMMAND GETKEYS finds the key of each command', async () => {
    const c = await client();
    const rows = [
      'XADD k * f v', 'XRANGE k - +', 'XREVRANGE k + -', 'XLEN k', 'XDEL k 1', 'XTRIM k MAXLEN 1', 'XSETID k 1', 'XACK k g 1',
      'XPENDING k g', 'XCLAIM k g c 1 1', 'XAUTOCLAIM k g c 1 0', 'XGROUP CREATE k g 0', 'XGROUP SETID k g 0', 'XGROUP DESTROY k g',
      'XGROUP CREATECONSUMER k g c', 'XGROUP DELCONSUMER k g c', 'XINFO STREAM k', 'XINFO GROUPS k', 'XINFO CONSUMERS k g',
    ];
    for (const row of rows) await c.expect('COMMAND', 'GETKEYS', ...row.split(' ')).array(['k']);
  });

  test('COMMAND GETKEYS finds the keys of XREAD', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'XREAD', 'COUNT', '5', 'STREAMS', 'a', 'b', '0', '0').array(['a', 'b']);
    await c.expect('COMMAND', 'GETKEYS', 'XADD', 'k', '*', 'f', 'v').array(['k']);
    await c.expect('COMMAND', 'GETKEYS', 'XREADGROUP', 'GROUP', 'streams', 'c', 'STREAMS', 'a', '>').array(['a']);
    await c.expect('COMMAND', 'GETKEYS', 'XREAD', 'COUNT', '5', 'STREAMS').error('ERR Invalid arguments specified for command');
  });

  test('adding and reading stay fast with 10,000 entries', async () => {
    const c = await client();
    await fill(c, 'x', 10_000);
    await c.expect('XLEN', 'x').int(10_000);
    await c.expect('XRANGE', 'x', '5000-0', '5001-0').array([
      ['5000-0', ['f', 'v']],
      ['5001-0', ['f', 'v']],
    ]);
    await c.expect('XREAD', 'STREAMS', 'x', '9999').array([['x', [['10000-0', ['f', 'v']]]]]);
    await c.expect('XTRIM', 'x', 'MAXLEN', '10').int(9_990);
  });

  test('field names count as memory: long ones end in refusals too', async () => {
    const c = await (await server('--maxmemory', '8mb')).client();
    const add = (round: number) => c.send('XADD', 'x', '*', `${round}`.padEnd(100_000, 'x'), 'v');
    let round = 0;
    while (!String(await add(round)).includes('OOM')) expect(++round).toBeLessThan(200);
    expect(round).toBeGreaterThan(10);
    await c.expect('DEL', 'x').int(1);
    await c.expect('XADD', 'x', '1-1', 'f', 'v').bulk('1-1');
  });

  test('ioredis adds, reads and waits', async () => {
    const [redis, blocked] = [await ioredis(), await ioredis()];
    const id = await redis.xadd('x', '*', 'field', 'größe');
    expect(await redis.xrange('x', '-', '+')).toEqual([[id, ['field', 'größe']]]);
    const waiting = blocked.xread('BLOCK', 0, 'STREAMS', 'x', '$');
    await until(async () => /blocked_clients:[1-9]/.test(await redis.info('clients')), 'the reader to be blocked');
    const next = await redis.xadd('x', '*', 'a', 'b');
    expect(await waiting).toEqual([['x', [[next, ['a', 'b']]]]]);
  });
});
