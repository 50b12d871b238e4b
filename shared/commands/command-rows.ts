import { globMatch } from '#shared/glob.ts';
import { MapReply, ReplyError, SetReply, Status, type Reply } from '#shared/resp/reply.ts';
import { aclCategories } from './acl-categories.ts';
import type { CommandTable } from './command-table.ts';
import type { Command, CommandRow } from './command.ts';
import { findKeys, type KeySpec } from './key-specs.ts';

const FLAGS = 'loading stale';

/** What COMMAND needs of a request. */
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
  since: '2.8.13',
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

function commandGetKeys({ server, args }: Request): Reply {
  const typed = args.slice(2);
  const command = server.commands.find(typed);
  if (!command) throw new ReplyError('ERR Invalid command specified');
  if (!command.row.keys) throw new ReplyError('ERR The command has no key arguments');
  const { arity } = command;
  if (arity > 0 ? arity !== typed.length : typed.length < -arity) {
    throw new ReplyError('ERR Invalid number of arguments specified for command');
  }
  const keys = findKeys(command.row.keys, typed);
  if (keys.length === 0) throw new ReplyError('ERR Invalid arguments specified for command');
  return keys.map((found) => found.key);
}

/** `get`, or `client|setname` for a sub-command. */
function findFullName({ server }: Request, fullName: string): Command | undefined {
  const [name, sub, ...more] = fullName.split('|');
  if (more.length > 0) return undefined;
  const command = server.commands.findByName(name!);
  return sub === undefined ? command : command?.subcommands.get(sub.toLowerCase());
}

/** Redis: `addReplyCommandInfo`. */
function infoReply(command: Command): Reply {
  const keys = command.row.keys ?? [];
  const [first, last, step] = keyPositions(keys);
  const subcommands = [...command.subcommands.values()].map(infoReply);
  return [
    command.fullName,
    command.arity,
    new SetReply(statuses([...command.flags, ...(isMovable(keys) ? ['movablekeys'] : [])])),
    first,
    last,
    step,
    new SetReply(statuses(aclCategories(command).map((category) => `@${category}`))),
    new SetReply([]),
    new SetReply(keys.map(keySpecReply)),
    subcommands.length > 0 ? subcommands : new SetReply([]),
  ];
}

function docsReply(command: Command): Reply {
  const { summary, since } = command.row;
  const facts: Reply[] = ['summary', summary, 'since', since, 'group', command.group];
  if (command.subcommands.size > 0) {
    const subcommands = [...command.subcommands.values()];
    facts.push('subcommands', new MapReply(subcommands.flatMap((sub) => [sub.fullName, docsReply(sub)])));
  }
  return new MapReply(facts);
}

/** First key, last key and step, as clients older than key specs want them: of ranges from a fixed place. */
function keyPositions(keys: readonly KeySpec[]): [first: number, last: number, step: number] {
  let range: [number, number, number] = [0, 0, 0];
  for (const { begin, find } of keys) {
    if (typeof begin !== 'number' || !('step' in find)) continue;
    const last = find.last >= 0 ? begin + find.last : find.last;
    if (range[0] === 0) range = [begin, last, find.step];
    else if (last < 0 || (range[1] >= 0 && last > range[1])) range[1] = last;
  }
  return range;
}

/** Whether first, last and step do not tell all the keys (`movablekeys`). */
function isMovable(keys: readonly KeySpec[]): boolean {
  return keys.some(({ begin, find }) => typeof begin !== 'number' || 'numkeys' in find);
}

function keySpecReply({ flags, begin, find }: KeySpec): Reply {
  const beginSpec =
    typeof begin === 'number'
      ? ['type', 'index', 'spec', new MapReply(['index', begin])]
      : ['type', 'keyword', 'spec', new MapReply(['keyword', begin.keyword, 'startfrom', begin.from])];
  const findSpec =
    'numkeys' in find
      ? ['type', 'keynum', 'spec', new MapReply(['keynumidx', 0, 'firstkey', 1, 'keystep', 1])]
      : ['type', 'range', 'spec', new MapReply(['lastkey', find.last, 'keystep', find.step, 'limit', find.limit])];
  return new MapReply([
    'flags',
    new SetReply(statuses(flags.split(' '))),
    'begin_search',
    new MapReply(beginSpec),
    'find_keys',
    new MapReply(findSpec),
  ]);
}

function statuses(words: string[]): Reply[] {
  return words.map((word) => new Status(word));
}
