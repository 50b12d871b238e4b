import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One stage of the ladder. Every tool, the tests and the README's table read these rows and nothing else. */
export interface Stage {
  /** Two digits, from `01` to `12`. */
  readonly number: string;
  readonly name: string;
  /** The stage's folder, from the project's root: `stages/07-aof`. */
  readonly dir: string;
  /** One line for lists. */
  readonly title: string;
  /** The one idea that the chapter teaches. */
  readonly idea: string;
  /** What works at the stage's end, in a line. */
  readonly works: string;
  /** How many lines of the stage before may be changed or removed. */
  readonly budget: { readonly touched: number };
  /** Whether the folder holds a server. */
  readonly built: boolean;
}

export const PROJECT_ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** All twelve stages in order, built or not. A tree that holds a few of them alone will do. */
export function allStages(root = PROJECT_ROOT): Stage[] {
  return ROWS.map(({ name, title, idea, works, touched }, index) => {
    const number = String(index + 1).padStart(2, '0');
    const dir = `stages/${number}-${name}`;
    const built = existsSync(resolve(root, dir, 'main.ts'));
    return { number, name, dir, title, idea, works, budget: { touched: touched ?? 60 }, built };
  });
}

/** The stages that can be run, in order. */
export function builtStages(root = PROJECT_ROOT): Stage[] {
  return allStages(root).filter((stage) => stage.built);
}

/** The stage that is meant by `7`, `07`, `aof`, `07-aof` or `stages/07-aof/`, built or not. */
export function findStage(query: string, root = PROJECT_ROOT): Stage | undefined {
  const wanted = query.toLowerCase().replaceAll('\\', '/').replace(/\/+$/, '').replace(/^(\.\/)?stages\//, '');
  const number = /^\d+$/.test(wanted) ? String(Number(wanted)).padStart(2, '0') : undefined;
  return allStages(root).find((stage) => {
    return stage.number === number || stage.name === wanted || `${stage.number}-${stage.name}` === wanted;
  });
}

interface Row {
  name: string;
  title: string;
  idea: string;
  works: string;
  /** Only for a stage that needs more than 60; the reason is in a comment beside it. */
  touched?: number;
}

const ROWS: readonly Row[] = [
  {
    name: 'ping',
    title: 'A server that answers PING',
    idea: 'a socket that speaks RESP',
    works: 'PING, ECHO, HELLO, CLIENT, COMMAND, INFO; many clients, pipelining, inline commands',
  },
  {
    name: 'strings',
    title: 'Strings and keys with a time to live',
    idea: 'a keyspace where keys can die',
    works: 'string and key commands (SORT comes with 10, LCS and MIGRATE with 12), 16 databases, lazy and active expiry, maxmemory with every eviction policy',
  },
  {
    name: 'collections',
    title: 'Lists, hashes, sets, and clients that wait',
    idea: 'typed values, and clients that wait',
    works: 'every list, hash and set command, BLPOP and its family, HSCAN and SSCAN',
  },
  {
    name: 'streams',
    title: 'Streams and consumer groups',
    idea: 'an append-only log inside a key',
    works: 'XADD, XRANGE, XREAD with BLOCK, trimming, consumer groups, XCLAIM, XINFO',
  },
  {
    name: 'transactions',
    title: 'MULTI, EXEC and WATCH',
    idea: 'all or nothing, optimistically',
    works: 'MULTI, EXEC, DISCARD, WATCH, UNWATCH',
  },
  {
    name: 'rdb',
    title: 'Snapshots on disk',
    idea: 'memory to disk and back',
    works: 'SAVE, BGSAVE and save points, real dump files, DUMP and RESTORE, redis.conf, CONFIG',
  },
  {
    name: 'aof',
    title: 'A log of every write',
    idea: 'every write, replayable',
    works: 'appendonly with fsync always, everysec or no; rewrite; recovery from a torn tail',
  },
  {
    name: 'replication',
    title: 'Primaries and replicas',
    idea: 'one history, many servers',
    works: 'REPLICAOF, full and partial PSYNC, WAIT, WAITAOF, ROLE, chained replicas, real Redis at either end',
  },
  {
    name: 'pubsub',
    title: 'Publish, subscribe and push',
    idea: 'the server speaks first',
    works: 'SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE, PUBLISH, keyspace notifications, CLIENT LIST and KILL, MONITOR',
  },
  {
    name: 'sorted-sets',
    title: 'Sorted sets on a skip list',
    idea: 'order, by score',
    works: 'every sorted-set command: ranges by rank, score and name, unions, pops that block; SORT',
  },
  {
    name: 'geo',
    title: 'Places on a map',
    idea: 'a plane folded into a line',
    works: 'GEOADD, GEOPOS, GEODIST, GEOHASH, GEOSEARCH, GEORADIUS, with Redis\'s own scores',
  },
  {
    name: 'acl',
    title: 'Users and what they may do',
    idea: 'who may do what',
    works: 'AUTH, requirepass, every ACL command, key and channel patterns, TLS; and the rest of Redis: EVAL and functions, bitmaps, HyperLogLogs, LCS, MIGRATE, SLOWLOG, LATENCY, MEMORY',
  },
];
