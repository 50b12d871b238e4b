import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { checkRequest } from '../../acl/check.ts';
import type { CommandRow, Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { acl as withoutWhoCan } from './acl.ts';

const whoCan: CommandRow = {
  name: 'whocan',
  arity: -3,
  flags: 'admin noscript loading stale',
  since: '7.2.0',
  summary: 'The users who may run a command, which does not run.',
  syntax: '<command> [<arg> ...]',
  run: aclWhoCan,
};

/** ACL with one sub-command more. */
export const acl: Family = {
  ...withoutWhoCan,
  rows: withoutWhoCan.rows.map((row) => ({ ...row, subcommands: [...(row.subcommands ?? []), whoCan] })),
};

/** As ACL DRYRUN, for every user who can log in. */
function aclWhoCan({ server, args }: Request): Reply {
  const typed = args.slice(2);
  const command = server.commands.find(typed);
  if (command === undefined) throw new ReplyError(`ERR Command '${typed[0]}' not found`);
  const { arity, fullName } = command;
  if (arity > 0 ? arity !== typed.length : typed.length < -arity) {
    throw new ReplyError(`ERR wrong number of arguments for '${fullName}' command`);
  }
  const users = server.acl.all.filter((user) => user.enabled && checkRequest(user, command, typed) === undefined);
  return users.map(({ name }) => name);
}
