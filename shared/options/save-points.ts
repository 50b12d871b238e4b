import type { OptionType } from './types.ts';

/** Save when `seconds` have passed since the last save, and there were `changes` (Redis: `saveparam`). */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/**
 * `save 60 1000 300 10`, in one word or in several; `save ""` for none. Lines add up, and `save ""` takes away what
 * stands before it.
 */
export function savePoints(row: { default: string; help: string }): OptionType<readonly SavePoint[]> {
  return {
    help: row.help,
    default: () => parse(row.default.split(' ')),
    severalWords: true,
    parse,
    placeholder: '<seconds> <changes> …',
    format: (points) => points.map(text).join(' '),
    lines: (points) => (points.length === 0 ? [['']] : points.map((point) => text(point).split(' '))),
    add: (points, more) => (more.length === 0 ? more : [...points, ...more]),
  };
}

function parse(words: string[]): SavePoint[] {
  const numbers = words.length === 1 ? words[0]!.trim().split(/\s+/) : words;
  if (numbers.length === 0 || (numbers.length === 1 && numbers[0] === '')) return [];
  if (numbers.length % 2 !== 0) throw new Error(INVALID);
  return numbers.flatMap((seconds, at) => (at % 2 === 0 ? [savePoint(seconds, numbers[at + 1]!)] : []));
}

function savePoint(seconds: string, changes: string): SavePoint {
  if (!/^\d{1,10}$/.test(seconds) || !/^\d{1,10}$/.test(changes) || Number(seconds) < 1) throw new Error(INVALID);
  return { seconds: Number(seconds), changes: Number(changes) };
}

function text({ seconds, changes }: SavePoint): string {
  return `${seconds} ${changes}`;
}

const INVALID = 'Invalid save parameters';
