/** Redis's own seed of the hash, and the factor of MurmurHash64A in halves of 32 bits. */
const SEED = 0xadc83b19;
const FACTOR_HIGH = 0xc6a4a793;
const FACTOR_LOW = 0x5bd1e995;

/** The lower 14 bits of the hash choose the register. */
export const INDEX_BITS = 14;
/** The highest rank that the other 50 bits give. */
export const MAX_RANK = 64 - INDEX_BITS + 1;

/** The number being computed, in halves: JavaScript has no integers of 64 bits that are as quick. */
let high = 0;
let low = 0;

/**
 * Where an element counts, and how much (Redis: `hllPatLen`): `rank * 2^14 + index`. The rank is the place of the first 1 among
 * the bits above the index: half of all elements have rank 1, a quarter rank 2.
 */
export function placeOf(element: string): number {
  murmurHash64A(element);
  const index = low & ((1 << INDEX_BITS) - 1);
  const above = low >>> INDEX_BITS;
  let rank = MAX_RANK;
  if (above !== 0) rank = trailingZeros(above) + 1;
  else if (high !== 0) rank = 32 - INDEX_BITS + trailingZeros(high) + 1;
  return (rank << INDEX_BITS) | index;
}

/** Hashes a binary string into `high` and `low` (Redis: `MurmurHash64A`). */
function murmurHash64A(text: string): void {
  const { length } = text;
  high = 0;
  low = length;
  multiply();
  let hashHigh = high;
  let hashLow = low ^ SEED;
  const whole = length & ~7;
  for (let at = 0; at < whole; at += 8) {
    low = wordAt(text, at);
    high = wordAt(text, at + 4);
    multiply();
    low ^= high >>> 15;
    multiply();
    high ^= hashHigh;
    low ^= hashLow;
    multiply();
    hashHigh = high;
    hashLow = low;
  }
  high = hashHigh;
  low = hashLow;
  if (whole < length) {
    for (let at = whole; at < length; at++) {
      const byte = text.charCodeAt(at);
      if (at - whole < 4) low ^= byte << (8 * (at - whole));
      else high ^= byte << (8 * (at - whole - 4));
    }
    multiply();
  }
  low ^= high >>> 15;
  multiply();
  low ^= high >>> 15;
}

/** Times the factor, of which the lower 64 bits stay. */
function multiply(): void {
  const a = low & 0xffff;
  const b = low >>> 16;
  const lowest = a * (FACTOR_LOW & 0xffff);
  const middle = a * (FACTOR_LOW >>> 16) + b * (FACTOR_LOW & 0xffff) + (lowest >>> 16);
  const carry = b * (FACTOR_LOW >>> 16) + Math.floor(middle / 0x10000);
  high = (Math.imul(high, FACTOR_LOW) + Math.imul(low, FACTOR_HIGH) + carry) | 0;
  low = (middle << 16) | (lowest & 0xffff);
}

/** Four bytes, the lowest first. */
function wordAt(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
