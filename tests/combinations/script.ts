import type { Command } from '../differential/arguments.ts';
import { FAMILIES } from '../differential/families/all.ts';
import { createSource } from '../differential/family.ts';
import { dependsOnLayout } from '../differential/safe.ts';
import { Client } from '../harness/client.ts';
import type { Rng } from '../harness/rng.ts';
import { showCommand } from '../harness/show.ts';
import { createRacySource } from '../links/racy.ts';
import { createCombiningSource } from './combining.ts';

/** One command of one of the connections. Those of a burst are written at once, and then all answered. */
export interface Step {
  readonly connection: number;
  readonly burst: number;
  readonly command: Command;
  /** A blocking command: it may wait for a push of another client, so the script does not wait for its reply. */
  readonly waits: boolean;
}

const LONGEST_BURST = 12;
const FLUSH_KEPT = 0.05;
/** Where connections begin: in few databases, so that they meet. */
const FIRST_DATABASES = [0, 0, 0, 1];

/**
 * Random commands of several connections: one for each data type, as in the differential runs; three whose results
 * depend on chance and on the moment; two that let features meet; two that wait for what the others push.
 * @param stage the number of the stage: commands that it does not know are left out
 */
export function createScript(rng: Rng, count: number, stage: string): Step[] {
  const sources = [
    ...FAMILIES.filter(({ since }) => since <= stage).map((family) => restrained(createSource(family, rng), rng)),
    ...Array.from({ length: 3 }, () => createRacySource(rng, stage)),
    ...Array.from({ length: 2 }, () => createCombiningSource(rng, stage)),
    ...Array.from({ length: 2 }, () => () => [waitingCommand(rng, stage)]),
  ];
  const waits = (connection: number) => connection >= sources.length - 2;
  const steps: Step[] = sources.map((_, connection) => {
    const database = waits(connection) ? 0 : rng.pick(FIRST_DATABASES);
    return { connection, burst: 0, command: ['SELECT', String(database)], waits: false };
  });
  for (let burst = 1; steps.length < count; burst++) {
    const together = rng.shuffle(sources.map((_, connection) => connection)).slice(0, rng.int(1, 3));
    for (const connection of together) {
      const commands = sources[connection]!();
      const length = waits(connection) ? 1 : rng.int(1, LONGEST_BURST);
      while (commands.length < length) commands.push(...sources[connection]!());
      steps.push(...commands.map((command) => ({ connection, burst, command, waits: waits(connection) })));
    }
  }
  return steps;
}

/** Sends a script to a server; resolves when all is answered. */
export async function play(script: readonly Step[], port: number, midway = async () => {}): Promise<void> {
  const clients = new Map<number, Client>();
  const waiting = new Map<number, Promise<unknown>>();
  const half = script[script.length >> 1]?.burst;
  try {
    for (let at = 0; at < script.length;) {
      const { burst } = script[at]!;
      if (burst === half) await midway();
      const replies: Promise<unknown>[] = [];
      for (; script[at]?.burst === burst; at++) {
        const { connection, command, waits } = script[at]!;
        const client = clients.get(connection) ?? (await Client.open('127.0.0.1', port));
        clients.set(connection, client);
        if (waits && waiting.has(connection)) continue;
        const reply = client.send(...command);
        if (!waits) replies.push(reply);
        else waiting.set(connection, reply.finally(() => waiting.delete(connection)));
      }
      await Promise.all(replies);
    }
    await Promise.all(waiting.values());
  } finally {
    await Promise.all([...clients.values()].map((client) => client.close()));
  }
}

/** The commands of a script, each after the number of its connection. */
export function showScript(script: readonly Step[]): string {
  return script.map(({ connection, command }) => `${connection}> ${showCommand(command, Infinity)}`).join('\n');
}

/**
 * The shortest script found that still fails: ever smaller pieces are left out while what is left still fails.
 * @param fails runs a script from an empty server
 */
export async function shortest(
  script: readonly Step[],
  fails: (script: readonly Step[]) => Promise<boolean>,
  patienceMs: number,
): Promise<readonly Step[]> {
  const deadline = Date.now() + patienceMs;
  let best = script;
  for (let size = best.length >> 1; size >= 1 && Date.now() < deadline; size >>= 1) {
    for (let end = best.length; end > 0 && Date.now() < deadline; end -= size) {
      const without = best.filter((_, at) => at < end - size || at >= end);
      if (await fails(without)) best = without;
    }
  }
  return best;
}

/** Without commands whose result is not decided, and without most FLUSHALLs and FLUSHDBs, so that there are data to compare. */
function restrained(source: () => Command[], rng: Rng): () => Command[] {
  return () => {
    for (;;) {
      const commands = source();
      if (commands.some(dependsOnLayout)) continue;
      if (!commands.some(([name]) => /^FLUSH/i.test(name!)) || rng.chance(FLUSH_KEPT)) return commands;
    }
  };
}

function waitingCommand(rng: Rng, stage: string): Command {
  const timeout = '0.1';
  const forSortedSets: Command[] = [
    ['BZPOPMIN', 'ranked', 'z1', timeout],
    ['BZPOPMAX', 'ranked2', 'queue', 'z2', timeout],
    ['BZMPOP', timeout, '3', 'ranked', 'z1', 'z3', 'MIN', 'COUNT', String(rng.int(1, 4))],
  ];
  return rng.pick<Command>([
    ...(stage >= '10' ? forSortedSets : []),
    ['BLPOP', 'queue', 'queue2', timeout],
    ['BRPOP', 'l1', 'queue2', 'l2', timeout],
    ['BLMOVE', 'queue', 'done', 'LEFT', 'RIGHT', timeout],
    ['BLMOVE', 'l3', 'l4', rng.pick(['LEFT', 'RIGHT']), rng.pick(['LEFT', 'RIGHT']), timeout],
    ['BRPOPLPUSH', 'queue2', 'queue', timeout],
    ['BLMPOP', timeout, '3', 'queue', 'l1', 'queue2', 'LEFT', 'COUNT', String(rng.int(1, 4))],
    ['XREADGROUP', 'GROUP', 'g', 'waiting', 'COUNT', '3', 'BLOCK', '100', 'STREAMS', 'log', '>'],
    ['XREADGROUP', 'GROUP', 'g1', 'bob', ...(rng.chance(0.3) ? ['NOACK'] : []), 'BLOCK', '100', 'STREAMS', 'x1', '>'],
  ]);
}
