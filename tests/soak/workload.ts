import type { Rng } from '../harness/rng.ts';
import type { Command } from '../differential/arguments.ts';

const CHANNELS = ['news', 'chat', 'log'];

/**
 * Commands of all types over a bounded set of keys, each of them right: an error in a reply is a problem. Much expires, and
 * collections are trimmed or have few members to choose from, so that the data soon stay about the same size.
 */
export function createWorkload(rng: Rng): () => Command[] {
  let n = 0;
  const key = (kind: string, count: number) => `${kind}:${rng.int(1, count)}`;
  const value = () => (rng.chance(0.02) ? rng.bytes(rng.int(1_000, 20_000)) : `value-${++n}-${'x'.repeat(rng.int(0, 200))}`);
  const makers: (() => Command | Command[])[] = [
    () => ['SET', key('page', 5_000), value(), 'PX', String(rng.int(50, 60_000))],
    () => ['SET', key('string', 1_000), value()],
    () => ['GET', key('page', 5_000)],
    () => ['MGET', key('string', 1_000), key('string', 1_000), key('page', 5_000)],
    () => ['INCRBY', key('counter', 500), String(rng.int(1, 9))],
    () => [['SET', key('short', 500), 'x'], ['PEXPIRE', key('short', 500), String(rng.int(1, 500))]],
    () => ['DEL', key('string', 1_000), key('page', 5_000)],
    () => ['LPUSH', key('list', 30), value(), value()],
    () => ['LTRIM', key('list', 30), '0', '199'],
    () => ['LRANGE', key('list', 30), '0', '20'],
    () => ['RPOP', key('list', 30)],
    () => ['HSET', key('hash', 30), key('field', 100), value(), key('field', 100), String(rng.int(1, 1000))],
    () => ['HDEL', key('hash', 30), key('field', 100), key('field', 100)],
    () => ['HGETALL', key('hash', 30)],
    () => ['SADD', key('set', 50), ...Array.from({ length: 5 }, () => key('m', 300))],
    () => ['SPOP', key('set', 50), String(rng.int(1, 5))],
    () => ['SUNIONSTORE', 'union', key('set', 50), key('set', 50)],
    () => ['ZADD', key('board', 20), String(rng.int(1, 100_000)), key('player', 500)],
    () => ['ZREMRANGEBYRANK', key('board', 20), '0', '-501'],
    () => ['ZRANGE', key('board', 20), '0', '20', 'REV', 'WITHSCORES'],
    () => ['ZRANK', key('board', 20), key('player', 500)],
    () => ['ZUNIONSTORE', 'boards', '2', key('board', 20), key('board', 20)],
    () => ['GEOADD', key('map', 5), String(rng.int(-179, 179)), String(rng.int(-80, 80)), key('place', 300)],
    () => ['GEOSEARCH', key('map', 5), 'FROMLONLAT', '0', '0', 'BYRADIUS', '3000', 'km', 'COUNT', '10'],
    () => ['XADD', key('events', 5), 'MAXLEN', '~', '300', '*', 'n', String(++n), 'text', value()],
    () => ['XREVRANGE', key('events', 5), '+', '-', 'COUNT', '5'],
    () => [['MULTI'], ['INCR', key('counter', 500)], ['LPUSH', key('list', 30), value()], ['SPOP', key('set', 50)], ['EXEC']],
    () => ['SCAN', '0', 'COUNT', '50'],
    () => ['PUBLISH', rng.pick(CHANNELS), value()],
  ];
  return () => {
    const made = rng.pick(makers)();
    return (Array.isArray(made[0]) ? made : [made]) as Command[];
  };
}
