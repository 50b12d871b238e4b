import { createHash } from 'node:crypto';
import {
  client,
  clientResp3,
  describe,
  double,
  error,
  expect,
  items,
  server,
  Status,
  status,
  test,
  until,
  type Client,
} from '../harness/suite.ts';

/** The digest of a script, which errors show. */
function sha(script: string): string {
  return createHash('sha1').update(script, 'latin1').digest('hex');
}

/** Runs a script without keys and arguments. */
function run(c: Client, script: string) {
  return c.expect('EVAL', script, 0);
}

/** The error of a script that fails: its text, and where it happened. */
function fails(c: Client, script: string, text: string, line = 1) {
  return run(c, script).error(`${text} script: ${sha(script)}, on @user_script:${line}.`);
}

/** The lines of a section of INFO, by their names. */
async function info(c: Client, section: string): Promise<Map<string, string>> {
  const text = String(await c.send('INFO', section));
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** How often a command ran, was refused and failed. */
async function counts(c: Client, command: string): Promise<string> {
  const line = (await info(c, 'commandstats')).get(`cmdstat_${command}`) ?? '';
  return ['calls', 'rejected_calls', 'failed_calls'].map((name) => new RegExp(`\\b${name}=(\\d+)`).exec(line)?.[1]).join(' ');
}

describe('EVAL', () => {
  test('keys and arguments', async () => {
    const c = await client();
    await c.expect('EVAL', 'return {KEYS[1], KEYS[2], ARGV[1], #KEYS, #ARGV}', 2, 'k1', 'k2', 'a', 'b').array(['k1', 'k2', 'a', 2, 2]);
    await c.expect('EVAL', 'return {#KEYS, #ARGV}', 0).array([0, 0]);
    await c.expect('EVAL', 'return 1', 'x').error('ERR value is not an integer or out of range');
    await c.expect('EVAL', 'return 1', -1).error("ERR Number of keys can't be negative");
    await c.expect('EVAL', 'return 1', 2, 'a').error("ERR Number of keys can't be greater than number of args");
    await c.expect('EVAL', 'return 1').error("ERR wrong number of arguments for 'eval' command");
  });

  test('what a script returns becomes a reply', async () => {
    const c = await client();
    await run(c, 'return 10').int(10);
    await run(c, 'return {3.9, -3.9}').array([3, -3]);
    await run(c, 'return {1e300, -1e300, 0/0}').array(Array(3).fill(-9223372036854775808n));
    await run(c, 'return {2^63 - 1024, 2^63, -2^63, -2^64}').array([2n ** 63n - 1024n, ...Array(3).fill(-(2n ** 63n))]);
    await run(c, "return 'text'").bulk('text');
    await run(c, "return '\\0\\255'").bulk('\0\xff');
    await run(c, 'return true').int(1);
    await run(c, 'return false').nil();
    await run(c, 'return').nil();
    await run(c, 'return function() end').nil();
    await run(c, "return {1, 'a', {2, {'b'}}, true, {}}").array([1, 'a', [2, ['b']], 1, []]);
    await run(c, 'return {1, 2, nil, 4}').array([1, 2]);
    await run(c, "return {1, x = 'no'}").array([1]);
    await run(c, 'return 1, 2').int(1);
  });

  test('tables that say what they are', async () => {
    const c = await client();
    await run(c, "return {ok = 'FINE'}").status('FINE');
    await run(c, "return {ok = 'two\\r\\nlines'}").status('two  lines');
    await run(c, "return {err = 'CODE text'}").error('CODE text');
    await run(c, "return {1, {err = 'CODE text'}, {ok = 'x'}}").array([1, error('CODE text'), status('x')]);
    await run(c, "return {double = 3.5}").bulk('3.5');
    await run(c, "return {big_number = '12345678901234567890'}").bulk('12345678901234567890');
    await run(c, "return {verbatim_string = {format = 'txt', string = 'text'}}").bulk('text');
    await run(c, 'return {map = {a = 1}}').array(['a', 1]);
    await run(c, 'return {set = {a = true}}').array(['a']);
    await run(c, 'return {ok = 1}').array([]);
    await run(c, "return {err = 'E', ok = 'O'}").error('E');
  });

  test('the same to a client of RESP3', async () => {
    const c = await clientResp3();
    await run(c, 'return {double = 3.5}').double(3.5);
    await c.expect('EVAL', "return {big_number = '123'}", 0).matches((value) => value === 123n || value === 123, 'the number 123');
    await run(c, 'return {map = {a = {double = 1.5}}}').map({ a: double(1.5) });
    await run(c, 'return {set = {a = true, b = true}}').set(['a', 'b']);
    await run(c, 'return true').int(1);
    await run(c, 'redis.setresp(3) return {true, false}').array([true, false]);
    await run(c, 'return false').nil();
  });

  test('no end of tables within a table', async () => {
    const c = await client();
    await c.expect('EVAL', 'local t = {} t[1] = t return t', 0).matches((value) => Array.isArray(value), 'an array');
    await c.expect('PING').status('PONG');
  });

  test('errors say where they happened', async () => {
    const c = await client();
    await fails(c, "error('boom')", 'ERR user_script:1: boom');
    await fails(c, "\n\nerror('boom')", 'ERR user_script:3: boom', 3);
    await fails(c, "error('boom', 0)", 'ERR boom');
    await fails(c, "error({err = 'CODE boom'})", 'CODE boom');
    await fails(c, 'error()', 'ERR nil');
    await fails(c, "local function f()\nerror('boom')\nend\nf()", 'ERR user_script:2: boom', 2);
    await fails(c, 'return 1 + nil', 'ERR user_script:1: attempt to perform arithmetic on a nil value');
    await fails(c, 'return nosuch', "ERR user_script:1: Script attempted to access nonexistent global variable 'nosuch'");
    await fails(c, 'x = 1', 'ERR user_script:1: Attempt to modify a readonly table');
    await fails(c, 'redis.x = 1', 'ERR user_script:1: Attempt to modify a readonly table');
    await run(c, 'return +').error("ERR Error compiling script (new function): user_script:1: unexpected symbol near '+'");
  });

  test('a script that fails has done what it did before', async () => {
    const c = await client();
    await fails(c, "redis.call('SET', 'k', 'v') error('boom')", 'ERR user_script:1: boom');
    await c.expect('GET', 'k').bulk('v');
  });

  test('one call leaves nothing to the next', async () => {
    const c = await client();
    await run(c, "redis.call('SELECT', 5) redis.setresp(3) redis.call('SET', 'k', 'v')").nil();
    await c.expect('GET', 'k').nil();
    await run(c, "return redis.call('GET', 'nosuch') == false").int(1);
    await c.expect('SELECT', 5).ok();
    await c.expect('GET', 'k').bulk('v');
    await run(c, "return redis.call('GET', 'k')").bulk('v');
    await c.expect('FLUSHDB').ok();
  });
});

describe('redis.call and redis.pcall', () => {
  test('replies become values of Lua', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'f', 'v').int(1);
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('ZADD', 'z', '1.5', 'm').int(1);
    await run(c, "return redis.call('SET', 'k', 'v').ok").bulk('OK');
    await run(c, "return type(redis.call('GET', 'nosuch'))").bulk('boolean');
    await run(c, "return redis.call('LRANGE', 'l', 0, -1)[2]").bulk('b');
    await run(c, "return redis.call('HGETALL', 'h')").array(['f', 'v']);
    await run(c, "return redis.call('ZSCORE', 'z', 'm')").bulk('1.5');
    await run(c, "return redis.call('INCR', 'n') + 1").int(2);
    await run(c, "return redis.call('PING')").status('PONG');
    await run(c, "return {redis.call('GET', 'nosuch'), redis.call('GET', 'k')}").array([null, 'v']);
  });

  test('after redis.setresp(3) each type has its own form', async () => {
    const c = await client();
    await c.expect('HSET', 'h', 'f', 'v').int(1);
    await c.expect('SADD', 's', 'm').int(1);
    await c.expect('ZADD', 'z', '1.5', 'm').int(1);
    await run(c, "redis.setresp(3) return redis.call('HGETALL', 'h').map.f").bulk('v');
    await c.expect('HSET', 'three', 'a', '1', 'b', '2', 'c', '3').int(3);
    await run(c, "redis.setresp(3) local m = redis.call('HGETALL', 'three').map return {m.a, m.b, m.c}").array(['1', '2', '3']);
    await run(c, "redis.setresp(3) return redis.call('SMEMBERS', 's').set.m and 'yes'").bulk('yes');
    await run(c, "redis.setresp(3) return tostring(redis.call('ZSCORE', 'z', 'm').double)").bulk('1.5');
    await run(c, "redis.setresp(3) return type(redis.call('GET', 'nosuch'))").bulk('nil');
    await run(c, "redis.setresp(3) return redis.call('SISMEMBER', 's', 'm')").int(1);
    await run(c, "redis.setresp(3) redis.setresp(2) return redis.call('HGETALL', 'h')[2]").bulk('v');
    await fails(c, 'redis.setresp(4)', 'ERR RESP version must be 2 or 3.');
    await fails(c, 'redis.setresp()', 'ERR redis.setresp() requires one argument.');
    const c3 = await clientResp3();
    await c3.expect('EVAL', "redis.setresp(3) return redis.call('HGETALL', 'h')", 0).map({ f: 'v' });
    await c3.expect('EVAL', "redis.setresp(3) return redis.call('SMEMBERS', 's')", 0).set(['m']);
  });

  test('numbers as arguments', async () => {
    const c = await client();
    const rows = [
      ['12', '12'],
      ['-7', '-7'],
      ['12.5', '12.5'],
      ['1e15', '1000000000000000'],
      ['1e20', '1e+20'],
      ['2^53', '9007199254740992'],
      ['1/0', 'inf'],
    ] as const;
    for (const [number, text] of rows) await run(c, `redis.call('SET', 'k', ${number}) return redis.call('GET', 'k')`).bulk(text);
    await fails(c, "redis.call('SET', 'k', true)", 'ERR Lua redis lib command arguments must be strings or integers');
    await fails(c, "redis.call('SET', 'k', {})", 'ERR Lua redis lib command arguments must be strings or integers');
    await fails(c, 'redis.call()', 'ERR Please specify at least one argument for this redis lib call');
    await run(c, 'return redis.pcall()').error('ERR Please specify at least one argument for this redis lib call');
  });

  test('what goes wrong ends the script, or is a value', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';
    await fails(c, "redis.call('LPUSH', 'k', 'x') return 1", wrongType);
    await run(c, "return redis.pcall('LPUSH', 'k', 'x')").error(wrongType);
    await run(c, "return redis.pcall('LPUSH', 'k', 'x').err").bulk(wrongType);
    await run(c, "redis.pcall('LPUSH', 'k', 'x') return 1").int(1);
    await run(c, "local ok, e = pcall(redis.call, 'LPUSH', 'k', 'x') return {tostring(ok), type(e), e}").array(['false', 'string', wrongType]);
    await fails(c, "redis.call('NOSUCH')", 'ERR Unknown Redis command called from script');
    await fails(c, "redis.call('CLIENT', 'NOSUCH')", 'ERR Unknown Redis command called from script');
    await fails(c, "redis.call('GET')", 'ERR Wrong number of args calling Redis command from script');
    await fails(c, "redis.call('CLIENT')", 'ERR Wrong number of args calling Redis command from script');
  });

  test('commands that are not for scripts', async () => {
    const c = await client();
    for (const command of ['BLPOP k 0', 'MULTI', 'EVAL x 0', 'SUBSCRIBE c', 'CONFIG GET x', 'SCRIPT LOAD x', 'SAVE', 'AUTH x', 'WAIT 0 0', 'FCALL f 0']) {
      const words = command.split(' ').map((word) => `'${word}'`).join(', ');
      await fails(c, `redis.call(${words})`, 'ERR This Redis command is not allowed from script');
    }
  });

  test('commands that wait do not', async () => {
    const c = await client();
    await c.expect('XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM').ok();
    await run(c, "return redis.call('BLMOVE', 'a', 'b', 'LEFT', 'LEFT', 0)").matches((reply) => reply instanceof Error, 'an error');
    await fails(c, "return redis.call('XREAD', 'BLOCK', 0, 'STREAMS', 's', '$')", 'ERR XREAD command is not allowed with BLOCK option from scripts');
    await fails(
      c,
      "return redis.call('xreadgroup', 'GROUP', 'g', 'me', 'BLOCK', 0, 'STREAMS', 's', '>')",
      'ERR xreadgroup command is not allowed with BLOCK option from scripts',
    );
    await run(c, "return redis.call('XREAD', 'STREAMS', 's', '$')").nil();
  });

  test('errors and calls are counted once', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    const cases: [script: string, errors: string, lpush: string, evals: string][] = [
      ["redis.pcall('LPUSH', 'k', 'x') return 1", '1', '1 0 1', '1 0 0'],
      ["return redis.pcall('LPUSH', 'k', 'x')", '1', '1 0 1', '1 0 1'],
      ["redis.call('LPUSH', 'k', 'x')", '1', '1 0 1', '1 0 1'],
      ["redis.call('LPUSH', 'k')", '1', '0 1 0', '1 0 1'],
      ["error('x')", '1', '  ', '1 0 1'],
      ["return {err = 'X y'}", '1', '  ', '1 0 1'],
      ["return {{err = 'X y'}}", '1', '  ', '1 0 1'],
    ];
    for (const [script, errors, lpush, evals] of cases) {
      await c.expect('CONFIG', 'RESETSTAT').ok();
      await c.send('EVAL', script, 0);
      expect([script, (await info(c, 'stats')).get('total_error_replies')]).toEqual([script, errors]);
      expect([script, await counts(c, 'lpush')]).toEqual([script, lpush]);
      expect([script, await counts(c, 'eval')]).toEqual([script, evals]);
    }
  });
});

describe('the table redis', () => {
  test('replies by hand', async () => {
    const c = await client();
    await run(c, "return redis.error_reply('text')").error('ERR text');
    await run(c, "return redis.error_reply('CODE text')").error('CODE text');
    await run(c, "return redis.error_reply('-CODE text')").error('CODE text');
    await run(c, 'return redis.error_reply(1)').error('ERR wrong number or type of arguments');
    await run(c, "return redis.status_reply('FINE')").status('FINE');
    await run(c, 'return redis.status_reply()').error('ERR wrong number or type of arguments');
    await run(c, "return redis.error_reply('CODE text').err").bulk('CODE text');
  });

  test('sha1hex', async () => {
    const c = await client();
    await run(c, "return redis.sha1hex('')").bulk(sha(''));
    await run(c, "return redis.sha1hex('\\255')").bulk(sha('\xff'));
    await run(c, 'return redis.sha1hex(12)').bulk(sha('12'));
    await fails(c, 'redis.sha1hex()', 'ERR wrong number of arguments');
  });

  test('log', async () => {
    const c = await client();
    await run(c, "redis.log(redis.LOG_DEBUG, 'one', 2, {}, 'three')").nil();
    await fails(c, 'redis.log()', 'ERR redis.log() requires two arguments or more.');
    await fails(c, "redis.log('x', 'y')", 'ERR First argument must be a number (log level).');
    await fails(c, "redis.log(9, 'y')", 'ERR Invalid debug level.');
    await run(c, 'return {redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING}').array([0, 1, 2, 3]);
  });

  test('what is left of older forms of replication', async () => {
    const c = await client();
    await run(c, 'return redis.replicate_commands()').int(1);
    await run(c, 'return redis.breakpoint()').nil();
    await run(c, "return redis.debug('x')").nil();
    await run(c, 'return {redis.REPL_NONE, redis.REPL_AOF, redis.REPL_SLAVE, redis.REPL_REPLICA, redis.REPL_ALL}').array([0, 1, 2, 2, 3]);
    await fails(c, 'redis.set_repl(9)', 'ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
    await fails(c, 'redis.set_repl()', 'ERR redis.set_repl() requires two arguments.');
  });

  test('the version', async () => {
    const c = await client();
    const version = (await info(c, 'server')).get('redis_version')!;
    await run(c, 'return redis.REDIS_VERSION').bulk(version);
    await run(c, 'return redis.REDIS_VERSION_NUM').int(version.split('.').reduce((sum, part) => sum * 256 + Number(part), 0));
  });

  test('what the user of the script may do', async () => {
    const admin = await client();
    await admin.expect('ACL', 'SETUSER', 'bob', 'reset', 'on', 'nopass', '~a*', '+@all', '-get').ok();
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    const c = await client();
    await c.expect('AUTH', 'bob', 'x').ok();
    await fails(c, "redis.call('GET', 'a')", "ERR The user executing the script can't run this command or subcommand");
    await fails(
      c,
      "redis.call('SET', 'b', 'v')",
      "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
    );
    await fails(c, "redis.call('PUBLISH', 'ch', 'v')", "ERR The user executing the script can't publish to the channel mentioned in the command");
    await run(c, "return redis.call('SET', 'a', 'v')").ok();
    await run(c, "return {redis.acl_check_cmd('GET', 'a'), redis.acl_check_cmd('SET', 'b', 'v'), redis.acl_check_cmd('SET', 'ab', 'v')}").array([null, null, 1]);
    await fails(c, "redis.acl_check_cmd('NOSUCH')", 'ERR Invalid command passed to redis.acl_check_cmd()');
    await c.expect('EVAL', 'return 1', 1, 'b').matches((reply) => reply instanceof Error && reply.message.startsWith('NOPERM'), 'NOPERM');
    await admin.expect('ACL', 'LOG').matches((reply) => {
      const found = items(reply).map((entry) => items(entry).map(String));
      expect(found.map((entry) => [entry[3], entry[5], entry[7]])).toEqual([
        ['key', 'toplevel', 'b'],
        ['channel', 'lua', 'ch'],
        ['key', 'lua', 'b'],
        ['command', 'lua', 'get'],
      ]);
    }, 'four entries');
    await admin.expect('ACL', 'DELUSER', 'bob').int(1);
  });
});

describe('scripts that the server keeps', () => {
  test('EVALSHA, SCRIPT LOAD, EXISTS and FLUSH', async () => {
    const c = await client();
    const script = 'return {1, ARGV[1]}';
    await c.expect('SCRIPT', 'FLUSH').ok();
    await c.expect('EVALSHA', sha(script), 0, 'x').error('NOSCRIPT No matching script. Please use EVAL.');
    await c.expect('SCRIPT', 'LOAD', script).bulk(sha(script));
    await c.expect('EVALSHA', sha(script), 0, 'x').array([1, 'x']);
    await c.expect('EVALSHA', sha(script).toUpperCase(), 0, 'x').array([1, 'x']);
    await c.expect('EVALSHA_RO', sha(script), 0, 'x').array([1, 'x']);
    await c.expect('SCRIPT', 'EXISTS', sha(script), sha('other'), sha(script).toUpperCase()).array([1, 0, 1]);
    await c.expect('SCRIPT', 'LOAD', 'return +').error("ERR Error compiling script (new function): user_script:1: unexpected symbol near '+'");
    await run(c, 'return 7').int(7);
    await c.expect('EVALSHA', sha('return 7'), 0).int(7);
    expect((await info(c, 'memory')).get('number_of_cached_scripts')).toBe('2');
    for (const mode of ['ASYNC', 'sync']) await c.expect('SCRIPT', 'FLUSH', mode).ok();
    await c.expect('SCRIPT', 'EXISTS', sha(script)).array([0]);
    expect((await info(c, 'memory')).get('number_of_cached_scripts')).toBe('0');
    await c.expect('SCRIPT', 'FLUSH', 'x').error('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
    await c.expect('EVALSHA', 'abc', 0).error('NOSCRIPT No matching script. Please use EVAL.');
    await c.expect('SCRIPT', 'NOSUCH').error("ERR unknown subcommand 'NOSUCH'. Try SCRIPT HELP.");
    await c.expect('SCRIPT', 'KILL').error('NOTBUSY No scripts in execution right now.');
  });

  test('the memory of scripts is 0 at the start, and again after SCRIPT FLUSH', async () => {
    const c = await (await server()).client();
    const bytes = async () => Number((await info(c, 'memory')).get('used_memory_scripts_eval'));
    expect(await bytes()).toBe(0);
    await run(c, 'return 1').int(1);
    const [short, long] = [await bytes(), `return '${'x'.repeat(10_000)}'`];
    expect(short).toBeGreaterThan(0);
    await c.expect('SCRIPT', 'LOAD', long).bulk(sha(long));
    expect(await bytes()).toBeGreaterThan(short + 10_000);
    await run(c, 'return 1').int(1);
    const before = await bytes();
    await run(c, 'return 1').int(1);
    expect(await bytes()).toBe(before);
    await c.expect('SCRIPT', 'FLUSH').ok();
    expect(await bytes()).toBe(0);
  });

  test('a first line of flags', async () => {
    const c = await client();
    await run(c, '#!lua\nreturn 1').int(1);
    await run(c, '#!lua flags=no-writes,allow-stale\nreturn 1').int(1);
    await run(c, '#!lua flags=\nreturn 1').int(1);
    await fails(c, "#!lua\n\nerror('x')", 'ERR user_script:3: x', 3);
    await fails(c, "#!lua flags=no-writes\nreturn redis.call('SET', 'k', 'v')", 'ERR Write commands are not allowed from read-only scripts.', 2);
    await run(c, '#!lua flags=no-writes,x\nreturn 1').error('ERR Unexpected flag in script shebang: x');
    await run(c, '#!lua name=x\nreturn 1').error('ERR Unknown lua shebang option: name=x');
    await run(c, '#!js\nreturn 1').error('ERR Unexpected engine in script shebang: #!js');
    await run(c, '#!lua').error('ERR Invalid script shebang');
  });

  test('EVAL_RO only reads', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('EVAL_RO', "return redis.call('GET', KEYS[1])", 1, 'k').bulk('v');
    const script = "return redis.call('SET', KEYS[1], 'w')";
    const refused = (s: string) => `ERR Write commands are not allowed from read-only scripts. script: ${sha(s)}, on @user_script:1.`;
    await c.expect('EVAL_RO', script, 1, 'k').error(refused(script));
    const publish = "return redis.call('PUBLISH', 'ch', 'm')";
    await c.expect('EVAL_RO', publish, 0).error(refused(publish));
    await c.expect('EVAL_RO', '#!lua\nreturn 1', 0).error('ERR Can not execute a script with write flag using *_ro command.');
    await c.expect('EVAL_RO', '#!lua flags=no-writes\nreturn 1', 0).int(1);
    await c.expect('GET', 'k').bulk('v');
  });

  test('the keys of a script', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'EVAL', 'return 1', 2, 'a', 'b', 'c').array(['a', 'b']);
    await c.expect('COMMAND', 'GETKEYS', 'EVALSHA', 'x', 1, 'a', 'b').array(['a']);
    await c.expect('COMMAND', 'GETKEYS', 'EVAL', 'return 1', 0).array([]);
  });
});

describe('scripts among all else', () => {
  test('COMMAND INFO shows the flags of EVAL_RO and its like in the order of Redis', async () => {
    const c = await client();
    const rows = items(await c.send('COMMAND', 'INFO', 'EVAL_RO', 'EVALSHA_RO', 'FCALL_RO'));
    const flags = 'readonly noscript stale skip_monitor no_mandatory_keys movablekeys';
    expect(rows.map((row) => items(items(row!)[2]!).map((flag) => (flag as Status).text).join(' '))).toEqual([flags, flags, flags]);
  });

  test('in a transaction, and under WATCH', async () => {
    const c = await client();
    const other = await client();
    await c.expect('MULTI').ok();
    await c.expect('EVAL', "return redis.call('INCR', KEYS[1])", 1, 'n').status('QUEUED');
    await c.expect('EVAL', "error('x', 0)", 0).status('QUEUED');
    await c.expect('INCR', 'n').status('QUEUED');
    await c.expect('EXEC').array([1, error(`ERR x script: ${sha("error('x', 0)")}, on @user_script:1.`), 2]);
    await c.expect('WATCH', 'n').ok();
    await other.expect('EVAL', "return redis.call('INCR', KEYS[1])", 1, 'n').int(3);
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').matches((reply) => reply === null, 'null: the key has changed');
  });

  test('clients that wait are served when the script is done', async () => {
    const waiting = await client();
    const c = await client();
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await until(async () => /blocked_clients:1/.test(String(await c.send('INFO', 'clients'))), 'the client waits');
    await run(c, "redis.call('RPUSH', 'l', 'a') redis.call('RPUSH', 'l', 'b') return redis.call('LLEN', 'l')").int(2);
    await popped.array(['l', 'a']);
    await c.expect('LRANGE', 'l', 0, -1).array(['b']);
  });

  test('the time stands still', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PX', 60).ok();
    const script = `
      local before = redis.call('EXISTS', 'k')
      local start = redis.call('TIME')
      repeat
        local now = redis.call('TIME')
      until (now[1] - start[1]) * 1000000 + now[2] - start[2] > 80000
      return {before, redis.call('EXISTS', 'k')}`;
    await c.expect('EVAL', script, 0).matches((reply) => String(reply) === '1,1' || String(reply) === '0,0', 'the key there twice, or gone twice');
    await c.expect('EXISTS', 'k').int(0);
  });

  test('MONITOR shows the script, and then its commands', async () => {
    const monitor = await client();
    await monitor.expect('MONITOR').ok();
    const c = await client();
    await run(c, "redis.call('SET', 'k', 'v') redis.call('SELECT', 3) redis.pcall('NOSUCH') return redis.call('GET', 'k')").nil();
    const lines: string[] = [];
    while (lines.length < 4) {
      await monitor.receive().matches((line) => line instanceof Status && lines.push(line.text.replace(/^[\d.]+ /, '')) > 0, 'a line');
    }
    expect(lines[0]).toMatch(/^\[0 127\.0\.0\.1:\d+\] "EVAL"/);
    expect(lines.slice(1)).toEqual(['[0 lua] "SET" "k" "v"', '[3 lua] "SELECT" "3"', '[3 lua] "GET" "k"']);
  });

  test('SLOWLOG has the script and its commands', async () => {
    const c = await client();
    await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', 0).ok();
    await c.expect('SLOWLOG', 'RESET').ok();
    await c.expect('EVAL', "redis.call('SET', KEYS[1], 'v') return redis.call('GET', KEYS[1])", 1, 'k').bulk('v');
    await c.expect('SLOWLOG', 'GET').matches((reply) => {
      const shown = items(reply).map((entry) => items(items(entry)[3]!).map(String));
      expect(shown.slice(0, 3).map((args) => args[0])).toEqual(['EVAL', 'GET', 'SET']);
      const [script, get] = items(reply).map((entry) => Number(items(entry)[2]));
      expect(script).toBeGreaterThanOrEqual(get!);
    }, 'entries of the script and its commands');
    await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', 10000).ok();
  });

  test('during CLIENT PAUSE WRITE a script runs that says no-writes, in a transaction too, and others wait', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('CLIENT', 'PAUSE', 60000, 'WRITE').ok();
    await run(c, '#!lua flags=no-writes\nreturn 1').int(1);
    await c.expect('MULTI').ok();
    await run(c, '#!lua flags=no-writes\nreturn 2').status('QUEUED');
    await c.expect('EXEC').array([2]);
    const waiting = other.sendLater('EVAL', '#!lua\nreturn 3', 0);
    await other.blocked();
    await c.expect('CLIENT', 'UNPAUSE').ok();
    await waiting.int(3);
  });

  test('a user who may run scripts, and little else, runs those that say what they do', async () => {
    const c = await client();
    await c.expect('FUNCTION', 'LOAD', "#!lua name=l\nredis.register_function('f', function() return redis.call('GET', 'k') end)").bulk('l');
    await c.expect('ACL', 'SETUSER', 'ann', 'on', 'nopass', '+@scripting', '+get', '~*').ok();
    await c.expect('AUTH', 'ann', 'x').ok();
    await run(c, "#!lua flags=no-writes\nreturn redis.call('GET', 'k')").nil();
    await c.expect('FCALL', 'f', 0).nil();
    await c.expect('SET', 'k', 'v').matches((reply) => reply instanceof Error && reply.message.startsWith('NOPERM'), 'NOPERM');
    await c.expect('AUTH', 'default', '').ok();
    await c.expect('ACL', 'DELUSER', 'ann').int(1);
    await c.expect('FUNCTION', 'DELETE', 'l').ok();
  });

  test('CLIENT TRACKING remembers the keys of a script that has read, and of no other', async () => {
    const [c, other] = [await clientResp3(), await client()];
    await c.expect('CLIENT', 'TRACKING', 'ON').ok();
    for (const command of ['EVAL', 'EVAL_RO']) {
      await c.expect(command, "return redis.call('PING')", 1, 'k').status('PONG');
      await other.expect('SET', 'k', '1').ok();
      await c.silent();
      await c.expect(command, "return redis.call('GET', KEYS[1])", 1, 'k').bulk('1');
      await other.expect('SET', 'k', '2').ok();
      await c.receive().push(['invalidate', ['k']]);
    }
  });

  test('SORT of a set BY nothing has an order in a script', async () => {
    const c = await client();
    await c.expect('SADD', 's', 'c', 'a', 'aa', 'b').int(4);
    await run(c, "return redis.call('SORT', 's', 'BY', 'nothing')").array(['a', 'aa', 'b', 'c']);
    await run(c, "return redis.call('SORT', 's', 'BY', 'nothing', 'DESC', 'LIMIT', 0, 2)").array(['c', 'b']);
  });

  test('memory is full', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    const before = String(items(await c.send('CONFIG', 'GET', 'maxmemory'))[1]);
    await c.expect('CONFIG', 'SET', 'maxmemory', 1).ok();
    const oom = "OOM command not allowed when used memory > 'maxmemory'.";
    await fails(c, "return redis.call('SET', 'k', 'w')", oom);
    await run(c, "return redis.call('GET', 'k')").bulk('v');
    await run(c, '#!lua\nreturn 1').error(oom);
    await run(c, "#!lua flags=allow-oom\nreturn redis.call('GET', 'k')").bulk('v');
    await run(c, "#!lua flags=no-writes\nreturn redis.call('GET', 'k')").bulk('v');
    await run(c, "redis.call('DEL', 'k') return redis.call('EXISTS', 'k')").int(0);
    await c.expect('CONFIG', 'SET', 'maxmemory', before).ok();
  });

  test('a read-only replica, and a primary without replicas', async () => {
    const s = await server('--save', '');
    const c = await s.client();
    await c.expect('CONFIG', 'SET', 'min-replicas-to-write', 1).ok();
    const noReplicas = 'NOREPLICAS Not enough good replicas to write.';
    await fails(c, "return redis.call('SET', 'k', 'v')", noReplicas);
    await run(c, '#!lua\nreturn 1').error(noReplicas);
    await run(c, '#!lua flags=no-writes\nreturn 1').int(1);
    await c.expect('CONFIG', 'SET', 'min-replicas-to-write', 0).ok();
    await c.expect('REPLICAOF', '127.0.0.1', 1).ok();
    const readOnly = "READONLY You can't write against a read only replica.";
    await fails(c, "return redis.call('SET', 'k', 'v')", readOnly);
    await run(c, '#!lua\nreturn 1').error(readOnly);
    await run(c, 'return 1').int(1);
    await c.expect('CONFIG', 'SET', 'replica-serve-stale-data', 'no').ok();
    const down = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    await run(c, 'return 1').error(down);
    await run(c, '#!lua flags=no-writes\nreturn 1').error(down);
    await fails(c, "#!lua flags=no-writes,allow-stale\nreturn redis.call('GET', 'k')", 'ERR Can not execute the command on a stale replica', 2);
    await run(c, "#!lua flags=no-writes,allow-stale\nreturn redis.call('INFO', 'server') ~= nil").int(1);
  });
});
