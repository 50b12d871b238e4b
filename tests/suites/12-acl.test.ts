import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { client, clientResp3, describe, expect, info, items, server } from '../harness/suite.ts';
import { readFile, test, type Decoded } from '../harness/suite.ts';
import { as, fieldOf, NO_CHANNEL, NO_COMMAND, NO_KEY, PASSWORD, rulesOf, userOf, userWith, WRONGPASS } from '../harness/users.ts';

describe('users', () => {
  test('nopass and resetpass', async () => {
    const admin = await userWith('alice', '+ping', 'nopass');
    expect(await rulesOf(admin, 'alice', 'passwords')).toEqual([]);
    await (await client()).expect('AUTH', 'alice', 'anything').ok();
    await admin.expect('ACL', 'SETUSER', 'alice', '>x').ok();
    await (await client()).expect('AUTH', 'alice', 'anything').error(WRONGPASS);
    await admin.expect('ACL', 'SETUSER', 'alice', 'resetpass').ok();
    await (await client()).expect('AUTH', 'alice', 'x').error(WRONGPASS);
  });

  test('reset makes a user as new', async () => {
    const admin = await userWith('alice', '+@all', '~*', '&*', '(+get ~x)');
    await admin.expect('ACL', 'SETUSER', 'alice', 'reset').ok();
    expect(await rulesOf(admin, 'alice', 'commands')).toBe('-@all');
    expect(await rulesOf(admin, 'alice', 'keys')).toBe('');
    expect(await rulesOf(admin, 'alice', 'selectors')).toEqual([]);
    expect(await rulesOf(admin, 'alice', 'passwords')).toEqual([]);
    expect(await rulesOf(admin, 'alice', 'flags')).toContain('off');
  });

  test('a user who removes itself gets the reply first', async () => {
    const c = await userOf('+acl');
    await c.expect('ACL', 'DELUSER', 'alice').int(1);
    await c.closed();
  });

  test('ACL GETUSER in RESP3', async () => {
    await userWith('alice', 'nopass', '~a', '%R~b', '&c', '+get', '(+set ~x)');
    const c = await clientResp3();
    await c.expect('ACL', 'GETUSER', 'alice').matches((reply) => {
      const user = reply as Map<Decoded, Decoded>;
      expect(user.get('flags')).toBeInstanceOf(Set);
      expect(user.get('keys')).toBe('~a %R~b');
      expect(user.get('channels')).toBe('&c');
      const [selector] = items(user.get('selectors')!) as Map<Decoded, Decoded>[];
      expect(Object.fromEntries(selector!)).toEqual({ commands: '-@all +set', keys: '~x', channels: '' });
    }, "alice's rules");
    await c.expect('ACL', 'GETUSER', 'nobody').nil();
  });

  test('ACL GENPASS', async () => {
    const c = await client();
    const first = String(await c.expect('ACL', 'GENPASS').matches((reply) => /^[0-9a-f]{64}$/.test(String(reply)), '64 hexadecimal digits'));
    await c.expect('ACL', 'GENPASS').matches((reply) => reply !== first, 'another password');
    await c.expect('ACL', 'GENPASS', '5').matches((reply) => /^[0-9a-f]{2}$/.test(String(reply)), 'two digits');
    await c.expect('ACL', 'GENPASS', '0').errorLike(/^ERR ACL GENPASS argument must be the number of bits/);
    await c.expect('ACL', 'GENPASS', '4097').errorLike(/^ERR ACL GENPASS argument must be the number of bits/);
    await c.expect('ACL', 'GENPASS', 'x').error('ERR value is not an integer or out of range');
  });

  test('payloads and their check', async () => {
    const admin = await userWith('alice', 'skip-sanitize-payload');
    expect(await rulesOf(admin, 'alice', 'flags')).toContain('skip-sanitize-payload');
    await admin.expect('ACL', 'SETUSER', 'alice', 'sanitize-payload').ok();
    expect(await rulesOf(admin, 'alice', 'flags')).not.toContain('skip-sanitize-payload');
  });
});

describe('commands', () => {
  test('all but the dangerous ones', async () => {
    const c = await userOf('~*', '+@all', '-@dangerous');
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('FLUSHALL').errorLike(NO_COMMAND('flushall'));
    await c.expect('CONFIG', 'GET', 'port').errorLike(NO_COMMAND('config|get'));
    await c.expect('ACL', 'LIST').errorLike(NO_COMMAND('acl|list'));
    await c.expect('ACL', 'WHOAMI').bulk('alice');
  });

  test('a command with one first argument', async () => {
    const c = await userOf('+select|0', '+select|2');
    await c.expect('SELECT', '0').ok();
    await c.expect('SELECT', '2').ok();
    await c.expect('SELECT', '1').errorLike(NO_COMMAND('select'));
  });

  test('names and words in any case of letters', async () => {
    const c = await userOf('+PING', '+Config|GET', '+@Connection', '-ECHO', 'ALLKEYS');
    await c.expect('ping').status('PONG');
    await c.expect('ECHO', 'x').errorLike(NO_COMMAND('echo'));
    await c.expect('config', 'get', 'maxclients').success();
  });

  test('unknown commands and wrong numbers of arguments are seen first', async () => {
    const c = await userOf();
    await c.expect('NOSUCH').errorLike(/^ERR unknown command/);
    await c.expect('GET').errorLike(/^ERR wrong number of arguments/);
    await c.expect('CONFIG', 'NOSUCH').errorLike(/^ERR unknown subcommand/);
  });

  test('ACL CAT', async () => {
    const c = await client();
    await c.expect('ACL', 'CAT').matches((reply) => {
      expect(items(reply)).toHaveLength(21);
      expect(items(reply)).toContain('dangerous');
    }, 'the 21 categories');
    await c.expect('ACL', 'CAT', 'connection').matches((reply) => {
      expect(items(reply)).toEqual(expect.arrayContaining(['auth', 'hello', 'ping', 'client|id']));
    }, 'the commands about connections');
    await c.expect('ACL', 'CAT', 'nosuch').error("ERR Unknown category 'nosuch'");
  });

  test.since('7.2', 'the rules are shown as they were said, without those that a later one replaces', async () => {
    const admin = await userWith('alice', '+@read', '-GET', '+config', '-config|set', '+@READ', '+get');
    expect(await rulesOf(admin, 'alice', 'commands')).toBe('-@all +config -config|set +@read +get');
    await admin.expect('ACL', 'SETUSER', 'alice', '-config').ok();
    expect(await rulesOf(admin, 'alice', 'commands')).toBe('-@all +@read +get -config');
    await admin.expect('ACL', 'SETUSER', 'alice', '+@all', '-@dangerous').ok();
    expect(await rulesOf(admin, 'alice', 'commands')).toBe('+@all -@dangerous');
    await admin.expect('ACL', 'SETUSER', 'alice', 'nocommands').ok();
    expect(await rulesOf(admin, 'alice', 'commands')).toBe('-@all');
  });

  test('wrong rules about commands', async () => {
    const admin = await userWith('alice');
    const refused = (rule: string, why: RegExp) => admin.expect('ACL', 'SETUSER', 'alice', rule).errorLike(why);
    await refused('+config|nosuch', /Unknown command or category name in ACL$/);
    await refused('-select|0', /Unknown command or category name in ACL$/);
    await refused('+config|get|x', /Allowing first-arg of a subcommand is not supported$/);
    await refused('+get|', /Syntax error$/);
    await refused('-@nosuch', /Unknown command or category name in ACL$/);
  });

  test.since('7.2', 'a client that waits is looked at again when it is served', async () => {
    const admin = await userWith('alice', '~*', '+blpop');
    const c = await as('alice');
    const waiting = c.sendLater('BLPOP', 'l', '0');
    await c.blocked();
    await admin.expect('ACL', 'SETUSER', 'alice', '-blpop').ok();
    await admin.expect('RPUSH', 'l', 'x').int(1);
    await waiting.errorLike(NO_COMMAND('blpop'));
    await admin.expect('LLEN', 'l').int(1);
  });
});

describe('keys', () => {
  test('a user with any right to a key may ask whether it exists', async () => {
    const c = await userOf('+@all', '%W~w', '%R~r');
    await c.expect('EXISTS', 'w', 'r').int(0);
    await c.expect('TYPE', 'w').status('none');
    await c.expect('EXISTS', 'x').errorLike(NO_KEY);
  });

  test('%RW~ is ~, and what is said twice adds up', async () => {
    const admin = await userWith('alice', '%RW~a', '%R~b', '%W~b', '%R~c');
    expect(await rulesOf(admin, 'alice', 'keys')).toBe('~a ~b %R~c');
  });

  test('after ~* no pattern, unless resetkeys comes first', async () => {
    const admin = await userWith('alice', '~*');
    await admin.expect('ACL', 'SETUSER', 'alice', '~x').errorLike(/Adding a pattern after the \* pattern/);
    await admin.expect('ACL', 'SETUSER', 'alice', 'resetkeys', '~x').ok();
    expect(await rulesOf(admin, 'alice', 'keys')).toBe('~x');
    await admin.expect('ACL', 'SETUSER', 'alice', 'allkeys').ok();
    expect(await rulesOf(admin, 'alice', 'keys')).toBe('~*');
  });

  test('wrong rules about keys', async () => {
    const admin = await userWith('alice');
    for (const rule of ['%~a', '%X~a', '%RR~a', '~a b', '%R~a\tb', 'a~']) {
      await admin.expect('ACL', 'SETUSER', 'alice', rule).errorLike(/Syntax error$/);
    }
  });
});

describe('selectors', () => {
  test('ACL LIST shows them in parentheses', async () => {
    const admin = await userWith('alice', 'resetpass', '+get', '~r', '(+set ~w)');
    await admin.expect('ACL', 'LIST').matches((reply) => {
      expect(String(items(reply)[0]).replace('sanitize-payload ', '')).toBe(
        'user alice on ~r resetchannels -@all +get (~w resetchannels -@all +set)',
      );
    }, 'alice with a selector');
  });

  test('wrong selectors', async () => {
    const admin = await userWith('alice');
    await admin.expect('ACL', 'SETUSER', 'alice', '(+get').errorLike(/Unmatched parenthesis in acl selector starting at '\(\+get'/);
    await admin.expect('ACL', 'SETUSER', 'alice', '(on)').errorLike(/Syntax error$/);
    await admin.expect('ACL', 'SETUSER', 'alice', '(+nosuch)').errorLike(/Unknown command or category name in ACL$/);
  });
});

describe('channels', () => {
  test('a pattern may be subscribed to only if a rule has exactly that pattern', async () => {
    const c = await userOf('+subscribe', '+psubscribe', '&news.*');
    await c.expect('SUBSCRIBE', 'other').errorLike(NO_CHANNEL);
    await c.expect('PSUBSCRIBE', 'news.s*').errorLike(NO_CHANNEL);
    await c.expect('SUBSCRIBE', 'news.sport').array(['subscribe', 'news.sport', 1]);
    await c.expect('PSUBSCRIBE', 'news.*').array(['psubscribe', 'news.*', 2]);
  });

  test('allchannels, resetchannels', async () => {
    const admin = await userWith('alice', '&*');
    await admin.expect('ACL', 'SETUSER', 'alice', '&x').errorLike(/Adding a pattern after the \* pattern/);
    await admin.expect('ACL', 'SETUSER', 'alice', 'resetchannels', '&x', '&y', '&x').ok();
    expect(await rulesOf(admin, 'alice', 'channels')).toBe('&x &y');
    await admin.expect('ACL', 'SETUSER', 'alice', 'allchannels').ok();
    expect(await rulesOf(admin, 'alice', 'channels')).toBe('&*');
  });
});

describe('what was refused', () => {
  test.since('7.2', 'entries have a number and two times', async () => {
    const admin = await userWith('alice');
    const c = await as('alice');
    await c.expect('GET', 'x').errorLike(NO_COMMAND('get'));
    await c.expect('SET', 'x', 'y').errorLike(NO_COMMAND('set'));
    await admin.expect('ACL', 'LOG', '2').matches((reply) => {
      const [newer, older] = items(reply);
      expect(Number(fieldOf(newer!, 'entry-id'))).toBe(Number(fieldOf(older!, 'entry-id')) + 1);
      expect(Number(fieldOf(newer!, 'timestamp-created'))).toBeGreaterThan(1_600_000_000_000);
      expect(Number(fieldOf(newer!, 'age-seconds'))).toBeGreaterThanOrEqual(0);
    }, 'two entries');
  });

  test('an entry describes the client as CLIENT LIST does', async () => {
    const admin = await userWith('alice', '+client|info');
    const c = await as('alice');
    await c.expect('GET', 'x').errorLike(NO_COMMAND('get'));
    const log = items(await admin.send('ACL', 'LOG', '1'));
    const named = (line: Decoded) => [...String(line).matchAll(/(\S+)=/g)].map(([, name]) => name);
    expect(named(fieldOf(log[0]!, 'client-info'))).toEqual(named(await c.send('CLIENT', 'INFO')));
  });

  test('acllog-max-len', async () => {
    const admin = await userWith('alice', '+get');
    await admin.expect('CONFIG', 'SET', 'acllog-max-len', '2').ok();
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    const c = await as('alice');
    for (const key of ['x', 'y', 'z']) await c.expect('GET', key).errorLike(NO_KEY);
    await admin.expect('ACL', 'LOG').matches((reply) => items(reply).length === 2, 'two entries');
    await admin.expect('CONFIG', 'SET', 'acllog-max-len', '128').ok();
  });

  test.since('7.2', 'counters of INFO', async () => {
    const admin = await userWith('alice', '+get', '~a');
    const before = await info(admin, 'stats');
    const c = await as('alice');
    await c.expect('GET', 'x').errorLike(NO_KEY);
    await c.expect('SET', 'x', 'y').errorLike(NO_COMMAND('set'));
    const after = await info(admin, 'stats');
    for (const name of ['acl_access_denied_cmd', 'acl_access_denied_key']) expect(Number(after[name])).toBe(Number(before[name]) + 1);
    expect(after['acl_access_denied_channel']).toBe(before['acl_access_denied_channel']);
  });
});

describe('users in files', () => {
  test('user lines of redis.conf', async () => {
    const own = await server();
    writeFileSync(join(own.dir, 'redis.conf'), `user alice on >${PASSWORD} ~a* +get (+set ~b)\nuser default on >other ~* &* +@all\n`);
    await own.restart(join(own.dir, 'redis.conf'));
    const c = await own.client();
    await c.expect('PING').errorLike(/^NOAUTH /);
    await c.expect('AUTH', 'alice', PASSWORD).ok();
    await c.expect('GET', 'a1').nil();
    await c.expect('SET', 'b', 'v').ok();
    await c.expect('GET', 'b').errorLike(NO_KEY);
  });

  test('CONFIG REWRITE writes them back', async () => {
    const own = await server();
    writeFileSync(join(own.dir, 'redis.conf'), '# mine\n');
    await own.restart(join(own.dir, 'redis.conf'));
    const c = await own.client();
    await c.expect('ACL', 'SETUSER', 'alice', 'on', `>${PASSWORD}`, '+get', '~a*', '(+set ~b)').ok();
    await c.expect('CONFIG', 'REWRITE').ok();
    expect(readFile(own, 'redis.conf')).not.toContain(PASSWORD);
    await own.restart(join(own.dir, 'redis.conf'));
    const again = await own.client();
    await again.expect('AUTH', 'alice', PASSWORD).ok();
    await again.expect('GET', 'a1').nil();
    await again.expect('SET', 'b', 'v').ok();
  });

  test('an aclfile is read at the start, by ACL LOAD, and written by ACL SAVE', async () => {
    const own = await server();
    const file = join(own.dir, 'users.acl');
    writeFileSync(file, `user alice on >${PASSWORD} ~a* +@read\n\nuser bob off\n`);
    await own.restart('--aclfile', file);
    const c = await own.client();
    await c.expect('ACL', 'USERS').array(['alice', 'bob', 'default']);
    const alice = await own.client();
    await alice.expect('AUTH', 'alice', PASSWORD).ok();
    await alice.expect('GET', 'a1').nil();
    await c.expect('ACL', 'SETUSER', 'carol', 'on', 'nopass', '+ping').ok();
    await c.expect('ACL', 'SAVE').ok();
    const saved = readFile(own, 'users.acl')!;
    expect(saved.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['user alice', 'user bob', 'user carol', 'user default', '']);
    expect(saved).not.toContain(PASSWORD);
    writeFileSync(file, saved.replace(/user carol.*\n/, '').replace('~a*', '~z*'));
    await c.expect('ACL', 'LOAD').ok();
    await c.expect('ACL', 'USERS').array(['alice', 'bob', 'default']);
    const later = await own.client();
    await later.expect('AUTH', 'alice', PASSWORD).ok();
    await later.expect('GET', 'a1').errorLike(NO_KEY);
    await later.expect('GET', 'z1').nil();
  });

  test('a wrong line, and ACL LOAD changes nothing', async () => {
    const own = await server();
    const file = join(own.dir, 'users.acl');
    writeFileSync(file, 'user alice on nopass +ping\n');
    await own.restart('--aclfile', file);
    const c = await own.client();
    writeFileSync(file, 'user alice on nopass +get\nuser bob +nosuch\nnonsense\n');
    await c.expect('ACL', 'LOAD').errorLike(/^ERR .*:2.*Unknown command or category name in ACL.*:3.*no change to the previously active ACL rules/s);
    await c.expect('ACL', 'USERS').array(['alice', 'default']);
    await c.expect('ACL', 'GETUSER', 'alice').matches((reply) => fieldOf(reply, 'commands') === '-@all +ping', 'the old rules');
  });

  test('without an aclfile LOAD and SAVE are errors', async () => {
    const c = await client();
    await c.expect('ACL', 'LOAD').errorLike(/^ERR This Redis instance is not configured to use an ACL file/);
    await c.expect('ACL', 'SAVE').errorLike(/^ERR This Redis instance is not configured to use an ACL file/);
  });

  test('acl-pubsub-default', async () => {
    const own = await server('--acl-pubsub-default', 'allchannels');
    const c = await own.client();
    await c.expect('ACL', 'SETUSER', 'alice').ok();
    expect(await rulesOf(c, 'alice', 'channels')).toBe('&*');
  });
});
