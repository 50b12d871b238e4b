/** A wrong option. The message is for a human, and names the option. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/**
 * One row of a stage's table of options. `parse` takes the words after the option's name and throws an Error that says
 * what it takes; `format` is its inverse, in the form CONFIG GET shows.
 */
export interface OptionType<T> {
  readonly default: T | (() => T);
  readonly help: string;
  /** Cannot be changed once the server runs (`IMMUTABLE_CONFIG`). */
  readonly immutable?: boolean;
  /** Can be changed where `enable-protected-configs` allows it, and nowhere else (`PROTECTED_CONFIG`). */
  readonly protected?: boolean;
  /** For tests of the server alone: shown by its full name only (`HIDDEN_CONFIG`). */
  readonly hidden?: boolean;
  /** A password: no error shows it (`SENSITIVE_CONFIG`). */
  readonly sensitive?: boolean;
  /** A directive of redis.conf that is no option for CONFIG GET and CONFIG SET. */
  readonly directive?: boolean;
  /** How the value is written in help texts: `<bytes>`, `yes|no`. */
  readonly placeholder: string;
  /** `before`: the value that holds so far, of which what the words do not name stays. */
  parse(words: string[], before?: T): T;
  /** Looks at the value that counts, when all lines and flags are read. @throws Error that says why it cannot be had */
  accept?(value: T): void;
  format(value: T): string;
  /** One argument, as CONFIG SET has it, is split at blanks (`MULTI_ARG_CONFIG`). */
  readonly severalWords?: boolean;
  /** What a second line of redis.conf makes of the value, where it does not replace it: `save`. */
  add?(value: T, more: T): T;
  /** The words of its lines in redis.conf; without it one line, with the value as CONFIG GET shows it. */
  lines?(value: T): string[][];
}

export interface Common<T> {
  default: T | (() => T);
  help: string;
  immutable?: boolean;
  protected?: boolean;
  hidden?: boolean;
  sensitive?: boolean;
  accept?(value: T): void;
}

/** A whole number; `min` and `max` are inclusive. */
export function integer(row: Common<number> & { min: number; max: number }): OptionType<number> {
  return {
    ...row,
    placeholder: '<number>',
    format: String,
    parse(words) {
      const text = single(words);
      if (!/^-?\d{1,16}$/.test(text)) throw new Error('argument couldn\'t be parsed into an integer');
      return inRange(Number(text), row.min, row.max);
    },
  };
}

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };

/** A number of bytes, with Redis's units: `100mb`, `1gb` (powers of 1024), `1k`, `1m` (powers of 1000). */
export function memory(row: Common<number> & { min?: number; max?: number }): OptionType<number> {
  return {
    ...row,
    placeholder: '<bytes>',
    format: String,
    lines: (value) => [[withUnit(value)]],
    parse(words) {
      const parts = /^(\d{1,16})([a-z]{0,2})$/.exec(single(words).toLowerCase());
      const unit = parts && UNITS[parts[2]!];
      if (!unit) throw new Error('argument must be a memory value');
      return inRange(Number(parts[1]) * unit, row.min ?? 0, row.max ?? Number.MAX_SAFE_INTEGER);
    },
  };
}

/** As `memory`, or a share of `maxmemory`, as `5%`: that is kept as -5 (Redis: `PERCENT_CONFIG`). */
export function memoryOrPercent(row: Common<number>): OptionType<number> {
  const bytes = memory(row);
  return {
    ...bytes,
    placeholder: '<bytes>|<percent>%',
    format: (value) => (value < 0 ? `${-value}%` : bytes.format(value)),
    lines: (value) => (value < 0 ? [[`${-value}%`]] : bytes.lines!(value)),
    parse(words) {
      const percent = /^(\d{1,16})%$/.exec(single(words));
      if (percent === null) return parseOr(bytes, words, 'argument must be a memory or percent value');
      if (Number(percent[1]) > 100) throw new Error('percentage argument must be less or equal to 100');
      return 0 - Number(percent[1]);
    },
  };
}

function parseOr<T>(option: OptionType<T>, words: string[], message: string): T {
  try {
    return option.parse(words);
  } catch {
    throw new Error(message);
  }
}

/** What `memoryOrPercent` comes to in bytes (Redis: `getClientEvictionLimit`); a share of no limit is none. */
export function bytesOf(value: number, maxmemory: number): number {
  return value < 0 ? Math.floor((maxmemory * -value) / 100) : value;
}

/** As `rewriteConfigFormatMemory` writes it: the largest unit that divides it. */
function withUnit(bytes: number): string {
  const unit = bytes === 0 ? undefined : ['gb', 'mb', 'kb'].find((name) => bytes % UNITS[name]! === 0);
  return unit === undefined ? String(bytes) : `${bytes / UNITS[unit]!}${unit}`;
}

/** The bits of a file's mode, as `chmod` takes them: `700`; 0: not to be changed. */
export function fileMode(row: Common<number>): OptionType<number> {
  return {
    ...row,
    placeholder: '<mode>',
    format: (mode) => mode.toString(8),
    parse(words) {
      const text = single(words);
      if (!/^[0-7]{1,3}$/.test(text)) throw new Error("argument couldn't be parsed as an octal number");
      return Number.parseInt(text, 8);
    },
  };
}

/** `yes` or `no`. */
export function boolean(row: Common<boolean>): OptionType<boolean> {
  return {
    ...row,
    placeholder: 'yes|no',
    format: (value) => (value ? 'yes' : 'no'),
    parse(words) {
      const text = single(words).toLowerCase();
      if (text !== 'yes' && text !== 'no') throw new Error("argument must be 'yes' or 'no'");
      return text === 'yes';
    },
  };
}

/** One word out of a few. */
export function choice<const T extends string>(row: Common<T> & { values: readonly T[] }): OptionType<T> {
  return {
    ...row,
    placeholder: row.values.join('|'),
    format: String,
    parse(words) {
      const text = single(words).toLowerCase();
      const found = row.values.find((value) => value === text);
      if (found === undefined) throw new Error(`argument(s) must be one of the following: ${row.values.join(', ')}`);
      return found;
    },
  };
}

/** One word, as it is. */
export function string(row: Common<string>): OptionType<string> {
  return { ...row, placeholder: '<string>', format: String, parse: single };
}

/** Several words, such as the addresses of `bind`. */
export function words(row: Common<readonly string[]>): OptionType<readonly string[]> {
  return {
    ...row,
    placeholder: '<word> …',
    severalWords: true,
    format: (value) => value.join(' '),
    lines: (value) => [[...value]],
    parse(given) {
      if (given.length === 0) throw new Error('wrong number of arguments');
      if (given.includes('')) throw new Error('an argument is empty');
      return given;
    },
  };
}

function single(given: string[]): string {
  if (given.length !== 1) throw new Error('wrong number of arguments');
  return given[0]!;
}

function inRange(value: number, min: number, max: number): number {
  if (value < min || value > max) throw new Error(`argument must be between ${min} and ${max} inclusive`);
  return value;
}
