import { ReplyError } from '#shared/resp/reply.ts';
import type { Server } from '../server.ts';

/** The longest name, and the longest list of arguments, that the error repeats. */
const MAX_SHOWN = 128;

/** The error for a command or sub-command that is not in the table (Redis: `commandCheckExistence`). */
export function unknownCommand(server: Server, args: readonly string[]): ReplyError {
  const name = args[0]!;
  if (server.commands.findByName(name)) {
    const container = name.toUpperCase();
    return new ReplyError(`ERR unknown subcommand '${args[1]!.slice(0, MAX_SHOWN)}'. Try ${container} HELP.`);
  }
  let shown = '';
  for (let i = 1; i < args.length && shown.length < MAX_SHOWN; i++) {
    shown += `'${args[i]!.slice(0, MAX_SHOWN - shown.length)}' `;
  }
  return new ReplyError(`ERR unknown command '${name.slice(0, MAX_SHOWN)}', with args beginning with: ${shown}`);
}
