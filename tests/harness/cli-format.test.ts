import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitArguments } from '#shared/resp/split-arguments.ts';
import { cliFormat, cliReply } from './cli-format.ts';
import { Client } from './client.ts';
import { parseTarget, type RunningServer } from './target.ts';

const COMMANDS = [
  'FLUSHALL',
  'HSET h a 1 b 2',
  'HGETALL h',
  'SADD s x',
  'SMEMBERS s',
  'SMEMBERS none',
  'HGETALL none',
  'LRANGE none 0 -1',
  'XADD x 1-1 f v',
  'XADD x 1-2 f v g w',
  'XRANGE x - +',
  'XREAD STREAMS x 0',
  'XREAD STREAMS x 9',
  'XGROUP CREATE x g 0',
  'XINFO STREAM x',
  'XINFO STREAM x FULL',
  'ZADD z 1.5 a 2 b',
  'ZRANGE z 0 -1 WITHSCORES',
  'ZSCORE z b',
  'GET none',
  'ECHO "a\\r\\n\\x00\\xff\\t\\\\ "',
  'RPUSH l 1 2 3 4 5 6 7 8 9 10 11',
  'LRANGE l 0 -1',
  'INCR s',
  'CLIENT TRACKINGINFO',
  'LOLWUT VERSION 1',
  'INFO keyspace',
];

const hasRedis =
  spawnSync('redis-cli', ['--version']).status === 0 && spawnSync('redis-server', ['--version']).status === 0;

if (hasRedis) {
  let redis: RunningServer;
  beforeAll(async () => {
    redis = await parseTarget('redis').start();
  });
  afterAll(() => redis.stop());

  test.each([2, 3])('prints what redis-cli prints, in RESP%i', async (protocol) => {
    const client = await Client.open('127.0.0.1', redis.port);
    await client.send('HELLO', protocol);
    const ours: string[] = [];
    for (const command of COMMANDS) {
      const words = splitArguments(command)!;
      ours.push(cliReply(words, await client.expect(...words).bytes));
    }
    await client.close();
    const cli = spawnSync('redis-cli', [`-${protocol}`, '--no-raw', '-p', String(redis.port)], {
      input: `${COMMANDS.join('\n')}\n`,
    });
    const text = (printed: string) => printed.replaceAll(/\s+$/gm, '').replaceAll(/\n+/g, '\n');
    expect(text(ours.join('\n'))).toBe(text(cli.stdout.toString('latin1')));
  });
} else {
  test('prints what redis-cli prints', (context) => context.skip('redis-cli is not on the PATH'));
}

test('the simple types', () => {
  expect(cliFormat('+OK\r\n')).toBe('OK');
  expect(cliFormat('-ERR no\r\n')).toBe('(error) ERR no');
  expect(cliFormat('*-1\r\n')).toBe('(nil)');
  expect(cliFormat('#t\r\n')).toBe('(true)');
});
