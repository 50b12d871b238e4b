import { globMatch } from '#shared/glob.ts';
import { MapReply, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { aclCategories } from './acl-categories.ts';
import { docsReply, flagsReply, infoReply } from './command-info.ts';
import type { CommandTable } from './command-table.ts';
import type { Command, CommandRow } from './command.ts';
import type { FoundKey } from './key-specs.ts';
import { keysOf, mayHaveKeys } from './keys-of.ts';

const FLAGS = 'loading stale';

/** The parts of a request that COMMAND uses. */
interface Request {
  readonly server: { readonly commands: CommandTable };
  readonly args: readonly string[];
}

/** COMMAND: what the server can do, read from the rows of its table. */
export const commandRow: CommandRow<Request> = {
  name: 'command',
  arity: -1,
  flags: FLAGS,
  categories: 'connection',
  tips: 'nondeterministic_output_order',
  since: '2.8.13',
  helpSince: '5.0.0',
  summary: 'Facts about every command.',
  run: commandAll,
  subcommands: [
    {
      name: 'count',
      arity: 2,
      flags: FLAGS,
      categories: 'connection',
      since: '2.8.13',
      summary: 'The number of commands.',
      run: commandCount,
    },
    {
      name: 'info',
      arity: -2,
      flags: FLAGS,
      categories: 'connection',
      tips: 'nondeterministic_output_order',
      since: '2.8.13',
      summary: 'Arity, flags and keys of commands.',
      syntax: '[<command-name> ...]',
      run: commandInfo,
    },
    {
      name: 'docs',
      arity: -2,
      flags: FLAGS,
      categories: 'connection',
      tips: 'nondeterministic_output_order',
      since: '7.0.0',
      summary: 'Summaries of commands.',
      syntax: '[<command-name> ...]',
      run: commandDocs,
    },
    {
      name: 'list',
      arity: -2,
      flags: FLAGS,
      categories: 'connection',
      tips: 'nondeterministic_output_order',
      since: '7.0.0',
      summary: 'The names of commands.',
      syntax: '[FILTERBY (ACLCAT <category>|PATTERN <pattern>|MODULE <name>)]',
      run: commandList,
    },
    {
      name: 'getkeys',
      arity: -4,
      flags: FLAGS,
      categories: 'connection',
      since: '2.8.13',
      summary: 'The keys of a whole command.',
      syntax: '<full-command>',
      run: commandGetKeys,
    },
    {
      name: 'getkeysandflags',
      arity: -4,
      flags: FLAGS,
      categories: 'connection',
      since: '7.0.0',
      summary: 'The keys of a whole command, and what it does to each.',
      syntax: '<full-command>',
      run: commandGetKeysAndFlags,
    },
  ],
};

function commandAll({ server }: Request): Reply {
  return [...server.commands.commands.values()].map(infoReply);
}

function commandCount({ server }: Request): Reply {
  return server.commands.commands.size;
}

function commandInfo(request: Request): Reply {
  const names = request.args.slice(2);
  if (names.length === 0) return commandAll(request);
  return names.map((name) => {
    const command = findFullName(request, name);
    return command ? infoReply(command) : null;
  });
}

function commandDocs(request: Request): Reply {
  const names = request.args.slice(2);
  const all = [...request.server.commands.commands.values()];
  const named = names.map((name) => findFullName(request, name)).filter((command) => command !== undefined);
  const commands = names.length === 0 ? all : named;
  return new MapReply(commands.flatMap((command) => [command.fullName, docsReply(command)]));
}

/** `COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN glob]`. */
function commandList({ server, args }: Request): Reply {
  const commands = [...server.commands.commands.values()];
  const every = commands.flatMap((command) => [command, ...command.subcommands.values()]);
  if (args.length === 2) return every.map((command) => command.fullName);
  const [, , filterBy, kind, value] = args;
  if (filterBy?.toUpperCase() !== 'FILTERBY' || args.length !== 5) throw new ReplyError('ERR syntax error');
  switch (kind!.toUpperCase()) {
    case 'MODULE':
      return [];
    case 'PATTERN':
      return every.map((command) => command.fullName).filter((name) => globMatch(value!, name, true));
    case 'ACLCAT':
      return every
        .filter((command) => aclCategories(command).includes(value!.toLowerCase()))
        .map((command) => command.fullName);
    default:
      throw new ReplyError('ERR syntax error');
  }
}

function commandGetKeys(request: Request): Reply {
  return keysTyped(request).map(({ key }) => key);
}

function commandGetKeysAndFlags(request: Request): Reply {
  return keysTyped(request).map(({ key, flags }) => [key, flagsReply(flags.split(' '))]);
}

/** The keys of the command that is typed as arguments. */
function keysTyped({ server, args }: Request): FoundKey[] {
  const typed = args.slice(2);
  const command = server.commands.find(typed);
  if (!command) throw new ReplyError('ERR Invalid command specified');
  if (!mayHaveKeys(command)) throw new ReplyError('ERR The command has no key arguments');
  const { arity } = command;
  if (arity > 0 ? arity !== typed.length : typed.length < -arity) {
    throw new ReplyError('ERR Invalid number of arguments specified for command');
  }
  const keys = keysOf(command, typed);
  if (keys.length === 0 && !command.flags.has('no_mandatory_keys')) throw new ReplyError('ERR Invalid arguments specified for command');
  return keys;
}

/** `get`, or `client|setname` for a sub-command. */
function findFullName({ server }: Request, fullName: string): Command | undefined {
  const [name, sub, ...more] = fullName.split('|');
  if (more.length > 0) return undefined;
  const command = server.commands.findByName(name!);
  return sub === undefined ? command : command?.subcommands.get(sub.toLowerCase());
}
