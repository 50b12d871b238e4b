import { channelsOf } from '#shared/commands/channels-of.ts';
import type { Command } from '#shared/commands/command.ts';
import { namesKeys } from '#shared/commands/key-specs.ts';
import { keysOf } from '#shared/commands/keys-of.ts';
import { globMatch } from '#shared/glob.ts';
import { isUnrestricted, type KeyPattern, type Selector, type User } from './user.ts';

/** A refusal, and the thing that was refused: a command (its full name), a key or a channel. */
export interface Denial {
  readonly reason: 'command' | 'key' | 'channel';
  readonly object: string;
  /** The index of the refused argument: of several refusals the one with the highest is reported. */
  readonly position: number;
}

/** Whether a user may make a request (Redis: `ACLCheckAllUserCommandPerm`). @returns undefined: it is allowed */
export function checkRequest(user: User, command: Command, args: readonly string[]): Denial | undefined {
  if (isUnrestricted(user)) return undefined;
  const denied = checkSelector(user.root, command, args);
  if (denied === undefined || user.selectors.length === 0) return denied;
  return checkOtherSelectors(user, command, args, denied);
}

/** One selector that allows it is enough. If none does, the denial that came furthest is reported. */
function checkOtherSelectors(user: User, command: Command, args: readonly string[], first: Denial): Denial | undefined {
  let furthest = first;
  for (const selector of user.selectors) {
    const denied = checkSelector(selector, command, args);
    if (denied === undefined) return undefined;
    const [rank, best] = [RANK[denied.reason], RANK[furthest.reason]];
    if (rank > best || (rank === best && denied.position > furthest.position)) furthest = denied;
  }
  return furthest;
}

const RANK = { command: 1, key: 2, channel: 3 };

/** Redis: `ACLSelectorCheckCmd`. */
function checkSelector(selector: Selector, command: Command, args: readonly string[]): Denial | undefined {
  if (!allowsCommand(selector, command, args)) return { reason: 'command', object: command.fullName, position: 0 };
  if (!selector.allKeys) {
    const only = onlyKeyOf(command);
    if (only !== undefined) {
      const key = args[only.at]!;
      if (!allowsKey(selector, key, only.access)) return { reason: 'key', object: key, position: 0 };
    } else {
      const keys = keysOf(command, args);
      for (let i = 0; i < keys.length; i++) {
        const { key, flags } = keys[i]!;
        if (!allowsKey(selector, key, accessOf(flags))) return { reason: 'key', object: key, position: i };
      }
    }
  }
  if (!selector.allChannels && command.row.channels !== undefined) {
    const channels = channelsOf(command, args);
    const refused = channels.findIndex((name) => !allowsChannel(selector, name, command.row.channels!.arePatterns));
    if (refused !== -1) return { reason: 'channel', object: channels[refused]!, position: refused };
  }
  return undefined;
}

function allowsCommand(selector: Selector, command: Command, args: readonly string[]): boolean {
  if (selector.allCommands || selector.commands.has(command) || command.flags.has('no_auth')) return true;
  if (selector.firstArguments.size === 0 || args.length < 2) return false;
  return selector.firstArguments.get(command)?.includes(args[1]!.toLowerCase()) === true;
}

/** The access that a pattern must grant. A key whose existence alone is tested is allowed by any pattern that matches it. */
interface Access {
  readonly reads: boolean;
  readonly writes: boolean;
}

/** Redis: `ACLSelectorCheckKey`. */
function allowsKey({ keys }: Selector, key: string, { reads, writes }: Access): boolean {
  for (let i = 0; i < keys.length; i++) {
    const pattern = keys[i]!;
    if (reads && !pattern.reads) continue;
    if (writes && !pattern.writes) continue;
    if (matches(pattern, key)) return true;
  }
  return false;
}

/** Most patterns are a prefix and `*`. */
function matches({ pattern, prefix }: KeyPattern, key: string): boolean {
  return prefix === undefined ? globMatch(pattern, key) : key !== '' && key.startsWith(prefix);
}

/** The key of a command that has one, always in the same place: most have. */
interface OnlyKey {
  readonly at: number;
  readonly access: Access;
}

const onlyKeys = new Map<Command, OnlyKey | undefined>();
// A request mostly has the same command as the request before it.
let lastCommand: Command | undefined;
let lastOnly: OnlyKey | undefined;

function onlyKeyOf(command: Command): OnlyKey | undefined {
  if (command !== lastCommand) {
    if (!onlyKeys.has(command)) onlyKeys.set(command, findOnlyKey(command));
    lastOnly = onlyKeys.get(command);
    lastCommand = command;
  }
  return lastOnly;
}

function findOnlyKey(command: Command): OnlyKey | undefined {
  const { keys = [], keysOf: own } = command.row;
  const [spec] = keys;
  const isOnly = own === undefined && keys.length === 1 && typeof spec!.begin === 'number' && namesKeys(spec!);
  return isOnly && 'last' in spec!.find && spec!.find.last === 0 ? { at: spec!.begin as number, access: accessOf(spec!.flags) } : undefined;
}

/** By the words of key specs, of which there are few. */
const accesses = new Map<string, Access>();

function accessOf(flags: string): Access {
  let access = accesses.get(flags);
  if (access === undefined) {
    const words = flags.split(' ');
    access = {
      reads: words.includes('access'),
      writes: words.some((word) => word === 'insert' || word === 'delete' || word === 'update'),
    };
    accesses.set(flags, access);
  }
  return access;
}

/** A pattern of channels is allowed if a rule has exactly this pattern (Redis: `ACLCheckChannelAgainstList`). */
function allowsChannel({ channels }: Selector, name: string, isPattern = false): boolean {
  return channels.some((pattern) => (isPattern ? pattern === name : globMatch(pattern, name)));
}

/**
 * Whether a client of this user may stay subscribed: what it subscribed to is allowed by one selector or another (Redis:
 * `ACLShouldKillPubsubClient`).
 */
export function maySubscribe(user: User, channels: Iterable<string>, patterns: Iterable<string>): boolean {
  const selectors = [user.root, ...user.selectors];
  if (selectors.some(({ allChannels }) => allChannels)) return true;
  const allows = (name: string, isPattern: boolean) => selectors.some((selector) => allowsChannel(selector, name, isPattern));
  return [...channels].every((name) => allows(name, false)) && [...patterns].every((name) => allows(name, true));
}

/**
 * Whether the user may read any key whatever by this command, as SORT's BY and GET do (Redis:
 * `ACLUserCheckCmdWithUnrestrictedPerms`).
 */
export function mayReadEveryKey(user: User | undefined, command: Command, args: readonly string[]): boolean {
  if (user === undefined) return true;
  return [user.root, ...user.selectors].some((selector) => {
    const everyKey = selector.allKeys || selector.keys.some(({ pattern, reads }) => reads && pattern === '*');
    return everyKey && checkSelector(selector, command, args) === undefined;
  });
}
