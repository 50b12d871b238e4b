import { splitArguments } from '../resp/split-arguments.ts';
import type { Directive } from './conf-file.ts';
import { OptionError, type OptionType } from './types.ts';

/** The values of a table's options, by their names as in redis.conf. */
export type OptionValues<Table> = {
  -readonly [Name in keyof Table]: Table[Name] extends OptionType<infer T> ? T : never;
};

/**
 * Reads `--name value …` as redis-server does: a flag's words go up to the next word that starts with `--`, and are as
 * those of a line in redis.conf. The first of them may start with `--` too, as a password may; `--save` alone may have
 * none. Name and value may also stand in one word: `"--maxmemory 700mb"`. @throws OptionError for a word in front of all flags
 */
export function readFlags(argv: readonly string[]): Directive[] {
  const directives: Directive[] = [];
  let i = 0;
  while (i < argv.length) {
    const flag = argv[i]!;
    if (!flag.startsWith('--')) throw new OptionError(`Unexpected argument '${flag}': options start with '--'`);
    const [name = '', ...inside] = splitArguments(flag.slice(2)) ?? unbalanced(flag);
    const mayBeAlone = inside.length > 0 || name.toLowerCase() === 'save';
    const from = mayBeAlone ? i + 1 : i + 2;
    const next = argv.findIndex((word, at) => at >= from && word.startsWith('--'));
    const end = next === -1 ? argv.length : next;
    const words = [...inside, ...argv.slice(i + 1, end)];
    if (mayBeAlone && words.length === 0) words.push('');
    directives.push({ name: name.toLowerCase(), words, file: '', line: 0, text: argv.slice(i, end).join(' ') });
    i = end;
  }
  return directives;
}

function unbalanced(flag: string): never {
  throw new OptionError(`${flag}: Unbalanced quotes in configuration line`);
}

/** Every option at its default. */
export function defaults<Table>(table: Table): OptionValues<Table> {
  // V8 makes a hash table of an object that is filled name by name; one that comes from JSON has quick fields.
  const names = Object.keys(table as object);
  const values: Record<string, unknown> = JSON.parse(`{${names.map((name) => `"${name}":null`).join()}}`);
  for (const [name, option] of Object.entries(table as Record<string, OptionType<unknown>>)) {
    values[name] = typeof option.default === 'function' ? option.default() : option.default;
  }
  return values as OptionValues<Table>;
}

/** The row of a lower-case name. */
export function findOption(table: unknown, key: string): OptionType<unknown> | undefined {
  return Object.hasOwn(table as object, key) ? (table as Record<string, OptionType<unknown>>)[key] : undefined;
}

/**
 * Parses, and gives the value to the option; to one that has been `given` before, and whose values add up, more of it.
 * @throws Error with what `parse` says
 */
export function assign(
  option: OptionType<unknown>,
  values: Record<string, unknown>,
  key: string,
  words: string[],
  given = new Set<string>(),
): void {
  // Several words may come as one, in quotes.
  const single = option.severalWords === true && words.length === 1;
  const value = option.parse(single ? words[0]!.split(' ') : words, values[key]);
  values[key] = given.has(key) && option.add ? option.add(values[key], value) : value;
  given.add(key);
}

/** The widest first column of `--help`, in characters. */
const COLUMN = 44;

/** The text of `--help`: a line for each option, with its default in brackets. After a long option the text has a line of its own. */
export function describeOptions<Table>(table: Table): string {
  const shown = Object.entries(table as Record<string, OptionType<unknown>>).filter(([, option]) => !option.hidden);
  const rows = shown.map(([name, option]) => {
    const value = typeof option.default === 'function' ? option.default() : option.default;
    return [`  --${name} ${option.placeholder}`, `${option.help} [${option.format(value) || '""'}]`] as const;
  });
  const width = Math.min(COLUMN, Math.max(...rows.map(([left]) => left.length)));
  const line = ([left, right]: readonly [string, string]) =>
    left.length > width ? `${left}\n${' '.repeat(width)}  ${right}` : `${left.padEnd(width)}  ${right}`;
  return rows.map(line).join('\n');
}
