import { randomBytes } from 'node:crypto';

// Unknown to clients, so that keys cannot be chosen to collide.
const SEED = randomBytes(4).readInt32LE();
const PRIME = 0x01000193;

let lastKey = '';
let lastHash = compute('');

/**
 * A 32-bit hash of a binary string (signed): FNV-1a from a random seed, its bits mixed as MurmurHash3 does at the end.
 * A command looks up the same key several times: the latest hash is remembered.
 */
export function hashOf(key: string): number {
  if (key !== lastKey) {
    lastHash = compute(key);
    lastKey = key;
  }
  return lastHash;
}

/** Says what the hash of a key is that is about to be looked up, where it is known. */
export function rememberHash(key: string, hash: number): void {
  lastKey = key;
  lastHash = hash;
}

/** As `hashOf`, which remembers the latest. */
export function compute(key: string): number {
  const { length } = key;
  let hash = SEED;
  let i = 0;
  // Four in a row take two thirds of the time of four rounds.
  for (; i + 4 <= length; i += 4) {
    hash = Math.imul(hash ^ key.charCodeAt(i), PRIME);
    hash = Math.imul(hash ^ key.charCodeAt(i + 1), PRIME);
    hash = Math.imul(hash ^ key.charCodeAt(i + 2), PRIME);
    hash = Math.imul(hash ^ key.charCodeAt(i + 3), PRIME);
  }
  for (; i < length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
