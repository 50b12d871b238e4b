import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { globMatch } from '#shared/glob.ts';
import { builtStages, type Stage } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { until } from '../harness/time.ts';
import { listedNames } from './compatibility.ts';

/**
 * The fields of INFO are those of real Redis, section by section, but for the ones that `docs/compatibility.md` lists with
 * a reason.
 */
const LEFT_OUT = listedNames('info-left-out');

/** Listed there too, though 7.0 does not have them yet. */
const SINCE_7_2 = ['eventloop_*', 'instantaneous_eventloop_*'];

/** Fields that Redis does not have, or not before 7.2. */
const MORE = [
  'used_memory_heap', 'nodejs_version', 'listener0', 'total_blocking_keys', 'total_blocking_keys_on_nokey', 'pubsub_clients',
  ...['auth', 'cmd', 'key', 'channel'].map((what) => `acl_access_denied_${what}`),
];

/** A field or a section that a later stage brings. */
const SINCE: readonly [pattern: RegExp, stage: string][] = [
  [/^(Memory|Keyspace) /, '02'],
  [/^Stats (expire|evicted_keys|keyspace_)/, '02'],
  [/^Server lru_clock$/, '02'],
  [/^Clients (blocked_clients|clients_in_timeout_table)$/, '03'],
  [/^Persistence /, '06'],
  [/^Server (executable|config_file)$/, '06'],
  [/^(Persistence aof_|Memory mem_aof_buffer)/, '07'],
  [/^Replication |^Memory mem_(replication_|total_replication_|clients_slaves)/, '08'],
  [/^Stats (sync_|unexpected_error_replies|\w+_repl_)/, '08'],
  [/^Memory (used_memory_(scripts|functions)|number_of_)/, '12'],
  [/^(Clients tracking_|Stats (pubsub|tracking_))/, '09'],
];

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
if (!hasRedis) console.log('redis-server is not on the PATH: the fields of INFO were not compared');

describe.skipIf(!hasRedis)("INFO has real Redis's fields", () => {
  let real: string[] = [];
  beforeAll(async () => {
    const redis = await parseTarget('redis').start(['--appendonly', 'yes']);
    real = await fieldsOf(redis).finally(() => redis.stop());
  });

  for (const stage of builtStages()) {
    test(`stage ${stage.number}`, async () => {
      const flags = stage.number >= '07' ? ['--appendonly', 'yes'] : [];
      const server = await parseTarget(stage.dir).start(flags);
      const own = await fieldsOf(server).finally(() => server.stop());
      expect(differences(own, real, stage)).toEqual({ missing: [], more: [] });
    });
  }

  test('the list of what is left out names fields that real Redis has', () => {
    const names = real.map((field) => field.split(' ')[1]!);
    const unknown = LEFT_OUT.filter((pattern) => !SINCE_7_2.includes(pattern) && !names.some((name) => globMatch(pattern, name)));
    expect(unknown).toEqual([]);
  });

  describe('of a replica, and of its primary', () => {
    const stage = builtStages().find(({ number }) => number === '08');
    const started: RunningServer[] = [];
    afterAll(async () => void (await Promise.all(started.map((server) => server.stop()))));

    test.skipIf(stage === undefined)('stage 08', async () => {
      const sets: string[][] = [];
      for (const name of ['redis', stage!.dir]) {
        const primary = await parseTarget(name).start(['--repl-diskless-sync-delay', '0']);
        const replica = await parseTarget(name).start(['--replicaof', '127.0.0.1', String(primary.port)]);
        started.push(primary, replica);
        await until(async () => (await infoOf(replica)).includes('master_link_status:up'), 'the link');
        sets.push(await fieldsOf(replica), await fieldsOf(primary));
      }
      const [realReplica, realPrimary, ownReplica, ownPrimary] = sets as [string[], string[], string[], string[]];
      expect(differences(ownReplica, realReplica, stage!)).toEqual({ missing: [], more: [] });
      expect(differences(ownPrimary, realPrimary, stage!)).toEqual({ missing: [], more: [] });
    });
  });
});

function differences(own: string[], real: string[], { number }: Stage): { missing: string[]; more: string[] } {
  const wanted = real.filter((field) => {
    const later = SINCE.some(([pattern, stage]) => pattern.test(field) && number < stage);
    return !later && !LEFT_OUT.some((pattern) => globMatch(pattern, field.split(' ')[1]!));
  });
  return {
    missing: wanted.filter((field) => !own.includes(field)),
    more: own.filter((field) => !real.includes(field) && !MORE.includes(field.split(' ')[1]!)),
  };
}

/** `Section field` of each field; those that name commands, errors or databases are left to the suites. */
async function fieldsOf(server: RunningServer): Promise<string[]> {
  const text = await infoOf(server);
  return text.split(/^# /m).flatMap((section) => {
    const [heading = '', ...lines] = section.split('\r\n');
    const names = lines.flatMap((line) => /^(\w+):/.exec(line)?.[1] ?? []);
    return names.filter((name) => !/^(db\d+|errorstat_.*)$/.test(name)).map((name) => `${heading} ${name}`);
  });
}

async function infoOf({ host, port }: RunningServer): Promise<string> {
  const client = await Client.open(host, port);
  try {
    return String(await client.send('INFO'));
  } finally {
    await client.close();
  }
}
