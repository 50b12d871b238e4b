import { address, client, clientResp3, describe, error, expect, info, resp, status } from '../harness/suite.ts';
import { test, until, type Client } from '../harness/suite.ts';
import { configured, fakePrimary, follow, linkUp, replicaLines, syncedReplica, tinyRdb } from '../harness/replication.ts';

/** The fields of a line of CLIENT LIST. */
type Line = Record<string, string>;

function parseLine(line: string): Line {
  return Object.fromEntries(
    line.split(' ').map((field) => {
      const at = field.indexOf('=');
      return [field.slice(0, at), field.slice(at + 1)];
    }),
  );
}

function parseLines(text: string): Line[] {
  return text.split('\n').filter((line) => line !== '').map(parseLine);
}

async function clientInfo(c: Client): Promise<Line> {
  const text = await c.expect('CLIENT', 'INFO').matches((value) => typeof value === 'string', 'a line of fields');
  return parseLine(String(text).trimEnd());
}

async function clientList(c: Client, ...options: string[]): Promise<Line[]> {
  const text = await c.expect('CLIENT', 'LIST', ...options).matches((value) => typeof value === 'string', 'lines of fields');
  return parseLines(String(text));
}

async function idOf(c: Client): Promise<string> {
  return String(await c.expect('CLIENT', 'ID').success());
}

/** The line of one client, as another one sees it. */
async function lineOf(observer: Client, id: string): Promise<Line> {
  const [line] = await clientList(observer, 'ID', id);
  if (line === undefined) throw new Error(`CLIENT LIST ID ${id} shows no such client`);
  return line;
}

/** A client in MONITOR. */
async function monitor(): Promise<Client> {
  const m = await client();
  await m.expect('MONITOR').ok();
  return m;
}

/** The next line that a monitor is sent, without its time. */
async function shown(m: Client): Promise<string> {
  const line = await m.receive().matches((value) => /^\d+\.\d{6} \[\d+ .+\] "/.test(textOf(value)), 'a line of MONITOR');
  return textOf(line).replace(/^\S+ /, '');
}

/** Reads all lines that a monitor has been sent: Redis 8 does not show the requests that CLIENT PAUSE has held back. */
async function shownUntilNow(m: Client): Promise<void> {
  m.write(resp('ECHO', 'end'));
  while ((await m.receive().success()) !== 'end');
  await shown(m);
}

function textOf(value: unknown): string {
  return (value as { text?: string }).text ?? '';
}

describe('CLIENT INFO and CLIENT LIST', () => {
  test('INFO is one line about this connection', async () => {
    const c = await client();
    const line = await clientInfo(c);
    expect(line['id']).toBe(await idOf(c));
    expect(line).toMatchObject({ name: '', flags: 'N', db: '0', multi: '-1', cmd: 'client|info', user: 'default', redir: '-1', resp: '2' });
  });

  test('fields stand in the order of Redis', async () => {
    const c = await client();
    const order = 'id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver';
    const names = Object.keys(await clientInfo(c)).filter((name) => name !== 'watch' && name !== 'io-thread');
    expect(names).toEqual(order.split(' ').filter((name) => names.includes(name)));
  });

  test('clients find a number in each field that they read as one', async () => {
    const c = await client();
    const line = await clientInfo(c);
    const numbers = 'id fd age idle db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem tot-mem redir resp'.split(' ');
    expect(numbers.filter((name) => !/^-?\d+$/.test(line[name] ?? 'missing'))).toEqual([]);
  });

  test('name, database and protocol are those of now', async () => {
    const c = await client();
    await c.expect('CLIENT', 'SETNAME', 'me').ok();
    await c.expect('SELECT', '3').ok();
    expect(await clientInfo(c)).toMatchObject({ name: 'me', db: '3' });
  });

  test('addresses are those of the two ends', async () => {
    const c = await client();
    const { port } = await address();
    const line = await clientInfo(c);
    expect(line['laddr']).toBe(`127.0.0.1:${port}`);
    expect(line['addr']).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test('LIST shows each connection, the oldest first', async () => {
    const [a, b] = [await client(), await client()];
    const ids = (await clientList(a)).map(({ id }) => id);
    expect(ids).toContain(await idOf(a));
    expect(ids.indexOf(await idOf(a))).toBeLessThan(ids.indexOf(await idOf(b)));
  });

  test('the last command is shown, refused or not', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    await a.expect('GET', 'k').nil();
    expect(await lineOf(b, id)).toMatchObject({ cmd: 'get' });
    await a.expect('SET', 'k').error("ERR wrong number of arguments for 'set' command");
    expect(await lineOf(b, id)).toMatchObject({ cmd: 'set' });
  });

  test('a client that has sent nothing has no last command', async () => {
    const a = await client();
    await client();
    expect((await clientList(a)).at(-1)).toMatchObject({ cmd: 'NULL', flags: 'N' });
  });

  test('a transaction shows what is queued', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    await a.expect('MULTI').ok();
    await a.expect('SET', 'k', 'v').status('QUEUED');
    const line = await lineOf(b, id);
    expect(line).toMatchObject({ flags: 'x', multi: '1', cmd: 'set' });
    expect(Number(line['multi-mem'])).toBeGreaterThan(0);
  });

  test('a blocked client has the flag b', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    const popped = a.sendLater('BLPOP', 'l', '0');
    await a.blocked();
    expect(await lineOf(b, id)).toMatchObject({ flags: 'b', cmd: 'blpop' });
    await b.expect('RPUSH', 'l', 'x').int(1);
    await popped.array(['l', 'x']);
  });

  test('a client whose watched key has changed has the flag d', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    await a.expect('WATCH', 'k').ok();
    expect(await lineOf(b, id)).toMatchObject({ flags: 'N' });
    await b.expect('SET', 'k', 'v').ok();
    expect(await lineOf(b, id)).toMatchObject({ flags: 'd' });
  });

  test('subscriptions are counted by kind', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    a.write(resp('SUBSCRIBE', 'c1', 'c2') + resp('PSUBSCRIBE', 'p*') + resp('SSUBSCRIBE', 's'));
    for (let i = 0; i < 4; i++) await a.receive().success();
    expect(await lineOf(b, id)).toMatchObject({ flags: 'P', sub: '2', psub: '1', ssub: '1' });
  });

  test('bytes of an unfinished request are shown', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    a.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000\r\nxxxxx');
    await until(async () => Number((await lineOf(b, id))['argv-mem']) > 0, 'arguments in CLIENT LIST');
    expect(Number((await lineOf(b, id))['qbuf'])).toBeGreaterThan(0);
    a.write('x'.repeat(995) + '\r\n');
    await a.receive().ok();
  });

  test('in RESP3 both are verbatim strings', async () => {
    const c = await clientResp3();
    for (const command of ['INFO', 'LIST']) {
      const text = await c.expect('CLIENT', command).matches((value) => (value as { format?: string }).format === 'txt', 'a verbatim string');
      expect((text as { text: string }).text).toContain(`id=${await idOf(c)} `);
    }
    expect((await lineOf(await client(), await idOf(c)))['resp']).toBe('3');
  });

  test('LIST TYPE shows one class', async () => {
    const [a, b] = [await client(), await client()];
    await b.expect('SUBSCRIBE', 'c').push(['subscribe', 'c', 1]);
    const types = async (type: string) => (await clientList(a, 'TYPE', type)).map(({ flags }) => flags);
    expect(await types('pubsub')).toEqual(['P']);
    expect(await types('NORMAL')).not.toContain('P');
    expect(await types('replica')).toEqual([]);
    expect(await types('master')).toEqual([]);
  });

  test('LIST TYPE replica shows replicas, by either name', async () => {
    const a = await client();
    await syncedReplica();
    for (const type of ['replica', 'slave']) {
      expect((await clientList(a, 'TYPE', type)).map(({ flags }) => flags)).toEqual(['S']);
    }
  });

  test('LIST ID shows some clients, in the order of the request', async () => {
    const [a, b] = [await client(), await client()];
    const [first, second] = [await idOf(a), await idOf(b)];
    const ids = (await clientList(a, 'ID', second, '999999', first)).map(({ id }) => id);
    expect(ids).toEqual([second, first]);
    await a.expect('CLIENT', 'LIST', 'ID', '999999').bulk('');
  });

  test('wrong requests', async () => {
    const c = await client();
    await c.expect('CLIENT', 'LIST', 'TYPE', 'foo').error("ERR Unknown client type 'foo'");
    for (const options of [['TYPE'], ['ID'], ['FOO'], ['TYPE', 'normal', 'x']]) {
      await c.expect('CLIENT', 'LIST', ...options).error('ERR syntax error');
    }
    await c.expect('CLIENT', 'LIST', 'ID', '1', 'x').error('ERR Invalid client ID');
    await c.expect('CLIENT', 'INFO', 'x').error("ERR wrong number of arguments for 'client|info' command");
  });
});

describe('CLIENT KILL', () => {
  test('closes the connection from an address', async () => {
    const [a, b] = [await client(), await client()];
    const { addr } = await clientInfo(b);
    await a.expect('CLIENT', 'KILL', addr!).ok();
    await b.closed();
    await a.expect('CLIENT', 'KILL', addr!).error('ERR No such client');
  });

  test('by ID answers how many were closed', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(b);
    await a.expect('CLIENT', 'KILL', 'ID', id).int(1);
    await b.closed();
    await a.expect('CLIENT', 'KILL', 'ID', id).int(0);
  });

  test('by ADDR', async () => {
    const [a, b] = [await client(), await client()];
    const { addr } = await clientInfo(b);
    await a.expect('CLIENT', 'KILL', 'ADDR', addr!).int(1);
    await b.closed();
  });

  test('spares its own client, unless SKIPME no', async () => {
    const a = await client();
    const id = await idOf(a);
    await a.expect('CLIENT', 'KILL', 'ID', id).int(0);
    await a.expect('CLIENT', 'KILL', 'ID', id, 'SKIPME', 'no').int(1);
    await a.closed();
  });

  test('the older form does not spare it; it gets its reply', async () => {
    const a = await client();
    const { addr } = await clientInfo(a);
    a.write(resp('CLIENT', 'KILL', addr!) + resp('PING'));
    await a.receive().ok();
    await a.closed();
  });

  test('by TYPE', async () => {
    const [a, b] = [await client(), await client()];
    await b.expect('SUBSCRIBE', 'c').push(['subscribe', 'c', 1]);
    await a.expect('CLIENT', 'KILL', 'TYPE', 'pubsub').int(1);
    await b.closed();
    await a.expect('PUBLISH', 'c', 'm').int(0);
  });

  test('all filters have to fit', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(b);
    const { addr, laddr } = await clientInfo(b);
    await a.expect('CLIENT', 'KILL', 'ID', id, 'TYPE', 'pubsub').int(0);
    await a.expect('CLIENT', 'KILL', 'ID', id, 'LADDR', '1.2.3.4:5').int(0);
    await a.expect('CLIENT', 'KILL', 'ID', id, 'ADDR', (await clientInfo(a))['addr']!).int(0);
    await b.expect('PING').status('PONG');
    await a.expect('CLIENT', 'KILL', 'ID', id, 'ADDR', addr!, 'LADDR', laddr!, 'USER', 'default', 'TYPE', 'normal').int(1);
    await b.closed();
  });

  test('a client that is killed while it waits is forgotten', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(b);
    b.write(resp('BLPOP', 'l', '0'));
    await until(async () => (await lineOf(a, id))['flags'] === 'b', 'a blocked client');
    await a.expect('CLIENT', 'KILL', 'ID', id).int(1);
    await b.closed();
    await a.expect('RPUSH', 'l', 'x').int(1);
    await a.expect('LLEN', 'l').int(1);
  });

  test('of a replica cuts its link', async () => {
    const a = await client();
    await syncedReplica();
    await a.expect('CLIENT', 'KILL', 'TYPE', 'replica').int(1);
    expect(await replicaLines()).toEqual([]);
  });

  test('of the primary makes a replica open its link again', async () => {
    const primary = await fakePrimary();
    const c = await client();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync('0123456789'.repeat(4), 100, tinyRdb({}));
    await linkUp();
    await c.expect('CLIENT', 'KILL', 'TYPE', 'master').int(1);
    await link.closed();
    const again = await (await primary.link()).handshake();
    expect(again.at(-1)?.slice(0, 2)).toEqual(['PSYNC', '0123456789'.repeat(4)]);
  });

  test('wrong requests', async () => {
    const c = await client();
    await c.expect('CLIENT', 'KILL').error("ERR wrong number of arguments for 'client|kill' command");
    await c.expect('CLIENT', 'KILL', '1.2.3.4:5').error('ERR No such client');
    for (const id of ['0', '-1', 'x']) await c.expect('CLIENT', 'KILL', 'ID', id).error('ERR client-id should be greater than 0');
    await c.expect('CLIENT', 'KILL', 'TYPE', 'foo').error("ERR Unknown client type 'foo'");
    await c.expect('CLIENT', 'KILL', 'USER', 'nobody').error("ERR No such user 'nobody'");
    for (const options of [['SKIPME', 'x'], ['FOO', 'x'], ['ID', '1', 'ADDR']]) {
      await c.expect('CLIENT', 'KILL', ...options).error('ERR syntax error');
    }
  });
});

describe('CLIENT REPLY', () => {
  test('OFF stops replies, ON starts them again', async () => {
    const c = await client();
    c.write(resp('CLIENT', 'REPLY', 'OFF') + resp('SET', 'k', 'v') + resp('GET', 'k') + resp('NOSUCH') + resp('CLIENT', 'REPLY', 'ON'));
    await c.receive().ok();
    await c.expect('GET', 'k').bulk('v');
  });

  test('SKIP leaves out the next reply alone', async () => {
    const c = await client();
    c.write(resp('CLIENT', 'REPLY', 'SKIP') + resp('SET', 'k', 'v') + resp('GET', 'k'));
    await c.receive().bulk('v');
  });

  test('an error is skipped too, and so is an array', async () => {
    const c = await client();
    c.write(resp('CLIENT', 'REPLY', 'SKIP') + resp('NOSUCH') + resp('ECHO', 'a'));
    await c.receive().bulk('a');
    c.write(resp('CLIENT', 'REPLY', 'SKIP') + resp('MGET', 'a', 'b', 'c') + resp('ECHO', 'b'));
    await c.receive().bulk('b');
  });

  test('a reply that comes later is skipped as well', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(a);
    a.write(resp('CLIENT', 'REPLY', 'SKIP') + resp('BLPOP', 'l', '0'));
    await until(async () => (await lineOf(b, id))['flags'] === 'b', 'a blocked client');
    await b.expect('RPUSH', 'l', 'x').int(1);
    await a.expect('LLEN', 'l').int(0);
  });

  test('messages come all the same', async () => {
    const [a, b] = [await clientResp3(), await client()];
    a.write(resp('CLIENT', 'REPLY', 'OFF') + resp('SUBSCRIBE', 'c'));
    await a.receive().push(['subscribe', 'c', 1]);
    await b.expect('PUBLISH', 'c', 'm').int(1);
    await a.receive().push(['message', 'c', 'm']);
    await a.expect('CLIENT', 'REPLY', 'ON').ok();
  });

  test('RESET turns replies on', async () => {
    const c = await client();
    c.write(resp('CLIENT', 'REPLY', 'OFF') + resp('PING') + resp('RESET'));
    await c.receive().status('RESET');
    await c.expect('PING').status('PONG');
  });

  test('another word is refused', async () => {
    const c = await client();
    await c.expect('CLIENT', 'REPLY', 'x').error('ERR syntax error');
  });
});

describe('CLIENT PAUSE', () => {
  test('WRITE lets writes wait until CLIENT UNPAUSE, and reads run', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    const set = b.sendLater('SET', 'k', 'v');
    await b.blocked();
    await a.expect('GET', 'k').nil();
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await set.ok();
    await a.expect('GET', 'k').bulk('v');
  });

  test('ends when its time is over', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'PAUSE', '50').ok();
    await b.expect('SET', 'k', 'v').ok();
    await a.expect('GET', 'k').bulk('v');
  });

  test('ALL holds every request, that of the client which paused too; a monitor is never paused', async () => {
    const [a, b, m] = [await client(), await client(), await client()];
    await m.expect('MONITOR').ok();
    await a.expect('CLIENT', 'PAUSE', '60000', 'ALL').ok();
    const [ping, unpause] = [b.sendLater('PING'), a.sendLater('PING')];
    await m.expect('CLIENT', 'UNPAUSE').ok();
    await ping.status('PONG');
    await unpause.status('PONG');
    await shownUntilNow(m);
  });

  test('a pause and that of FAILOVER end each on its own', async () => {
    const [a, b] = [await client(), await client()];
    await syncedReplica();
    for (const [first, second] of [['CLIENT UNPAUSE', 'FAILOVER ABORT'], ['FAILOVER ABORT', 'CLIENT UNPAUSE']] as const) {
      await a.expect('SET', 'k', 'old').ok();
      await a.expect('FAILOVER').ok();
      await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
      const set = b.sendLater('SET', 'k', 'new');
      await b.blocked();
      await a.expect(...first.split(' ')).ok();
      await a.expect('GET', 'k').bulk('old');
      expect((await info(a, 'clients'))['blocked_clients']).toBe('1');
      await a.expect(...second.split(' ')).ok();
      await set.ok();
    }
  });

  test('requests run in the order in which they came, each with what its client has sent since', async () => {
    const [a, b, c] = [await client(), await client(), await client()];
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    b.write(resp('RPUSH', 'l', '1') + resp('RPUSH', 'l', '2'));
    await until(async () => (await info(a, 'clients'))['blocked_clients'] === '1', 'a paused client');
    const pushed = c.sendLater('RPUSH', 'l', '3');
    await until(async () => (await info(a, 'clients'))['blocked_clients'] === '2', 'two paused clients');
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await b.receive().int(1);
    await b.receive().int(2);
    await pushed.int(3);
    await a.expect('LRANGE', 'l', '0', '-1').array(['1', '2', '3']);
  });

  test('EXEC waits if it would write; what is queued is not', async () => {
    const [a, b, c] = [await client(), await client(), await client()];
    for (const each of [b, c]) await each.expect('MULTI').ok();
    await b.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('GET', 'k').status('QUEUED');
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    const exec = b.sendLater('EXEC');
    await b.blocked();
    await c.expect('EXEC').array([null]);
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await exec.array([status('OK')]);
  });

  test('PUBLISH waits as a write does', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    const published = b.sendLater('PUBLISH', 'c', 'm');
    await b.blocked();
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await published.int(0);
  });

  test('a transaction that pauses runs to its end', async () => {
    const c = await client();
    c.write(resp('MULTI') + resp('CLIENT', 'PAUSE', '60000', 'WRITE') + resp('SET', 'k', 'v') + resp('EXEC'));
    await c.receive().ok();
    for (let i = 0; i < 2; i++) await c.receive().status('QUEUED');
    await c.receive().array([status('OK'), status('OK')]);
    await c.expect('CLIENT', 'UNPAUSE').ok();
  });

  test('another pause does not loosen it', async () => {
    const [a, b, m] = [await client(), await client(), await monitor()];
    await m.expect('CLIENT', 'PAUSE', '60000', 'ALL').ok();
    await m.expect('CLIENT', 'PAUSE', '1', 'WRITE').ok();
    const [ping, get] = [a.sendLater('PING'), b.sendLater('GET', 'k')];
    await m.expect('PING').status('PONG');
    expect(await shown(m)).toContain('"PING"');
    expect([a.pending, b.pending]).toEqual([true, true]);
    await m.expect('CLIENT', 'UNPAUSE').ok();
    await ping.status('PONG');
    await get.nil();
    await shownUntilNow(m);
  });

  test('no key is removed because it has expired; it is hidden', async () => {
    const a = await client();
    a.write(resp('SET', 'k', 'v', 'PX', '20') + resp('CLIENT', 'PAUSE', '60000', 'WRITE'));
    for (let i = 0; i < 2; i++) await a.receive().ok();
    await until(async () => (await a.send('GET', 'k')) === null, 'the key to be hidden');
    await a.expect('DBSIZE').int(1);
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await until(async () => String(await a.send('DBSIZE')) === '0', 'the key to be removed');
  });

  test('no key is evicted', async () => {
    const c = await client();
    for (let i = 0; i < 10; i++) await c.expect('SET', `k${i}`, 'x'.repeat(300_000)).ok();
    await c.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    await configured({ 'maxmemory-policy': 'allkeys-random', maxmemory: '1000000' });
    for (let i = 0; i < 10; i++) await c.expect('DBSIZE').int(10);
    await c.expect('CLIENT', 'UNPAUSE').ok();
    await until(async () => Number(await c.send('DBSIZE')) < 10, 'keys to be evicted');
  });

  test('WAIT sends its GETACK when the pause is over', async () => {
    const [a, b] = [await client(), await client()];
    const replica = await syncedReplica();
    await b.expect('SET', 'k', 'v').ok();
    await replica.readUntil(([name]) => name === 'SET');
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    const waited = b.sendLater('WAIT', '1', '0');
    await b.blocked();
    expect(replica.unread(), 'the stream during the pause').toBe('');
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await replica.readUntil(([, word]) => word === 'GETACK');
    replica.ack();
    await waited.int(1);
  });

  test("a replica's primary waits as well: what it sends is applied afterwards", async () => {
    const primary = await fakePrimary();
    const c = await client();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync('0123456789'.repeat(4), 100, tinyRdb({}));
    await linkUp();
    await c.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    link.stream('SELECT', '0');
    link.stream('RPUSH', 'l', 'a');
    link.stream('RPUSH', 'l', 'b');
    await until(async () => (await clientList(c, 'TYPE', 'master'))[0]?.['flags'] === 'Mb', 'a paused primary');
    link.stream('RPUSH', 'l', 'c');
    await c.expect('EXISTS', 'l').int(0);
    await c.expect('CLIENT', 'UNPAUSE').ok();
    await link.acknowledged();
    await c.expect('LRANGE', 'l', '0', '-1').array(['a', 'b', 'c']);
  });

  test('UNPAUSE without a pause is fine, and so is a pause of no time', async () => {
    const c = await client();
    await c.expect('CLIENT', 'PAUSE', '0').ok();
    await c.expect('CLIENT', 'UNPAUSE').ok();
  });

  test('a client that is paused may be killed, and its request does not run', async () => {
    const [a, b] = [await client(), await client()];
    const id = await idOf(b);
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    b.write(resp('SET', 'k', 'v'));
    await until(async () => (await lineOf(a, id))['flags'] === 'b', 'a paused client');
    await a.expect('CLIENT', 'KILL', 'ID', id).int(1);
    await b.closed();
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await a.expect('EXISTS', 'k').int(0);
  });

  test('BLPOP blocks when the pause is over', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'PAUSE', '60000', 'WRITE').ok();
    const popped = b.sendLater('BLPOP', 'l', '0');
    await b.blocked();
    await a.expect('CLIENT', 'UNPAUSE').ok();
    await a.expect('RPUSH', 'l', 'x').int(1);
    await popped.array(['l', 'x']);
  });

  test('wrong requests', async () => {
    const c = await client();
    await c.expect('CLIENT', 'PAUSE', 'x').error('ERR timeout is not an integer or out of range');
    await c.expect('CLIENT', 'PAUSE', '-1').error('ERR timeout is negative');
    await c.expect('CLIENT', 'PAUSE', '1', 'ALL', 'x').error("ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.");
    await c.expect('CLIENT', 'PAUSE', 'x', 'FOO').error('ERR CLIENT PAUSE mode must be WRITE or ALL');
    await c.expect('CLIENT', 'PAUSE').error("ERR wrong number of arguments for 'client|pause' command");
  });
});

describe('MONITOR', () => {
  test('shows a command with its database and its client', async () => {
    const [m, c] = [await monitor(), await client()];
    const { addr } = await clientInfo(c);
    await shown(m);
    await c.expect('SET', 'k', 'v').ok();
    expect(await shown(m)).toBe(`[0 ${addr}] "SET" "k" "v"`);
    await c.expect('SELECT', '3').ok();
    expect(await shown(m)).toBe(`[3 ${addr}] "SELECT" "3"`);
  });

  test('arguments are quoted', async () => {
    const [m, c] = [await monitor(), await client()];
    await c.expect('ECHO', 'a"b\\c\n\r\t\x07\b\x00\xff ').success();
    expect((await shown(m)).replace(/^\[.*?\] /, '')).toBe('"ECHO" "a\\"b\\\\c\\n\\r\\t\\a\\b\\x00\\xff "');
  });

  test('the commands of a transaction are shown between MULTI and EXEC', async () => {
    const [m, c] = [await monitor(), await client()];
    c.write(resp('MULTI') + resp('INCR', 'n') + resp('GET', 'k') + resp('EXEC'));
    for (let i = 0; i < 4; i++) await c.receive().success();
    const lines = [];
    for (let i = 0; i < 4; i++) lines.push((await shown(m)).replace(/^\[.*?\] /, ''));
    expect(lines).toEqual(['"MULTI"', '"INCR" "n"', '"GET" "k"', '"EXEC"']);
  });

  test('shows no administration, and nothing that was refused', async () => {
    const [m, c] = [await monitor(), await client()];
    await c.expect('CLIENT', 'LIST').success();
    await c.expect('CONFIG', 'GET', 'port').success();
    await c.expect('SET', 'k').error("ERR wrong number of arguments for 'set' command");
    await c.expect('NOSUCH').errorLike(/unknown command/);
    await c.expect('PING').status('PONG');
    expect(await shown(m)).toContain('"PING"');
  });

  test('shows what failed when it ran', async () => {
    const [m, c] = [await monitor(), await client()];
    await c.expect('INCRBY', 'n', 'x').error('ERR value is not an integer or out of range');
    expect(await shown(m)).toContain('"INCRBY" "n" "x"');
  });

  test('shows no passwords', async () => {
    const [m, c] = [await monitor(), await client()];
    await c.expect('HELLO', '2', 'AUTH', 'default', 'secret', 'SETNAME', 'me').success();
    expect(await shown(m)).toContain('"HELLO" "2" "AUTH" "(redacted)" "(redacted)" "SETNAME" "me"');
    await c.expect('HELLO', '2', 'AUTH', 'nobody', 'secret').errorLike(/WRONGPASS/);
    expect(await shown(m)).toContain('"(redacted)" "(redacted)"');
  });

  test('a blocked command is shown when it begins, once', async () => {
    const [m, a, b] = [await monitor(), await client(), await client()];
    const popped = a.sendLater('BLPOP', 'l', '0');
    expect(await shown(m)).toContain('"BLPOP" "l" "0"');
    await b.expect('RPUSH', 'l', 'x').int(1);
    await popped.array(['l', 'x']);
    expect(await shown(m)).toContain('"RPUSH"');
    await b.expect('PING').status('PONG');
    expect(await shown(m)).toContain('"PING"');
  });

  test('shows the requests of its own client, after the reply', async () => {
    const m = await monitor();
    await m.expect('PING').status('PONG');
    expect(await shown(m)).toContain('"PING"');
  });

  test('its client may not use keys, and does not become a monitor twice', async () => {
    const m = await monitor();
    await m.expect('GET', 'k').error("ERR Replica can't interact with the keyspace");
    m.write(resp('MONITOR') + resp('PING'));
    await m.receive().status('PONG');
    expect(await shown(m)).toContain('"PING"');
  });

  test('has the flag O, and is a normal client', async () => {
    const [m, c] = [await monitor(), await client()];
    const flags = (await clientList(c, 'TYPE', 'normal')).map((line) => line['flags']);
    expect(flags).toContain('O');
    await m.expect('RESET').status('RESET');
  });

  test('RESET ends it', async () => {
    const [m, c] = [await monitor(), await client()];
    await m.expect('RESET').status('RESET');
    await c.expect('PING').status('PONG');
    await m.expect('GET', 'k').nil();
    expect(await clientInfo(m)).toMatchObject({ flags: 'N' });
  });

  test('is refused inside a transaction', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('MONITOR').status('QUEUED');
    await c.expect('EXEC').array([error("ERR MONITOR isn't allowed for DENY BLOCKING client")]);
  });
});

/** Sends this number of requests, each with a large reply, and reads nothing. */
async function readNothing(slow: Client, c: Client, count: number): Promise<void> {
  await c.expect('SET', 'big', 'x'.repeat(1024 * 1024)).ok();
  slow.pause();
  slow.write(resp('GET', 'big').repeat(count));
}

describe('clients that read too slowly', () => {
  test('a normal client is closed at its hard limit', async () => {
    const [slow, c] = [await client(), await client()];
    const id = await idOf(slow);
    await configured({ 'client-output-buffer-limit': 'normal 10mb 0 0' });
    await readNothing(slow, c, 100);
    await until(async () => (await clientList(c, 'ID', id)).length === 0, 'the slow client to be closed');
    slow.destroy();
    await c.expect('GET', 'big').success();
  });

  test('a subscriber is closed at the limit of its class, the others get their messages', async () => {
    const [slow, reader, c] = [await client(), await client(), await client()];
    const id = await idOf(slow);
    await configured({ 'client-output-buffer-limit': 'pubsub 10mb 0 0' });
    for (const each of [slow, reader]) await each.expect('SUBSCRIBE', 'c').push(['subscribe', 'c', 1]);
    slow.pause();
    const message = 'x'.repeat(1024 * 1024);
    let sent = 0;
    for (let receivers = 2; receivers === 2 && sent < 200; sent++) {
      receivers = Number(await c.send('PUBLISH', 'c', message));
      await reader.receive().push(['message', 'c', message]);
    }
    await until(async () => (await clientList(c, 'ID', id)).length === 0, 'the slow subscriber to be closed');
    slow.destroy();
    await c.expect('PUBLISH', 'c', 'm').int(1);
    await reader.receive().push(['message', 'c', 'm']);
  });

  test('at its soft limit it is closed after some time', async () => {
    const [slow, c] = [await client(), await client()];
    const id = await idOf(slow);
    await configured({ 'client-output-buffer-limit': 'normal 0 1mb 1' });
    await readNothing(slow, c, 50);
    await until(async () => (await clientList(c, 'ID', id)).length === 0, 'the slow client to be closed');
    slow.destroy();
  });

  test('CLIENT LIST shows how much waits for it', async () => {
    const [slow, c] = [await client(), await client()];
    const id = await idOf(slow);
    await readNothing(slow, c, 30);
    await until(async () => Number((await lineOf(c, id))['omem']) > 5_000_000, 'replies that wait');
    const line = await lineOf(c, id);
    expect(line['events']).toBe('rw');
    expect(Number(line['oll'])).toBeGreaterThan(0);
    expect(Number(line['tot-mem'])).toBeGreaterThanOrEqual(Number(line['omem']));
    slow.destroy();
  });

  test('maxmemory-clients closes the largest', async () => {
    const [slow, slower, c] = [await client(), await client(), await client()];
    await configured({ 'maxmemory-clients': '30mb' });
    const before = Number((await info(c, 'stats'))['evicted_clients']);
    const [id, larger] = [await idOf(slow), await idOf(slower)];
    await readNothing(slow, c, 10);
    await readNothing(slower, c, 60);
    await until(async () => (await clientList(c, 'ID', larger)).length === 0, 'the larger client to be closed');
    expect(await clientList(c, 'ID', id)).toHaveLength(1);
    expect(Number((await info(c, 'stats'))['evicted_clients'])).toBe(before + 1);
    for (const each of [slow, slower]) each.destroy();
  });

  test('maxmemory-clients counts an argument that is not complete', async () => {
    const [large, small, c] = [await client(), await client(), await client()];
    await configured({ 'maxmemory-clients': '30mb' });
    const before = Number((await info(c, 'stats'))['evicted_clients']);
    const ids = [await idOf(large), await idOf(small)];
    small.write(`*2\r\n$4\r\nECHO\r\n$1000000\r\n${'x'.repeat(900_000)}`);
    large.write(`*2\r\n$4\r\nECHO\r\n$40000000\r\n${'x'.repeat(35_000_000)}`);
    await until(async () => (await clientList(c, 'ID', ids[0]!)).length === 0, 'the larger client to be closed');
    expect(await clientList(c, 'ID', ids[1]!)).toHaveLength(1);
    expect(Number((await info(c, 'stats'))['evicted_clients'])).toBe(before + 1);
    small.write(`${'x'.repeat(100_000)}\r\n`);
    await small.receive().bulk('x'.repeat(1_000_000));
  });

  test('CLIENT NO-EVICT protects a client', async () => {
    const [slow, c] = [await client(), await client()];
    await configured({ 'maxmemory-clients': '20mb' });
    const id = await idOf(slow);
    for (const each of [slow, c]) await each.expect('CLIENT', 'NO-EVICT', 'ON').ok();
    await readNothing(slow, c, 40);
    await until(async () => Number((await lineOf(c, id))['omem']) > 25_000_000, 'replies that wait');
    expect(await lineOf(c, id)).toMatchObject({ flags: 'e' });
    slow.destroy();
    await until(async () => (await clientList(c, 'ID', id)).length === 0, 'the slow client to go');
    await c.expect('CLIENT', 'NO-EVICT', 'off').ok();
    expect(await clientInfo(c)).toMatchObject({ flags: 'N' });
    await c.expect('CLIENT', 'NO-EVICT', 'x').error('ERR syntax error');
  });
});

describe('CLIENT NO-TOUCH', () => {
  test.since('7.2', 'what a client looks up does not count as used, but what it touches does', async () => {
    const [a, b] = [await client(), await client()];
    await configured({ 'maxmemory-policy': 'allkeys-lfu', 'lfu-log-factor': '0' });
    await a.expect('SET', 'k', 'v').ok();
    const uses = async () => Number(await b.expect('OBJECT', 'FREQ', 'k').success());
    const first = await uses();
    await a.expect('CLIENT', 'NO-TOUCH', 'ON').ok();
    await a.expect('GET', 'k').bulk('v');
    expect(await uses()).toBe(first);
    await a.expect('TOUCH', 'k').int(1);
    expect(await uses()).toBe(first + 1);
    await a.expect('CLIENT', 'NO-TOUCH', 'OFF').ok();
    await a.expect('GET', 'k').bulk('v');
    expect(await uses()).toBe(first + 2);
  });

  test.since('7.2', 'others are not concerned, and it has the flag T', async () => {
    const [a, b] = [await client(), await client()];
    await configured({ 'maxmemory-policy': 'allkeys-lfu', 'lfu-log-factor': '0' });
    await a.expect('CLIENT', 'NO-TOUCH', 'ON').ok();
    await a.expect('SET', 'k', 'v').ok();
    const before = Number(await b.expect('OBJECT', 'FREQ', 'k').success());
    await b.expect('GET', 'k').bulk('v');
    await b.expect('OBJECT', 'FREQ', 'k').int(before + 1);
    expect(await clientInfo(a)).toMatchObject({ flags: 'T' });
    await a.expect('CLIENT', 'NO-TOUCH', 'x').error('ERR syntax error');
  });
});

describe('RESET', () => {
  test('takes back the name, the database and the protocol', async () => {
    const c = await clientResp3();
    await c.expect('CLIENT', 'SETNAME', 'me').ok();
    await c.expect('SELECT', '3').ok();
    await c.expect('CLIENT', 'TRACKING', 'ON').ok();
    c.protocol = 2;
    await c.expect('RESET').status('RESET');
    expect(await clientInfo(c)).toMatchObject({ flags: 'N', name: '', db: '0', resp: '2', redir: '-1' });
  });

  test.since('7.2', 'takes back NO-EVICT and NO-TOUCH', async () => {
    const c = await client();
    for (const command of ['NO-EVICT', 'NO-TOUCH']) await c.expect('CLIENT', command, 'ON').ok();
    await c.expect('RESET').status('RESET');
    expect(await clientInfo(c)).toMatchObject({ flags: 'N' });
  });
});
