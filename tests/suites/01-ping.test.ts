import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  client,
  clientResp3,
  describe,
  expect,
  ioredis,
  items,
  resp,
  rng,
  needsFlags,
  server,
  set,
  type Status,
  status,
  test,
  until,
  Verbatim,
  type Client,
} from '../harness/suite.ts';
import { offender } from '../harness/offender.ts';
import { reachableServer } from '../harness/other-address.ts';
import { address, atEnd, onlyIf, target, type OwnServer } from '../harness/suite.ts';

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

describe('bytes', () => {
  test('arguments of every length around the sizes that servers treat apart', async () => {
    const c = await client();
    const random = rng();
    const lengths = [...Array(40).keys(), 255, 256, 1023, 1024, 16383, 16384, 32767, 32768, 65533, 65534, 65535, 65536, 65537];
    for (const length of lengths) {
      const text = random.bytes(length);
      await c.expect('ECHO', text).bulk(text);
    }
  });

  test('64 MB come back', async () => {
    const c = await client();
    const text = ALL_BYTES.repeat((64 * 1024 * 1024) / 256);
    const reply = await c.send('ECHO', text);
    expect(reply === text, 'the same 64 MB').toBe(true);
    await c.expect('PING').status('PONG');
  });
});

describe('framing', () => {
  test('requests in one packet are answered in order', async () => {
    const c = await client();
    c.write(resp('ECHO', 'a') + 'PING\r\n' + resp('PING', 'b') + resp('NOSUCH') + resp('ECHO', 'c'));
    await c.raw("$1\r\na\r\n+PONG\r\n$1\r\nb\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n$1\r\nc\r\n");
  });

  test('a request of 10,000 arguments is one request', async () => {
    const c = await client();
    await c.expect('ECHO', ...Array<string>(9_999).fill('x')).error("ERR wrong number of arguments for 'echo' command");
    await c.expect('PING').status('PONG');
  });

  test('replies to a client that ends its side after asking still go out', async () => {
    const c = await client();
    const replies = [...Array(500).keys()].map(() => c.sendLater('ECHO', 'x'.repeat(500)));
    await c.close();
    for (const reply of replies) await reply.bulk('x'.repeat(500));
  });
});

describe('inline commands', () => {
  const echoes: [line: string, argument: string][] = [
    ['ECHO hello\r\n', 'hello'],
    ['ECHO hello\n', 'hello'],
    ['  ECHO \t hello   \r\n', 'hello'],
    ['ECHO "a b"\r\n', 'a b'],
    ["ECHO 'a b'\r\n", 'a b'],
    ['ECHO ""\r\n', ''],
    ["ECHO ''\r\n", ''],
    ['ECHO "\\x41\\x00\\xfF"\r\n', 'A\0\xff'],
    ['ECHO "\\n\\r\\t\\b\\a"\r\n', '\n\r\t\b\x07'],
    ['ECHO "say \\"hi\\" \\\\"\r\n', 'say "hi" \\'],
    ['ECHO "\\q\\x4g"\r\n', 'qx4g'],
    ["ECHO 'it\\'s \\n'\r\n", "it's \\n"],
    ['ECHO a"b c"\r\n', 'ab c'],
    ['ECHO \\x41\r\n', '\\x41'],
    ['"ECHO" x\r\n', 'x'],
    ['ECHO \xff\xe9\r\n', '\xff\xe9'],
    ['ECHO $5\r\n', '$5'],
    ['ECHO *1\r\n', '*1'],
  ];
  for (const [line, argument] of echoes) {
    test(`${JSON.stringify(line)} is an ECHO of ${JSON.stringify(argument)}`, async () => {
      const c = await client();
      c.write(line);
      await c.receive().bulk(argument);
    });
  }

  test('a line just below 64 KB is taken', async () => {
    const c = await client();
    const word = 'w'.repeat(65_000);
    c.write(`ECHO ${word}\r\n`);
    await c.receive().bulk(word);
  });

  test('a browser that POSTs is cut off without an answer', async () => {
    for (const line of ['POST / HTTP/1.1\r\n', 'Host: localhost\r\n', 'post\r\n']) {
      const c = await client();
      c.write(`${line}${resp('PING')}`);
      await c.closed();
    }
  });
});

describe('protocol errors', () => {
  const errors: [sent: string, error: string][] = [
    ['*abc\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*+1\r\n', 'invalid multibulk length'],
    ['*01\r\n', 'invalid multibulk length'],
    ['*1 \r\n', 'invalid multibulk length'],
    ['*2147483648\r\n', 'invalid multibulk length'],
    ['*99999999999999999999\r\n', 'invalid multibulk length'],
    ['*1\r\nPING\r\n', "expected '$', got 'P'"],
    ['*1\r\n:4\r\nPING\r\n', "expected '$', got ':'"],
    ['*2\r\n$4\r\nPING\r\n*1\r\n', "expected '$', got '*'"],
    ['*1\r\n\r\n', "expected '$', got ' '"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$\r\n', 'invalid bulk length'],
    ['*1\r\n$abc\r\n', 'invalid bulk length'],
    ['*1\r\n$04\r\nPING\r\n', 'invalid bulk length'],
    ['*1\r\n$536870913\r\n', 'invalid bulk length'],
    ['*1\r\n$99999999999999999999\r\n', 'invalid bulk length'],
    ['ECHO "abc\r\n', 'unbalanced quotes in request'],
    ["ECHO 'abc\r\n", 'unbalanced quotes in request'],
    ['ECHO "a"b\r\n', 'unbalanced quotes in request'],
    ['ECHO "abc\\"\r\n', 'unbalanced quotes in request'],
    ['x'.repeat(65_537), 'too big inline request'],
    [`*${'1'.repeat(65_537)}`, 'too big mbulk count string'],
    [`*1\r\n$${'1'.repeat(65_537)}`, 'too big bulk count string'],
  ];
  for (const [sent, error] of errors) {
    const shown = JSON.stringify(sent.length > 40 ? `${sent.slice(0, 10)}…` : sent);
    test(`${shown}: ${error}; earlier requests are answered, then the connection closes`, async () => {
      const c = await client();
      c.write(resp('PING', 'before') + sent);
      await c.raw(`$6\r\nbefore\r\n-ERR Protocol error: ${error}\r\n`);
      await c.closed();
    });
  }
});

describe('a client that goes on sending when its connection ends', () => {
  const endings: [how: string, sent: string][] = [
    ['a protocol error', '*x\r\n'],
    ['QUIT', resp('QUIT')],
  ];
  for (const [how, sent] of endings) {
    test(`after ${how}, as fast as it can: it is cut off`, async () => {
      const c = await offender();
      c.write(sent);
      await c.flood('payload'.repeat(1_000));
    });

    test(`after ${how}, byte by byte: it is cut off`, async () => {
      const c = await offender();
      c.write(sent);
      await c.drip();
    });
  }

  test('a line that never ends', async () => {
    const c = await offender();
    c.write('\0');
    await c.flood('payload'.repeat(1_000));
  });

  test('after it was refused', async () => {
    const own = await server('--maxclients', '2');
    const first = await own.client();
    await until(async () => (await info(first, 'clients'))['connected_clients'] === '1', 'the client that waited for the start to be gone');
    await (await own.client()).expect('PING').status('PONG');
    const [fast, slow] = [await offender(own.port), await offender(own.port)];
    await fast.flood('payload'.repeat(1_000));
    await slow.drip();
    await first.expect('PING').status('PONG');
  });
});

describe('unknown commands', () => {
  const unknown = (name: string, shown = '') => `ERR unknown command '${name}', with args beginning with: ${shown}`;

  test('line ends in the error become blanks', async () => {
    const c = await client();
    await c.expect('no\r\nsuch', 'a\r\nb').error(unknown('no  such', "'a  b' "));
  });

  test('a long name and long arguments are cut at 128 bytes', async () => {
    const c = await client();
    await c.expect('n'.repeat(200)).error(unknown('n'.repeat(128)));
    await c.expect('NOSUCH', 'x'.repeat(200), 'y').error(unknown('NOSUCH', `'${'x'.repeat(128)}' `));
    await c.expect('NOSUCH', 'x'.repeat(100), 'y'.repeat(100), 'z').error(unknown('NOSUCH', `'${'x'.repeat(100)}' '${'y'.repeat(25)}' `));
  });

  test('the name of a sub-command is no command', async () => {
    const c = await client();
    await c.expect('CLIENT|ID').error(unknown('CLIENT|ID'));
  });
});

describe('QUIT and RESET', () => {
  test('RESET forgets the name and the protocol', async () => {
    const c = await clientResp3();
    await c.expect('CLIENT', 'SETNAME', 'somebody').ok();
    await c.expect('RESET').status('RESET');
    c.protocol = 2;
    await c.expect('CLIENT', 'GETNAME').nil();
    await c.expect('RESET', 'x').error("ERR wrong number of arguments for 'reset' command");
  });
});

describe('HELLO', () => {
  test('HELLO without a version keeps the protocol', async () => {
    const c = await clientResp3();
    await c.expect('HELLO').matches((value) => value instanceof Map && value.get('proto') === 3, 'a map with proto 3');
  });

  test('other versions are refused, and nothing changes', async () => {
    const c = await client();
    for (const version of ['1', '4', '0', '-3', '9223372036854775807']) {
      await c.expect('HELLO', version).error('NOPROTO unsupported protocol version');
    }
    for (const version of ['', 'x', '3.0', '+3', '03', ' 3', '99999999999999999999']) {
      await c.expect('HELLO', version).error('ERR Protocol version is not an integer or out of range');
    }
    await c.expect('CLIENT', 'GETNAME').nil();
  });

  test('SETNAME names the connection', async () => {
    const c = await client();
    c.protocol = 3;
    await c.expect('HELLO', '3', 'SETNAME', 'me').success();
    await c.expect('CLIENT', 'GETNAME').bulk('me');
    await c.expect('HELLO', '3', 'setname', 'you').success();
    await c.expect('CLIENT', 'GETNAME').bulk('you');
  });

  test('a wrong option is an error, and the protocol stays', async () => {
    const c = await client();
    await c.expect('HELLO', '3', 'NOSUCH').error("ERR Syntax error in HELLO option 'NOSUCH'");
    await c.expect('HELLO', '3', 'SETNAME').error("ERR Syntax error in HELLO option 'SETNAME'");
    await c.expect('HELLO', '3', 'AUTH', 'default').error("ERR Syntax error in HELLO option 'AUTH'");
    await c.expect('HELLO', '3', 'SETNAME', 'a b').error('ERR Client names cannot contain spaces, newlines or special characters.');
    await c.expect('CLIENT', 'GETNAME').nil();
  });

  test('AUTH takes any password while the default user has none', async () => {
    const c = await client();
    await c.expect('HELLO', '2', 'AUTH', 'default', 'whatever', 'SETNAME', 'in').success();
    await c.expect('CLIENT', 'GETNAME').bulk('in');
    await c.expect('HELLO', '3', 'AUTH', 'nobody', 'x').error('WRONGPASS invalid username-password pair or user is disabled.');
    await c.expect('CLIENT', 'GETNAME').bulk('in');
  });
});

describe('CLIENT', () => {
  test('names are printable and without blanks', async () => {
    const c = await client();
    for (const name of ['a b', 'a\n', '\t', '\x7f', '\xe9', '\0']) {
      await c.expect('CLIENT', 'SETNAME', name).error('ERR Client names cannot contain spaces, newlines or special characters.');
    }
    await c.expect('CLIENT', 'GETNAME').nil();
  });

  test('arity errors name the sub-command', async () => {
    const c = await client();
    await c.expect('CLIENT').error("ERR wrong number of arguments for 'client' command");
    await c.expect('CLIENT', 'ID', 'x').error("ERR wrong number of arguments for 'client|id' command");
    await c.expect('CLIENT', 'setname').error("ERR wrong number of arguments for 'client|setname' command");
    await c.expect('CLIENT', 'GETNAME', 'x').error("ERR wrong number of arguments for 'client|getname' command");
  });

  test('HELP is a list of simple strings, from the syntax to HELP itself', async () => {
    const c = await client();
    const lines = items(await c.expect('CLIENT', 'HELP').success()).map((line) => (line as { text: string }).text);
    expect(lines[0]).toBe('CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
    expect(lines).toContain('ID');
    expect(lines.slice(-2)).toEqual(['HELP', '    Prints this help.']);
  });
});

describe('COMMAND', () => {
  test('one row of ten facts for each command, as many as COUNT says', async () => {
    const c = await client();
    const rows = items(await c.send('COMMAND'));
    expect(rows.map((row) => items(row).length).filter((length) => length !== 10)).toEqual([]);
    await c.expect('COMMAND', 'COUNT').int(rows.length);
    expect(rows.map((row) => items(row)[0])).toEqual(expect.arrayContaining(['ping', 'echo', 'hello', 'client', 'info', 'command']));
  });

  test('INFO shows arity, flags, key positions and categories', async () => {
    const c = await client();
    await c.expect('COMMAND', 'INFO', 'ECHO').array([
      ['echo', 2, [status('loading'), status('stale'), status('fast')], 0, 0, 0, [status('@fast'), status('@connection')], [], [], []],
    ]);
  });

  test('INFO shows flags in the order of Redis', async () => {
    const c = await client();
    const rows = items(await c.send('COMMAND', 'INFO', 'cluster|reset', 'cluster|replicas', 'cluster|keyslot'));
    const flags = rows.map((row) => items(items(row!)[2]!).map((flag) => (flag as Status).text).join(' '));
    expect(flags).toEqual(['admin noscript stale', 'admin stale', 'stale']);
  });

  test('in RESP3 flags, categories, tips, key specs and no sub-commands are sets', async () => {
    const c = await clientResp3();
    const bytes = await c.expect('COMMAND', 'INFO', 'echo').bytes;
    expect(bytes).toBe(
      '*1\r\n*10\r\n$4\r\necho\r\n:2\r\n~3\r\n+loading\r\n+stale\r\n+fast\r\n:0\r\n:0\r\n:0\r\n' +
        '~2\r\n+@fast\r\n+@connection\r\n~0\r\n~0\r\n~0\r\n',
    );
  });

  test('tips are bulk strings in a set', async () => {
    const c = await clientResp3();
    await c.expect('COMMAND', 'INFO', 'ping').array([
      [
        ...['ping', -1, set([status('fast')]), 0, 0, 0, set([status('@fast'), status('@connection')])],
        ...[set(['request_policy:all_shards', 'response_policy:all_succeeded']), set([]), set([])],
      ],
    ]);
  });

  test('INFO finds sub-commands, and answers nil for what there is not', async () => {
    const c = await client();
    const reply = items(await c.send('COMMAND', 'INFO', 'nosuch', 'client|id', 'CLIENT|ID', 'client|nosuch', 'ping|x', 'client|id|x', ''));
    expect(reply.map((row) => row && items(row)[0])).toEqual([null, 'client|id', 'client|id', null, null, null, null]);
    const [, arity, , , , , , , , subcommands] = items(items(await c.send('COMMAND', 'INFO', 'client'))[0]!);
    expect(arity).toBe(-2);
    expect(items(subcommands!).map((row) => items(row)[0])).toEqual(expect.arrayContaining(['client|id', 'client|setname', 'client|help']));
  });

  test('DOCS is a map by name, without what there is not', async () => {
    const c = await clientResp3();
    const docs = (await c.send('COMMAND', 'DOCS', 'PING', 'nosuch', 'client|id')) as Map<string, Map<string, unknown>>;
    expect([...docs.keys()]).toEqual(['ping', 'client|id']);
    expect(docs.get('ping')!.get('since')).toBe('1.0.0');
    expect(docs.get('ping')!.get('group')).toBe('connection');
    expect(docs.get('ping')!.get('summary')).toBeTypeOf('string');
    expect(((await c.send('COMMAND', 'DOCS')) as Map<string, unknown>).size).toBe(await c.send('COMMAND', 'COUNT'));
  });

  test('DOCS in RESP2 is flat', async () => {
    const c = await client();
    await c.expect('COMMAND', 'DOCS', 'nosuch').array([]);
    const [name, facts] = items(await c.send('COMMAND', 'DOCS', 'echo'));
    expect(name).toBe('echo');
    expect(items(facts!).slice(0, 1)).toEqual(['summary']);
  });

  test('LIST names every command and sub-command; FILTERBY chooses among them', async () => {
    const c = await client();
    const names = items(await c.send('COMMAND', 'LIST'));
    const count = (await c.send('COMMAND', 'COUNT')) as number;
    expect(names.filter((name) => !(name as string).includes('|')).length).toBe(count);
    expect(names).toEqual(expect.arrayContaining(['ping', 'client', 'client|id']));
    await c.expect('COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'PIN?').array(['ping']);
    await c.expect('command', 'list', 'filterby', 'pattern', 'client|[sg]etn*').anyOrder(['client|getname', 'client|setname']);
    await c.expect('COMMAND', 'LIST', 'FILTERBY', 'MODULE', 'nosuch').array([]);
    await c.expect('COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'nosuch').array([]);
    const slow = items(await c.send('COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'connection'));
    expect(slow).toEqual(expect.arrayContaining(['ping', 'echo', 'client|id', 'command|count']));
    expect(slow).not.toContain('info');
  });

  test('LIST refuses other filters', async () => {
    const c = await client();
    for (const filter of [['x'], ['FILTERBY'], ['FILTERBY', 'PATTERN'], ['FILTERBY', 'NOSUCH', 'x'], ['NOSUCH', 'PATTERN', 'x']]) {
      await c.expect('COMMAND', 'LIST', ...filter).error('ERR syntax error');
    }
  });

  test('GETKEYS says why there are none', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'PING', 'x').error('ERR The command has no key arguments');
    await c.expect('COMMAND', 'GETKEYS', 'ECHO', 'a', 'b').error('ERR The command has no key arguments');
    await c.expect('COMMAND', 'GETKEYS', 'NOSUCH', 'x').error('ERR Invalid command specified');
    await c.expect('COMMAND', 'GETKEYS').error("ERR wrong number of arguments for 'command|getkeys' command");
  });

  test('GETKEYSANDFLAGS says it in the same words', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'PING', 'x').error('ERR The command has no key arguments');
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'CLIENT', 'ID').error('ERR The command has no key arguments');
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'CLIENT', 'NOSUCH').error('ERR Invalid command specified');
    await c.expect('COMMAND', 'GETKEYSANDFLAGS', 'PING').error("ERR wrong number of arguments for 'command|getkeysandflags' command");
  });
});

describe('INFO', () => {
  test('the server section', async () => {
    const c = await client();
    const fields = await info(c, 'server');
    expect(fields['redis_mode']).toBe('standalone');
    expect(fields['run_id']).toMatch(/^[0-9a-f]{40}$/);
    for (const name of ['process_id', 'tcp_port', 'uptime_in_seconds', 'uptime_in_days', 'hz', 'server_time_usec', 'arch_bits']) {
      expect(fields[name], name).toMatch(/^\d+$/);
    }
    expect(Math.abs(Number(fields['server_time_usec']) / 1000 - Date.now())).toBeLessThan(60_000);
    expect(Number(fields['uptime_in_days'])).toBe(Math.floor(Number(fields['uptime_in_seconds']) / 86_400));
  });

  test.since('7.2', 'the server section names the listening sockets', async () => {
    const c = await client();
    const { port } = await address();
    expect((await info(c, 'server'))['listener0']).toMatch(new RegExp(`^name=tcp,(bind=[^,]+,)*port=${port}$`));
  });

  test('the stats section counts connections and commands', async () => {
    const c = await client();
    const before = await info(c, 'stats');
    await (await client()).expect('PING').status('PONG');
    const after = await info(c, 'stats');
    const grown = (name: string) => Number(after[name]) - Number(before[name]);
    expect(grown('total_connections_received')).toBe(1);
    expect(grown('total_commands_processed')).toBe(2);
    expect(grown('rejected_connections')).toBe(0);
  });

  test('sections are chosen by name, in any case of letters; an unknown one is empty', async () => {
    const c = await client();
    await c.expect('INFO', 'nosuch').bulk('');
    const headings = async (...names: string[]) => ((await c.send('INFO', ...names)) as string).match(/^# \w+/gm);
    expect(await headings('CLIENTS')).toEqual(['# Clients']);
    expect(await headings('clients', 'nosuch', 'Server')).toEqual(['# Server', '# Clients']);
    for (const all of ['all', 'default', 'everything']) expect(await headings(all)).toContain('# Stats');
  });

  test('all sections are more than those shown by default: statistics of commands are long', async () => {
    const c = await client();
    const headings = async (...names: string[]) => ((await c.send('INFO', ...names)) as string).match(/^# \w+/gm);
    for (const names of [[], ['default']]) {
      expect(await headings(...names)).toEqual(expect.arrayContaining(['# CPU', '# Modules', '# Errorstats', '# Cluster']));
      expect(await headings(...names)).not.toContain('# Commandstats');
      expect(await headings(...names)).not.toContain('# Latencystats');
    }
    for (const name of ['all', 'everything']) {
      expect(await headings(name)).toEqual(expect.arrayContaining(['# CPU', '# Commandstats', '# Latencystats']));
    }
    expect(await headings('cpu', 'nosuch', 'COMMANDSTATS')).toEqual(['# CPU', '# Commandstats']);
    await c.expect('INFO', 'cluster').bulk('# Cluster\r\ncluster_enabled:0\r\n');
  });

  test('commandstats count calls, refusals and failures, by command and sub-command', async () => {
    const c = await client();
    const read = async () => {
      const fields = await info(c, 'commandstats');
      return (name: string) => stats(fields[`cmdstat_${name}`]);
    };
    const before = await read();
    await c.expect('ECHO', 'a').bulk('a');
    await c.expect('ECHO', 'a').bulk('a');
    await c.expect('ECHO').errorLike(/^ERR wrong number/);
    await c.expect('CLIENT', 'SETNAME', 'a b').errorLike(/^ERR Client names/);
    await c.expect('NOSUCH').errorLike(/^ERR unknown command/);
    const after = await read();
    const grown = (name: string, field: string) => after(name)[field]! - (before(name)[field] ?? 0);
    expect([grown('echo', 'calls'), grown('echo', 'rejected_calls'), grown('echo', 'failed_calls')]).toEqual([2, 1, 0]);
    expect([grown('client|setname', 'calls'), grown('client|setname', 'failed_calls')]).toEqual([1, 1]);
    expect(after('nosuch')).toEqual({});
    expect(after('echo')['usec_per_call']).toBeCloseTo(after('echo')['usec']! / after('echo')['calls']!, 1);
  });

  test('the time of a command is its own, also among others in one packet', async () => {
    const c = await client();
    const usec = async (name: string) => stats((await info(c, 'commandstats'))[`cmdstat_${name}`])['usec'] ?? 0;
    const before = [await usec('command'), await usec('ping')];
    c.write((resp('PING') + resp('COMMAND')).repeat(5) + resp('PING').repeat(5));
    for (let i = 0; i < 5; i++) {
      await c.receive().status('PONG');
      await c.receive().matches((rows) => items(rows).length > 5, 'the table');
    }
    for (let i = 0; i < 5; i++) await c.receive().status('PONG');
    const [command, ping] = [(await usec('command')) - before[0]!, (await usec('ping')) - before[1]!];
    expect(command).toBeGreaterThan(ping);
  });

  test('errorstats count error replies by their codes, those without a command too', async () => {
    const c = await client();
    const count = async () => Number(/count=(\d+)/.exec((await info(c, 'errorstats'))['errorstat_ERR'] ?? '')?.[1] ?? 0);
    const total = async () => Number((await info(c, 'stats'))['total_error_replies']);
    const before = [await count(), await total()];
    await c.expect('NOSUCH').errorLike(/^ERR unknown command/);
    await c.expect('ECHO').errorLike(/^ERR wrong number/);
    await c.expect('HELLO', '9').errorLike(/^NOPROTO/);
    const bad = await client();
    bad.write('*1\r\n$x\r\n');
    await bad.receive().errorLike(/^ERR Protocol error/);
    expect([(await count()) - before[0]!, (await total()) - before[1]!]).toEqual([3, 4]);
    expect((await info(c, 'errorstats'))['errorstat_NOPROTO']).toMatch(/^count=\d+$/);
  });

  test('bytes, reads and writes are counted', async () => {
    const c = await client();
    const request = resp('INFO', 'stats');
    const before = await info(c, 'stats');
    const after = await info(c, 'stats');
    const grown = (name: string) => Number(after[name]) - Number(before[name]);
    expect(grown('total_net_input_bytes')).toBe(request.length);
    expect(grown('total_net_output_bytes')).toBeGreaterThan(200);
    expect([grown('total_reads_processed'), grown('total_writes_processed')]).toEqual([1, 1]);
  });

  test('the rates of the last seconds follow', async () => {
    const c = await client();
    await until(async () => {
      for (let i = 0; i < 50; i++) await c.expect('PING').status('PONG');
      const fields = await info(c, 'stats');
      return Number(fields['instantaneous_ops_per_sec']) > 0 && Number(fields['instantaneous_input_kbps']) > 0;
    }, 'operations per second');
  });

  test('the CPU section says seconds', async () => {
    const fields = await info(await client(), 'cpu');
    for (const name of ['used_cpu_sys', 'used_cpu_user']) expect(fields[name], name).toMatch(/^\d+\.\d{6}$/);
    expect(Number(fields['used_cpu_user'])).toBeGreaterThan(0);
  });

  test('with latency-tracking, latencystats have percentiles by command', async () => {
    const own = await server('--latency-tracking', 'yes', '--latency-tracking-info-percentiles', '50', '99.9');
    const c = await own.client();
    for (let i = 0; i < 100; i++) await c.expect('ECHO', 'a').bulk('a');
    const shown = /^p50=(\d+\.\d{3}),p99\.9=(\d+\.\d{3})$/.exec((await info(c, 'latencystats'))['latency_percentiles_usec_echo']!);
    expect(shown).not.toBeNull();
    expect(Number(shown![1])).toBeGreaterThan(0);
    expect(Number(shown![2])).toBeGreaterThanOrEqual(Number(shown![1]));
  });

  test('without it, they are empty', async () => {
    const c = await (await server('--latency-tracking', 'no')).client();
    await c.expect('INFO', 'latencystats').bulk('# Latencystats\r\n');
  });

  test('in RESP3 it is a verbatim string', async () => {
    const c = await clientResp3();
    const reply = await c.send('INFO', 'server');
    expect(reply).toBeInstanceOf(Verbatim);
    expect((reply as Verbatim).format).toBe('txt');
    expect((reply as Verbatim).text).toMatch(/^# Server\r\n/);
  });
});

describe('ioredis', () => {
  test('a pipeline of 1,000', async () => {
    const redis = await ioredis({ connectionName: 'piper' });
    const pipeline = redis.pipeline();
    for (let i = 0; i < 1_000; i++) pipeline.echo(String(i));
    const replies = await pipeline.exec();
    expect(replies!.map(([error, reply]) => error ?? reply)).toEqual([...Array(1_000).keys()].map(String));
    expect(await redis.client('GETNAME')).toBe('piper');
    expect(await redis.quit()).toBe('OK');
  });
});

describe('a server of our own', () => {
  test('--timeout: a client that says nothing is closed, one that talks is not', async () => {
    const withoutTimeout = await client();
    const own = await server('--timeout', '1');
    const [idle, talking] = [await own.client(), await own.client()];
    const closed = idle.closed().then(() => true);
    let over = false;
    void closed.then(() => (over = true));
    await until(async () => {
      await talking.expect('PING').status('PONG');
      return over;
    }, 'the idle client to be closed');
    await closed;
    await talking.expect('PING').status('PONG');
    await withoutTimeout.expect('PING').status('PONG');
  });

  test('uptime_in_seconds counts from its start', async () => {
    const before = Date.now();
    const own = await server();
    const uptime = Number((await info(await own.client(), 'server'))['uptime_in_seconds']);
    expect(uptime).toBeGreaterThanOrEqual(0);
    expect(uptime).toBeLessThanOrEqual((Date.now() - before) / 1000 + 1);
  });

  test('numbers of options: the smallest and the largest are taken', async () => {
    const smallest = await server('--timeout', '0', '--tcp-keepalive', '0');
    const largest = await server('--timeout', '2147483647', '--tcp-keepalive', '2147483647');
    for (const own of [smallest, largest]) await (await own.client()).expect('PING').status('PONG');
  });

  test('--client-query-buffer-limit: a request that grows past it ends the connection', async () => {
    const own = await server('--client-query-buffer-limit', '1mb');
    const [c, other] = [await own.client(), await own.client()];
    c.write(`*2\r\n$4\r\nECHO\r\n$4000000\r\n${'x'.repeat(3_000_000)}`);
    await c.closed();
    await other.expect('PING').status('PONG');
  });

  test('--maxmemory-clients: of many clients with unfinished requests, the largest are closed', async () => {
    const own = await server('--maxmemory-clients', '4mb');
    const [idle, large] = [await own.client(), await own.client()];
    const others = await Promise.all(Array.from({ length: 3 }, () => own.client()));
    const argument = `$10000\r\n${'x'.repeat(10_000)}\r\n`;
    large.write(`*1000\r\n$4\r\nPING\r\n${argument.repeat(300)}`);
    for (const other of others) other.write(`*1000\r\n$4\r\nPING\r\n${argument.repeat(90)}`);
    await large.closed();
    await idle.expect('PING').status('PONG');
  });

  for (const [limit, what] of [
    ['normal 1mb 0 0', 'too much unread at once'],
    ['normal 0 1mb 1', 'too much unread for too long'],
  ] as const) {
    test(`--client-output-buffer-limit "${limit}": a client that leaves ${what} is closed`, async () => {
      const own = await server('--client-output-buffer-limit', limit);
      const [slow, other] = [await own.client(), await own.client()];
      await until(async () => (await info(other, 'clients'))['connected_clients'] === '2', 'two clients');
      slow.pause();
      // More than the kernel keeps for two sockets.
      const text = 'x'.repeat(1_000_000);
      for (let i = 0; i < 30; i++) slow.write(resp('ECHO', text));
      await until(async () => (await info(other, 'clients'))['connected_clients'] === '1', 'the slow client to be gone');
      slow.destroy();
      await other.expect('PING').status('PONG');
    });
  }

  test('--client-output-buffer-limit: short replies add up', async () => {
    const own = await server('--client-output-buffer-limit', 'normal 1mb 0 0');
    const [slow, other] = [await own.client(), await own.client()];
    await until(async () => (await info(other, 'clients'))['connected_clients'] === '2', 'two clients');
    slow.pause();
    const ten = resp('ECHO', 'x'.repeat(1_000)).repeat(10);
    await until(async () => {
      for (let i = 0; i < 50; i++) {
        slow.write(ten);
        await other.expect('PING').status('PONG');
      }
      return (await info(other, 'clients'))['connected_clients'] === '1';
    }, 'the slow client to be gone');
    slow.destroy();
  });

  test('--client-output-buffer-limit: a client that reads what it is sent is not closed', async () => {
    const own = await server('--client-output-buffer-limit', 'normal 3mb 2mb 1');
    const c = await own.client();
    const text = 'x'.repeat(1_000_000);
    for (let i = 0; i < 30; i++) await c.expect('ECHO', text).bulk(text);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} ends the server with exit code 0, even with clients connected`, async () => {
      const own = await server();
      const [idle, halfway] = [await own.client(), await own.client()];
      await idle.expect('PING').status('PONG');
      halfway.write('*2\r\n$4\r\nECHO\r\n');
      own.signal(signal);
      await until(() => own.ended(), 'the end of the server');
      expect(own.ended()).toBe('ended with exit code 0');
      await idle.closed();
      await halfway.closed();
    });
  }

  test('a port in use: it says so, and ends with exit code 1', async () => {
    const own = await server();
    await expect(server('--port', String(own.port))).rejects.toThrow(/exit code 1 [^]*in use/);
    await (await own.client()).expect('PING').status('PONG');
  });

  test('--bind with an address of another host: exit code 1', async () => {
    needsFlags();
    await expect(server('--bind', '192.0.2.1')).rejects.toThrow(/exit code 1 [^]*192\.0\.2\.1/);
  });

  test('--bind * is every address, and one with - in front may be missing', async () => {
    const own = await server('--bind', '*', '-192.0.2.1');
    await (await own.client()).expect('PING').status('PONG');
  });

  const BEYOND = [['--port', '65536'], ['--timeout', '-1'], ['--timeout', '2147483648'], ['--tcp-backlog', '-1'], ['--maxclients', '0']];
  for (const [flag, value] of [...BEYOND, ['--no-such-option', 'x']]) {
    test(`${flag} ${value} is refused with exit code 1`, async () => {
      needsFlags();
      await expect(server(flag!, value!)).rejects.toThrow(new RegExp(`exit code 1 [^]*${flag!.slice(2)}`));
    });
  }
});

describe('what tools probe', () => {
  const NO_CLUSTER = 'ERR This instance has cluster support disabled';
  const CLUSTER = ['INFO', 'MYID', 'NODES', 'SLOTS', 'SHARDS', 'LINKS', 'KEYSLOT k', 'COUNTKEYSINSLOT 1', 'reset'];
  for (const words of [...CLUSTER.map((name) => `CLUSTER ${name}`), 'READONLY', 'READWRITE', 'ASKING']) {
    test(`${words}: there is no cluster`, async () => {
      await (await client()).expect(...(words.split(' ') as [string])).error(NO_CLUSTER);
    });
  }

  test('errors of CLUSTER and MODULE', async () => {
    const c = await client();
    await c.expect('CLUSTER', 'NOSUCH').error("ERR unknown subcommand 'NOSUCH'. Try CLUSTER HELP.");
    await c.expect('CLUSTER').error("ERR wrong number of arguments for 'cluster' command");
    await c.expect('CLUSTER', 'INFO', 'x').error("ERR wrong number of arguments for 'cluster|info' command");
    await c.expect('MODULE').error("ERR wrong number of arguments for 'module' command");
    await c.expect('MODULE', 'NOSUCH').error("ERR unknown subcommand 'NOSUCH'. Try MODULE HELP.");
  });

  test('there are no modules', async () => {
    const c = await client();
    await c.expect('MODULE', 'LIST').array([]);
    await c.expect('INFO', 'modules').bulk('# Modules\r\n');
  });

  test('TIME: seconds and microseconds, which go on', async () => {
    const c = await client();
    const read = async () => {
      const [seconds, micros] = items(await c.send('TIME')).map(String);
      expect(micros).toMatch(/^\d{1,6}$/);
      return Number(seconds) * 1e6 + Number(micros);
    };
    const times = [await read(), await read(), await read()];
    expect(Math.abs(times[0]! / 1000 - Date.now())).toBeLessThan(5_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    await c.expect('TIME', 'x').error("ERR wrong number of arguments for 'time' command");
  });

  test('LOLWUT says the version', async () => {
    const c = await client();
    await c.expect('LOLWUT').matches((text) => /Redis ver\. \d+\.\d+\.\d+\n$/.test(String(text)), 'a text with the version');
    await c.expect('LOLWUT', 'VERSION', '5').matches((text) => /Redis ver\. /.test(String(text)), 'a text with the version');
    await c.expect('LOLWUT', 'VERSION', 'x').error('ERR value is not an integer or out of range');
    expect(await (await clientResp3()).send('LOLWUT')).toBeInstanceOf(Verbatim);
  });
});

describe('options of operators', () => {
  test('unixsocket: the same server by a path, whose mode is unixsocketperm; SIGTERM removes it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unix-'));
    atEnd(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'redis.sock');
    const own = await server('--unixsocket', path, '--unixsocketperm', '700');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(await overUnixSocket(path, resp('ECHO', 'hi') + resp('PING'), 15)).toBe('$2\r\nhi\r\n+PONG\r\n');
    await (await own.client()).expect('PING').status('PONG');
    await own.stop();
    expect(existsSync(path)).toBe(false);
  });

  test('a socket that an earlier process left is replaced; protected mode lets its clients in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unix-'));
    atEnd(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'redis.sock');
    const first = await server('--unixsocket', path);
    await first.kill();
    expect(existsSync(path)).toBe(true);
    await server('--unixsocket', path, '--protected-mode', 'yes');
    expect(await overUnixSocket(path, resp('PING'), 7)).toBe('+PONG\r\n');
  });

  test('protected mode: a client from another host gets an error that says why, and what to do', async () => {
    const { own, greet } = await reachableServer();
    const said = await greet();
    expect(said).toMatch(/^-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user\. /);
    expect(said).toContain("If you started the server manually just for testing, restart it with the '--protected-mode no' option.");
    await (await own.client()).expect('PING').status('PONG');
  });

  test('without protected mode, a client of another host is served', async () => {
    const { greet } = await reachableServer('--protected-mode', 'no');
    expect(await greet()).toBe('+PONG\r\n');
  });

  /** The server's own number: with --cmd a shell may stand in between. */
  async function processId(own: OwnServer): Promise<string | undefined> {
    const text = String(await (await own.client()).send('INFO', 'server'));
    return /process_id:(\d+)/.exec(text)?.[1];
  }

  test('pidfile: holds the number of the process while that runs', async () => {
    const own = await server('--pidfile', 'my.pid');
    const path = join(own.dir, 'my.pid');
    await until(() => existsSync(path), 'the file');
    expect(readFileSync(path, 'latin1')).toBe(`${await processId(own)}\n`);
    await own.stop();
    expect(existsSync(path)).toBe(false);
  });

  test('logfile: the log goes there, and nothing of it to standard output; the file may be moved away', async () => {
    const own = await server('--logfile', 'my.log');
    const path = join(own.dir, 'my.log');
    await until(() => existsSync(path) && readFileSync(path, 'latin1').includes('Ready to accept connections'), 'the line');
    expect(readFileSync(path, 'latin1')).toMatch(new RegExp(`^${await processId(own)}:M \\d\\d \\w{3} \\d{4} [\\d:.]{12} \\* Ready`, 'm'));
    expect(own.output()).not.toContain('Ready to accept connections');
    renameSync(path, join(own.dir, 'old.log'));
    await own.stop();
    expect(readFileSync(path, 'latin1')).toContain('bye bye');
  });

  test('tcp-keepalive: a silent connection is probed', async () => {
    onlyIf(existsSync('/proc/net/tcp'), 'the timers of sockets are read from /proc');
    const timers: boolean[] = [];
    for (const seconds of ['300', '0']) {
      const own = await server('--tcp-keepalive', seconds);
      const c = await own.client();
      await c.expect('PING').status('PONG');
      timers.push(await keepsAlive(own.port));
    }
    expect(timers).toEqual([true, false]);
  });

  const OPERATORS: [flags: string[], message: string][] = [
    [['--logfile', '/nosuch/redis.log'], "Can't open the log file: No such file or directory"],
    [['--unixsocket', '/nosuch/redis.sock'], 'No such file or directory'],
    [['--unixsocketperm', '999'], "argument couldn't be parsed as an octal number"],
    [['--tcp-keepalive', '-1'], 'argument must be between 0 and'],
  ];
  for (const [flags, message] of OPERATORS) {
    test(`${flags.join(' ')} is refused with exit code 1`, async () => {
      needsFlags();
      await expect(server(...flags)).rejects.toThrow(new RegExp(`exit code 1 [^]*${message}`));
    });
  }

  test('what redis.conf may say is taken as a flag, too: of this stage or not', async () => {
    const flags = ['--daemonize', 'no', '--cluster-enabled', 'no', '--io-threads', '1', '--slowlog-max-len', '256'];
    const own = await server(...flags, '--logfile', '', '--pidfile', '', '--always-show-logo', 'no');
    await (await own.client()).expect('PING').status('PONG');
  });

  test('what a stage does not have is named in one warning', async () => {
    onlyIf(target.kind === 'stage', 'Redis has all of them');
    const own = await server('--io-threads', '4', '--oom-score-adj', 'yes', '--io-threads', '4', '--cluster-enabled', 'no');
    expect(own.output().match(/leaves out: .*/g)).toEqual(['leaves out: io-threads, oom-score-adj']);
  });

  test('daemonize yes, and what would protect the server, stop the start', async () => {
    onlyIf(target.kind === 'stage', 'Redis does both');
    await expect(server('--daemonize', 'yes')).rejects.toThrow(/exit code 1 [^]*foreground: use 'daemonize no'/);
    // A password is one thing more that stops it, up to stage 12, which has one.
    await expect(server('--rename-command', 'FLUSHALL', 'x')).rejects.toThrow(/exit code 1 [^]*rename-command: this stage cannot protect/);
  });
});

/** What comes back for these bytes over a Unix socket, when `length` bytes have come. */
function overUnixSocket(path: string, bytes: string, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(bytes, 'latin1'));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.length < length) return;
      socket.destroy();
      resolve(text);
    });
  });
}

/** Whether a connection to this port has a timer for probes (`tr` is 02 in /proc/net/tcp; while data is sent, it is 01). */
async function keepsAlive(port: number): Promise<boolean> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const timer = () => {
    const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n').map((row) => row.trim());
    const own = rows.filter((row) => row.slice(0, 20).includes(local) && / 01 \w+:\w+ /.test(row));
    return own.map((row) => / \w+:\w+ (\d\d):/.exec(row.slice(25))?.[1] ?? '');
  };
  await until(() => timer().length > 0 && !timer().includes('01'), 'a connection at rest');
  return timer().some((tr) => tr === '02');
}

/** The numbers in `calls=1,usec=15`. */
function stats(line = ''): Record<string, number> {
  return Object.fromEntries([...line.matchAll(/(\w+)=([\d.]+)/g)].map(([, name, value]) => [name!, Number(value)]));
}

/** The fields of a section of INFO. */
async function info(c: Client, section: string): Promise<Record<string, string>> {
  const text = (await c.send('INFO', section)) as string;
  return Object.fromEntries(text.split('\r\n').flatMap((line) => (/^[\w|]+:/.test(line) ? [line.split(/:(.*)/).slice(0, 2)] : [])));
}
