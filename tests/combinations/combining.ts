import type { Command } from '../differential/arguments.ts';
import { payload, rdbString } from '../harness/persistence.ts';
import type { Rng } from '../harness/rng.ts';

/** Keys of all the families, so that what one of them wrote meets what is done here. */
const KEYS = ['k1', 'k2', 'k3', 'l1', 'l2', 'l3', 'h1', 'h2', 's1', 's2', 's3', 'x1', 'x2', 'a-string', 'queue'];

const TRIMS = [[], ['MAXLEN', '5'], ['MAXLEN', '~', '5'], ['MINID', '=', '5']];

/**
 * Commands that let one feature meet another: short lives of values of all types, in all ways to copy and move them;
 * chance inside transactions that change databases; whole values by RESTORE.
 */
export function createCombiningSource(rng: Rng, stage: string): () => Command[] {
  const key = () => rng.pick(KEYS);
  const brief = () => String(rng.int(1, 80));
  const database = () => String(rng.int(0, 3));
  const restored = () => payload(`\0${rdbString(`restored ${rng.int(1, 99)}`)}`);
  const writes: (() => Command)[] = [
    () => ['PEXPIRE', key(), brief(), ...rng.pick([[], ['NX'], ['LT'], ['XX']])],
    () => ['PEXPIREAT', key(), String(Date.now() + rng.int(-5, 80))],
    () => ['PERSIST', key()],
    () => ['COPY', key(), key(), 'DB', database(), 'REPLACE'],
    () => ['MOVE', key(), database()],
    () => ['RENAME', key(), key()],
    () => ['SPOP', rng.pick(['s1', 's2', 's3']), ...rng.pick([[], ['1'], ['2'], ['5']])],
    () => ['SMOVE', 's1', 's2', String(rng.int(0, 9))],
    () => ['BLPOP', rng.pick(['l1', 'l2']), 'queue', '0.001'],
    () => ['BLMPOP', '0.001', '2', 'l3', 'queue', 'RIGHT', 'COUNT', '2'],
    () => ['LMOVE', rng.pick(['l1', 'queue']), rng.pick(['l2', 'queue2']), 'LEFT', 'RIGHT'],
    () => ['XADD', rng.pick(['x1', 'x2', 'log']), ...rng.pick(TRIMS), '*', 'f', 'v'],
    () => ['XREADGROUP', 'GROUP', 'g1', 'alice', 'COUNT', '2', 'STREAMS', 'x1', 'x2', '>', '>'],
    () => ['XAUTOCLAIM', 'x1', 'g1', 'bob', '0', '0'],
    () => ['RESTORE', key(), rng.pick(['0', '100000', brief()]), restored(), ...rng.pick([[], ['REPLACE']])],
    () => ['RESTORE', key(), String(Date.now() + rng.int(-9, 60)), restored(), 'REPLACE', 'ABSTTL', 'IDLETIME', '9'],
    () => ['GETEX', key(), 'PX', brief()],
    () => ['SET', rng.pick(['k1', 'a-string']), 'x', 'GET', 'PX', brief()],
    () => ['INCRBYFLOAT', rng.pick(['k1', 'k2']), '1.5'],
    () => ['SDIFFSTORE', 's3', 's1', 's2'],
  ];
  const ofSortedSets: (() => Command)[] = [
    () => ['ZADD', rng.pick(['z1', 'ranked']), String(rng.int(-9, 9)), `m${rng.int(1, 9)}`],
    () => ['BZPOPMIN', rng.pick(['z1', 'z2']), 'ranked', '0.001'],
    () => ['BZMPOP', '0.001', '2', 'z3', 'ranked2', 'MAX', 'COUNT', '2'],
    () => ['ZRANGESTORE', rng.pick(['z1', 'z2']), 'ranked', '0', '20'],
    () => ['ZUNIONSTORE', 'z3', '3', 's1', 'z1', 'z2', 'AGGREGATE', 'MAX'],
    () => ['SORT', 's1', 'BY', 'nosort', 'STORE', rng.pick(['l1', 'queue'])],
  ];
  if (stage >= '10') writes.push(...ofSortedSets);
  const any = () => rng.pick(writes)();
  const transaction = () => {
    const inside = Array.from({ length: rng.int(1, 5) }, () => (rng.chance(0.2) ? ['SELECT', database()] : any()));
    const end = rng.pick([['EXEC'], ['EXEC'], ['EXEC'], ['DISCARD']]);
    return [...(rng.chance(0.3) ? [['WATCH', key()]] : []), ['MULTI'], ...inside, end];
  };
  return () => {
    if (rng.chance(0.25)) return transaction();
    if (rng.chance(0.03)) return [['SWAPDB', database(), database()]];
    if (rng.chance(0.01)) return [['MULTI'], any(), ['FLUSHDB'], any(), ['EXEC']];
    return [any()];
  };
}
