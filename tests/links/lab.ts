import { diffDatasets, readDataset } from '../interop/dataset.ts';
import { builtStages } from '#shared/manifest.ts';
import { createRng } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { sleep, until } from '../harness/time.ts';
import { startLoad } from './load.ts';
import { nextStep, perform, type Expected, type HarassedLink } from './plan.ts';
import { openProxy, type Proxy } from './proxy.ts';
import { replicaView } from './replica-view.ts';
import { disagreements, libraryOf, SCRIPTS_SINCE } from './scripts.ts';
import { linkUp, settled, startNode, type Node } from './servers.ts';

export type Topology = 'pair' | 'chain' | 'promotion';

export interface LabOptions {
  readonly topology: Topology;
  /** `redis` or a stage, for each server; the last one counts for all that follow. */
  readonly servers: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  /** The backlog's size in bytes. */
  readonly backlog?: number;
  /** Once in this number of steps the link is down for longer than the backlog covers (pair alone); 0: never. */
  readonly outages?: number;
  /** Each server keeps an append-only file; at the end all are restarted from theirs, and must still hold the same data. */
  readonly aof?: boolean;
  readonly onProgress?: (text: string) => void;
  /** Done before the servers are compared: to see that a difference is found. */
  readonly tamper?: (replica: Node) => Promise<void>;
}

export interface Outcome {
  /** Requests answered. */
  requests: number;
  cuts: number;
  /** As the primaries counted them. */
  full: number;
  partial: number;
  refused: number;
  outages: number;
  /** Partial syncs refused because the backlog did not reach, though the lab did not wait for that. */
  behind: number;
  promotions: number;
  /** Keys compared at the end. */
  keys: number;
  /** What is wrong; empty when all is well. */
  problems: string[];
}

/** The backlog's size in bytes, unless given: it holds more than is written while a link is down, outages aside. */
const BACKLOG = 64 * 2 ** 20;

/** The longest life of the load's short-lived keys, and a little more. */
const SHORT_LIVES_MS = 300;

/** The number of the oldest of these stages: the load leaves out what it does not know. Real Redis knows everything. */
function oldestOf(servers: readonly string[]): string {
  const stages = servers.flatMap((kind) => parseTarget(kind).stage ?? []);
  return stages.sort()[0] ?? builtStages().at(-1)!.number;
}

/** Puts random load on a primary while links break, and compares all servers at the end. */
export async function runLab(options: LabOptions): Promise<Outcome> {
  const nodes: Node[] = [];
  const proxies: Proxy[] = [];
  const rng = createRng(options.seed);
  const outcome: Outcome = {
    requests: 0,
    cuts: 0,
    full: 0,
    partial: 0,
    refused: 0,
    outages: 0,
    behind: 0,
    promotions: 0,
    keys: 0,
    problems: [],
  };
  try {
    const count = options.topology === 'pair' ? 2 : 3;
    for (let at = 0; at < count; at++) {
      const kind = options.servers[at] ?? options.servers.at(-1)!;
      const flags = ['--repl-backlog-size', String(options.backlog ?? BACKLOG)];
      if (options.aof) flags.push('--appendonly', 'yes', '--auto-aof-rewrite-min-size', '1mb');
      nodes.push(await startNode(kind, ...flags));
      proxies.push(await openProxy(nodes[at]!.port, createRng(options.seed + at + 1)));
    }
    const lab = { nodes, proxies, rng, options, outcome };
    await TOPOLOGIES[options.topology](lab);
    if (options.aof) await compareLogs(nodes, lab);
  } catch (error) {
    outcome.problems.push((error as Error).message);
  } finally {
    outcome.cuts = proxies.reduce((sum, { seen }) => sum + seen.cuts, 0);
    for (const proxy of proxies) proxy.close();
    if (outcome.problems.length > 0) {
      for (const node of nodes) outcome.problems.push(`${node.name} printed:\n${node.output().slice(-1_500)}`);
    }
    for (const node of nodes) await node.stop();
  }
  return outcome;
}

interface Lab {
  readonly nodes: readonly Node[];
  /** A proxy in front of each node. */
  readonly proxies: readonly Proxy[];
  readonly rng: ReturnType<typeof createRng>;
  readonly options: LabOptions;
  readonly outcome: Outcome;
}

const TOPOLOGIES: Record<Topology, (lab: Lab) => Promise<void>> = { pair: chain, chain, promotion };

/** Each server follows the one before it, over a link that breaks. */
async function chain(lab: Lab): Promise<void> {
  const { nodes, proxies, options, outcome } = lab;
  const replicas = nodes.slice(1);
  // A server that was a primary before asks for a partial sync of its own history first, which is refused.
  const before = await Promise.all(nodes.map((node) => node.info('stats')));
  for (const [at, replica] of replicas.entries()) {
    await replica.follow(proxies[at]!.port);
    await linkUp(replica);
  }
  const counted = await Promise.all(nodes.map((node) => node.info('stats')));
  const expected = replicas.map((): Expected => ({ outages: 0 }));
  const size = options.backlog ?? BACKLOG;
  const load = await startLoad(nodes[0]!.port, { stage: oldestOf(options.servers), seed: options.seed, pauseMs: options.outages ? 1 : 4 });
  const links = replicas.map((replica, at): HarassedLink => {
    return { proxy: proxies[at]!, primary: nodes[at]!, replica, expected: expected[at]! };
  });
  await harass(lab, links);
  await load.stop();
  outcome.requests += load.count();
  await compare(lab, nodes[0]!, replicas);
  let gotAllAnew = false;
  for (const [at] of replicas.entries()) {
    const after = await nodes[at]!.info('stats');
    const grown = (name: string) => Number(after[name]) - Number(counted[at]![name]);
    const { seen } = proxies[at]!;
    const outages = expected[at]!.outages;
    outcome.outages += outages;
    outcome.full += Number(after['sync_full']) - Number(before[at]!['sync_full']);
    outcome.partial += grown('sync_partial_ok');
    outcome.refused += grown('sync_partial_err');
    const where = `${nodes[at]!.name} (${outages} outages, ${seen.cuts} links cut, ${seen.continued} +CONTINUE seen)`;
    const wrong = (what: string) => outcome.problems.push(`${where}: ${what}`);
    const [full, partial, refused] = [grown('sync_full'), grown('sync_partial_ok'), grown('sync_partial_err')];
    // Before the load, this replica asked for a partial sync of the history that it had as a primary.
    const asked = seen.refused.filter(({ replid, instead }) => replid === instead.replid);
    // The backlog holds at least its size, once that was written.
    const held = asked.filter(({ from, instead }) => from >= instead.at + 1 - size && from <= instead.at + 1);
    // A server has a new backlog after a full sync, so its replicas need a full sync, too.
    for (const { from, instead } of gotAllAnew ? [] : held) wrong(`a partial sync from ${from} was refused at offset ${instead.at}, with a backlog of ${size}`);
    const explained = asked.length - (gotAllAnew ? 0 : held.length);
    outcome.behind += Math.max(0, explained - outages);
    if (full + refused > 0 && explained === 0) wrong(`${full} full syncs under load, ${refused} partial ones refused, and none of them had to be`);
    gotAllAnew = full > 0;
    if (refused < outages) wrong(`only ${refused} partial syncs refused`);
    // The primary may have answered on links that were cut before the proxy saw it.
    if (partial < seen.continued || partial > seen.links) wrong(`${partial} partial syncs counted`);
    if (seen.cuts > 0 && partial + full === 0) wrong('no sync at all after cuts');
  }
}

/** Three servers; each in turn is the primary of the others, whose links break. */
async function promotion(lab: Lab): Promise<void> {
  const { nodes, proxies, options, outcome } = lab;
  let first = 0;
  const others = () => nodes.filter((_, at) => at !== first);
  for (const replica of others()) {
    await replica.follow(proxies[first]!.port);
    await linkUp(replica);
  }
  const fullBefore = await total(nodes, 'sync_full');
  const refusedBefore = await total(nodes, 'sync_partial_err');
  const partialBefore = await total(nodes, 'sync_partial_ok');
  const rounds = Math.max(3, Math.round(options.seconds / 10));
  for (let round = 0; round < rounds; round++) {
    const primary = nodes[first]!;
    const load = await startLoad(primary.port, { stage: oldestOf(options.servers), seed: options.seed + round * 31 });
    const share = { ...lab, options: { ...options, seconds: options.seconds / rounds } };
    await harass(share, [{ proxy: proxies[first]!, primary, replica: others()[0]!, expected: { outages: 0 } }]);
    await load.stop();
    outcome.requests += load.count();
    await compare(lab, primary, others());
    if (round === rounds - 1) break;
    // The next one has all of the history: the old primary and the third can go on from it.
    first = (first + 1) % nodes.length;
    await nodes[first]!.follow(null);
    for (const replica of others()) await replica.follow(proxies[first]!.port);
    for (const replica of others()) await linkUp(replica);
    outcome.promotions++;
    options.onProgress?.(`promoted ${nodes[first]!.name}`);
  }
  outcome.full = (await total(nodes, 'sync_full')) - fullBefore;
  outcome.refused = (await total(nodes, 'sync_partial_err')) - refusedBefore;
  outcome.partial = (await total(nodes, 'sync_partial_ok')) - partialBefore;
  if (outcome.full > 0) outcome.problems.push(`${outcome.full} full syncs behind the first ones`);
  if (outcome.refused > 0) outcome.problems.push(`${outcome.refused} partial syncs refused`);
  const continued = proxies.reduce((sum, { seen }) => sum + seen.continued, 0);
  if (outcome.partial < continued) outcome.problems.push(`${outcome.partial} partial syncs counted, ${continued} seen`);
}

async function total(nodes: readonly Node[], field: string): Promise<number> {
  let sum = 0;
  for (const node of nodes) sum += Number((await node.info('stats'))[field]);
  return sum;
}

/** Hurts the links, each by its own random steps, for the seconds given. */
async function harass({ rng, options, outcome }: Lab, links: readonly HarassedLink[]): Promise<void> {
  const end = Date.now() + options.seconds * 1000;
  const outages = options.topology === 'pair' ? (options.outages ?? 0) : 0;
  await Promise.all(
    links.map(async (link) => {
      const { proxy, replica } = link;
      const own = createRng(rng.int(0, 2 ** 31));
      for (let steps = 0; Date.now() < end; steps++) {
        await perform(nextStep(own, outages), link);
        if (steps % 50 === 49) options.onProgress?.(`${replica.name}: ${steps + 1} steps, ${proxy.seen.cuts} cuts`);
      }
      proxy.set({});
      proxy.open(true);
    }),
  ).catch((error: Error) => outcome.problems.push(error.message));
}

/** All servers must hold the same, by value and by deadline. */
async function compare({ outcome, options }: Lab, primary: Node, replicas: readonly Node[]): Promise<void> {
  await sleep(SHORT_LIVES_MS);
  await settled(primary, replicas);
  // Earlier, the stream could still undo what `tamper` does.
  await options.tamper?.(replicas[0]!);
  const dataset = replicaView(await readDataset(primary.client));
  outcome.keys = [...dataset.values()].reduce((sum, keys) => sum + keys.size, 0);
  for (const replica of replicas) {
    const differences = diffDatasets(dataset, replicaView(await readDataset(replica.client)), { consumerTimes: false });
    for (const line of differences) outcome.problems.push(`${replica.name} differs: ${line}`);
    for (const database of dataset.keys()) {
      await until(
        async () => {
          const sizes = await Promise.all([primary, replica].map(({ client }) => sizeOf(client, database)));
          return sizes[0] === sizes[1];
        },
        `equal DBSIZE of database ${database} on ${replica.name}`,
        5_000,
      );
    }
  }
  if (outcome.keys === 0) outcome.problems.push('there was nothing to compare');
  if (oldestOf(options.servers) >= SCRIPTS_SINCE) await compareScripts(outcome, primary, replicas);
}

/** Expects what a script wrote to be there as one unit, and the replicas to have the primary's library of functions. */
async function compareScripts(outcome: Outcome, primary: Node, replicas: readonly Node[]): Promise<void> {
  const library = await libraryOf(primary.client);
  for (const node of [primary, ...replicas]) {
    for (const line of await disagreements(node.client)) outcome.problems.push(`${node.name}: ${line}`);
    const own = await libraryOf(node.client);
    if (own !== library) outcome.problems.push(`${node.name} has another library: ${own}, and not ${library}`);
  }
}

/** Restarts all servers from their append-only files: each must hold the data that it held. */
async function compareLogs(nodes: readonly Node[], { options, outcome }: Lab): Promise<void> {
  const before = replicaView(await readDataset(nodes[0]!.client));
  for (const node of nodes) {
    await node.restart();
    const differences = diffDatasets(before, replicaView(await readDataset(node.client)), { consumerTimes: false });
    for (const line of differences) outcome.problems.push(`${node.name} from its append-only file differs: ${line}`);
  }
  if (oldestOf(options.servers) >= SCRIPTS_SINCE) await compareScripts(outcome, nodes[0]!, nodes.slice(1));
}

async function sizeOf(client: Node['client'], database: number): Promise<unknown> {
  await client.send('SELECT', database);
  return client.send('DBSIZE');
}
