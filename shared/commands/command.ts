import type { Reply } from '#shared/resp/reply.ts';
import type { FoundKey, KeySpec } from './key-specs.ts';

/**
 * Executes one request and returns its reply. `R` is a server's own type of request; code that only reads facts about
 * commands leaves it out. @throws ReplyError for an error reply
 */
export type Handler<R> = (request: R) => Reply;

/** What is known of a command, as COMMAND INFO and COMMAND DOCS report it. Code asks these facts, never the name. */
export interface CommandRow<R = never> {
  /** In lower case. */
  readonly name: string;
  /** Number of arguments with the name; negative: at least that many. */
  readonly arity: number;
  /** Redis's own words, in one string: `write denyoom fast`. */
  readonly flags: string;
  /** Where the keys stand, and what is done to them. */
  readonly keys?: readonly KeySpec[];
  /** Finds the keys of a request where `keys` cannot tell what is done to them (Redis: `getkeys_proc`). */
  readonly keysOf?: (args: readonly string[]) => FoundKey[];
  /** ACL categories that do not follow from flags and family. */
  readonly categories?: string;
  readonly since: string;
  readonly summary: string;
  /** What follows the name, for HELP: `<connection-name>`. */
  readonly syntax?: string;
  /** `false`: between MULTI and EXEC it runs at once instead of being queued. */
  readonly queued?: false;
  /** It runs what its connection has queued, so it has the flags of that, too: EXEC. */
  readonly runsQueue?: true;
  /** It writes nothing, yet it is refused while the disk takes no writes: monitors learn of it by PING. */
  readonly reportsDiskErrors?: true;
  readonly run?: Handler<R>;
  readonly subcommands?: readonly CommandRow<R>[];
}

/** Rows that belong together, such as all string commands; `group` is Redis's name for them. */
export interface Family<R = never> {
  readonly group: string;
  readonly rows: readonly CommandRow<R>[];
}

/** A row made ready for execution. */
export interface Command<R = never> {
  readonly row: CommandRow<R>;
  /** `get`, `client|setname`. */
  readonly fullName: string;
  readonly group: string;
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly run: Handler<R> | undefined;
  /** By lower-case name; empty for most. */
  readonly subcommands: ReadonlyMap<string, Command<R>>;
}
