import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

/** Waiting until replicas have what was written. */
export const wait: Family = {
  group: 'generic',
  category: 'connection',
  rows: [
    {
      name: 'wait',
      arity: 3,
      flags: 'noscript',
      tips: 'request_policy:all_shards response_policy:agg_min',
      since: '3.0.0',
      summary: "Waits until so many replicas have this connection's writes.",
      syntax: '<numreplicas> <timeout>',
      run: waitForReplicas,
    },
  ],
};

/** `WAIT numreplicas timeout`, in ms, 0: for ever. @returns how many replicas have what this connection has written */
function waitForReplicas({ server, client, args }: Request): Reply {
  if (server.replication.link !== undefined) throw new ReplyError(ON_REPLICA);
  const count = Number(parseLongLong(args[1]!));
  const timeout = Number(parseLongLong(args[2]!, 'ERR timeout is not an integer or out of range'));
  if (timeout < 0) throw new ReplyError('ERR timeout is negative');
  return server.ackWaits.begin(client, count, timeout);
}

const ON_REPLICA =
  'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured ' +
  'to be writable (which is not the default) writes to replicas are just local and are not propagated.';
