import { globMatch } from '#shared/glob.ts';
import { MapReply, OK, ReplyError, SetReply, Status, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { dumpLibraries, restoreLibraries } from '../../scripting/library-dump.ts';
import type { Library, ScriptFunction } from '../../scripting/library.ts';
import { killScript } from '../../scripting/kill.ts';
import { SCRIPT_FLAGS } from '../../scripting/script-flags.ts';

const ALL_SUCCEEDED = 'request_policy:all_shards response_policy:all_succeeded';

/** Libraries of functions, which the server keeps as it keeps data (Redis: functions.c). */
export const functions: Family = {
  group: 'scripting',
  category: 'scripting',
  rows: [
    {
      name: 'function',
      arity: -2,
      flags: '',
      since: '7.0.0',
      summary: 'Libraries of functions.',
      subcommands: [
        {
          name: 'load',
          arity: -3,
          flags: 'write denyoom noscript',
          tips: ALL_SUCCEEDED,
          since: '7.0.0',
          summary: 'Makes a library. The reply is its name.',
          syntax: '[REPLACE] <code>',
          run: load,
        },
        {
          name: 'delete',
          arity: 3,
          flags: 'write noscript',
          tips: ALL_SUCCEEDED,
          since: '7.0.0',
          summary: 'Removes a library.',
          syntax: '<library>',
          run: remove,
        },
        {
          name: 'flush',
          arity: -2,
          flags: 'write noscript',
          tips: ALL_SUCCEEDED,
          since: '7.0.0',
          summary: 'Removes all libraries. Both words do the same here.',
          syntax: '[ASYNC | SYNC]',
          run: flush,
        },
        {
          name: 'list',
          arity: -2,
          flags: 'noscript',
          tips: 'nondeterministic_output_order',
          since: '7.0.0',
          summary: 'The libraries, and the functions of each.',
          syntax: '[LIBRARYNAME <pattern>] [WITHCODE]',
          run: list,
        },
        {
          name: 'stats',
          arity: 2,
          flags: 'noscript allow_busy',
          tips: 'nondeterministic_output request_policy:all_shards response_policy:special',
          since: '7.0.0',
          summary: 'The function that is running, and how many there are.',
          run: stats,
        },
        { name: 'dump', arity: 2, flags: 'noscript', since: '7.0.0', summary: 'All libraries as bytes for FUNCTION RESTORE.', run: dumpLibraries },
        {
          name: 'restore',
          arity: -3,
          flags: 'write denyoom noscript',
          tips: ALL_SUCCEEDED,
          since: '7.0.0',
          summary: 'Adds the libraries of a dump; with FLUSH in place of all that are there, with REPLACE of those with the same name.',
          syntax: '<dump> [APPEND | REPLACE | FLUSH]',
          run: restoreLibraries,
        },
        {
          name: 'kill',
          arity: 2,
          flags: 'noscript allow_busy',
          tips: 'request_policy:all_shards response_policy:one_succeeded',
          since: '7.0.0',
          summary: 'Ends the function that is running, unless it has written.',
          run: ({ server }) => killScript(server, true),
        },
      ],
    },
  ],
};

/** `FUNCTION LOAD [REPLACE] code` */
function load({ server, client, args }: Request): Reply {
  const options = args.slice(2, -1);
  for (const option of options) if (option.toUpperCase() !== 'REPLACE') throw new ReplyError(`ERR Unknown option given: ${option}`);
  const { name } = server.functions.load(args.at(-1)!, { replace: options.length > 0, limited: !client.mustObey });
  server.keyspace.dirty++;
  return name;
}

function remove({ server, args }: Request): Reply {
  const { libraries } = server.functions;
  const library = libraries.byName.get(args[2]!);
  if (library === undefined) throw new ReplyError('ERR Library not found');
  libraries.remove(library);
  server.keyspace.dirty++;
  return OK;
}

/** `FUNCTION FLUSH [ASYNC | SYNC]` */
function flush({ server, args }: Request): Reply {
  if (args.length > 3) throw wrongArguments(args[1]!);
  if (args.length === 3 && !/^(a?sync)$/i.test(args[2]!)) {
    throw new ReplyError('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
  }
  server.functions.libraries.clear();
  server.keyspace.dirty++;
  return OK;
}

export function wrongArguments(name: string): ReplyError {
  return new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${name}'. Try FUNCTION HELP.`);
}

/** `FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE]` */
function list({ server, args }: Request): Reply {
  let pattern: string | undefined;
  let withCode = false;
  for (let i = 2; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (word === 'WITHCODE' && !withCode) withCode = true;
    else if (word === 'LIBRARYNAME' && pattern === undefined) {
      pattern = args[++i];
      if (pattern === undefined) throw new ReplyError('ERR library name argument was not given');
    } else throw new ReplyError(`ERR Unknown argument ${args[i]}`);
  }
  const found = [...server.functions.libraries.byName.values()];
  return found.filter(({ name }) => pattern === undefined || globMatch(pattern, name, true)).map((each) => describe(each, withCode));
}

function describe({ name, functions, source }: Library, withCode: boolean): Reply {
  const facts: Reply[] = ['library_name', name, 'engine', 'LUA', 'functions', [...functions.values()].map(describeFunction)];
  return new MapReply(withCode ? [...facts, 'library_code', source] : facts);
}

function describeFunction({ name, description, flags }: ScriptFunction): Reply {
  const shown = SCRIPT_FLAGS.filter((flag) => flags.has(flag)).map((flag) => new Status(flag));
  return new MapReply(['name', name, 'description', description ?? null, 'flags', new SetReply(shown)]);
}

function stats({ server }: Request): Reply {
  const { libraries } = server.functions;
  const counts = new MapReply(['libraries_count', libraries.byName.size, 'functions_count', libraries.functionCount]);
  return new MapReply(['running_script', runningScript(server), 'engines', new MapReply(['LUA', counts])]);
}

function runningScript({ running: { run } }: Request['server']): Reply {
  if (run === undefined) return null;
  const duration = Math.floor(performance.now() - run.startedAt);
  return new MapReply(['name', run.facts.name, 'command', run.request.args, 'duration_ms', duration]);
}
