import type { CommandTable } from '#shared/commands/command-table.ts';
import { log } from '#shared/log.ts';
import { cString } from '#shared/resp/c-string.ts';
import { NO_REPLY, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';

/** The longest name, and the longest list of arguments, that the error repeats. */
const MAX_SHOWN = 128;

interface Parts {
  readonly commands: CommandTable;
  readonly clients: Clients;
}

/** The error for a command or sub-command that is not in the table (Redis: `commandCheckExistence`). */
export function unknownCommand({ commands, clients }: Parts, client: Client, args: readonly string[]): Reply {
  const name = args[0]!;
  if (/^(post|host:)$/i.test(name)) return refuseHttp(clients, client);
  if (commands.findByName(name)) {
    const container = name.toUpperCase();
    return new ReplyError(`ERR unknown subcommand '${cString(args[1]!).slice(0, MAX_SHOWN)}'. Try ${container} HELP.`);
  }
  let shown = '';
  for (let i = 1; i < args.length && shown.length < MAX_SHOWN; i++) {
    shown += `'${cString(args[i]!).slice(0, MAX_SHOWN - shown.length)}' `;
  }
  const typed = cString(name).slice(0, MAX_SHOWN);
  return new ReplyError(`ERR unknown command '${typed}', with args beginning with: ${shown}`);
}

/** A web page can make its reader's browser POST commands to a server on the same host: that connection is cut. */
function refuseHttp(clients: Clients, client: Client): Reply {
  log.warning(`Possible SECURITY ATTACK: client id=${client.id} sends HTTP (POST or Host:). Connection aborted.`);
  clients.closeNow(client);
  return NO_REPLY;
}
