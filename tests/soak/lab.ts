import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseVictim, withModule } from '../crash/server.ts';
import { Client } from '../harness/client.ts';
import { info } from '../harness/persistence.ts';
import { freePort, startProcess, type ServerProcess } from '../harness/process.ts';
import { sleep, until } from '../harness/time.ts';
import { diffDatasets, readDataset } from '../interop/dataset.ts';
import { replicaView } from '../links/replica-view.ts';
import { startUsers, type Seen } from './clients.ts';
import { sample, slopePerHour, type Sample } from './memory.ts';
import { explain, readRecord, RECORD, startWatch, type Episode, type Pause } from './pauses.ts';

export interface SoakOptions {
  /** `redis`, or a stage by number or folder. */
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** From one BGSAVE or rewrite of the log to the next; they take turns. Default 30 s: each once a minute. */
  readonly everyMs?: number;
  /** From one look at memory to the next. Default 5 s. */
  readonly sampleMs?: number;
  /** Between two batches of each writer. Default 20. */
  readonly pauseMs?: number;
  readonly onProgress?: (text: string) => void;
  /** Done before primary and replica are compared: to see that a difference is found. */
  readonly tamper?: (replica: Client) => Promise<void>;
}

export interface SoakOutcome {
  readonly seen: Seen;
  readonly pings: number;
  /** PINGs that waited longer than 50 ms, each with what explains it. */
  readonly pauses: (Pause & { why: string })[];
  readonly primary: Sample[];
  readonly replica: Sample[];
  /** MB an hour, over the last two thirds of the run. */
  readonly slopes: { primaryRss: number; primaryUsed: number; replicaRss: number };
  saves: number;
  rewrites: number;
  /** Compared in primary and replica. */
  keys: number;
  readonly problems: string[];
}

interface Node {
  readonly name: string;
  readonly process: ServerProcess;
  readonly client: Client;
}

/** Uses a primary with a log and a replica as many programs do at once, and looks at memory, pauses and errors. */
export async function runSoak(options: SoakOptions): Promise<SoakOutcome> {
  const { seconds, seed, everyMs = 30_000, sampleMs = 5_000, pauseMs = 20, onProgress = () => {} } = options;
  const dir = mkdtempSync(join(tmpdir(), 'redis-soak-'));
  const record = join(dir, 'pauses');
  const nodes: Node[] = [];
  const problems: string[] = [];
  const background: Episode[] = [];
  try {
    const primary = await startNode('primary', options.target, dir, record, ['--notify-keyspace-events', 'Elg']);
    nodes.push(primary);
    const watch = await startWatch(primary.process.port, primary.process.pid);
    const replica = await startNode('replica', options.target, dir, `${record}-of-replica`, ['--replicaof', '127.0.0.1', String(primary.process.port)]);
    nodes.push(replica);
    await during(background, 'the first full sync', () => linkUp(replica));
    const users = await startUsers(primary.process.port, seed, pauseMs);
    const began = Date.now();
    const samples: { primary: Sample[]; replica: Sample[] } = { primary: [], replica: [] };
    const done = { saves: 0, rewrites: 0 };
    let nextWork = began + everyMs;
    while (Date.now() - began < seconds * 1000) {
      await sleep(Math.min(sampleMs, Math.max(1, began + seconds * 1000 - Date.now())));
      const at = (Date.now() - began) / 1000;
      for (const [name, node] of [['primary', primary], ['replica', replica]] as const) {
        const ended = node.process.ended();
        if (ended !== null) throw new Error(`the ${name} ${ended}`);
        samples[name].push(sample(node.process.pid, (await info(node.client, 'memory'))['used_memory'], at));
      }
      if (Date.now() >= nextWork) {
        await work(primary, background, done);
        nextWork += everyMs;
        onProgress(progress(at, users.seen, samples.primary.at(-1)!, samples.replica.at(-1)!, watch.pauses.length));
      }
    }
    await users.stop();
    const pings = await watch.stop();
    await keepAll(primary);
    await settled(primary, replica);
    await options.tamper?.(replica.client);
    const keys = await compare(primary, replica, problems);
    for (const error of users.seen.errors) problems.push(`an error: ${error}`);
    const collections = readRecord(record);
    const from = seconds / 3;
    return {
      seen: users.seen,
      pings,
      pauses: watch.pauses.map((pause) => ({ ...pause, why: explain(pause, collections, background) })),
      ...samples,
      slopes: {
        primaryRss: slopePerHour(samples.primary, 'rss', from),
        primaryUsed: slopePerHour(samples.primary, 'used', from),
        replicaRss: slopePerHour(samples.replica, 'rss', from),
      },
      ...done,
      keys,
      problems,
    };
  } catch (error) {
    const outputs = nodes.map(({ name, process }) => `the ${name} printed:\n${process.output().slice(-2_000)}`);
    throw new Error([(error as Error).message, ...outputs].join('\n'), { cause: error });
  } finally {
    for (const { client, process } of nodes) {
      await client.close();
      await process.stop();
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

async function startNode(name: string, target: string, dir: string, record: string, flags: readonly string[]): Promise<Node> {
  const victim = parseVictim(target);
  const argv = victim.stage === null ? victim.argv : withModule(victim.argv, new URL('record-pauses.ts', import.meta.url));
  const own = ['--appendonly', 'yes', '--appenddirname', `log-of-${name}`, '--dbfilename', `${name}.rdb`, '--save', ''];
  const port = await freePort();
  const process = await startProcess({
    argv: [...argv, ...victim.flags, '--port', String(port), '--dir', dir, ...own, '--auto-aof-rewrite-percentage', '0', '--repl-diskless-sync-delay', '0', ...flags],
    port,
    cwd: dir,
    env: { [RECORD]: record },
  });
  return { name, process, client: await Client.open('127.0.0.1', port) };
}

/** A BGSAVE or a rewrite of the log, in turns, to its end. */
async function work({ client }: Node, background: Episode[], done: { saves: number; rewrites: number }): Promise<void> {
  if (done.saves <= done.rewrites) {
    await during(background, 'BGSAVE', async () => {
      await client.send('BGSAVE');
      await ended(client, 'rdb_bgsave_in_progress');
    });
    const { rdb_last_bgsave_status: status } = await info(client);
    if (status !== 'ok') throw new Error(`BGSAVE: ${status}`);
    done.saves++;
    return;
  }
  await during(background, 'the rewrite of the log', async () => {
    await client.send('BGREWRITEAOF');
    await ended(client, 'aof_rewrite_in_progress');
  });
  const { aof_last_bgrewrite_status: status } = await info(client);
  if (status !== 'ok') throw new Error(`BGREWRITEAOF: ${status}`);
  done.rewrites++;
}

/** The machine may be busy: a long wait is seen in the pauses, and is no failure. */
function ended(client: Client, field: string): Promise<unknown> {
  return until(async () => (await info(client))[field] === '0', `${field} to be 0`, 300_000);
}

async function during(background: Episode[], what: string, act: () => Promise<unknown>): Promise<void> {
  const episode: Episode = { what, from: Date.now(), to: Infinity };
  background.push(episode);
  await act();
  episode.to = Date.now();
}

function linkUp({ client }: Node): Promise<unknown> {
  return until(async () => (await info(client, 'replication'))['master_link_status'] === 'up', 'the replica to be in sync', 30_000);
}

function settled(primary: Node, replica: Node): Promise<unknown> {
  const offset = async ({ client }: Node, name: string) => (await info(client, 'replication'))[name];
  return until(
    async () => (await offset(primary, 'master_repl_offset')) === (await offset(replica, 'slave_repl_offset')),
    'the replica to have all that the primary has',
    60_000,
  );
}

/** Removes all deadlines: a key that expires while one of the two servers is read would be a difference. */
async function keepAll({ client }: Node): Promise<void> {
  const keys = (await client.send('KEYS', '*')) as string[];
  await Promise.all(keys.map((key) => client.send('PERSIST', key)));
}

async function compare(primary: Node, replica: Node, problems: string[]): Promise<number> {
  const [ours, theirs] = [replicaView(await readDataset(primary.client)), replicaView(await readDataset(replica.client))];
  for (const line of diffDatasets(ours, theirs, { consumerTimes: false })) problems.push(`primary and replica differ: ${line}`);
  return [...ours.values()].reduce((sum, keys) => sum + keys.size, 0);
}

function progress(at: number, seen: Seen, primary: Sample, replica: Sample, pauses: number): string {
  const memory = ({ rss, used }: Sample) => `${rss.toFixed(0)} MB (${used.toFixed(1)} counted)`;
  return `${at.toFixed(0)} s: ${seen.requests} requests, ${seen.visits} visits, ${seen.messages} messages, primary ${memory(primary)}, replica ${memory(replica)}, ${pauses} pauses`;
}
