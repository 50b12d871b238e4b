import { client, clientResp3, describe, expect, items, map, rewritten, server, set, status, test, type Client } from '../harness/suite.ts';
import { log, unselected } from '../harness/aof-effects.ts';

const LIBRARY = `#!lua name=mylib
local calls = 0
local function count(keys, args)
  calls = calls + 1
  return {#keys, #args, keys[1] or 'none', calls}
end
redis.register_function('count', count)
redis.register_function{function_name = 'put', callback = function(keys, args) return redis.call('SET', keys[1], args[1]) end, description = 'Sets a key'}
redis.register_function{function_name = 'look', callback = function(keys) return redis.call('GET', keys[1]) end, flags = {'no-writes', 'allow-stale'}}
redis.register_function('fail', function() error('boom') end)
`;

/** A library that does this when it is loaded. */
function library(name: string, code: string): string {
  return `#!lua name=${name}\n${code}`;
}

/** An empty server with the library above. */
async function loaded(): Promise<Client> {
  const c = await client();
  await c.expect('FUNCTION', 'FLUSH').ok();
  await c.expect('FUNCTION', 'LOAD', LIBRARY).bulk('mylib');
  return c;
}

/** Expects a library to be refused with this error. */
async function refused(c: Client, code: string, text: string): Promise<void> {
  await c.expect('FUNCTION', 'LOAD', code).error(`ERR ${text}`);
}

describe('FCALL', () => {
  test('a function gets its keys and arguments', async () => {
    const c = await loaded();
    await c.expect('FCALL', 'count', 1, 'k', 'a', 'b').array([1, 2, 'k', 1]);
    await c.expect('FCALL', 'COUNT', 0).array([0, 0, 'none', 2]);
    await c.expect('FCALL', 'put', 1, 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('FCALL', 'nosuch', 0).error('ERR Function not found');
    await c.expect('FCALL', 'count', 'x').error('ERR Bad number of keys provided');
    await c.expect('FCALL', 'count', -1).error("ERR Number of keys can't be negative");
    await c.expect('FCALL', 'count', 1).error("ERR Number of keys can't be greater than number of args");
    await c.expect('FCALL', 'fail', 0).error('ERR user_function:10: boom script: fail, on @user_function:10.');
  });

  test('flags', async () => {
    const c = await loaded();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('FCALL', 'look', 1, 'k').bulk('v');
    await c.expect('FCALL_RO', 'look', 1, 'k').bulk('v');
    await c.expect('FCALL_RO', 'put', 1, 'k', 'w').error('ERR Can not execute a script with write flag using *_ro command.');
    await c.expect('FUNCTION', 'LOAD', library('liar', "redis.register_function{function_name = 'lie', callback = function() return redis.call('SET', 'k', 'w') end, flags = {'no-writes'}}")).bulk('liar');
    await c.expect('FCALL', 'lie', 0).error('ERR Write commands are not allowed from read-only scripts. script: lie, on @user_function:2.');
    await c.expect('GET', 'k').bulk('v');
    await c.expect('CONFIG', 'SET', 'min-replicas-to-write', 1).ok();
    await c.expect('FCALL', 'put', 1, 'k', 'w').error('NOREPLICAS Not enough good replicas to write.');
    await c.expect('FCALL', 'look', 1, 'k').bulk('v');
    await c.expect('CONFIG', 'SET', 'min-replicas-to-write', 0).ok();
    await c.expect('COMMAND', 'GETKEYS', 'FCALL', 'put', 1, 'k', 'v').array(['k']);
  });

  test('in a transaction', async () => {
    const c = await loaded();
    await c.expect('MULTI').ok();
    await c.expect('FCALL', 'put', 1, 'k', 'v').status('QUEUED');
    await c.expect('FUNCTION', 'DELETE', 'mylib').status('QUEUED');
    await c.expect('FCALL', 'put', 1, 'k', 'w').status('QUEUED');
    await c.expect('EXEC').matches((reply) => items(reply).length === 3, 'three replies');
    await c.expect('GET', 'k').bulk('v');
  });

  test('what a function sees', async () => {
    const c = await loaded();
    const code = library(
      'seeing',
      `redis.register_function('g1', function() return KEYS end)
       redis.register_function('g2', function() x = 1 end)
       redis.register_function('g3', function() return redis.register_function == nil and redis.breakpoint == nil end)
       redis.register_function('g4', function() return {type(redis.call), type(cjson), type(math.random()), type(redis.setresp)} end)`,
    );
    await c.expect('FUNCTION', 'LOAD', code).bulk('seeing');
    await c.expect('FCALL', 'g1', 0).error("ERR user_function:2: Script attempted to access nonexistent global variable 'KEYS' script: g1, on @user_function:2.");
    await c.expect('FCALL', 'g2', 0).error('ERR user_function:3: Attempt to modify a readonly table script: g2, on @user_function:3.');
    await c.expect('FCALL', 'g3', 0).int(1);
    await c.expect('FCALL', 'g4', 0).array(['function', 'table', 'number', 'function']);
  });
});

describe('FUNCTION', () => {
  test('LOAD refuses what is wrong, and leaves all as it was', async () => {
    const c = await loaded();
    await refused(c, 'return 1', 'Missing library metadata');
    await refused(c, '#!lua name=x', 'Invalid library metadata');
    await refused(c, '#!lua\n', 'Library name was not given');
    await refused(c, '#!lua foo=bar\n', 'Invalid metadata value given: foo=bar');
    await refused(c, '#!lua name=a name=b\n', 'Invalid metadata value, name argument was given multiple times');
    await refused(c, '#!js name=a\n', "Engine 'js' not found");
    await refused(c, '#!lua name=my-lib\n', 'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long');
    await refused(c, LIBRARY, "Library 'mylib' already exists");
    await refused(c, library('other', 'return 1'), 'No functions registered');
    await refused(c, library('other', 'return +'), "Error compiling function: user_function:2: unexpected symbol near '+'");
    const failing = (code: string, text: string) => refused(c, library('other', code), `Error registering functions: ERR ${text}`);
    await failing("redis.call('PING')", "user_function:2: Script attempted to access nonexistent global variable 'call'");
    await failing('return math', "user_function:2: Script attempted to access nonexistent global variable 'math'");
    await failing('x = 1', 'user_function:2: Attempt to modify a readonly table');
    await failing('redis.register_function()', 'wrong number of arguments to redis.register_function');
    await failing('redis.register_function(1, 2)', 'second argument to redis.register_function must be a function');
    await failing('redis.register_function({}, function() end)', 'first argument to redis.register_function must be a string');
    await failing("redis.register_function('f')", 'calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).');
    await failing("redis.register_function('g 1', function() end)", 'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long');
    await failing("redis.register_function('g', function() end) redis.register_function('g', function() end)", 'Function already exists in the library');
    await failing('redis.register_function{}', 'redis.register_function must get a function name argument');
    await failing("redis.register_function{function_name = 'f'}", 'redis.register_function must get a callback argument');
    await failing("redis.register_function{function_name = 'f', callback = 1}", 'callback argument given to redis.register_function must be a function');
    await failing("redis.register_function{callback = function() end, flags = 1}", 'flags argument to redis.register_function must be a table representing function flags');
    await failing("redis.register_function{callback = function() end, flags = {'x'}}", 'unknown flag given');
    await failing('redis.register_function{x = 1}', 'unknown argument given to redis.register_function');
    await failing('redis.register_function{description = {}}', 'description argument given to redis.register_function must be a string');
    await refused(c, library('other', "redis.register_function('count', function() end)"), 'Function count already exists');
    await c.expect('FUNCTION', 'LOAD', 'x', LIBRARY).error('ERR Unknown option given: x');
    await c.expect('FCALL', 'count', 0).array([0, 0, 'none', 1]);
    await c.expect('FUNCTION', 'LIST').matches((reply) => items(reply).length === 1, 'one library');
  });

  test('LOAD REPLACE, DELETE and FLUSH', async () => {
    const c = await loaded();
    await c.expect('FUNCTION', 'LOAD', 'REPLACE', library('mylib', "redis.register_function('new', function() return 'new' end)")).bulk('mylib');
    await c.expect('FCALL', 'new', 0).bulk('new');
    await c.expect('FCALL', 'count', 0).error('ERR Function not found');
    await c.expect('FUNCTION', 'LOAD', 'REPLACE', library('mylib', 'return 1')).error('ERR No functions registered');
    await c.expect('FCALL', 'new', 0).bulk('new');
    await c.expect('FUNCTION', 'LOAD', library('other', "redis.register_function('taken', function() end)")).bulk('other');
    const taking = library('mylib', "redis.register_function('taken', function() end)");
    await c.expect('FUNCTION', 'LOAD', 'REPLACE', taking).error('ERR Function taken already exists');
    await c.expect('FCALL', 'new', 0).bulk('new');
    await c.expect('FUNCTION', 'DELETE', 'mylib').ok();
    await c.expect('FUNCTION', 'DELETE', 'mylib').error('ERR Library not found');
    await c.expect('FCALL', 'new', 0).error('ERR Function not found');
    await c.expect('FUNCTION', 'LOAD', LIBRARY).bulk('mylib');
    await c.expect('FLUSHALL').ok();
    await c.expect('FCALL', 'count', 0).array([0, 0, 'none', 1]);
    await c.expect('FUNCTION', 'FLUSH', 'x').error('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
    await c.expect('function', 'flush', 'a', 'b').error("ERR unknown subcommand or wrong number of arguments for 'flush'. Try FUNCTION HELP.");
    for (const mode of ['ASYNC', 'sync']) await c.expect('FUNCTION', 'FLUSH', mode).ok();
    await c.expect('FUNCTION', 'LIST').array([]);
  });

  test('LIST and STATS', async () => {
    const c = await loaded();
    const described = (name: string, description: string | null, flags: string[]) => map({ name, description, flags: set(flags.map(status)) });
    const c3 = await clientResp3();
    await c3.expect('FUNCTION', 'LOAD', library('tiny', "redis.register_function('f', function() end)")).bulk('tiny');
    await c3.expect('FUNCTION', 'LIST', 'WITHCODE', 'LIBRARYNAME', 't*').array([
      map({ library_name: 'tiny', engine: 'LUA', functions: [described('f', null, [])], library_code: library('tiny', "redis.register_function('f', function() end)") }),
    ]);
    await c3.expect('FUNCTION', 'LOAD', library('two', "redis.register_function{function_name = 'g', callback = function() end, description = 'text', flags = {'no-cluster', 'no-writes'}}")).bulk('two');
    await c3.expect('FUNCTION', 'LIST', 'LIBRARYNAME', 'two').array([
      map({ library_name: 'two', engine: 'LUA', functions: [described('g', 'text', ['no-writes', 'no-cluster'])] }),
    ]);
    await c.expect('FUNCTION', 'LIST', 'LIBRARYNAME').error('ERR library name argument was not given');
    await c.expect('FUNCTION', 'LIST', 'x').error('ERR Unknown argument x');
    await c.expect('FUNCTION', 'LIST').matches((reply) => items(reply).length === 3, 'three libraries');
    await c.expect('FUNCTION', 'STATS').array(['running_script', null, 'engines', ['LUA', ['libraries_count', 3, 'functions_count', 6]]]);
    const memory = String(await c.send('INFO', 'memory'));
    expect(memory).toContain('number_of_libraries:3');
    expect(memory).toContain('number_of_functions:6');
    await c.expect('FUNCTION', 'KILL').error('NOTBUSY No scripts in execution right now.');
    await c.expect('FUNCTION', 'FLUSH').ok();
  });

  test('DUMP and RESTORE', async () => {
    const c = await loaded();
    const dump = String(await c.send('FUNCTION', 'DUMP'));
    await c.expect('FUNCTION', 'RESTORE', dump).error('ERR Library mylib already exists');
    await c.expect('FUNCTION', 'RESTORE', dump, 'REPLACE').ok();
    await c.expect('FUNCTION', 'FLUSH').ok();
    await c.expect('FUNCTION', 'LOAD', library('mine', "redis.register_function('count', function() return 'mine' end)")).bulk('mine');
    for (const policy of ['APPEND', 'REPLACE']) {
      await c.expect('FUNCTION', 'RESTORE', dump, policy).error('ERR Function count already exists');
      await c.expect('FCALL', 'count', 0).bulk('mine');
    }
    await c.expect('FUNCTION', 'RESTORE', dump, 'FLUSH').ok();
    await c.expect('FCALL', 'count', 0).array([0, 0, 'none', 1]);
    await c.expect('FUNCTION', 'RESTORE', 'x').error('ERR DUMP payload version or checksum are wrong');
    await c.expect('FUNCTION', 'RESTORE', `${dump.slice(0, -1)}x`).error('ERR DUMP payload version or checksum are wrong');
    await c.expect('FUNCTION', 'RESTORE', dump, 'x').error('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
    await c.expect('FUNCTION', 'FLUSH').ok();
  });
});

describe('functions are data', () => {
  test('in the log as typed, and after a restart', async () => {
    const { s, c, of } = await log();
    const one = library('one', "redis.register_function('one', function() return 1 end)");
    const requests = await of(['FUNCTION', 'LOAD', one], ['FUNCTION', 'LOAD', one], ['FUNCTION', 'LOAD', LIBRARY], ['FUNCTION', 'DELETE', 'mylib']);
    expect(unselected(requests)).toEqual([`FUNCTION LOAD ${one}`, `FUNCTION LOAD ${LIBRARY}`, 'FUNCTION DELETE mylib']);
    await c.expect('DEBUG', 'LOADAOF').ok();
    await c.expect('FCALL', 'one', 0).int(1);
    await c.expect('BGREWRITEAOF').success();
    await s.restart();
    const again = await s.client();
    await again.expect('FCALL', 'one', 0).int(1);
    await again.expect('FUNCTION', 'FLUSH').ok();
  });

  test('in a dump', async () => {
    const s = await server('--save', '', '--enable-debug-command', 'yes');
    const c = await s.client();
    await c.expect('FUNCTION', 'LOAD', LIBRARY).bulk('mylib');
    await c.expect('DEBUG', 'RELOAD').ok();
    await c.expect('FCALL', 'count', 0).array([0, 0, 'none', 1]);
    await c.expect('SAVE').ok();
    await c.expect('FUNCTION', 'FLUSH').ok();
    await s.kill();
    await s.restart();
    const again = await s.client();
    await again.expect('FCALL', 'count', 0).array([0, 0, 'none', 1]);
  });

  test('written as commands where the log has no dump in front', async () => {
    const s = await server('--appendonly', 'yes', '--aof-use-rdb-preamble', 'no', '--save', '');
    const c = await s.client();
    await c.expect('FUNCTION', 'LOAD', LIBRARY).bulk('mylib');
    await c.expect('BGREWRITEAOF').success();
    await rewritten(c);
    await c.expect('SET', 'k', 'v').ok();
    await s.restart();
    const again = await s.client();
    await again.expect('FCALL', 'count', 0).array([0, 0, 'none', 1]);
    await again.expect('GET', 'k').bulk('v');
  });
});
