import type { Rng } from '../../harness/rng.ts';
import type { Command } from '../arguments.ts';

/** How many clients subscribe; the one after them only publishes. */
export const SUBSCRIBERS = 3;
const PUBLISHER = SUBSCRIBERS;

/** What one client does, before another has its turn. */
export interface Step {
  readonly client: number;
  /** Before the step the client ends its connection, and opens another one in this protocol. */
  readonly reconnect?: 2 | 3;
  readonly commands: readonly Command[];
}

const CHANNELS = ['a', 'b', 'ab', 'news', '', '__keyspace@0__:k1', '__keyevent@0__:set', '__keyevent@0__:del'];
const PATTERNS = ['a*', '*', '?', '[ab]', 'n[^x]ws', 'b', '__key*', '__keyevent@*', 'zz*'];
const KEYS = ['k1', 'k2'];

/**
 * A random step. `mixes`: whether a subscriber may publish inside EXEC; before 7.2 Redis puts the message that comes
 * back among the elements of the reply.
 */
export function randomStep(rng: Rng, mixes: boolean): Step {
  const client = rng.int(0, PUBLISHER);
  if (client !== PUBLISHER && rng.chance(0.02)) return { client, reconnect: rng.pick([2, 3]), commands: [] };
  const count = rng.int(1, 6);
  const commands: Command[] = [];
  while (commands.length < count) commands.push(...randomCommands(rng, client === PUBLISHER, mixes));
  return { client, commands };
}

function randomCommands(rng: Rng, publishes: boolean, mixes: boolean): Command[] {
  if ((publishes || mixes) && rng.chance(0.08)) {
    const queued = Array.from({ length: rng.int(0, 4) }, () => single(rng, publishes)).filter(isComparable);
    return [['MULTI'], ...queued, [rng.chance(0.9) ? 'EXEC' : 'DISCARD']];
  }
  return [single(rng, publishes)];
}

/**
 * Not UNSUBSCRIBE without names: its first confirmation would stand within EXEC's reply, the others after it. And not
 * HELLO, which changes the protocol from there on, and in a stage for the whole reply.
 */
function isComparable([name, ...words]: Command): boolean {
  return name !== 'HELLO' && (words.length > 0 || !name!.endsWith('UNSUBSCRIBE'));
}

function single(rng: Rng, publishes: boolean): Command {
  if (publishes || rng.chance(0.3)) return rng.pick([publish, publish, spublish, change, look])(rng);
  return rng.pick([subscribe, subscribe, subscribe, unsubscribe, look, mistake])(rng);
}

const publish = (rng: Rng): Command => ['PUBLISH', rng.pick(CHANNELS), rng.bytes(rng.int(0, 4))];
const spublish = (rng: Rng): Command => ['SPUBLISH', rng.pick(CHANNELS), rng.bytes(rng.int(0, 4))];

function subscribe(rng: Rng): Command {
  return rng.pick([
    ['SUBSCRIBE', ...some(rng, CHANNELS, 1)],
    ['PSUBSCRIBE', ...some(rng, PATTERNS, 1)],
    ['SSUBSCRIBE', ...some(rng, CHANNELS, 1)],
  ]);
}

function unsubscribe(rng: Rng): Command {
  return rng.pick([
    ['UNSUBSCRIBE', ...some(rng, CHANNELS, 0)],
    ['PUNSUBSCRIBE', ...some(rng, PATTERNS, 0)],
    ['SUNSUBSCRIBE', ...some(rng, CHANNELS, 0)],
  ]);
}

/** Keyspace notifications are on. */
function change(rng: Rng): Command {
  const key = rng.pick(KEYS);
  return rng.pick([
    ['SET', key, 'v'],
    ['DEL', key],
    ['RPUSH', key, 'x'],
    ['LPOP', key],
    ['RENAME', key, rng.pick(KEYS)],
    ['HSET', key, 'f', 'v'],
  ]);
}

function look(rng: Rng): Command {
  return rng.pick([
    ['PUBSUB', 'CHANNELS'],
    ['PUBSUB', 'CHANNELS', rng.pick(PATTERNS)],
    ['PUBSUB', 'NUMSUB', ...some(rng, CHANNELS, 0)],
    ['PUBSUB', 'NUMPAT'],
    ['PUBSUB', 'SHARDCHANNELS'],
    ['PUBSUB', 'SHARDNUMSUB', ...some(rng, CHANNELS, 0)],
    ['PING'],
    ['PING', 'x'],
    ['GET', rng.pick(KEYS)],
  ]);
}

function mistake(rng: Rng): Command {
  return rng.pick([
    ['SUBSCRIBE'],
    ['PUBLISH', 'a'],
    ['PUBSUB', 'nosuch'],
    ['PUBSUB', 'CHANNELS', 'a', 'b'],
    ['PING', 'x', 'y'],
    ['RESET'],
    ['HELLO', '2'],
    ['HELLO', '3'],
    ['NOSUCH'],
    ['EXEC'],
  ]);
}

function some(rng: Rng, names: readonly string[], low: number): string[] {
  return Array.from({ length: rng.int(low, 3) }, () => rng.pick(names));
}
