/**
 * The first bit that is `bit` (0 or 1) among those from `start` to `end`, both included; bits are counted from the upper one of
 * the first byte (Redis: `redisBitpos`). @returns undefined when there is none
 */
export function bitPosition(bytes: Uint8Array, bit: number, start: number, end: number): number | undefined {
  const [first, last] = [Math.floor(start / 8), Math.floor(end / 8)];
  const none = bit === 1 ? 0 : 0xff;
  // As far as bits are outside the range they do not count: they become the other ones.
  const before = 0xff00 >> (start % 8) & 0xff;
  const after = 0x7f >> (end % 8);
  const masked = (at: number): number => {
    const outside = (at === first ? before : 0) | (at === last ? after : 0);
    return bit === 1 ? bytes[at]! & ~outside : bytes[at]! | outside;
  };
  let at = first;
  if (masked(at) === none) at = firstOther(bytes, none, first + 1, last);
  if (at > last || masked(at) === none) return undefined;
  return at * 8 + Math.clz32(masked(at) ^ none) - 24;
}

/** The first byte from `at` to before `end` that is not `byte`; else `end`, but at least `at`. */
function firstOther(bytes: Uint8Array, byte: number, at: number, end: number): number {
  while (at < end && ((bytes.byteOffset + at) & 3) !== 0) {
    if (bytes[at] !== byte) return at;
    at++;
  }
  if (at >= end) return at;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2);
  const same = byte === 0 ? 0 : -1;
  let word = 0;
  while (word < words.length && words[word] === same) word++;
  at += word * 4;
  while (at < end && bytes[at] === byte) at++;
  return at;
}
