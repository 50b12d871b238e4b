/** By byte: which of the classes below it is in, one bit each. As in the C locale: no byte above 0x7f is in any. */
const CLASSES_OF_BYTE = new Uint16Array(256);

type Test = (code: number) => boolean;

const between =
  (low: number, high: number): Test =>
  (code) =>
    code >= low && code <= high;

const isUpper = between(0x41, 0x5a);
const isLower = between(0x61, 0x7a);
const isDigit = between(0x30, 0x39);
const isLetter: Test = (code) => isUpper(code) || isLower(code);
const isWord: Test = (code) => isLetter(code) || isDigit(code);

/** Lua's classes, by their letters. */
const TESTS: Readonly<Record<string, Test>> = {
  a: isLetter,
  c: (code) => code < 0x20 || code === 0x7f,
  d: isDigit,
  l: isLower,
  p: (code) => code > 0x20 && code < 0x7f && !isWord(code),
  s: (code) => code === 0x20 || (code >= 0x09 && code <= 0x0d),
  u: isUpper,
  w: isWord,
  x: (code) => isDigit(code) || between(0x41, 0x46)(code) || between(0x61, 0x66)(code),
  z: (code) => code === 0,
};

/** By the code of a class's letter, small: its bit in `CLASSES_OF_BYTE`; 0 for what is no class. */
const BIT_OF_LETTER = new Uint16Array(256);

Object.entries(TESTS).forEach(([letter, test], at) => {
  BIT_OF_LETTER[letter.charCodeAt(0)] = 1 << at;
  for (let code = 0; code < 256; code++) if (test(code)) CLASSES_OF_BYTE[code]! |= 1 << at;
});

/**
 * Whether a byte is in the class that `%` and this letter name (Lua: `match_class`). A capital letter means what is not
 * in the class; what is no class's letter means itself.
 */
export function isInClass(code: number, letter: number): boolean {
  const bit = BIT_OF_LETTER[letter | 0x20]!;
  if (bit === 0) return letter === code;
  const isSmall = (letter & 0x20) !== 0;
  return ((CLASSES_OF_BYTE[code]! & bit) !== 0) === isSmall;
}
