import type { Decoded } from '#shared/resp/decoder.ts';
import { Status } from '#shared/resp/reply.ts';
import { ask } from './connection.ts';
import { NAMES } from './load.ts';
import { sameValue, type State, type Value } from './value.ts';
import { COUNTER } from './workload.ts';

/** All that a server holds, by owner. */
export interface Dataset {
  /** In the order of NAMES. */
  readonly states: readonly State[];
  readonly counter: number;
  /** Keys of no connection. */
  readonly others: State;
}

/** Reads every key of database 0. @throws Error when the server does not answer, or has a type that no client wrote */
export async function readBack(port: number): Promise<Dataset> {
  const [keys] = (await ask(port, [['KEYS', '*']])) as [string[]];
  const types = await ask(port, keys.map((key) => ['TYPE', key]));
  const readers = types.map((type) => {
    const reader = type instanceof Status ? READERS[type.text] : undefined;
    if (reader === undefined) throw new Error(`a key was read back whose TYPE is ${JSON.stringify(type)}`);
    return reader;
  });
  const replies = await ask(port, keys.map((key, at) => readers[at]!.request(key)));
  const states = new Map<string, State>(NAMES.map((name) => [name, new Map()]));
  const others: State = new Map();
  let counter = 0;
  for (const [at, key] of keys.entries()) {
    const value = readers[at]!.value(replies[at]!);
    if (key === COUNTER) counter = Number(value);
    else (states.get(key.split(':')[0]!) ?? others).set(key, value);
  }
  return { states: [...states.values()], counter, others };
}

/** Keys of which two servers hold different values. */
export function differingKeys(one: Dataset, other: Dataset): string[] {
  const pairs = [...one.states.map((state, at) => [state, other.states[at]!]), [one.others, other.others]];
  const keys = pairs.flatMap(([ours, theirs]) => {
    const all = [...new Set([...ours!.keys(), ...theirs!.keys()])];
    return all.filter((key) => !sameValue(ours!.get(key), theirs!.get(key)));
  });
  return one.counter === other.counter ? keys : [COUNTER, ...keys];
}

/** `3 keys: a, b, c`, no more than three of them named. */
export function showKeys(keys: readonly string[]): string {
  return `${keys.length} keys: ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}`;
}

interface Reader {
  request(key: string): string[];
  value(reply: Decoded): Value;
}

const READERS: Record<string, Reader> = {
  string: { request: (key) => ['GET', key], value: (reply) => reply as string },
  list: { request: (key) => ['LRANGE', key, '0', '-1'], value: (reply) => reply as string[] },
  hash: { request: (key) => ['HGETALL', key], value: pairsOf },
  zset: { request: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'], value: pairsOf },
  stream: {
    request: (key) => ['XRANGE', key, '-', '+'],
    value: (reply) => (reply as [string, string[]][]).map(([id, fields]) => ({ id, text: fields[1]! })),
  },
};

/** Fields and values, or members and scores, in turn. */
function pairsOf(reply: Decoded): ReadonlyMap<string, string> {
  const flat = reply as string[];
  return new Map(flat.flatMap((field, at) => (at % 2 === 0 ? [[field, flat[at + 1]!] as const] : [])));
}
