import type { Decoded } from '#shared/resp/decoder.ts';
import { Status } from '#shared/resp/reply.ts';
import type { Rng } from '../harness/rng.ts';

/** A command as COMMAND reports it, its sub-commands beside it. */
export interface KnownCommand {
  /** `get`, `config|set`. */
  readonly name: string;
  readonly arity: number;
}

/** Reads the reply to COMMAND. A container itself is left out: it cannot be run. */
export function readCommands(reply: Decoded): KnownCommand[] {
  return (reply as Decoded[]).flatMap((row) => {
    const [name, arity, , , , , , , , subcommands] = row as [string, bigint, ...Decoded[]];
    const below = readCommands(subcommands as Decoded);
    return below.length > 0 ? below : [{ name, arity: Number(arity) }];
  });
}

/** Few keys, so that patterns meet them; empty and odd ones too. */
const KEYS = ['a', 'b', 'ab', 'abc', 'key:1', 'key:2', 'cache:x', 'x*y', '[a]', 'a\\b', '\xff\x00', '{t}a', 'K'];
const WORDS = ['1', '2', '0', '-1', 'GET', 'STREAMS', 'STORE', 'LEFT', 'RIGHT', 'COUNT', 'EX', 'NX', 'KEYS', 'AUTH', 'BY', '*', '3'];

/** Channels' names, and patterns of them: a user may subscribe to a pattern that is exactly that of a rule. */
const CHANNELS = ['news', 'news.it', 'news.', 'ab', 'a', 'x*y', 'NEWS', '', '\xff', '*', 'news.*', 'news*', 'a?', 'a\\?', '[an]*', 'x\\*y'];

/** A request that the command's arity allows: what else is wrong with it no guard looks at. */
export function randomRequest(rng: Rng, commands: readonly KnownCommand[]): string[] {
  if (rng.chance(0.2)) return randomMessaging(rng);
  const { name, arity } = rng.pick(commands);
  // Real Redis compares a pattern of channels up to its first null character, which one of the keys has.
  if (name === 'psubscribe') return randomMessaging(rng);
  const words = rng.chance(0.2) ? name.toUpperCase().split('|') : name.split('|');
  const length = arity > 0 ? arity : -arity + rng.int(0, 5);
  while (words.length < length) words.push(rng.pick(rng.chance(0.6) ? KEYS : WORDS));
  return words;
}

/** PUBLISH takes a message after the channel; the others take several channels, or patterns. */
function randomMessaging(rng: Rng): string[] {
  const channels = Array.from({ length: rng.int(1, 3) }, () => rng.pick(CHANNELS));
  if (rng.chance(0.4)) return [rng.pick(['PUBLISH', 'SPUBLISH']), channels[0]!, rng.pick(CHANNELS)];
  return [rng.pick(['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE']), ...channels];
}

const PATTERNS = ['*', 'a*', 'ab?', '[ab]', 'key:*', '*:x', 'cache:*', 'x\\*y', 'abc', '?', '', '[^a]*', 'K', '*b*', '[a-c]*', '\xff*'];
/** Rules as ACL SETUSER takes them, a few wrong ones among them. */
export function randomRules(rng: Rng, commands: readonly KnownCommand[], categories: readonly string[]): string[] {
  const rules: string[] = [];
  const count = 1 + rng.int(0, 9);
  for (let i = 0; i < count; i++) rules.push(rng.chance(0.08) ? rng.pick(OTHERS) : rule(rng, commands, categories));
  // Most requests would be refused for their command otherwise, and no channel looked at.
  if (rng.chance(0.4)) rules.push('+@pubsub');
  if (rng.chance(0.3)) rules.push(selector(rng, commands, categories));
  if (rng.chance(0.1)) rules.push(...selector(rng, commands, categories).split(' '));
  // In 7.0 a second open parenthesis starts over; since 7.2 it is an error.
  return rules.filter((rule, i) => !isOpen(rule) || !rules.slice(0, i).some(isOpen));
}

const isOpen = (rule: string) => rule.startsWith('(') && !rule.endsWith(')');

const OTHERS = ['on', 'off', 'nopass', '>secret', '<secret', '#zz', '!00', 'resetpass', 'resetkeys', 'resetchannels', 'reset', 'clearselectors', 'sanitize-payload', 'skip-sanitize-payload', 'nosuch', '+nosuch', '-@nosuch', '%~a', '%X~a', '~a b', '&a b', '(+get', '()', '( )', 'RESETKEYS', 'ALLKEYS', '+client|nosuch', '+config|get|x', '+get|', '', '-select|0'];

function rule(rng: Rng, commands: readonly KnownCommand[], categories: readonly string[]): string {
  const kind = rng.int(0, 11);
  const sign = rng.chance(0.6) ? '+' : '-';
  if (kind < 2) return `${sign}@${rng.pick(categories)}`;
  if (kind < 3) return rng.pick(['+@all', '-@all', 'allcommands', 'nocommands', '+@ALL']);
  if (kind < 5) return `${sign}${rng.pick(commands).name}`;
  if (kind < 6) return `${sign}${rng.pick(['config', 'client', 'acl', 'object', 'xgroup', 'GET', 'Set'])}`;
  if (kind < 7) return `+${rng.pick(['select', 'get', 'set', 'ping', 'del'])}|${rng.pick(['0', '1', 'a', 'AB'])}`;
  if (kind < 9) return `${rng.pick(['~', '~', '%R~', '%W~', '%RW~', '%rw~'])}${rng.pick(PATTERNS)}`;
  if (kind < 10) return rng.pick(['allkeys', 'allchannels', 'resetchannels']);
  return `&${rng.pick(CHANNELS)}`;
}

function selector(rng: Rng, commands: readonly KnownCommand[], categories: readonly string[]): string {
  const inside = Array.from({ length: rng.int(0, 3) }, () => rule(rng, commands, categories)).filter((each) => !/[ ]/.test(each));
  return `(${inside.join(' ')})`;
}

/** A reply as text that can be compared: statuses and bulk strings alike. */
export function textOf(reply: Decoded): string {
  if (reply instanceof Status) return reply.text;
  if (reply instanceof Error) return `-${reply.message}`;
  return typeof reply === 'string' ? reply : JSON.stringify(reply, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
}
