import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitArguments } from '#shared/resp/split-arguments.ts';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import { items } from '../harness/expectation.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { watchEvents, type Watched } from './event-stream.ts';
import { hasRedis } from './servers.ts';

/**
 * Keyspace notifications of every command that the last stage has, beside those of real Redis: the same events in the
 * same order, and none where Redis makes none. Stages below 09 make none at all.
 */

/** Each line begins with empty databases; ` ; ` separates commands. */
const LINES = [
  'SET k v',
  'SET k v ; SET k w',
  'SET k v EX 100',
  'SET k v PXAT 99999999999999',
  'SET k v EX 10 ; SET k w KEEPTTL',
  'SET k v NX ; SET k v NX ; SET k w XX',
  'SET k v GET ; SET k w GET',
  'SET k v XX',
  'SET k v EXAT 1 ; GET k',
  'RPUSH l a ; PEXPIREAT l 9999999999999 ; SET k v PXAT 1 ; DEL k ; SET k v PXAT 1 ; SET k w ; SET k v PXAT 1 ; EXISTS k',
  'SETNX k v ; SETNX k w',
  'SETEX k 100 v',
  'PSETEX k 100000 v',
  'SETEX k 100 v ; SETEX k 100 w',
  'GETSET k v ; GETSET k w',
  'GETDEL k ; SET k v ; GETDEL k',
  'GETEX k ; SET k v ; GETEX k ; GETEX k EX 100 ; GETEX k PERSIST ; GETEX k PERSIST',
  'SET k v ; GETEX k EXAT 1',
  'SET k v ; GETEX k PXAT 1 ; GET k',
  'MSET a 1 b 2 ; MSET a 2 c 3 ; MSET a 1 a 2',
  'MSETNX a 1 b 2 ; MSETNX b 1 c 2',
  'APPEND k a ; APPEND k b ; APPEND k ""',
  'SETRANGE k 1 a ; SETRANGE k 0 b ; SETRANGE z 0 "" ; SETRANGE k 0 ""',
  'INCR k ; INCR k ; DECR k ; INCRBY k 2 ; DECRBY k 3',
  'INCRBYFLOAT k 1.5 ; INCRBYFLOAT k 2',
  'LCS nosuch other',
  'GET nosuch ; STRLEN nosuch ; GETRANGE nosuch 0 1 ; MGET a b ; SUBSTR nosuch 0 1',
  'EXISTS nosuch ; TYPE nosuch ; TTL nosuch ; PTTL nosuch ; EXPIRETIME nosuch ; TOUCH nosuch ; OBJECT ENCODING nosuch ; DUMP nosuch',
  'OBJECT FREQ nosuch ; OBJECT IDLETIME nosuch ; OBJECT REFCOUNT nosuch ; OBJECT HELP ; PEXPIRETIME nosuch',
  'EXPIRE nosuch 10 ; PERSIST nosuch ; DEL nosuch ; UNLINK nosuch',
  'SET k v ; DEL k ; SET k v ; UNLINK k ; MSET a 1 b 2 ; DEL a b c a',
  'SET k v ; EXPIRE k 100 ; PEXPIRE k 100000 ; EXPIREAT k 9999999999 ; PEXPIREAT k 9999999999999 ; PERSIST k ; PERSIST k',
  'SET k v ; EXPIRE k 0',
  'SET k v ; EXPIRE k -1',
  'SET k v ; PEXPIREAT k 1 ; SET k v ; EXPIRE k 10 NX ; EXPIRE k 10 NX ; EXPIRE k 5 GT ; EXPIRE k 5 LT',
  'SET k v ; RENAME k j ; SET k w ; RENAME k j',
  'SET k v ; RENAME k k ; RENAMENX k j ; SET k v ; RENAMENX k j ; RENAMENX k k',
  'SET k v EX 100 ; RENAME k j ; RPUSH l a ; RENAME l j',
  'RENAME nosuch a ; RENAMENX nosuch a',
  'SET k v ; MOVE k 1 ; SET k v ; MOVE k 1 ; MOVE nosuch 1',
  'SET k v EX 100 ; MOVE k 2',
  'SET k v ; COPY k j ; COPY k j ; COPY k j REPLACE ; COPY k j DB 1 ; COPY k j DB 1 REPLACE ; COPY nosuch j',
  'RPUSH k a ; SET j v EX 100 ; COPY k j REPLACE',
  'SET k v ; FLUSHDB ; SET k v ; FLUSHALL ; SET k v ; SWAPDB 0 1',
  'SELECT 3 ; SET k v ; DEL k',
  'LPUSH l a ; LPUSH l b c ; RPUSH l d ; LPUSHX l e ; RPUSHX l f ; LPUSHX nosuch a ; RPUSHX nosuch a',
  'RPUSH l a b c ; LPOP l ; RPOP l ; LPOP l ; LPOP l',
  'RPUSH l a b c ; LPOP l 2 ; RPOP l 5 ; LPOP l 0',
  'RPUSH l a b c ; LPOP l 0 ; LPOP nosuch 1 ; RPOP nosuch',
  'RPUSH l a b c ; LSET l 0 x ; LSET l 0 x ; LSET nosuch 0 x ; LINSERT l BEFORE b y ; LINSERT l BEFORE nosuch y ; LINSERT nosuch BEFORE a b',
  'RPUSH l a b a ; LREM l 0 a ; LREM l 0 zz ; LREM l 0 b ; LREM nosuch 0 a',
  'RPUSH l a b c ; LTRIM l 0 1 ; LTRIM l 0 1 ; LTRIM l 5 6 ; LTRIM nosuch 0 1',
  'RPUSH l a b ; LMOVE l m LEFT RIGHT ; LMOVE l m RIGHT LEFT ; LMOVE l m LEFT LEFT',
  'RPUSH l a b ; LMOVE l l LEFT RIGHT ; RPOPLPUSH l l',
  'RPUSH l a ; LMOVE l l LEFT RIGHT ; RPOPLPUSH l m ; RPOPLPUSH nosuch m ; RPOPLPUSH m l ; RPUSH m z ; RPOPLPUSH m l',
  'RPUSH l a b c ; LMPOP 2 x l LEFT ; LMPOP 1 l RIGHT COUNT 5 ; LMPOP 1 l LEFT',
  'RPUSH l a b c d ; BLPOP l 0 ; BRPOP l 0 ; BLMOVE l m LEFT LEFT 0 ; BRPOPLPUSH l m 0 ; BLMPOP 0 1 m LEFT COUNT 9',
  'BLPOP nosuch 0.01 ; BLMOVE nosuch a LEFT LEFT 0.01 ; BLMPOP 0.01 2 x y LEFT',
  'LLEN nosuch ; LRANGE nosuch 0 1 ; LINDEX nosuch 0 ; LPOS nosuch a',
  'HSET h a 1 ; HSET h a 2 b 3 ; HSETNX h a 1 ; HSETNX h c 1 ; HMSET h d 4 ; HSETNX i c 1',
  'HINCRBY h a 1 ; HINCRBY h a 2 ; HINCRBYFLOAT h b 1.5 ; HINCRBYFLOAT i b 1.5',
  'HSET h a 1 b 2 c 3 ; HDEL h a ; HDEL h nosuch ; HDEL h b c x ; HDEL nosuch a',
  'HGET nosuch a ; HMGET nosuch a ; HLEN nosuch ; HEXISTS nosuch a ; HKEYS nosuch ; HVALS nosuch ; HGETALL nosuch ; HSTRLEN nosuch a ; HRANDFIELD nosuch ; HRANDFIELD nosuch 2 ; HSCAN nosuch 0',
  'SADD s a b ; SADD s a ; SADD s c ; SREM s a ; SREM s a ; SREM s b c ; SREM nosuch a',
  'SADD s a b c ; SPOP s ; SPOP s 1 ; SPOP s 5 ; SPOP s ; SPOP s 2',
  'SADD s a ; SPOP s ; SADD s a b ; SPOP s 2 ; SADD s a ; SPOP s 0',
  'SADD s a b ; SMOVE s t a ; SMOVE s t b ; SMOVE s t x ; SADD s c ; SADD t c ; SMOVE s t c ; SMOVE nosuch t a ; SMOVE t t c',
  'SADD a 1 2 ; SADD b 2 3 ; SINTERSTORE d a b ; SINTERSTORE d a b ; SUNIONSTORE d a b ; SDIFFSTORE d a b ; SDIFFSTORE d a a ; SDIFFSTORE d a a',
  'SADD a 1 ; SET d v EX 100 ; SUNIONSTORE d a ; SET d v ; SINTERSTORE d a nosuch ; SINTERSTORE d a nosuch ; SUNIONSTORE d nosuch',
  'SCARD nosuch ; SISMEMBER nosuch a ; SMISMEMBER nosuch a ; SMEMBERS nosuch ; SRANDMEMBER nosuch ; SRANDMEMBER nosuch 2 ; SINTER nosuch a ; SUNION nosuch ; SDIFF nosuch a ; SINTERCARD 2 nosuch b ; SSCAN nosuch 0',
  'SADD a 1 ; SINTER a nosuch ; SUNION a nosuch ; SDIFF a nosuch ; SDIFF nosuch a ; SINTERCARD 2 a nosuch',
  'XADD x 1-1 a b ; XADD x 2-1 a b ; XADD x NOMKSTREAM 3-1 a b ; XADD nosuch NOMKSTREAM 3-1 a b',
  'XADD x MAXLEN 1 1-1 a b ; XADD x MAXLEN 1 2-1 a b ; XADD x MAXLEN 0 3-1 a b ; XADD x MINID 9 4-1 a b',
  'XADD x 1-1 a b ; XADD x 2-1 a b ; XTRIM x MAXLEN 1 ; XTRIM x MAXLEN 1 ; XTRIM x MINID 9 ; XTRIM nosuch MAXLEN 1',
  'XADD x 1-1 a b ; XDEL x 1-1 ; XDEL x 1-1 ; XDEL nosuch 1-1 ; XSETID x 9-9 ; XSETID nosuch 1-1',
  'XADD x 1-1 a b ; XGROUP CREATE x g 0 ; XGROUP CREATE x g 0 ; XGROUP SETID x g $ ; XGROUP CREATECONSUMER x g c ; XGROUP CREATECONSUMER x g c ; XGROUP DELCONSUMER x g c ; XGROUP DELCONSUMER x g c ; XGROUP DESTROY x g ; XGROUP DESTROY x g',
  'XGROUP CREATE x g $ MKSTREAM ; XGROUP CREATE x h 0 MKSTREAM',
  'XADD x 1-1 a b ; XADD x 2-1 a b ; XGROUP CREATE x g 0 ; XREADGROUP GROUP g c COUNT 1 STREAMS x > ; XREADGROUP GROUP g c STREAMS x > ; XREADGROUP GROUP g d STREAMS x > ; XREADGROUP GROUP g e STREAMS x 0 ; XREADGROUP GROUP g c NOACK STREAMS x >',
  'XADD x 1-1 a b ; XGROUP CREATE x g 0 ; XREADGROUP GROUP g c STREAMS x > ; XACK x g 1-1 ; XACK x g 1-1 ; XACK nosuch g 1-1',
  'XADD x 1-1 a b ; XGROUP CREATE x g 0 ; XREADGROUP GROUP g c STREAMS x > ; XCLAIM x g d 0 1-1 ; XCLAIM x g d 0 1-1 JUSTID ; XCLAIM x g d 0 5-5 ; XCLAIM x g e 99999 1-1 ; XAUTOCLAIM x g f 0 0 ; XAUTOCLAIM x g f 0 0 COUNT 1 JUSTID ; XAUTOCLAIM x g z 99999 0',
  'XADD x 1-1 a b ; XGROUP CREATE x g 0 ; XREADGROUP GROUP g c STREAMS x > ; XDEL x 1-1 ; XCLAIM x g d 0 1-1 ; XADD x 2-1 a b ; XREADGROUP GROUP g c STREAMS x > ; XDEL x 2-1 ; XAUTOCLAIM x g f 0 0',
  'XLEN nosuch ; XRANGE nosuch - + ; XREVRANGE nosuch + - ; XREAD STREAMS nosuch 0 ; XINFO STREAM nosuch ; XINFO GROUPS nosuch ; XPENDING nosuch g ; XREADGROUP GROUP g c STREAMS nosuch > ; XINFO CONSUMERS nosuch g',
  'XCLAIM nosuch g c 0 1-1 ; XAUTOCLAIM nosuch g c 0 0 ; XGROUP CREATE nosuch g 0 ; XGROUP DESTROY nosuch g ; XGROUP SETID nosuch g 0 ; XGROUP CREATECONSUMER nosuch g c',
  'MULTI ; SET a 1 ; LPUSH l a ; LPOP l ; DEL a ; GET a ; EXEC',
  'WATCH nosuch ; UNWATCH ; SCAN 0 ; KEYS * ; RANDOMKEY ; DBSIZE',
  'RPUSH l a ; SET l v ; SET k v ; GET k ; LPUSH k a ; HSET k a b',
  'SET k v ; DUMP k ; RESTORE k 0 {dump} REPLACE ; RESTORE j 0 {dump} ; RESTORE k 1 {dump} REPLACE ABSTTL ; RESTORE k 1 {dump} REPLACE ABSTTL ; RESTORE k 10000 {dump}',
  'ZADD z 1 a ; ZADD z 1 a 2 b ; ZADD z 1 a ; ZADD z XX 5 x ; ZADD z INCR 2 a ; ZADD nosuch XX 1 a ; ZINCRBY z 1 a ; ZINCRBY y 1 a ; ZADD z GT 0 a',
  'ZADD z 1 a 2 b 3 c ; ZREM z a x ; ZREM z x ; ZREM z b c ; ZREM nosuch a',
  'ZADD z 1 a 2 b 3 c 4 d ; ZREMRANGEBYRANK z 0 0 ; ZREMRANGEBYSCORE z 2 2 ; ZREMRANGEBYLEX z [c [c ; ZREMRANGEBYSCORE z 9 9 ; ZREMRANGEBYRANK z 0 -1 ; ZREMRANGEBYRANK nosuch 0 0',
  'ZADD z 1 a 2 b 3 c 4 d 5 e ; ZPOPMIN z ; ZPOPMAX z 2 ; ZPOPMIN z 0 ; ZPOPMIN z 9 ; ZPOPMIN nosuch ; ZPOPMAX nosuch',
  'ZADD z 1 a 2 b 3 c ; ZMPOP 2 nosuch z MIN ; ZMPOP 1 z MAX COUNT 5 ; ZMPOP 1 z MIN ; ZADD z 1 a 2 b ; BZPOPMIN z 0 ; BZPOPMAX nosuch z 0 ; BZMPOP 0.01 1 z MIN',
  'ZADD z 1 a ; BZMPOP 0 1 z MIN ; BZPOPMIN z 0.01 ; BZPOPMAX z 0.01',
  'ZADD a 1 x 2 y ; ZADD b 2 y ; ZUNIONSTORE d 2 a b ; ZINTERSTORE d 2 a b ; ZDIFFSTORE d 2 a b ; ZINTERSTORE d 2 a nosuch ; ZDIFFSTORE d 2 a a ; ZUNIONSTORE d 1 nosuch',
  'ZADD a 1 x 2 y ; SET d v EX 100 ; ZRANGESTORE d a 0 0 ; ZRANGESTORE d a 5 9 ; ZRANGESTORE d a 5 9 ; ZRANGESTORE d nosuch 0 1',
  'ZSCORE nosuch a ; ZRANK nosuch a ; ZRANGE nosuch 0 1 ; ZCARD nosuch ; ZRANDMEMBER nosuch ; ZUNION 1 nosuch ; ZINTERCARD 1 nosuch ; ZSCAN nosuch 0 ; ZMSCORE nosuch a ; ZCOUNT nosuch 0 1',
  'RPUSH l 3 1 2 ; SORT l ; SORT l STORE d ; SORT l STORE d ; SORT nosuch STORE d ; SORT nosuch STORE d ; SORT_RO nosuch ; SORT l BY w_* GET v_*',
  'GEOADD g 13 38 a 15 37 b ; GEOADD g 13 38 a ; GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 9 km ; GEOSEARCHSTORE d g FROMLONLAT 0 0 BYRADIUS 9 km ; GEORADIUS g 15 37 9 km STORE d ; GEORADIUSBYMEMBER g a 9 km STOREDIST d ; GEORADIUS nosuch 15 37 9 km STORE d',
  'GEOPOS nosuch a ; GEODIST nosuch a b ; GEOHASH nosuch a ; GEOSEARCH nosuch FROMLONLAT 1 1 BYRADIUS 1 km ; GEORADIUS nosuch 1 1 1 km',
  'SETBIT b 7 1 ; SETBIT b 7 1 ; SETBIT b 7 0 ; SETBIT b 9 0 ; SETBIT b 9 0 ; GETBIT nosuch 1 ; BITCOUNT nosuch ; BITPOS nosuch 0',
  'SET a 1 ; BITOP NOT d a ; BITOP AND d a nosuch ; BITOP XOR d nosuch other ; BITOP XOR d nosuch other ; SET d v EX 100 ; BITOP OR d a ; TTL d',
  'BITFIELD b SET u8 0 0 ; BITFIELD b SET u8 0 0 ; BITFIELD b SET u8 0 1 INCRBY u8 8 2 ; BITFIELD b GET u8 0 ; BITFIELD_RO nosuch GET u8 0 ; BITFIELD c OVERFLOW FAIL INCRBY u2 0 9 ; BITFIELD c OVERFLOW FAIL INCRBY u2 8 9 SET u2 8 1',
  'SET k v ; MIGRATE 127.0.0.1 1 k 0 100 ; MIGRATE 127.0.0.1 1 nosuch 0 100',
  'PFADD h ; PFADD h a ; PFADD h a ; PFADD h ; PFCOUNT h ; PFCOUNT h ; PFADD i b c ; PFCOUNT h i ; PFMERGE h i ; PFMERGE h ; PFMERGE new ; PFCOUNT nosuch ; PFCOUNT nosuch h',
];

/** Commands that change no key, or whose events other tests wait for. */
const NO_EVENTS = new Set(['flushall', 'flushdb', 'swapdb', 'function|load', 'function|delete', 'function|flush', 'function|restore']);

const stage = builtStages().filter(({ number }) => number >= '09').at(-1);
const compared = stage !== undefined && hasRedis('keyspace events were not compared');

describe.skipIf(!compared)('keyspace events', () => {
  const servers: RunningServer[] = [];
  const watched: Watched[] = [];

  beforeAll(async () => {
    for (const target of [stage!.dir, 'redis']) {
      const server = await parseTarget(target).start(['--enable-debug-command', 'yes']);
      servers.push(server);
      watched.push(await watchEvents(server.host, server.port));
    }
  });
  afterAll(async () => {
    for (const one of watched) await one.close();
    for (const server of servers) await server.stop();
  });

  for (const line of LINES) {
    test(line, async () => {
      const [ours, theirs] = await Promise.all(watched.map((one) => one.run(line)));
      expect(ours).toEqual(theirs);
    });
  }

  test('every command that writes is among them', async () => {
    const { host, port } = servers[0]!;
    const c = await Client.open(host, port);
    const tried = new Set(LINES.flatMap((line) => line.split(' ; ')).map((command) => nameOf(splitArguments(command)!)));
    const missing = (await writeCommands(c)).filter((name) => !tried.has(name) && !NO_EVENTS.has(name));
    await c.close();
    expect(missing).toEqual([]);
  });
});

/** `set`, `xgroup|create`. */
function nameOf([name, second]: string[]): string {
  return name === 'XGROUP' ? `xgroup|${second!.toLowerCase()}` : name!.toLowerCase();
}

/** The full names of the commands and sub-commands with the flag `write`. */
async function writeCommands(c: Client): Promise<string[]> {
  const names: string[] = [];
  for (const command of items(await c.send('COMMAND'))) {
    for (const row of [command, ...items(items(command)[9]!)]) {
      const [name, , flags] = items(row);
      const isWrite = items(flags!).some((flag) => String((flag as { text: string }).text) === 'write');
      if (isWrite) names.push(name as string);
    }
  }
  return names;
}
