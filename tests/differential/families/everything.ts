import type { Arguments, Command } from '../arguments.ts';
import { chooseRow, type Family } from '../family.ts';
import { bitmaps } from './bitmaps.ts';
import { geo } from './geo.ts';
import { hashes } from './hashes.ts';
import { hyperLogLog } from './hyperloglog.ts';
import { keys } from './keys.ts';
import { lcs } from './lcs.ts';
import { lists } from './lists.ts';
import { scripts } from './scripts.ts';
import { sets } from './sets.ts';
import { sizes } from './sizes.ts';
import { sort } from './sort.ts';
import { sortedSets } from './sorted-sets.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';

const TYPES = [strings, keys, lists, hashes, sets, streams, sizes, sortedSets, sort, geo];
const CHANNELS = ['news', 'k1', ''];

/**
 * All types in one sequence, over the same few keys: each command meets what those of the other types have left. Alone and
 * inside transactions, with messages; a listening client receives each event, too.
 */
export const everything = mixOf('11', TYPES);

/** The same with what came with the last stage: bits, HyperLogLogs, LCS, and scripts and functions that call other commands. */
export const everythingWithScripts = mixOf('12', [...TYPES, bitmaps, hyperLogLog, lcs, scripts]);

function mixOf(since: string, types: readonly Family[]): Family {
  const some = (a: Arguments, low: number, high: number) => Array.from({ length: a.rng.int(low, high) }, () => any(a, types)).flat();
  return {
    name: 'everything',
    since,
    keys: ['k1', 'k2', 'k3', 'k4'],
    begin: types.flatMap(({ begin }) => begin ?? []),
    listened: true,
    rows: [
      [70, (a) => any(a, types)],
      [8, (a) => [['MULTI'], ...some(a, 0, 6), ['EXEC']]],
      [1, (a) => [['MULTI'], ...some(a, 0, 4), ['DISCARD']]],
      [3, (a) => [['WATCH', ...a.some(1, 3, a.key)], ...some(a, 0, 2), ['MULTI'], ...some(a, 0, 4), ['EXEC']]],
      [1, (a) => [['MULTI'], ...some(a, 0, 2), a.pick([['MULTI'], ['WATCH', 'k1'], ['NOSUCH'], ['GET'], ['UNWATCH']]), ['EXEC']]],
      [5, (a) => [message(a)]],
      [6, (a) => [['DEL', a.key(), a.key()]]],
    ],
  };
}

function any(a: Arguments, types: readonly Family[]): Command[] {
  const made = a.rng.chance(0.04) ? message(a) : chooseRow(a.pick(types), a.rng)(a);
  return (Array.isArray(made[0]) ? made : [made]) as Command[];
}

function message(a: Arguments): Command {
  return a.pick<Command>([
    ['PUBLISH', a.pick(CHANNELS), a.value()],
    ['PUBLISH', a.pick(CHANNELS), a.value()],
    ['SPUBLISH', a.pick(CHANNELS), a.value()],
    ['PUBSUB', a.pick(['CHANNELS', 'NUMPAT', 'SHARDCHANNELS'])],
    ['PUBSUB', 'NUMSUB', ...a.some(0, 2, () => a.pick(CHANNELS))],
  ]);
}
