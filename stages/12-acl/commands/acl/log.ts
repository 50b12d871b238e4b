import { Double, MapReply, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { AclLogEntry } from '../../acl/log.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

/** How many entries are shown when no number is given. */
const SHOWN = 10;

/** Shows refused requests. */
export const aclLog: CommandRow = {
  name: 'log',
  arity: -2,
  flags: 'admin noscript loading stale',
  since: '6.0.0',
  summary: 'Shows what was refused lately, or forgets it.',
  syntax: '[<count>|RESET]',
  run: aclLogCommand,
};

function aclLogCommand({ server, args }: Request): Reply {
  const { log } = server.acl;
  if (args.length > 3) {
    throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try ACL HELP.`);
  }
  if (args[2]?.toUpperCase() === 'RESET') {
    log.reset();
    return OK;
  }
  const count = args.length === 2 ? SHOWN : Math.max(0, Number(parseLongLong(args[2]!)));
  const now = Date.now();
  return log.entries.slice(0, count).map((entry) => entryReply(entry, now));
}

function entryReply({ id, event, count, createdAt, updatedAt }: AclLogEntry, now: number): Reply {
  return new MapReply([
    ...['count', count],
    ...['reason', event.reason],
    ...['context', event.context],
    ...['object', event.object],
    ...['username', event.username],
    ...['age-seconds', new Double(String((now - updatedAt) / 1000))],
    ...['client-info', event.clientInfo],
    ...['entry-id', id],
    ...['timestamp-created', createdAt],
    ...['timestamp-last-updated', updatedAt],
  ]);
}
