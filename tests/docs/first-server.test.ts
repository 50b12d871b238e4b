import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { freePort, startProcess, type ServerProcess } from '../harness/process.ts';
import { until } from '../harness/time.ts';
import { fences } from './markdown.ts';

/** The server that chapter 01 begins with: it runs as it is printed, and fails as step 2 says. */

const listing = fences(readFileSync(join(PROJECT_ROOT, 'docs/01-ping.md'), 'utf8')).find((block) => 'server' in block.attributes)!;

describe('the server at the beginning of docs/01-ping.md', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'first-server-'));
    writeFileSync(join(folder, 'first.mjs'), listing.lines.join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function withServer(use: (server: ServerProcess, client: Client) => Promise<void>): Promise<void> {
    const port = await freePort();
    const argv = [process.execPath, join(folder, 'first.mjs'), '--port', String(port)];
    const server = await startProcess({ argv, port, cwd: folder });
    const client = await Client.open('127.0.0.1', port);
    try {
      await use(server, client);
    } finally {
      client.destroy();
      await server.stop();
    }
  }

  test('is short', () => {
    expect(listing.lines.length).toBeLessThanOrEqual(45);
  });

  test('answers PING and ECHO, one by one and in a pipeline', async () => {
    await withServer(async (_, client) => {
      await client.expect('PING').status('PONG');
      await client.expect('ping', 'hello').bulk('hello');
      await client.expect('ECHO', 'hi \xff').bulk('hi \xff');
      client.write('*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$1\r\na\r\n');
      await client.raw('+PONG\r\n$1\r\na\r\n');
    });
  });

  test('takes half a request for a whole one', async () => {
    await withServer(async (_, client) => {
      client.write('*2\r\n$4\r\nEC');
      await client.raw("-ERR unknown command 'EC'\r\n");
    });
  });

  test('is ended by a line end within an argument', async () => {
    await withServer(async (server, client) => {
      client.write('*2\r\n$4\r\nECHO\r\n$6\r\nab\r\ncd\r\n');
      await until(() => server.ended() !== null, 'the end of the server');
      expect(server.output()).toContain('TypeError');
    });
  });
});
