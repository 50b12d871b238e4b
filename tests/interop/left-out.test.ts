import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { globMatch } from '#shared/glob.ts';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { listedNames, listedRows } from './compatibility.ts';

/**
 * The last stage has the options and commands of real Redis, but for the ones that `docs/compatibility.md` lists with a
 * reason. So a user need not discover by an error that a command is missing.
 */

/** Options that Redis 7.0 does not have. */
const OWN_OPTIONS = ['rdb-version', 'set-max-listpack-entries', 'set-max-listpack-value'];
/** Options that every server of the tests gets its own value of. */
const PLACES = ['port', 'bind', 'dir', 'save', 'logfile', 'pidfile', 'enable-debug-command'];
/** Commands that came after 7.0. */
const NEWER_COMMANDS = ['client no-touch', 'client setinfo', 'waitaof'];

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
if (!hasRedis) console.log('redis-server is not on the PATH: options and commands were not compared');

describe.skipIf(!hasRedis)('what is left out', () => {
  const servers: RunningServer[] = [];
  const clients: Client[] = [];
  beforeAll(async () => {
    for (const name of ['redis', builtStages().at(-1)!.dir]) servers.push(await parseTarget(name).start());
    for (const { host, port } of servers) clients.push(await Client.open(host, port));
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    for (const server of servers) await server.stop();
  });

  test('of the options', async () => {
    const [real, own] = await Promise.all(clients.map(options));
    compare([...real!.keys()], [...own!.keys()], 'options-left-out');
    expect([...own!.keys()].filter((name) => !real!.has(name) && !OWN_OPTIONS.includes(name))).toEqual([]);
  });

  test('of their defaults', async () => {
    const [real, own] = await Promise.all(clients.map(options));
    const listed = listedNames('defaults-that-differ');
    const differences = [...own!].filter(([name, value]) => real!.has(name) && real!.get(name) !== value);
    const unlisted = differences.filter(([name]) => !listed.includes(name) && !PLACES.includes(name));
    expect(unlisted).toEqual([]);
    for (const name of listed) expect(own!.has(name), name).toBe(true);
  });

  test('of the commands', async () => {
    const [real, own] = await Promise.all(clients.map(commands));
    compare(real!, own!, 'commands-left-out');
    expect(own!.filter((name) => !real!.includes(name) && !NEWER_COMMANDS.includes(name))).toEqual([]);
  });
});

/** Each name that real Redis has is there or listed, and each listed one is a name that real Redis has. */
function compare(real: string[], own: string[], marker: string): void {
  const missing = real.filter((name) => !own.includes(name));
  const listed = listedNames(marker);
  expect(missing.filter((name) => !listed.some((pattern) => globMatch(pattern, name))), 'neither there nor listed').toEqual([]);
  // What comes with a later stage may be there already when that stage is built.
  const lasting = listedRows(marker).filter(({ text }) => !/ comes? with /.test(text)).flatMap(({ names }) => names);
  expect(lasting.filter((pattern) => !missing.some((name) => globMatch(pattern, name))), 'listed, but not missing').toEqual([]);
}

async function options(client: Client): Promise<Map<string, string>> {
  const flat = (await client.send('CONFIG', 'GET', '*')) as string[];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as const] : [])));
}

/** With sub-commands: `client kill`. */
async function commands(client: Client): Promise<string[]> {
  return ((await client.send('COMMAND', 'LIST')) as string[]).map((name) => name.replace('|', ' ')).sort();
}
