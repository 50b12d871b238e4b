import type { Decoded } from '#shared/resp/decoder.ts';
import { ReplyError, Status } from '#shared/resp/reply.ts';
import { checked, sendAll, type DataClient } from './data-client.ts';

/** A whole server by value: database → key → what it holds. Databases without keys are left out. */
export type Dataset = Map<number, Map<string, KeyState>>;

/** One key in a form that does not depend on encodings, hash order or the server's version. */
export interface KeyState {
  readonly type: string;
  /**
   * string: the string; list: elements in order; set: members, sorted; hash: [field, value] sorted by field; zset:
   * [member, score as JavaScript writes the number, or inf] by score and member; stream: `StreamState`.
   */
  readonly value: unknown;
  /** Unix time in ms at which the key expires, or null. */
  readonly expireAt: number | null;
}

export interface StreamState {
  /** [ID, [field, value, …]] in order. */
  readonly entries: readonly [string, readonly string[]][];
  readonly lastId: string;
  readonly maxDeletedId: string;
  readonly entriesAdded: number;
  /** By name. */
  readonly groups: Record<string, GroupState>;
}

export interface GroupState {
  readonly lastDeliveredId: string;
  readonly entriesRead: number | null;
  /** [ID, consumer, delivery time in ms, delivery count] by ID. */
  readonly pending: readonly [string, string, number, number][];
  /** By name: Unix times in ms. `activeTime` is undefined where the server does not know it (before 7.2). */
  readonly consumers: Record<string, { seenTime: number; activeTime: number | undefined }>;
}

const DATABASES = 16;

/**
 * Reads everything a server holds, or what is in its first `databases`; the client is left in database 0. @throws Error
 * when a command is refused
 */
export async function readDataset(client: DataClient, databases = DATABASES): Promise<Dataset> {
  const dataset: Dataset = new Map();
  for (let database = 0; database < databases; database++) {
    const [, reply] = await checked(client, [['SELECT', String(database)], ['KEYS', '*']]);
    const keys = (Array.isArray(reply) ? (reply as string[]) : [...(reply as Set<string>)]).sort();
    if (keys.length > 0) dataset.set(database, await readKeys(client, keys));
  }
  await checked(client, [['SELECT', '0']]);
  return dataset;
}

async function readKeys(client: DataClient, keys: string[]): Promise<Map<string, KeyState>> {
  const types = (await checked(client, keys.map((key) => ['TYPE', key]))).map((type) => (type as Status).text);
  const deadlines = await readDeadlines(client, keys);
  const values = await checked(client, keys.map((key, i) => READERS[types[i]!]?.(key) ?? ['TYPE', key]));
  const streams = keys.filter((_, i) => types[i] === 'stream');
  const infos = await checked(client, streams.map((key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0']));
  const infoOf = new Map(streams.map((key, i) => [key, infos[i]!]));
  const states = keys.map((key, i): [string, KeyState] => {
    const value = canonical(types[i]!, values[i]!, infoOf.get(key));
    return [key, { type: types[i]!, value, expireAt: deadlines[i]! }];
  });
  // A key that expired while it was read has type none.
  return new Map(states.filter(([, state]) => state.type !== 'none'));
}

/** PEXPIRETIME, or what PTTL and TIME say of servers before 7.0. */
async function readDeadlines(client: DataClient, keys: string[]): Promise<(number | null)[]> {
  const replies = await sendAll(client, keys.map((key) => ['PEXPIRETIME', key]));
  if (!replies.some((reply) => reply instanceof ReplyError)) {
    return replies.map((at) => (Number(at) < 0 ? null : Number(at)));
  }
  return Promise.all(
    keys.map(async (key) => {
      const [time, ttl] = await checked(client, [['TIME'], ['PTTL', key]]);
      const [seconds, microseconds] = (time as string[]).map(Number);
      return Number(ttl) < 0 ? null : seconds! * 1000 + Math.floor(microseconds! / 1000) + Number(ttl);
    }),
  );
}

const READERS: Record<string, (key: string) => string[]> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

function canonical(type: string, reply: Decoded, info: Decoded | undefined): unknown {
  if (type === 'set') return [...(reply as Iterable<string>)].sort();
  if (type === 'hash') return pairs(flat(reply) as string[]).sort(([a], [b]) => (a < b ? -1 : 1));
  if (type === 'zset') return pairs(flat(reply).flat().map(String)).map(([member, score]) => [member, scoreText(score)]);
  if (type === 'stream') return streamState(reply as [string, string[]][], record(info!));
  return reply;
}

/** Servers write scores with different numbers of digits: the text of the number itself. */
export function scoreText(score: string): string {
  if (/inf/.test(score)) return score;
  return Object.is(Number(score), -0) ? '-0' : String(Number(score));
}

function streamState(entries: [string, string[]][], info: Record<string, Decoded>): StreamState {
  const groups = (info['groups'] as Decoded[]).map(record).map((group): [string, GroupState] => {
    const consumers = (group['consumers'] as Decoded[]).map(record).map((consumer) => {
      const activeTime = consumer['active-time'];
      const times = {
        seenTime: Number(consumer['seen-time']),
        activeTime: activeTime === undefined ? undefined : Number(activeTime),
      };
      return [consumer['name'] as string, times] as const;
    });
    const state = {
      lastDeliveredId: group['last-delivered-id'] as string,
      entriesRead: group['entries-read'] as number | null,
      pending: (group['pending'] ?? group['pel']) as [string, string, number, number][],
      consumers: Object.fromEntries(consumers),
    };
    return [group['name'] as string, state];
  });
  return {
    entries,
    lastId: info['last-generated-id'] as string,
    maxDeletedId: info['max-deleted-entry-id'] as string,
    entriesAdded: info['entries-added'] as number,
    groups: Object.fromEntries(groups),
  };
}

/** Field and value in turn, of a RESP2 array or a RESP3 map. */
function flat(reply: Decoded): Decoded[] {
  return reply instanceof Map ? [...reply].flat() : (reply as Decoded[]);
}

function pairs(items: string[]): [string, string][] {
  return items.filter((_, i) => i % 2 === 0).map((item, i) => [item, items[2 * i + 1]!]);
}

function record(reply: Decoded): Record<string, Decoded> {
  const items = flat(reply);
  return Object.fromEntries(items.filter((_, i) => i % 2 === 0).map((name, i) => [name as string, items[2 * i + 1]!]));
}
