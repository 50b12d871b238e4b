/**
 * How many bits are 1 in the bytes from `start` to before `end` (Redis: `redisPopcount`). Eight words of 32 bits are added
 * up bit by bit, with carries, so that only the words of eights are counted: six operations a word instead of twelve.
 */
export function popcount(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let count = 0;
  let at = start;
  const firstWord = Math.min(end, at + ((4 - ((bytes.byteOffset + at) & 3)) & 3));
  for (; at < firstWord; at++) count += popcount32(bytes[at]!);
  if (at === end) return count;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2);
  count += popcountWords(words);
  for (at += words.length * 4; at < end; at++) count += popcount32(bytes[at]!);
  return count;
}

/** Harley and Seal's way: `ones`, `twos` and `fours` hold what is left of the sums so far, one bit for each place. */
function popcountWords(words: Int32Array): number {
  let count = 0;
  let [ones, twos, fours] = [0, 0, 0];
  let at = 0;
  for (; at + 8 <= words.length; at += 8) {
    let a = words[at]!;
    let b = words[at + 1]!;
    let half = ones ^ a;
    const twosA = (ones & a) | (half & b);
    ones = half ^ b;
    a = words[at + 2]!;
    b = words[at + 3]!;
    half = ones ^ a;
    const twosB = (ones & a) | (half & b);
    ones = half ^ b;
    half = twos ^ twosA;
    const foursA = (twos & twosA) | (half & twosB);
    twos = half ^ twosB;
    a = words[at + 4]!;
    b = words[at + 5]!;
    half = ones ^ a;
    const twosC = (ones & a) | (half & b);
    ones = half ^ b;
    a = words[at + 6]!;
    b = words[at + 7]!;
    half = ones ^ a;
    const twosD = (ones & a) | (half & b);
    ones = half ^ b;
    half = twos ^ twosC;
    const foursB = (twos & twosC) | (half & twosD);
    twos = half ^ twosD;
    half = fours ^ foursA;
    const eights = (fours & foursA) | (half & foursB);
    fours = half ^ foursB;
    count += popcount32(eights);
  }
  count = 8 * count + 4 * popcount32(fours) + 2 * popcount32(twos) + popcount32(ones);
  for (; at < words.length; at++) count += popcount32(words[at]!);
  return count;
}

/** The bits of one word: of pairs, of fours, of bytes, and their sum in the upper byte. */
function popcount32(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  return Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
