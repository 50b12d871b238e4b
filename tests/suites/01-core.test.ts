import { client, clientResp3, expect, info, ioredis, items, resp, rng, server, step, test, until } from '../harness/suite.ts';

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
const HELLO_FIELDS = ['server', 'version', 'proto', 'id', 'mode', 'role', 'modules'];

step(1, 'a server that answers PING', () => {
  test('PING answers the simple string PONG', async () => {
    const c = await client();
    await c.expect('PING').status('PONG');
    await c.expect('pInG').status('PONG');
  });

  test('PING with a message answers it as a bulk string', async () => {
    const c = await client();
    await c.expect('PING', 'hello world').bulk('hello world');
    await c.expect('PING', '').bulk('');
  });

  test('ECHO answers its argument', async () => {
    const c = await client();
    await c.expect('ECHO', 'hello').bulk('hello');
    await c.expect('ECHO', '').bulk('');
    await c.expect('echo', 'PING').bulk('PING');
  });

  test('a second request on the same connection is answered too', async () => {
    const c = await client();
    await c.expect('PING').status('PONG');
    await c.expect('ECHO', 'again').bulk('again');
    await c.expect('PING').status('PONG');
  });

  test('two clients at once each get their own replies', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('ECHO', 'a').bulk('a');
    await b.expect('ECHO', 'b').bulk('b');
    await a.expect('ECHO', 'still a').bulk('still a');
  });

  test('the length of a bulk string counts bytes, not characters', async () => {
    const c = await client();
    c.write('*2\r\n$4\r\nECHO\r\n$6\r\n\xe2\x82\xac\xc3\xa9!\r\n');
    await c.raw('$6\r\n\xe2\x82\xac\xc3\xa9!\r\n');
  });
});

step(2, 'requests cut anywhere', () => {
  test('a request cut in the middle leaves the ones before it answered', async () => {
    const c = await client();
    c.write(resp('PING') + '*2\r\n$4\r\nEC');
    await c.raw('+PONG\r\n');
    c.write('HO\r\n$1\r\nx\r\n');
    await c.raw('$1\r\nx\r\n');
  });

  test('a request may arrive in pieces, cut anywhere', async () => {
    const [c, other] = [await client(), await client()];
    const request = resp('ECHO', 'ab\r\ncd');
    for (let cut = 1; cut < request.length; cut++) {
      c.write(request.slice(0, cut));
      await other.expect('PING').status('PONG');
      c.write(request.slice(cut));
      await c.raw('$6\r\nab\r\ncd\r\n');
    }
  });

  test('several requests in one packet are answered in order', async () => {
    const c = await client();
    c.write(resp('ECHO', 'a') + resp('PING') + resp('PING', 'b') + resp('ECHO', 'c'));
    await c.raw('$1\r\na\r\n+PONG\r\n$1\r\nb\r\n$1\r\nc\r\n');
  });

  test('a pipeline of 10,000 requests is answered in order', async () => {
    const c = await client();
    const numbers = [...Array(10_000).keys()].map(String);
    c.write(numbers.map((number) => resp('ECHO', number)).join(''));
    const replies = await Promise.all(numbers.map(() => c.receive().reply));
    expect(replies).toEqual(numbers);
  });

  test('line ends, NUL and whole frames inside an argument are data', async () => {
    const c = await client();
    for (const text of ['\r\n', '\n', '\0', 'a\r\nb', '$4\r\nPING\r\n', '*1\r\n$4\r\nPING\r\n', '\r\n\r\n', '\xff\xfe']) {
      await c.expect('ECHO', text).bulk(text);
      await c.expect('PING', text).bulk(text);
    }
  });

  test('inline commands and arrays may alternate', async () => {
    const c = await client();
    c.write(`PING\r\n${resp('PING', 'x')}PING y\n${resp('PING')}`);
    await c.raw('+PONG\r\n$1\r\nx\r\n$1\r\ny\r\n+PONG\r\n');
  });

  test('a request may arrive byte by byte', async () => {
    const [c, other] = [await client(), await client()];
    for (const byte of resp('ECHO', 'slowly') + 'PING x\r\n') {
      c.write(byte);
      await other.expect('PING').status('PONG');
    }
    await c.raw('$6\r\nslowly\r\n$1\r\nx\r\n');
  });

  test('200 clients at once, each with its requests in two halves', async () => {
    const clients = await Promise.all(Array.from({ length: 200 }, () => client()));
    const request = (number: number) => resp('ECHO', `client ${number}`);
    clients.forEach((c, number) => c.write(request(number).slice(0, 17)));
    clients.forEach((c, number) => c.write(request(number).slice(17) + resp('PING')));
    for (const [number, c] of clients.entries()) {
      await c.receive().bulk(`client ${number}`);
      await c.receive().status('PONG');
    }
  });
});

step(3, 'a table of commands', () => {
  test('the error for an unknown command repeats its name as typed, and its arguments', async () => {
    const c = await client();
    await c.expect('NoSuch').error("ERR unknown command 'NoSuch', with args beginning with: ");
    await c.expect('nosuch', 'a', 'B', '').error("ERR unknown command 'nosuch', with args beginning with: 'a' 'B' '' ");
    await c.expect('PING').status('PONG');
  });

  test('the wrong number of arguments is an error that names the command', async () => {
    const c = await client();
    await c.expect('PING', 'a', 'b').error("ERR wrong number of arguments for 'ping' command");
    await c.expect('ECHO').error("ERR wrong number of arguments for 'echo' command");
    await c.expect('ECHO', 'a', 'b').error("ERR wrong number of arguments for 'echo' command");
    await c.expect('PING').status('PONG');
  });

  test('an error ends neither the connection nor the pipeline', async () => {
    const c = await client();
    c.write(resp('NOSUCH') + resp('ECHO') + resp('ECHO', 'x'));
    await c.raw(
      "-ERR unknown command 'NOSUCH', with args beginning with: \r\n" +
        "-ERR wrong number of arguments for 'echo' command\r\n$1\r\nx\r\n",
    );
  });

  test('QUIT answers OK and closes', async () => {
    const c = await client();
    await c.expect('QUIT').ok();
    await c.closed();
  });

  test('what follows QUIT is not executed', async () => {
    const c = await client();
    c.write(resp('PING') + resp('quit', 'now') + resp('PING'));
    await c.raw('+PONG\r\n+OK\r\n');
    await c.closed();
  });
});

step(4, 'bad bytes and big ones', () => {
  test('an argument may hold any of the 256 bytes', async () => {
    const c = await client();
    await c.expect('ECHO', ALL_BYTES).bulk(ALL_BYTES);
    for (const byte of ALL_BYTES) await c.expect('ECHO', byte).bulk(byte);
  });

  test('an argument of 1 MB comes back', async () => {
    const c = await client();
    const text = rng().bytes(4096).repeat(256);
    await c.expect('ECHO', text).bulk(text);
    await c.expect('PING').status('PONG');
  });

  test('empty arrays, negative counts and empty lines are ignored', async () => {
    const c = await client();
    for (const nothing of ['*0\r\n', '*-1\r\n', '*-10\r\n', '\r\n', '\n', '   \r\n', '\r\n\r\n']) {
      c.write(nothing + resp('PING'));
      await c.raw('+PONG\r\n');
    }
    await c.silent();
  });

  test('a count of arguments that is no number: an error, then the connection closes', async () => {
    const c = await client();
    c.write(`${resp('PING', 'before')}*abc\r\n`);
    await c.raw('$6\r\nbefore\r\n-ERR Protocol error: invalid multibulk length\r\n');
    await c.closed();
  });

  test('an argument without "$": an error, then the connection closes', async () => {
    const c = await client();
    c.write('*1\r\nPING\r\n');
    await c.raw("-ERR Protocol error: expected '$', got 'P'\r\n");
    await c.closed();
  });

  test('a length of more than 512 MB is refused before its bytes come', async () => {
    const c = await client();
    c.write('*1\r\n$536870913\r\n');
    await c.raw('-ERR Protocol error: invalid bulk length\r\n');
    await c.closed();
  });

  test('what follows a protocol error is not executed', async () => {
    const c = await client();
    c.write(`*1\r\n$x\r\n${resp('PING')}`);
    await c.raw('-ERR Protocol error: invalid bulk length\r\n');
    await c.closed();
  });

  test('a protocol error of one client leaves the others alone', async () => {
    const [c, other] = [await client(), await client()];
    c.write('*x\r\n');
    await c.raw('-ERR Protocol error: invalid multibulk length\r\n');
    await other.expect('PING').status('PONG');
    await (await client()).expect('PING').status('PONG');
  });
});

step(5, 'who is connected', () => {
  test('CLIENT ID stays the same for a connection, and grows from client to client', async () => {
    const [a, b] = [await client(), await client()];
    const first = await a.expect('CLIENT', 'ID').matches((value) => typeof value === 'number', 'an integer');
    await b.expect('CLIENT', 'ID').matches((value) => (value as number) > (first as number), `an integer above ${first}`);
    await a.expect('CLIENT', 'ID').int(first as number);
  });

  test('CLIENT SETNAME names this connection, and GETNAME answers the name', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'GETNAME').nil();
    await a.expect('CLIENT', 'SETNAME', 'first!~').ok();
    await a.expect('client', 'getname').bulk('first!~');
    await b.expect('CLIENT', 'GETNAME').nil();
    await a.expect('CLIENT', 'SETNAME', '').ok();
    await a.expect('CLIENT', 'GETNAME').nil();
  });

  test('an unknown sub-command is an error of its own', async () => {
    const c = await client();
    await c.expect('CLIENT', 'nosuch').error("ERR unknown subcommand 'nosuch'. Try CLIENT HELP.");
    await c.expect('command', 'NoSuch', 'x').error("ERR unknown subcommand 'NoSuch'. Try COMMAND HELP.");
    await c.expect('CLIENT').error("ERR wrong number of arguments for 'client' command");
  });

  test('INFO counts the connected clients, and notices when they go', async () => {
    const c = await client();
    const before = Number((await info(c, 'clients'))['connected_clients']);
    const more = [await client(), await client(), await client()];
    for (const other of more) await other.expect('PING').status('PONG');
    expect(await info(c, 'clients')).toMatchObject({ connected_clients: String(before + 3), maxclients: expect.stringMatching(/^\d+$/) });
    await more[0]!.expect('QUIT').ok();
    await more[1]!.close();
    more[2]!.destroy();
    await until(async () => Number((await info(c, 'clients'))['connected_clients']) === before, `INFO clients to show connected_clients:${before}`);
  });

  test('a client that disconnects in the middle of a request does no harm', async () => {
    const other = await client();
    for (const part of ['*', '*2\r\n$4\r\nECHO\r\n$100\r\nabc', 'PING', '*1\r\n$70000\r\nxyz']) {
      const [closed, cut] = [await client(), await client()];
      closed.write(part);
      cut.write(part);
      await other.expect('PING').status('PONG');
      await closed.close();
      cut.destroy();
    }
    await other.expect('PING').status('PONG');
  });

  test('a client that does not read holds up no other client, and loses nothing', async () => {
    const [slow, other] = [await client(), await client()];
    slow.pause();
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 100; i++) slow.write(resp('ECHO', text));
    for (let i = 0; i < 10; i++) await other.expect('PING').status('PONG');
    slow.resume();
    for (let i = 0; i < 100; i++) await slow.receive().bulk(text);
  });

  test('--maxclients: one client too many gets an error and is disconnected, until a place is free', async () => {
    const own = await server('--maxclients', '2');
    const first = await own.client();
    await until(async () => (await info(first, 'clients'))['connected_clients'] === '1', 'INFO clients to show connected_clients:1');
    const second = await own.client();
    await second.expect('PING').status('PONG');
    expect((await info(first, 'clients'))['maxclients'], 'maxclients in INFO').toBe('2');
    const third = await own.client();
    await third.raw('-ERR max number of clients reached\r\n');
    await third.closed();
    expect((await info(first, 'stats'))['rejected_connections'], 'rejected_connections in INFO').toBe('1');
    await second.expect('QUIT').ok();
    await until(async () => (await info(first, 'clients'))['connected_clients'] === '1', 'INFO clients to show connected_clients:1');
    await (await own.client()).expect('PING').status('PONG');
  });
});

step(6, 'HELLO, and what libraries ask', () => {
  test('HELLO without a version describes the server in a flat array', async () => {
    const c = await client();
    const id = await c.expect('CLIENT', 'ID').matches((value) => typeof value === 'number', 'an integer');
    await c.expect('HELLO').matches((value) => {
      const reply = items(value);
      const values = reply.filter((_, at) => at % 2 === 1);
      expect(reply.filter((_, at) => at % 2 === 0)).toEqual(HELLO_FIELDS);
      expect(values).toEqual(['redis', expect.stringMatching(/^\d+\.\d+\.\d+$/), 2, id, 'standalone', 'master', []]);
    }, `${HELLO_FIELDS.join(', ')}, each with its value`);
  });

  test('HELLO 3 switches to RESP3 and answers with a map', async () => {
    const c = await client();
    c.protocol = 3;
    await c.expect('HELLO', '3').matches((value) => {
      expect(value).toBeInstanceOf(Map);
      const reply = value as Map<unknown, unknown>;
      expect([...reply.keys()]).toEqual(HELLO_FIELDS);
      expect(reply.get('proto')).toBe(3);
    }, `a map of ${HELLO_FIELDS.join(', ')}, with 3 for proto`);
    await c.expect('CLIENT', 'GETNAME').nil();
  });

  test('HELLO 2 switches back', async () => {
    const c = await clientResp3();
    c.protocol = 2;
    await c.expect('HELLO', '2').matches((value) => Array.isArray(value) && value.includes('proto'), 'a flat array');
    await c.expect('CLIENT', 'GETNAME').nil();
  });

  test('HELLO with another version is refused, and nothing changes', async () => {
    const c = await client();
    await c.expect('HELLO', '4').error('NOPROTO unsupported protocol version');
    await c.expect('CLIENT', 'GETNAME').nil();
  });

  test('INFO lists fields under the names of sections, with CRLF at the end of each line', async () => {
    const c = await client();
    const text = (await c.send('INFO')) as string;
    expect(text).toMatch(/^# Server\r\nredis_version:\d+\.\d+\.\d+\r\n/);
    expect(text).toContain('\r\n\r\n# Clients\r\n');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text.endsWith('\r\n')).toBe(true);
  });

  test('ioredis connects with its default settings and works', async () => {
    const redis = await ioredis();
    expect(redis.status).toBe('ready');
    expect(await redis.ping()).toBe('PONG');
    expect(await redis.echo('héllo')).toBe('héllo');
    expect(await redis.client('GETNAME')).toBeNull();
    expect(await redis.client('SETNAME', 'io')).toBe('OK');
    expect(await redis.client('GETNAME')).toBe('io');
    await expect(redis.call('NOSUCH')).rejects.toThrow("ERR unknown command 'NOSUCH'");
    const bytes = Buffer.from(ALL_BYTES, 'latin1');
    expect(await redis.callBuffer('ECHO', bytes)).toEqual(bytes);
  });
});
