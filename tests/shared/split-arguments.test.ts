import { describe, expect, test } from 'vitest';
import { splitArguments } from '#shared/resp/split-arguments.ts';

const SPLIT: [line: string, words: string[]][] = [
  ['', []],
  [' \t\r\n\v\f ', []],
  ['a', ['a']],
  ['  set  key\tvalue ', ['set', 'key', 'value']],
  ['"a b"  \'c d\'', ['a b', 'c d']],
  ['"" \'\'', ['', '']],
  ['"\\n\\r\\t\\b\\a\\\\\\""', ['\n\r\t\b\x07\\"']],
  ['"\\x00\\x7f\\xFf\\xe9"', ['\0\x7f\xff\xe9']],
  ['"\\xg0 \\x4"', ['xg0 x4']],
  ["'it\\'s' '\\n \\x41 \\\\ '", ["it's", '\\n \\x41 \\\\ ']],
  ['a"b c"', ['ab c']],
  ["a'b c' d", ['ab c', 'd']],
  ['a\vb', ['a\vb']],
  ['\va\fb', ['a\fb']],
  ['"a"\vb', ['a', 'b']],
  ['a\0b', ['a']],
  ['a \0b', ['a']],
  ['\0a', []],
  ['\xe2\x82\xac', ['\xe2\x82\xac']],
];

describe('words', () => {
  for (const [line, words] of SPLIT) test(JSON.stringify(line), () => expect(splitArguments(line)).toEqual(words));
});

describe('unbalanced quotes', () => {
  for (const line of ['"', "'", 'a "b', "a 'b", '"a"b', "'a'b", '"a""b"', '"a\\"', "'a\\'", '"a\0"', '"\\', '"a\\x4', 'a\\n \\"', "'\\\\'"]) {
    test(JSON.stringify(line), () => expect(splitArguments(line)).toBeNull());
  }
});

test('a line of 64 KB', () => {
  const words = Array.from({ length: 6_000 }, (_, i) => `word${i}`);
  expect(splitArguments(words.join(' '))).toEqual(words);
  expect(splitArguments(`"${'\\x41'.repeat(16_000)}"`)).toEqual(['A'.repeat(16_000)]);
});
