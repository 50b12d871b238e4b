import { editDistance, nearest } from '../nearest.ts';
import { OptionError, type OptionType } from './types.ts';

/** The values of a table's options, by their names as in redis.conf. */
export type OptionValues<Table> = {
  -readonly [Name in keyof Table]: Table[Name] extends OptionType<infer T> ? T : never;
};

/**
 * Reads `--name value …` as redis-server does: a flag's words go up to the next word that starts with `--`.
 * @throws OptionError naming the flag that is unknown or whose value is wrong.
 */
export function parseFlags<Table>(table: Table, argv: readonly string[]): OptionValues<Table> {
  const values = defaults(table);
  let i = 0;
  while (i < argv.length) {
    const flag = argv[i]!;
    if (!flag.startsWith('--')) throw new OptionError(`Unexpected argument '${flag}': options start with '--'`);
    const next = argv.findIndex((word, at) => at > i && word.startsWith('--'));
    const end = next === -1 ? argv.length : next;
    setOption(table, values, flag.slice(2), argv.slice(i + 1, end));
    i = end;
  }
  return values;
}

/** Every option at its default. */
export function defaults<Table>(table: Table): OptionValues<Table> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table as Record<string, OptionType<unknown>>)) {
    values[name] = typeof option.default === 'function' ? option.default() : option.default;
  }
  return values as OptionValues<Table>;
}

/** Sets one option from its words. @throws OptionError */
export function setOption<Table>(table: Table, values: OptionValues<Table>, name: string, words: string[]): void {
  const key = name.toLowerCase();
  const option = Object.hasOwn(table as object, key) && (table as Record<string, OptionType<unknown>>)[key];
  if (!option) throw new OptionError(`Unknown option '--${name}'${suggestion(Object.keys(table as object), key)}`);
  try {
    (values as Record<string, unknown>)[key] = option.parse(words);
  } catch (error) {
    throw new OptionError(`Bad value for '--${key}' ("${words.join(' ')}"): ${(error as Error).message}`);
  }
}

/** The text of `--help`: one line an option, with its default. */
export function describeOptions<Table>(table: Table): string {
  const rows = Object.entries(table as Record<string, OptionType<unknown>>).map(([name, option]) => {
    const value = typeof option.default === 'function' ? option.default() : option.default;
    return [`  --${name} ${option.placeholder}`, `${option.help} [${option.format(value)}]`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`).join('\n');
}

function suggestion(names: string[], typed: string): string {
  const near = nearest(typed, names);
  const likely = editDistance(typed, near) <= 2 || (typed !== '' && near.startsWith(typed));
  return likely ? `; did you mean '--${near}'?` : '; --help lists them';
}
