/** A source of random keys: a dict, or a list of keys. */
interface Keys {
  readonly size: number;
  keys(): string[];
  /** O(1); undefined when there is none. */
  randomKey(): string | undefined;
}

/** All keys of a small value. */
export class KeyList implements Keys {
  private readonly list: string[];

  constructor(list: string[]) {
    this.list = list;
  }

  get size(): number {
    return this.list.length;
  }

  keys(): string[] {
    return this.list;
  }

  randomKey(): string | undefined {
    return this.list[Math.floor(Math.random() * this.list.length)];
  }
}

/**
 * Keys picked at random, as SRANDMEMBER counts them: `count` different ones, at most all; or with a negative count
 * exactly so many, the same one perhaps several times. Costs no more than about the number of picks.
 */
export function randomKeys(from: Keys, count: number): string[] {
  if (count < 0) return repeatedKeys(from, -count);
  if (count >= from.size) return from.keys();
  return count * 3 < from.size ? fewKeys(from, count) : manyKeys(from, count);
}

function repeatedKeys(from: Keys, count: number): string[] {
  const picked: string[] = [];
  if (from.size === 0) return picked;
  for (let i = 0; i < count; i++) picked.push(from.randomKey()!);
  return picked;
}

/** A key that was drawn before is drawn again: at worst one time in three. */
function fewKeys(from: Keys, count: number): string[] {
  const picked = new Set<string>();
  while (picked.size < count) picked.add(from.randomKey()!);
  return [...picked];
}

/** The first `count` places of a shuffle (Fisher-Yates). */
function manyKeys(from: Keys, count: number): string[] {
  const keys = from.keys();
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(Math.random() * (keys.length - i));
    [keys[i], keys[other]] = [keys[other]!, keys[i]!];
  }
  keys.length = count;
  return keys;
}
