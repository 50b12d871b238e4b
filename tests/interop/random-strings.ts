import type { Rng } from '../harness/rng.ts';

/** Where the encodings of integers change: RDB's int8, 16 and 32, listpack's 7, 13 and 24 bits, 64 bits, and beyond. */
const EDGES = [7, 8, 12, 13, 15, 16, 23, 24, 31, 32, 53, 63, 64].flatMap((bits) => {
  const power = 2n ** BigInt(bits);
  return [power - 1n, power, power + 1n, -power + 1n, -power, -power - 1n].map(String);
});
/** Texts that look like integers, and are none. */
const NEARLY = ['', '-', '+1', '-0', '00', '007', ' 1', '1 ', '1.0', '1e3', 'inf', '0x10'];
const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'ipsum', 'dolor', 'sit', 'amet'];

/** A value for a string key. @param large from a kilobyte to a few hundred, that compress well, badly or not at all */
export function randomString(rng: Rng, large: boolean): string {
  if (!large) return rng.chance(0.2) ? text(rng, rng.int(15, 300)) : randomElement(rng);
  return rng.pick([
    () => text(rng, rng.int(1000, 50_000)),
    () => rng.pick(WORDS).repeat(rng.int(1000, 20_000)),
    () => rng.bytes(rng.int(1000, 20_000)),
    // Lengths around those at which servers change how they receive or keep values.
    () => rng.bytes(rng.pick([16, 32, 64, 128, 256]) * 1024 + rng.int(-3, 3)),
    // Repetitions farther apart than LZF's window of 8 KB can reach, and nearer ones.
    () => (rng.bytes(rng.pick([100, 8191, 8192, 8193])) + text(rng, 300)).repeat(3),
  ])();
}

/** A short string for keys, fields and elements, of any kind that some encoding treats specially. */
export function randomElement(rng: Rng): string {
  const kind = rng.next();
  if (kind < 0.3) return text(rng, rng.int(1, 20));
  if (kind < 0.45) return String(rng.int(-200, 200));
  if (kind < 0.55) return rng.pick(EDGES);
  if (kind < 0.6) return rng.pick(NEARLY);
  if (kind < 0.75) return rng.bytes(rng.int(1, 30));
  if (kind < 0.85) return rng.pick(WORDS).repeat(rng.int(1, 30));
  // Around the lengths where listpacks and ziplists take longer headers, and hashes leave their compact form.
  if (kind < 0.95) return 'y'.repeat(rng.pick([11, 12, 13, 20, 21, 22, 62, 63, 64, 65, 126, 127, 128, 253, 254, 255]));
  return rng.pick(['z'.repeat(4095), 'z'.repeat(4096), rng.bytes(300)]);
}

function text(rng: Rng, length: number): string {
  let made = '';
  while (made.length < length) made += `${rng.pick(WORDS)} `;
  return made.slice(0, length);
}
