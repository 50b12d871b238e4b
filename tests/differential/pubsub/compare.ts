import { createRng } from '../../harness/rng.ts';
import { showCommand } from '../../harness/show.ts';
import { openAudience } from './audience.ts';
import { randomStep, type Step } from './steps.ts';

/** The servers' ports, and whether the real one keeps messages apart from EXEC's elements, as it does since 7.2. */
export interface PubsubPair {
  readonly ours: number;
  readonly theirs: number;
  readonly mixes: boolean;
}

export interface PubsubOutcome {
  commands: number;
  /** The steps that lead to the first difference, and what each client received; undefined: there was none. */
  difference: string | undefined;
}

/** Rounds begin with empty servers and new clients. */
const ROUND = 100;
/** How many steps run before the messages are compared. */
const STRETCH = 5;
const SHRINK_MS = 30_000;

/** Lets three subscribers and a publisher do the same random things on both servers; compares what each of them receives. */
export async function comparePubsub(pair: PubsubPair, count: number, seed: number): Promise<PubsubOutcome> {
  let commands = 0;
  for (let round = 0; commands < count; round++) {
    const rng = createRng(seed + round * 7919);
    const steps = Array.from({ length: ROUND }, () => randomStep(rng, pair.mixes));
    const found = await firstDifference(pair, steps);
    commands += steps.reduce((sum, step) => sum + step.commands.length, 0);
    if (found !== undefined) return { commands, difference: await shrunk(pair, steps.slice(0, found.steps)) };
  }
  return { commands, difference: undefined };
}

interface Found {
  /** How many steps were taken. */
  readonly steps: number;
  readonly text: string;
}

async function firstDifference(pair: PubsubPair, steps: readonly Step[]): Promise<Found | undefined> {
  const both = await Promise.all([openAudience(pair.ours), openAudience(pair.theirs)]);
  try {
    for (let at = 0; at < steps.length; at++) {
      await Promise.all(both.map((audience) => audience.take(steps[at]!)));
      if ((at + 1) % STRETCH !== 0 && at + 1 < steps.length) continue;
      const [ours, theirs] = await Promise.all(both.map((audience) => audience.heard()));
      const client = ours!.findIndex((heard, i) => heard.join('\n') !== theirs![i]!.join('\n'));
      if (client !== -1) return { steps: at + 1, text: showHeard(client, ours![client]!, theirs![client]!) };
    }
    return undefined;
  } finally {
    for (const audience of both) audience.close();
  }
}

/** Leaves out steps, from the last to the first, as long as the servers still differ. */
async function shrunk(pair: PubsubPair, steps: readonly Step[]): Promise<string> {
  let [best, found] = [steps, await firstDifference(pair, steps)];
  const deadline = Date.now() + SHRINK_MS;
  for (let at = best.length - 1; at >= 0 && Date.now() < deadline; at--) {
    const fewer = best.filter((_, i) => i !== at);
    const again = await firstDifference(pair, fewer);
    if (again !== undefined) [best, found] = [fewer, again];
  }
  return [...best.map(showStep), found?.text ?? '(gone when it was tried again)'].join('\n');
}

function showStep({ client, reconnect, commands }: Step): string {
  if (reconnect !== undefined) return `client ${client}: a new connection, RESP${reconnect}`;
  return `client ${client}: ${commands.map((command) => showCommand(command)).join(' ; ')}`;
}

function showHeard(client: number, ours: readonly string[], theirs: readonly string[]): string {
  return [`client ${client} hears`, ...ours.map((line) => `  ours  ${line}`), ...theirs.map((line) => `  redis ${line}`)].join('\n');
}
