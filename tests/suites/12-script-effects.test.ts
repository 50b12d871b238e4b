import { log, unselected } from '../harness/aof-effects.ts';
import { prompt, syncedReplica } from '../harness/replication.ts';
import { client, describe, expect, test } from '../harness/suite.ts';

/** What comes into the log when a script runs. */
async function logged(...scripts: string[]): Promise<string[]> {
  const { of } = await log();
  return of(...scripts.map((script) => ['EVAL', script, '0']));
}

describe('what a script does goes out as effects', () => {
  test('into the log: one as it is, several as a unit', async () => {
    expect(await logged("return redis.call('GET', 'k')")).toEqual([]);
    expect(unselected(await logged("redis.call('SET', 'k', 'v')"))).toEqual(['SET k v']);
    expect(unselected(await logged("redis.call('set', 'k', 1) redis.call('INCR', 'k')"))).toEqual(['MULTI', 'set k 1', 'INCR k', 'EXEC']);
    expect(unselected(await logged("redis.call('DEL', 'nosuch')"))).toEqual([]);
    expect(unselected(await logged("redis.call('SADD', 's', 'a') return redis.call('SPOP', 's')"))).toEqual(['MULTI', 'SADD s a', 'SREM s a', 'EXEC']);
    expect(unselected(await logged("redis.call('SET', 'k', 'v', 'PXAT', '33177117420000') redis.pcall('LPUSH', 'k', 'x')"))).toEqual(['SET k v PXAT 33177117420000']);
    expect(unselected(await logged("redis.call('SET', 'k', 'w') error('boom')"))).toEqual(['SET k w']);
    expect(unselected(await logged("redis.call('PUBLISH', 'c', 'm')"))).toEqual([]);
  });

  test('in the database that it has selected', async () => {
    const requests = await logged("redis.call('SET', 'a', 1) redis.call('SELECT', 3) redis.call('SET', 'b', 2) redis.call('SELECT', 0) redis.call('SET', 'c', 3)");
    expect(requests.slice(requests.indexOf('MULTI'))).toEqual(['MULTI', 'SET a 1', 'SELECT 3', 'SET b 2', 'SELECT 0', 'SET c 3', 'EXEC']);
  });

  test('in a transaction, together with all else', async () => {
    const { of } = await log();
    const requests = await of('MULTI', ['EVAL', "redis.call('SET', 'k', 'v')", '0'], 'INCR n', ['EVAL', "redis.call('INCR', 'n') redis.call('INCR', 'n')", '0'], 'EXEC');
    expect(unselected(requests)).toEqual(['MULTI', 'SET k v', 'INCR n', 'INCR n', 'INCR n', 'EXEC']);
  });

  test('not where the script says so', async () => {
    const script = (flags: string) => `redis.set_repl(redis.${flags}) redis.call('SET', 'k', '${flags}')`;
    expect(unselected(await logged(script('REPL_ALL')))).toEqual(['SET k REPL_ALL']);
    expect(unselected(await logged(script('REPL_AOF')))).toEqual(['SET k REPL_AOF']);
    expect(unselected(await logged(script('REPL_REPLICA')))).toEqual([]);
    expect(unselected(await logged(script('REPL_NONE')))).toEqual([]);
    expect(unselected(await logged("redis.set_repl(redis.REPL_NONE) redis.call('SET', 'k', 1)", "redis.call('SET', 'k', 2)"))).toEqual(['SET k 2']);
  });

  test('to replicas, to the byte', async () => {
    await prompt();
    const replica = await syncedReplica();
    const c = await client();
    await c.expect('EVAL', "redis.call('SET', 'k', 'v')", 0).nil();
    await c.expect('EVAL', "redis.call('INCR', 'n') redis.call('publish', 'c', 'm') return redis.call('INCR', 'n')", 0).int(2);
    await c.expect('EVAL', "redis.set_repl(redis.REPL_AOF) redis.call('SET', 'x', 1) redis.set_repl(redis.REPL_REPLICA) redis.call('SET', 'y', 1)", 0).nil();
    await c.expect('EVAL', "return redis.call('PUBLISH', 'c', 'm')", 0).int(0);
    await c.expect('SET', 'end', 'v').ok();
    const stream = (await replica.readUntil(([name, key]) => name === 'SET' && key === 'end')).map((words) => words.join(' '));
    expect(stream.filter((command) => command !== 'PING')).toEqual([
      'SELECT 0',
      'SET k v',
      'MULTI',
      'INCR n',
      'publish c m',
      'INCR n',
      'EXEC',
      'SET y 1',
      'PUBLISH c m',
    ]);
  });
});
