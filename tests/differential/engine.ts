import { createRng } from '../harness/rng.ts';
import type { Command } from './arguments.ts';
import { createComparer } from './compare.ts';
import { openBatches } from './connection.ts';
import { withConsumers } from './consumers.ts';
import { createSource, setup, type Family } from './family.ts';
import { openListener } from './listener.ts';
import { shrink } from './shrink.ts';
import { stateCommands } from './state.ts';

/** The two servers that are compared. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
  /** Whether the second server is Redis 7.2 or later, which creates a consumer even when there is nothing for it. */
  readonly createsConsumers?: boolean;
}

/** Where two servers first disagree. */
export interface Difference {
  /** The shortest commands found that lead there, from an empty server; the last one shows it. */
  readonly script: readonly Command[];
  readonly protocol: 2 | 3;
  readonly ours: string;
  readonly theirs: string;
}

export interface Outcome {
  /** Commands sent to each. */
  count: number;
  differences: Difference[];
  /** How often each documented exception was used. */
  exceptions: Map<string, number>;
}

export interface RunOptions {
  pair: Pair;
  family: Family;
  stage: string;
  count: number;
  seed: number;
  /** Stop after this many differences. */
  limit?: number;
  onProgress?: (count: number) => void;
}

/** Rounds begin with empty servers: short, so that a difference is found near its cause. */
const ROUND = 500;

/** Sends the same random commands to both servers, and compares all replies and, after each round, all data. */
export async function runFamily({
  pair,
  family,
  stage,
  count,
  seed,
  limit = 1,
  onProgress,
}: RunOptions): Promise<Outcome> {
  const outcome: Outcome = { count: 0, differences: [], exceptions: new Map() };
  for (let round = 0; outcome.count < count; round++) {
    const rng = createRng(seed + round * 7919);
    const source = createSource(family, rng);
    const commands = [...setup(stage), ...(family.begin ?? [])];
    while (commands.length < Math.min(ROUND, count - outcome.count)) commands.push(...source());
    const script = pair.createsConsumers ? withConsumers(commands) : commands;
    const protocol = round % 2 === 0 ? 2 : 3;
    const { listened } = family;
    const onException = (reason: string) => {
      outcome.exceptions.set(reason, (outcome.exceptions.get(reason) ?? 0) + 1);
    };
    const found = await firstDifference(pair, script, protocol, { onException, listened });
    outcome.count += script.length;
    onProgress?.(outcome.count);
    if (found === null) continue;
    outcome.differences.push(await shrink(found, (script) => firstDifference(pair, script, protocol, { listened })));
    if (outcome.differences.length >= limit) break;
  }
  return outcome;
}

/** Runs a script on both servers from empty, and then compares all data; null when they agree. */
export async function firstDifference(
  pair: Pair,
  commands: readonly Command[],
  protocol: 2 | 3,
  { onException, listened = false }: { onException?: (reason: string) => void; listened?: boolean | undefined } = {},
): Promise<Difference | null> {
  const [ours, theirs] = await Promise.all([openBatches(pair.ours, protocol), openBatches(pair.theirs, protocol)]);
  const listeners = listened ? await Promise.all([openListener(pair.ours), openListener(pair.theirs)]) : undefined;
  const comparer = createComparer(onException);
  const disagreement = async (batch: readonly Command[], before: readonly Command[]): Promise<Difference | null> => {
    const [a, b] = await Promise.all([ours.send(batch), theirs.send(batch)]);
    const at = batch.findIndex((command, i) => !comparer.same(command, a[i] ?? '', b[i] ?? ''));
    if (at === -1) return null;
    return {
      script: [...before, ...batch.slice(0, at + 1)],
      protocol,
      ours: a[at] ?? '(nothing)',
      theirs: b[at] ?? '(nothing)',
    };
  };
  try {
    await Promise.all([ours.send([['FLUSHALL']]), theirs.send([['FLUSHALL']])]);
    const inReplies = await disagreement(commands, []);
    if (inReplies) return inReplies;
    // A script may end inside a transaction.
    await Promise.all([ours.send([['DISCARD']]), theirs.send([['DISCARD']])]);
    if (listeners) {
      const [a, b] = await Promise.all([listeners[0].heard(ours), listeners[1].heard(theirs)]);
      const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i]);
      const script = [...commands, ['DISCARD']];
      if (at !== undefined) return { script, protocol, ours: heardFrom(a, at), theirs: heardFrom(b, at) };
    }
    return await disagreement(await stateCommands(theirs), [...commands, ['DISCARD']]);
  } finally {
    ours.close();
    theirs.close();
    for (const listener of listeners ?? []) listener.close();
  }
}

/** The messages that a listener got, from two before the first one that differs. */
function heardFrom(messages: readonly string[], at: number): string {
  return `heard by another client, message ${at + 1} of ${messages.length}: ${messages.slice(Math.max(0, at - 2), at + 1).join(' / ')}`;
}
