import { ALL_DATABASES, contents, describe, expect, field, info } from '../harness/suite.ts';
import { payload, reusedServer, server, sleep, test, until } from '../harness/suite.ts';

const NOT_ALLOWED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local ' +
  'connection, otherwise you need to set this option in the configuration file, and then restart the server.';
const ALLOWED = ['--save', '', '--enable-debug-command', 'yes'];

describe('DEBUG', () => {
  test('is refused unless the server was started with --enable-debug-command', async () => {
    const s = await server('--save', '', '--enable-debug-command', 'no');
    const c = await s.client();
    for (const words of [['SLEEP', '0'], ['RELOAD'], ['HELP'], ['NONSENSE']]) {
      await c.expect('DEBUG', ...words).error(NOT_ALLOWED);
    }
    await c.expect('DEBUG').error("ERR wrong number of arguments for 'debug' command");
  });

  test('local allows it to clients of this machine', async () => {
    const c = await (await server('--save', '', '--enable-debug-command', 'local')).client();
    await c.expect('DEBUG', 'SLEEP', '0').ok();
  });

  test('needs a subcommand that there is', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    const wrong = 'ERR unknown subcommand or wrong number of arguments for';
    const unknown = (name: string) => `${wrong} '${name}'. Try DEBUG HELP.`;
    await c.expect('DEBUG').error("ERR wrong number of arguments for 'debug' command");
    await c.expect('DEBUG', 'nonsense').error(unknown('nonsense'));
    await c.expect('DEBUG', 'SLEEP').error(unknown('SLEEP'));
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE').error(unknown('SET-ACTIVE-EXPIRE'));
    await c.expect('DEBUG', 'HELP').matches((lines) => {
      expect(String((lines as { text: string }[])[0]!.text)).toBe(
        'DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
      );
    }, 'the help');
  });

  test('SLEEP stops the server for so many seconds', async () => {
    const s = await reusedServer(...ALLOWED);
    const [c, other] = [await s.client(), await s.client()];
    const start = Date.now();
    const asleep = c.sendLater('DEBUG', 'SLEEP', '0.3');
    await sleep(50);
    await other.expect('PING').status('PONG');
    expect(Date.now() - start).toBeGreaterThanOrEqual(290);
    await asleep.ok();
  });

  test('POPULATE adds keys that are not there yet, and counts no changes', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('SET', 'key:1', 'kept').ok();
    const before = await field(c, 'rdb_changes_since_last_save');
    await c.expect('DEBUG', 'POPULATE', '3').ok();
    await c.expect('MGET', 'key:0', 'key:1', 'key:2', 'key:3').array(['value:0', 'kept', 'value:2', null]);
    await c.expect('DEBUG', 'POPULATE', '2', 'long', '20').ok();
    await c.expect('MGET', 'long:0', 'long:1').array(['value:0'.padEnd(20, '\0'), 'value:1'.padEnd(20, '\0')]);
    await c.expect('debug', 'populate', '1', 'short', '3').ok();
    await c.expect('GET', 'short:0').bulk('val');
    await c.expect('DEBUG', 'POPULATE', '1', 'as-it-is', '0').ok();
    await c.expect('GET', 'as-it-is:0').bulk('value:0');
    await c.expect('DBSIZE').int(7);
    expect(await field(c, 'rdb_changes_since_last_save')).toBe(before);
    const wrong = 'ERR value is out of range, must be positive';
    for (const words of [['-1'], ['x'], ['1', 'p', '-1'], ['1', 'p', 'x']]) await c.expect('DEBUG', 'POPULATE', ...words).error(wrong);
    await c.expect('DEBUG', 'POPULATE').errorLike(/^ERR unknown subcommand or wrong number of arguments for 'POPULATE'/);
    await c.expect('DBSIZE').int(7);
  });

  test('POPULATE is a change that WATCH sees, and that the next dump holds', async () => {
    const s = await reusedServer(...ALLOWED);
    const [c, other] = [await s.client(), await s.client()];
    await c.expect('WATCH', 'key:7').ok();
    await other.expect('DEBUG', 'POPULATE', '10').ok();
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').nilArray();
    await c.expect('DEBUG', 'RELOAD').ok();
    await c.expect('GET', 'key:9').bulk('value:9');
  });

  test('ERROR replies with that error', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('DEBUG', 'ERROR', 'FOO some text').error('FOO some text');
    await c.expect('DEBUG', 'ERROR', 'two\r\nlines').error('two  lines');
    await c.expect('DEBUG', 'ERROR').errorLike(/^ERR unknown subcommand or wrong number of arguments for 'ERROR'/);
    await c.expect('PING').status('PONG');
  });

  test('SET-ACTIVE-EXPIRE 0: keys die only when they are touched', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '0').ok();
    for (let at = 0; at < 10; at++) await c.expect('SET', `k${at}`, 'v', 'PX', '1').ok();
    await sleep(300);
    await c.expect('DBSIZE').int(10);
    await c.expect('GET', 'k3').nil();
    await c.expect('DBSIZE').int(9);
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '1').ok();
    await until(async () => (await c.send('DBSIZE')) === 0, 'the end of the keys');
  });
});

describe('DEBUG RELOAD', () => {
  test('saves, empties and loads: everything is as it was', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('MSET', 'a', '1', 'b', 'text').ok();
    await c.expect('PEXPIREAT', 'b', Date.now() + 100_000).int(1);
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('SELECT', 4).ok();
    await c.expect('HSET', 'h', 'f', 'v').int(1);
    await c.expect('SADD', 's', 'a', '1').int(2);
    await c.expect('XADD', 'x', '1-1', 'f', 'v').bulk('1-1');
    await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
    const before = await contents(c, ALL_DATABASES);
    await c.expect('DEBUG', 'RELOAD').ok();
    expect(await contents(c, ALL_DATABASES)).toEqual(before);
    const facts = { rdb_changes_since_last_save: '0', rdb_last_load_keys_loaded: '6', loading: '0' };
    expect(await info(c)).toMatchObject(facts);
  });

  test('NOSAVE loads the dump that is there', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('SET', 'k', 'saved').ok();
    await c.expect('SAVE').ok();
    await c.expect('SET', 'k', 'lost').ok();
    await c.expect('SET', 'new', 'lost').ok();
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('MGET', 'k', 'new').array(['saved', null]);
  });

  test('other words are errors', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c
      .expect('DEBUG', 'RELOAD', 'x')
      .error('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  });

  test('connections stay, in their database; later requests wait', async () => {
    const s = await reusedServer(...ALLOWED);
    const [c, other] = [await s.client(), await s.client()];
    await c.expect('SELECT', 2).ok();
    await other.expect('SELECT', 2).ok();
    await c.expect('SET', 'k', 'v').ok();
    const replies = [c.send('DEBUG', 'RELOAD'), c.send('GET', 'k'), c.send('APPEND', 'k', 'w')];
    const [reloaded, got, length] = await Promise.all(replies);
    expect(reloaded).toMatchObject({ text: 'OK' });
    expect([got, length]).toEqual(['v', 2]);
    await other.expect('GET', 'k').bulk('vw');
  });

  test('keys whose deadline has passed are gone', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '0').ok();
    await c.expect('SET', 'dead', 'v', 'PX', '1').ok();
    await c.expect('SET', 'alive', 'v').ok();
    await sleep(5);
    await c.expect('DBSIZE').int(2);
    await c.expect('DEBUG', 'RELOAD').ok();
    await c.expect('DBSIZE').int(1);
    expect(await field(c, 'rdb_last_load_keys_expired')).toBe('1');
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '1').ok();
  });

  test('breaks a WATCH', async () => {
    const s = await reusedServer(...ALLOWED);
    const [c, other] = [await s.client(), await s.client()];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('WATCH', 'k').ok();
    await other.expect('DEBUG', 'RELOAD').ok();
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').nilArray();
  });

  test('after RESTORE of each plain form', async () => {
    const c = await (await reusedServer(...ALLOWED)).client();
    await c.expect('RESTORE', 'l', 0, payload('\x01\x02\x01a\xc0\x05')).ok();
    await c.expect('RESTORE', 'h', 0, payload('\x04\x01\x01f\x01v')).ok();
    const before = await contents(c);
    await c.expect('DEBUG', 'RELOAD').ok();
    expect(await contents(c)).toEqual(before);
  });
});
