import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { legacyRange } from '#shared/commands/command-info.ts';
import { findKeys, type KeySpec } from '#shared/commands/key-specs.ts';
import type { Decoded } from '#shared/resp/decoder.ts';
import { ReplyError, Status } from '#shared/resp/reply.ts';
import { Client } from '../harness/client.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';
import { stagesToTry } from '../harness/stages-to-try.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';

/**
 * Which keys a request has, and what it does to each: clients of clusters ask that, and ACL decides by it. Each command
 * is asked about with random arguments, right ones and wrong ones, here and of the real server.
 */

const ROUNDS = 60;
const seed = chooseSeed();

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
if (!hasRedis) console.log('redis-server is not on the PATH: the keys of requests were not compared');

/** A command as COMMAND reports it. */
interface Row {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  readonly range: readonly [first: number, last: number, step: number];
  /** Undefined where the server says that a spec cannot tell (`unknown`). */
  readonly specs: readonly (KeySpec | undefined)[];
}

describe.skipIf(!hasRedis)(`the keys of requests, SEED=${seed}`, () => {
  let server: RunningServer;
  let redis: Client;
  let real: Map<string, Row>;

  beforeAll(async () => {
    server = await parseTarget('redis').start();
    redis = await Client.open(server.host, server.port);
    real = await readRows(redis);
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  for (const stage of stagesToTry('01')) {
    test(`COMMAND GETKEYSANDFLAGS of stage ${stage.number} answers what the real server answers`, async () => {
      const own = await parseTarget(stage.dir).start();
      const client = await Client.open(own.host, own.port);
      try {
        // ZRANK takes one argument more since 7.2: which of them are too many is each server's own.
        const names = [...(await readRows(client)).values()].filter(({ name, arity }) => real.get(name)?.arity === arity).map(({ name }) => name);
        const requests = randomRequests(names.map((name) => real.get(name)!));
        const [ours, theirs] = [await keysAndFlags(client, requests), await keysAndFlags(redis, requests)];
        const found = theirs.filter((reply) => reply.startsWith('['));
        if (names.includes('get')) expect(found.length).toBeGreaterThan(requests.length / 3);
        expect(differences(requests, ours, theirs)).toBe('');
      } finally {
        await client.close();
        await own.stop();
      }
    });
  }

  test('the key specs of all commands of the real server are understood', async () => {
    const rows = [...real.values()].filter(({ specs }) => specs.length > 0);
    expect(rows.length).toBeGreaterThan(100);
    const described = rows.filter(({ specs }) => specs.every((spec) => spec !== undefined && !/variable|incomplete|not_key/.test(spec.flags)));
    const requests = randomRequests(described);
    const ours = requests.map((request) => {
      const keys = findKeys(rowOf(real, request).specs as KeySpec[], request);
      return JSON.stringify(keys.map(({ key, flags }) => [key, flags.split(' ').sort()]));
    });
    // An error is the real server's way to say that there are none; an empty list means that there need be none.
    const theirs = (await keysAndFlags(redis, requests)).map((reply) => (reply.startsWith('[') ? reply : '[]'));
    const fits = requests.map((request) => takes(rowOf(real, request), request.length));
    const fitting = <T>(list: readonly T[]) => list.filter((_, i) => fits[i]);
    expect(differences(fitting(requests), fitting(ours), fitting(theirs))).toBe('');
  });

  test('first key, last key, step and movablekeys follow from the specs', () => {
    for (const { name, specs, range, flags } of real.values()) {
      if (specs.some((spec) => spec === undefined)) continue;
      const { first, last, step, movable } = legacyRange(specs as KeySpec[]);
      expect([name, first, last, step, movable]).toEqual([name, ...range, flags.includes('movablekeys')]);
    }
  });
});

/** Several requests for each command: names and words that some command looks for among numbers and keys. */
function randomRequests(rows: readonly Row[]): string[][] {
  const random = createRng(seed);
  return rows.flatMap((row) => Array.from({ length: ROUNDS }, () => randomRequest(row, random))).filter(hasOneStreams);
}

/** With the word twice the specs may find no keys; Redis then calls `xreadGetKeys`, which uses the first one. */
function hasOneStreams(request: readonly string[]): boolean {
  return request.filter((word) => word.toUpperCase() === 'STREAMS').length < 2;
}

const WORDS = ['STREAMS', 'streams', 'GET', 'get', 'STORE', 'KEYS', 'COUNT', 'BLOCK', 'GROUP', 'LEFT', 'LIMIT', 'EX', 'PX', 'NX', 'KEEPTTL'];
// None like `01` or `2x`: numkeys is read strictly by key specs, and once more with atoi where they fail.
const NUMBERS = ['0', '1', '2', '3', '-1', 'x', '', '9223372036854775807'];

function randomRequest({ name, arity }: Row, random: Rng): string[] {
  const request = name.split('|');
  let length = Math.abs(arity) + (arity < 0 ? random.int(0, 6) : 0);
  if (random.chance(0.05)) length += random.pick([-1, 1]);
  while (request.length < length) {
    const kind = random.next();
    if (kind < 0.5) request.push(`k${random.int(0, 9)}`);
    else if (kind < 0.75) request.push(random.pick(random.chance(0.8) ? NUMBERS.slice(0, 4) : NUMBERS));
    else request.push(kind < 0.97 ? random.pick(WORDS) : '\xff\x80\r\n');
  }
  return request;
}

function rowOf(rows: ReadonlyMap<string, Row>, [name, sub]: readonly string[]): Row {
  return rows.get(`${name}|${sub}`) ?? rows.get(name!)!;
}

function takes({ arity }: Row, length: number): boolean {
  return arity > 0 ? length === arity : length >= -arity;
}

/** Replies as text, with the flags of each key in one order. */
async function keysAndFlags(client: Client, requests: readonly string[][]): Promise<string[]> {
  const replies = await Promise.all(requests.map((request) => client.send('COMMAND', 'GETKEYSANDFLAGS', ...request)));
  return replies.map((reply) => {
    if (reply instanceof ReplyError) return `-${reply.message}`;
    const pairs = reply as [string, Status[]][];
    return JSON.stringify(pairs.map(([key, flags]) => [key, flags.map(({ text }) => text).sort()]));
  });
}

function differences(requests: readonly string[][], ours: readonly string[], theirs: readonly string[]): string {
  const wrong = requests.map((_, i) => i).filter((i) => ours[i] !== theirs[i]);
  return wrong.map((i) => `${JSON.stringify(requests[i])}\n  here  ${ours[i]}\n  real  ${theirs[i]}`).join('\n');
}

async function readRows(client: Client): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  const add = (reply: Decoded): void => {
    const [name, arity, flags, first, last, step, , , specs, subcommands] = reply as Decoded[];
    const range = [first, last, step] as [number, number, number];
    const words = (flags as Status[]).map(({ text }) => text);
    rows.set(name as string, { name: name as string, arity: arity as number, flags: words, range, specs: (specs as Decoded[]).map(readSpec) });
    for (const subcommand of subcommands as Decoded[]) add(subcommand);
  };
  for (const reply of (await client.send('COMMAND')) as Decoded[]) add(reply);
  return rows;
}

function readSpec(reply: Decoded): KeySpec | undefined {
  const spec = fields(reply);
  const flags = (spec['flags'] as Status[]).map(({ text }) => text).join(' ');
  const [search, find] = [fields(spec['begin_search']!), fields(spec['find_keys']!)];
  if (search['type'] === 'unknown' || find['type'] === 'unknown') return undefined;
  const { index, keyword, startfrom } = fields(search['spec']!);
  const begin = search['type'] === 'index' ? (index as number) : { keyword: keyword as string, from: startfrom as number };
  const { lastkey, keystep, limit, keynumidx, firstkey } = fields(find['spec']!);
  if (find['type'] === 'range') {
    return { flags, begin, find: { last: lastkey as number, step: keystep as number, limit: limit as number } };
  }
  expect([keynumidx, firstkey, keystep]).toEqual([0, 1, 1]);
  return { flags, begin, find: { numkeys: true } };
}

/** A map of RESP2: names and values in turn. */
function fields(reply: Decoded): Record<string, Decoded> {
  const items = (reply as Decoded[]).map((item) => (item instanceof Status ? item.text : item));
  return Object.fromEntries(items.flatMap((name, i) => (i % 2 === 0 ? [[name, items[i + 1]!]] : [])));
}
