import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findStage } from '#shared/manifest.ts';
import { describeTakenPort } from '#shared/net/taken-port.ts';
import { stageCommand } from '#shared/tools/stage.ts';
import { endWithUs } from '../harness/process.ts';

/** A server that sends this to each client that connects; null: nothing at all. */
async function takenBy(answer: string | null): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    if (answer !== null) socket.write(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

test.each([
  ['$60\r\n# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:0', 'a Redis 7.0.15 answers there'],
  ['-NOAUTH Authentication required.\r\n', 'a Redis that asks for a password answers there'],
  ['-ERR unknown command\r\n', 'another program has it'],
  ['HTTP/1.1 400 Bad Request\r\n\r\n', 'another program has it'],
  [null, 'another program has it'],
])('%j is %s', async (answer, name) => {
  const described = await describeTakenPort('0.0.0.0', await takenBy(answer));
  expect(described).toMatch(new RegExp(`^the port is in use: ${name}; try (-- )?--port 7\\d{3}$`));
});

test('the suggested port is free, and the flag is the one that is asked for', async () => {
  const described = await describeTakenPort('127.0.0.1', await takenBy(null), '--tls-port');
  const port = Number(/--tls-port (\d+)$/.exec(described)![1]);
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
});

test.each(['01', '12'])('stage %s says so, and ends with exit code 1', { timeout: 60_000 }, async (number) => {
  const port = await takenBy('$60\r\n# Server\r\nredis_version:7.0.15\r\n');
  const [program, ...args] = stageCommand(findStage(number)!);
  const stage = spawn(program!, [...args, '--port', String(port)], { env: { ...process.env, npm_lifecycle_event: 'stage' } });
  endWithUs(stage);
  let output = '';
  stage.stdout.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => stage.once('close', resolve));
  expect(output).toMatch(
    new RegExp(`Could not listen on 127\\.0\\.0\\.1:${port}: the port is in use: a Redis 7\\.0\\.15 answers there; try -- --port 7\\d{3}\n$`),
  );
  expect(code).toBe(1);
});
