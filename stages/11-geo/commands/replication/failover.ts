import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { FailoverTarget } from '../../replication/failover.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

/** A primary hands over to one of its replicas. */
export const failover: Family = {
  group: 'server',
  rows: [
    {
      name: 'failover',
      arity: -1,
      flags: 'admin noscript stale',
      since: '6.2.0',
      summary: 'This primary and one of its replicas change places.',
      syntax: '[TO <host> <port> [FORCE]] [ABORT] [TIMEOUT <milliseconds>]',
      run: runFailover,
    },
  ],
};

/** `FAILOVER [TO host port [FORCE]] [TIMEOUT ms]`, or `FAILOVER ABORT`. It returns at once; INFO reports its state. */
function runFailover({ server, args }: Request): Reply {
  if (args.length === 2 && args[1]!.toLowerCase() === 'abort') {
    if (server.failover.state === 'no-failover') throw new ReplyError('ERR No failover in progress.');
    server.failover.abort('Failover manually aborted');
    return OK;
  }
  let target: FailoverTarget | undefined;
  let timeout: number | undefined;
  let force = false;
  for (let i = 1; i < args.length; i++) {
    const option = args[i]!.toLowerCase();
    if (option === 'timeout' && i + 1 < args.length && timeout === undefined) {
      timeout = Number(parseLongLong(args[++i]!));
      if (timeout <= 0) throw new ReplyError('ERR FAILOVER timeout must be greater than 0');
    } else if (option === 'to' && i + 2 < args.length && target === undefined) {
      target = { host: args[i + 1]!, port: Number(parseLongLong(args[i + 2]!)) };
      i += 2;
    } else if (option === 'force' && !force) force = true;
    else throw syntaxError();
  }
  server.failover.begin({ target, timeout, force });
  return OK;
}
