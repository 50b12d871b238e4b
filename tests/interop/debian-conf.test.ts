import { accessSync, constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { parseTarget } from '../harness/target.ts';

/** The redis.conf that Debian's and Ubuntu's packages bring; it belongs to the user redis. */
const DEBIAN = '/etc/redis/redis.conf';
const OVERRIDES = ['--daemonize', 'no', '--logfile', '', '--pidfile', ''];

const missing = whyMissing();
if (missing !== undefined) console.log(`${DEBIAN} ${missing}: the stages were not started with it`);

describe.skipIf(missing !== undefined)("Debian's redis.conf", () => {
  let folder = '';
  let conf = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'debian-'));
    conf = join(folder, 'redis.conf');
    copy(conf);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const stage of builtStages().filter(({ number }) => number >= '06')) {
    test(`starts stage ${stage.number}, with at most one warning of what is left out`, async () => {
      const flags = [conf, ...OVERRIDES, '--dir', folder, '--save', ''];
      const running = await parseTarget(stage.dir).start(flags, { dir: folder });
      const output = running.process!.output();
      const client = await Client.open(running.host, running.port);
      expect(await client.send('CONFIG', 'GET', 'tcp-keepalive')).toEqual(['tcp-keepalive', '300']);
      expect(await client.send('CONFIG', 'GET', 'daemonize')).toEqual(['daemonize', 'no']);
      await client.close();
      await running.stop(true);
      expect((output.match(/leaves out/g) ?? []).length).toBeLessThanOrEqual(1);
      expect(output.split('\n').filter((line) => / # /.test(line)).every((line) => /leaves out/.test(line))).toBe(true);
    });
  }

  test('a line that it changes is named', async () => {
    const flags = [conf, ...OVERRIDES, '--dir', folder, '--save', '', '--oom-score-adj', 'yes', '--io-threads', '4'];
    const running = await parseTarget(builtStages().at(-1)!.dir).start(flags, { dir: folder });
    const output = running.process!.output();
    await running.stop(true);
    expect(output).toMatch(/leaves out: oom-score-adj, io-threads\n/);
  });
});

function copy(to: string): void {
  if (readable()) return copyFileSync(DEBIAN, to);
  const { status } = spawnSync('sudo', ['-n', 'install', '-m', '644', DEBIAN, to]);
  if (status !== 0) throw new Error(`${DEBIAN} could not be copied`);
}

function readable(): boolean {
  try {
    accessSync(DEBIAN, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why the test cannot run; undefined when the file can be read. */
function whyMissing(): string | undefined {
  if (readable() || spawnSync('sudo', ['-n', 'test', '-r', DEBIAN]).status === 0) return undefined;
  return 'is not there, or not readable';
}
