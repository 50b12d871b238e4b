import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { Client, encodeRequest } from '../harness/client.ts';
import { parseTarget } from '../harness/target.ts';
import { diffDatasets } from './diff-datasets.ts';
import { readDataset } from './dataset.ts';
import { cleanUp, hasRedis } from './servers.ts';

/** Logs of Redis before 7.0, in one file, which hold scripts themselves and not what these did: loading runs them, as Redis does. */

const stage = builtStages().filter(({ number }) => number >= '12').at(-1);
const compared = stage !== undefined && hasRedis('old logs with scripts were not compared');
const running = cleanUp();

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const PUSH = "redis.call('SET', KEYS[1], ARGV[1]) redis.call('RPUSH', KEYS[2], ARGV[1], ARGV[2]) return redis.call('LLEN', KEYS[2])";
const COUNT = "return redis.call('INCR', KEYS[1])";
const sha = createHash('sha1').update(COUNT).digest('hex');

const LOG: readonly string[][] = [
  ['SELECT', '0'],
  ['EVAL', PUSH, '2', 'k', 'l', 'a', 'b'],
  ['EVAL', PUSH, '2', 'k2', 'l', 'c', 'd\0\xff'],
  ['SCRIPT', 'LOAD', COUNT],
  ['EVALSHA', sha, '1', 'n'],
  ['EVALSHA', sha.toUpperCase(), '1', 'n'],
  ['MULTI'],
  ['INCR', 'n'],
  ['EVAL', COUNT, '1', 'n'],
  ['EXEC'],
  ['EVAL', "math.randomseed(1) redis.call('SET', 'random', tostring(math.random(1000000)))", '0'],
  ['EVAL', "redis.call('PEXPIREAT', KEYS[1], 33177117420000) redis.replicate_commands() redis.call('SADD', 's', 1, 2, 3)", '1', 'k'],
  // SELECT in a script lasts until the script ends.
  ['EVAL', "redis.call('SELECT', '3') redis.call('SET', 'in 3', 'x')", '0'],
  ['SET', 'in 0', 'x'],
  // Errors: what was done before them stays, and loading goes on.
  ['EVAL', "redis.call('SET', 'before', '1') redis.call('NOSUCH') redis.call('SET', 'after', '1')", '0'],
  ['EVAL', "redis.pcall('LPUSH', 'before', '1') redis.call('SET', 'went', 'on')", '0'],
  ['EVAL', 'no syntax', '0'],
  ['EVALSHA', '0'.repeat(40), '0'],
  ['EVAL', "#!lua flags=no-writes\nredis.call('SET', 'read only', '1')", '0'],
  ['EVAL', "redis.call('SET', 'published', 'x') return redis.call('PUBLISH', 'channel', 'message')", '0'],
  ['FUNCTION', 'LOAD', "#!lua name=old\nredis.register_function('put', function(KEYS, ARGV) return redis.call('SET', KEYS[1], ARGV[1]) end)"],
  ['FCALL', 'put', '1', 'by function', 'x'],
  ['SET', 'last', '1'],
];

test.skipIf(!compared)('a log with EVAL, EVALSHA and FCALL gives the same data', async () => {
  const load = async (kind: string, ...flags: string[]) => {
    const dir = mkdtempSync(join(tmpdir(), 'old-log-'));
    folders.push(dir);
    writeFileSync(join(dir, 'appendonly.aof'), LOG.map(encodeRequest).join(''), 'latin1');
    const server = await running(parseTarget(kind).start(['--appendonly', 'yes', '--save', '', ...flags], { dir }));
    return Client.open(server.host, server.port);
  };
  const [ours, theirs] = [await load(stage!.dir), await load('redis')];
  const [found, expected] = [await readDataset(ours), await readDataset(theirs)];
  expect(diffDatasets(expected, found)).toEqual([]);
  expect([...expected.get(0)!.keys()].sort()).toEqual(
    ['before', 'by function', 'in 0', 'k', 'k2', 'l', 'last', 'n', 'published', 'random', 's', 'went'].sort(),
  );
  await ours.expect('GET', 'n').bulk('4');
  await ours.expect('FCALL', 'put', '1', 'still', 'there').ok();
  for (const client of [ours, theirs]) await client.close();
});
