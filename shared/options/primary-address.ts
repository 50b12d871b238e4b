import { words as several, type Common, type OptionType } from './types.ts';

/** `replicaof host port`: the primary that a server follows. No words, or `no one`: it follows none. */
export function primaryAddress(row: Omit<Common<readonly string[]>, 'default'>): OptionType<readonly string[]> {
  return {
    ...several({ ...row, default: [] }),
    placeholder: '<host> <port>',
    lines: (value) => (value.length === 0 ? [] : [[...value]]),
    parse(words) {
      // `--replicaof "host port"`, as one argument of a shell
      const given = words.length === 1 ? words[0]!.trim().split(/\s+/) : words;
      if (given.length !== 2) throw new Error('wrong number of arguments');
      if (given.join(' ').toLowerCase() === 'no one') return [];
      if (!/^\d{1,5}$/.test(given[1]!) || Number(given[1]) > 65535) throw new Error('Invalid master port');
      return given;
    },
  };
}
