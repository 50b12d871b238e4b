import type { Command } from '#shared/commands/command.ts';

/** Keys that may be read, written or both: those that a glob-style pattern matches. */
export interface KeyPattern {
  readonly pattern: string;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The text before the final `*`, in a pattern without another special character. */
  readonly prefix: string | undefined;
}

export function createKeyPattern(pattern: string, reads: boolean, writes: boolean): KeyPattern {
  const isPrefix = /^[^*?[\\]*\*$/.test(pattern);
  return { pattern, reads, writes, prefix: isPrefix ? pattern.slice(0, -1) : undefined };
}

/** What may be done: these commands, with these keys and channels (Redis: `aclSelector`). */
export interface Selector {
  allCommands: boolean;
  /** Whether the rules begin with `+@all`, and not with `-@all`. */
  beginsWithAll: boolean;
  /** Commands, containers and sub-commands that are allowed, unless all are. */
  commands: Set<Command>;
  /** Of a command that is not allowed: the first arguments, in lower case, with which it is (`+select|0`). */
  firstArguments: Map<Command, string[]>;
  /** What came after `+@all` or `-@all`, as it was said: `['-@dangerous', '+config|get']`. */
  commandRules: string[];
  allKeys: boolean;
  keys: KeyPattern[];
  allChannels: boolean;
  /** Glob-style patterns. */
  channels: string[];
}

/**
 * A user, and the permissions of its clients (Redis: `struct user`). A request is allowed if one selector allows all
 * of it: the root selector, which rules without parentheses change, or another.
 */
export interface User {
  readonly name: string;
  enabled: boolean;
  /** Any password will do. */
  nopass: boolean;
  /** Says whether payloads of RESTORE are checked in depth; here they always are. */
  sanitizePayload: boolean;
  /** SHA-256 of each password, in hexadecimal digits. */
  passwords: Set<string>;
  root: Selector;
  selectors: Selector[];
}

/** A user that may do nothing, not even authenticate. `allChannels`: as `acl-pubsub-default` says. */
export function createUser(name: string, allChannels: boolean): User {
  return {
    name,
    enabled: false,
    nopass: false,
    sanitizePayload: true,
    passwords: new Set(),
    root: createSelector(allChannels),
    selectors: [],
  };
}

export function createSelector(allChannels: boolean): Selector {
  return {
    allCommands: false,
    beginsWithAll: false,
    commands: new Set(),
    firstArguments: new Map(),
    commandRules: [],
    allKeys: false,
    keys: [],
    allChannels,
    channels: [],
  };
}

/** The same rules under another name, so that changes can be tried (Redis: `ACLCopyUser`). */
export function copyUser(user: User, name = user.name): User {
  return {
    ...user,
    name,
    passwords: new Set(user.passwords),
    root: copySelector(user.root),
    selectors: user.selectors.map(copySelector),
  };
}

function copySelector(selector: Selector): Selector {
  return {
    ...selector,
    commands: new Set(selector.commands),
    firstArguments: new Map([...selector.firstArguments].map(([command, first]) => [command, [...first]])),
    commandRules: [...selector.commandRules],
    keys: [...selector.keys],
    channels: [...selector.channels],
  };
}

/** Copies another user's rules into a user. Its clients refer to the user, so the new rules apply to them at once. */
export function assignRules(user: User, { name: _, ...rules }: User): void {
  Object.assign(user, rules);
}

/** Whether the user may do everything: its requests need no further check. */
export function isUnrestricted({ root }: User): boolean {
  return root.allCommands && root.allKeys && root.allChannels;
}
