import { client, clientResp3, describe, expect, info, items, server, test, until } from '../harness/suite.ts';
import { reachableServer } from '../harness/other-address.ts';
import { fieldOf, NOAUTH, passwordSet, PASSWORD, userWith, WRONGPASS } from '../harness/users.ts';

describe('protected mode', () => {
  test('a client of another host gets the explanation, byte for byte', async () => {
    const { greet } = await reachableServer();
    expect(await greet()).toBe(DENIED);
  });

  test('a password lets other hosts in, to authenticate; without it they are refused again', async () => {
    const { own, greet } = await reachableServer('--requirepass', PASSWORD);
    expect(await greet()).toBe(`-${NOAUTH}\r\n`);
    const c = await own.client();
    await c.expect('AUTH', PASSWORD).ok();
    await c.expect('CONFIG', 'SET', 'requirepass', '').ok();
    expect(await greet()).toBe(DENIED);
  });
});

const DENIED =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. ' +
  'In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to Redis ' +
  "you may adopt one of the following solutions: 1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' " +
  'from the loopback interface by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not ' +
  'publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just ' +
  "disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', and then " +
  "restarting the server. 3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
  '4) Setup a an authentication password for the default user. NOTE: You only need to do one of the above things in order for the ' +
  'server to start accepting connections from the outside.\r\n';

describe('a password', () => {
  test('AUTH without a password that it could check is an error', async () => {
    const c = await client();
    await c.expect('AUTH', 'x').error(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
    await c.expect('AUTH', 'default', 'anything').ok();
    await c.expect('AUTH', 'a', 'b', 'c').error('ERR syntax error');
    await c.expect('AUTH').error("ERR wrong number of arguments for 'auth' command");
  });

  test('requirepass is shown, and an empty one lets all clients in again', async () => {
    const admin = await passwordSet();
    await admin.expect('CONFIG', 'GET', 'requirepass').array(['requirepass', PASSWORD]);
    const waiting = await client();
    await waiting.expect('PING').error(NOAUTH);
    await admin.expect('CONFIG', 'SET', 'requirepass', '').ok();
    await waiting.expect('PING').status('PONG');
  });

  test('any bytes will do', async () => {
    await userWith('alice', '+ping', '>\x00\xff \r\n');
    const c = await client();
    await c.expect('AUTH', 'alice', '\x00\xff \r').error(WRONGPASS);
    await c.expect('AUTH', 'alice', '\x00\xff \r\n').ok();
  });
});

describe('before authentication', () => {
  test('MULTI is refused, and what follows too', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('MULTI').error(NOAUTH);
    await c.expect('EXEC').error(`EXECABORT Transaction discarded because of: ${NOAUTH}`);
  });

  test('RESET makes the client the default user again', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('AUTH', PASSWORD).ok();
    await c.expect('RESET').status('RESET');
    await c.expect('PING').error(NOAUTH);
  });

  test('a client that does not read its replies is cut off, long before it takes memory', async () => {
    const admin = await passwordSet();
    const c = await client();
    // Until the server has answered, it may not count this client yet.
    await c.expect('PING').error(NOAUTH);
    c.pause();
    const connected = async () => Number((await info(admin, 'clients'))['connected_clients']);
    const before = await connected();
    // The kernel takes some hundred KB of them.
    for (let i = 0; i < 100 && (await connected()) === before; i++) c.write('PING\r\n'.repeat(10_000));
    await until(async () => (await connected()) < before, 'the end of the connection');
    c.destroy();
  });

  test('after authentication these bounds are gone', async () => {
    await passwordSet();
    const c = await client();
    await c.expect('AUTH', PASSWORD).ok();
    await c.expect('SET', 'k', 'x'.repeat(100_000)).ok();
    await c.expect('DEL', ...Array.from({ length: 20 }, (_, i) => `k${i}`)).int(0);
  });
});

describe('HELLO with AUTH', () => {
  test('a wrong password changes nothing, and SETNAME neither', async () => {
    await userWith('alice', '+client');
    const c = await client();
    await c.expect('CLIENT', 'SETNAME', 'before').ok();
    await c.expect('HELLO', '3', 'AUTH', 'alice', 'wrong', 'SETNAME', 'after').error(WRONGPASS);
    await c.expect('CLIENT', 'GETNAME').bulk('before');
    await c.expect('ACL', 'WHOAMI').bulk('default');
  });

  test('without AUTH it is as before', async () => {
    const c = await clientResp3();
    await c.expect('ACL', 'WHOAMI').bulk('default');
  });
});

describe('after a failed AUTH', () => {
  test('an entry of ACL LOG, with the name and without the password', async () => {
    const admin = await passwordSet();
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    const c = await client();
    await c.expect('AUTH', 'bob', 'wrong-guess').error(WRONGPASS);
    await c.expect('auth', 'bob', 'wrong-guess').error(WRONGPASS);
    await c.expect('AUTH', 'bob', 'wrong-guess-2').error(WRONGPASS);
    await admin.expect('ACL', 'LOG').matches((reply) => {
      const entries = items(reply);
      expect(entries.map((entry) => fieldOf(entry, 'object'))).toEqual(['AUTH', 'auth']);
      expect(entries.map((entry) => fieldOf(entry, 'count'))).toEqual([2, 1]);
      expect(fieldOf(entries[0]!, 'reason')).toBe('auth');
      expect(fieldOf(entries[0]!, 'username')).toBe('bob');
      expect(JSON.stringify(reply, (_, value) => (typeof value === 'bigint' ? Number(value) : value))).not.toContain('guess');
    }, 'two entries, the newest first');
  });

  test.since('7.2', 'a counter of INFO', async () => {
    const admin = await passwordSet();
    const before = Number((await info(admin, 'stats'))['acl_access_denied_auth']);
    const c = await client();
    await c.expect('AUTH', 'wrong').error(WRONGPASS);
    await c.expect('HELLO', '2', 'AUTH', 'bob', 'wrong').error(WRONGPASS);
    expect(Number((await info(admin, 'stats'))['acl_access_denied_auth'])).toBe(before + 2);
  });

  test('a user that is off cannot authenticate, and one without a password neither', async () => {
    const admin = await userWith('alice', '+ping');
    const c = await client();
    await admin.expect('ACL', 'SETUSER', 'alice', 'off').ok();
    await c.expect('AUTH', 'alice', PASSWORD).error(WRONGPASS);
    await admin.expect('ACL', 'SETUSER', 'alice', 'on', 'resetpass').ok();
    await c.expect('AUTH', 'alice', '').error(WRONGPASS);
    await admin.expect('ACL', 'SETUSER', 'alice', 'nopass').ok();
    await c.expect('AUTH', 'alice', 'whatever').ok();
  });
});

describe('a password at the start, and between servers', () => {
  test('--requirepass', async () => {
    const own = await server('--requirepass', PASSWORD);
    const c = await own.client();
    await c.expect('PING').error(NOAUTH);
    await c.expect('AUTH', PASSWORD).ok();
    await c.expect('ACL', 'WHOAMI').bulk('default');
  });

  test('a replica gives its password, and without it the link stays down', async () => {
    const primary = await server('--requirepass', PASSWORD, '--repl-diskless-sync-delay', '0');
    const [above, replica] = [await primary.client(), await client()];
    await above.expect('AUTH', PASSWORD).ok();
    await above.expect('SET', 'k', 'v').ok();
    const up = async () => (await info(replica, 'replication'))['master_link_status'] === 'up';
    const connections = async () => Number((await info(above, 'stats'))['total_connections_received']);
    const before = await connections();
    try {
      await replica.expect('REPLICAOF', '127.0.0.1', primary.port).ok();
      // The second try shows that the first one has failed.
      await until(async () => (await connections()) >= before + 2, 'two tries');
      expect(await up()).toBe(false);
      await replica.expect('CONFIG', 'SET', 'masterauth', PASSWORD).ok();
      await until(up, 'the link');
      await replica.expect('GET', 'k').bulk('v');
    } finally {
      await replica.send('REPLICAOF', 'NO', 'ONE');
      await replica.send('CONFIG', 'SET', 'masterauth', '');
    }
  });

  test('masteruser says as whom: PSYNC, REPLCONF and PING are all that this user needs', async () => {
    const primary = await server('--repl-diskless-sync-delay', '0');
    const [above, replica] = [await primary.client(), await client()];
    await above.expect('ACL', 'SETUSER', 'copier', 'on', `>${PASSWORD}`, '+psync', '+replconf', '+ping').ok();
    await above.expect('CONFIG', 'SET', 'requirepass', 'of somebody else').ok();
    await above.expect('SET', 'k', 'v').ok();
    try {
      await replica.expect('CONFIG', 'SET', 'masteruser', 'copier', 'masterauth', PASSWORD).ok();
      await replica.expect('REPLICAOF', '127.0.0.1', primary.port).ok();
      await until(async () => (await info(replica, 'replication'))['master_link_status'] === 'up', 'the link');
      await replica.expect('GET', 'k').bulk('v');
    } finally {
      await replica.send('REPLICAOF', 'NO', 'ONE');
      await replica.send('CONFIG', 'SET', 'masteruser', '', 'masterauth', '');
    }
  });
});
