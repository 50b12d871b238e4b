import { LuaError } from '#shared/lua/value.ts';
import type { Decoded } from '#shared/resp/decoder.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Client } from '../../harness/client.ts';
import { createRng } from '../../harness/rng.ts';
import { runHere } from './in-process.ts';
import { randomProgram } from './programs.ts';
import { scriptOf, withoutAddresses } from './script.ts';

/** A program that does something else here than on redis-server. */
export interface LuaDifference {
  readonly program: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface LuaOutcome {
  readonly programs: number;
  /** How many of them ended in an error, on redis-server. */
  readonly errors: number;
  readonly differences: readonly LuaDifference[];
}

/** How many programs make one script. */
const BATCH = 100;

/** Runs random programs in this process and by EVAL, until `limit` differences are found. */
export async function compareLua(redis: Client, count: number, seed: number, limit = 1): Promise<LuaOutcome> {
  const differences: LuaDifference[] = [];
  let programs = 0;
  let errors = 0;
  for (let batch = 0; programs < count && differences.length < limit; batch++) {
    const rng = createRng(seed + batch * 7919);
    const some = Array.from({ length: Math.min(BATCH, count - programs) }, () => randomProgram(rng));
    const outcome = await comparePrograms(redis, some);
    programs += outcome.programs;
    errors += outcome.errors;
    differences.push(...outcome.differences);
  }
  return { programs, errors, differences: differences.slice(0, limit) };
}

/** Runs these programs in this process and by EVAL. */
export async function comparePrograms(redis: Client, programs: readonly string[]): Promise<LuaOutcome> {
  const [here, there] = await both(redis, programs);
  const pairs = programs.map((program, at) => ({
    program,
    ours: withoutAddresses(here[at] ?? '(nothing)'),
    theirs: withoutAddresses(there[at] ?? '(nothing)'),
  }));
  return {
    programs: programs.length,
    errors: pairs.filter(({ theirs }) => theirs.startsWith('false')).length,
    differences: pairs.filter(({ ours, theirs }) => ours !== theirs),
  };
}

/** One script for all of them; one for each where that cannot be loaded. */
async function both(redis: Client, programs: readonly string[]): Promise<[ours: string[], theirs: string[]]> {
  const script = scriptOf(programs);
  const [ours, theirs] = [here(script), await there(redis, script)];
  if (programs.length === 1 || (typeof ours !== 'string' && typeof theirs !== 'string')) return [[ours].flat(), [theirs].flat()];
  const each: [string[], string[]] = [[], []];
  for (const program of programs) {
    const [a, b] = await both(redis, [program]);
    each[0].push(a[0] ?? '(nothing)');
    each[1].push(b[0] ?? '(nothing)');
  }
  return each;
}

/** A text for each program, or that of the error that ended the script. */
function here(script: string): string[] | string {
  try {
    return runHere(script);
  } catch (error) {
    return error instanceof LuaError ? error.message : String((error as Error).stack);
  }
}

/** Runs the script on redis-server, which then forgets it: each batch would leave one. */
async function there(redis: Client, script: string): Promise<string[] | string> {
  const reply = await redis.send('EVAL', script, '0');
  await redis.send('SCRIPT', 'FLUSH');
  if (!(reply instanceof ReplyError)) return (reply as Decoded[]).map(String);
  return reply.message.replace(/^ERR (Error compiling script \(new function\): )?| script: [0-9a-f]{40}, on .*$/g, '');
}

export function showLuaDifference({ program, ours, theirs }: LuaDifference): string {
  return `${program}\n  here:         ${ours}\n  redis-server: ${theirs}`;
}
