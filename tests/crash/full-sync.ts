import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServerProcess } from '../harness/process.ts';
import { createRng, type Rng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { ask } from './connection.ts';
import { checkAof } from './folder.ts';
import { addVerdict, newOutcome, OPEN_TRANSACTION, removeFolder, type Outcome } from './lab.ts';
import { NAMES, startLoad } from './load.ts';
import { differingKeys, readBack, showKeys, type Dataset } from './read-back.ts';
import { damagedFiller, fill, flagsOf, saveSlowly, SCENARIOS, type Policy } from './scenarios.ts';
import { powerOff, start, type Victim } from './server.ts';
import { verify } from './verify.ts';

export interface FullSyncOptions {
  victim: Victim;
  /** What follows the victim; the victim's kind by default. */
  replica?: Victim;
  policy: Policy;
  kills: number;
  seed: number;
  onKill?: (outcome: Outcome) => void;
}

/** A primary or a replica, over all its starts. */
interface Node {
  readonly victim: Victim;
  readonly dir: string;
  readonly port: number;
  server: ServerProcess | null;
}

const SYNC_MS = 30_000;
/** From the moment when the primary knows its replica. */
const WITHIN_MS = 500;

/**
 * Attaches a replica to a primary under load, and kills one of the two some time later. Its folder must load; the
 * primary must hold what it acknowledged; and once the replica has caught up both must hold the same.
 */
export async function runFullSync(options: FullSyncOptions): Promise<Outcome> {
  const { victim, policy, kills, seed, onKill } = options;
  const outcome = newOutcome('full-sync', policy);
  const flags = flagsOf(SCENARIOS[0]!, policy);
  const primary = await newNode(victim);
  const replica = await newNode(options.replica ?? victim);
  try {
    await startNode(primary, flags);
    await startNode(replica, flags);
    await fill(primary.port);
    let held = await readBack(primary.port);
    const sent = NAMES.map(() => 0);
    while (outcome.kills < kills && outcome.problems.length === 0) {
      const rng = createRng(seed + outcome.kills * 7919);
      const round = await oneKill({ primary, replica, flags, policy, held, sent, rng }, outcome);
      outcome.problems.push(...round.problems.map((text) => `kill ${outcome.kills}: ${text}`));
      held = round.found;
      onKill?.(outcome);
    }
  } catch (error) {
    outcome.problems.push(`kill ${outcome.kills}: ${(error as Error).message}`);
  } finally {
    for (const { server, dir } of [primary, replica]) {
      await server?.kill();
      if (outcome.problems.length === 0) removeFolder(dir);
    }
    if (outcome.problems.length > 0) outcome.kept = `${primary.dir} (primary) and ${replica.dir} (replica)`;
  }
  return outcome;
}

interface Round {
  primary: Node;
  replica: Node;
  flags: readonly string[];
  policy: Policy;
  held: Dataset;
  sent: number[];
  rng: Rng;
}

async function oneKill(
  { primary, replica, flags, policy, held, sent, rng }: Round,
  outcome: Outcome,
): Promise<{ problems: string[]; found: Dataset }> {
  const load = await startLoad(primary.port, rng, held.states, sent);
  await sleep(rng.next() * 50);
  await ask(replica.port, [follow(primary)]);
  await until(async () => (await info(primary)).includes('slave0:'), 'the replica to ask for a sync', SYNC_MS);
  await sleep(rng.next() * WITHIN_MS);
  if (!(await isLinked(replica))) outcome.inTheAct++;
  const killed = rng.pick([primary, replica]);
  const killedAt = await powerOff(killed.server!);
  killed.server = null;
  outcome.kills++;
  if (killed === primary) await load.closed;
  else await load.stop();
  const problems = [...load.problems];
  const before = checkAof(killed.dir);
  if (before.state === 'torn') outcome.torn++;
  if (before.state === 'broken') problems.push(`redis-check-aof: ${before.text}`);
  await startNode(killed, flags);
  const after = checkAof(killed.dir);
  if (after.state !== 'valid' && (killed.victim.stage !== null || !after.text.includes(OPEN_TRANSACTION)))
    problems.push(`redis-check-aof after the restart: ${after.text}`);
  await saveSlowly(primary.port);
  if (killed === replica) await ask(replica.port, [follow(primary)]);

  const found = await readBack(primary.port);
  const { histories } = load;
  const all = histories.map(({ units }) => units.length);
  const acked = histories.map((history) => history.acked);
  const none = histories.map(() => 0);
  // A primary that was not killed has everything; a killed one what its policy promises.
  const from = killed === replica ? all : policy === 'always' ? acked : none;
  const verdict = verify({ histories, counter: held.counter, killedAt, found, bounds: { from, to: all } });
  addVerdict(outcome, verdict);
  problems.push(...verdict.problems);
  const damaged = damagedFiller(found.others);
  if (damaged > 0) problems.push(`${damaged} keys that nobody wrote meanwhile are not as they were`);

  await until(() => isInSync(primary, replica), 'the replica to be in sync', SYNC_MS);
  const different = differingKeys(await readBack(primary.port), await readBack(replica.port));
  if (different.length > 0) problems.push(`primary and replica differ in ${showKeys(different)}`);
  await ask(replica.port, [['REPLICAOF', 'NO', 'ONE']]);
  return { problems, found };
}

async function newNode(victim: Victim): Promise<Node> {
  return { victim, dir: mkdtempSync(join(tmpdir(), 'crash-sync-')), port: await freePort(), server: null };
}

async function startNode(node: Node, flags: readonly string[]): Promise<void> {
  node.server = await start(node.victim, node.port, node.dir, flags);
  // Redis waits five seconds for further replicas before it begins a sync.
  await ask(node.port, [['CONFIG', 'SET', 'repl-diskless-sync-delay', '0']]);
}

function follow({ port }: Node): string[] {
  return ['REPLICAOF', '127.0.0.1', String(port)];
}

async function info({ port }: Node): Promise<string> {
  const [text] = await ask(port, [['INFO', 'replication']]);
  return String(text);
}

async function isLinked(replica: Node): Promise<boolean> {
  return (await info(replica)).includes('master_link_status:up');
}

async function isInSync(primary: Node, replica: Node): Promise<boolean> {
  const [ours, theirs] = [await info(primary), await info(replica)];
  const offset = /master_repl_offset:(\d+)/.exec(ours)?.[1];
  return theirs.includes('master_link_status:up') && /slave_repl_offset:(\d+)/.exec(theirs)?.[1] === offset;
}
