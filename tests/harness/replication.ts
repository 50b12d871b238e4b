import { afterAll } from 'vitest';
import { Client } from './client.ts';
import { openFakePrimary, type FakePrimary, type PrimaryLink } from './fake-primary.ts';
import { openFakeReplica, type FakeReplica, type Sync } from './fake-replica.ts';
import { rowsOf } from './failure.ts';
import { address, atEnd, client, onlyIf, target, until } from './suite.ts';
import type { RunningServer } from './target.ts';

export { tinyRdb, type TinyRdb } from './tiny-rdb.ts';
export type { FakePrimary, PrimaryLink } from './fake-primary.ts';
export type { FakeReplica, Sync } from './fake-replica.ts';

/** Real Redis begins a diskless sync after 5 s; here at once. A server that has no such option needs none. */
const PROMPT: readonly string[] = ['repl-diskless-sync-delay', '0'];

/** A primary that the test plays, closed when the test ends. */
export async function fakePrimary(): Promise<FakePrimary> {
  const primary = await openFakePrimary();
  atEnd(() => primary.close());
  return primary;
}

/** A replica that the test plays, connected to a primary: the server under test, or the one on this port. */
export async function fakeReplica(port?: number): Promise<FakeReplica> {
  const primary = await address();
  await prompt(port);
  const replica = await openFakeReplica(primary.host, port ?? primary.port);
  atEnd(() => forget(port ?? primary.port, replica));
  return replica;
}

/** Asks for a full sync, and fails with the reply of a primary that begins none. */
export async function fullSync(replica: FakeReplica): Promise<Sync & { kind: 'full' }> {
  const sync = await replica.psync();
  if (sync.kind === 'full') return sync;
  throw new Error(
    rowsOf([
      ['sent', 'PSYNC ? -1, as a replica does (chapter 08)'],
      ['expected', '+FULLRESYNC <replid> <offset>, then a dump'],
      ['received', sync.kind === 'error' ? sync.text : '+CONTINUE'],
    ]),
  );
}

/** A fake replica that has done a full sync, and has read nothing of the stream yet. */
export async function syncedReplica(port?: number): Promise<FakeReplica> {
  const replica = await fakeReplica(port);
  // No server listens on this port: the test finds its replica in INFO by it.
  const announced = nextPort++;
  await replica.ask('REPLCONF', 'listening-port', announced);
  await replica.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
  await fullSync(replica);
  const online = `,port=${announced},state=online,`;
  await until(async () => (await replicaLines(port)).some((line) => line.includes(online)), `INFO replication to show a line slave0:ip=…${online}offset=…`);
  // After an RDB with an EOF mark the stream begins when the replica has acknowledged the RDB.
  replica.ack();
  return replica;
}

/** Sets options of the server under test by CONFIG SET until the test ends. */
export async function configured(settings: Record<string, string>): Promise<void> {
  const { host, port } = await address();
  const before = await withClient(host, port, async (open) => {
    const old: string[] = [];
    for (const name of Object.keys(settings)) {
      const pair = await open.expect('CONFIG', 'GET', name).matches((reply) => Array.isArray(reply) && reply.length === 2, 'the name of the option and its value');
      old.push(...(pair as string[]));
    }
    await open.expect('CONFIG', 'SET', ...Object.entries(settings).flat()).ok();
    return old;
  });
  atEnd(() => withClient(host, port, async (open) => void (await open.send('CONFIG', 'SET', ...before))));
}

/** Makes the server on this port, or the one under test, begin full syncs at once. */
export async function prompt(port?: number): Promise<void> {
  const { host, port: own } = await address();
  await withClient(host, port ?? own, (open) => open.send('CONFIG', 'SET', ...PROMPT));
}

/** Makes the server under test a replica of this port until the test ends. */
export async function follow(port: number): Promise<void> {
  const own = await address();
  await withClient(own.host, own.port, (open) => open.expect('REPLICAOF', '127.0.0.1', port).ok());
  atEnd(() => withClient(own.host, own.port, async (open) => void (await open.send('REPLICAOF', 'NO', 'ONE'))));
}

/** A further server of the target. */
export interface Companion {
  readonly port: number;
  client(): Promise<Client>;
}

const companions: RunningServer[] = [];
afterAll(async () => {
  for (const companion of companions.splice(0)) await companion.stop();
});

/**
 * A second server of the target (or a third: `index` 1), started once for all tests of a file: an empty primary at the
 * start of each test that uses it.
 */
export async function companion(index = 0): Promise<Companion> {
  onlyIf(target.kind !== 'url', 'needs more servers than the one at the address given');
  while (companions.length <= index) companions.push(await target.start());
  const { host, port } = companions[index]!;
  await withClient(host, port, async (open) => {
    await open.expect('REPLICAOF', 'NO', 'ONE').ok();
    await open.expect('FLUSHALL').ok();
  });
  await prompt(port);
  const opened: Client[] = [];
  atEnd(async () => {
    for (const open of opened) await open.close();
    await withClient(host, port, async (open) => void (await open.send('REPLICAOF', 'NO', 'ONE')));
  });
  return {
    port,
    async client() {
      const open = await Client.open(host, port);
      opened.push(open);
      return open;
    },
  };
}

/** The fields of INFO replication (or another section), of the server on this port or the one under test. */
export async function info(port?: number, section = 'replication'): Promise<Record<string, string>> {
  const { host, port: own } = await address();
  return withClient(host, port ?? own, async (open) => {
    const text = String(await open.send('INFO', section));
    const lines = text.split('\r\n').filter((line) => line.includes(':'));
    return Object.fromEntries(lines.map((line) => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1)]));
  });
}

/** The lines `slave0:…`, `slave1:…` of INFO replication. */
export async function replicaLines(port?: number): Promise<string[]> {
  const fields = Object.entries(await info(port));
  return fields.filter(([name]) => /^slave\d+$/.test(name)).map(([, line]) => line);
}

/** Waits until the server on `port` has its link to its primary up. */
export async function linkUp(port?: number): Promise<void> {
  await until(async () => (await info(port))['master_link_status'] === 'up', 'INFO replication of the replica to show master_link_status:up');
}

/** Waits until the replica on `port` has applied all that its primary has streamed. */
export async function caughtUp(primary: number | undefined, replica: number | undefined): Promise<void> {
  await until(async () => {
    const [above, below] = [await info(primary), await info(replica)];
    return below['master_link_status'] === 'up' && above['master_repl_offset'] === below['master_repl_offset'];
  }, 'INFO of the replica to show master_link_status:up and the master_repl_offset of its primary');
}

/** Redis streams its own pings in small letters. */
export function isPing(name: string | undefined): boolean {
  return name?.toUpperCase() === 'PING';
}

/** Waits until the server under test has applied all that a primary of the test streamed. */
export async function applied(link: PrimaryLink): Promise<void> {
  await until(async () => (await info())['slave_repl_offset'] === String(link.offset()), `INFO replication to show slave_repl_offset:${link.offset()}`);
}

/** A request, as words separated by blanks or as a list of words, or a step to run between requests. */
export type Step = string | readonly string[] | (() => Promise<unknown>);

/** What is streamed to a synced replica for these requests, PING and SELECT left out; the words separated by blanks. */
export async function streamedFor(replica: FakeReplica, ...steps: Step[]): Promise<string[]> {
  const writer = await client();
  for (const step of steps) {
    if (typeof step === 'function') await step();
    else await writer.expect(...(typeof step === 'string' ? step.split(' ') : step)).success();
  }
  const mark = `:mark:${++marks}`;
  await writer.expect('SET', mark, '').ok();
  const commands = await replica.readUntil((command) => command[1] === mark);
  return commands.filter(([name]) => !isPing(name) && name !== 'SELECT').map((command) => command.join(' '));
}

let marks = 0;
let nextPort = 1_001;
const FORGET_MS = 500;

/** Cuts the link, and waits until the primary counts one replica less. */
async function forget(port: number, replica: FakeReplica): Promise<void> {
  const before = (await replicaLines(port)).length;
  const open = replica.isOpen();
  replica.cut();
  if (!open || before === 0) return;
  await until(async () => (await replicaLines(port)).length < before, 'the link to go', FORGET_MS).catch(() => {});
}

async function withClient<T>(host: string, port: number, use: (open: Client) => Promise<T>): Promise<T> {
  const open = await Client.open(host, port);
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}
