import { expect, test } from 'vitest';
import { until } from '../harness/time.ts';
import type { Durable } from './servers.ts';
import type { Trio } from './trio.ts';

/** A pop that waited is streamed as a pop, after the push that served it. */
export function waitingClients(given: () => Trio, stage: string): void {
  const pops: [wait: string, push: string, ...effects: (string | RegExp)[]][] = [
    ['BLPOP p:l 0', 'RPUSH p:l a b', 'RPUSH p:l a b', 'LPOP p:l'],
    ['BRPOP p:r 0', 'RPUSH p:r a b', 'RPUSH p:r a b', 'RPOP p:r'],
    ['BLMOVE p:m p:to LEFT RIGHT 0', 'RPUSH p:m a b', 'RPUSH p:m a b', 'LMOVE p:m p:to LEFT RIGHT'],
    ['BRPOPLPUSH p:q p:to 0', 'RPUSH p:q a b', 'RPUSH p:q a b', 'RPOPLPUSH p:q p:to'],
    ['BLMPOP 0 2 p:none p:mp RIGHT COUNT 2', 'RPUSH p:mp a b c', 'RPUSH p:mp a b c', 'RPOP p:mp 2'],
    [
      'XREADGROUP GROUP g c BLOCK 0 STREAMS p:x >',
      'XADD p:x 5-1 f v',
      'XADD p:x 5-1 f v',
      /^XCLAIM p:x g c 0 5-1 TIME \d{13} RETRYCOUNT 1 FORCE JUSTID LASTID 5-1$/,
    ],
  ];
  const popsOfSortedSets: typeof pops = [
    ['BZPOPMIN p:z 0', 'ZADD p:z 1 a 2 b', 'ZADD p:z 1 a 2 b', 'ZPOPMIN p:z'],
    ['BZPOPMAX p:z 0', 'ZADD p:z 1 a 2 b', 'ZADD p:z 1 a 2 b', 'ZPOPMAX p:z'],
    ['BZMPOP 0 2 p:none p:z MAX COUNT 5', 'ZADD p:z 1 a 2 b', 'ZADD p:z 1 a 2 b', 'ZPOPMAX p:z 2'],
  ];
  if (stage >= '10') pops.push(...popsOfSortedSets);
  test.each(pops)('%s, served by %s', async (wait, push, ...effects) => {
    const trio = given();
    await trio.run('DEL p:l p:r p:m p:q p:mp p:x p:z p:to', 'XGROUP CREATE p:x g $ MKSTREAM');
    if (wait.startsWith('XREADGROUP')) await trio.run('XGROUP CREATECONSUMER p:x g c');
    const waiting = await trio.client();
    const came = await trio.during(async () => {
      const served = waiting.sendLater(...wait.split(' '));
      await blocked(trio.primary, 1);
      await trio.run(push);
      await served.success();
    });
    expect(commands(came)).toEqual(effects.map((effect) => (typeof effect === 'string' ? effect : matching(effect))));
    await trio.agree();
  });

  test('two that wait for one push, and a third that finds nothing', async () => {
    const trio = given();
    await trio.run('DEL p:l');
    const waiting = await Promise.all([1, 2, 3].map(() => trio.client()));
    const came = await trio.during(async () => {
      const served = [];
      for (const [at, client] of waiting.entries()) {
        served.push(client.sendLater('BLPOP', 'p:l', at < 2 ? '0' : '0.05'));
        // The third finds nothing, whether it comes before or after the push.
        if (at < 2) await blocked(trio.primary, at + 1);
      }
      await trio.run('RPUSH p:l a b');
      await served[0]!.array(['p:l', 'a']);
      await served[1]!.array(['p:l', 'b']);
      await served[2]!.nilArray();
    });
    expect(commands(came)).toEqual(['RPUSH p:l a b', 'LPOP p:l', 'LPOP p:l']);
    await trio.agree();
  });

  test('a pop that EXEC serves comes behind it', async () => {
    const trio = given();
    await trio.run('DEL p:l');
    const [waiting, pusher] = [await trio.client(), await trio.client()];
    const came = await trio.during(async () => {
      const served = waiting.sendLater('BLMOVE', 'p:l', 'p:to', 'LEFT', 'LEFT', '0');
      await blocked(trio.primary, 1);
      for (const words of [['MULTI'], ['RPUSH', 'p:l', 'a'], ['INCR', 'p:n'], ['EXEC']]) await pusher.send(...words);
      await served.bulk('a');
    });
    expect(commands(came)).toEqual(['RPUSH p:l a', 'INCR p:n', 'LMOVE p:l p:to LEFT LEFT']);
    await trio.agree();
  });
}

/**
 * The commands that change data: without MULTI and EXEC, which may stand around a pop and its push; ends of lists in
 * capitals; without a group's counter, which servers before 7.4 do not stream after a claim.
 */
function commands(requests: readonly string[]): string[] {
  const changes = requests.filter((request) => !/^(MULTI$|EXEC$|XGROUP SETID )/.test(request));
  return changes.map((request) => request.replace(/ (left|right)\b/g, (end) => end.toUpperCase()));
}

/** Waits until `count` clients of a server wait for a key. */
async function blocked(server: Durable, count: number): Promise<void> {
  const seen = async () => Number((await server.info('clients'))['blocked_clients']);
  await until(async () => (await seen()) === count, `${count} blocked clients`);
}

function matching(pattern: RegExp): string {
  return expect.stringMatching(pattern) as string;
}
