import { encodeRequest } from '../harness/client.ts';
import { createRng, type Rng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { ask, openConnection } from './connection.ts';
import { checkAof } from './folder.ts';
import { addVerdict, newOutcome, removeFolder, type Outcome } from './lab.ts';
import { follow, info, inSync, newNode, startNode, type Node } from './nodes.ts';
import { cutPower } from './power-cut.ts';
import { flagsOf, SCENARIOS, type Policy } from './scenarios.ts';
import { SCRIPTS_SINCE } from './scripted.ts';
import { knownTo, powerOff, withRecord, type Victim } from './server.ts';

export interface WaitOptions {
  victim: Victim;
  policy: Policy;
  kills: number;
  seed: number;
  /** Also take from the files of both what was not synced: stages only. */
  powerCut?: boolean;
}

/** What one connection has written, one key for each write. */
interface Writer {
  readonly keys: string[];
  /** When WAIT answered that the replica has them (`performance.now()`); always the first ones of `keys`. */
  readonly countedAt: number[];
}

/** So many writes, and then WAIT, for each connection. */
const BATCHES = [1, 1, 8, 50];
const WITHIN_MS = 400;
const SET_TWO = "redis.call('SET', KEYS[1], 'x') redis.call('SET', KEYS[2], 'x')";
const REWRITE_MS = 30_000;

/**
 * Kills a primary and its replica in the same moment, while connections write and send WAIT 1. Each server is started
 * from its own log alone: what WAIT has counted must be in both.
 */
export async function runWait({ victim, policy, kills, seed, powerCut = false }: WaitOptions): Promise<Outcome> {
  const outcome = newOutcome('wait', policy);
  const flags = flagsOf(SCENARIOS[0]!, policy);
  const kind = powerCut ? withRecord(victim) : victim;
  const nodes: Pair = [await newNode(kind), await newNode(kind)];
  try {
    await Promise.all(nodes.map((node) => startNode(node, flags)));
    while (outcome.kills < kills && outcome.problems.length === 0) {
      const rng = createRng(seed + outcome.kills * 7919);
      const problems = await oneKill({ nodes, flags, policy, powerCut, rng }, outcome);
      outcome.problems.push(...problems.map((text) => `kill ${outcome.kills}: ${text}`));
    }
  } catch (error) {
    outcome.problems.push(`kill ${outcome.kills}: ${(error as Error).message}`);
  } finally {
    for (const { server, dir } of nodes) {
      await server?.kill();
      if (outcome.problems.length === 0) removeFolder(dir);
    }
    if (outcome.problems.length > 0) outcome.kept = `${nodes[0].dir} (primary) and ${nodes[1].dir} (replica)`;
  }
  return outcome;
}

type Pair = readonly [primary: Node, replica: Node];

interface Round {
  nodes: Pair;
  flags: readonly string[];
  policy: Policy;
  powerCut: boolean;
  rng: Rng;
}

async function oneKill({ nodes, flags, policy, powerCut, rng }: Round, outcome: Outcome): Promise<string[]> {
  const [primary, replica] = nodes;
  await ask(primary.port, [['FLUSHALL']]);
  await follow(replica, primary);
  await inSync(replica, primary);
  // A full sync begins the replica's log anew: until its base is written, what a kill leaves is the old log.
  for (const node of nodes) await until(() => isLogWhole(node), 'the end of the AOF rewrite', REWRITE_MS);
  const load = await startWriters(primary.port, knownTo(primary.victim) >= SCRIPTS_SINCE);
  // On a busy machine the first answer may take its time: before it there is nothing to lose.
  await Promise.race([load.counted, load.closed]);
  await sleep(rng.next() * WITHIN_MS);
  const [killedAt] = await Promise.all((rng.chance(0.5) ? [primary, replica] : [replica, primary]).map(kill));
  await load.closed;
  outcome.kills++;
  const problems = [...load.problems];
  for (const { dir } of nodes) {
    if (powerCut) outcome.cutBytes += cutPower(dir);
    const aof = checkAof(dir);
    if (aof.state === 'torn') outcome.torn++;
    if (aof.state === 'broken') problems.push(`redis-check-aof: ${aof.text}`);
  }
  await Promise.all(nodes.map((node) => startNode(node, flags)));
  for (const [node, name] of [[primary, 'primary'], [replica, 'replica']] as const) {
    const missing = await missingWrites(node, load.writers);
    const acknowledged = node === primary ? load.writers.reduce((sum, { countedAt }) => sum + countedAt.length, 0) : 0;
    const oldestMs = missing.length === 0 ? 0 : killedAt! - Math.min(...missing.map(({ countedAt }) => countedAt));
    addVerdict(outcome, { problems: [], acknowledged, lost: missing.length, oldestMs });
    if (missing.length === 0 || mayLose({ policy, powerCut, node })) continue;
    problems.push(`${missing.length} writes that WAIT had counted are not in the ${name}'s log: ${missing[0]!.key}, …`);
  }
  return problems;
}

/** A power cut takes what is not synced; and under everysec Redis acknowledges what it has not written yet. */
function mayLose({ policy, powerCut, node }: { policy: Policy; powerCut: boolean; node: Node }): boolean {
  return powerCut ? policy !== 'always' : policy === 'everysec' && node.victim.stage === null;
}

async function kill(node: Node): Promise<number> {
  const killedAt = await powerOff(node.server!);
  node.server = null;
  return killedAt;
}

async function isLogWhole(node: Node): Promise<boolean> {
  const text = await info(node, 'persistence');
  return text.includes('aof_rewrite_in_progress:0') && text.includes('aof_rewrite_scheduled:0');
}

/** Begins to write: each connection as fast as WAIT is answered. `scripts`: every other write is a script that writes two keys. */
async function startWriters(port: number, scripts: boolean) {
  const problems: string[] = [];
  const writers: Writer[] = BATCHES.map(() => ({ keys: [], countedAt: [] }));
  let hasCounted!: () => void;
  const counted = new Promise<void>((resolve) => (hasCounted = resolve));
  const connections = await Promise.all(
    writers.map(async ({ keys, countedAt }, at) => {
      let missing = 0;
      let writes = 0;
      const connection = await openConnection(port, (reply) => {
        if (--missing > 0) return;
        if (reply !== 1) return void problems.push(`WAIT 1 0 has answered ${JSON.stringify(reply)}`);
        while (countedAt.length < keys.length) countedAt.push(performance.now());
        hasCounted();
        write();
      });
      const write = () => {
        let wire = '';
        for (let n = 0; n < BATCHES[at]!; n++) {
          const key = `w${at}:${keys.length}`;
          const isScript = scripts && writes++ % 2 === 0;
          wire += encodeRequest(isScript ? ['EVAL', SET_TWO, '2', key, `${key}:too`] : ['SET', key, 'x']);
          keys.push(key);
          if (isScript) keys.push(`${key}:too`);
        }
        missing = BATCHES[at]! + 1;
        connection.write(wire + encodeRequest(['WAIT', '1', '0']));
      };
      return { connection, write };
    }),
  );
  for (const { write } of connections) write();
  const closed = Promise.all(connections.map(({ connection }) => connection.closed));
  return { writers, problems, counted, closed };
}

/** The writes that WAIT has counted, and that the server does not have. */
async function missingWrites({ port }: Node, writers: readonly Writer[]): Promise<{ key: string; countedAt: number }[]> {
  const counted = writers.flatMap(({ keys, countedAt }) => countedAt.map((at, n) => ({ key: keys[n]!, countedAt: at })));
  const found = await ask(port, counted.map(({ key }) => ['EXISTS', key]));
  return counted.filter((_, at) => found[at] !== 1);
}
