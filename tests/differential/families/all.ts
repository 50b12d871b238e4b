import type { Family } from '../family.ts';
import { bitmaps } from './bitmaps.ts';
import { everything, everythingWithScripts } from './everything.ts';
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
import { transactions } from './transactions.ts';

/** One for each type, and some that combine types. */
export const FAMILIES: readonly Family[] = [
  strings,
  keys,
  lists,
  hashes,
  sets,
  streams,
  transactions,
  sizes,
  sortedSets,
  sort,
];

/** Those above; geo, apart from them because stored distances differ between servers; what came with the last stage; and all types in one sequence. */
export const COMPARED: readonly Family[] = [...FAMILIES, geo, bitmaps, hyperLogLog, lcs, scripts, everything, everythingWithScripts];

/** The families that a stage knows: of two with the same name, the one with more. */
export function comparedOn(stage: string): readonly Family[] {
  const known = COMPARED.filter(({ since }) => since <= stage);
  return known.filter(({ name }, at) => known.findLastIndex((other) => other.name === name) === at);
}
