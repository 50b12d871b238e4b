import { ReplyError } from '#shared/resp/reply.ts';
import { splitArguments } from '#shared/resp/split-arguments.ts';

/** The first line of a library, `#!lua name=mylib`, read. */
export interface LibraryHeader {
  readonly name: string;
  /** The code without that line; its line feed stays, so that lines are counted with it. */
  readonly code: string;
}

/** Redis: `functionExtractLibMetaData`. @throws ReplyError */
export function readLibraryHeader(source: string): LibraryHeader {
  if (!source.startsWith('#!')) throw new ReplyError('ERR Missing library metadata');
  const end = source.indexOf('\n');
  const words = end === -1 ? null : splitArguments(source.slice(0, end));
  if (words === null) throw new ReplyError('ERR Invalid library metadata');
  const [engine, ...parts] = words;
  const name = nameIn(parts);
  if (!isName(name)) throw new ReplyError(BAD_NAME);
  if (engine!.slice(2).toLowerCase() !== 'lua') throw new ReplyError(`ERR Engine '${engine!.slice(2)}' not found`);
  return { name, code: source.slice(end) };
}

/** Letters, digits and `_`: the names of libraries and functions (Redis: `functionsVerifyName`). */
export function isName(text: string): boolean {
  return /^[a-zA-Z0-9_]+$/.test(text);
}

export const BAD_NAME =
  'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long';

function nameIn(parts: readonly string[]): string {
  let name: string | undefined;
  for (const part of parts) {
    if (!/^name=/i.test(part)) throw new ReplyError(`ERR Invalid metadata value given: ${part}`);
    if (name !== undefined) throw new ReplyError('ERR Invalid metadata value, name argument was given multiple times');
    name = part.slice('name='.length);
  }
  if (name === undefined) throw new ReplyError('ERR Library name was not given');
  return name;
}
