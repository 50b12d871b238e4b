import { client, describe, expect, sleep, test, until } from '../harness/suite.ts';
import { configured, isPing, streamedFor, syncedReplica, type Step } from '../harness/replication.ts';

/**
 * What a primary streams for a write: its effect, so that a replica ends with the same data at any other time. Names
 * and options are compared without regard to case.
 */

/** Stands for a time of now, and `in(ms)` for a deadline that many ms ahead. */
const now = 'in(0)';
const hence = (ms: number) => `in(${ms})`;

/** These requests must be streamed as these commands. */
function effects(name: string, steps: Step[], expected: string[]): void {
  test(name, async () => {
    const replica = await syncedReplica();
    const began = Date.now();
    const streamed = await streamedFor(replica, ...steps);
    const shown = streamed.map((line) => withDeadlines(line, began, expected));
    expect(shown.map(lowerCase)).toEqual(expected.map(lowerCase));
  });
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

/** Puts `in(ms)` in place of a time in ms that is as far ahead as one of those expected. */
function withDeadlines(line: string, began: number, expected: readonly string[]): string {
  const awaited = expected.flatMap((text) => [...text.matchAll(/in\((\d+)\)/g)].map((match) => Number(match[1])));
  return line.replace(/\b\d{13}\b/g, (digits) => {
    const ahead = awaited.find((ms) => Number(digits) >= began + ms && Number(digits) <= Date.now() + ms);
    return ahead === undefined ? digits : hence(ahead);
  });
}

const LATER_S = Math.floor(Date.now() / 1000) + 5_000;
const LATER_MS = LATER_S * 1000;

describe('strings', () => {
  effects('a plain write as it was typed', ['SET k v', 'APPEND k x', 'INCR n', 'SETRANGE k 1 y', 'MSET a 1 b 2'], [
    'SET k v',
    'APPEND k x',
    'INCR n',
    'SETRANGE k 1 y',
    'MSET a 1 b 2',
  ]);

  effects(
    'SET with a relative expiry as SET with PXAT',
    ['SET a v EX 100', 'SET b v PX 100000 NX', 'SETEX c 100 v', 'PSETEX d 100000 v', `SET e v EXAT ${LATER_S}`],
    [
      `SET a v PXAT ${hence(100_000)}`,
      `SET b v PXAT ${hence(100_000)}`,
      `SET c v PXAT ${hence(100_000)}`,
      `SET d v PXAT ${hence(100_000)}`,
      `SET e v PXAT ${LATER_MS}`,
    ],
  );

  const evictAll = async () => {
    await configured({ 'maxmemory-policy': 'allkeys-random', maxmemory: '1' });
    const c = await client();
    await until(async () => (await c.send('DBSIZE')) === 0, 'all keys to be evicted');
    await configured({ maxmemory: '0' });
  };
  effects('evicted keys as DEL', ['SET k v', evictAll], ['SET k v', 'DEL k']);

  effects('GETSET as SET, GETDEL as DEL', ['GETSET k v', 'GETDEL k', 'GETDEL k'], ['SET k v', 'DEL k']);

  effects(
    'GETEX as what it does to the expiry',
    ['SET k v', 'GETEX k', 'GETEX k EX 100', 'GETEX k PERSIST', 'GETEX k EXAT 1'],
    ['SET k v', `PEXPIREAT k ${hence(100_000)}`, 'PERSIST k', 'DEL k'],
  );

  effects(
    'INCRBYFLOAT as the sum, with the expiry kept',
    ['INCRBYFLOAT f 10.5', 'EXPIRE f 100', 'INCRBYFLOAT f 0.1'],
    ['SET f 10.5 KEEPTTL', `PEXPIREAT f ${hence(100_000)}`, 'SET f 10.6 KEEPTTL'],
  );

  effects('nothing for what changed nothing', ['SET k v', 'SET k w NX', 'SETNX k w', 'MSETNX k 1 l 2', 'SET no w XX'], [
    'SET k v',
  ]);

  test('binary values whole', async () => {
    const replica = await syncedReplica();
    const everyByte = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    expect(await streamedFor(replica, ['SET', 'k', everyByte])).toEqual([`SET k ${everyByte}`]);
  });
});

describe('keys and databases', () => {
  effects(
    'a relative expiry as PEXPIREAT',
    ['SET k v', 'EXPIRE k 100', 'PEXPIRE k 200000', `EXPIREAT k ${LATER_S}`, `PEXPIREAT k ${LATER_MS}`, 'PERSIST k'],
    [
      'SET k v',
      `PEXPIREAT k ${hence(100_000)}`,
      `PEXPIREAT k ${hence(200_000)}`,
      `PEXPIREAT k ${LATER_MS}`,
      `PEXPIREAT k ${LATER_MS}`,
      'PERSIST k',
    ],
  );

  test('an expiry in the past as a deletion', async () => {
    const replica = await syncedReplica();
    const streamed = await streamedFor(replica, 'SET a v', 'EXPIRE a -1', 'SET b v', 'PEXPIREAT b 1');
    expect(streamed.map(deletion)).toEqual(['SET a v', 'DEL a', 'SET b v', 'DEL b']);
  });

  effects('nothing for keys that are not there', ['EXPIRE no 1', 'PERSIST no', 'DEL no', 'UNLINK no', 'COPY no x'], []);

  effects('RENAME, MOVE, COPY, SWAPDB and FLUSHALL as typed', [
    'SET a 1',
    'RENAME a b',
    'COPY b c',
    'MOVE c 3',
    'SWAPDB 0 5',
    'SWAPDB 0 5',
    'FLUSHDB',
    'FLUSHALL',
  ], ['SET a 1', 'RENAME a b', 'COPY b c', 'MOVE c 3', 'SWAPDB 0 5', 'SWAPDB 0 5', 'FLUSHDB', 'FLUSHALL']);

  test('a key that expires as its deletion, when the server finds out by itself', async () => {
    const replica = await syncedReplica();
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PX', '20').ok();
    const before = await replica.readUntil((command) => ['DEL', 'UNLINK'].includes(command[0]!));
    expect(before.at(-1)!.slice(0, 3)).toEqual(['SET', 'k', 'v']);
  });

  test('a key that expires as its deletion, before the write that found it', async () => {
    const replica = await syncedReplica();
    const steps = ['SET k v PX 5', () => sleep(8), 'APPEND k w'];
    const streamed = (await streamedFor(replica, ...steps)).slice(1).map(deletion);
    expect(streamed.filter((line) => line !== 'MULTI' && line !== 'EXEC')).toEqual(['DEL k', 'APPEND k w']);
  });

  test('SELECT before the first command, and when the database changes', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'a', '1').ok();
    await c.expect('SET', 'b', '1').ok();
    await c.expect('SELECT', '7').ok();
    await c.expect('GET', 'a').nil();
    await c.expect('SET', 'c', '1').ok();
    await c.expect('SELECT', '0').ok();
    await c.expect('SET', 'end', '1').ok();
    const commands = (await replica.readUntil(([, key]) => key === 'end')).filter(([name]) => !isPing(name));
    expect(commands.map((command) => command.join(' '))).toEqual([
      'SELECT 0',
      'SET a 1',
      'SET b 1',
      'SELECT 7',
      'SET c 1',
      'SELECT 0',
    ]);
  });

  test('SELECT again for a replica that comes later', async () => {
    const [first, c] = [await syncedReplica(), await client()];
    await c.expect('SELECT', '2').ok();
    await c.expect('SET', 'a', '1').ok();
    const second = await syncedReplica();
    await c.expect('SET', 'b', '1').ok();
    const commands = await second.readUntil(([, key]) => key === 'b');
    expect(commands.filter(([name]) => !isPing(name))).toEqual([['SELECT', '2']]);
    await first.readUntil(([, key]) => key === 'b');
    expect(first.offset()).toBe(second.offset());
  });

  test('RESTORE with its deadline, as ABSTTL', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SET', 'k', 'v').ok();
    const payload = (await c.send('DUMP', 'k')) as string;
    const streamed = await streamedFor(replica, ['RESTORE', 'l', '100000', payload]);
    const [name, key, deadline, , ...options] = streamed.at(-1)!.replace(payload, 'payload').split(' ');
    expect([name, key]).toEqual(['RESTORE', 'l']);
    expect(Number(deadline)).toBeGreaterThan(Date.now() + 90_000);
    expect(options.map((word) => word.toUpperCase())).toContain('ABSTTL');
  });

  effects('nothing for reads and for errors', ['GET k', 'TTL k', 'RPUSH l a', 'LRANGE l 0 -1', failing('INCR l')], [
    'RPUSH l a',
  ]);
});

describe('lists, hashes and sets', () => {
  test('SPOP as SREM of what it took', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SADD', 's', 'a', 'b', 'c').int(3);
    const taken = (await c.send('SPOP', 's')) as string;
    expect(await streamedFor(replica)).toEqual(['SADD s a b c', `SREM s ${taken}`]);
  });

  test('SPOP with a count as SREM of all that it took, and of a whole set as its deletion', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    await c.expect('SADD', 's', 'a', 'b', 'c', 'd', 'e').int(5);
    const taken = (await c.send('SPOP', 's', '2')) as string[];
    const streamed = (await streamedFor(replica)).slice(1);
    const removals = streamed.filter((line) => line.startsWith('SREM s ')).flatMap((line) => line.split(' ').slice(2));
    expect(removals.sort()).toEqual(taken.sort());
    expect(streamed.filter((line) => !/^(SREM s|MULTI$|EXEC$)/.test(line))).toEqual([]);
    expect((await streamedFor(replica, 'SPOP s 9')).map(deletion)).toEqual(['DEL s']);
  });

  effects('HINCRBYFLOAT as HSET of the sum', ['HINCRBYFLOAT h f 1.5', 'HINCRBYFLOAT h f 0.1', 'HINCRBY h n 2'], [
    'HSET h f 1.5',
    'HSET h f 1.6',
    'HINCRBY h n 2',
  ]);

  effects(
    'blocking pops that find something as plain ones',
    ['RPUSH l a b c d e f', 'BLPOP l 0', 'BRPOP l 0', 'BLMOVE l m LEFT RIGHT 0', 'BRPOPLPUSH l m 0'],
    ['RPUSH l a b c d e f', 'LPOP l', 'RPOP l', 'LMOVE l m LEFT RIGHT', 'RPOPLPUSH l m'],
  );

  effects(
    'LMPOP as a pop of the list it chose',
    ['RPUSH m a b c', 'LMPOP 2 l m LEFT COUNT 2', 'BLMPOP 0 2 l m RIGHT'],
    ['RPUSH m a b c', 'LPOP m 2', 'RPOP m 1'],
  );

  test('a pop that waited as a pop, after the push that served it', async () => {
    const [replica, waiting] = [await syncedReplica(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    const streamed = await streamedFor(replica, 'RPUSH l a b');
    await popped.array(['l', 'a']);
    expect(streamed.filter((line) => line !== 'MULTI' && line !== 'EXEC')).toEqual(['RPUSH l a b', 'LPOP l']);
  });

  test('a pop that ran out of time as nothing', async () => {
    const [replica, waiting] = [await syncedReplica(), await client()];
    await waiting.expect('BLPOP', 'l', '0.01').nilArray();
    expect(await streamedFor(replica)).toEqual([]);
  });

  effects('nothing for what changed nothing', ['SADD s a', 'SADD s a', 'SREM s b', 'LPUSHX no a', 'HDEL no f'], [
    'SADD s a',
  ]);
});

describe('streams', () => {
  test('XADD * with the ID that it made', async () => {
    const [replica, c] = [await syncedReplica(), await client()];
    const id = (await c.send('XADD', 'x', '*', 'a', '1')) as string;
    const partial = (await c.send('XADD', 'x', '9999999999999-*', 'a', '1')) as string;
    expect(await streamedFor(replica)).toEqual([`XADD x ${id} a 1`, `XADD x ${partial} a 1`]);
  });

  test('an inexact trim exactly', async () => {
    const replica = await syncedReplica();
    const adds = Array.from({ length: 250 }, (_, at) => `XADD x ${at + 1}-1 a 1`);
    const streamed = await streamedFor(replica, ...adds, 'XTRIM x MAXLEN ~ 10');
    const c = await client();
    const length = (await c.send('XLEN', 'x')) as number;
    expect(streamed.at(-1)).toBe(`XTRIM x MAXLEN = ${length}`);
  });

  test('XREADGROUP as claims with their time and count', async () => {
    const replica = await syncedReplica();
    const began = Date.now();
    await streamedFor(replica, 'XADD x 1-1 a 1', 'XADD x 2-1 a 1', 'XGROUP CREATE x g 0');
    const streamed = await streamedFor(replica, 'XREADGROUP GROUP g c COUNT 1 STREAMS x >');
    const claims = streamed.filter((line) => line.startsWith('XCLAIM'));
    expect(claims.map((line) => withDeadlines(line, began, [now]))).toEqual([
      `XCLAIM x g c 0 1-1 TIME ${now} RETRYCOUNT 1 FORCE JUSTID LASTID 1-1`,
    ]);
  });

  test('reading again what is pending as nothing', async () => {
    const replica = await syncedReplica();
    await streamedFor(replica, 'XADD x 1-1 a 1', 'XGROUP CREATE x g 0', 'XREADGROUP GROUP g c STREAMS x >');
    expect(await streamedFor(replica, 'XREADGROUP GROUP g c STREAMS x 0', 'XACK x g 9-9')).toEqual([]);
  });

  test('XREADGROUP NOACK as the group\'s new place', async () => {
    const replica = await syncedReplica();
    await streamedFor(replica, 'XADD x 1-1 a 1', 'XGROUP CREATE x g 0');
    const streamed = await streamedFor(replica, 'XREADGROUP GROUP g c NOACK STREAMS x >');
    expect(streamed).toContain('XGROUP SETID x g 1-1 ENTRIESREAD 1');
  });

  test('XCLAIM and XAUTOCLAIM with what they settled', async () => {
    const replica = await syncedReplica();
    await streamedFor(replica, 'XADD x 1-1 a 1', 'XGROUP CREATE x g 0', 'XREADGROUP GROUP g c STREAMS x >');
    const began = Date.now();
    const streamed = await streamedFor(replica, 'XCLAIM x g d 0 1-1', 'XAUTOCLAIM x g e 0 0');
    const claims = streamed.filter((line) => line.startsWith('XCLAIM'));
    expect(claims.map((line) => withDeadlines(line, began, [now]))).toEqual([
      `XCLAIM x g d 0 1-1 TIME ${now} RETRYCOUNT 2 FORCE JUSTID LASTID 1-1`,
      `XCLAIM x g e 0 1-1 TIME ${now} RETRYCOUNT 3 FORCE JUSTID LASTID 1-1`,
    ]);
  });
});

/** `groupEffects`: as `effects`, for what changes consumer groups. */
function groupEffects(name: string, steps: Step[], expected: string[]): void {
  test(`${name}: the commands, in their order`, async () => {
    const replica = await syncedReplica();
    await streamedFor(replica, 'XADD x 1-1 a 1', 'XADD x 2-1 a 1', 'XADD y 1-1 a 1', 'XGROUP CREATE x g 0', 'XGROUP CREATE y g 0');
    const began = Date.now();
    const streamed = withoutPlaces(await streamedFor(replica, ...steps));
    expect(streamed.map((line) => withDeadlines(line, began, [now]))).toEqual(expected);
  });
}

/** After the claims of a read Redis 7.2 sends the group's place; 7.0 does not, and puts no MULTI around a single claim. */
function withoutPlaces(streamed: string[]): string[] {
  const lines = streamed.filter((line, at) => !(line.startsWith('XGROUP SETID') && streamed[at - 1]!.startsWith('XCLAIM')));
  const isAround = (at: number) => lines[at] === 'MULTI' && lines[at + 2] === 'EXEC';
  return lines.filter((_, at) => !isAround(at) && !isAround(at - 2));
}

/** How a delivery is streamed. */
function claim(key: string, consumer: string, id: string, lastId: string, count = 1): string {
  return `XCLAIM ${key} g ${consumer} 0 ${id} TIME ${now} RETRYCOUNT ${count} FORCE JUSTID LASTID ${lastId}`;
}

describe('consumer groups', () => {
  const read = 'XREADGROUP GROUP g c STREAMS x >';
  const [first, second] = [claim('x', 'c', '1-1', '1-1'), claim('x', 'c', '2-1', '2-1')];

  groupEffects('a new consumer reads', ['XREADGROUP GROUP g c COUNT 1 STREAMS x >'], [first]);
  groupEffects('it reads several entries', [read], ['MULTI', first, second, 'EXEC']);
  groupEffects('it reads in a transaction', ['MULTI', read, 'EXEC'], ['MULTI', first, second, 'EXEC']);

  groupEffects(
    'two of them in a transaction, among writes',
    ['MULTI', 'SET a 1', 'XREADGROUP GROUP g c COUNT 1 STREAMS x >', 'SET b 1', 'XREADGROUP GROUP g d STREAMS x >', 'EXEC'],
    ['MULTI', 'SET a 1', first, 'SET b 1', claim('x', 'd', '2-1', '2-1'), 'EXEC'],
  );

  groupEffects(
    'it reads two streams, in a transaction',
    ['MULTI', 'XREADGROUP GROUP g c STREAMS x y > >', 'EXEC'],
    ['MULTI', first, second, claim('y', 'c', '1-1', '1-1'), 'EXEC'],
  );

  groupEffects('a read that finds nothing', [read, 'XREADGROUP GROUP g d STREAMS x >'], ['MULTI', first, second, 'EXEC']);

  groupEffects('NOACK', ['MULTI', 'XREADGROUP GROUP g c NOACK STREAMS x >', 'EXEC'], [
    'MULTI',
    'XGROUP CREATECONSUMER x g c',
    'XGROUP SETID x g 2-1 ENTRIESREAD 2',
    'EXEC',
  ]);

  groupEffects('XCLAIM for a new consumer', [read, 'MULTI', 'SET a 1', 'XCLAIM x g d 0 1-1 2-1 9-9', 'SET b 1', 'EXEC'], [
    ...['MULTI', first, second, 'EXEC'],
    ...['MULTI', 'SET a 1', claim('x', 'd', '1-1', '2-1', 2), claim('x', 'd', '2-1', '2-1', 2), 'SET b 1', 'EXEC'],
  ]);

  groupEffects('XCLAIM and XAUTOCLAIM that find nothing', ['MULTI', 'XCLAIM x g d 0 1-1', 'XAUTOCLAIM x g e 0 0', 'EXEC'], []);

  groupEffects('XAUTOCLAIM for a new consumer', [read, 'MULTI', 'XAUTOCLAIM x g d 0 0', 'SET b 1', 'EXEC'], [
    ...['MULTI', first, second, 'EXEC'],
    ...['MULTI', claim('x', 'd', '1-1', '2-1', 2), claim('x', 'd', '2-1', '2-1', 2), 'SET b 1', 'EXEC'],
  ]);

  groupEffects('of a deleted entry, that it is nobody\'s', [read, 'XDEL x 1-1', 'MULTI', 'XAUTOCLAIM x g d 0 0', 'EXEC'], [
    ...['MULTI', first, second, 'EXEC'],
    'XDEL x 1-1',
    ...['MULTI', claim('x', 'c', '1-1', '2-1'), claim('x', 'd', '2-1', '2-1', 2), 'EXEC'],
  ]);

  test('a reader that waited is streamed after what woke it', async () => {
    const replica = await syncedReplica();
    await streamedFor(replica, 'XGROUP CREATE x g $ MKSTREAM');
    const waiting = await client();
    const began = Date.now();
    const steps: Step[] = [
      async () => {
        void waiting.sendLater('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 'x', '>').success();
        await waiting.blocked();
      },
      ...['MULTI', 'XADD x 1-1 a 1', 'XADD x 2-1 a 1', 'SET b 1', 'EXEC'],
    ];
    const streamed = withoutPlaces(await streamedFor(replica, ...steps));
    expect(streamed.map((line) => withDeadlines(line, began, [now]))).toEqual([
      ...['MULTI', 'XADD x 1-1 a 1', 'XADD x 2-1 a 1', 'SET b 1', 'EXEC'],
      ...['MULTI', first, second, 'EXEC'],
    ]);
  });
});

describe('transactions', () => {
  effects('the writes of EXEC as one unit, the reads left out', ['MULTI', 'SET a 1', 'GET a', 'INCR a', 'EXEC'], [
    'MULTI',
    'SET a 1',
    'INCR a',
    'EXEC',
  ]);

  effects('nothing for a transaction that wrote nothing, or was discarded', [
    'MULTI', 'GET a', 'EXEC', 'MULTI', 'SET a 1', 'DISCARD',
  ], []);

  test('effects inside of it too', async () => {
    const replica = await syncedReplica();
    const began = Date.now();
    const steps = ['MULTI', 'SET a 1 EX 100', 'RPUSH l x', 'BLPOP l 0', 'INCRBYFLOAT f 1', 'EXEC'];
    const lines = await streamedFor(replica, ...steps);
    const deadline = hence(100_000);
    expect(lines.map((line) => withDeadlines(line, began, [deadline]))).toEqual([
      'MULTI',
      `SET a 1 PXAT ${deadline}`,
      'RPUSH l x',
      'LPOP l',
      'SET f 1 KEEPTTL',
      'EXEC',
    ]);
  });

  test('nothing comes between MULTI and EXEC from others', async () => {
    const [replica, c, other] = [await syncedReplica(), await client(), await client()];
    await c.expect('MULTI').ok();
    await c.expect('INCR', 'mine').status('QUEUED');
    await other.expect('INCR', 'theirs').int(1);
    await c.expect('INCR', 'mine').status('QUEUED');
    await c.expect('EXEC').array([1, 2]);
    expect(await streamedFor(replica)).toEqual(['INCR theirs', 'MULTI', 'INCR mine', 'INCR mine', 'EXEC']);
  });

  test('a waiting pop is served after EXEC, and streamed after it', async () => {
    const [replica, waiting] = [await syncedReplica(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    const streamed = await streamedFor(replica, 'MULTI', 'RPUSH l a', 'INCR n', 'EXEC');
    await popped.array(['l', 'a']);
    const [push, incr, pop] = ['RPUSH l a', 'INCR n', 'LPOP l'].map((line) => streamed.indexOf(line));
    expect(push! >= 0 && push! < incr! && incr! < pop!).toBe(true);
  });
});

/** UNLINK and DEL delete alike. */
function deletion(line: string): string {
  return line.replace(/^UNLINK /, 'DEL ');
}

/** A request that is refused. */
function failing(request: string): () => Promise<unknown> {
  return async () => (await client()).expect(...request.split(' ')).errorLike(/./);
}
