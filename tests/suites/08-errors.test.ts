import { address, client, describe, expect, field, lastIncr, logged, needsFlags, rewritten } from '../harness/suite.ts';
import { resp, server, test, until } from '../harness/suite.ts';
import { limitFiles, needsFileLimit } from '../harness/file-limit.ts';
import { caughtUp, fakePrimary, linkUp, prompt, tinyRdb } from '../harness/replication.ts';

/** A replica whose append-only file can't be written. */

const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];

describe('a replica whose append-only file can not grow', () => {
  test('ends rather than have in memory alone what its primary sends, and catches up when it can', async () => {
    needsFlags();
    needsFileLimit();
    const { port } = await address();
    await prompt();
    const s = await server(...AOF, '--replicaof', '127.0.0.1', String(port));
    const [primary, replica] = [await client(), await s.client()];
    await linkUp(s.port);
    // After a full sync the replica begins a new log.
    await rewritten(replica);
    await primary.expect('SET', 'a', '1').ok();
    await caughtUp(undefined, s.port);
    await until(() => logged(s).some(([, key]) => key === 'a'), 'the request in the file');
    limitFiles(s, lastIncr(s).length);
    // This write shows the replica that its log cannot be written; at the next one it ends.
    await primary.expect('SET', 'b', '2').ok();
    await until(async () => (await field(replica, 'aof_last_write_status')) === 'err', 'a write that fails');
    await replica.expect('SET', 'x', '1').error('MISCONF Errors writing to the AOF file: File too large');
    await replica.expect('MGET', 'a', 'b').array(['1', '2']);
    await primary.expect('SET', 'c', '3').ok();
    await until(() => s.ended(), 'the end of the replica');
    expect(s.ended()).not.toBe('ended with exit code 0');
    await s.restart();
    await linkUp(s.port);
    await caughtUp(undefined, s.port);
    await (await s.client()).expect('MGET', 'a', 'b', 'c').array(['1', '2', '3']);
  });
  test('with appendfsync always, ends before it acknowledges what it could not write', async () => {
    needsFlags();
    needsFileLimit();
    const primary = await fakePrimary();
    const s = await server(...AOF, '--appendfsync', 'always', '--replicaof', '127.0.0.1', String(primary.port));
    const link = await primary.link();
    await link.handshake();
    link.fullSync('0123456789'.repeat(4), 100, tinyRdb({ keys: {} }));
    await linkUp(s.port);
    await rewritten(await s.client());
    link.stream('SET', 'a', '1');
    await link.getAck();
    limitFiles(s, lastIncr(s).length);
    const written = link.offset();
    link.streamBytes(resp('SET', 'b', '2') + resp('REPLCONF', 'GETACK', '*'));
    await link.closed();
    await until(() => s.ended(), 'the end of the replica');
    expect(link.acks.filter((offset) => offset > written)).toEqual([]);
  });
});
