import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

/** Ends another client's wait. */
export const unblock: CommandRow = {
  name: 'unblock',
  arity: -3,
  flags: 'admin noscript loading stale',
  since: '5.0.0',
  summary: "Ends another connection's wait.",
  syntax: '<client-id> [TIMEOUT|ERROR]',
  run: clientUnblock,
};

/**
 * `CLIENT UNBLOCK client-id [TIMEOUT|ERROR]`: the client gets the reply of a timeout, or an error.
 * @returns 1; 0 when there is no such client, or it does not wait
 */
function clientUnblock({ server, args }: Request): Reply {
  if (args.length > 4) {
    throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try CLIENT HELP.`);
  }
  const reason = args[3]?.toUpperCase() ?? 'TIMEOUT';
  if (reason !== 'TIMEOUT' && reason !== 'ERROR') {
    throw new ReplyError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  }
  const client = server.clients.byId.get(Number(parseLongLong(args[2]!)));
  if (!client?.blocked || client.postponed) return 0;
  if (reason === 'TIMEOUT') server.blockedClients.timeOut(client);
  else server.blockedClients.fail(client, new ReplyError('UNBLOCKED client unblocked via CLIENT UNBLOCK'));
  return 1;
}
