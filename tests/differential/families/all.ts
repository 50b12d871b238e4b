import type { Family } from '../family.ts';
import { hashes } from './hashes.ts';
import { keys } from './keys.ts';
import { lists } from './lists.ts';
import { sets } from './sets.ts';
import { sizes } from './sizes.ts';
import { sort } from './sort.ts';
import { sortedSets } from './sorted-sets.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';
import { transactions } from './transactions.ts';

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
