import { NO_REPLY, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';

/** Watching every command that runs. */
export const monitoring: Family = {
  group: 'server',
  rows: [
    {
      name: 'monitor',
      arity: 1,
      flags: 'admin noscript loading stale',
      since: '1.0.0',
      summary: 'Shows this connection every command that runs.',
      run: monitor,
    },
  ],
};

/** Redis has no reply for a replica, nor for a client that is a monitor already. */
function monitor({ server, client }: Request): Reply {
  if (client.transaction?.executing) throw new ReplyError("ERR MONITOR isn't allowed for DENY BLOCKING client");
  if (client.monitor || client.type === 'replica') return NO_REPLY;
  server.monitors.add(client);
  return OK;
}
