import type { OptionType } from './types.ts';

/** What `A` means: every class of events but missed keys (m) and new keys (n). */
const ALL = 'g$lshzxetd';
/** The order in which Redis names classes. */
const LETTERS = `${ALL}nKEm`;

/**
 * The letters of `notify-keyspace-events`: the classes of events that are published, and (K, E) the channels. The value
 * holds each letter once, in Redis's order, and the classes themselves in place of `A` (`keyspaceEventsStringToFlags`).
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

/** In redis.conf the `n` must not be lost. */
function linesForm(letters: string): string {
  return letters.replace(ALL, 'A');
}
