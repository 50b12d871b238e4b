import { log } from '../log.ts';
import { likely } from '../nearest.ts';
import { directiveError, type Directive } from './conf-file.ts';
import { currentName } from './old-names.ts';
import { assign, defaults, findOption, type OptionValues } from './parse.ts';
import { REDIS_DIRECTIVES } from './redis-directives.ts';
import { memory, type OptionType } from './types.ts';

/**
 * The options of a stage, from the lines of a redis.conf and the flags after them: of an option that does not add up, the
 * last one counts. A directive of Redis that the stage does not know is left out, and all of them are named in one warning:
 * a redis.conf is written for all of Redis. Not so one that protects the data: the server would be open without it.
 * @throws OptionError with the line or the flag, and the reason
 */
export function loadOptions<Table>(table: Table, directives: readonly Directive[]): OptionValues<Table> {
  const { values, leftOut } = readDirectives(table, directives);
  if (leftOut.length > 0) log.warning(`Options that this stage does not have, and leaves out: ${leftOut.join(', ')}`);
  return values;
}

/** As `loadOptions`; says what it leaves out, where that is not what Redis does by default. */
export function readDirectives<Table>(
  table: Table,
  directives: readonly Directive[],
): { values: OptionValues<Table>; leftOut: string[] } {
  const values = defaults(table);
  const given = new Set<string>();
  const last = new Map<string, Directive>();
  const leftOut = new Set<string>();
  for (const directive of directives) {
    const name = currentName(directive.name);
    const option = findOption(table, name);
    if (option === undefined) {
      expectHarmless(directive, Object.keys(table as object));
      if (isDefault(directive)) leftOut.delete(name);
      else leftOut.add(name);
      continue;
    }
    try {
      assign(option, values as Record<string, unknown>, name, directive.words, given);
    } catch (error) {
      throw directiveError(shown(directive, option), (error as Error).message);
    }
    last.set(name, directive);
  }
  for (const [name, directive] of last) {
    try {
      findOption(table, name)!.accept?.((values as Record<string, unknown>)[name]);
    } catch (error) {
      throw directiveError(directive, (error as Error).message);
    }
  }
  return { values, leftOut: [...leftOut] };
}

/** The line may hold a password. */
function shown(directive: Directive, option: OptionType<unknown>): Directive {
  return option.sensitive === true ? { ...directive, text: directive.name } : directive;
}

const PROTECTING = ['requirepass', 'user', 'aclfile', 'rename-command'];
/** The line for the default user, as real Redis writes it with CONFIG REWRITE. */
const ANYBODY = /^default on (sanitize-payload )?nopass (sanitize-payload )?~\* &\* \+@all$/;

function expectHarmless(directive: Directive, known: string[]): void {
  const { name, words } = directive;
  if (!REDIS_DIRECTIVES.has(name)) {
    const meant = likely(name, [...known, ...REDIS_DIRECTIVES.keys()]);
    throw directiveError(directive, `${UNKNOWN}${meant === undefined ? '' : `; did you mean '${meant}'?`}`);
  }
  const value = words.join(' ');
  if (!PROTECTING.includes(name) || value === '' || (name === 'user' && ANYBODY.test(value))) return;
  // The line may hold a password.
  throw directiveError({ ...directive, text: name }, 'this stage cannot protect the server in this way, and does not start without it');
}

/** Redis's words. */
const UNKNOWN = 'Bad directive or wrong number of arguments';

function isDefault({ name, words }: Directive): boolean {
  const value = words.join(' ').toLowerCase();
  const standard = REDIS_DIRECTIVES.get(name)!.toLowerCase();
  if (name === 'client-output-buffer-limit') return OUTPUT_LIMITS.includes(value);
  return value === standard || bytes(value) === bytes(standard) || (name === 'user' && ANYBODY.test(value));
}

const OUTPUT_LIMITS = ['normal 0 0 0', 'replica 256mb 64mb 60', 'slave 256mb 64mb 60', 'pubsub 32mb 8mb 60'];
const BYTES = memory({ default: 0, help: '' });

/** `64mb` and 67108864 are one value; what is no number of bytes is itself. */
function bytes(text: string): number | string {
  try {
    return BYTES.parse([text]);
  } catch {
    return text;
  }
}
