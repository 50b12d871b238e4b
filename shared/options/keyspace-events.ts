import type { OptionType } from './types.ts';

/** Every class of events but the two that have to be asked for by name: keys that are missed, and new ones. */
const ALL = 'g$lshzxetd';
/** The order in which Redis names classes. */
const LETTERS = `${ALL}nKEm`;

/**
 * The letters of `notify-keyspace-events`: which classes of events are told, and (K, E) on which channels. The value
 * has none twice, and names each class by itself where `A` was given (Redis: `keyspaceEventsStringToFlags`).
 */
export function keyspaceEvents(row: { default: string; help: string }): OptionType<string> {
  return { ...row, placeholder: '<letters>', parse, format, lines: (letters) => [[linesForm(letters)]] };
}

function parse(words: string[]): string {
  const given = words.join(' ');
  if (words.length !== 1) throw new Error('wrong number of arguments');
  if (!/^[Ag$lshzxeKEtmdn]*$/.test(given)) throw new Error("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
  const all = given.replaceAll('A', ALL);
  return [...LETTERS].filter((letter) => all.includes(letter)).join('');
}

/** Beside `A` Redis does not show `n` (`keyspaceEventsFlagsToString`). */
function format(letters: string): string {
  return letters.startsWith(ALL) ? `A${letters.slice(ALL.length).replace('n', '')}` : letters;
}

/** In redis.conf it must not be lost. */
function linesForm(letters: string): string {
  return letters.replace(ALL, 'A');
}
