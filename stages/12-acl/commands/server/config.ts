import { globMatch } from '#shared/glob.ts';
import { log } from '#shared/log.ts';
import { currentName, renamedOptions } from '#shared/options/old-names.ts';
import { findOption } from '#shared/options/parse.ts';
import { systemReason } from '#shared/options/paths.ts';
import { rewriteConfFile } from '#shared/options/rewrite-conf.ts';
import type { OptionType } from '#shared/options/types.ts';
import { MapReply, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { resetCommandStats } from '#shared/stats/command-stats.ts';
import { userDirectives } from '../../acl/load-users.ts';
import { optionEffects } from '../../option-effects.ts';
import { optionTable, type Options } from '../../options.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Server } from '../../server.ts';
import { syntaxError } from '../arguments.ts';

const FLAGS = 'admin noscript loading stale';

/** CONFIG: the table of options, seen and changed by clients (Redis: config.c). */
export const config: Family = {
  group: 'server',
  rows: [
    {
      name: 'config',
      arity: -2,
      flags: '',
      since: '2.0.0',
      helpSince: '5.0.0',
      summary: 'Options of the running server.',
      subcommands: [
        {
          name: 'get',
          arity: -3,
          flags: FLAGS,
          since: '2.0.0',
          summary: 'The options whose names match, and their values.',
          syntax: '<pattern> [<pattern> ...]',
          run: configGet,
        },
        {
          name: 'set',
          redact: withoutPasswords,
          arity: -4,
          flags: FLAGS,
          tips: 'request_policy:all_nodes response_policy:all_succeeded',
          since: '2.0.0',
          summary: 'Changes options: all of them, or none.',
          syntax: '<option> <value> [<option> <value> ...]',
          run: configSet,
        },
        {
          name: 'resetstat',
          arity: 2,
          flags: FLAGS,
          since: '2.0.0',
          summary: 'Begins to count anew what INFO counts.',
          run: configResetStat,
        },
        {
          name: 'rewrite',
          arity: 2,
          flags: FLAGS,
          since: '2.8.0',
          summary: "Writes the options' values of now into the configuration file.",
          run: configRewrite,
        },
      ],
    },
  ],
};

const rows = Object.entries(optionTable as unknown as Record<string, OptionType<unknown>>).filter(([, row]) => !row.directive);
/** Options of this stage under the names that Redis once gave them. */
const oldRows = renamedOptions.flatMap(([old, name]) => {
  const option = findOption(optionTable, name);
  return option === undefined ? [] : [[old, option] as const];
});

function configGet({ server, args }: Request): Reply {
  const patterns = args.slice(2);
  const found = [...rows, ...oldRows].filter(([name, { hidden }]) => {
    return patterns.some((pattern) => (hidden ? pattern.toLowerCase() === name : globMatch(pattern, name, true)));
  });
  return new MapReply(found.flatMap(([name, option]) => [name, option.format(valuesOf(server)[currentName(name)])]));
}

/** The arguments of CONFIG, with passwords replaced. */
function withoutPasswords(args: readonly string[]): readonly string[] {
  const isSensitive = (name: string) => findOption(optionTable, currentName(name.toLowerCase()))?.sensitive === true;
  return args.map((arg, at) => (at > 2 && at % 2 === 1 && isSensitive(args[at - 1]!) ? '(redacted)' : arg));
}

/** One `name value` of CONFIG SET. */
interface Change {
  readonly name: string;
  readonly option: OptionType<unknown>;
  readonly text: string;
}

/** `CONFIG SET name value [name value …]`: looks at all names, then parses all values, then lets all of them act. */
function configSet(request: Request): Reply {
  const { server } = request;
  const values = valuesOf(server);
  const changes = readChanges(request);
  const before = changes.map(({ name }) => values[name]);
  const acted: Change[] = [];
  let current = '';
  try {
    for (const { name, option, text } of changes) {
      current = name;
      values[name] = option.parse(option.severalWords ? text.split(' ') : [text], values[name]);
    }
    for (const change of changes) {
      current = change.name;
      acted.push(change);
      act(server, change);
    }
  } catch (error) {
    changes.forEach(({ name }, at) => (values[name] = before[at]));
    for (const change of acted) actAgain(server, change);
    throw failed(current, (error as Error).message);
  }
  return OK;
}

function act(server: Server, { name }: Change): void {
  optionEffects[name as keyof Options]?.(server);
}

/** With the old value, which was in force before. */
function actAgain(server: Server, change: Change): void {
  try {
    act(server, change);
  } catch (error) {
    log.warning(`Failed to restore '${change.name}' after a failed CONFIG SET: ${(error as Error).message}`);
  }
}

/** @throws ReplyError for the first name that is unknown, must not be changed, or is there twice */
function readChanges(request: Request): Change[] {
  const { args } = request;
  if (args.length % 2 !== 0) throw syntaxError();
  const changes: Change[] = [];
  for (let i = 2; i < args.length; i += 2) {
    const name = currentName(args[i]!.toLowerCase());
    const option = findOption(optionTable, name);
    if (option === undefined || option.directive) {
      throw new ReplyError(`ERR Unknown option or number of arguments for CONFIG SET - '${args[i]}'`);
    }
    if (option.immutable) throw failed(args[i]!, "can't set immutable config");
    if (option.protected && !allowsProtected(request)) {
      throw failed(args[i]!, "can't set protected config");
    }
    if (changes.some((change) => change.name === name)) throw failed(args[i]!, 'duplicate parameter');
    changes.push({ name, option, text: args[i + 1]! });
  }
  return changes;
}

/** `yes` allows it to all, `local` to clients of this machine (Redis: `allowProtectedAction`). */
function allowsProtected({ server, client }: Request): boolean {
  const allowed = server.options['enable-protected-configs'];
  return allowed === 'yes' || (allowed === 'local' && client.isLocal);
}

function failed(name: string, reason: string): ReplyError {
  return new ReplyError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`);
}

function valuesOf(server: Server): Record<string, unknown> {
  return server.options;
}

/** Redis: `resetServerStats`. What was loaded at the start stays as it is. */
function configResetStat({ server }: Request): Reply {
  const { keysLoaded, keysExpiredAtLoad } = server.stats;
  const counters = [server, server.clients, server.keyspace, server.expireCycle, server.replication];
  for (const { stats } of counters as { stats: Record<string, number> }[]) {
    for (const name of Object.keys(stats)) stats[name] = 0;
  }
  Object.assign(server.stats, { keysLoaded, keysExpiredAtLoad });
  server.clients.errors.reset();
  server.rates.reset();
  resetCommandStats(server.commands);
  Object.assign(server.acl.stats, { auth: 0, command: 0, key: 0, channel: 0 });
  server.rdb.saves = 0;
  server.aof.resetStats();
  return OK;
}

function configRewrite({ server }: Request): Reply {
  if (server.configFile === '') throw new ReplyError('ERR The server is running without a config file');
  server.options.user = server.options.aclfile === '' ? userDirectives(server.acl) : [];
  try {
    rewriteConfFile(server.configFile, optionTable, server.options);
  } catch (error) {
    log.warning(`CONFIG REWRITE failed: ${(error as Error).message}`);
    throw new ReplyError(`ERR Rewriting config file: ${systemReason(error)}`);
  }
  log.warning('CONFIG REWRITE executed with success.');
  return OK;
}
