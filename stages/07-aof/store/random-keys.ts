import type { Dict } from '#shared/dict/dict.ts';

/**
 * Keys picked at random, as SRANDMEMBER counts them: `count` different ones, at most all; or with a negative count
 * exactly so many, the same one perhaps several times. Costs no more than about the number of picks.
 */
export function randomKeys(dict: Dict<unknown>, count: number): string[] {
  if (count < 0) return repeatedKeys(dict, -count);
  if (count >= dict.size) return dict.keys();
  return count * 3 < dict.size ? fewKeys(dict, count) : manyKeys(dict, count);
}

function repeatedKeys(dict: Dict<unknown>, count: number): string[] {
  const picked: string[] = [];
  if (dict.size === 0) return picked;
  for (let i = 0; i < count; i++) picked.push(dict.randomKey()!);
  return picked;
}

/** A key that was drawn before is drawn again: at worst one time in three. */
function fewKeys(dict: Dict<unknown>, count: number): string[] {
  const picked = new Set<string>();
  while (picked.size < count) picked.add(dict.randomKey()!);
  return [...picked];
}

/** The first `count` places of a shuffle (Fisher-Yates). */
function manyKeys(dict: Dict<unknown>, count: number): string[] {
  const keys = dict.keys();
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(Math.random() * (keys.length - i));
    [keys[i], keys[other]] = [keys[other]!, keys[i]!];
  }
  keys.length = count;
  return keys;
}
