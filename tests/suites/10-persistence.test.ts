import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { client, contents, describe, error, expect, items, littleEndian, payload, rdbFile, rdbString } from '../harness/suite.ts';
import { logged, reusedServer, rewritten, rng, server, test, until, type Client } from '../harness/suite.ts';
import { caughtUp, companion, configured, isPing, linkUp, streamedFor, syncedReplica, type Step } from '../harness/replication.ts';
import { fill } from '../harness/sorted-sets.ts';

const DEBUG = ['--save', '', '--enable-debug-command', 'yes'];
const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
const BAD = 'ERR Bad data format';
/** Members longer than 64 bytes and more than 128 of them make a skip list. */
const LONG = 'long'.repeat(20);

/** Sorted sets of every kind: packed and not, with odd scores and names, with a deadline, in two databases. */
async function everyKind(c: Client): Promise<void> {
  await c.expect('ZADD', 'small', '1', 'a', '2.5', 'b', '-7', 'c', '1000000', 'd', '0.1', 'e').int(5);
  await c.expect('ZADD', 'odd', 'inf', 'up', '-inf', 'down', '5e-324', 'tiny', '1.7976931348623157e308', 'huge', '1e21', 'e').int(5);
  await c.expect('ZADD', 'odd', '0.30000000000000004', '', '9007199254740993', '\r\n\0\xff', '-1e-7', '12', '3', '-0').int(4);
  await c.expect('ZADD', 'unpacked', '1', LONG, '-5', 'minus', '2', 'b', 'inf', 'c').int(4);
  await c.expect('ZADD', 'timed', '1', 'a').int(1);
  await c.expect('PEXPIREAT', 'timed', Date.now() + 1_000_000).int(1);
  await fill(c, 'large', 3000);
  await c.expect('ZREMRANGEBYRANK', 'large', '100', '199').int(100);
  await c.expect('SELECT', '1').ok();
  await c.expect('ZADD', 'elsewhere', '1', 'a', '1', 'b').int(2);
  await c.expect('SELECT', '0').ok();
}

/** Ranks and scores of the large one, which a wrong order or wrong spans would show. */
async function largeIsWhole(c: Client): Promise<void> {
  await c.expect('ZCARD', 'large').int(2900);
  await c.expect('ZRANK', 'large', 'm200').int(100);
  await c.expect('ZREVRANK', 'large', 'm2999').int(0);
  await c.expect('ZRANGE', 'large', '1500', '1501', 'WITHSCORES').array(['m1600', '1600', 'm1601', '1601']);
  await c.expect('ZADD', 'large', '99.5', 'new').int(1);
  await c.expect('ZRANK', 'large', 'new').int(100);
  await c.expect('ZREM', 'large', 'new').int(1);
}

/** Every key of the two databases that `everyKind` fills. */
const all = (c: Client) => contents(c, [0, 1]);

describe('a dump', () => {
  test('brings every kind back', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await everyKind(c);
    const before = await all(c);
    await c.expect('DEBUG', 'RELOAD').ok();
    expect(await all(c)).toEqual(before);
    await largeIsWhole(c);
  });

  test('and so does a start after a power cut', async () => {
    const s = await reusedServer(...DEBUG);
    const c = await s.client();
    await everyKind(c);
    const before = await all(c);
    await c.expect('BGSAVE').success();
    await until(async () => /rdb_bgsave_in_progress:0/.test(String(await c.send('INFO', 'persistence'))), 'the end of BGSAVE');
    await s.kill();
    await s.restart();
    const after = await s.client();
    expect(await all(after)).toEqual(before);
    await largeIsWhole(after);
  });

  test('the minus of -0 is kept in a skip list', async () => {
    const c = await (await reusedServer(...DEBUG)).client();
    await c.expect('ZADD', 'z', '1', LONG, '-0', 'minus').int(2);
    await c.expect('DEBUG', 'RELOAD').ok();
    await c.expect('ZSCORE', 'z', 'minus').bulk('-0');
  });

  const four = [['low', -Infinity], ['zero', 0], ['third', 1 / 3], ['high', Infinity]] as const;
  test('with scores in eight bytes, or as text, as old servers wrote them', async () => {
    const s = await reusedServer(...DEBUG);
    const binary = `\x05${rdbString('binary')}\x04${four.map(([name, score]) => rdbString(name) + double(score)).join('')}`;
    const texts = ['\xff', '\x010', '\x130.33333333333333331', '\xfe'];
    const old = `\x03${rdbString('text')}\x04${four.map(([name], at) => rdbString(name) + texts[at]!).join('')}`;
    writeFileSync(join(s.dir, 'dump.rdb'), rdbFile(binary + old), 'latin1');
    const c = await s.client();
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    for (const key of ['binary', 'text']) {
      await c.expect('ZRANGE', key, '0', '-1').array(['low', 'zero', 'third', 'high']);
      await c.expect('ZSCORE', key, 'low').bulk('-inf');
      await c.expect('ZSCORE', key, 'third').double(1 / 3);
      await c.expect('ZSCORE', key, 'high').bulk('inf');
    }
  });

  test('in any order of its members: the scores decide', async () => {
    const s = await reusedServer(...DEBUG);
    const random = rng();
    const members = random.shuffle(Array.from({ length: 500 }, (_, i) => i));
    const body = `\x05${rdbString('z')}\x41\xf4${members.map((i) => rdbString(`m${i}`) + double(i)).join('')}`;
    writeFileSync(join(s.dir, 'dump.rdb'), rdbFile(body), 'latin1');
    const c = await s.client();
    await c.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
    await c.expect('ZRANGE', 'z', '0', '-1').array(Array.from({ length: 500 }, (_, i) => `m${i}`));
    await c.expect('ZRANK', 'z', 'm321').int(321);
  });
});

describe('DUMP and RESTORE', () => {
  test('bring every kind back, under other names', async () => {
    const c = await client();
    await everyKind(c);
    const before = await contents(c);
    for (const key of ['small', 'odd', 'unpacked', 'timed', 'large']) {
      const dump = String(await c.send('DUMP', key));
      await c.expect('RESTORE', `${key}:2`, '0', dump).ok();
      expect((await contents(c))[`0:${key}:2`]!.value).toEqual(before[`0:${key}`]!.value);
    }
    await c.expect('ZRANK', 'large:2', 'm200').int(100);
  });

  test('RESTORE reads scores in eight bytes', async () => {
    const c = await client();
    await c.expect('RESTORE', 'z', '0', payload(`\x05\x02\x01a${double(1.5)}\x01b${double(-Infinity)}`)).ok();
    await c.expect('ZRANGE', 'z', '0', '-1', 'WITHSCORES').array(['b', '-inf', 'a', '1.5']);
  });

  const damaged: [what: string, value: string][] = [
    ['a score that is NaN', `\x05\x01\x01a${double(NaN)}`],
    ['a score as text that is NaN', '\x03\x01\x01a\xfd'],
    ['a score as text that is NaN, though 253 digits follow', `\x03\x01\x01a\xfd${'1'.repeat(253)}`],
    ['a member twice', `\x05\x02\x01a${double(1)}\x01a${double(2)}`],
    ['no member', '\x05\x00'],
    ['a member that is missing', `\x05\x02\x01a${double(1)}`],
    // Redis makes room for as many members as are announced: no more than it can afford.
    ['a length far beyond the bytes', `\x05\x80\x00\x0f\xff\xff\x01a${double(1)}`],
  ];
  for (const [what, value] of damaged) {
    test(`RESTORE refuses ${what}`, async () => {
      const c = await client();
      await c.expect('RESTORE', 'sound', '0', payload(`\x05\x01\x01a${double(1)}`)).ok();
      await c.expect('RESTORE', 'z', '0', payload(value)).error(BAD);
      await c.expect('EXISTS', 'z').int(0);
    });
  }
});

describe('the log', () => {
  test('holds the effect of every write', async () => {
    const s = await reusedServer(...AOF);
    const c = await s.client();
    await everyKind(c);
    await c.expect('ZINCRBY', 'small', '0.5', 'a').bulk('1.5');
    await c.expect('ZADD', 'small', 'GT', 'INCR', '1', 'b').bulk('3.5');
    await c.expect('ZUNIONSTORE', 'union', '2', 'small', 'large', 'WEIGHTS', '2', '1').success();
    await c.expect('ZRANGESTORE', 'some', 'large', '10', '20').int(11);
    await c.expect('ZPOPMIN', 'large', '2').success();
    await c.expect('BZPOPMAX', 'some', '0').success();
    await c.expect('ZMPOP', '2', 'none', 'some', 'MIN', 'COUNT', '3').success();
    await c.expect('ZREMRANGEBYSCORE', 'large', '1000', '1010').int(11);
    const before = await all(c);
    await s.kill();
    await s.restart();
    expect(await all(await s.client())).toEqual(before);
  });

  for (const preamble of ['yes', 'no']) {
    test(`rewritten, with aof-use-rdb-preamble ${preamble}, it brings every kind back`, async () => {
      const s = await server(...AOF, '--aof-use-rdb-preamble', preamble);
      const c = await s.client();
      await everyKind(c);
      await c.expect('BGREWRITEAOF').success();
      await rewritten(c);
      await c.expect('ZADD', 'small', '9', 'afterwards').int(1);
      const before = await all(c);
      await s.kill();
      await s.restart();
      const after = await s.client();
      expect(await all(after)).toEqual(before);
      await largeIsWhole(after);
    });
  }

  test('a write during a rewrite is applied exactly once', async () => {
    const s = await server(...AOF, '--rdb-key-save-delay', '500');
    const c = await s.client();
    for (let i = 0; i < 200; i++) await c.expect('ZADD', `z${i}`, '1', 'a', '2', 'b').int(2);
    await fill(c, 'large', 2000);
    await c.expect('BGREWRITEAOF').success();
    for (let i = 0; i < 200; i++) await c.expect('ZINCRBY', `z${i}`, '10', 'a').bulk('11');
    await c.expect('ZREMRANGEBYRANK', 'large', '0', '999').int(1000);
    await rewritten(c);
    const before = await all(c);
    await s.kill();
    await s.restart();
    expect(await all(await s.client())).toEqual(before);
  });

  test('a pop that waited is logged as a pop', async () => {
    const s = await server(...AOF);
    const [c, waiting] = [await s.client(), await s.client()];
    const popped = waiting.sendLater('BZMPOP', '0', '1', 'z', 'MAX', 'COUNT', '5');
    await waiting.blocked(1);
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b').int(2);
    await popped.array(['z', [['b', '2'], ['a', '1']]]);
    await until(() => logged(s).some(([name]) => name!.toUpperCase().startsWith('ZPOPMAX')), 'the pop in the log');
    const lines = logged(s).map((request) => request.join(' '));
    expect(lines.filter((line) => /^Z/i.test(line)).map((line) => line.toLowerCase())).toEqual(['zadd z 1 a 2 b', 'zpopmax z 2']);
  });
});

describe('replicas', () => {
  /** These requests must be streamed as these commands. */
  function effects(name: string, steps: Step[], expected: string[]): void {
    test(name, async () => {
      const replica = await syncedReplica();
      const streamed = await streamedFor(replica, ...steps);
      const commands = streamed.filter((line) => !isPing(line));
      expect(commands.map((line) => line.toLowerCase())).toEqual(expected.map((line) => line.toLowerCase()));
    });
  }

  effects('get writes as they were typed', [
    'ZADD z 1 a 2 b 3 c 4 d', 'ZADD z CH GT 5 a', 'ZADD z INCR 1 a', 'ZINCRBY z 0.1 b', 'ZREM z d none', 'ZREMRANGEBYRANK z 0 0',
    'ZUNIONSTORE u 2 z z WEIGHTS 1 2', 'ZINTERSTORE i 1 z', 'ZDIFFSTORE d 1 z', 'ZRANGESTORE r z 0 -1', 'ZREMRANGEBYSCORE u -inf (50',
    'ZREMRANGEBYLEX d - +',
  ], [
    'ZADD z 1 a 2 b 3 c 4 d', 'ZADD z CH GT 5 a', 'ZADD z INCR 1 a', 'ZINCRBY z 0.1 b', 'ZREM z d none', 'ZREMRANGEBYRANK z 0 0',
    'ZUNIONSTORE u 2 z z WEIGHTS 1 2', 'ZINTERSTORE i 1 z', 'ZDIFFSTORE d 1 z', 'ZRANGESTORE r z 0 -1', 'ZREMRANGEBYSCORE u -inf (50',
    'ZREMRANGEBYLEX d - +',
  ]);

  effects('get nothing where nothing changed', [
    'ZADD z 1 a', 'ZADD z 1 a', 'ZADD z NX 2 a', 'ZADD z XX 1 b', 'ZADD z GT 0 a', 'ZREM z b', 'ZREMRANGEBYRANK z 5 9', 'ZPOPMIN none',
    'ZPOPMIN z 0', 'ZMPOP 1 none MIN', 'ZUNIONSTORE none 1 none', 'ZRANGESTORE none z 5 9', 'ZREMRANGEBYSCORE z 5 9',
  ], ['ZADD z 1 a']);

  effects('get pops as pops', [
    'ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g', 'ZPOPMIN z', 'ZPOPMAX z 2', 'BZPOPMIN z 0', 'BZPOPMAX none z 0', 'ZMPOP 2 none z MIN',
    'BZMPOP 0 1 z MAX COUNT 9',
  ], [
    'ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g', 'ZPOPMIN z', 'ZPOPMAX z 2', 'ZPOPMIN z', 'ZPOPMAX z', 'ZPOPMIN z 1', 'ZPOPMAX z 1',
  ]);

  effects('get the end of a target whose result is empty', ['ZADD z 1 a', 'SET t x', 'ZUNIONSTORE t 1 none', 'SET t x', 'ZRANGESTORE t z 5 9'], [
    'ZADD z 1 a', 'SET t x', 'ZUNIONSTORE t 1 none', 'SET t x', 'ZRANGESTORE t z 5 9',
  ]);

  effects('get what a transaction did as one unit', ['ZADD z 1 a 2 b', 'MULTI', 'ZINCRBY z 5 a', 'BZPOPMIN z 0', 'ZRANGE z 0 -1', 'EXEC'], [
    'ZADD z 1 a 2 b', 'MULTI', 'ZINCRBY z 5 a', 'ZPOPMIN z', 'EXEC',
  ]);

  test('of this server have its sorted sets, after a full sync and as a stream', async () => {
    const own = await server(...DEBUG, '--repl-diskless-sync-delay', '0');
    const c = await own.client();
    await everyKind(c);
    const replica = await companion();
    const r = await replica.client();
    await r.expect('REPLICAOF', '127.0.0.1', own.port).ok();
    await linkUp(replica.port);
    await caughtUp(own.port, replica.port);
    expect(await all(r)).toEqual(await all(c));
    await c.expect('ZINCRBY', 'large', '0.25', 'm5').bulk('5.25');
    await c.expect('ZPOPMAX', 'large', '3').success();
    await c.expect('ZUNIONSTORE', 'to', '2', 'small', 'large').success();
    await caughtUp(own.port, replica.port);
    expect(await all(r)).toEqual(await all(c));
    await r.expect('ZADD', 'small', '1', 'x').errorLike(/^READONLY/);
    await r.expect('ZRANK', 'large', 'm200').int(100);
  });
});

describe('together with everything else', () => {
  const changes = [
    'ZADD z 9 a', 'ZADD z 1 new', 'ZADD z INCR 1 a', 'ZINCRBY z 1 a', 'ZREM z a', 'ZPOPMIN z', 'ZPOPMAX z 9', 'ZMPOP 1 z MIN', 'ZREMRANGEBYRANK z 0 0',
    'ZREMRANGEBYSCORE z 1 1', 'ZREMRANGEBYLEX z - [a', 'ZUNIONSTORE z 1 other', 'ZINTERSTORE z 1 other', 'ZDIFFSTORE z 1 none',
    'ZRANGESTORE z other 0 0', 'BZPOPMIN z 0', 'BZMPOP 0 1 z MAX',
  ];
  test('WATCH sees every change', async () => {
    const [c, other] = [await client(), await client()];
    for (const line of changes) {
      await other.expect('DEL', 'z').success();
      await other.expect('ZADD', 'z', '1', 'a', '1', 'b').int(2);
      await other.expect('ZADD', 'other', '1', 'x').success();
      await c.expect('WATCH', 'z').ok();
      await other.expect(...line.split(' ')).success();
      await c.expect('MULTI').ok();
      await c.expect('SET', 'done', line).status('QUEUED');
      await c.expect('EXEC').nilArray();
    }
  });

  const noChanges = ['ZADD z 1 a', 'ZADD z NX 5 a', 'ZADD z GT 0 a', 'ZADD z XX 1 none', 'ZREM z none', 'ZRANGE z 0 -1', 'ZPOPMIN z 0', 'ZREMRANGEBYRANK z 7 9', 'ZRANGESTORE to z 0 -1'];
  test('and nothing where nothing changed', async () => {
    const [c, other] = [await client(), await client()];
    await other.expect('ZADD', 'z', '1', 'a').int(1);
    for (const line of noChanges) {
      await c.expect('WATCH', 'z').ok();
      await other.expect(...line.split(' ')).success();
      await c.expect('MULTI').ok();
      await c.expect('PING').status('QUEUED');
      await c.expect('EXEC').success();
      await other.expect('ZSCORE', 'z', 'a').bulk('1');
    }
  });

  test('EXEC goes on after an error', async () => {
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('ZADD', 'z', '1', 'a').status('QUEUED');
    await c.expect('ZADD', 'z', 'x', 'b').status('QUEUED');
    await c.expect('ZINCRBY', 'z', '1', 'a').status('QUEUED');
    await c.expect('EXEC').array([1, error('ERR value is not a valid float'), '2']);
  });

  test('SCAN TYPE zset, KEYS, RANDOMKEY and DBSIZE count it', async () => {
    const c = await client();
    for (let i = 0; i < 50; i++) await c.expect('ZADD', `z${i}`, '1', 'a').int(1);
    for (let i = 0; i < 50; i++) await c.expect('SET', `s${i}`, 'x').ok();
    const found: unknown[] = [];
    let cursor = '0';
    do {
      const [next, keys] = items(await c.send('SCAN', cursor, 'TYPE', 'zset'));
      found.push(...items(keys!));
      cursor = String(next);
    } while (cursor !== '0');
    expect(new Set(found)).toEqual(new Set(Array.from({ length: 50 }, (_, i) => `z${i}`)));
    await c.expect('DBSIZE').int(100);
  });

  test('MOVE, SWAPDB, COPY to another database', async () => {
    const [c, one] = [await client(), await client()];
    await one.expect('SELECT', '1').ok();
    await fill(c, 'z', 300);
    await c.expect('COPY', 'z', 'copy', 'DB', '1').int(1);
    await c.expect('MOVE', 'z', '1').int(1);
    await one.expect('ZRANK', 'z', 'm250').int(250);
    await one.expect('ZADD', 'z', '-1', 'first').int(1);
    await one.expect('ZRANK', 'copy', 'm250').int(250);
    await c.expect('SWAPDB', '0', '1').ok();
    await c.expect('ZRANK', 'z', 'm250').int(251);
  });

  test('an expired key is gone, and ZINCRBY begins a new one', async () => {
    const c = await client();
    await c.expect('ZADD', 'z', '5', 'a').int(1);
    await c.expect('PEXPIRE', 'z', '10').int(1);
    await until(async () => (await c.send('EXISTS', 'z')) === 0, 'the end of the key');
    await c.expect('ZINCRBY', 'z', '1', 'a').bulk('1');
    await c.expect('TTL', 'z').int(-1);
  });

  test('UNLINK, DEL and FLUSHALL of a large one', async () => {
    const c = await client();
    for (const command of [['UNLINK', 'z'], ['DEL', 'z'], ['FLUSHALL'], ['FLUSHDB', 'ASYNC']]) {
      await fill(c, 'z', 20_000);
      await c.expect(...command).success();
      await c.expect('EXISTS', 'z').int(0);
      await c.expect('ZCARD', 'z').int(0);
    }
  });

  test('what is over maxmemory is refused, what makes room is not', async () => {
    const c = await client();
    await fill(c, 'z', 200);
    await configured({ maxmemory: '1', 'maxmemory-policy': 'noeviction' });
    await c.expect('ZADD', 'z', '1', 'a').errorLike(/^OOM /);
    await c.expect('ZINCRBY', 'z', '1', 'm1').errorLike(/^OOM /);
    await c.expect('ZUNIONSTORE', 'to', '1', 'z').errorLike(/^OOM /);
    await c.expect('ZRANGESTORE', 'to', 'z', '0', '1').errorLike(/^OOM /);
    await c.expect('ZPOPMIN', 'z').array(['m0', '0']);
    await c.expect('ZREM', 'z', 'm1').int(1);
    await c.expect('ZRANGE', 'z', '0', '0').array(['m2']);
  });

  test('zset-max-listpack-entries and -value say when it is unpacked, under their old names too', async () => {
    const c = await client();
    await configured({ 'zset-max-listpack-entries': '4', 'zset-max-listpack-value': '8' });
    await c.expect('CONFIG', 'GET', 'zset-max-ziplist-entries').array(['zset-max-ziplist-entries', '4']);
    await c.expect('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd').int(4);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('listpack');
    await c.expect('ZADD', 'z', '5', 'e').int(1);
    await c.expect('OBJECT', 'ENCODING', 'z').bulk('skiplist');
    await c.expect('ZADD', 'y', '1', 'x'.repeat(8)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'y').bulk('listpack');
    await c.expect('ZADD', 'y', '1', 'x'.repeat(9)).int(1);
    await c.expect('OBJECT', 'ENCODING', 'y').bulk('skiplist');
    await c.expect('CONFIG', 'SET', 'zset-max-ziplist-entries', '0').ok();
    await c.expect('ZADD', 'x', '1', 'a').int(1);
    await c.expect('OBJECT', 'ENCODING', 'x').bulk('skiplist');
  });

  test('COMMAND GETKEYS finds the keys', async () => {
    const c = await client();
    const rows: [line: string, keys: string[]][] = [
      ['ZADD z 1 a', ['z']],
      ['ZUNIONSTORE to 2 x y WEIGHTS 1 2', ['to', 'x', 'y']],
      ['ZDIFF 2 x y WITHSCORES', ['x', 'y']],
      ['ZINTERCARD 2 x y LIMIT 1', ['x', 'y']],
      ['ZRANGESTORE to from 0 -1', ['to', 'from']],
      ['BZPOPMIN x y 0', ['x', 'y']],
      ['BZMPOP 0 2 x y MIN COUNT 1', ['x', 'y']],
      ['ZMPOP 1 x MAX', ['x']],
    ];
    for (const [line, keys] of rows) await c.expect('COMMAND', 'GETKEYS', ...line.split(' ')).array(keys);
  });
});

/** A double as a dump holds it: eight bytes, lowest first. */
function double(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return littleEndian(view.getBigUint64(0), 8);
}
