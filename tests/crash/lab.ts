import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ReplyError } from '#shared/resp/reply.ts';
import { encodeRequest } from '../harness/client.ts';
import { freePort, type ServerProcess } from '../harness/process.ts';
import { createRng, type Rng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { ask, openConnection } from './connection.ts';
import { checkAof, checkRdb, DUMP, strayFiles, temporaryFiles } from './folder.ts';
import { NAMES, startLoad, type History, type Load } from './load.ts';
import { cutPower, recordOf } from './power-cut.ts';
import { differingKeys, readBack, showKeys, type Dataset } from './read-back.ts';
import { damagedFiller, fill, flagsOf, saveSlowly, type Policy, type Scenario } from './scenarios.ts';
import { SCRIPTS_SINCE } from './scripted.ts';
import { HAS_REDIS, knownTo, parseVictim, powerOff, start, withRecord, type Victim } from './server.ts';
import { verify, type Bounds, type Verdict } from './verify.ts';

export interface LabOptions {
  victim: Victim;
  scenario: Scenario;
  policy: Policy;
  kills: number;
  seed: number;
  /** Also take from the files what was not synced: stages only. */
  powerCut?: boolean;
  /** For the lab's own tests: does something to the folder between the kill and the restart. */
  tamper?: (dir: string) => void;
  onKill?: (outcome: Outcome) => void;
}

/** What the kills of one scenario under one policy have shown. */
export interface Outcome {
  readonly scenario: string;
  /** `-` where no policy plays a part. */
  readonly policy: string;
  kills: number;
  /** Kills that came in the middle of a save, a rewrite or a sync, as a temporary file shows. */
  inTheAct: number;
  acknowledged: number;
  lost: number;
  /** The oldest loss, in ms from its acknowledgement to the kill. */
  oldestMs: number;
  /** Folders whose last file had a torn end. */
  torn: number;
  /** Bytes that a power cut took from the files. */
  cutBytes: number;
  /** Temporary files, and files that no manifest names, which were still there after a restart. */
  leftovers: Set<string>;
  /** Folders that real Redis has loaded too, with the same data. */
  elsewhere: number;
  /** Folders given up, since real Redis had mended them wrongly: see OPEN_TRANSACTION. */
  givenUp: number;
  problems: string[];
  /** The folder of the kill that failed. */
  kept: string | null;
}

export function newOutcome(scenario: string, policy: string): Outcome {
  return {
    scenario,
    policy,
    kills: 0,
    inTheAct: 0,
    acknowledged: 0,
    lost: 0,
    oldestMs: 0,
    torn: 0,
    cutBytes: 0,
    leftovers: new Set(),
    elsewhere: 0,
    givenUp: 0,
    problems: [],
    kept: null,
  };
}

/** The number of kills after which a new folder is begun. */
const LIFE = 20;
/** So many units at least are acknowledged before a kill after which the folder is tampered with. */
const TO_TAMPER = 200;
/** Once in this number of kills, real Redis loads a copy of the folder, too. */
const ELSEWHERE = 4;

/**
 * Redis 7.0 cuts a torn transaction after its last whole command, and so leaves a MULTI without EXEC in the file: what
 * is written after it is lost with the next restart. (Valkey has mended it: valkey-io/valkey, pull request 4342.)
 */
export const OPEN_TRANSACTION = 'Reached EOF before reading EXEC for MULTI';

/** Kills the server again and again, each time in the folder that the last kill left. Stops at the first failure. */
export async function runLab(options: LabOptions): Promise<Outcome> {
  const { scenario, policy, kills, seed, onKill } = options;
  const outcome = newOutcome(scenario.name, scenario.aof ? policy : '-');
  while (outcome.kills < kills && outcome.problems.length === 0) {
    const dir = mkdtempSync(join(tmpdir(), 'crash-'));
    const last = Math.min(kills, outcome.kills + LIFE);
    const { givenUp } = outcome;
    let life: Life | null = null;
    try {
      life = await beginLife(options, dir);
      while (outcome.kills < last && outcome.problems.length === 0 && outcome.givenUp === givenUp) {
        const rng = createRng(seed + outcome.kills * 7919);
        const problems = await oneKill(life, rng, outcome);
        outcome.problems.push(...problems.map((text) => `kill ${outcome.kills}: ${text}`));
        onKill?.(outcome);
      }
    } catch (error) {
      outcome.problems.push(`after ${outcome.kills} kills: ${(error as Error).message}`);
    } finally {
      await life?.server?.kill();
      if (outcome.problems.length === 0) removeFolder(dir);
      else outcome.kept = dir;
    }
  }
  return outcome;
}

/** The folder, and the record of what was synced in it. */
export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  rmSync(recordOf(dir), { force: true });
}

/** A folder from its first start to its last kill. */
interface Life extends LabOptions {
  readonly dir: string;
  readonly port: number;
  readonly flags: readonly string[];
  /** Null when it did not start. */
  server: ServerProcess | null;
  /** What the server holds, as read back after its last start. */
  held: Dataset;
  /** How many units each connection has sent. */
  readonly sent: number[];
  /** What `dump.rdb` was before this run of the server. */
  dump: string;
  /** Temporary files of earlier runs. */
  leftover: readonly string[];
}

async function beginLife(options: LabOptions, dir: string): Promise<Life> {
  const victim = options.powerCut ? withRecord(options.victim) : options.victim;
  const port = await freePort();
  const flags = flagsOf(options.scenario, options.policy);
  const server = await start(victim, port, dir, flags);
  if (options.scenario.filled) await fill(port);
  if (!options.scenario.aof) await ask(port, [['SAVE']]);
  const held = await readBack(port);
  const sent = NAMES.map(() => 0);
  return { ...options, victim, dir, port, flags, server, held, sent, dump: digest(dir), leftover: [] };
}

/** Loads, kills, restarts and compares. @returns what went wrong */
async function oneKill(life: Life, rng: Rng, outcome: Outcome): Promise<string[]> {
  const { scenario, dir, port, held } = life;
  const isFirst = life.sent.every((count) => count === 0);
  const known = knownTo(life.victim);
  const load = await startLoad(port, rng, held.states, life.sent, known);
  const snapshot = scenario.command === undefined ? null : await sendCommand(scenario.command, port, load, rng);
  // Now and then the kill comes so late that the command is done.
  await sleep(rng.next() * scenario.withinMs * (scenario.command !== undefined && rng.chance(0.3) ? 4 : 1));
  if (life.tamper !== undefined) await until(() => acknowledgedOf(load) >= TO_TAMPER, 'acknowledged writes');
  const killedAt = await powerOff(life.server!);
  life.server = null;
  await load.closed;
  outcome.kills++;
  life.tamper?.(dir);
  const problems = [...load.problems, ...inspect(life, outcome)];
  const mustHaveLibrary = known >= SCRIPTS_SINCE && scenario.aof && life.policy === 'always' && !isFirst;
  if (mustHaveLibrary && !load.hadLibrary) problems.push('the library of functions was lost with the kill before this one');
  const elsewhere = (outcome.kills - 1) % ELSEWHERE === 0 && HAS_REDIS ? await bootRedis(life) : null;
  if (snapshot?.refused) problems.push(`${scenario.command}: ${snapshot.refused}`);
  try {
    life.server = await start(life.victim, port, dir, life.flags);
  } catch (error) {
    return [...problems, `the folder did not load: ${(error as Error).message}`];
  }
  problems.push(...lookAfter(life, outcome));
  const found = await readBack(port);
  const bounds = boundsOf(life, load.histories, snapshot);
  const verdict = verify({ histories: load.histories, counter: held.counter, killedAt, found, bounds });
  addVerdict(outcome, verdict);
  if (typeof elsewhere === 'string') problems.push(`real Redis does not load the folder: ${elsewhere}`);
  else if (elsewhere !== null) {
    outcome.elsewhere++;
    const different = differingKeys(found, elsewhere);
    if (different.length > 0) problems.push(`real Redis loads other data from the folder: ${showKeys(different)}`);
  }
  if (scenario.filled) {
    const damaged = damagedFiller(found.others);
    if (damaged > 0) problems.push(`${damaged} keys that nobody wrote meanwhile are not as they were`);
    await saveSlowly(port);
  }
  life.held = found;
  life.dump = digest(dir);
  return [...problems, ...verdict.problems];
}

function acknowledgedOf({ histories }: Load): number {
  return histories.reduce((sum, { acked }) => sum + acked, 0);
}

export function addVerdict(outcome: Outcome, { acknowledged, lost, oldestMs }: Verdict): void {
  outcome.acknowledged += acknowledged;
  outcome.lost += lost;
  outcome.oldestMs = Math.max(outcome.oldestMs, oldestMs);
}

/** What real Redis reads from a copy of the folder, as the kill has left it; or why it does not. */
async function bootRedis({ dir, flags }: Life): Promise<Dataset | string> {
  const copy = mkdtempSync(join(tmpdir(), 'crash-elsewhere-'));
  cpSync(dir, copy, { recursive: true });
  const port = await freePort();
  try {
    const server = await start(parseVictim('redis'), port, copy, flags);
    try {
      return await readBack(port);
    } finally {
      // A child process of redis-server may still be writing.
      await powerOff(server);
    }
  } catch (error) {
    return (error as Error).message;
  } finally {
    removeFolder(copy);
  }
}

/** Between which units of each connection the server took its snapshot; `to` is null while it has not answered. */
interface Snapshot {
  readonly from: readonly number[];
  to: readonly number[] | null;
  /** The error reply, if it got one. */
  refused: string | null;
}

/** Sends the command some time after the load's beginning, and does not wait for its reply. */
async function sendCommand(command: string, port: number, load: Load, rng: Rng): Promise<Snapshot> {
  const connection = await openConnection(port, (reply) => {
    snapshot.to = load.histories.map(({ units }) => units.length);
    if (reply instanceof ReplyError) snapshot.refused = reply.message;
  });
  await sleep(rng.next() * 100);
  const from = load.histories.map(({ acked }) => acked);
  const snapshot: Snapshot = { from, to: null, refused: null };
  connection.write(encodeRequest([command]));
  return snapshot;
}

/** How many units of each connection must be there at least, and how many can be there at most. */
function boundsOf(life: Life, histories: readonly History[], snapshot: Snapshot | null): Bounds {
  const { scenario, policy, dump, dir } = life;
  const all = histories.map(({ units }) => units.length);
  const none = histories.map(() => 0);
  if (scenario.aof) return { from: policy === 'always' ? histories.map(({ acked }) => acked) : none, to: all };
  // The old dump brings back the old data; a new one the data as of the command, whenever it was finished.
  if (digest(dir) === dump || snapshot === null) return { from: none, to: none };
  return { from: snapshot.from, to: snapshot.to ?? all };
}

/** Inspects the folder as the kill has left it. @returns what is wrong with it */
function inspect(life: Life, outcome: Outcome): string[] {
  const { dir, leftover } = life;
  if (temporaryFiles(dir).some((file) => !leftover.includes(file))) outcome.inTheAct++;
  if (life.powerCut) outcome.cutBytes += cutPower(dir);
  const rdb = checkRdb(join(dir, DUMP));
  const problems = rdb === null ? [] : [`redis-check-rdb: ${rdb}`];
  const aof = checkAof(dir);
  if (aof.state === 'torn') outcome.torn++;
  if (aof.state === 'broken') problems.push(`redis-check-aof: ${aof.text}`);
  return problems;
}

/** Inspects the folder as the restart has left it: a torn end is mended, and appendonlydir holds what the manifest names. */
function lookAfter(life: Life, outcome: Outcome): string[] {
  const { dir, victim } = life;
  life.leftover = temporaryFiles(dir);
  const strays = strayFiles(dir);
  const names = [...life.leftover.map((path) => basename(path)), ...strays];
  for (const name of names) outcome.leftovers.add(name.replace(/\d+/g, 'N'));
  // Redis does not remove the temporary files of a process that was killed, nor all strays: that is reported, and is no failure.
  const problems = victim.stage === null ? [] : strays.map((file) => `${file}: in appendonlydir, and in no manifest`);
  const aof = checkAof(dir);
  if (aof.state === 'valid') return problems;
  if (victim.stage === null && aof.text.includes(OPEN_TRANSACTION)) outcome.givenUp++;
  else problems.push(`redis-check-aof after the restart: ${aof.text}`);
  return problems;
}

function digest(dir: string): string {
  const path = join(dir, DUMP);
  return existsSync(path) ? createHash('sha1').update(readFileSync(path)).digest('hex') : '';
}
