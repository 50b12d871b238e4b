import type { Rng } from '../harness/rng.ts';
import { createArguments, type Arguments, type Command } from './arguments.ts';
import { isSafe } from './safe.ts';

/** How to make random commands of one data type. */
export interface Family {
  readonly name: string;
  /** The stage that knows all of it. */
  readonly since: string;
  /** The keys that the commands share. */
  readonly keys: readonly string[];
  /** Sent at the beginning of each round. */
  readonly begin?: readonly Command[];
  /** Whether another client listens to all messages and to the events of all keys; what it receives is compared too. */
  readonly listened?: boolean;
  readonly rows: readonly Row[];
}

/** How often a row is chosen, in proportion to the others, and what makes its command, or several that belong together. */
export type Row = readonly [weight: number, make: (args: Arguments) => Command | Command[]];

/** One key of each type, for the commands that expect another; a round of random commands begins with these. */
export function setup(stage: string): Command[] {
  const rows: [since: string, ...command: Command][] = [
    ['02', 'SET', 'a-string', 'text'],
    ['02', 'SET', 'a-number', '10'],
    ['03', 'RPUSH', 'a-list', 'a', 'b', 'c'],
    ['03', 'HSET', 'a-hash', 'f1', 'a', 'f2', '5'],
    ['03', 'SADD', 'a-set', 'a', 'b', '1'],
    ['04', 'XADD', 'a-stream', '1-1', 'f1', 'a'],
    ['10', 'ZADD', 'a-zset', '1', 'a', '2', 'b'],
  ];
  return rows.filter(([since]) => since <= stage).map(([, ...command]) => command);
}

const OTHERS = ['a-string', 'a-number', 'a-list', 'a-hash', 'a-set', 'a-stream', 'a-zset', 'no-such-key', ''];
const MUTATED = 0.05;

/** An endless source of a family's commands, the same for the same seed. */
export function createSource(family: Family, rng: Rng): () => Command[] {
  const args = createArguments(rng, family.keys, OTHERS);
  return () => {
    for (;;) {
      const made = chooseRow(family, rng)(args);
      const commands = (Array.isArray(made[0]) ? made : [made]) as Command[];
      const mutated = commands.map((command) => (rng.chance(MUTATED) ? mutate(command, rng) : command));
      if (mutated.every(isSafe)) return mutated;
    }
  };
}

/** One of a family's rows, by their weights. */
export function chooseRow({ rows }: Family, rng: Rng): Row[1] {
  const at = rng.next() * rows.reduce((sum, [weight]) => sum + weight, 0);
  let sum = 0;
  for (const [weight, make] of rows) {
    sum += weight;
    if (at < sum) return make;
  }
  return rows.at(-1)![1];
}

const ODD_WORDS = [
  '',
  'abc',
  '-1',
  '0',
  '1',
  '9223372036854775807',
  '9223372036854775808',
  '1.5',
  'nan',
  'COUNT',
  'LIMIT',
  '\0',
  'k1',
  'NX',
  'a-list',
];

/** A mistake that people make: a word too few, too many, in the wrong place, or of the wrong kind. */
function mutate([name, ...words]: Command, rng: Rng): Command {
  const at = rng.int(0, Math.max(0, words.length - 1));
  const copy = [...words];
  const mistakes = [
    () => copy.splice(at, 1),
    () => copy.pop(),
    () => copy.push(rng.pick(ODD_WORDS)),
    () => copy.splice(at, 0, rng.pick(ODD_WORDS)),
    () => copy.splice(at, 1, rng.pick(ODD_WORDS)),
    () => copy.splice(at, 1, ...copy.splice(0, 1)),
    () => copy.push(...words.slice(-1)),
  ];
  rng.pick(mistakes)();
  return [rng.chance(0.2) ? name!.toLowerCase() : name!, ...copy];
}
