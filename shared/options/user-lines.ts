import type { OptionType } from './types.ts';

/**
 * `user <name> <rule> …`: lines of redis.conf, one for each user. What they say is looked at
 * when all options are known. `user ""` takes away the lines before it, such as those of a file that is included.
 */
export function userLines(row: { help: string }): OptionType<readonly (readonly string[])[]> {
  return {
    ...row,
    default: () => [],
    directive: true,
    immutable: true,
    sensitive: true,
    severalWords: true,
    placeholder: '<name> <rule> …',
    parse(words) {
      if (words.length === 0) throw new Error('wrong number of arguments');
      return words.length === 1 && words[0] === '' ? [] : [words];
    },
    format: (lines) => lines.map((words) => words.join(' ')).join('\n'),
    lines: (lines) => lines.map((words) => [...words]),
    add: (lines, more) => (more.length === 0 ? [] : [...lines, ...more]),
  };
}
