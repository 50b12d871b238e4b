import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { builtStages, findStage } from '#shared/manifest.ts';
import { certificates } from '../harness/certificates.ts';
import { Client } from '../harness/client.ts';
import { freePort } from '../harness/process.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { until } from '../harness/time.ts';

/** A link over TLS with a password, between the last stage and real Redis, in both directions. */

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
const last = builtStages().at(-1)!;
const PASSWORD = 'secret-of-a-test';

describe.skipIf(!hasRedis || last.number < findStage('acl')!.number)('replication over TLS with a password', () => {
  const started: RunningServer[] = [];
  afterAll(async () => void (await Promise.all(started.map((server) => server.stop()))));

  for (const [above, below] of [[last.dir, 'redis'], ['redis', last.dir]] as const) {
    test(`${below} follows ${above}`, async () => {
      const { flags } = certificates();
      const tlsPort = String(await freePort());
      const users = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
      // Real Redis 7.0 reads dumps up to version 10.
      const format = above === 'redis' ? [] : ['--rdb-version', '10'];
      const primary = await start(above, ...flags, ...users, ...format, '--tls-port', tlsPort, '--repl-diskless-sync-delay', '0');
      const a = await admin(primary);
      await a.expect('SET', 'before', 'x'.repeat(300_000)).ok();
      const replica = await start(below, ...flags, ...users, '--tls-replication', 'yes', '--replicaof', '127.0.0.1', tlsPort);
      const b = await admin(replica);
      await until(async () => /master_link_status:up/.test(String(await b.send('INFO', 'replication'))), 'the link');
      await a.expect('SET', 'after', 'v').ok();
      await until(async () => (await b.send('GET', 'after')) === 'v', 'the write');
      expect(await b.send('GET', 'before')).toBe('x'.repeat(300_000));
      await Promise.all([a.close(), b.close()]);
    });
  }

  async function start(target: string, ...flags: string[]): Promise<RunningServer> {
    const server = await parseTarget(target).start(flags);
    started.push(server);
    return server;
  }

  async function admin({ host, port }: RunningServer): Promise<Client> {
    const client = await Client.open(host, port);
    await client.expect('AUTH', PASSWORD).ok();
    return client;
  }
});
