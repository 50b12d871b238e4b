import { randomBytes } from 'node:crypto';

// Unknown to clients, so that keys cannot be chosen to collide.
const SEED = randomBytes(4).readInt32LE();

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

function compute(key: string): number {
  let hash = SEED;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
