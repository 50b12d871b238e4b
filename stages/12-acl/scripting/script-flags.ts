import { ReplyError } from '#shared/resp/reply.ts';
import { splitArguments } from '#shared/resp/split-arguments.ts';

/** What a script says of itself (Redis: `scripts_flags_def`), in the order in which FUNCTION LIST shows it. */
export const SCRIPT_FLAGS = ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'] as const;
export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/** The source of EVAL without its first line, where that says `#!lua flags=no-writes`. */
export interface ScriptSource {
  /** Undefined: the script has no such line, and is judged command by command, as before Redis 7. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  /** The line feed after the first line stays: lines are counted with it. */
  readonly code: string;
}

/** Redis: the first half of `luaCreateFunction`. @throws ReplyError when the first line is wrong */
export function readShebang(source: string): ScriptSource {
  if (!source.startsWith('#!')) return { flags: undefined, code: source };
  const end = source.indexOf('\n');
  if (end === -1) throw new ReplyError('ERR Invalid script shebang');
  const words = splitArguments(source.slice(0, end));
  if (words === null) throw new ReplyError('ERR Invalid engine in script shebang');
  const [engine, ...parts] = words;
  if (engine !== '#!lua') throw new ReplyError(`ERR Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<ScriptFlag>();
  for (const part of parts) {
    if (!part.startsWith('flags=')) throw new ReplyError(`ERR Unknown lua shebang option: ${part}`);
    for (const flag of part.slice('flags='.length).split(',')) {
      if (part === 'flags=') break;
      if (!isScriptFlag(flag)) throw new ReplyError(`ERR Unexpected flag in script shebang: ${flag}`);
      flags.add(flag);
    }
  }
  return { flags, code: source.slice(end) };
}

export function isScriptFlag(text: string): text is ScriptFlag {
  return (SCRIPT_FLAGS as readonly string[]).includes(text);
}
