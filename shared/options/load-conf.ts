import { editDistance, nearest } from '../nearest.ts';
import { directiveError, type Directive } from './conf-file.ts';
import { currentName } from './old-names.ts';
import { assign, findOption, type OptionValues } from './parse.ts';
import { REDIS_DIRECTIVES } from './redis-directives.ts';
import { memory } from './types.ts';

/**
 * Gives the options of a stage what a redis.conf says. A directive of Redis that the stage does not know is left out: a
 * redis.conf is written for all of Redis. Not so one that protects the data: the server would be open without it.
 * @param given gets the names of the options that are set
 * @returns the names that were left out, where they do not say what Redis does by default
 * @throws OptionError with file, line and reason
 */
export function loadConf<Table>(
  table: Table,
  directives: readonly Directive[],
  values: OptionValues<Table>,
  given: Set<string>,
): string[] {
  const ignored = new Set<string>();
  for (const directive of directives) {
    const { words } = directive;
    const name = currentName(directive.name);
    const option = findOption(table, name);
    if (option === undefined) {
      expectHarmless(directive, Object.keys(table as object));
      if (!isDefault(directive)) ignored.add(name);
      continue;
    }
    try {
      assign(option, values as Record<string, unknown>, name, words, given);
    } catch (error) {
      throw directiveError(directive, (error as Error).message);
    }
  }
  return [...ignored];
}

const PROTECTING = ['requirepass', 'user', 'aclfile', 'rename-command'];
/** As real Redis writes the user that everybody is, with CONFIG REWRITE. */
const ANYBODY = /^default on (sanitize-payload )?nopass (sanitize-payload )?~\* &\* \+@all$/;

function expectHarmless(directive: Directive, known: string[]): void {
  const { name, words } = directive;
  if (!REDIS_DIRECTIVES.has(name)) {
    const near = nearest(name, [...known, ...REDIS_DIRECTIVES.keys()]);
    const likely = editDistance(name, near) <= 2 || (name !== '' && near.startsWith(name));
    const hint = likely ? `; did you mean '${near}'?` : '';
    throw directiveError(directive, `Bad directive or wrong number of arguments${hint}`);
  }
  const value = words.join(' ');
  if (!PROTECTING.includes(name) || value === '' || (name === 'user' && ANYBODY.test(value))) return;
  throw directiveError(directive, 'this stage cannot protect the server in this way, and does not start without it');
}

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
