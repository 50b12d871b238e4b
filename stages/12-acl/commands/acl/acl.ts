import { randomBytes } from 'node:crypto';
import { CATEGORIES } from '#shared/commands/acl-categories.ts';
import { log } from '#shared/log.ts';
import { systemReason } from '#shared/options/paths.ts';
import { MapReply, OK, ReplyError, SetReply, type Reply } from '#shared/resp/reply.ts';
import { commandsIn } from '../../acl/categories.ts';
import { checkRequest } from '../../acl/check.ts';
import { describeChannels, describeCommands, describeKeys, describeUser, userFlags } from '../../acl/describe.ts';
import { loadAclFile, saveAclFile } from '../../acl/file.ts';
import { RuleError } from '../../acl/rule-error.ts';
import type { Selector } from '../../acl/user.ts';
import { disconnectUser } from '../../clients/identity.ts';
import { disconnectLostSubscribers } from '../../pubsub/lost-channels.ts';
import { describeDenial } from '../../router/authorize.ts';
import type { CommandRow, Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';
import { aclLog } from './log.ts';

const FLAGS = 'noscript loading stale';
const ADMIN = `admin ${FLAGS}`;
const EVERY_NODE = 'request_policy:all_nodes response_policy:all_succeeded';
const redact = (args: readonly string[]) => args.map((arg, at) => (at < 2 ? arg : '(redacted)'));

/** Users, and what they may do (Redis: `aclCommand`). */
export const acl: Family = {
  group: 'server',
  rows: [
    {
      name: 'acl',
      arity: -2,
      flags: '',
      since: '6.0.0',
      summary: 'Users, and what they may do.',
      subcommands: [
        {
          name: 'cat',
          arity: -2,
          flags: FLAGS,
          since: '6.0.0',
          summary: 'Lists the categories of commands, or the commands of one.',
          syntax: '[<category>]',
          run: aclCat,
        },
        {
          name: 'deluser',
          arity: -3,
          flags: ADMIN,
          tips: EVERY_NODE,
          redact,
          since: '6.0.0',
          summary: 'Removes users, and disconnects their clients.',
          syntax: '<username> [<username> ...]',
          run: aclDelUser,
        },
        {
          name: 'dryrun',
          arity: -4,
          flags: ADMIN,
          since: '7.0.0',
          summary: 'Reports whether a user may run a command, and does not run it.',
          syntax: '<username> <command> [<arg> ...]',
          run: aclDryRun,
        },
        {
          name: 'genpass',
          arity: -2,
          flags: FLAGS,
          since: '6.0.0',
          summary: 'Generates a random password of so many bits.',
          syntax: '[<bits>]',
          run: aclGenPass,
        },
        {
          name: 'getuser',
          arity: 3,
          flags: ADMIN,
          redact,
          since: '6.0.0',
          summary: 'The rules of a user.',
          syntax: '<username>',
          run: aclGetUser,
        },
        { name: 'list', arity: 2, flags: ADMIN, since: '6.0.0', summary: 'Every user as a line of redis.conf.', run: aclList },
        {
          name: 'load',
          arity: 2,
          flags: ADMIN,
          since: '6.0.0',
          summary: 'Reads the ACL file: all of it, or nothing.',
          run: aclLoad,
        },
        aclLog,
        { name: 'save', arity: 2, flags: ADMIN, tips: EVERY_NODE, since: '6.0.0', summary: 'Writes the ACL file.', run: aclSave },
        {
          name: 'setuser',
          arity: -3,
          flags: ADMIN,
          tips: EVERY_NODE,
          redact,
          since: '6.0.0',
          summary: 'Makes a user, or changes one: all rules, or none.',
          syntax: '<username> [<rule> ...]',
          run: aclSetUser,
        },
        { name: 'users', arity: 2, flags: ADMIN, since: '6.0.0', summary: 'The names of all users.', run: aclUsers },
        { name: 'whoami', arity: 2, flags: FLAGS, since: '6.0.0', summary: "This connection's user.", run: aclWhoAmI },
      ] satisfies CommandRow[],
    },
  ],
};

function aclCat({ server, args }: Request): Reply {
  expectAtMost(args, 3);
  if (args.length === 2) return CATEGORIES;
  const category = args[2]!.toLowerCase();
  if (!CATEGORIES.includes(category)) throw new ReplyError(`ERR Unknown category '${args[2]}'`);
  return commandsIn(server.commands, category).map(({ fullName }) => fullName);
}

function aclDelUser({ server, client, args }: Request): Reply {
  const names = args.slice(2);
  if (names.includes('default')) throw new ReplyError("ERR The 'default' user cannot be removed");
  let deleted = 0;
  for (const name of names) {
    const user = server.acl.delete(name);
    if (user === undefined) continue;
    deleted++;
    disconnectUser(server.acl, server.clients, user, client);
  }
  return deleted;
}

function aclDryRun({ server, args }: Request): Reply {
  const user = server.acl.find(args[2]!);
  if (user === undefined) throw new ReplyError(`ERR User '${args[2]}' not found`);
  const typed = args.slice(3);
  const command = server.commands.find(typed);
  if (command === undefined) throw new ReplyError(`ERR Command '${typed[0]}' not found`);
  const { arity, fullName } = command;
  if (arity > 0 ? arity !== typed.length : typed.length < -arity) {
    throw new ReplyError(`ERR wrong number of arguments for '${fullName}' command`);
  }
  const denied = checkRequest(user, command, typed);
  return denied === undefined ? OK : describeDenial(denied, user.name, true);
}

/** `ACL GENPASS [bits]`: as hexadecimal digits of four bits each. */
function aclGenPass({ args }: Request): Reply {
  expectAtMost(args, 3);
  const bits = args.length === 2 ? 256 : Number(parseLongLong(args[2]!));
  if (bits < 1 || bits > 4096) {
    throw new ReplyError('ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096');
  }
  const digits = Math.ceil(bits / 4);
  return randomBytes(Math.ceil(digits / 2)).toString('hex').slice(0, digits);
}

function aclGetUser({ server, args }: Request): Reply {
  const user = server.acl.find(args[2]!);
  if (user === undefined) return null;
  return new MapReply([
    'flags',
    new SetReply(userFlags(user)),
    ...['passwords', [...user.passwords]],
    ...describeRules(user.root),
    ...['selectors', user.selectors.map((selector) => new MapReply(describeRules(selector)))],
  ]);
}

function describeRules(selector: Selector): Reply[] {
  return [
    ...['commands', describeCommands(selector)],
    ...['keys', describeKeys(selector)],
    ...['channels', describeChannels(selector)],
  ];
}

function aclList({ server }: Request): Reply {
  return server.acl.all.map((user) => `user ${user.name} ${describeUser(user)}`);
}

function aclUsers({ server }: Request): Reply {
  return server.acl.all.map(({ name }) => name);
}

function aclWhoAmI({ client }: Request): Reply {
  return client.user?.name ?? null;
}

function aclSetUser({ server, client, args }: Request): Reply {
  try {
    const user = server.acl.setUser(args[2]!, args.slice(3));
    disconnectLostSubscribers(server.clients, server.pubsub, user, client);
  } catch (error) {
    if (error instanceof RuleError) throw new ReplyError(`ERR ${error.message}`);
    throw error;
  }
  return OK;
}

function aclLoad({ server, client }: Request): Reply {
  const { acl, clients } = server;
  const path = fileOf(server);
  try {
    for (const user of loadAclFile(acl, path)) disconnectUser(acl, clients, user, client);
    disconnectLostSubscribers(clients, server.pubsub, acl.defaultUser, client);
  } catch (error) {
    throw new ReplyError(`ERR ${(error as Error).message}`);
  }
  return OK;
}

function aclSave({ server }: Request): Reply {
  const path = fileOf(server);
  try {
    saveAclFile(server.acl, path);
  } catch (error) {
    log.warning(`Saving the ACL file failed: ${systemReason(error)}`);
    throw new ReplyError('ERR There was an error trying to save the ACLs. Please check the server logs for more information');
  }
  return OK;
}

function fileOf({ options }: Request['server']): string {
  if (options.aclfile !== '') return options.aclfile;
  throw new ReplyError(
    'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER ' +
      'command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store ' +
      'users in the Redis configuration.',
  );
}

/** Redis: `addReplySubcommandSyntaxError`. */
function expectAtMost(args: readonly string[], count: number): void {
  if (args.length <= count) return;
  throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try ACL HELP.`);
}
