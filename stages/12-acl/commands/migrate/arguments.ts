import type { FoundKey } from '#shared/commands/key-specs.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

/** The arguments of MIGRATE. */
export interface Migration {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  /** How long the target may be silent, in ms. */
  readonly timeout: number;
  readonly keys: readonly string[];
  readonly copy: boolean;
  readonly replace: boolean;
  /** `[password]` or `[username, password]`; undefined: the target needs none. */
  readonly credentials: readonly string[] | undefined;
}

const DEFAULT_TIMEOUT_MS = 1000;
const OPTIONS_AT = 6;
/** How many words follow an option. */
const WORDS: Readonly<Record<string, number>> = { copy: 0, replace: 0, auth: 1, auth2: 2 };

/**
 * `MIGRATE host port key|"" destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key …]`
 * @throws ReplyError
 */
export function parseMigration(args: readonly string[]): Migration {
  const [, host, port, key, db, timeout] = args as [string, string, string, string, string, string];
  let [copy, replace] = [false, false];
  let credentials: string[] | undefined;
  let keys = [key];
  for (let i = OPTIONS_AT; i < args.length; i++) {
    const word = args[i]!.toLowerCase();
    if (word === 'keys') {
      if (key !== '') throw new ReplyError('ERR When using MIGRATE KEYS option, the key argument must be set to the empty string');
      keys = args.slice(i + 1);
      break;
    }
    const more = Object.hasOwn(WORDS, word) ? WORDS[word]! : undefined;
    if (more === undefined || i + more >= args.length) throw syntaxError();
    if (word === 'copy') copy = true;
    else if (word === 'replace') replace = true;
    else credentials = args.slice(i + 1, i + 1 + more);
    i += more;
  }
  const ms = Number(parseLongLong(timeout));
  const target = { host, port: Number(parseInt64(port) ?? 0), db: Number(parseLongLong(db)) };
  return { ...target, timeout: ms > 0 ? ms : DEFAULT_TIMEOUT_MS, keys, copy, replace, credentials };
}

/** The one key, or those after KEYS; none where both are there, which is an error (Redis: `migrateGetKeys`). KEYS as the last word is not seen. */
export function migrateKeys(args: readonly string[]): FoundKey[] {
  let keys = [args[3]!];
  for (let i = OPTIONS_AT; i < args.length - 1; i++) {
    const word = args[i]!.toLowerCase();
    if (word === 'keys') {
      keys = args[3] === '' ? args.slice(i + 1) : [];
      break;
    }
    if (Object.hasOwn(WORDS, word)) i += WORDS[word]!;
  }
  return keys.map((key) => ({ key, flags: 'RW access delete' }));
}

/** Without the words after AUTH and AUTH2. */
export function redactMigrate(args: readonly string[]): readonly string[] {
  const shown = [...args];
  for (let i = OPTIONS_AT; i < shown.length; i++) {
    const word = shown[i]!.toLowerCase();
    if (word === 'keys') break;
    const more = Object.hasOwn(WORDS, word) ? WORDS[word]! : 0;
    for (let j = 1; j <= more && i + j < shown.length; j++) shown[i + j] = '(redacted)';
    i += more;
  }
  return shown;
}
