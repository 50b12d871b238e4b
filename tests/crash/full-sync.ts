import { createRng, type Rng } from '../harness/rng.ts';
import { sleep } from '../harness/time.ts';
import { ask } from './connection.ts';
import { checkAof } from './folder.ts';
import { addVerdict, newOutcome, OPEN_TRANSACTION, removeFolder, type Outcome } from './lab.ts';
import { NAMES, startLoad } from './load.ts';
import { follow, inSync, isLinked, newNode, startNode, type Node } from './nodes.ts';
import { differingKeys, readBack, showKeys, type Dataset } from './read-back.ts';
import { damagedFiller, fill, flagsOf, saveSlowly, SCENARIOS, type Policy } from './scenarios.ts';
import { knownTo, powerOff, type Victim } from './server.ts';
import { verify } from './verify.ts';

export interface FullSyncOptions {
  victim: Victim;
  /** The server that becomes the victim's replica; by default of the same kind as the victim. */
  replica?: Victim;
  policy: Policy;
  kills: number;
  seed: number;
  onKill?: (outcome: Outcome) => void;
}

/** The kill comes within this time after the primary has accepted its replica. */
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
  const load = await startLoad(primary.port, rng, held.states, sent, knownTo(primary.victim, replica.victim));
  await sleep(rng.next() * 50);
  await follow(replica, primary);
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
  if (killed === replica) await follow(replica, primary);

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

  await inSync(replica, primary);
  const different = differingKeys(await readBack(primary.port), await readBack(replica.port));
  if (different.length > 0) problems.push(`primary and replica differ in ${showKeys(different)}`);
  await ask(replica.port, [['REPLICAOF', 'NO', 'ONE']]);
  return { problems, found };
}
