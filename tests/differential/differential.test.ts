import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { chooseSeed } from '../harness/rng.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { createComparer } from './compare.ts';
import { firstDifference, runFamily } from './engine.ts';
import { comparedOn } from './families/all.ts';
import { showDifference } from './show-difference.ts';

const seed = chooseSeed();
const last = builtStages().at(-1)!;
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

if (hasRedis) {
  describe(`random commands, SEED=${seed}`, compareServers);
} else {
  test('random commands', (context) => context.skip('redis-server is not on the PATH'));
}

function compareServers(): void {
  let redis: RunningServer;
  let twin: RunningServer;
  let stage: RunningServer;
  beforeAll(async () => {
    [redis, twin, stage] = await Promise.all([
      parseTarget('redis').start(),
      parseTarget('redis').start(),
      parseTarget(last.dir).start(),
    ]);
  });
  afterAll(() => Promise.all([redis.stop(), twin.stop(), stage.stop()]));

  for (const family of comparedOn(last.number)) {
    test(`${family.name}: stage ${last.number} answers as Redis does`, async () => {
      const pair = { ours: stage.port, theirs: redis.port };
      const { differences } = await runFamily({ pair, family, stage: last.number, count: 4_000, seed });
      expect(differences.map(showDifference).join('\n')).toBe('');
    });

    test(`${family.name}: two Redis servers agree, so that a difference means something`, async () => {
      const pair = { ours: twin.port, theirs: redis.port };
      const { differences, exceptions } = await runFamily({ pair, family, stage: last.number, count: 2_000, seed });
      expect(differences.map(showDifference).join('\n')).toBe('');
      expect([...exceptions]).toEqual([]);
    });
  }

  test('a difference in what another client hears is found', async () => {
    const pair = { ours: twin.port, theirs: redis.port };
    const script = [
      ['PUBLISH', 'news', 'the same'],
      ['EVAL', "redis.call('PUBLISH', 'news', redis.call('INFO', 'server'):match('process_id:(%d+)')) return 1", '0'],
    ];
    expect(await firstDifference(pair, script, 2)).toBe(null);
    const found = await firstDifference(pair, script, 2, { listened: true });
    expect(found?.ours).toMatch(/^heard by another client, message 2 of 2: .*the same/s);
  });

  test('a difference in the data alone is found', async () => {
    const pair = { ours: twin.port, theirs: redis.port };
    // Each server's own process id: the reply is the same, what is stored is not.
    const script = [
      ['SET', 'a', '1'],
      ['EVAL', "redis.call('SET', 'k', redis.call('INFO', 'server'):match('process_id:(%d+)')) return 1", '0'],
    ];
    const found = await firstDifference(pair, script, 2);
    expect(found?.script.at(-1)).toEqual(['GET', 'k']);
  });
}

describe('the comparison of replies', () => {
  const same = (command: string, ours: string, theirs: string) =>
    createComparer().same(command.split(' '), ours, theirs);

  test('is byte by byte where the order is promised', () => {
    expect(same('LRANGE l 0 -1', '*2\r\n:1\r\n:2\r\n', '*2\r\n:2\r\n:1\r\n')).toBe(false);
    expect(same('GET k', '$-1\r\n', '*-1\r\n')).toBe(false);
  });

  test('forgets the order where it is free, but not the type', () => {
    expect(same('SMEMBERS s', '*2\r\n:1\r\n:2\r\n', '*2\r\n:2\r\n:1\r\n')).toBe(true);
    expect(same('SMEMBERS s', '*2\r\n:1\r\n:2\r\n', '~2\r\n:2\r\n:1\r\n')).toBe(false);
    expect(same('SMEMBERS s', '*2\r\n:1\r\n:3\r\n', '*2\r\n:2\r\n:1\r\n')).toBe(false);
  });

  test('keeps fields and values together', () => {
    const ab = '*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n';
    expect(same('HGETALL h', ab, '*4\r\n+b\r\n+2\r\n+a\r\n+1\r\n')).toBe(true);
    expect(same('HGETALL h', ab, '*4\r\n+a\r\n+2\r\n+b\r\n+1\r\n')).toBe(false);
  });

  test('leaves clocks a little slack', () => {
    expect(same('TTL k', ':100\r\n', ':99\r\n')).toBe(true);
    expect(same('TTL k', ':100\r\n', ':-1\r\n')).toBe(false);
    expect(same('PTTL k', ':100000\r\n', ':90000\r\n')).toBe(false);
  });

  test('knows what was queued when EXEC answers', () => {
    const comparer = createComparer();
    const said = (command: string, reply: string) => comparer.same(command.split(' '), reply, reply);
    said('MULTI', '+OK\r\n');
    said('SMEMBERS s', '+QUEUED\r\n');
    said('LRANGE l 0 -1', '+QUEUED\r\n');
    const [free, fixed] = ['*2\r\n:1\r\n:2\r\n', '*2\r\n:2\r\n:1\r\n'];
    expect(comparer.same(['EXEC'], `*2\r\n${free}${free}`, `*2\r\n${fixed}${free}`)).toBe(true);
    expect(comparer.same(['EXEC'], `*2\r\n${free}${free}`, `*2\r\n${free}${fixed}`)).toBe(false);
  });

  test('excuses a reference count by what the same EXEC has run', () => {
    const inside = (made: string) => {
      const comparer = createComparer();
      comparer.same(['MULTI'], '+OK\r\n', '+OK\r\n');
      for (const command of [made, 'OBJECT REFCOUNT k']) {
        comparer.same(command.split(' '), '+QUEUED\r\n', '+QUEUED\r\n');
      }
      return comparer.same(['EXEC'], '*2\r\n+1\r\n:2147483647\r\n', '*2\r\n+1\r\n:2\r\n');
    };
    expect(inside('INCRBYFLOAT k 3')).toBe(true);
    expect(inside('SET k 3')).toBe(false);
    expect(same('OBJECT REFCOUNT k', ':2147483647\r\n', ':2\r\n')).toBe(false);
    expect(same('OBJECT REFCOUNT k', ':1\r\n', ':2\r\n')).toBe(false);
  });
});
