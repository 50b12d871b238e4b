import { certificates } from '../harness/certificates.ts';
import { secured } from '../harness/secured.ts';
import { client, error, expect, items, resp, secureClient, status, step, test } from '../harness/suite.ts';
import { as, fieldOf, NO_CHANNEL, NO_COMMAND, NO_KEY, NOAUTH, PASSWORD, passwordSet, rulesOf, userOf, userWith, WRONGPASS } from '../harness/users.ts';

/** 64 digits, as a hash has them. */
const HASH = '0123456789abcdef'.repeat(4);
const WRONG_RULE = /^ERR Error in ACL SETUSER modifier /;

step(1, 'one password', () => {
  test('with requirepass nothing is done before AUTH', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('GET', 'k').error(NOAUTH);
    await c.expect('AUTH', PASSWORD).ok();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
  });

  test('a wrong password is refused, and the connection goes on', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('AUTH', 'wrong').error(WRONGPASS);
    await c.expect('PING').error(NOAUTH);
    await c.expect('AUTH', PASSWORD).ok();
    await c.expect('PING').status('PONG');
  });

  test('connections that were there when the password was set go on', async () => {
    const before = await client();
    await before.expect('SET', 'k', 'v').ok();
    await passwordSet();
    await before.expect('GET', 'k').bulk('v');
  });

  test('before AUTH an unknown command is still an unknown command', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('NOSUCH').errorLike(/^ERR unknown command 'NOSUCH'/);
    await c.expect('GET').error("ERR wrong number of arguments for 'get' command");
    await c.expect('GET', 'k').error(NOAUTH);
  });

  test('QUIT and RESET need no password', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('RESET').status('RESET');
    await c.expect('QUIT').ok();
    await c.closed();
  });

  test('HELLO with AUTH authenticates and chooses the protocol', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('HELLO', '3').errorLike(/^NOAUTH HELLO must be called with the client already authenticated/);
    c.protocol = 3;
    await c.expect('HELLO', '3', 'AUTH', 'default', PASSWORD).matches((reply) => reply instanceof Map, 'a map');
    await c.expect('PING').status('PONG');
  });

  test('before AUTH a request of more than ten arguments ends the connection', async () => {
    await passwordSet();
    const c = await client();
    c.write(resp('MSET', ...Array.from({ length: 9 }, (_, i) => i)));
    await c.receive().error(NOAUTH);
    c.write('*11\r\n');
    await c.receive().error('ERR Protocol error: unauthenticated multibulk length');
    await c.closed();
  });

  test('before AUTH an argument of more than 16 KB ends the connection', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('GET', 'x'.repeat(16384)).error(NOAUTH);
    c.write('*2\r\n$3\r\nGET\r\n$16385\r\n');
    await c.receive().error('ERR Protocol error: unauthenticated bulk length');
    await c.closed();
  });
});

step(2, 'users', () => {
  test('at the start there is one user, who may do everything', async () => {
    const c = await client();
    await c.expect('ACL', 'WHOAMI').bulk('default');
    await c.expect('ACL', 'USERS').array(['default']);
    await c.expect('ACL', 'LIST').matches((reply) => {
      expect(String(items(reply)[0])).toMatch(/^user default on nopass (sanitize-payload )?~\* &\* \+@all$/);
    }, 'the default user');
  });

  test('a new user may do nothing', async () => {
    const c = await client();
    await c.expect('ACL', 'SETUSER', 'alice').ok();
    await c.expect('ACL', 'LIST').matches((reply) => {
      expect(String(items(reply)[0])).toMatch(/^user alice off (sanitize-payload )?resetchannels -@all$/);
    }, 'alice, and then the default user');
    await c.expect('ACL', 'USERS').array(['alice', 'default']);
    await c.expect('ACL', 'DELUSER', 'alice').int(1);
  });

  test('a client can become a user that is on and has a password', async () => {
    const c = await userOf('+ping', '+acl|whoami');
    await c.expect('PING').status('PONG');
    await c.expect('ACL', 'WHOAMI').bulk('alice');
    await c.expect('GET', 'k').errorLike(NO_COMMAND('get'));
  });

  test('AUTH with two words names the user', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('AUTH', 'default', PASSWORD).ok();
    await c.expect('AUTH', 'nobody', PASSWORD).error(WRONGPASS);
    await c.expect('PING').status('PONG');
  });

  test('a user may have several passwords', async () => {
    const admin = await userWith('alice', '+ping', '>second');
    const c = await client();
    await c.expect('AUTH', 'alice', 'second').ok();
    await c.expect('AUTH', 'alice', PASSWORD).ok();
    await admin.expect('ACL', 'SETUSER', 'alice', '<second').ok();
    await c.expect('AUTH', 'alice', 'second').error(WRONGPASS);
    await c.expect('AUTH', 'alice', PASSWORD).ok();
    await admin.expect('ACL', 'SETUSER', 'alice', '<second').errorLike(WRONG_RULE);
  });

  test('the server shows hashes, and takes them in place of passwords', async () => {
    const admin = await userWith('alice', '+ping');
    const [hash] = items(await rulesOf(admin, 'alice', 'passwords'));
    expect(String(hash)).toMatch(/^[0-9a-f]{64}$/);
    await admin.expect('ACL', 'SETUSER', 'alice', `!${String(hash)}`).ok();
    await (await client()).expect('AUTH', 'alice', PASSWORD).error(WRONGPASS);
    await admin.expect('ACL', 'SETUSER', 'alice', `#${String(hash)}`).ok();
    await (await client()).expect('AUTH', 'alice', PASSWORD).ok();
    await admin.expect('ACL', 'SETUSER', 'alice', `#${HASH.slice(1)}`).errorLike(WRONG_RULE);
    await admin.expect('ACL', 'SETUSER', 'alice', `#${HASH.toUpperCase()}`).errorLike(WRONG_RULE);
  });

  test('one wrong rule, and no rule is applied', async () => {
    const admin = await userWith('alice', '+ping');
    await admin.expect('ACL', 'SETUSER', 'alice', '+get', '~*', 'nosuch').errorLike(/modifier 'nosuch': Syntax error$/);
    await admin.expect('ACL', 'SETUSER', 'alice', '+nosuch').errorLike(/Unknown command or category name in ACL$/);
    expect(await rulesOf(admin, 'alice', 'commands')).toBe('-@all +ping');
    await admin.expect('ACL', 'SETUSER', 'bob', 'nosuch').errorLike(WRONG_RULE);
    await admin.expect('ACL', 'GETUSER', 'bob').nil();
    await admin.expect('ACL', 'SETUSER', 'a b', 'on').errorLike(/^ERR Usernames can't contain spaces or null characters/);
  });
});

step(3, 'which commands', () => {
  test('a user may have a category without one of its commands', async () => {
    const c = await userOf('~*', '+@string', '-append');
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('GET', 'k').bulk('v');
    await c.expect('APPEND', 'k', 'v').errorLike(NO_COMMAND('append'));
    await c.expect('LPUSH', 'l', 'v').errorLike(NO_COMMAND('lpush'));
  });

  test('a later rule overrides an earlier one', async () => {
    const admin = await userWith('alice', '~*', '-get', '+@read');
    const c = await as('alice');
    await c.expect('GET', 'k').nil();
    await admin.expect('ACL', 'SETUSER', 'alice', '-@string').ok();
    await c.expect('GET', 'k').errorLike(NO_COMMAND('get'));
    await c.expect('EXISTS', 'k').int(0);
  });

  test('a user may have a sub-command alone, or a container without one of its sub-commands', async () => {
    const admin = await userWith('alice', '+config|get');
    const c = await as('alice');
    await c.expect('CONFIG', 'GET', 'maxclients').array(['maxclients', '10000']);
    await c.expect('CONFIG', 'SET', 'maxclients', '10000').errorLike(NO_COMMAND('config|set'));
    await admin.expect('ACL', 'SETUSER', 'alice', '+config', '-config|set').ok();
    await c.expect('CONFIG', 'RESETSTAT').ok();
    await c.expect('CONFIG', 'SET', 'maxclients', '10000').errorLike(NO_COMMAND('config|set'));
  });

  test('AUTH, HELLO, QUIT and RESET are for everybody', async () => {
    const c = await userOf();
    await c.expect('HELLO', '2').success();
    await c.expect('AUTH', 'alice', PASSWORD).ok();
    await c.expect('RESET').status('RESET');
    await c.expect('PING').status('PONG');
    await c.expect('QUIT').ok();
    await c.closed();
  });
});

step(4, 'which keys', () => {
  test('a user may use the keys that match a pattern, and no others', async () => {
    const c = await userOf('+@all', '~cache:*', '~exact');
    await c.expect('SET', 'cache:1', 'v').ok();
    await c.expect('SET', 'exact', 'v').ok();
    await c.expect('SET', 'exactly', 'v').errorLike(NO_KEY);
    await c.expect('GET', 'other').errorLike(NO_KEY);
    await c.expect('PING').status('PONG');
  });

  test('all keys of a request have to match', async () => {
    const c = await userOf('+@all', '~a*', '~b?');
    await c.expect('MSET', 'a', '1', 'b1', '2').ok();
    await c.expect('MSET', 'a', '3', 'b', '4').errorLike(NO_KEY);
    await c.expect('MGET', 'a', 'b1').array(['1', '2']);
    await c.expect('RENAME', 'a', 'x').errorLike(NO_KEY);
    await c.expect('RENAME', 'a', 'a2').ok();
  });

  test('a pattern may allow reading alone, or writing alone', async () => {
    const admin = await client();
    await admin.expect('SET', 'r', 'v').ok();
    const c = await userOf('+@all', '%R~r*', '%W~w*');
    await c.expect('GET', 'r').bulk('v');
    await c.expect('SET', 'r', 'x').errorLike(NO_KEY);
    await c.expect('DEL', 'r').errorLike(NO_KEY);
    await c.expect('SET', 'w', 'x').ok();
    await c.expect('GET', 'w').errorLike(NO_KEY);
    await c.expect('COPY', 'r', 'w2').int(1);
    await c.expect('COPY', 'w', 'r2').errorLike(NO_KEY);
    await c.expect('INCR', 'w3').errorLike(NO_KEY);
  });

  test('SET with GET reads as well', async () => {
    const c = await userOf('+@all', '%W~k');
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SET', 'k', 'v', 'EX', '100').ok();
    await c.expect('SET', 'k', 'v', 'GET').errorLike(NO_KEY);
  });

  test('keys that stand after a number or a word are found', async () => {
    const c = await userOf('+@all', '~a');
    await c.expect('SINTERCARD', '1', 'a').int(0);
    await c.expect('SINTERCARD', '2', 'a', 'b').errorLike(NO_KEY);
    await c.expect('XREAD', 'COUNT', '1', 'STREAMS', 'a', '0').nilArray();
    await c.expect('XREAD', 'COUNT', '1', 'STREAMS', 'a', 'b', '0', '0').errorLike(NO_KEY);
    await c.expect('LMPOP', '2', 'a', 'b', 'LEFT').errorLike(NO_KEY);
  });
});

step(5, 'more than one way to be allowed', () => {
  test('one selector must allow all of a request', async () => {
    const c = await userOf('+get', '~r*', '(+set ~w*)');
    await c.expect('GET', 'r').nil();
    await c.expect('SET', 'w', 'v').ok();
    await c.expect('GET', 'w').errorLike(NO_KEY);
    await c.expect('SET', 'r', 'v').errorLike(NO_KEY);
    await c.expect('DEL', 'r').errorLike(NO_COMMAND('del'));
  });

  test('a selector may come as several arguments', async () => {
    const admin = await userWith('alice', '(+get', '~a', '%R~b)', '(+set)');
    await admin.expect('ACL', 'GETUSER', 'alice').matches((reply) => {
      const selectors = items(fieldOf(reply, 'selectors'));
      expect(selectors.map((selector) => fieldOf(selector, 'keys'))).toEqual(['~a %R~b', '']);
      expect(selectors.map((selector) => fieldOf(selector, 'commands'))).toEqual(['-@all +get', '-@all +set']);
    }, 'two selectors');
    await admin.expect('ACL', 'SETUSER', 'alice', 'clearselectors').ok();
    expect(await rulesOf(admin, 'alice', 'selectors')).toEqual([]);
  });

  test('ACL DRYRUN says what would be refused, and does nothing', async () => {
    const admin = await userWith('alice', '+get', '+set', '~a', '+config|get');
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    await admin.expect('ACL', 'DRYRUN', 'alice', 'SET', 'a', 'v').ok();
    await admin.expect('EXISTS', 'a').int(0);
    const says = (what: RegExp, ...request: string[]) => {
      return admin.expect('ACL', 'DRYRUN', 'alice', ...request).matches((reply) => what.test(String(reply)), `text like ${what}`);
    };
    await says(/has no permissions to access the 'b' key$/, 'GET', 'b');
    await says(/has no permissions to run the 'del' command$/, 'DEL', 'a');
    await says(/has no permissions to run the 'config\|set' command$/, 'CONFIG', 'SET', 'a', 'b');
    await admin.expect('ACL', 'DRYRUN', 'nobody', 'GET', 'a').error("ERR User 'nobody' not found");
    await admin.expect('ACL', 'DRYRUN', 'alice', 'NOSUCH').error("ERR Command 'NOSUCH' not found");
    await admin.expect('ACL', 'DRYRUN', 'alice', 'GET').error("ERR wrong number of arguments for 'get' command");
    await admin.expect('ACL', 'LOG').array([]);
  });
});

step(6, 'rights that change', () => {
  test('new rules hold for connections that are there', async () => {
    const admin = await userWith('alice', '+ping');
    const c = await as('alice');
    await c.expect('ECHO', 'x').errorLike(NO_COMMAND('echo'));
    await admin.expect('ACL', 'SETUSER', 'alice', '+echo', '-ping').ok();
    await c.expect('ECHO', 'x').bulk('x');
    await c.expect('PING').errorLike(NO_COMMAND('ping'));
    await admin.expect('ACL', 'SETUSER', 'alice', 'off').ok();
    await c.expect('ECHO', 'x').bulk('x');
  });

  test('a user who is removed is disconnected at once', async () => {
    const admin = await userWith('alice', '+ping');
    const [one, two, other] = [await as('alice'), await as('alice'), await client()];
    await admin.expect('ACL', 'DELUSER', 'alice', 'nobody').int(1);
    await one.closed();
    await two.closed();
    await other.expect('PING').status('PONG');
    await admin.expect('ACL', 'DELUSER', 'alice').int(0);
    await admin.expect('ACL', 'DELUSER', 'default').error("ERR The 'default' user cannot be removed");
  });

  test('a request that is refused spoils its transaction', async () => {
    const c = await userOf('~*', '+multi', '+exec', '+set');
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('GET', 'k').errorLike(NO_COMMAND('get'));
    await c.expect('EXEC').errorLike(/^EXECABORT Transaction discarded because of previous errors/);
    await (await client()).expect('EXISTS', 'k').int(0);
  });

  test('EXEC checks each queued request again', async () => {
    const admin = await userWith('alice', '~*', '+multi', '+exec', '+set', '+get');
    const c = await as('alice');
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('GET', 'k').status('QUEUED');
    await admin.expect('ACL', 'SETUSER', 'alice', '-get').ok();
    await c.expect('EXEC').array([
      status('OK'),
      error(
        'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command ' +
          'is no longer allowed for the following reason: no permission to execute the command or subcommand',
      ),
    ]);
  });

  test('a user may publish to the channels that a pattern matches', async () => {
    const c = await userOf('+publish', '&news.*');
    await c.expect('PUBLISH', 'news.sport', 'x').int(0);
    await c.expect('PUBLISH', 'other', 'x').errorLike(NO_CHANNEL);
  });

  test('a subscriber that loses a channel is disconnected', async () => {
    const admin = await userWith('alice', '+subscribe', '&a', '&b');
    const [loses, keeps] = [await as('alice'), await as('alice')];
    await loses.expect('SUBSCRIBE', 'a').array(['subscribe', 'a', 1]);
    await keeps.expect('SUBSCRIBE', 'b').array(['subscribe', 'b', 1]);
    await admin.expect('ACL', 'SETUSER', 'alice', 'resetchannels', '&b').ok();
    await loses.closed();
    await keeps.expect('SUBSCRIBE', 'b').array(['subscribe', 'b', 1]);
  });

  test('ACL LOG says who was refused, what, and why', async () => {
    const admin = await userWith('alice', '+get', '+multi', '+exec', '~a');
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    const c = await as('alice');
    await c.expect('GET', 'secret-key').errorLike(NO_KEY);
    await c.expect('CONFIG', 'GET', 'x').errorLike(NO_COMMAND('config|get'));
    await c.expect('MULTI').ok();
    await c.expect('SET', 'a', 'v').errorLike(NO_COMMAND('set'));
    await admin.expect('ACL', 'LOG').matches((reply) => {
      const fields = ['reason', 'context', 'object', 'username', 'count'];
      expect(items(reply).map((entry) => fields.map((name) => fieldOf(entry, name)))).toEqual([
        ['command', 'multi', 'set', 'alice', 1],
        ['command', 'toplevel', 'config|get', 'alice', 1],
        ['key', 'toplevel', 'secret-key', 'alice', 1],
      ]);
      for (const entry of items(reply)) expect(String(fieldOf(entry, 'client-info'))).toMatch(/^id=\d+ .*\buser=alice\b/);
    }, 'three entries, the newest first');
  });

  test('ACL LOG counts equal refusals in one entry', async () => {
    const admin = await userWith('alice', '+get', '~a');
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    const c = await as('alice');
    for (const key of ['x', 'y', 'x', 'x']) await c.expect('GET', key).errorLike(NO_KEY);
    await admin.expect('ACL', 'LOG').matches((reply) => {
      expect(items(reply).map((entry) => [fieldOf(entry, 'object'), fieldOf(entry, 'count')])).toEqual([['x', 3], ['y', 1]]);
    }, 'two entries');
    await admin.expect('ACL', 'LOG', '1').matches((reply) => items(reply).length === 1, 'one entry');
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    await admin.expect('ACL', 'LOG').array([]);
    await admin.expect('ACL', 'LOG', 'x').error('ERR value is not an integer or out of range');
  });
});

step(7, 'nobody listens in', () => {
  test('a client that trusts the server is served over TLS', async () => {
    const { tlsPort } = await secured();
    const c = await secureClient(tlsPort, certificates().of('client'));
    await c.expect('SET', 'k', '\x00\xff'.repeat(50_000)).ok();
    await c.expect('GET', 'k').bulk('\x00\xff'.repeat(50_000));
  });

  test('the plain port goes on beside the one for TLS, with the same data', async () => {
    const { own, tlsPort } = await secured();
    const [plain, secure] = [await own.client(), await secureClient(tlsPort, certificates().of('client'))];
    await plain.expect('SET', 'k', 'v').ok();
    await secure.expect('GET', 'k').bulk('v');
    await secure.expect('INCR', 'n').int(1);
    await plain.expect('INCR', 'n').int(2);
  });
});
