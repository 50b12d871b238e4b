import type { Command } from '../differential/arguments.ts';
import type { Rng } from '../harness/rng.ts';
import { scriptMakers, SCRIPTS_SINCE } from './scripts.ts';

/**
 * Commands whose result depends on the moment or on chance, so that a replica can follow only if it is sent the effect:
 * keys that live for some ms, SPOP, IDs made from the clock, claims, inexact trims, pops that serve a waiting client; and scripts.
 * @param stage the number of the oldest stage, primary or replica
 */
export function createRacySource(rng: Rng, stage: string): () => Command[] {
  let n = 0;
  const key = () => `r${rng.int(1, 12)}`;
  const brief = () => String(rng.int(1, 150));
  const long = () => String(rng.int(100_000, 9_000_000));
  const value = () => (rng.chance(0.05) ? rng.bytes(rng.int(100, 3_000)) : `v${++n}`);
  const makers: (() => Command | Command[])[] = [
    () => ['SET', `t${rng.int(1, 50)}`, value(), 'PX', brief()],
    () => ['SET', `t${rng.int(1, 50)}`, value(), 'PX', long()],
    () => ['PEXPIRE', key(), rng.chance(0.3) ? brief() : long()],
    () => ['GETEX', `t${rng.int(1, 50)}`, 'PX', rng.chance(0.5) ? brief() : long()],
    () => ['APPEND', `t${rng.int(1, 50)}`, 'x'],
    () => ['INCRBYFLOAT', 'float', String(rng.int(-1000, 1000) / 8)],
    () => ['HINCRBYFLOAT', 'floats', `f${rng.int(1, 9)}`, String(rng.int(-1000, 1000) / 8)],
    () => ['SADD', 'lots', ...Array.from({ length: 12 }, () => `m${rng.int(1, 5_000)}`)],
    () => ['SPOP', 'lots', String(rng.int(1, 5))],
    () => ['SPOP', 'lots'],
    () => ['XADD', 'log', 'MAXLEN', '~', '500', '*', 'n', String(++n)],
    () => ['XADD', 'log', '*', 'n', value()],
    () => ['XGROUP', 'CREATE', 'log', 'g', '0', 'MKSTREAM'],
    () => ['XREADGROUP', 'GROUP', 'g', `c${rng.int(1, 4)}`, 'COUNT', String(rng.int(1, 9)), 'STREAMS', 'log', '>'],
    () => ['XAUTOCLAIM', 'log', 'g', `c${rng.int(1, 4)}`, String(rng.int(0, 30)), '0', 'COUNT', '5'],
    () => ['XTRIM', 'log', 'MAXLEN', '~', '300'],
    () => ['SELECT', String(rng.pick([8, 9, 10, 10, 10]))],
    () => ['RPUSH', 'queue', value(), value()],
    () => ['LPUSH', 'queue2', value()],
    () => ['LTRIM', 'done', '-100', '-1'],
    () => ['LMPOP', '2', 'queue', 'queue2', rng.pick(['LEFT', 'RIGHT']), 'COUNT', String(rng.int(1, 5))],
    () => ['RENAME', `t${rng.int(1, 50)}`, `t${rng.int(1, 50)}`],
    () => ['COPY', `t${rng.int(1, 50)}`, key(), 'REPLACE'],
    () => [['MULTI'], ['SPOP', 'lots', '2'], ['RPUSH', 'queue', value()], ['SET', key(), 'v', 'PX', brief()], ['EXEC']],
    () => [['MULTI'], ['INCR', 'a'], ['SELECT', '9'], ['INCR', 'b'], ['EXEC'], ['SELECT', '10']],
  ];
  const forSortedSets: (() => Command | Command[])[] = [
    () => ['ZADD', 'ranked', String(rng.int(-1000, 1000) / 8), value(), String(rng.int(1, 9)), `m${rng.int(1, 300)}`],
    () => ['ZADD', 'ranked2', rng.pick(['GT', 'LT', 'CH', 'XX']), String(rng.int(1, 99)), `m${rng.int(1, 300)}`],
    () => ['ZINCRBY', rng.pick(['ranked', 'ranked2']), String(rng.int(-1000, 1000) / 1000), `m${rng.int(1, 300)}`],
    () => ['ZPOPMIN', 'ranked', String(rng.int(0, 5))],
    () => ['ZMPOP', '2', 'ranked', 'ranked2', 'MAX', 'COUNT', String(rng.int(1, 5))],
    () => ['ZREMRANGEBYRANK', 'ranked2', '0', '-200'],
    () => ['ZUNIONSTORE', 'ranked3', '2', 'ranked', 'ranked2', 'WEIGHTS', '0.1', '0.3'],
    () => ['ZRANGESTORE', key(), 'ranked', '0', String(rng.int(0, 200))],
    () => ['SORT', 'queue', 'ALPHA', 'LIMIT', '0', '20', 'STORE', 'queue2'],
    () => [['MULTI'], ['ZADD', 'ranked', '1', value()], ['BZPOPMAX', 'ranked', '0'], ['PEXPIRE', 'ranked3', brief()], ['EXEC']],
  ];
  // Messages take their place in the stream, and leave nothing in the dataset.
  const forMessages: (() => Command | Command[])[] = [
    () => ['PUBLISH', `news${rng.int(1, 9)}`, value()],
    () => ['SPUBLISH', `shard${rng.int(1, 9)}`, value()],
    () => [['MULTI'], ['PUBLISH', 'news1', value()], ['INCR', 'a'], ['PUBLISH', 'news2', value()], ['EXEC']],
  ];
  if (stage >= '09') makers.push(...forMessages);
  if (stage >= '10') makers.push(...forSortedSets);
  if (stage >= SCRIPTS_SINCE) makers.push(...scriptMakers(rng));
  return () => {
    const made = rng.pick(makers)();
    return (Array.isArray(made[0]) ? made : [made]) as Command[];
  };
}
