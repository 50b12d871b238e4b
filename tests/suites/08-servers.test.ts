import { address, atEnd, client, describe, expect } from '../harness/suite.ts';
import { needsFlags, server, test, until } from '../harness/suite.ts';
import { openFakeReplica } from '../harness/fake-replica.ts';
import { caughtUp, companion, info, linkUp } from '../harness/replication.ts';
import { prompt, replicaLines, type Sync } from '../harness/replication.ts';
import { known, pair } from '../harness/replication-pairs.ts';

/** Two and three servers of the kind under test: a primary, its replica, and a replica of that. */

describe('a primary and its replica', () => {
  test('they tell of each other', async () => {
    const { replica, port, second } = await pair();
    expect(await replicaLines()).toEqual([expect.stringContaining(`,port=${second.port},state=online,`)]);
    const [above, below] = [await info(), await info(second.port)];
    expect(below).toMatchObject({ role: 'slave', master_port: String(port), master_replid: above['master_replid'] });
    await caughtUp(undefined, second.port);
    await replica.expect('ROLE').matches((role) => {
      expect(role).toEqual(['slave', '127.0.0.1', port, 'connected', expect.any(Number)]);
    }, 'a connected replica');
  });

  test('what is random on the primary is not on the replica', async () => {
    const { primary, replica, second } = await pair();
    await primary.expect('SADD', 's', ...Array.from({ length: 200 }, (_, n) => `member-${n}`)).int(200);
    for (let n = 0; n < 20; n++) await primary.expect('SPOP', 's', '3').success();
    await primary.expect('XADD', 'x', '*', 'a', '1').success();
    await caughtUp(undefined, second.port);
    const members = (await primary.send('SMEMBERS', 's')) as string[];
    await replica.expect('SMEMBERS', 's').set(members);
    const entries = (await primary.send('XRANGE', 'x', '-', '+')) as [string, string[]][];
    await replica.expect('XRANGE', 'x', '-', '+').array(entries);
  });

  test('a group\'s pending entries and their owners arrive', async () => {
    const { primary, replica, second } = await pair();
    for (const n of [1, 2, 3]) await primary.expect('XADD', 'x', `${n}-0`, 'a', '1').success();
    await primary.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
    await primary.expect('XREADGROUP', 'GROUP', 'g', 'anna', 'COUNT', '2', 'STREAMS', 'x', '>').success();
    await primary.expect('XCLAIM', 'x', 'g', 'bert', '0', '1-0').success();
    await primary.expect('XACK', 'x', 'g', '2-0').int(1);
    await caughtUp(undefined, second.port);
    const pending = (await primary.send('XPENDING', 'x', 'g')) as string[];
    expect(pending).toEqual([1, '1-0', '1-0', [['bert', '1']]]);
    await replica.expect('XPENDING', 'x', 'g').array(pending);
    await replica.expect('XPENDING', 'x', 'g', '-', '+', '9').matches((rows) => {
      expect(rows).toEqual([['1-0', 'bert', expect.any(Number), 2]]);
    }, 'one entry, delivered twice');
  });

  test('WAIT waits for it', async () => {
    const { primary, replica } = await pair();
    for (let n = 1; n <= 5; n++) {
      await primary.expect('SET', 'k', n).ok();
      await primary.expect('WAIT', '1', '0').int(1);
      await replica.expect('GET', 'k').bulk(String(n));
    }
    await primary.expect('SET', 'k', 'more').ok();
    await primary.expect('WAIT', '2', '50').int(1);
  });

  test('many writes from several clients, in all databases', async () => {
    const { primary, replica, second } = await pair();
    const clients = [await client(), await client(), await client()];
    const writes = clients.flatMap((c, who) => {
      const replies = [c.expect('SELECT', who).success()];
      for (let n = 0; n < 300; n++) replies.push(c.expect('RPUSH', `l${n % 7}`, `${who}:${n}`).success());
      return replies;
    });
    await Promise.all(writes);
    await caughtUp(undefined, second.port);
    for (let db = 0; db < 3; db++) {
      for (const c of [primary, replica]) await c.expect('SELECT', db).ok();
      for (let n = 0; n < 7; n++) {
        const list = (await primary.send('LRANGE', `l${n}`, '0', '-1')) as string[];
        expect(list.length).toBeGreaterThan(40);
        await replica.expect('LRANGE', `l${n}`, '0', '-1').array(list);
      }
    }
  });

  test('its own data are gone', async () => {
    const { port } = await address();
    const second = await companion();
    const replica = await second.client();
    await replica.expect('SET', 'own', '1').ok();
    await prompt();
    await replica.expect('REPLICAOF', '127.0.0.1', port).ok();
    await linkUp(second.port);
    await replica.expect('EXISTS', 'own').int(0);
  });
});

describe('a chain', () => {
  test('from below one may move up without a full sync', async () => {
    const { primary, port, second } = await pair();
    const third = await companion(1);
    const last = await third.client();
    await last.expect('REPLICAOF', '127.0.0.1', second.port).ok();
    await linkUp(third.port);
    await primary.expect('SET', 'k', 'v').ok();
    await caughtUp(undefined, third.port);
    const before = await info(undefined, 'stats');
    await last.expect('REPLICAOF', '127.0.0.1', port).ok();
    await linkUp(third.port);
    await known(2);
    const after = await info(undefined, 'stats');
    expect(after['sync_full']).toBe(before['sync_full']);
    expect(Number(after['sync_partial_ok'])).toBe(Number(before['sync_partial_ok']) + 1);
    await last.expect('GET', 'k').bulk('v');
  });
});

describe('promotion', () => {
  test('replicas of the promoted server\'s replica go on', async () => {
    const { primary, replica, second } = await pair();
    const third = await companion(1);
    const last = await third.client();
    await last.expect('REPLICAOF', '127.0.0.1', second.port).ok();
    await linkUp(third.port);
    await primary.expect('SET', 'k', '1').ok();
    await caughtUp(undefined, third.port);
    const before = await info(second.port, 'stats');
    await replica.expect('REPLICAOF', 'NO', 'ONE').ok();
    await replica.expect('SET', 'k', '2').ok();
    await caughtUp(second.port, third.port);
    await last.expect('GET', 'k').bulk('2');
    const after = await info(second.port, 'stats');
    expect(after['sync_full']).toBe(before['sync_full']);
    expect((await info(third.port))['master_replid']).toBe((await info(second.port))['master_replid']);
  });
});

describe('a restart', () => {
  test('a replica that was shut down with SAVE catches up by a partial sync', async () => {
    needsFlags();
    const { port } = await address();
    await prompt();
    const c = await client();
    await c.expect('SET', 'k', '1').ok();
    const flags = ['--replicaof', '127.0.0.1', String(port)];
    const own = await server(...flags);
    await linkUp(own.port);
    await c.expect('INCR', 'k').int(2);
    await caughtUp(undefined, own.port);
    (await own.client()).sendLater('SHUTDOWN', 'SAVE');
    await until(() => own.ended() !== null, 'the replica to end');
    await c.expect('INCR', 'k').int(3);
    const before = await info(undefined, 'stats');
    await own.restart(...flags);
    await linkUp(own.port);
    await caughtUp(undefined, own.port);
    const after = await info(undefined, 'stats');
    await (await own.client()).expect('GET', 'k').bulk('3');
    expect(after['sync_full']).toBe(before['sync_full']);
    expect(Number(after['sync_partial_ok'])).toBe(Number(before['sync_partial_ok']) + 1);
  });

  test('what has expired while the primary was down is deleted on replicas that continue', async () => {
    const own = await server('--save', '');
    const c = await own.client();
    await prompt(own.port);
    const replica = await openFakeReplica('127.0.0.1', own.port);
    const { replid } = (await replica.psync()) as Extract<Sync, { kind: 'full' }>;
    const deadline = Date.now() + 500;
    await c.expect('RPUSH', 'k', 'a').int(1);
    await c.expect('PEXPIREAT', 'k', deadline).int(1);
    await replica.readUntil(([name]) => name === 'PEXPIREAT');
    replica.cut();
    await until(async () => (await info(own.port))['connected_slaves'] === '0', 'the replica to be forgotten');
    c.sendLater('SHUTDOWN', 'SAVE');
    await until(() => own.ended() !== null && Date.now() > deadline, 'the server to end, and the key with it');
    await own.restart('--save', '');
    const again = await openFakeReplica('127.0.0.1', own.port);
    atEnd(() => again.cut());
    await again.ask('REPLCONF', 'capa', 'psync2');
    expect((await again.psync(replid, replica.offset() + 1)).kind).toBe('partial');
    await again.readUntil(([name, key]) => name === 'DEL' && key === 'k');
  });

  test('a replica that was stopped catches up when it continues', async () => {
    needsFlags();
    const { port } = await address();
    await prompt();
    const own = await server('--replicaof', '127.0.0.1', String(port));
    await linkUp(own.port);
    await known();
    const c = await client();
    own.signal('SIGSTOP');
    for (let n = 0; n < 50; n++) await c.expect('RPUSH', 'l', 'x'.repeat(1_000)).int(n + 1);
    await c.expect('WAIT', '1', '50').int(0);
    own.signal('SIGCONT');
    await c.expect('WAIT', '1', '0').int(1);
    await (await own.client()).expect('LLEN', 'l').int(50);
  });
});
