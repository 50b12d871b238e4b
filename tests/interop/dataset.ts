import type { Rng } from '../harness/rng.ts';
import { checked, type DataClient } from './data-client.ts';
import { randomElement, randomString } from './random-strings.ts';

export { readDataset, type Dataset, type KeyState, type StreamState } from './read-dataset.ts';
export { diffDatasets, type DiffOptions } from './diff-datasets.ts';
export type { DataClient };

export interface DatasetOptions {
  /** How many keys, over all databases. Default 200. */
  keys?: number;
  /** Which databases get them. Default 0, 1, 5 and 15. */
  databases?: readonly number[];
  /** The types, with repetitions for weight. Default: all of stages 02 to 04. */
  types?: readonly DataType[];
  /** Which part of the keys gets a time to live (between an hour and a hundred days). Default 0.3. */
  expiring?: number;
  /** Which part of the collections is beyond the limits of Redis's compact encodings. Default 0.15. */
  large?: number;
  /** In front of every key's name, so that a second dataset can be added to the first. */
  prefix?: string;
}

export type DataType = 'string' | 'list' | 'hash' | 'set' | 'stream' | 'zset';

const ALL_TYPES: readonly DataType[] = ['string', 'string', 'list', 'hash', 'set', 'stream'];

/** The types that a stage knows, by its number. */
export function typesOf(stage: string): readonly DataType[] {
  return stage >= '10' ? [...ALL_TYPES, 'zset', 'zset'] : ALL_TYPES;
}

const HOUR_MS = 3_600_000;

/**
 * Fills a server with random keys of all types: binary and empty strings, integers at the edges of their encodings,
 * long strings that compress and others that do not, collections within and beyond the compact encodings, streams with
 * groups, consumers, pending and deleted entries, keys that will expire, several databases. What was there stays.
 * The client is left in database 0. @throws Error when the server refuses a command
 */
export async function buildDataset(client: DataClient, rng: Rng, options: DatasetOptions = {}): Promise<void> {
  const { keys = 200, databases = [0, 1, 5, 15], types = ALL_TYPES } = options;
  const { expiring = 0.3, large = 0.15, prefix = '' } = options;
  const perDatabase = Math.ceil(keys / databases.length);
  for (const database of databases) {
    const commands: string[][] = [['SELECT', String(database)]];
    for (let i = 0; i < perDatabase; i++) {
      const type = rng.pick(types);
      const key = `${prefix}${type}:${i}${rng.chance(0.1) ? `:${rng.bytes(5)}` : ''}`;
      commands.push(...BUILDERS[type](key, rng, rng.chance(large)));
      if (rng.chance(expiring)) {
        const deadline = Date.now() + rng.int(HOUR_MS, 2400 * HOUR_MS);
        commands.push(['PEXPIREAT', key, String(deadline)]);
      }
    }
    await checked(client, commands);
  }
  await checked(client, [['SELECT', '0']]);
}

const BUILDERS: Record<DataType, (key: string, rng: Rng, large: boolean) => string[][]> = {
  string: (key, rng, large) => [['SET', key, randomString(rng, large)]],

  list(key, rng, large) {
    const elements = many(large ? rng.int(200, 3000) : rng.int(1, 40), () => randomElement(rng));
    // A few elements that are longer than a packed node may be.
    if (large && rng.chance(0.3)) elements.splice(rng.int(0, elements.length), 0, rng.bytes(9000), 'x'.repeat(20_000));
    return inParts(['RPUSH', key], elements);
  },

  hash(key, rng, large) {
    const count = large ? rng.int(130, 1500) : rng.int(1, 60);
    return inParts(['HSET', key], many(count, (i) => [`f${i}${randomElement(rng)}`, randomElement(rng)]).flat());
  },

  set(key, rng, large) {
    const integers = rng.chance(0.5);
    const width = rng.pick([2 ** 15 - 1, 2 ** 31 - 1, Number.MAX_SAFE_INTEGER]);
    const member = () => (integers ? String(rng.int(-width, width)) : randomElement(rng));
    return inParts(['SADD', key], many(large ? rng.int(600, 2000) : rng.int(1, 60), member));
  },

  zset(key, rng, large) {
    const pair = () => [randomScore(rng), randomElement(rng)];
    return inParts(['ZADD', key], many(large ? rng.int(130, 1500) : rng.int(1, 60), pair).flat());
  },

  stream: buildStream,
};

/**
 * A stream with a history: entries deleted inside and at both ends, groups that are behind, ahead or new.
 */
function buildStream(key: string, rng: Rng, large: boolean): string[][] {
  const commands: string[][] = [];
  const ids: string[] = [];
  let ms = rng.pick([1, 1_700_000_000_000, 2 ** 52]);
  const fields = many(rng.int(1, 4), (i) => `field${i}`);
  for (let i = large ? rng.int(150, 600) : rng.int(1, 20); i > 0; i--) {
    ms += rng.int(0, 3);
    const id = `${ms}-${ids.length + 1}`;
    // Most entries have the same fields, which the stream's listpacks hold once.
    const own = rng.chance(0.7) ? fields : many(rng.int(1, 3), () => randomElement(rng));
    commands.push(['XADD', key, id, ...own.flatMap((field) => [field, randomElement(rng)])]);
    ids.push(id);
  }
  const remove = (share: number) => {
    for (const id of ids.filter(() => rng.chance(share))) commands.push(['XDEL', key, id]);
  };
  if (rng.chance(0.3)) remove(0.1);
  for (let g = rng.int(0, 3); g > 0; g--) {
    const group = `group${g}`;
    commands.push(['XGROUP', 'CREATE', key, group, rng.pick(['0', '$', rng.pick(ids)])]);
    for (let c = rng.int(0, 3); c > 0; c--) {
      const consumer = `consumer${c}${randomElement(rng)}`;
      if (rng.chance(0.2)) commands.push(['XGROUP', 'CREATECONSUMER', key, group, consumer]);
      const count = String(rng.int(1, 30));
      commands.push(['XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', key, '>']);
      const acked = ids.filter(() => rng.chance(0.2));
      if (acked.length > 0) commands.push(['XACK', key, group, ...acked]);
      if (rng.chance(0.2)) {
        const options = ['TIME', String(rng.int(1, 2 ** 40)), 'RETRYCOUNT', String(rng.int(1, 300)), 'FORCE'];
        commands.push(['XCLAIM', key, group, consumer, '0', rng.pick(ids), ...options, 'JUSTID']);
      }
    }
  }
  if (rng.chance(0.3)) remove(0.2);
  if (rng.chance(0.1)) remove(1);
  if (rng.chance(0.1)) commands.push(['XTRIM', key, 'MAXLEN', String(rng.int(0, 5))]);
  if (rng.chance(0.1)) {
    const last = `${ms + 5}-0`;
    const added = String(ids.length + rng.int(0, 100));
    commands.push(['XSETID', key, last, 'ENTRIESADDED', added, 'MAXDELETEDID', ids.at(-1)!]);
  }
  return commands;
}

/** Not -0, whose sign depends on the encoding. */
function randomScore(rng: Rng): string {
  return rng.pick([
    () => String(rng.int(-100, 100)),
    () => String(rng.int(-(2 ** 31), 2 ** 31)),
    () => String(Number.MAX_SAFE_INTEGER - rng.int(0, 1000)),
    () => String((rng.next() - 0.5) * 10 ** rng.int(-300, 300)),
    () => rng.pick(['inf', '-inf', '5e-324', '1.7976931348623157e308', '0.1', '1e17', '1e21', '0.5']),
  ])();
}

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** One command of many arguments as several of at most 200. */
function inParts(head: string[], rest: string[]): string[][] {
  const parts: string[][] = [];
  for (let i = 0; i < rest.length; i += 200) parts.push([...head, ...rest.slice(i, i + 200)]);
  return parts;
}
