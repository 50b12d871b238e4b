import type { Reply } from '#shared/resp/reply.ts';
import type { KeySpec } from './key-specs.ts';
import type { Request } from './request.ts';

/** Executes one request and returns its reply. @throws ReplyError for an error reply */
export type Handler = (request: Request) => Reply;

/** What is known of a command, as COMMAND INFO and COMMAND DOCS tell it. Code asks these facts, never the name. */
export interface CommandRow {
  /** In lower case. */
  readonly name: string;
  /** Number of arguments with the name; negative: at least that many. */
  readonly arity: number;
  /** Redis's own words, in one string: `write denyoom fast`. */
  readonly flags: string;
  /** Where the keys stand, and what is done to them. */
  readonly keys?: readonly KeySpec[];
  /** ACL categories that do not follow from flags and family. */
  readonly categories?: string;
  readonly since: string;
  readonly summary: string;
  /** What follows the name, for HELP: `<connection-name>`. */
  readonly syntax?: string;
  /** `false`: inside MULTI it runs at once instead of being queued. */
  readonly queued?: false;
  readonly run?: Handler;
  readonly subcommands?: readonly CommandRow[];
}

/** Rows that belong together, such as all string commands; `group` is Redis's name for them. */
export interface Family {
  readonly group: string;
  readonly rows: readonly CommandRow[];
}

/** A row made ready for execution. */
export interface Command {
  readonly row: CommandRow;
  /** `get`, `client|setname`. */
  readonly fullName: string;
  readonly group: string;
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly run: Handler | undefined;
  /** By lower-case name; empty for most. */
  readonly subcommands: ReadonlyMap<string, Command>;
}
