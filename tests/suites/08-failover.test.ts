import { address, atEnd, client, describe, expect, server, test, until, type Client } from '../harness/suite.ts';
import {
  caughtUp,
  companion,
  configured,
  fakePrimary,
  fakeReplica,
  follow,
  info,
  linkUp,
  prompt,
  replicaLines,
  syncedReplica,
  tinyRdb,
  type FakePrimary,
  type FakeReplica,
  type PrimaryLink,
} from '../harness/replication.ts';

/** FAILOVER: a primary hands over to one of its replicas. The replicas of most tests are played by the test. */

const OTHER = 'f'.repeat(40);
const READONLY = "READONLY You can't write against a read only replica.";

/** The state that INFO shows. */
async function state(port?: number): Promise<string | undefined> {
  return (await info(port))['master_failover_state'];
}

/** Makes the server a primary again at the end of the test, whatever has happened. */
function endFailover(): void {
  atEnd(async () => {
    const c = await client();
    await c.send('FAILOVER', 'ABORT');
    await c.expect('REPLICAOF', 'NO', 'ONE').ok();
    await c.close();
  });
}

/** An online replica that has announced its port, and acknowledges when the test says so. */
async function replicaAt(port: number): Promise<FakeReplica> {
  await prompt();
  const replica = await fakeReplica();
  await replica.ask('REPLCONF', 'listening-port', port);
  await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
  await replica.psync();
  await until(async () => (await replicaLines()).some((line) => line.includes(`port=${port},state=online`)), 'an online replica');
  replica.ack();
  return replica;
}

/** Reads the stream up to the server's offset, and acknowledges it, until FAILOVER has ended its wait. */
async function catchUp(replica: FakeReplica): Promise<void> {
  await until(async () => {
    const { master_repl_offset: offset, master_failover_state: now } = await info();
    if (now === 'waiting-for-sync') replica.ack(Number(offset));
    return now !== 'waiting-for-sync';
  }, 'FAILOVER to go on');
}

interface InProgress {
  readonly c: Client;
  readonly target: FakePrimary;
  readonly link: PrimaryLink;
  /** The PSYNC of the server that was the primary. */
  readonly psync: string[];
  /** INFO replication before the end of the wait. */
  readonly before: Record<string, string>;
  /** The reply to `SET k new`, which was sent during the pause. */
  readonly set: ReturnType<Client['sendLater']>;
}

/** Brings the server into the middle of a failover: it has sent PSYNC … FAILOVER to a fake replica, which is to take over. */
async function inProgress(): Promise<InProgress> {
  endFailover();
  const target = await fakePrimary();
  const replica = await replicaAt(target.port);
  const c = await client();
  await c.expect('SET', 'k', 'old').ok();
  await c.expect('FAILOVER').ok();
  const writer = await client();
  const set = writer.sendLater('SET', 'k', 'new');
  await writer.blocked();
  const before = await info();
  await catchUp(replica);
  const link = await target.link();
  const psync = (await link.handshake()).at(-1)!;
  return { c, target, link, psync, before, set };
}

describe('FAILOVER', () => {
  test('its options', async () => {
    const c = await client();
    const syntax = ['FORCE FORCE', 'TO', 'TO h', 'TIMEOUT', 'TIMEOUT 5 TIMEOUT 5', 'TO h 1 TO h 1', 'ABORT FORCE', 'FORCE ABORT', 'nonsense'];
    for (const words of syntax) await c.expect('FAILOVER', ...words.split(' ')).error('ERR syntax error');
    for (const words of ['TIMEOUT x', 'TO h x', `TO h ${'9'.repeat(20)}`]) {
      await c.expect('FAILOVER', ...words.split(' ')).error('ERR value is not an integer or out of range');
    }
    for (const ms of ['0', '-1']) await c.expect('FAILOVER', 'TIMEOUT', ms).error('ERR FAILOVER timeout must be greater than 0');
    await c.expect('FAILOVER', 'ABORT').error('ERR No failover in progress.');
    expect(await state()).toBe('no-failover');
  });

  test('needs a replica', async () => {
    const c = await client();
    await c.expect('FAILOVER').error('ERR FAILOVER requires connected replicas.');
    await c.expect('FAILOVER', 'TO', '127.0.0.1', '1').error('ERR FAILOVER requires connected replicas.');
    await syncedReplica();
    await c.expect('FAILOVER', 'TO', '127.0.0.1', '1').error('ERR FAILOVER target HOST and PORT is not a replica.');
    for (const words of ['FORCE', 'FORCE TIMEOUT 9', 'TO 127.0.0.1 1 FORCE']) {
      await c.expect('FAILOVER', ...words.split(' ')).error('ERR FAILOVER with force option requires both a timeout and target HOST and IP.');
    }
  });

  test('needs one that has the data', async () => {
    await configured({ 'repl-diskless-sync-delay': '60' });
    const replica = await fakeReplica();
    await configured({ 'repl-diskless-sync-delay': '60' });
    await replica.ask('REPLCONF', 'listening-port', '1999');
    await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
    replica.send('PSYNC', '?', '-1');
    await until(async () => (await replicaLines()).length === 1, 'a replica that waits for its data');
    const c = await client();
    await c.expect('FAILOVER', 'TO', '127.0.0.1', '1999').error('ERR FAILOVER target replica is not online.');
  });

  test('is for primaries', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const c = await client();
    await c.expect('FAILOVER').error('ERR FAILOVER is not valid when server is a replica.');
  });
});

describe('a FAILOVER that waits', () => {
  test('pauses writes until a replica has everything; ABORT lets them go on', async () => {
    endFailover();
    await syncedReplica();
    const [a, b] = [await client(), await client()];
    await a.expect('SET', 'k', 'old').ok();
    await a.expect('FAILOVER').ok();
    expect(await state()).toBe('waiting-for-sync');
    const set = b.sendLater('SET', 'k', 'new');
    await b.blocked();
    await a.expect('GET', 'k').bulk('old');
    await a.expect('FAILOVER').error('ERR FAILOVER already in progress.');
    await a.expect('REPLICAOF', 'NO', 'ONE').error('ERR REPLICAOF not allowed while failing over.');
    await a.expect('FAILOVER', 'ABORT').ok();
    await set.ok();
    await a.expect('GET', 'k').bulk('new');
    expect(await info()).toMatchObject({ role: 'master', master_failover_state: 'no-failover' });
  });

  test('gives up after TIMEOUT', async () => {
    endFailover();
    await syncedReplica();
    const [a, b] = [await client(), await client()];
    await a.expect('SET', 'k', 'old').ok();
    await a.expect('FAILOVER', 'TIMEOUT', '150').ok();
    await b.expect('SET', 'k', 'new').ok();
    expect(await info()).toMatchObject({ role: 'master', master_failover_state: 'no-failover' });
  });

  test('adds nothing to the history: no key expires, and no GETACK is sent', async () => {
    endFailover();
    await syncedReplica();
    const [a, b] = [await client(), await client()];
    await a.expect('SET', 'k', 'v', 'PX', '30').ok();
    await b.expect('SET', 'other', 'v').ok();
    await a.expect('FAILOVER').ok();
    const { master_repl_offset: offset } = await info();
    await b.expect('WAIT', '1', '150').int(0);
    await a.expect('GET', 'k').nil();
    await a.expect('DBSIZE').int(2);
    expect((await info())['master_repl_offset']).toBe(offset);
    await a.expect('FAILOVER', 'ABORT').ok();
    await until(async () => (await a.send('DBSIZE')) === 1, 'the key to be removed');
  });

  test('takes no new replica', async () => {
    endFailover();
    await syncedReplica();
    const other = await fakeReplica();
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('FAILOVER').ok();
    expect(await other.psync()).toEqual({ kind: 'error', text: "-NOMASTERLINK Can't SYNC while failing over" });
  });

  test('TO waits for that replica, whichever else has everything', async () => {
    endFailover();
    const target = await fakePrimary();
    const chosen = await replicaAt(target.port);
    const other = await replicaAt(1_998);
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('FAILOVER', 'TO', '127.0.0.1', target.port).ok();
    const offset = Number((await info())['master_repl_offset']);
    other.ack(offset);
    await until(async () => (await replicaLines()).some((line) => line.includes(`port=1998,state=online,offset=${offset}`)), 'its offset');
    expect(await state()).toBe('waiting-for-sync');
    chosen.ack(offset);
    expect((await (await target.link()).handshake()).at(-1)![0]).toBe('PSYNC');
  });
});

describe('a FAILOVER in progress', () => {
  test('asks the replica to take over: PSYNC replid offset FAILOVER', async () => {
    const { c, target, psync, before, set } = await inProgress();
    const next = Number(before['master_repl_offset']) + 1;
    expect(psync).toEqual(['PSYNC', before['master_replid'], String(next), 'FAILOVER']);
    expect(await info()).toMatchObject({
      role: 'slave',
      master_host: '127.0.0.1',
      master_port: String(target.port),
      master_failover_state: 'failover-in-progress',
    });
    await c.expect('SET', 'k', 'v').error(READONLY);
    await c.expect('FAILOVER', 'ABORT').ok();
    await set.ok();
  });

  test('ends with +CONTINUE: what was paused gets READONLY, and the history has the name that the new primary gave', async () => {
    const { c, link, before, set } = await inProgress();
    link.write(`+CONTINUE ${OTHER}\r\n`);
    link.continueAt(Number(before['master_repl_offset']));
    await set.error(READONLY);
    link.stream('SET', 'k', 'streamed');
    await until(async () => (await c.send('GET', 'k')) === 'streamed', 'the stream of the new primary');
    expect(await info()).toMatchObject({
      role: 'slave',
      master_link_status: 'up',
      master_failover_state: 'no-failover',
      master_replid: OTHER,
      master_replid2: before['master_replid'],
      second_repl_offset: String(Number(before['master_repl_offset']) + 1),
    });
  });

  test('ends with +FULLRESYNC too', async () => {
    const { c, link, set } = await inProgress();
    const rdb = tinyRdb({ keys: { theirs: '1' } });
    link.fullSync(OTHER, 1_000, rdb);
    await set.error(READONLY);
    await until(async () => (await c.send('GET', 'theirs')) === '1', 'the data of the new primary');
    expect(await info()).toMatchObject({ role: 'slave', master_failover_state: 'no-failover', master_replid: OTHER });
  });

  test('ends when the replica refuses: the primary goes on, in a new history', async () => {
    const { c, link, before, set } = await inProgress();
    link.write('-ERR not me\r\n');
    await set.ok();
    await c.expect('GET', 'k').bulk('new');
    const after = await info();
    expect(after).toMatchObject({ role: 'master', master_failover_state: 'no-failover', master_replid2: before['master_replid'] });
  });

  test('tries again while the replica cannot be reached, until ABORT', async () => {
    endFailover();
    const target = await fakePrimary();
    const replica = await replicaAt(target.port);
    await target.refuse();
    const [a, b] = [await client(), await client()];
    await a.expect('SET', 'k', 'old').ok();
    await a.expect('FAILOVER').ok();
    const set = b.sendLater('SET', 'k', 'new');
    await b.blocked();
    await catchUp(replica);
    await a.expect('REPLICAOF', '127.0.0.1', '1').error('ERR REPLICAOF not allowed while failing over.');
    await target.accept();
    expect((await (await target.link()).handshake()).at(-1)!.at(-1)).toBe('FAILOVER');
    await a.expect('FAILOVER', 'ABORT').ok();
    await set.ok();
    expect(await info()).toMatchObject({ role: 'master', master_failover_state: 'no-failover' });
  });

  test('FORCE hands over after TIMEOUT, whatever the replica lacks', async () => {
    endFailover();
    const target = await fakePrimary();
    await replicaAt(target.port);
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('FAILOVER', 'TO', '127.0.0.1', target.port, 'FORCE', 'TIMEOUT', '100').ok();
    const before = await info();
    const next = String(Number(before['master_repl_offset']) + 1);
    expect((await (await target.link()).handshake()).at(-1)).toEqual(['PSYNC', before['master_replid'], next, 'FAILOVER']);
  });

  test('a client that waits for a key gets UNBLOCKED; one that waits for the end of the pause goes on waiting', async () => {
    endFailover();
    const target = await fakePrimary();
    const replica = await replicaAt(target.port);
    const [a, b, c] = [await client(), await client(), await client()];
    const popped = b.sendLater('BLPOP', 'l', '0');
    await b.blocked();
    await a.expect('SET', 'k', 'old').ok();
    await a.expect('FAILOVER').ok();
    const set = c.sendLater('SET', 'k', 'v');
    await c.blocked();
    await catchUp(replica);
    await popped.errorLike(/^UNBLOCKED /);
    await b.closed();
    await a.expect('FAILOVER', 'ABORT').ok();
    await set.ok();
  });
});

describe('PSYNC with FAILOVER', () => {
  test('is refused by a primary, and by a replica with another history', async () => {
    const asking = await fakeReplica();
    expect(await asking.ask('PSYNC', OTHER, '1', 'FAILOVER')).toBe("-ERR PSYNC FAILOVER can't be sent to a master.");
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(OTHER, 100, tinyRdb());
    await linkUp();
    expect(await asking.ask('PSYNC', 'e'.repeat(40), '1', 'FAILOVER')).toBe('-ERR PSYNC FAILOVER replid must match my replid.');
    expect((await info())['role']).toBe('slave');
  });

  test('makes a replica the primary, which goes on with the history', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync(OTHER, 100, tinyRdb({ keys: { k: 'v' } }));
    await linkUp();
    link.stream('SET', 'k', 'new');
    await link.acknowledged();
    const asking = await fakeReplica();
    await asking.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
    const answer = await asking.ask('PSYNC', OTHER, link.offset() + 1, 'failover');
    const after = await info();
    expect(after).toMatchObject({ role: 'master', master_replid2: OTHER, second_repl_offset: String(link.offset() + 1) });
    expect(answer).toBe(`+CONTINUE ${after['master_replid']}`);
    const c = await client();
    await c.expect('SET', 'mine', '1').ok();
    const streamed = await asking.readUntil((command) => command[1] === 'mine');
    expect(streamed.filter(([name]) => name!.toUpperCase() !== 'PING')).toEqual([['SELECT', '0']]);
    await link.closed();
  });
});

describe('two servers', () => {
  test('change places without a full sync, and no acknowledged write is lost', async () => {
    const { port } = await address();
    endFailover();
    await prompt();
    const second = await companion();
    const [a, b] = [await client(), await second.client()];
    await b.expect('REPLICAOF', '127.0.0.1', port).ok();
    await linkUp(second.port);
    await until(async () => (await replicaLines())[0]?.includes('state=online'), 'an online replica');
    const full = async () => Number((await info(undefined, 'stats'))['sync_full']) + Number((await info(second.port, 'stats'))['sync_full']);
    const before = await full();
    const writer = await client();
    let acknowledged = 0;
    const writing = (async () => {
      for (;;) {
        const reply = await writer.send('INCR', 'counter');
        if (typeof reply !== 'number') return reply;
        acknowledged = reply;
      }
    })();
    await until(() => acknowledged > 50, 'some writes');
    await a.expect('FAILOVER', 'TO', '127.0.0.1', second.port).ok();
    expect(await writing).toMatchObject({ message: READONLY });
    await caughtUp(second.port, undefined);
    await b.expect('GET', 'counter').bulk(String(acknowledged));
    await b.expect('SET', 'after', '1').ok();
    await b.expect('WAIT', '1', '0').int(1);
    await a.expect('GET', 'after').bulk('1');
    expect(await full()).toBe(before);
    expect((await info(second.port))['role']).toBe('master');
    // The second server hands over to the first again.
    await b.expect('FAILOVER').ok();
    await until(async () => (await info())['role'] === 'master', 'the first server to be the primary again');
    await a.expect('SET', 'after', '2').ok();
    await until(async () => (await b.send('GET', 'after')) === '2', 'the second to follow');
    expect(await full()).toBe(before);
  });
});

describe('replica-announced', () => {
  test('is shown in INFO of a replica, for Sentinel', async () => {
    const primary = await fakePrimary();
    await follow(primary.port);
    await configured({ 'replica-announced': 'no' });
    expect((await info())['replica_announced']).toBe('0');
    await configured({ 'replica-announced': 'yes' });
    expect((await info())['replica_announced']).toBe('1');
  });

  test('is an option at the start', async () => {
    const own = await server('--replica-announced', 'no');
    const c = await own.client();
    await c.expect('CONFIG', 'GET', 'replica-announced').array(['replica-announced', 'no']);
  });
});
