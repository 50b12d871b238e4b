import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { client, clientResp3, describe, expect, info, onlyIf, readFile, server } from '../harness/suite.ts';
import { target, test, type Client, type OwnServer } from '../harness/suite.ts';
import { reachableServer } from '../harness/other-address.ts';

const failed = (name: string, reason: string) =>
  `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
const unknown = (name: string) => `ERR Unknown option or number of arguments for CONFIG SET - '${name}'`;
const IMMUTABLE = "can't set immutable config";
const NOT_A_NUMBER = "argument couldn't be parsed into an integer";
const ONE_OF = 'argument(s) must be one of the following: ';
const PROTECTED = ['--enable-protected-configs', 'yes'];

async function get(c: Client, name: string): Promise<unknown> {
  return ((await c.send('CONFIG', 'GET', name)) as string[])[1];
}

/** A server that was started with this redis.conf, which the flags override. */
async function serverWith(conf: string, ...flags: string[]): Promise<OwnServer> {
  onlyIf(target.kind !== 'cmd', 'needs a redis.conf in front of the flags');
  const s = await server();
  await withConf(s, conf, ...flags);
  return s;
}

function withConf(s: OwnServer, conf: string, ...flags: string[]): Promise<void> {
  writeFileSync(join(s.dir, 'redis.conf'), conf, 'latin1');
  return s.restart('redis.conf', ...flags);
}

describe('CONFIG GET', () => {
  test('an option and its value; nothing for a name that there is not', async () => {
    const c = await client();
    await c.expect('CONFIG', 'GET', 'dbfilename').array(['dbfilename', 'dump.rdb']);
    await c.expect('CONFIG', 'GET', 'nosuch').array([]);
    await c.expect('CONFIG', 'GET', '').array([]);
  });

  test('globs, several of them, in any case of letters, each option once', async () => {
    const c = await client();
    const reply = (await c.send('CONFIG', 'GET', 'RDBC*', 'rdbchecksum', 'h?', 'hz')) as string[];
    const names = reply.filter((_, at) => at % 2 === 0);
    expect([...names].sort()).toEqual(['hz', 'rdbchecksum', 'rdbcompression']);
    expect(reply[names.indexOf('rdbchecksum') * 2 + 1]).toBe('yes');
  });

  test('options for tests of the server are shown by their full name only', async () => {
    const c = await client();
    await c.expect('CONFIG', 'GET', 'key-load-delay').array(['key-load-delay', '0']);
    await c.expect('CONFIG', 'GET', 'key-load-dela?').array([]);
  });

  test('a map in RESP3', async () => {
    const c = await clientResp3();
    const isMap = (value: unknown) => value instanceof Map && value.get('hz') === '10';
    await c.expect('CONFIG', 'GET', 'hz').matches(isMap, 'a map {hz: 10}');
  });

  test('the defaults of what is saved', async () => {
    const c = await client();
    expect(await get(c, 'stop-writes-on-bgsave-error')).toBe('yes');
    expect(await get(c, 'rdbcompression')).toBe('yes');
    expect(await get(c, 'enable-protected-configs')).toBe('no');
  });

  test('needs a pattern', async () => {
    const c = await client();
    await c.expect('CONFIG', 'GET').error("ERR wrong number of arguments for 'config|get' command");
    await c.expect('CONFIG').error("ERR wrong number of arguments for 'config' command");
    await c.expect('CONFIG', 'nosuch').error("ERR unknown subcommand 'nosuch'. Try CONFIG HELP.");
  });
});

describe('CONFIG SET', () => {
  test('one option, and several at once', async () => {
    const c = await (await server()).client();
    await c.expect('CONFIG', 'SET', 'TIMEOUT', '100').ok();
    expect(await get(c, 'timeout')).toBe('100');
    await c.expect('CONFIG', 'SET', 'timeout', '200', 'maxclients', '50', 'rdbcompression', 'NO').ok();
    expect([await get(c, 'timeout'), await get(c, 'maxclients')]).toEqual(['200', '50']);
    expect(await get(c, 'rdbcompression')).toBe('no');
    await c.expect('CONFIG', 'SET', 'maxmemory', '64mb').ok();
    expect(await get(c, 'maxmemory')).toBe('67108864');
  });

  test('all of it, or nothing', async () => {
    const c = await (await server()).client();
    await c.expect('CONFIG', 'SET', 'timeout', '7', 'hz', 'abc').error(failed('hz', NOT_A_NUMBER));
    await c.expect('CONFIG', 'SET', 'timeout', '7', 'nosuch', '1').error(unknown('nosuch'));
    await c.expect('CONFIG', 'SET', 'timeout', '7', 'databases', '1').error(failed('databases', IMMUTABLE));
    await c.expect('CONFIG', 'SET', 'timeout', '7', 'timeout', '8').error(failed('timeout', 'duplicate parameter'));
    expect(await get(c, 'timeout')).toBe('0');
  });

  const BAD: [args: string[], error: string][] = [
    [['nosuch', '1'], unknown('nosuch')],
    [['hz', 'x', 'nosuch', '1'], unknown('nosuch')],
    [['nosuch', '1', 'databases', '1'], unknown('nosuch')],
    [['databases', '1', 'nosuch', '1'], failed('databases', IMMUTABLE)],
    [['hz', '1', 'nosuch'], 'ERR syntax error'],
    [['hz'], "ERR wrong number of arguments for 'config|set' command"],
    [['hz', ''], failed('hz', NOT_A_NUMBER)],
    [['timeout', '-1'], failed('timeout', 'argument must be between 0 and 2147483647 inclusive')],
    [['rdbcompression', 'maybe'], failed('rdbcompression', "argument must be 'yes' or 'no'")],
    [['maxmemory', '1gbx'], failed('maxmemory', 'argument must be a memory value')],
    [['maxmemory-clients', '1tb'], failed('maxmemory-clients', 'argument must be a memory or percent value')],
    [['maxmemory-clients', '101%'], failed('maxmemory-clients', 'percentage argument must be less or equal to 100')],
    [['loglevel', 'x'], failed('loglevel', `${ONE_OF}debug, verbose, notice, warning`)],
    [['tcp-backlog', '1'], failed('tcp-backlog', IMMUTABLE)],
    [['enable-debug-command', 'yes'], failed('enable-debug-command', IMMUTABLE)],
    [['enable-protected-configs', 'yes'], failed('enable-protected-configs', IMMUTABLE)],
    [['dir', '/tmp'], failed('dir', "can't set protected config")],
    [['dbfilename', 'x'], failed('dbfilename', "can't set protected config")],
    [['save', '60'], failed('save', 'Invalid save parameters')],
    [['save', '0 1'], failed('save', 'Invalid save parameters')],
    [['save', '1 -1'], failed('save', 'Invalid save parameters')],
    [['save', '1 x'], failed('save', 'Invalid save parameters')],
    [['save', ' 60  1 '], failed('save', 'Invalid save parameters')],
  ];
  for (const [args, error] of BAD) {
    test(`refuses ${args.join(' ')}`, async () => {
      await (await client()).expect('CONFIG', 'SET', ...args).error(error);
    });
  }

  test('save points', async () => {
    const c = await (await server()).client();
    for (const points of ['60 1000', '60 1000 30 5', '1 0', '']) {
      await c.expect('CONFIG', 'SET', 'save', points).ok();
      expect(await get(c, 'save')).toBe(points);
    }
  });

  test('works in a transaction', async () => {
    const c = await (await server()).client();
    await c.expect('MULTI').ok();
    await c.expect('CONFIG', 'SET', 'timeout', '5').status('QUEUED');
    await c.expect('EXEC').matches((value) => Array.isArray(value) && value.length === 1, 'one reply');
    expect(await get(c, 'timeout')).toBe('5');
  });

  test('the limits of packed values hold for what grows from then on; their older names are known', async () => {
    const c = await client();
    const encodings = async (...keys: string[]) => {
      const found: unknown[] = [];
      for (const key of keys) found.push(await c.send('OBJECT', 'ENCODING', key));
      return found.join(' ');
    };
    await c.expect('HSET', 'before', 'a', '1', 'b', '2', 'c', '3').int(3);
    await c.expect('CONFIG', 'SET', 'hash-max-ziplist-entries', '2', 'hash-max-listpack-value', '5').ok();
    await c.expect('CONFIG', 'SET', 'set-max-intset-entries', '1').ok();
    await c.expect('CONFIG', 'GET', 'hash-max-*pack-entries').array(['hash-max-listpack-entries', '2']);
    await c.expect('CONFIG', 'GET', 'hash-max-ziplist-entries').array(['hash-max-ziplist-entries', '2']);
    await c.expect('HSET', 'small', 'a', '1', 'b', '2').int(2);
    await c.expect('HSET', 'large', 'a', '1', 'b', '2', 'c', '3').int(3);
    await c.expect('HSET', 'long', 'a', '123456').int(1);
    await c.expect('SADD', 'one', '1').int(1);
    await c.expect('SADD', 'two', '1').int(1);
    await c.expect('SADD', 'two', '2').int(1);
    const found = await encodings('before', 'small', 'large', 'long', 'one', 'two');
    expect(found).toBe('listpack listpack hashtable hashtable intset hashtable');
    await c.expect('CONFIG', 'SET', 'list-max-listpack-size', '-6', 'list-compress-depth', '1').ok();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('LRANGE', 'l', '0', '-1').array(['a', 'b']);
    await c.expect('CONFIG', 'SET', 'stream-node-max-entries', '2', 'stream-node-max-bytes', '1kb').ok();
    for (let i = 1; i <= 5; i++) await c.expect('XADD', 'x', `${i}-0`, 'f', 'v').bulk(`${i}-0`);
    await c.expect('XTRIM', 'x', 'MAXLEN', '~', '2').int(2);
  });

  test('proto-max-bulk-len holds for clients that are connected already, and has a least value', async () => {
    const s = await server('--save', '');
    const [c, other] = [await s.client(), await s.client()];
    await c.expect('CONFIG', 'SET', 'proto-max-bulk-len', '1000').errorLike(/'proto-max-bulk-len'\) - argument must be between 1048576 and /);
    await other.expect('CONFIG', 'SET', 'proto-max-bulk-len', '1mb').ok();
    await c.expect('CONFIG', 'GET', 'proto-max-bulk-len').array(['proto-max-bulk-len', '1048576']);
    c.write(`*2\r\n$4\r\nECHO\r\n$${1024 ** 2 + 1}\r\n`);
    await c.receive().error('ERR Protocol error: invalid bulk length');
    await c.closed();
  });

  test('hz, loglevel and maxclients take effect at once', async () => {
    const s = await server();
    const c = await s.client();
    await c.expect('CONFIG', 'SET', 'hz', '50', 'loglevel', 'warning').ok();
    expect((await info(c, 'server'))['hz']).toBe('50');
    await c.expect('CONFIG', 'SET', 'maxclients', '1').ok();
    const late = await s.client();
    await late.receive().error('ERR max number of clients reached');
    await late.closed();
  });
});

describe('client-output-buffer-limit', () => {
  const NAME = 'client-output-buffer-limit';

  test('a class that CONFIG SET does not name keeps its limit', async () => {
    const c = await (await server()).client();
    await c.expect('CONFIG', 'SET', NAME, 'replica 3mb 1mb 5').ok();
    await c.expect('CONFIG', 'SET', NAME, 'normal 2mb 0 0 pubsub 4mb 0 0').ok();
    expect(await get(c, NAME)).toBe('normal 2097152 0 0 slave 3145728 1048576 5 pubsub 4194304 0 0');
    await c.expect('CONFIG', 'SET', NAME, '').ok();
    expect(await get(c, NAME)).toBe('normal 2097152 0 0 slave 3145728 1048576 5 pubsub 4194304 0 0');
    const reason = 'Invalid client class specified in buffer limit configuration.';
    await c.expect('CONFIG', 'SET', NAME, 'master 2mb 0 0').error(failed(NAME, reason));
  });

  test('holds from CONFIG SET on', async () => {
    const own = await server();
    const [greedy, other] = [await own.client(), await own.client()];
    const big = 'x'.repeat(2_000_000);
    await other.expect('SET', 'big', big).ok();
    await greedy.expect('GET', 'big').bulk(big);
    await other.expect('CONFIG', 'SET', NAME, 'normal 1mb 0 0').ok();
    greedy.write('GET big\r\n');
    await greedy.closed();
    await other.expect('CONFIG', 'SET', NAME, 'normal 3mb 0 0').ok();
    await other.expect('GET', 'big').bulk(big);
  });
});

describe('protected mode', () => {
  test('CONFIG SET from this host lets others in', async () => {
    const { own, greet } = await reachableServer();
    expect(await greet()).toContain("1) Just disable protected mode sending the command 'CONFIG SET protected-mode no'");
    await (await own.client()).expect('CONFIG', 'SET', 'protected-mode', 'no').ok();
    expect(await greet()).toBe('+PONG\r\n');
  });
});

describe('protected options', () => {
  test('dir is changed where it is allowed, to a folder that is there', async () => {
    const s = await server(...PROTECTED);
    const c = await s.client();
    expect(await get(c, 'dir')).toBe(realpathSync(s.dir));
    mkdirSync(join(s.dir, 'sub'));
    writeFileSync(join(s.dir, 'file'), '');
    await c.expect('CONFIG', 'SET', 'dir', 'sub').ok();
    expect(await get(c, 'dir')).toBe(realpathSync(join(s.dir, 'sub')));
    await c.expect('CONFIG', 'SET', 'dir', '../nosuch').error(failed('dir', 'No such file or directory'));
    await c.expect('CONFIG', 'SET', 'dir', '../file').error(failed('dir', 'Not a directory'));
    await c.expect('CONFIG', 'SET', 'dir', '').error(failed('dir', 'No such file or directory'));
    await c.expect('CONFIG', 'SET', 'dir', s.dir, 'hz', 'x').error(failed('hz', NOT_A_NUMBER));
    expect(await get(c, 'dir')).toBe(realpathSync(join(s.dir, 'sub')));
    await c.expect('SAVE').ok();
    expect(existsSync(join(s.dir, 'sub', 'dump.rdb'))).toBe(true);
  });

  test('local allows it to clients of the same machine', async () => {
    const c = await (await server('--enable-protected-configs', 'local')).client();
    await c.expect('CONFIG', 'SET', 'dbfilename', 'other.rdb').ok();
    expect(await get(c, 'dbfilename')).toBe('other.rdb');
  });

  test('dbfilename is a name, not a path', async () => {
    const s = await server(...PROTECTED);
    const c = await s.client();
    await c
      .expect('CONFIG', 'SET', 'dbfilename', 'a/b')
      .error(failed('dbfilename', "dbfilename can't be a path, just a filename"));
    await c.expect('CONFIG', 'SET', 'dbfilename', 'b.rdb').ok();
    await c.expect('SAVE').ok();
    expect(existsSync(join(s.dir, 'b.rdb'))).toBe(true);
  });
});

describe('redis.conf', () => {
  test('comments, quotes, letters of any case; the last line counts, and flags override it', async () => {
    const conf = ['# top', '', '  HZ   "20"', 'timeout 1\r', 'timeout 2', '\t# more', 'maxclients 50'];
    const quoted = ["dbfilename 'a b.rdb'", 'loglevel "not\\x69ce"'];
    const s = await serverWith([...conf, ...quoted].join('\n'), '--maxclients', '60');
    const c = await s.client();
    expect([await get(c, 'hz'), await get(c, 'timeout'), await get(c, 'maxclients')]).toEqual(['20', '2', '60']);
    expect([await get(c, 'dbfilename'), await get(c, 'loglevel')]).toEqual(['a b.rdb', 'notice']);
    expect((await info(c, 'server'))['config_file']).toBe(join(realpathSync(s.dir), 'redis.conf'));
  });

  const SAVE: [conf: string, flags: string[], points: string][] = [
    ['', [], '3600 1 300 100 60 10000'],
    ['save 10 1\nsave 20 2\nsave 30 3 40 4\n', [], '10 1 20 2 30 3 40 4'],
    ['save 10 1\nsave ""\nsave 30 3\n', [], '30 3'],
    ['save "10 5"\n', [], '10 5'],
    ['save ""\n', [], ''],
    ['save 10 1\n', ['--save', ''], ''],
    ['save 10 1\n', ['--save', '30', '3', '--save', '40 4'], '10 1 30 3 40 4'],
    ['', ['--save', '30 3 40 4'], '30 3 40 4'],
    ['', ['--save', '40', '4', '--save', ''], ''],
    ['', ['--save', '--hz', '3'], ''],
  ];
  for (const [conf, flags, points] of SAVE) {
    test(`${JSON.stringify(conf)} ${flags.join(' ')}: save is "${points}"`, async () => {
      expect(await get(await (await serverWith(conf, ...flags)).client(), 'save')).toBe(points);
    });
  }

  test('include takes in other files, in order, and files that a pattern finds', async () => {
    const s = await server();
    writeFileSync(join(s.dir, 'a.conf'), 'hz 30\ntimeout 3\n');
    writeFileSync(join(s.dir, 'b.conf'), 'hz 40\n');
    onlyIf(target.kind !== 'cmd', 'needs a redis.conf in front of the flags');
    await withConf(s, `timeout 1\ninclude ${s.dir}/[ab].conf\ninclude ${s.dir}/nosuch*.conf\nmaxclients 20\n`);
    const c = await s.client();
    expect([await get(c, 'hz'), await get(c, 'timeout'), await get(c, 'maxclients')]).toEqual(['40', '3', '20']);
  });

  const BAD: [conf: string, line: number, reason: RegExp][] = [
    ['hzz 20\n', 1, /Bad directive/],
    ['# c\n\nhz abc\n', 3, /argument couldn't be parsed into an integer/],
    ['hz 20 30\n', 1, /wrong number of arguments/],
    ['hz 20 # c\n', 1, /wrong number of arguments/],
    ['port 1\nhz "20\n', 2, /Unbalanced quotes in configuration line/],
    ['dir /nosuch/folder\n', 1, /No such file or directory/],
    ['dbfilename a/b\n', 1, /dbfilename can't be a path, just a filename/],
    ['save 60 1\nsave 5\n', 2, /Invalid save parameters/],
  ];
  for (const [conf, line, reason] of BAD) {
    test(`refuses to start with ${JSON.stringify(conf)}, naming the line`, async () => {
      const s = await serverWith('');
      const error = await withConf(s, conf).then(() => null, String);
      expect(error).toMatch(reason);
      expect(error).toMatch(new RegExp(`line ${line}\\b|redis\\.conf:${line}:`));
      expect(error).toContain('exit code 1');
    });
  }

  test('refuses to start without the file, or without one that it includes', async () => {
    const s = await serverWith('');
    await expect(s.restart('nosuch.conf')).rejects.toThrow(/can't open config file '.*nosuch.conf': No such file/);
    await expect(withConf(s, 'include /nosuch/x.conf\n')).rejects.toThrow(/can't open config file '\/nosuch\/x.conf'/);
  });
});

describe('CONFIG REWRITE', () => {
  test('needs a redis.conf', async () => {
    const c = await (await server()).client();
    await c.expect('CONFIG', 'REWRITE').error('ERR The server is running without a config file');
  });

  test('keeps comments and order, replaces what has changed, adds what is new at the end', async () => {
    const s = await serverWith('# top\nhz 20\n# save\nsave 10 1\nsave 20 2\n# end\ntimeout 5\n', '--maxclients', '50');
    const c = await s.client();
    await c.expect('CONFIG', 'SET', 'hz', '30', 'save', '7 7', 'rdbcompression', 'no').ok();
    await c.expect('CONFIG', 'REWRITE').ok();
    const lines = readFile(s, 'redis.conf')!.split('\n').filter((line) => line !== '');
    const kept = ['# top', 'hz 30', '# save', 'save 7 7', '# end', 'timeout 5', '# Generated by CONFIG REWRITE'];
    expect(lines.slice(0, 7)).toEqual(kept);
    expect(lines.slice(7)).toContain('rdbcompression no');
    expect(lines.slice(7)).toContain('maxclients 50');
    expect(lines.filter((line) => /^(rdbchecksum|loglevel)/.test(line))).toEqual([]);
  });

  test('what it writes is what the next start reads, and what the next rewrite leaves alone', async () => {
    const s = await serverWith('save 10 1\ndbfilename "a b\\x22.rdb"\n');
    const c = await s.client();
    await c.expect('CONFIG', 'SET', 'save', '', 'maxmemory', '104857600', 'timeout', '9').ok();
    await c.expect('CONFIG', 'REWRITE').ok();
    expect(readFile(s, 'redis.conf')).toContain('maxmemory 100mb\n');
    await s.restart();
    const again = await s.client();
    expect([await get(again, 'save'), await get(again, 'timeout')]).toEqual(['', '9']);
    expect(await get(again, 'maxmemory')).toBe('104857600');
    expect(await get(again, 'dbfilename')).toBe('a b".rdb');
    await again.expect('CONFIG', 'REWRITE').ok();
    const first = readFile(s, 'redis.conf')!;
    await again.expect('CONFIG', 'REWRITE').ok();
    expect(readFile(s, 'redis.conf')!.split('\n').sort()).toEqual(first.split('\n').sort());
  });

  test('finds the files that are included when dir is elsewhere by now', async () => {
    const s = await serverWith('');
    mkdirSync(join(s.dir, 'data'));
    writeFileSync(join(s.dir, 'more.conf'), 'timeout 3\n');
    await withConf(s, 'include more.conf\ndir data\n');
    const c = await s.client();
    expect(await get(c, 'dir')).toBe(join(realpathSync(s.dir), 'data'));
    await c.expect('CONFIG', 'REWRITE').ok();
    await c.expect('CONFIG', 'SET', 'timeout', '0').ok();
    await c.expect('CONFIG', 'REWRITE').ok();
    expect(readFile(s, 'redis.conf')).toContain('include more.conf\n');
    expect(readFile(s, 'redis.conf')).toContain(`${join(realpathSync(s.dir), 'data')}`);
  });

  test('an option that is back at its default keeps its line', async () => {
    const s = await serverWith('timeout 5\n');
    const c = await s.client();
    await c.expect('CONFIG', 'SET', 'timeout', '0').ok();
    await c.expect('CONFIG', 'REWRITE').ok();
    expect(readFile(s, 'redis.conf')).toMatch(/^timeout 0\n/);
  });

  test('a missing file is written again; a missing folder is an error', async () => {
    const s = await serverWith('hz 20\n');
    mkdirSync(join(s.dir, 'conf'));
    writeFileSync(join(s.dir, 'conf', 'my.conf'), 'hz 20\n');
    await s.restart(join(s.dir, 'conf', 'my.conf'));
    const c = await s.client();
    rmSync(join(s.dir, 'conf', 'my.conf'));
    await c.expect('CONFIG', 'REWRITE').ok();
    expect(readFile(s, 'conf', 'my.conf')).toContain('hz 20\n');
    rmSync(join(s.dir, 'conf'), { recursive: true });
    await c.expect('CONFIG', 'REWRITE').error('ERR Rewriting config file: No such file or directory');
  });
});

describe('CONFIG RESETSTAT', () => {
  test('begins to count from 0', async () => {
    const s = await server();
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('GET', 'nokey').nil();
    const before = await info(c, 'stats');
    expect([before['keyspace_hits'], before['keyspace_misses']]).toEqual(['1', '1']);
    await c.expect('CONFIG', 'RESETSTAT').ok();
    const after = await info(c, 'stats');
    expect([after['keyspace_hits'], after['keyspace_misses']]).toEqual(['0', '0']);
    expect(after['total_connections_received']).toBe('0');
    expect(Number(after['total_commands_processed'])).toBeLessThanOrEqual(2);
  });

  test('commands, errors, bytes and saves too', async () => {
    const s = await server();
    const c = await s.client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('INCR', 'k').errorLike(/^ERR value is not/);
    await c.expect('SAVE').ok();
    expect((await info(c, 'commandstats'))['cmdstat_incr']).toMatch(/^calls=1,.*failed_calls=1$/);
    expect((await info(c, 'persistence'))['rdb_saves']).toBe('1');
    await c.expect('CONFIG', 'RESETSTAT').ok();
    expect(Object.keys(await info(c, 'commandstats'))).not.toContain('cmdstat_set');
    await c.expect('INFO', 'errorstats').bulk('# Errorstats\r\n');
    expect((await info(c, 'persistence'))['rdb_saves']).toBe('0');
    const stats = await info(c, 'stats');
    expect([stats['total_error_replies'], Number(stats['total_net_input_bytes']) < 300]).toEqual(['0', true]);
  });

  test('takes no arguments', async () => {
    const c = await client();
    await c.expect('CONFIG', 'RESETSTAT', 'x').error("ERR wrong number of arguments for 'config|resetstat' command");
    await c.expect('CONFIG', 'REWRITE', 'x').error("ERR wrong number of arguments for 'config|rewrite' command");
  });
});
