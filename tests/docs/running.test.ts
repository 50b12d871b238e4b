import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { freePort, startProcess } from '../harness/process.ts';
import { fences } from './markdown.ts';

/** The listings of `docs/running.md` start a server: their command lines are run, with folders and ports of the test. */

const blocks = fences(readFileSync(join(PROJECT_ROOT, 'docs/running.md'), 'utf8'));
const listing = (language: string): string[] => [...blocks.find((block) => block.language === language)!.lines];

describe('docs/running.md', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'running-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('its systemd unit starts a server with its redis.conf, and stops it with its data saved', async () => {
    const unit = Object.fromEntries(listing('ini').flatMap((line) => (/^(\w+)=(.*)$/.exec(line) ? [line.split(/=(.*)/).slice(0, 2)] : [])));
    const port = await freePort();
    const conf = join(folder, 'stage.conf');
    const lines = listing('conf').map((line) => line.replace('/var/lib/redis', folder).replace(/^port .*/, `port ${port}`));
    writeFileSync(conf, lines.join('\n'));
    const words = String(unit['ExecStart']).split(' ');
    expect(unit['WorkingDirectory']).toMatch(/^\/opt\//);
    await startAndStop(words.map((word) => (word === '/etc/redis/stage.conf' ? conf : word)), port);
    expect(existsSync(join(folder, 'dump.rdb'))).toBe(true);
    expect(existsSync(join(folder, 'appendonlydir'))).toBe(true);
  });

  test('its container file copies what is there, and starts a server', async () => {
    const lines = listing('dockerfile');
    const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((name) => !existsSync(join(PROJECT_ROOT, name)))).toEqual([]);
    const port = await freePort();
    const words = JSON.parse(lines.find((line) => line.startsWith('CMD '))!.slice('CMD '.length)) as string[];
    const places: Record<string, string> = { '6379': String(port), '0.0.0.0': '127.0.0.1', '/data': folder };
    await startAndStop(words.map((word) => places[word] ?? word), port);
  });
});

async function startAndStop([, ...words]: string[], port: number): Promise<void> {
  const server = await startProcess({ argv: [process.execPath, ...words], port, cwd: PROJECT_ROOT });
  const client = await Client.open('127.0.0.1', port);
  await client.expect('SET', 'k', 'v').ok();
  await client.close();
  expect(server.output(), 'warnings').not.toMatch(/ # (?!Received|Redis is now ready)/);
  await server.stop();
  expect(server.ended()).toBe('ended with exit code 0');
}
