import { spawnSync } from 'node:child_process';
import { createRng } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { rewritten as rewriteEnded } from '../harness/persistence.ts';
import { sleep } from '../harness/time.ts';
import { diffDatasets, readDataset, type DiffOptions } from '../interop/dataset.ts';
import type { Dataset } from '../interop/read-dataset.ts';
import { replicaView } from '../links/replica-view.ts';
import { linkUp, settled } from '../links/servers.ts';
import { checkAof } from '../crash/folder.ts';
import { rewrittenView, withoutPending } from './views.ts';
import { createScript, play, shortest, showScript, type Step } from './script.ts';
import { logWritten, startDurable, startFrom, WITH_AOF, type Durable } from './servers.ts';

export interface LabOptions {
  /** The stage, by number or folder. */
  readonly stage: string;
  /** Commands in all. */
  readonly count: number;
  readonly seed: number;
  /** Commands from one FLUSHALL to the next. Default 2,000: a difference is found near its cause. */
  readonly round?: number;
  /** All servers are restarted from their disks after this number of rounds (default 10), and after the last. */
  readonly diskEvery?: number;
  /** Whether real Redis is a replica too, where it is on the PATH. Default true. */
  readonly real?: boolean;
  /** Whether to look for the shortest script that shows a difference. Default true. */
  readonly shrink?: boolean;
  readonly onProgress?: (text: string) => void;
  /** Done before the servers are compared: to see that a difference is found. */
  readonly tamper?: (servers: Servers) => Promise<void>;
}

export interface Servers {
  readonly primary: Durable;
  /** Of the same stage, with an append-only file of its own. */
  readonly replica: Durable;
  /** Real Redis, where it is on the PATH. */
  readonly real: Durable | undefined;
}

export interface Outcome {
  /** Commands sent. */
  count: number;
  /** Pairs of datasets compared, by what they were. */
  compared: Map<string, number>;
  /** Keys compared in all, on one side. */
  keys: number;
  /** What differs; empty when all is well. */
  problems: string[];
}

/** The longest life of the load's short-lived keys, and a little more. */
const SHORT_LIVES_MS = 160;
const SHRINK_MS = 90_000;
const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;

/**
 * Sends random commands to a primary, and compares what all of its histories lead to: its own data, its replicas', and
 * what servers hold that start from its files and theirs.
 */
export async function runLab(options: LabOptions): Promise<Outcome> {
  const { stage, count, seed, round = 2_000, diskEvery = 10 } = options;
  const outcome: Outcome = { count: 0, compared: new Map(), keys: 0, problems: [] };
  const rng = createRng(seed);
  const started: Durable[] = [];
  const start = async (kind: string, flags: readonly string[]) => {
    const server = await startDurable(kind, flags);
    started.push(server);
    return server;
  };
  try {
    // How the primary rewrites its file: as an RDB file, or as commands.
    const preamble = rng.chance(0.5) ? 'yes' : 'no';
    const servers: Servers = {
      primary: await start(stage, [...WITH_AOF, '--aof-use-rdb-preamble', preamble]),
      replica: await start(stage, WITH_AOF),
      real: HAS_REDIS && options.real !== false ? await start('redis', []) : undefined,
    };
    await attach(servers);
    for (let rounds = 1; outcome.count < count && outcome.problems.length === 0; rounds++) {
      const script = createScript(rng, Math.min(round, count - outcome.count), parseTarget(stage).stage ?? '05');
      const rewrite = rng.chance(0.3);
      await runScript(servers, script, rewrite);
      outcome.count += script.length;
      await options.tamper?.(servers);
      const last = outcome.count >= count;
      await compareLive(servers, outcome);
      if (outcome.problems.length > 0) {
        if (options.shrink !== false) await shrinkLive(servers, script, outcome);
      } else if (last || rounds % diskEvery === 0) {
        await compareDisks(servers, outcome, preamble === 'no', rewrite);
        if (outcome.problems.length > 0) outcome.problems.push(`the last commands were\n${showScript(script)}`);
      }
      options.onProgress?.(`${outcome.count} commands, ${outcome.keys} keys compared`);
    }
    if (outcome.keys === 0) outcome.problems.push('there was nothing to compare');
  } catch (error) {
    outcome.problems.push((error as Error).stack ?? String(error));
    for (const { name, output } of started) outcome.problems.push(`${name} printed:\n${output().slice(-1_500)}`);
  } finally {
    for (const server of started.reverse()) await server.stop();
  }
  return outcome;
}

async function attach({ primary, replica, real }: Servers): Promise<void> {
  for (const server of [replica, real]) await server?.follow(primary.port);
  for (const server of [replica, real]) if (server) await linkUp(server);
}

/** Runs a script from an empty server; the replicas have all of it then, and short lives are over. */
async function runScript(servers: Servers, script: readonly Step[], rewrite: boolean): Promise<void> {
  const { primary, replica, real } = servers;
  await primary.client.expect('FLUSHALL').ok();
  await play(script, primary.port, async () => {
    if (rewrite) await primary.client.expect('BGREWRITEAOF').success();
  });
  await rewriteEnded(primary.client);
  await sleep(SHORT_LIVES_MS);
  // Reading finds the keys that are over; their deletions must have arrived too.
  await readDataset(primary.client);
  await settled(primary, real ? [replica, real] : [replica]);
}

/** The primary and its replicas; and the replicas with each other, which received the same stream. */
async function compareLive({ primary, replica, real }: Servers, outcome: Outcome): Promise<void> {
  const above = await readDataset(primary.client);
  const below = await readDataset(replica.client);
  compare(outcome, 'primary / replica', replicaView(above), replicaView(below), HEARD);
  if (real === undefined) return;
  const other = await readDataset(real.client);
  compare(outcome, 'primary / real replica', replicaView(above), replicaView(other), HEARD);
  compare(outcome, 'replica / real replica', below, other, HEARD);
}

/**
 * What the files hold: dumps, append-only files, rewritten ones.
 * @param asCommands whether the primary's rewrites are made of commands
 * @param midway whether one ran while the last commands did
 */
async function compareDisks(servers: Servers, outcome: Outcome, asCommands: boolean, midway: boolean): Promise<void> {
  const { primary, replica, real } = servers;
  const before = await readDataset(primary.client);
  const heard = await readDataset(replica.client);
  // What a rewrite kept of groups is the primary's own, of which a replica knows less.
  const known = midway ? replicaView : same;
  const kept = midway && asCommands ? withoutPending : same;
  const replayed = (dataset: Dataset) => kept(known(dataset));
  const rewritten = asCommands ? rewrittenView : same;
  await primary.client.expect('SAVE').ok();
  await logWritten(primary.client);
  const check = checkAof(primary.dir);
  if (check.state !== 'valid') outcome.problems.push(`redis-check-aof: ${check.state}: ${check.text}`);
  for (const kind of real ? [primary.kind, 'redis'] : [primary.kind]) {
    const loaded = await contentsFrom(kind, primary.dir, 'dump.rdb');
    compare(outcome, `primary / its dump in ${kind}`, before, loaded, { consumerTimes: 'seen' });
    const logged = await contentsFrom(kind, primary.dir, 'appendonlydir');
    compare(outcome, `replica / the primary's AOF in ${kind}`, replayed(heard), replayed(logged), HEARD);
  }
  await replica.restart();
  compare(outcome, 'replica / itself from its AOF', heard, await readDataset(replica.client), HEARD);
  await primary.restart();
  const again = await readDataset(primary.client);
  compare(outcome, 'primary / itself from its AOF', kept(replicaView(before)), kept(replicaView(again)), HEARD);
  await primary.client.expect('BGREWRITEAOF').success();
  await rewriteEnded(primary.client);
  await primary.restart();
  const rewrite = await readDataset(primary.client);
  compare(outcome, 'primary / itself from a rewritten AOF', rewritten(again), rewritten(rewrite), HEARD);
  const inRedis = real && (await contentsFrom('redis', primary.dir, 'appendonlydir'));
  if (inRedis) compare(outcome, 'primary / its rewritten AOF in redis', rewritten(again), rewritten(inRedis), HEARD);
  await attach(servers);
  await settled(primary, real ? [replica, real] : [replica]);
  await compareLive(servers, outcome);
}

/** When a consumer was seen last is each server's own time. */
const HEARD: DiffOptions = { consumerTimes: false };

function same(dataset: Dataset): Dataset {
  return dataset;
}

async function contentsFrom(kind: string, dir: string, part: 'appendonlydir' | 'dump.rdb'): Promise<Dataset> {
  const server = await startFrom(kind, dir, part);
  try {
    return await readDataset(server.client);
  } finally {
    await server.stop();
  }
}

function compare(outcome: Outcome, what: string, a: Dataset, b: Dataset, options: DiffOptions): void {
  outcome.compared.set(what, (outcome.compared.get(what) ?? 0) + 1);
  for (const keys of a.values()) outcome.keys += keys.size;
  for (const line of diffDatasets(a, b, options)) outcome.problems.push(`${what}: ${line}`);
}

/** Adds the shortest script found after which the servers differ. */
async function shrinkLive(servers: Servers, script: readonly Step[], outcome: Outcome): Promise<void> {
  let last: string[] = [];
  const fails = async (shorter: readonly Step[]) => {
    const again: Outcome = { count: 0, compared: new Map(), keys: 0, problems: [] };
    await runScript(servers, shorter, false);
    await compareLive(servers, again);
    if (again.problems.length > 0) last = again.problems;
    return again.problems.length > 0;
  };
  const repeats = await fails(script);
  const found = repeats ? await shortest(script, fails, SHRINK_MS) : script;
  const how = repeats ? `with these ${found.length} commands` : 'it did not show again; the commands were';
  outcome.problems.push(...last, `${how}\n${showScript(found)}`);
}

