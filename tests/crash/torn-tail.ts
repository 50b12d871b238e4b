import { cpSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Decoded } from '#shared/resp/decoder.ts';
import { freePort } from '../harness/process.ts';
import type { Rng } from '../harness/rng.ts';
import { ask } from './connection.ts';
import { checkAof, lastIncrementalFile } from './folder.ts';
import { removeFolder } from './lab.ts';
import { flagsOf, SCENARIOS } from './scenarios.ts';
import { powerOff, start, type Victim } from './server.ts';

export interface TornTailOptions {
  victim: Victim;
  /** How many of the offsets to try, chosen at random; all of them by default. */
  sample?: number;
  rng: Rng;
  onOffset?: (result: TornTail) => void;
}

export interface TornTail {
  /** Places within the last transaction at which the file was cut. */
  offsets: number;
  /** Starts refused under `--aof-load-truncated no`, with the file left as it was. */
  refused: number;
  /** Starts that brought back all before the transaction and nothing of it. */
  mended: number;
  /** Real Redis only: mended, but with MULTI left in the file; what was written next was lost with another restart. */
  lostLater: number;
  problems: string[];
  /** The folder of the first offset that failed. */
  kept: string | null;
}

const BEFORE: readonly (readonly string[])[] = [
  ['SET', 'before', 'here'],
  ['RPUSH', 'list', 'a', 'b'],
  ['INCR', 'number'],
];
const TRANSACTION: readonly (readonly string[])[] = [
  ['MULTI'],
  ['SET', 'before', 'changed'],
  ['SET', 'after', 'new'],
  ['RPUSH', 'list', 'c'],
  ['EXEC'],
];
const READ: readonly (readonly string[])[] = [
  ['GET', 'before'],
  ['GET', 'after'],
  ['LRANGE', 'list', '0', '-1'],
  ['GET', 'number'],
];
const STATE_BEFORE = JSON.stringify(['here', null, ['a', 'b'], '1']);
const BEGIN = '*1\r\n$5\r\nMULTI\r\n';
const FLAGS = flagsOf(SCENARIOS[0]!, 'always');

/** Cuts a file within its last transaction, at one offset after another, and starts a server on each copy. */
export async function tearTails({ victim, sample, rng, onOffset }: TornTailOptions): Promise<TornTail> {
  const result: TornTail = { offsets: 0, refused: 0, mended: 0, lostLater: 0, problems: [], kept: null };
  const original = mkdtempSync(join(tmpdir(), 'crash-tail-'));
  try {
    const begin = await writeOriginal(victim, original);
    const { length } = readFileSync(lastIncrementalFile(original));
    const all = Array.from({ length: length - begin - 1 }, (_, at) => begin + 1 + at);
    for (const size of sample === undefined ? all : rng.shuffle(all).slice(0, sample)) {
      const dir = mkdtempSync(join(tmpdir(), 'crash-tail-'));
      cpSync(original, dir, { recursive: true });
      truncateSync(lastIncrementalFile(dir), size);
      result.offsets++;
      const problems = [
        ...(await refuse({ victim, dir, size }, result)),
        ...(await mend({ victim, dir, size, begin }, result)),
      ].map((text) => `cut at ${size}, ${size - begin} bytes behind the beginning of MULTI: ${text}`);
      result.problems.push(...problems);
      if (problems.length > 0 && result.kept === null) result.kept = dir;
      else removeFolder(dir);
      onOffset?.(result);
    }
    return result;
  } finally {
    removeFolder(original);
  }
}

/** A folder whose file ends in a transaction. @returns where that begins */
async function writeOriginal(victim: Victim, dir: string): Promise<number> {
  const port = await freePort();
  const server = await start(victim, port, dir, FLAGS);
  await ask(port, [...BEFORE, ...TRANSACTION]);
  await powerOff(server);
  const begin = readFileSync(lastIncrementalFile(dir), 'latin1').lastIndexOf(BEGIN);
  if (begin === -1) throw new Error('the transaction stands in the file without MULTI');
  return begin;
}

interface Cut {
  victim: Victim;
  dir: string;
  /** The bytes left. */
  size: number;
}

async function refuse({ victim, dir }: Cut, result: TornTail): Promise<string[]> {
  const file = lastIncrementalFile(dir);
  const before = readFileSync(file);
  const said = await start(victim, await freePort(), dir, [...FLAGS, '--aof-load-truncated', 'no']).then(
    async (server) => {
      await server.kill();
      return 'it started';
    },
    (error: Error) => error.message,
  );
  const problems: string[] = [];
  if (!said.includes('ended with exit code 1')) problems.push(`--aof-load-truncated no: exit code 1 expected\n${said}`);
  if (!said.includes(basename(file))) problems.push(`--aof-load-truncated no: the file is not named\n${said}`);
  if (!readFileSync(file).equals(before)) problems.push('--aof-load-truncated no: the file was changed');
  if (problems.length === 0) result.refused++;
  return problems;
}

/** Starts, looks, writes, and starts again: what is written after the repair must outlive the next kill. */
async function mend({ victim, dir, begin }: Cut & { begin: number }, result: TornTail): Promise<string[]> {
  const file = lastIncrementalFile(dir);
  const port = await freePort();
  const problems: string[] = [];
  try {
    const first = await start(victim, port, dir, FLAGS);
    const found = await read(port);
    const output = first.output();
    const { length } = readFileSync(file);
    if (found !== STATE_BEFORE) problems.push(`${found} was loaded, it should be ${STATE_BEFORE}`);
    const told = /truncat/i.test(output) && output.includes(basename(file));
    if (!told) problems.push(`the log tells of no cut\n${output}`);
    if (length !== begin && victim.stage !== null) problems.push(`cut to ${length} bytes, it should be ${begin}`);
    if (problems.length === 0) result.mended++;
    await ask(port, [['SET', 'later', 'written']]);
    await powerOff(first);
    const second = await start(victim, port, dir, FLAGS);
    const [later] = await ask(port, [['GET', 'later']]);
    const again = await read(port);
    await powerOff(second);
    if (later !== 'written' && victim.stage === null && length !== begin) result.lostLater++;
    else if (later !== 'written') problems.push('what was written after the repair is lost');
    const aof = checkAof(dir);
    if (aof.state !== 'valid' && victim.stage !== null) problems.push(`redis-check-aof: ${aof.text}`);
    if (again !== STATE_BEFORE) problems.push(`${again} after another restart, it should be ${STATE_BEFORE}`);
  } catch (error) {
    problems.push((error as Error).message);
  }
  return problems;
}

async function read(port: number): Promise<string> {
  const replies: Decoded[] = await ask(port, READ);
  return JSON.stringify(replies);
}
