import type { Reply } from '#shared/resp/reply.ts';
import type { CommandStats } from '../stats/command-stats.ts';
import type { ChannelSpec } from './channels-of.ts';
import type { FoundKey, KeySpec } from './key-specs.ts';

/**
 * Executes one request and returns its reply. `R` is a server's own type of request; code that only reads facts about
 * commands leaves it out. @throws ReplyError for an error reply
 */
export type Handler<R> = (request: R) => Reply;

/** The facts about a command, as COMMAND INFO and COMMAND DOCS report them. Code looks at these facts, never at the name. */
export interface CommandRow<R = never> {
  /** In lower case. */
  readonly name: string;
  /** Number of arguments with the name; negative: at least that many. */
  readonly arity: number;
  /** Redis's own words, in one string: `write denyoom fast`. */
  readonly flags: string;
  /** Which arguments are keys, and what the command does to them. */
  readonly keys?: readonly KeySpec[];
  /** Finds the keys of a request where `keys` cannot say what the command does to them (Redis: `getkeys_proc`). */
  readonly keysOf?: (args: readonly string[]) => FoundKey[];
  /** The channels that a user must be allowed to use. */
  readonly channels?: ChannelSpec;
  /** ACL categories that do not follow from flags and family. */
  readonly categories?: string;
  /** Command tips for clients of several servers, in Redis's words: `request_policy:all_shards`. */
  readonly tips?: string;
  readonly since: string;
  /** The version since which it is deprecated, and the command to use instead. */
  readonly deprecated?: { readonly since: string; readonly replacedBy: string };
  /** Used by servers and their tests, not by applications. */
  readonly internal?: true;
  readonly summary: string;
  /** What follows the name, for HELP: `<connection-name>`. */
  readonly syntax?: string;
  /** More lines for HELP: what the options mean. */
  readonly help?: readonly string[];
  /** `false`: between MULTI and EXEC it runs at once instead of being queued. */
  readonly queued?: false;
  /** It ends a transaction, one way or another: EXEC, DISCARD, and what ends the connection's state. */
  readonly endsTransaction?: true;
  /** It runs the requests that its connection has queued, so it has their flags, too: EXEC. */
  readonly runsQueue?: true;
  /** What the script that it runs says of itself; undefined: nothing (stage 12). */
  readonly scriptFlags?: (request: R) => ReadonlySet<string> | undefined;
  /** It writes nothing, yet it is refused while the disk takes no writes: monitors learn of it by PING. */
  readonly reportsDiskErrors?: true;
  /** A client of RESP2 may send it while it has subscriptions; others only when it has none (from stage 09 on). */
  readonly whileSubscribed?: true;
  /** Its arguments as monitors (from stage 09 on) and SLOWLOG (12) may show them, where some are secret. */
  readonly redact?: (args: readonly string[]) => readonly string[];
  /** It is a use of its keys even for a client that has said CLIENT NO-TOUCH (from stage 09 on). */
  readonly touches?: true;
  /** Of a container: what CLIENT CACHING has said holds on beyond its sub-commands (from stage 09 on). */
  readonly keepsCaching?: true;
  readonly run?: Handler<R>;
  readonly subcommands?: readonly CommandRow<R>[];
  /** Of a container: since when it has HELP, where that came later. */
  readonly helpSince?: string;
}

/** Rows that belong together, such as all string commands; `group` is Redis's name for them. */
export interface Family<R = never> {
  readonly group: string;
  /** The ACL category of them all, where it does not follow from the group; empty: none. */
  readonly category?: string;
  readonly rows: readonly CommandRow<R>[];
}

/**
 * A row made ready for execution, with the fields that every request reads. Rows differ in their fields, which makes V8
 * search for them, and a lookup in a set takes longer than a field.
 */
export interface Command<R = never> {
  readonly row: CommandRow<R>;
  /** `get`, `client|setname`. */
  readonly fullName: string;
  readonly family: Family<R>;
  /** The row that it is a sub-command of. */
  readonly container: CommandRow<R> | undefined;
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  /** Whether `write` is one of the row's flags. */
  readonly isWrite: boolean;
  /** As in the row (stage 12). */
  readonly scriptFlags: ((request: R) => ReadonlySet<string> | undefined) | undefined;
  readonly run: Handler<R> | undefined;
  readonly stats: CommandStats;
  /** By lower-case name; empty for most. */
  readonly subcommands: ReadonlyMap<string, Command<R>>;
}
