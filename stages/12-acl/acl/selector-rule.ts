import { CATEGORIES } from '#shared/commands/acl-categories.ts';
import type { CommandTable } from '#shared/commands/command-table.ts';
import type { Command } from '#shared/commands/command.ts';
import type { RuleContext } from './apply-rule.ts';
import { commandsIn } from './categories.ts';
import { AFTER_ALL_CHANNELS, AFTER_ALL_KEYS, FIRST_ARGUMENT_OF_SUBCOMMAND, RuleError, SYNTAX, UNKNOWN } from './rule-error.ts';
import { createKeyPattern, type Selector } from './user.ts';

/**
 * Changes a selector by one rule about commands, keys or channels (Redis: `ACLSetSelector`).
 * @throws RuleError; then nothing has changed
 */
export function applySelectorRule({ commands }: RuleContext, selector: Selector, rule: string): void {
  const word = WORDS[rule.toLowerCase()];
  const sign = rule[0]!;
  if (word !== undefined) word(selector);
  else if (sign === '~' || sign === '%') addKeyPattern(selector, rule);
  else if (sign === '&') addChannel(selector, rule.slice(1));
  else if ((sign === '+' || sign === '-') && rule[1] === '@') changeCategory(commands, selector, sign, rule.slice(2));
  else if (sign === '+') allowCommand(commands, selector, rule.slice(1));
  else if (sign === '-') denyCommand(commands, selector, rule.slice(1));
  else throw new RuleError(SYNTAX);
}

const WORDS: Record<string, (selector: Selector) => void> = {
  allkeys: allowAllKeys,
  '~*': allowAllKeys,
  resetkeys: resetKeys,
  allchannels: allowAllChannels,
  '&*': allowAllChannels,
  resetchannels: resetChannels,
  allcommands: (selector) => resetCommands(selector, true),
  '+@all': (selector) => resetCommands(selector, true),
  nocommands: (selector) => resetCommands(selector, false),
  '-@all': (selector) => resetCommands(selector, false),
};

function allowAllKeys(selector: Selector): void {
  selector.allKeys = true;
  selector.keys = [];
}

function resetKeys(selector: Selector): void {
  selector.allKeys = false;
  selector.keys = [];
}

function allowAllChannels(selector: Selector): void {
  selector.allChannels = true;
  selector.channels = [];
}

function resetChannels(selector: Selector): void {
  selector.allChannels = false;
  selector.channels = [];
}

/** Replaces all rules about commands by `+@all` or `-@all`. */
function resetCommands(selector: Selector, all: boolean): void {
  selector.allCommands = all;
  selector.beginsWithAll = all;
  selector.commands.clear();
  selector.firstArguments.clear();
  selector.commandRules = [];
}

/** `~pattern`, `%R~pattern`, `%W~pattern`, `%RW~pattern`. */
function addKeyPattern(selector: Selector, rule: string): void {
  if (selector.allKeys) throw new RuleError(AFTER_ALL_KEYS);
  const { reads, writes, pattern } = readKeyPattern(rule);
  expectNoSpaces(pattern);
  const at = selector.keys.findIndex((known) => known.pattern === pattern);
  const before = selector.keys[at];
  if (before === undefined) selector.keys.push(createKeyPattern(pattern, reads, writes));
  else selector.keys[at] = createKeyPattern(pattern, reads || before.reads, writes || before.writes);
}

function readKeyPattern(rule: string): { reads: boolean; writes: boolean; pattern: string } {
  if (rule[0] === '~') return { reads: true, writes: true, pattern: rule.slice(1) };
  // As in Redis, the pattern may be missing.
  const parts = /^%(R|W|RW|WR)(?:~|$)/i.exec(rule);
  if (parts === null) throw new RuleError(SYNTAX);
  const access = parts[1]!.toUpperCase();
  return { reads: access.includes('R'), writes: access.includes('W'), pattern: rule.slice(parts[0].length) };
}

function addChannel(selector: Selector, pattern: string): void {
  if (selector.allChannels) throw new RuleError(AFTER_ALL_CHANNELS);
  expectNoSpaces(pattern);
  if (!selector.channels.includes(pattern)) selector.channels.push(pattern);
}

/** As C's `isspace`, and the null character (Redis: `ACLStringHasSpaces`). */
function expectNoSpaces(text: string): void {
  if (/[\t-\r \0]/.test(text)) throw new RuleError(SYNTAX);
}

function changeCategory(table: CommandTable, selector: Selector, sign: string, name: string): void {
  const category = name.toLowerCase();
  if (!CATEGORIES.includes(category)) throw new RuleError(UNKNOWN);
  for (const command of commandsIn(table, category)) change(table, selector, command, sign === '+');
  noteRule(selector, sign, `@${category}`);
}

/** `+get`, `+config`, `+config|get`; and `+select|0`: a command with this first argument alone. */
function allowCommand(table: CommandTable, selector: Selector, name: string): void {
  const command = findCommand(table, name);
  if (command !== undefined) change(table, selector, command, true);
  else allowFirstArgument(table, selector, name);
  noteRule(selector, '+', name.toLowerCase());
}

function allowFirstArgument(table: CommandTable, selector: Selector, name: string): void {
  const at = name.lastIndexOf('|');
  const command = at === -1 ? undefined : findCommand(table, name.slice(0, at));
  if (command === undefined) throw new RuleError(UNKNOWN);
  if (command.fullName.includes('|')) throw new RuleError(FIRST_ARGUMENT_OF_SUBCOMMAND);
  const first = name.slice(at + 1).toLowerCase();
  if (first === '') throw new RuleError(SYNTAX);
  if (command.subcommands.size > 0) throw new RuleError(UNKNOWN);
  const known = selector.firstArguments.get(command) ?? [];
  if (!known.includes(first)) selector.firstArguments.set(command, [...known, first]);
}

function denyCommand(table: CommandTable, selector: Selector, name: string): void {
  const command = findCommand(table, name);
  if (command === undefined) throw new RuleError(UNKNOWN);
  change(table, selector, command, false);
  noteRule(selector, '-', name.toLowerCase());
}

/** Allows or denies a command, and with a container its sub-commands (Redis: `ACLChangeSelectorPerm`). */
function change(table: CommandTable, selector: Selector, command: Command, allow: boolean): void {
  if (selector.allCommands && !allow) listAllCommands(table, selector);
  selector.firstArguments.delete(command);
  for (const each of [command, ...command.subcommands.values()]) {
    if (allow) selector.commands.add(each);
    else selector.commands.delete(each);
  }
}

/** Not all of them are allowed any more: those that are have to be named. */
function listAllCommands({ commands }: CommandTable, selector: Selector): void {
  selector.allCommands = false;
  for (const command of commands.values()) {
    selector.commands.add(command);
    for (const sub of command.subcommands.values()) selector.commands.add(sub);
  }
}

/** A rule takes the place of an earlier one about the same, or about a part of it (Redis: `ACLUpdateCommandRules`). */
function noteRule(selector: Selector, sign: string, name: string): void {
  const others = selector.commandRules.filter((rule) => rule.slice(1) !== name && !rule.startsWith(`${name}|`, 1));
  selector.commandRules = [...others, `${sign}${name}`];
}

/** `get`, `config`, `config|get`, in any case of letters. */
function findCommand(table: CommandTable, name: string): Command | undefined {
  const [container, sub, ...more] = name.toLowerCase().split('|');
  if (more.length > 0) return undefined;
  const command = table.commands.get(container!);
  return sub === undefined ? command : command?.subcommands.get(sub);
}
