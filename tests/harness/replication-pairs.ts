import { address, client, expect, until, type Client } from './suite.ts';
import { applied, companion, fakePrimary, follow, info, linkUp, prompt, replicaLines, syncedReplica, tinyRdb } from './replication.ts';
import { type Companion, type FakePrimary, type FakeReplica, type PrimaryLink, type TinyRdb } from './replication.ts';

/** The replication ID of the primary that the test plays. */
export const HISTORY = '0123456789'.repeat(4);
/** The replication ID under which a promoted server was a replica. */
export const OLD_HISTORY = 'a1b2c3d4e5'.repeat(4);
export const READONLY = "READONLY You can't write against a read only replica.";

/** A primary whose replica is the server under test, synced with this data. */
export async function followed(data: TinyRdb = {}, offset = 100): Promise<{ primary: FakePrimary; link: PrimaryLink }> {
  const primary = await fakePrimary();
  await follow(primary.port);
  const link = await primary.link();
  await link.handshake();
  link.fullSync(HISTORY, offset, tinyRdb(data));
  await linkUp();
  return { primary, link };
}

/** The server under test as the primary of another. */
export async function pair(): Promise<{ primary: Client; replica: Client; port: number; second: Companion }> {
  const { port } = await address();
  await prompt();
  const second = await companion();
  const [primary, replica] = [await client(), await second.client()];
  await replica.expect('REPLICAOF', '127.0.0.1', port).ok();
  await linkUp(second.port);
  await known();
  return { primary, replica, port, second };
}

/** Waits until the server under test counts its replicas as online. */
export async function known(count = 1): Promise<void> {
  await until(async () => {
    const lines = await replicaLines();
    return lines.length === count && lines.every((line) => line.includes('state=online'));
  }, `INFO replication to show ${count} line(s) slave0:… with state=online`);
}

/** Writes keys of this prefix through the server, and reads them from the stream of an observer. */
export async function write(observer: FakeReplica, prefix: string, count: number, value = 'v'): Promise<void> {
  const c = await client();
  for (let n = 1; n <= count; n++) await c.expect('SET', `${prefix}${n}`, value).ok();
  await observer.readUntil(([, key]) => key === `${prefix}${count}`);
}

export interface LeftBehind {
  replid: string;
  /** Where the replica was cut off. */
  offset: number;
  observer: FakeReplica;
  /** Where in the observer's bytes that is. */
  at: number;
}

/** A replica that was cut off at some offset, and an observer that has read on. */
export async function leftBehind(prefix: string): Promise<LeftBehind> {
  const [observer, leaving] = [await syncedReplica(), await syncedReplica()];
  const from = observer.offset();
  await write(observer, `${prefix}-before-`, 2);
  await leaving.readUntil(([, key]) => key === `${prefix}-before-2`);
  leaving.cut();
  const at = observer.streamed().length;
  await write(observer, `${prefix}-missed-`, 3);
  const { master_replid: replid } = await info();
  expect(observer.offset()).toBeGreaterThan(from);
  return { replid: replid!, offset: leaving.offset(), observer, at };
}

/** The server under test follows a primary, reads some of its stream, and becomes a primary itself. */
export async function promoted(): Promise<{ offset: number; replid: string }> {
  const primary = await fakePrimary();
  await follow(primary.port);
  const link = await primary.link();
  await link.handshake();
  link.fullSync(OLD_HISTORY, 5_000, tinyRdb({ keys: { old: '1' } }));
  link.stream('SELECT', '0');
  link.stream('SET', 'streamed', '1');
  await applied(link);
  const c = await client();
  await c.expect('REPLICAOF', 'NO', 'ONE').ok();
  return { offset: link.offset(), replid: (await info())['master_replid']! };
}
