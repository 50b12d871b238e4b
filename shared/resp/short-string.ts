/** From this length on `latin1Slice` is as fast: what costs most is the way out of JavaScript and back. */
const MAX_LENGTH = 28;

type MakeString = (bytes: Uint8Array, at: number) => string;

/**
 * By length, up to 28: what makes a binary string of so many bytes from `at` on. `fromCharCode` with as many arguments
 * is done by V8 alone; a loop would put a string together character by character.
 */
export const shortStrings: readonly MakeString[] = Array.from({ length: MAX_LENGTH + 1 }, (_, length) => {
  const codes = Array.from({ length }, (_, i) => `bytes[at + ${i}]`).join(', ');
  return new Function('bytes', 'at', `return String.fromCharCode(${codes})`) as MakeString;
});
