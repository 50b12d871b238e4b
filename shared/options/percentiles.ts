import type { Common, OptionType } from './types.ts';

/** Numbers from 0 to 100; `""` for none. */
export function percentiles(row: Common<readonly number[]>): OptionType<readonly number[]> {
  return {
    ...row,
    placeholder: '<number> …',
    severalWords: true,
    format: (values) => values.join(' '),
    lines: (values) => [values.length === 0 ? [''] : values.map(String)],
    parse: (words) => (words.length === 1 && words[0] === '' ? [] : words.map(percentile)),
  };
}

function percentile(word: string): number {
  const value = Number(word);
  if (word.trim() === '' || !(value >= 0 && value <= 100)) {
    throw new Error('latency-tracking-info-percentiles should contain numbers between 0.0 and 100.0');
  }
  return value;
}
