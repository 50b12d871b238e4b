import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { atEnd, client, describe, expect, logged, onlyIf, server, target, test, until, type Client, type OwnServer } from '../harness/suite.ts';
import { certificates } from '../harness/certificates.ts';
import { secured } from '../harness/secured.ts';
import { isPing, streamedFor, syncedReplica } from '../harness/replication.ts';

const SYNTAX = 'ERR syntax error';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const CONNECTING = 'IOERR error or timeout connecting to the client';
const READING = 'IOERR error or timeout reading to target instance';
const BUSY = 'ERR Target instance replied with error: BUSYKEY Target key name already exists.';

/** Where `MIGRATE` finds a server. */
const at = ({ port }: Pick<OwnServer, 'port'>): [string, number] => ['127.0.0.1', port];

describe('MIGRATE', () => {
  test('moves a key, with its time to live, into a database of another server', async () => {
    const [c, other] = [await client(), await server()];
    await c.expect('SET', 'k', 'v', 'EX', '1000').ok();
    await c.expect('MIGRATE', ...at(other), 'k', '3', '5000').ok();
    await c.expect('EXISTS', 'k').int(0);
    const there = await other.client();
    await there.expect('SELECT', '3').ok();
    await there.expect('GET', 'k').bulk('v');
    await there.expect('TTL', 'k').matches((seconds) => Number(seconds) > 900 && Number(seconds) <= 1000, 'what was left of 1000');
  });

  test('several keys, of all types; those that are not there do not count', async () => {
    const [c, other] = [await client(), await server()];
    await c.expect('SET', 's', 'v').ok();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await c.expect('SADD', 'set', 'x', 'y').int(2);
    await c.expect('HSET', 'h', 'f', '1').int(1);
    await c.expect('ZADD', 'z', '1.5', 'm').int(1);
    await c.expect('PFADD', 'p', 'a').int(1);
    const keys = ['s', 'nosuch', 'l', 'set', 'h', 'z', 'p'];
    await c.expect('MIGRATE', ...at(other), '', '0', '5000', 'KEYS', ...keys).ok();
    await c.expect('EXISTS', ...keys).int(0);
    const there = await other.client();
    await there.expect('EXISTS', ...keys).int(6);
    await there.expect('LRANGE', 'l', '0', '-1').array(['a', 'b']);
    await there.expect('ZSCORE', 'z', 'm').bulk('1.5');
    await there.expect('PFCOUNT', 'p').int(1);
    await c.expect('MIGRATE', ...at(other), '', '0', '5000', 'KEYS', ...keys).status('NOKEY');
    await c.expect('MIGRATE', ...at(other), 'nosuch', '0', '5000').status('NOKEY');
    await c.expect('MIGRATE', ...at(other), '', '0', '5000', 'KEYS').status('NOKEY');
  });

  test('COPY keeps the key here, and REPLACE overwrites the one that is there', async () => {
    const [c, other] = [await client(), await server()];
    const there = await other.client();
    await c.expect('MSET', 'k', 'new', 'j', 'too').ok();
    await there.expect('SET', 'k', 'old').ok();
    await c.expect('MIGRATE', ...at(other), 'k', '0', '5000').error(BUSY);
    await c.expect('EXISTS', 'k').int(1);
    // The other keys of the list have been moved.
    await c.expect('MIGRATE', ...at(other), '', '0', '5000', 'KEYS', 'k', 'j').error(BUSY);
    await c.expect('EXISTS', 'k').int(1);
    await c.expect('EXISTS', 'j').int(0);
    await there.expect('GET', 'j').bulk('too');
    await c.expect('MIGRATE', ...at(other), 'k', '0', '5000', 'copy', 'replace').ok();
    await c.expect('GET', 'k').bulk('new');
    await there.expect('GET', 'k').bulk('new');
  });

  test('with a password, or a user and a password', async () => {
    const [c, other] = [await client(), await server('--requirepass', 'secret')];
    const there = await other.client();
    await there.expect('AUTH', 'secret').ok();
    await there.expect('ACL', 'SETUSER', 'mover', 'on', '>pw', '~*', '+restore', '+select').ok();
    await c.expect('MSET', 'a', '1', 'b', '2', 'c', '3').ok();
    const refused = 'ERR Target instance replied with error:';
    await c.expect('MIGRATE', ...at(other), 'a', '0', '5000').errorLike(new RegExp(`^${refused} NOAUTH `));
    await c.expect('MIGRATE', ...at(other), 'a', '0', '5000', 'AUTH', 'wrong').errorLike(new RegExp(`^${refused} WRONGPASS `));
    await c.expect('MIGRATE', ...at(other), 'a', '0', '5000', 'AUTH', 'secret').ok();
    await c.expect('MIGRATE', ...at(other), '', '1', '5000', 'AUTH2', 'mover', 'pw', 'KEYS', 'b', 'c').ok();
    await there.expect('GET', 'a').bulk('1');
    await there.expect('SELECT', '1').ok();
    await there.expect('MGET', 'b', 'c').array(['2', '3']);
    await c.expect('DBSIZE').int(0);
  });

  test('one database after the other, over a connection that is kept', async () => {
    const [c, other] = [await client(), await server()];
    await c.expect('MSET', 'a', '1', 'b', '2', 'c', '3', 'd', '4').ok();
    const there = await other.client();
    const connections = async () => Number(/total_connections_received:(\d+)/.exec(String(await there.send('INFO', 'stats')))![1]);
    await c.expect('MIGRATE', ...at(other), 'a', '0', '5000').ok();
    const before = await connections();
    await c.expect('MIGRATE', ...at(other), 'b', '2', '5000').ok();
    await c.expect('MIGRATE', ...at(other), 'c', '99', '5000').error('ERR Target instance replied with error: ERR DB index is out of range');
    await c.expect('EXISTS', 'c').int(1);
    await c.expect('MIGRATE', ...at(other), 'd', '0', '5000').ok();
    expect(await connections()).toBe(before);
    await there.expect('GET', 'd').bulk('4');
    await there.expect('SELECT', '2').ok();
    await there.expect('GET', 'b').bulk('2');
  });

  test('after the other side has closed that connection it opens a new one', async () => {
    const [c, other] = [await client(), await server()];
    const there = await other.client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('MIGRATE', ...at(other), 'a', '0', '5000').ok();
    await there.expect('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').matches((killed) => Number(killed) > 0, 'one at least');
    await c.expect('MIGRATE', ...at(other), 'b', '0', '5000').ok();
    await there.expect('MGET', 'a', 'b').array(['1', '2']);
  });

  test('a target that is not there, is silent, or hangs up: the key stays', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('MIGRATE', '127.0.0.1', '1', 'k', '0', '1000').error('IOERR error or timeout writing to target instance');
    const silent = await listening(() => {});
    await c.expect('MIGRATE', '127.0.0.1', silent, 'k', '0', '50').error(READING);
    const rude = await listening((socket) => socket.once('data', () => socket.destroy()));
    await c.expect('MIGRATE', '127.0.0.1', rude, 'k', '0', '1000').error(READING);
    await c.expect('GET', 'k').bulk('v');
    await c.expect('SET', 'k', 'w').ok();
  });

  test('over TLS where tls-cluster says so, and plainly where it does not', async () => {
    const [{ own: here }, { own: other, tlsPort }] = [await secured('--tls-cluster', 'yes'), await secured()];
    const [c, there] = [await here.client(), await other.client()];
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('MIGRATE', '127.0.0.1', '1', 'a', '0', '1000').error(CONNECTING);
    await c.expect('MIGRATE', '127.0.0.1', tlsPort, 'a', '0', '5000').ok();
    await c.expect('CONFIG', 'SET', 'tls-cluster', 'no').ok();
    await c.expect('MIGRATE', ...at(other), 'b', '0', '5000').ok();
    await there.expect('MGET', 'a', 'b').array(['1', '2']);
    await c.expect('DBSIZE').int(0);
  });

  test('over TLS: a target that no known authority vouches for, and one that does not know ours', async () => {
    const files = certificates();
    const [{ own: here }, { own: other, tlsPort }] = [await secured('--tls-cluster', 'yes'), await secured()];
    const [c, there] = [await here.client(), await other.client()];
    const stranger = (of: string) => [`${of}-cert-file`, files.path('stranger.crt'), `${of}-key-file`, files.path('stranger.key')];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('CONFIG', 'SET', ...stranger('tls-client')).ok();
    // In TLS 1.3 the handshake ends for the client before the server has checked the client's certificate.
    await c.expect('MIGRATE', '127.0.0.1', tlsPort, 'k', '0', '1000').errorLike(/^IOERR error or timeout (connecting|writing|reading) to /);
    await there.expect('CONFIG', 'SET', ...stranger('tls')).ok();
    await c.expect('MIGRATE', '127.0.0.1', tlsPort, 'k', '0', '1000').error(CONNECTING);
    await c.expect('GET', 'k').bulk('v');
  });

  test('wrong arguments', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    const there = ['MIGRATE', '127.0.0.1', '1'] as const;
    await c.expect(...there, 'k', 'x', '100').error(NOT_AN_INTEGER);
    await c.expect(...there, 'k', '0', 'x').error(NOT_AN_INTEGER);
    for (const options of [['x'], ['AUTH'], ['AUTH2', 'x'], ['COPY', 'COPY', 'NOW']]) await c.expect(...there, 'k', '0', '100', ...options).error(SYNTAX);
    await c.expect(...there, 'k', '0', '100', 'KEYS', 'j').error('ERR When using MIGRATE KEYS option, the key argument must be set to the empty string');
    await c.expect(...there, 'k', '0').error("ERR wrong number of arguments for 'migrate' command");
    await c.expect('COMMAND', 'GETKEYS', ...there, '', '0', '100', 'AUTH', 'keys', 'KEYS', 'a', 'b').array(['a', 'b']);
    await c.expect('COMMAND', 'GETKEYS', ...there, 'k', '0', '100', 'COPY').array(['k']);
  });

  test('replicas and the log get a DEL of what has gone, and nothing of a copy', async () => {
    const other = await server();
    const replica = await syncedReplica();
    const writer = await client();
    await writer.expect('MSET', 'a', '1', 'b', '2', 'c', '3').ok();
    const move = (...words: string[]) => ['MIGRATE', ...at(other).map(String), '', '0', '5000', ...words];
    const streamed = await streamedFor(replica, move('COPY', 'KEYS', 'a'), move('REPLACE', 'KEYS', 'a', 'nosuch', 'b'));
    expect(streamed.filter((line) => !isPing(line) && !line.startsWith('MSET')).map((line) => line.toUpperCase())).toEqual(['DEL A B']);

    const s = await server('--save', '', '--appendonly', 'yes', '--appendfsync', 'always');
    const c = await s.client();
    await c.expect('SET', 'a', '1').ok();
    await c.expect('MIGRATE', ...at(other), 'a', '0', '5000', 'REPLACE').ok();
    expect(logged(s).map((words) => words.join(' ').toUpperCase()).slice(-1)).toEqual(['DEL A']);
    await s.restart();
    await (await s.client()).expect('EXISTS', 'a').int(0);
  });

  test('WATCH sees a key go', async () => {
    const [c, mover, other] = [await client(), await client(), await server()];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('WATCH', 'k').ok();
    await mover.expect('MIGRATE', ...at(other), 'k', '0', '5000').ok();
    await c.expect('MULTI').ok();
    await c.expect('PING').status('QUEUED');
    await c.expect('EXEC').nilArray();
  });

  test('passwords are shown to no monitor', async () => {
    const [c, monitor] = [await client(), await client()];
    await monitor.expect('MONITOR').ok();
    await c.expect('SET', 'k', 'v').ok();
    await monitor.receive().matches((line) => /\bSET\b/.test(JSON.stringify(line)), 'the SET');
    await c.expect('MIGRATE', '127.0.0.1', '1', 'k', '0', '1000', 'AUTH2', 'mover', 'pw-1', 'AUTH', 'pw-2').errorLike(/^IOERR/);
    await monitor.receive().matches((line) => !/pw-|mover/.test(JSON.stringify(line)), 'no password');
  });

  test('meanwhile readers are served, writers wait, and nothing is lost', async () => {
    onlyIf(target.kind === 'stage', 'Redis serves nobody while it waits for the target');
    const [c, reader, writer] = [await client(), await client(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    const connected: Socket[] = [];
    const port = await listening((socket) => void connected.push(socket));
    const moving = c.expect('MIGRATE', '127.0.0.1', port, 'k', '0', '10000').ok();
    await waiting(1, reader);
    await reader.expect('GET', 'k').bulk('v');
    const written = writer.expect('APPEND', 'k', 'w').int(1);
    await waiting(2, reader);
    await reader.expect('GET', 'k').bulk('v');
    connected[0]!.write('+OK\r\n');
    await moving;
    await written;
    await reader.expect('GET', 'k').bulk('w');
  });

  test('a client that goes away leaves the move to be finished', async () => {
    onlyIf(target.kind === 'stage', 'Redis serves nobody while it waits for the target');
    const [c, other] = [await client(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    const connected: Socket[] = [];
    const port = await listening((socket) => void connected.push(socket));
    const id = (await c.send('CLIENT', 'ID')) as number;
    c.write(`*6\r\n$7\r\nMIGRATE\r\n$9\r\n127.0.0.1\r\n$${String(port).length}\r\n${port}\r\n$1\r\nk\r\n$1\r\n0\r\n$5\r\n10000\r\n`);
    await arrived(connected);
    await other.expect('CLIENT', 'KILL', 'ID', id).int(1);
    connected[0]!.write('+OK\r\n');
    // A write runs once the move is over.
    await other.expect('SETNX', 'k', 'anew').int(1);
  });

  test('not in MULTI, which cannot wait', async () => {
    onlyIf(target.kind === 'stage', 'Redis waits there too, with everybody else');
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('MULTI').ok();
    await c.expect('MIGRATE', '127.0.0.1', '1', 'k', '0', '100').status('QUEUED');
    await c.expect('EXEC').matches((replies) => /MIGRATE cannot wait/.test(String(replies)), 'an error');
  });
});

async function waiting(count: number, c: Client): Promise<void> {
  const blocked = async () => new RegExp(`blocked_clients:${count}\\b`).test(String(await c.send('INFO', 'clients')));
  await until(blocked, `${count} clients that wait`, 5_000);
}

/** A server of the test's own that passes each connection to the given function. @returns its port */
async function listening(connected: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const own: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    connected(socket);
    socket.resume();
  });
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    own.close();
  });
  return (own.address() as AddressInfo).port;
}

async function arrived(sockets: readonly Socket[]): Promise<void> {
  await until(() => Promise.resolve(sockets.length > 0 && sockets[0]!.bytesRead > 0), 'the keys to arrive');
}
