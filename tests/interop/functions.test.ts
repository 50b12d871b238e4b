import { describe, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import type { Client } from '../harness/client.ts';
import { parseTarget } from '../harness/target.ts';
import { until } from '../harness/time.ts';
import { startOn, type DumpServer } from './dump.ts';
import { cleanUp, hasRedis } from './servers.ts';

/** Libraries of functions go from real Redis to the last stage and back: in dumps, in logs, over a link, in FUNCTION DUMP. */

const running = cleanUp();
const redis = parseTarget('redis');
const stage = parseTarget(builtStages().at(-1)!.dir);
/** What a Redis 7.0 can read. */
const OLDER = ['--rdb-version', '10'];
const QUICK = ['--repl-diskless-sync-delay', '0'];

const LIBRARY = `#!lua name=carried
local function greet(keys, args) return 'hello ' .. args[1] end
redis.register_function{function_name = 'greet', callback = greet, flags = {'no-writes'}}
redis.register_function{function_name = 'look', callback = function(keys) return redis.call('GET', keys[1]) end, flags = {'no-writes'}, description = 'reads \\255'}
`;
const LATER = "#!lua name=later\nredis.register_function('later', function() return 'later' end)";

/** Loads a library, and a key for it. */
async function fill({ client }: DumpServer): Promise<void> {
  await client.expect('FUNCTION', 'LOAD', LIBRARY).bulk('carried');
  await client.expect('SET', 'k', 'v').ok();
}

/** The server has the library, and it works. */
async function expectLibrary({ client }: { client: Client }): Promise<void> {
  await client.expect('FCALL', 'greet', 0, 'you').bulk('hello you');
  await client.expect('FCALL_RO', 'look', 1, 'k').bulk('v');
  await client.expect('FUNCTION', 'LIST', 'WITHCODE').matches((reply) => JSON.stringify(reply).includes(JSON.stringify(LIBRARY).slice(1, -1)), 'the code of the library');
}

describe.skipIf(!hasRedis('no library of functions went from one to the other'))('libraries of functions', () => {
  for (const [name, from, to, flags] of [
    ['from redis to the stage', redis, stage, []],
    ['from the stage to redis', stage, redis, OLDER],
  ] as const) {
    test(`in a dump, ${name}`, async () => {
      const before = await running(startOn(from, {}, flags));
      await fill(before);
      await before.client.expect('SAVE').ok();
      await expectLibrary(await running(startOn(to, { dir: before.server.dir })));
    });

    test(`in a log, ${name}`, async () => {
      const log = ['--appendonly', 'yes', '--appendfsync', 'always'];
      const before = await running(startOn(from, {}, [...flags, ...log]));
      await fill(before);
      await before.client.expect('FUNCTION', 'LOAD', LATER).bulk('later');
      await before.client.expect('FUNCTION', 'DELETE', 'later').ok();
      await before.server.process!.kill();
      const after = await running(startOn(to, { dir: before.server.dir }, log));
      await expectLibrary(after);
      await after.client.expect('FCALL', 'later', 0).error('ERR Function not found');
    });

    test(`over a link, ${name}`, async () => {
      const primary = await running(startOn(from, {}, [...flags, ...QUICK]));
      await fill(primary);
      const replica = await running(startOn(to, {}, [...QUICK, '--replicaof', '127.0.0.1', String(primary.server.port)]));
      await until(async () => String(await replica.client.send('INFO', 'replication')).includes('master_link_status:up'), 'the link');
      await expectLibrary(replica);
      await primary.client.expect('FUNCTION', 'LOAD', LATER).bulk('later');
      await primary.client.expect('WAIT', 1, 10_000).int(1);
      await replica.client.expect('FCALL', 'later', 0).error("READONLY You can't write against a read only replica.");
      await primary.client.expect('FUNCTION', 'FLUSH').ok();
      await primary.client.expect('WAIT', 1, 10_000).int(1);
      await replica.client.expect('FUNCTION', 'LIST').array([]);
    });

    test(`in FUNCTION DUMP, ${name}`, async () => {
      const before = await running(startOn(from, {}, flags));
      await fill(before);
      const dump = String(await before.client.send('FUNCTION', 'DUMP'));
      const after = await running(startOn(to));
      await after.client.expect('SET', 'k', 'v').ok();
      await after.client.expect('FUNCTION', 'RESTORE', dump).ok();
      await expectLibrary(after);
    });
  }
});
