import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages, findStage } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';

/**
 * MEMORY USAGE against what a value really takes. The figures are bytes per key, measured with Node 20: V8's heap and what
 * lies outside of it, after garbage collection, with 30 to 40,000 such keys less without them.
 */

const last = builtStages().at(-1)!;
const x = (length: number, i = 0) => String(i).padStart(length, 'x');
const times = (count: number, make: (i: number) => (string | number)[]) => Array.from({ length: count }, (_, i) => make(i)).flat().map(String);
const entries = (count: number) => Array.from({ length: count }, (_, i) => ['XADD', 'k', `${1_700_000_000_000 + i}-0`, 'f', x(10)]);

/** What it is, the commands that make it as the key `k`, and its bytes with a key of 12 characters. */
const MEASURED: [name: string, commands: string[][], bytes: number][] = [
  ['an integer', [['SET', 'k', '12345']], 113],
  ['a string of 10 bytes', [['SET', 'k', x(10)]], 114],
  ['a string of 100 bytes', [['SET', 'k', x(100)]], 202],
  ['a string of 100,000 bytes', [['SET', 'k', x(100_000)]], 107_043],
  ['a string that was appended to', [['SET', 'k', x(20)], ['APPEND', 'k', x(5)]], 351],
  ['a string with a deadline', [['SET', 'k', x(10), 'EX', '10000']], 189],
  ['a listpack of 1 element', [['RPUSH', 'k', x(10)]], 159],
  ['a listpack of 10 elements', [['RPUSH', 'k', ...times(10, () => [x(10)])]], 272],
  ['a list of 5,000 elements', [['RPUSH', 'k', ...times(5000, () => [x(10)])]], 210_937],
  ['a list of 100 elements of 1,000 bytes', [['RPUSH', 'k', ...times(100, () => [x(1000)])]], 105_341],
  ['a hash of 1 field', [['HSET', 'k', 'f', x(10)]], 168],
  ['a hash of 10 fields', [['HSET', 'k', ...times(10, (i) => [`field${i}`, x(10)])]], 348],
  ['a hash of 200 fields', [['HSET', 'k', ...times(200, (i) => [`field${i}`, x(10)])]], 4571],
  ['a hash of 5,000 fields', [['HSET', 'k', ...times(5000, (i) => [`field${i}`, x(10)])]], 493_806],
  ['a hash table of 2 fields', [['HSET', 'k', 'a', x(100), 'b', x(100)]], 860],
  ['an intset of 10', [['SADD', 'k', ...times(10, (i) => [i + 1000])]], 192],
  ['an intset of 400', [['SADD', 'k', ...times(400, (i) => [i + 1000])]], 958],
  ['a listpack of 10 members', [['SADD', 'k', ...times(10, (i) => [x(10, i)])]], 276],
  ['a set of 200 members', [['SADD', 'k', ...times(200, (i) => [x(10, i)])]], 14_333],
  ['a set of 5,000 members', [['SADD', 'k', ...times(5000, (i) => [x(10, i)])]], 340_627],
  ['a hash table of 1 member', [['SADD', 'k', x(100)]], 738],
  ['a listpack of 10 scores', [['ZADD', 'k', ...times(10, (i) => [i * 1.5, x(10, i)])]], 315],
  ['a sorted set of 200 members', [['ZADD', 'k', ...times(200, (i) => [i * 1.5, x(10, i)])]], 26_154],
  ['a sorted set of 5,000 members', [['ZADD', 'k', ...times(5000, (i) => [i * 1.5, x(10, i)])]], 666_822],
  ['a skip list of 1 member', [['ZADD', 'k', '1.5', x(100)]], 6328],
  ['a stream of 1 entry', entries(1), 1680],
  ['a stream of 50 entries', entries(50), 6017],
  ['a stream of 2,000 entries', entries(2000), 182_029],
  ['a stream with a group', [...entries(1), ['XGROUP', 'CREATE', 'k', 'g', '0']], 2022],
  [
    'a stream of 1,000 pending entries',
    [...entries(1000), ['XGROUP', 'CREATE', 'k', 'g', '0'], ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1000', 'STREAMS', 'k', '>']],
    207_452,
  ],
];

describe.skipIf(last.number < findStage('acl')!.number)('MEMORY USAGE is within a quarter of what was measured', () => {
  let server: RunningServer;
  let client: Client;
  beforeAll(async () => {
    server = await parseTarget(last.dir).start();
    client = await Client.open(server.host, server.port);
  }, 60_000);
  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  test.each(MEASURED)('%s', async (_, commands, bytes) => {
    await client.expect('FLUSHALL').ok();
    for (const reply of await Promise.all(commands.map((command) => client.send(...command)))) expect(reply).not.toBeInstanceOf(Error);
    const said = Number(await client.send('MEMORY', 'USAGE', 'k'));
    expect(said).toBeGreaterThan(bytes * 0.75);
    expect(said).toBeLessThan(bytes * 1.25);
    // All elements are counted, so that samples change nothing.
    for (const samples of ['0', '1', '100']) expect(await client.send('MEMORY', 'USAGE', 'k', 'SAMPLES', samples)).toBe(said);
  });
});
