import { Client } from '../harness/client.ts';
import { createRng } from '../harness/rng.ts';
import { randomRequest, randomRules, readCommands, textOf } from './random-requests.ts';

/** What a comparison of two servers' verdicts found. */
export interface VerdictOutcome {
  readonly verdicts: number;
  /** How many of them allowed the request, and how many refused it for its command, a key or a channel. */
  readonly counts: Record<string, number>;
  /** Each as lines for a human: the user's rules, the request, both answers. */
  readonly differences: string[];
}

const REQUESTS_PER_USER = 50;

/** 7.0 prints a key up to its first null character. */
const shownPart = (text: string) => text.replace(/\0[^']*/, '');

/** What newer servers see otherwise than 7.0 does: the category of WAIT, and the keys of a malformed XREAD. */
const CHANGED = ['wait', 'waitaof', 'xread', 'xreadgroup'];

/**
 * Gives both servers the same random users, and asks both by ACL DRYRUN what each user may do. `rulesToo`: both
 * describe rules in one way, as servers since 7.2 do, so descriptions are compared as well.
 */
export async function compareVerdicts(ours: number, theirs: number, count: number, seed: number, rulesToo: boolean): Promise<VerdictOutcome> {
  const rng = createRng(seed);
  const [a, b] = [await Client.open('127.0.0.1', ours), await Client.open('127.0.0.1', theirs)];
  const [known, real] = [await a.send('COMMAND'), await b.send('COMMAND')];
  const ourNames = new Set(readCommands(known).map(({ name }) => name));
  // Their arity counts: in 7.0 some commands take fewer options.
  const commands = readCommands(real).filter(({ name }) => ourNames.has(name) && !(rulesToo && CHANGED.includes(name)));
  const categories = (await b.send('ACL', 'CAT')) as string[];
  const counts: Record<string, number> = {};
  const differences: string[] = [];
  let verdicts = 0;
  const both = async (...args: string[]) => {
    const [left, right] = (await Promise.all([a.send(...args), b.send(...args)])).map(textOf) as [string, string];
    return [left, right] as const;
  };
  while (verdicts < count && differences.length < 10) {
    const rules = [...(rng.chance(0.7) ? ['reset'] : []), ...randomRules(rng, commands, categories)];
    const [left, right] = await both('ACL', 'SETUSER', 'u', ...rules);
    if (shownError(left) !== shownError(right)) differences.push(`ACL SETUSER u ${quote(rules)}\n  ours   ${left}\n  theirs ${right}`);
    const described = await both('ACL', 'GETUSER', 'u');
    if (rulesToo && described[0] !== described[1]) differences.push(`${quote(rules)}\n  ours   ${described[0]}\n  theirs ${described[1]}`);
    const requests = Array.from({ length: REQUESTS_PER_USER }, () => randomRequest(rng, commands));
    const replies = await Promise.all(requests.map((request) => both('ACL', 'DRYRUN', 'u', ...request)));
    for (const [at, [own, other]] of replies.entries()) {
      verdicts++;
      const verdict = readVerdict(own);
      counts[verdict.kind] = (counts[verdict.kind] ?? 0) + 1;
      if (shownPart(verdict.text) === shownPart(readVerdict(other).text)) continue;
      differences.push(`user: ${described[0]}\n  ${quote(requests[at]!)}\n  ours   ${own}\n  theirs ${other}`);
    }
  }
  await Promise.all([a.close(), b.close()]);
  return { verdicts, counts, differences };
}

/** 7.0 does not name the user; what follows is the same. */
function readVerdict(text: string): { kind: string; text: string } {
  const what = text.replace(/^(This user|User \S*) /, '');
  if (text === 'OK') return { kind: 'allowed', text };
  return { kind: / to run /.test(what) ? 'command' : / channel$/.test(what) ? 'channel' : / key$/.test(what) ? 'key' : 'error', text: what };
}

/** Passwords and hashes are not shown here. */
function shownError(text: string): string {
  return text.replace(/'([<>#!])[^']*'/, "'$1(redacted)'");
}

function quote(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(' ');
}
